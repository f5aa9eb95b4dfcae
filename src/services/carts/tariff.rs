//! The shop's tax rates and shipping options, as configured.

use crate::config::{Config, commerce_millionths};
use crate::domain::catalogue::Category;
use crate::domain::ids::CategoryId;
use crate::domain::money::{Currency, Money, parse_currency};
use crate::domain::order::ShippingOption;
use crate::services::error::ServiceError;

/// What selling costs on top of the goods.
#[derive(Debug, Clone)]
pub struct Tariff {
    currency: Currency,
    /// Where the shop is: what counts until there is an address.
    country: String,
    /// Whether prices contain the tax.
    included: bool,
    tax_name: String,
    default_rate: u32,
    rules: Vec<TaxRule>,
    options: Vec<OptionRule>,
}

#[derive(Debug, Clone)]
struct TaxRule {
    category: Option<String>,
    country: Option<String>,
    rate: u32,
}

#[derive(Debug, Clone)]
struct OptionRule {
    option: ShippingOption,
    free_from_minor: Option<i64>,
    /// Every country when empty.
    countries: Vec<String>,
}

impl Tariff {
    /// Reads the settings; they were checked when they were loaded.
    pub fn from_config(config: &Config) -> Result<Self, ServiceError> {
        let wrong = |what: &str| ServiceError::Internal(format!("{what} cannot be read"));
        let currency = parse_currency(&config.shop.currency).map_err(|_| wrong("shop.currency"))?;
        let amount = |text: &str| Money::parse_decimal(text, currency).map_err(|_| wrong("shipping.options"));
        let rate = |text: &str| commerce_millionths(text).ok_or_else(|| wrong("tax.rules"));
        let mut rules = Vec::new();
        for rule in &config.tax.rules {
            let (category, country) = (rule.category.clone(), rule.country.clone());
            rules.push(TaxRule { category, country, rate: rate(&rule.rate)? });
        }
        let mut options = Vec::new();
        for option in &config.shipping.options {
            let free_from = Some(option.free_from.as_str()).filter(|text| !text.is_empty());
            options.push(OptionRule {
                free_from_minor: free_from.map(amount).transpose()?.map(Money::minor),
                countries: option.countries.clone(),
                option: ShippingOption {
                    id: option.id.clone(),
                    name: option.name.clone(),
                    carrier: option.carrier.clone(),
                    price: amount(&option.price)?,
                    min_days: option.min_days,
                    max_days: option.max_days,
                },
            });
        }
        Ok(Self {
            currency,
            country: config.tax.country.clone(),
            included: config.tax.included,
            tax_name: config.tax.name.clone(),
            default_rate: rate(&config.tax.default_rate)?,
            rules,
            options,
        })
    }

    /// What every price is in.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Where goods go as long as nobody said where.
    pub fn home(&self) -> &str {
        &self.country
    }

    /// Whether prices contain the tax.
    pub fn tax_included(&self) -> bool {
        self.included
    }

    /// What the tax is called.
    pub fn tax_name(&self) -> &str {
        &self.tax_name
    }

    /// Whether the category of goods matters to their tax.
    pub fn looks_at_categories(&self) -> bool {
        self.rules.iter().any(|rule| rule.category.is_some())
    }

    /// The rate on goods of a category sent to `country`; on carriage when there is no category. The nearest category
    /// with a rule decides, and of its rules the one for the country.
    pub fn rate(&self, country: &str, category: Option<CategoryId>, tree: &[Category]) -> u32 {
        let here = |rule: &&TaxRule| rule.country.as_deref().is_none_or(|one| one == country);
        let best = |slug: Option<&str>| {
            let fitting = self.rules.iter().filter(here).filter(|rule| rule.category.as_deref() == slug);
            fitting.max_by_key(|rule| rule.country.is_some()).map(|rule| rule.rate)
        };
        let mut next = category;
        // A category's way up is bounded by the tree itself.
        for _ in 0..=tree.len() {
            let Some(found) = next.and_then(|id| tree.iter().find(|category| category.id == id)) else {
                break;
            };
            if let Some(rate) = best(Some(found.slug.as_str())) {
                return rate;
            }
            next = found.parent_id;
        }
        best(None).unwrap_or(self.default_rate)
    }

    /// The ways to send goods of that worth to `country`, as configured.
    pub fn options(&self, country: &str, goods_minor: i64) -> Vec<ShippingOption> {
        let delivers =
            |rule: &&OptionRule| rule.countries.is_empty() || rule.countries.iter().any(|one| one == country);
        let priced = |rule: &OptionRule| {
            let free = rule.free_from_minor.is_some_and(|from| goods_minor >= from);
            let price = if free { Money::zero(self.currency) } else { rule.option.price };
            ShippingOption { price, ..rule.option.clone() }
        };
        self.options.iter().filter(delivers).map(priced).collect()
    }

    /// Whether an option of that id exists at all.
    pub fn knows_option(&self, id: &str) -> bool {
        self.options.iter().any(|rule| rule.option.id == id)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::text::Slug;
    use crate::domain::time::Timestamp;

    fn tariff() -> Tariff {
        let mut config = Config::load(None, []).unwrap();
        let rule = |category: Option<&str>, country: Option<&str>, rate: &str| crate::config::TaxRuleConfig {
            category: category.map(str::to_owned),
            country: country.map(str::to_owned),
            rate: rate.to_owned(),
        };
        config.tax.rules = vec![
            rule(None, Some("AT"), "20"),
            rule(Some("books"), None, "7"),
            rule(Some("books"), Some("AT"), "10"),
        ];
        config.shipping.options[1].countries = vec!["DE".to_owned()];
        Tariff::from_config(&config).unwrap()
    }

    #[test]
    fn the_nearest_category_then_the_country_decide_the_rate() {
        let category = |id: u128, slug: &str, parent: Option<u128>| Category {
            id: Uuid::from_u128(id).into(),
            slug: Slug::from_trusted(slug.to_owned()),
            name: slug.to_owned(),
            parent_id: parent.map(|parent| Uuid::from_u128(parent).into()),
            created_at: Timestamp(0),
        };
        let tree = [category(1, "books", None), category(2, "novels", Some(1)), category(3, "toys", None)];
        let rate = |country, id: u128| tariff().rate(country, Some(Uuid::from_u128(id).into()), &tree);
        assert_eq!(
            [rate("DE", 2), rate("AT", 2), rate("AT", 3), rate("DE", 3)],
            [70_000, 100_000, 200_000, 190_000]
        );
        assert_eq!(tariff().rate("AT", None, &tree), 200_000);
    }

    #[test]
    fn options_follow_country_and_worth() {
        let prices = |country, goods| -> Vec<i64> {
            tariff().options(country, goods).iter().map(|option| option.price.minor()).collect()
        };
        assert_eq!(prices("DE", 4_999), [500, 1_300]);
        assert_eq!(prices("FR", 5_000), [0]);
    }
}
