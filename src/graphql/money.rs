//! Money in the API, and ranges of amounts and times.

use async_graphql::{InputObject, SimpleObject};

use super::scalars::{CurrencyCode, DateTime, Decimal, Long};
use crate::domain::money::{self, Currency};
use crate::services::error::Problem;

/// An amount in one currency.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(name = "Money")]
pub struct MoneyOutput {
    amount: Decimal,
    currency: CurrencyCode,
    /// Smallest currency unit (cents, fen).
    minor_units: Long,
}

impl From<money::Money> for MoneyOutput {
    fn from(amount: money::Money) -> Self {
        Self {
            amount: Decimal(amount.to_decimal()),
            currency: CurrencyCode(amount.currency()),
            minor_units: Long(amount.minor()),
        }
    }
}

/// An amount in one currency.
#[derive(InputObject, Debug, Clone)]
pub struct MoneyInput {
    pub amount: Decimal,
    pub currency: CurrencyCode,
}

impl MoneyInput {
    pub fn read(&self) -> Result<money::Money, Problem> {
        Ok(money::Money::parse_decimal(&self.amount.0, self.currency.0)?)
    }
}

/// From `min` to `max`, both included; an open end where one is missing.
#[derive(InputObject, Debug, Clone, Default)]
pub struct DecimalRange {
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
}

impl DecimalRange {
    /// Reads the ends as amounts of `currency`.
    pub fn amounts(
        &self,
        currency: Currency,
    ) -> Result<(Option<money::Money>, Option<money::Money>), Problem> {
        let read = |end: &Option<Decimal>| {
            end.as_ref().map(|end| money::Money::parse_decimal(&end.0, currency)).transpose()
        };
        let (min, max) = (read(&self.min)?, read(&self.max)?);
        if let (Some(min), Some(max)) = (min, max)
            && min.minor() > max.minor()
        {
            return Err(Problem::Malformed { expected: "min must not be above max" });
        }
        Ok((min, max))
    }
}

/// From `from` (included) to `to` (excluded); an open end where one is missing.
#[derive(InputObject, Debug, Clone, Copy, Default)]
pub struct DateTimeRange {
    pub from: Option<DateTime>,
    pub to: Option<DateTime>,
}
