//! Money: a whole number of the currency's smallest unit. Never a float.

use std::fmt;

pub use iso_currency::Currency;

use super::error::InvalidValue;

/// An amount in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
#[must_use]
pub fn exponent(currency: Currency) -> u32 {
    currency.exponent().map_or(2, u32::from)
}

/// Reads an ISO 4217 code, in any case.
///
/// # Errors
/// When the code is not in the standard.
pub fn parse_currency(code: &str) -> Result<Currency, InvalidValue> {
    Currency::from_code(&code.trim().to_ascii_uppercase())
        .ok_or(InvalidValue::Malformed { what: "currency", expected: "must be an ISO 4217 code" })
}

impl Money {
    /// From minor units: 1990 EUR is 19.90.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Cents, fen, or whatever the currency's smallest unit is.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Reads an exact decimal such as `19.90` or `-3`.
    ///
    /// # Errors
    /// When it is not a plain decimal, has more digits after the point than the currency, or
    /// leaves the range of money.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, InvalidValue> {
        parse_scaled(text, exponent(currency), "amount").map(|minor| Self { minor, currency })
    }

    /// The exact decimal with as many digits after the point as the currency has.
    pub fn to_decimal(self) -> String {
        format_scaled(self.minor, exponent(self.currency))
    }

    /// The sum.
    ///
    /// # Errors
    /// When the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Self) -> Result<Self, InvalidValue> {
        self.with(other, i64::checked_add)
    }

    /// The difference; may be negative.
    ///
    /// # Errors
    /// When the currencies differ or the difference overflows.
    pub fn checked_sub(self, other: Self) -> Result<Self, InvalidValue> {
        self.with(other, i64::checked_sub)
    }

    /// `times` as much.
    ///
    /// # Errors
    /// When the product overflows.
    pub fn checked_mul(self, times: i64) -> Result<Self, InvalidValue> {
        let minor = self.minor.checked_mul(times).ok_or(InvalidValue::Overflow { what: "amount" })?;
        Ok(Self { minor, ..self })
    }

    /// `numerator / denominator` of it, a half rounded to the even neighbour so that many
    /// roundings do not drift one way.
    ///
    /// # Errors
    /// When `denominator` is not positive or the result overflows.
    pub fn fraction(self, numerator: i64, denominator: i64) -> Result<Self, InvalidValue> {
        if denominator <= 0 {
            return Err(InvalidValue::OutOfRange { what: "denominator", min: 1, max: i64::MAX });
        }
        let product = i128::from(self.minor) * i128::from(numerator);
        let minor = i64::try_from(round_half_even(product, i128::from(denominator)))
            .map_err(|_| InvalidValue::Overflow { what: "amount" })?;
        Ok(Self { minor, ..self })
    }

    /// The sum of `amounts`, all of which must be in `currency`.
    ///
    /// # Errors
    /// When a currency differs or the sum overflows.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, InvalidValue> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    fn with(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, InvalidValue> {
        if self.currency != other.currency {
            return Err(InvalidValue::CurrencyMismatch { expected: self.currency, actual: other.currency });
        }
        let minor = op(self.minor, other.minor).ok_or(InvalidValue::Overflow { what: "amount" })?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency.code())
    }
}

/// The shop's one rounding: `dividend / divisor` as the nearest whole number, a half to the even neighbour, so that
/// many roundings do not drift one way. A divisor below one counts as one.
#[must_use]
pub fn round_half_even(dividend: i128, divisor: i128) -> i128 {
    let divisor = divisor.max(1);
    let (floor, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    floor
        + match rest.cmp(&(divisor - rest)) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Equal => floor.rem_euclid(2),
        }
}

/// Reads a plain decimal as an integer scaled by ten to the `digits`.
///
/// # Errors
/// When it is not a plain decimal, has more than `digits` places, or overflows.
pub fn parse_scaled(text: &str, digits: u32, what: &'static str) -> Result<i64, InvalidValue> {
    let malformed = InvalidValue::Malformed { what, expected: "must be a plain decimal number" };
    let text = text.trim();
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(places) || (places.is_empty() && unsigned.ends_with('.')) {
        return Err(malformed);
    }
    let places = places.trim_end_matches('0');
    let missing = (digits as usize)
        .checked_sub(places.len())
        .ok_or(InvalidValue::Malformed { what, expected: "has more decimal places than allowed" })?;
    let scaled = format!("{whole}{places}{}", "0".repeat(missing));
    let value: i64 = scaled.parse().map_err(|_| InvalidValue::Overflow { what })?;
    Ok(if negative { -value } else { value })
}

/// Writes an integer scaled by ten to the `digits` as a plain decimal.
#[must_use]
pub fn format_scaled(value: i64, digits: u32) -> String {
    let scale = 10_u64.pow(digits);
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.unsigned_abs();
    if digits == 0 {
        return format!("{sign}{magnitude}");
    }
    format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = digits as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_follow_the_currency() {
        assert_eq!(Money::new(1990, Currency::EUR).to_decimal(), "19.90");
        assert_eq!(Money::new(-5, Currency::EUR).to_decimal(), "-0.05");
        assert_eq!(Money::new(1990, Currency::JPY).to_decimal(), "1990");
        assert_eq!(Money::new(1990, Currency::KWD).to_decimal(), "1.990");
    }

    #[test]
    fn only_plain_decimals_are_read() {
        let read = |text| Money::parse_decimal(text, Currency::EUR).map(Money::minor);
        assert_eq!(read("19.9"), Ok(1990));
        assert_eq!(read("19.900"), Ok(1990));
        for wrong in
            ["", "-", ".", "1.", ".5", "1e3", "NaN", "1,50", "+1", "١", "19.905", "9".repeat(30).as_str()]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn halves_round_to_even() {
        let half = |minor| Money::new(minor, Currency::EUR).fraction(1, 2).unwrap().minor();
        assert_eq!([half(1), half(3), half(5), half(-1), half(-3)], [0, 2, 2, 0, -2]);
    }

    #[test]
    fn currencies_do_not_mix() {
        let euro = Money::new(1, Currency::EUR);
        assert!(matches!(
            euro.checked_add(Money::new(1, Currency::USD)),
            Err(InvalidValue::CurrencyMismatch { .. })
        ));
        assert!(matches!(
            Money::new(i64::MAX, Currency::EUR).checked_add(euro),
            Err(InvalidValue::Overflow { .. })
        ));
    }

    proptest! {
        #[test]
        fn decimal_text_round_trips(minor in -1_000_000_000_000_000i64..1_000_000_000_000_000) {
            for currency in [Currency::EUR, Currency::JPY, Currency::KWD] {
                let money = Money::new(minor, currency);
                prop_assert_eq!(Money::parse_decimal(&money.to_decimal(), currency), Ok(money));
            }
        }
    }
}
