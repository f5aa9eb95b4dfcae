//! One row's values by column, and how each kind of value is read.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use iso_currency::Currency;

use crate::domain::catalogue::check_price;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// A row: column → trimmed, non-empty text.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) line: u64,
    pub(super) values: HashMap<String, String>,
}

/// Why a row was left out: the column, the reason, the value.
pub(super) type Refusal = (&'static str, &'static str, String);

type Outcome<T> = Result<T, Refusal>;

impl Fields {
    pub(super) fn get(&self, column: &'static str) -> Option<&str> {
        self.values.get(column).map(String::as_str)
    }

    pub(super) fn text(&self, column: &'static str, longest: usize) -> Outcome<Option<String>> {
        match self.get(column) {
            Some(text) if text.chars().count() > longest => Err((column, "too long", text.to_owned())),
            Some(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) => {
                Err((column, "control characters", text.to_owned()))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    pub(super) fn required(&self, column: &'static str, longest: usize) -> Outcome<String> {
        self.text(column, longest)?.ok_or((column, "missing", String::new()))
    }

    pub(super) fn whole<T: TryFrom<i64>>(&self, column: &'static str) -> Outcome<Option<T>> {
        let Some(text) = self.get(column) else { return Ok(None) };
        let number = text.parse::<i64>().ok().and_then(|number| T::try_from(number).ok());
        number.map(Some).ok_or_else(|| (column, "not a whole number in range", text.to_owned()))
    }

    pub(super) fn flag(&self, column: &'static str) -> Outcome<bool> {
        match self.get(column).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0" | "no") => Ok(false),
            Some("true" | "1" | "yes") => Ok(true),
            Some(other) => Err((column, "not true or false", other.to_owned())),
        }
    }

    pub(super) fn list(&self, column: &'static str, separator: char) -> Vec<String> {
        let items = self.get(column).into_iter().flat_map(|text| text.split(separator));
        items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// RFC 3339, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS` (UTC), or unix seconds.
    pub(super) fn instant(&self, column: &'static str) -> Outcome<Option<Timestamp>> {
        let Some(text) = self.get(column) else { return Ok(None) };
        let millis = DateTime::parse_from_rfc3339(text)
            .map(|at| at.timestamp_millis())
            .or_else(|_| {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
                    .map(|at| at.and_utc().timestamp_millis())
            })
            .or_else(|_| {
                NaiveDate::parse_from_str(text, "%Y-%m-%d")
                    .map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
            })
            .ok()
            .or_else(|| text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)));
        match millis {
            Some(millis) if (0..=LATEST_MS).contains(&millis) => Ok(Some(Timestamp(millis))),
            _ => Err((column, "not a date and time", text.to_owned())),
        }
    }

    /// A decimal amount in minor units of `currency`; more decimals than the currency has are refused, not rounded.
    pub(super) fn amount(&self, column: &'static str, currency: Currency) -> Outcome<Option<i64>> {
        let Some(text) = self.get(column) else { return Ok(None) };
        Money::parse_decimal(text, currency)
            .and_then(|amount| check_price(column, amount))
            .map(|amount| Some(amount.minor()))
            .map_err(|_| (column, "not an amount of this currency", text.to_owned()))
    }

    pub(super) fn currency(&self, column: &'static str, default: Currency) -> Outcome<Currency> {
        match self.get(column) {
            None => Ok(default),
            Some(code) => {
                Currency::from_code(code).ok_or_else(|| (column, "not an ISO 4217 code", code.to_owned()))
            }
        }
    }
}

/// The year 2100; what lies beyond is a mistake of units.
const LATEST_MS: i64 = 4_102_444_800_000;
#[cfg(test)]
mod tests {
    use super::*;

    fn fields(values: &[(&str, &str)]) -> Fields {
        Fields { line: 1, values: values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect() }
    }

    #[test]
    fn amounts_follow_the_currency_and_are_never_rounded() {
        let amount = |text, currency| fields(&[("price", text)]).amount("price", currency).ok().flatten();
        assert_eq!(amount("19.9", Currency::EUR), Some(1990));
        assert_eq!(amount("19.900", Currency::EUR), Some(1990));
        assert_eq!(amount("500", Currency::JPY), Some(500));
        for bad in ["19.999", "-1", "1,5", "NaN", "", ".5", "1e3", "9999999999999"] {
            assert_eq!(amount(bad, Currency::EUR), None, "{bad}");
        }
        assert_eq!(amount("1.5", Currency::JPY), None);
    }

    #[test]
    fn dates_are_read_in_each_documented_spelling() {
        let expected = Some(Timestamp(1_291_161_600_000));
        for text in ["2010-12-01", "2010-12-01T00:00:00Z", "2010-12-01 00:00:00", "1291161600"] {
            assert_eq!(fields(&[("at", text)]).instant("at").unwrap(), expected, "{text}");
        }
        assert!(fields(&[("at", "tomorrow")]).instant("at").is_err());
        assert!(fields(&[("at", "1291161600000")]).instant("at").is_err(), "milliseconds are a mistake");
    }

    #[test]
    fn text_is_bounded_and_free_of_control_characters() {
        assert!(fields(&[("name", "abcd")]).text("name", 3).is_err());
        assert!(fields(&[("name", "a\0b")]).text("name", 30).is_err());
        assert_eq!(fields(&[]).text("name", 3).unwrap(), None);
    }
}
