//! Settings of selling: tax, shipping, and how long a checkout is waited for.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};
use crate::domain::money::{Money, parse_currency, parse_scaled};
use crate::domain::pricing::PARTS;

/// Decimal places of a percentage that is a whole number of millionths.
const PERCENT_PLACES: u32 = 4;
const MOST_OPTIONS: usize = 20;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxConfig {
    pub included: bool,
    pub name: String,
    pub country: String,
    pub default_rate: String,
    pub rules: Vec<TaxRuleConfig>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRuleConfig {
    /// Slug; every category when left out.
    pub category: Option<String>,
    /// Every country when left out.
    pub country: Option<String>,
    pub rate: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingConfig {
    pub options: Vec<ShippingOptionConfig>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingOptionConfig {
    pub id: String,
    pub name: String,
    pub carrier: String,
    pub price: String,
    #[serde(default)]
    pub free_from: String,
    pub min_days: Option<u16>,
    pub max_days: Option<u16>,
    #[serde(default)]
    pub countries: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckoutConfig {
    pub reservation_minutes: u32,
    pub sweep_seconds: u32,
    pub cart_days: u32,
}

/// A percentage in parts of a million.
pub(crate) fn millionths(percent: &str) -> Option<u32> {
    let parts = parse_scaled(percent, PERCENT_PLACES, "rate").ok()?;
    u32::try_from(parts).ok().filter(|parts| i64::from(*parts) <= PARTS)
}

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let refuse = |key, problem| Err(ConfigError::OutOfRange { key, problem });
    let country = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let tax = &config.tax;
    if !country(&tax.country)
        || tax.rules.iter().filter_map(|rule| rule.country.as_deref()).any(|c| !country(c))
    {
        return refuse("tax.country", "and the countries of tax.rules are codes such as \"DE\"");
    }
    if std::iter::once(&tax.default_rate)
        .chain(tax.rules.iter().map(|rule| &rule.rate))
        .any(|rate| millionths(rate).is_none())
    {
        return refuse("tax.default_rate", "and the rates of tax.rules are per cent from \"0\" to \"100\"");
    }
    let options = &config.shipping.options;
    let mut ids: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    if options.is_empty() || options.len() > MOST_OPTIONS || ids.len() != options.len() || ids.contains(&"") {
        return refuse("shipping.options", "must be 1 to 20, each with an id of its own");
    }
    let Ok(currency) = parse_currency(&config.shop.currency) else {
        return refuse("shop.currency", "is not an ISO 4217 code");
    };
    let amount = |text: &str| Money::parse_decimal(text, currency).is_ok_and(|amount| amount.minor() >= 0);
    if options
        .iter()
        .any(|option| !amount(&option.price) || !(option.free_from.is_empty() || amount(&option.free_from)))
    {
        return refuse("shipping.options", "have prices that are amounts of the shop's currency");
    }
    if options.iter().flat_map(|option| &option.countries).any(|code| !country(code)) {
        return refuse("shipping.options", "have countries such as \"DE\"");
    }
    let checkout = &config.checkout;
    if !(1..=10_080).contains(&checkout.reservation_minutes) {
        return refuse("checkout.reservation_minutes", "must lie between 1 and 10080");
    }
    if !(1..=3600).contains(&checkout.sweep_seconds) || !(1..=3650).contains(&checkout.cart_days) {
        return refuse(
            "checkout.sweep_seconds",
            "must lie between 1 and 3600, checkout.cart_days from 1 to 3650",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact_to_the_millionth() {
        assert_eq!(millionths("19"), Some(190_000));
        assert_eq!(millionths("8.875"), Some(88_750));
        for wrong in ["", "-1", "100.0001", "1.00001", "NaN"] {
            assert_eq!(millionths(wrong), None, "{wrong}");
        }
    }
}
