//! Which products to list, and in which order, as clients say it.

use async_graphql::{Context, ID, InputObject};

use super::enums::{ProductSortField, ProductStatus, SortDirection};
use crate::domain::catalogue::normalise_tags;
use crate::domain::ids::ProductId;
use crate::domain::limits;
use crate::domain::money::parse_scaled;
use crate::domain::time::Timestamp;
use crate::graphql::auth::caller;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::money::{DateTimeRange, DecimalRange};
use crate::graphql::scalars::Decimal;
use crate::graphql::services;
use crate::services::catalogue::visible_statuses;
use crate::services::error::Problem;
use crate::storage::catalogue as stored;

/// Every condition given must hold.
#[derive(InputObject, Debug, Clone, Default)]
pub(super) struct ProductFilter {
    #[graphql(validator(max_items = 100))]
    ids: Option<Vec<ID>>,
    /// Other than ACTIVE needs PRODUCTS_MANAGE.
    status: Option<Vec<ProductStatus>>,
    /// In one of these categories or below.
    category_slugs: Option<Vec<String>>,
    brand_slugs: Option<Vec<String>>,
    /// With one of these tags.
    tags: Option<Vec<String>>,
    /// In the shop's currency.
    price: Option<DecimalRange>,
    in_stock: Option<bool>,
    on_sale: Option<bool>,
    min_rating: Option<f64>,
    attributes: Option<Vec<AttributeFilter>>,
    min_sustainability_score: Option<i32>,
    max_carbon_footprint_kg: Option<Decimal>,
    recyclable: Option<bool>,
    biodegradable: Option<bool>,
    created_at: Option<DateTimeRange>,
    updated_at: Option<DateTimeRange>,
}

/// Values of one key are OR-ed; different keys are AND-ed.
#[derive(InputObject, Debug, Clone)]
struct AttributeFilter {
    key: String,
    values: Vec<String>,
}

#[derive(InputObject, Debug, Clone, Copy)]
pub(super) struct ProductSort {
    field: ProductSortField,
    #[graphql(default_with = "SortDirection::Asc")]
    direction: SortDirection,
}

/// Kilograms as the store's whole grams.
pub(super) fn grams(kilograms: &Decimal) -> Result<i64, Problem> {
    Ok(parse_scaled(&kilograms.0, 3, "carbon footprint")?)
}

impl ProductFilter {
    /// Checks the filter and holds it to what the caller may see.
    pub(super) fn read(self, ctx: &Context<'_>) -> GraphqlResult<stored::ProductFilter> {
        let about = |problem: Problem| GraphqlError::about("filter", &problem);
        let asked = self.status.unwrap_or_default().into_iter().map(Into::into).collect();
        let statuses = visible_statuses(caller(ctx), asked)?;
        let currency = services(ctx).catalogue.currency();
        let (min_price, max_price) = self.price.unwrap_or_default().amounts(currency).map_err(about)?;
        let ids = self.ids.map(|ids| global_id::decode_all::<ProductId>(&ids)).transpose().map_err(about)?;
        let tags = self.tags.unwrap_or_default();
        let tags =
            normalise_tags(tags.iter().map(String::as_str)).map_err(|invalid| about(invalid.into()))?;
        if self.min_rating.is_some_and(|rating| !(0.0..=5.0).contains(&rating)) {
            return Err(about(Problem::OutOfRange { min: 0, max: 5 }));
        }
        let score = self.min_sustainability_score.map(|score| {
            u8::try_from(score)
                .ok()
                .filter(|score| *score <= 100)
                .ok_or(Problem::OutOfRange { min: 0, max: 100 })
        });
        let max_carbon_grams = self.max_carbon_footprint_kg.as_ref().map(grams).transpose().map_err(about)?;
        Ok(stored::ProductFilter {
            ids,
            statuses,
            category_slugs: names(self.category_slugs).map_err(about)?,
            brand_slugs: names(self.brand_slugs).map_err(about)?,
            tags,
            min_price_minor: min_price.map(|price| price.minor()),
            max_price_minor: max_price.map(|price| price.minor()),
            in_stock: self.in_stock,
            on_sale: self.on_sale,
            min_rating: self.min_rating,
            attributes: attributes(self.attributes.unwrap_or_default()).map_err(about)?,
            min_sustainability_score: score.transpose().map_err(about)?,
            max_carbon_grams,
            recyclable: self.recyclable,
            biodegradable: self.biodegradable,
            created_at: span(self.created_at),
            updated_at: span(self.updated_at),
        })
    }
}

fn names(list: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let list = list.unwrap_or_default();
    if list.len() > limits::PAGE {
        return Err(Problem::TooMany { max: limits::PAGE });
    }
    if list.iter().any(|name| name.len() > limits::SHORT_TEXT * 4 || name.contains('\0')) {
        return Err(Problem::Malformed { expected: "a name in it is too long" });
    }
    Ok(list)
}

fn attributes(list: Vec<AttributeFilter>) -> Result<Vec<(String, Vec<String>)>, Problem> {
    if list.len() > limits::OPTIONS {
        return Err(Problem::TooMany { max: limits::OPTIONS });
    }
    list.into_iter().map(|filter| Ok((filter.key.to_lowercase(), names(Some(filter.values))?))).collect()
}

/// The store's spans include both ends; the API's exclude the last.
fn span(range: Option<DateTimeRange>) -> Option<std::ops::RangeInclusive<Timestamp>> {
    let range = range?;
    let from = range.from.map_or(Timestamp::from_millis(0), |from| from.0);
    let to = range.to.map_or(Timestamp::from_millis(i64::MAX), |to| {
        Timestamp::from_millis(to.0.as_millis().saturating_sub(1))
    });
    Some(from..=to)
}

/// At most three keys, as the store takes them.
pub(super) fn order(sort: Option<Vec<ProductSort>>) -> GraphqlResult<Vec<stored::ProductSort>> {
    const KEYS: usize = 3;
    let sort = sort.unwrap_or_default();
    if sort.len() > KEYS {
        return Err(GraphqlError::about("sortBy", &Problem::TooMany { max: KEYS }));
    }
    let key = |sort: ProductSort| stored::ProductSort {
        field: sort.field.into(),
        descending: sort.direction == SortDirection::Desc,
    };
    Ok(sort.into_iter().map(key).collect())
}
