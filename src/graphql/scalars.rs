//! The schema's own scalars. Each reads strictly: a value that is not of its form is refused, never bent.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};
use chrono::{DateTime as ChronoDateTime, Datelike};
use iso_currency::Currency;

use crate::domain::limits;
use crate::domain::time::Timestamp;

/// Exact decimal, serialised as a string: "19.90".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            // An integer is exact; a JSON float has already lost its last digits.
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            _ => return Err(InputValueError::custom("a decimal is written as a string, such as \"19.90\"")),
        };
        if is_plain_decimal(&text) {
            Ok(Self(text))
        } else {
            Err(InputValueError::custom(
                "a decimal has an optional sign, digits and one point, at most 30 characters",
            ))
        }
    }

    // Asked while the request is validated, which names the argument or the field of it.
    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

fn is_plain_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    text.len() <= 30 && digits(whole) && digits(places)
}

/// RFC 3339, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub Timestamp);

#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let refusal =
            || InputValueError::custom("a time is written as RFC 3339, such as \"2026-01-31T12:00:00Z\"");
        let Value::String(text) = value else { return Err(refusal()) };
        if text.len() > 40 {
            return Err(refusal());
        }
        let time = ChronoDateTime::parse_from_rfc3339(&text).map_err(|_| refusal())?;
        if !(1970..=9999).contains(&time.to_utc().year()) {
            return Err(InputValueError::custom("a time lies between 1970 and 9999"));
        }
        Ok(Self(Timestamp::from_millis(time.timestamp_millis())))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// 64-bit integer as a JSON number (exact up to 2^53). GraphQL Int overflows at 21.4 million in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Long(pub i64);

#[Scalar]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_i64().map(Self),
            _ => None,
        }
        .ok_or_else(|| InputValueError::custom("a long is a whole number of 64 bits"))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

impl From<i64> for Long {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<u64> for Long {
    fn from(number: u64) -> Self {
        Self(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrencyCode(pub Currency);

#[Scalar]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(code) => Currency::from_code(code).map(Self),
            _ => None,
        }
        .ok_or_else(|| InputValueError::custom("a currency is an ISO 4217 code in capitals, such as \"EUR\""))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

/// ISO 3166-1 alpha-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryCode(pub String);

#[Scalar]
impl ScalarType for CountryCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(code) if COUNTRIES.split(' ').any(|known| known == code) => Ok(Self(code)),
            _ => Err(InputValueError::custom(
                "a country is an ISO 3166-1 alpha-2 code in capitals, such as \"DE\"",
            )),
        }
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Absolute (http or https), or a path of this server when read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub String);

#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        let refusal = || InputValueError::custom("a URL is absolute and begins with http:// or https://");
        let Value::String(text) = value else { return Err(refusal()) };
        if text.len() > limits::URL {
            return Err(InputValueError::custom(format!("a URL has at most {} bytes", limits::URL)));
        }
        let url = url::Url::parse(&text).map_err(|_| refusal())?;
        let named = matches!(url.scheme(), "http" | "https") && url.has_host();
        if named && url.username().is_empty() && url.password().is_none() {
            Ok(Self(text))
        } else {
            Err(refusal())
        }
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The officially assigned codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS \
IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA \
RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT \
TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

#[cfg(test)]
mod tests {
    use super::*;

    fn reads<T: ScalarType>(text: &str) -> bool {
        T::parse(Value::String(text.to_owned())).is_ok()
    }

    #[test]
    fn decimals_are_plain_digits() {
        assert!(reads::<Decimal>("19.90") && reads::<Decimal>("-3"));
        assert!(Decimal::parse(Value::from(3)).is_ok() && Decimal::parse(Value::from(0.1)).is_err());
        for wrong in ["", "-", ".5", "1.", "1e3", "NaN", "+1", "1,5", " 1", &"9".repeat(31)] {
            assert!(!reads::<Decimal>(wrong), "{wrong}");
        }
    }

    #[test]
    fn times_are_rfc_3339_and_print_in_utc() {
        let read = DateTime::parse(Value::from("2026-01-31T12:00:00.5+02:00")).unwrap();
        assert_eq!(read.to_value(), Value::from("2026-01-31T10:00:00.500Z"));
        for wrong in ["", "2026-01-31", "1969-12-31T23:59:59Z", "yesterday", "2026-13-01T00:00:00Z"] {
            assert!(!reads::<DateTime>(wrong), "{wrong}");
        }
    }

    #[test]
    fn codes_are_those_of_the_standards() {
        assert!(
            reads::<CurrencyCode>("JPY") && !reads::<CurrencyCode>("eur") && !reads::<CurrencyCode>("EURO")
        );
        assert!(reads::<CountryCode>("DE") && !reads::<CountryCode>("XX") && !reads::<CountryCode>("AD AE"));
        assert_eq!(COUNTRIES.split(' ').count(), 249);
    }

    #[test]
    fn only_web_addresses_are_urls() {
        assert!(reads::<Url>("https://a.example/b?c") && reads::<Url>("http://localhost:80"));
        for wrong in
            ["/a", "javascript:alert(1)", "ftp://a.example", "https://me:secret@a.example", "https://", "a b"]
        {
            assert!(!reads::<Url>(wrong), "{wrong}");
        }
    }

    #[test]
    fn longs_are_whole() {
        assert_eq!(Long::parse(Value::from(1_i64 << 40)).ok(), Some(Long(1 << 40)));
        assert!(Long::parse(Value::from(1.5)).is_err() && !reads::<Long>("1"));
    }
}
