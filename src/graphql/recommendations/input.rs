//! What clients may say about a list.

use async_graphql::{Context, ID, InputObject};

use super::enums::RecommendationStrategy;
use crate::domain::ids::ProductId;
use crate::domain::interaction::Subject;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::{self, GlobalId};
use crate::graphql::money::DecimalRange;
use crate::graphql::people::PreferencesInput;
use crate::services::error::Problem;
use crate::services::recommendations::{FilterRequest, ListRequest};

/// What may be on a list, and what shapes it.
#[derive(InputObject, Debug, Clone)]
pub(crate) struct RecommendationFilter {
    /// Any of these, at any level.
    category_slugs: Option<Vec<String>>,
    /// In the shop's currency.
    price: Option<DecimalRange>,
    #[graphql(default_with = "Some(true)")]
    in_stock_only: Option<bool>,
    #[graphql(default_with = "Some(true)")]
    exclude_purchased: Option<bool>,
    #[graphql(validator(max_items = 100))]
    exclude_product_ids: Option<Vec<ID>>,
    min_sustainability_score: Option<i32>,
    /// 0 pure relevance, 1 pure variety. Of this and the fields below, what is left out is as the shop's
    /// `merchandisingRules` have it: 0.2 here and nothing else, unless staff have changed them.
    diversity: Option<f64>,
    /// Extra weight for sustainable goods, 0 to 1.
    sustainability_boost: Option<f64>,
    /// Products of one category on the list at most.
    max_per_category: Option<i32>,
    /// Products that open the list, in this order, where they may be shown.
    #[graphql(validator(max_items = 100))]
    pinned_product_ids: Option<Vec<ID>>,
    /// Products that rank higher than their scores would have them.
    #[graphql(validator(max_items = 100))]
    boosted_products: Option<Vec<ProductBoost>>,
    /// Places at the end of the list kept for products of the last days.
    new_product_slots: Option<i32>,
}

/// A product whose score is raised.
#[derive(InputObject, Debug, Clone)]
pub(crate) struct ProductBoost {
    pub(super) product_id: ID,
    /// 0.5 adds half of the score to it; from 0 to 10.
    pub(super) by: f64,
}

type Price = (Option<String>, Option<String>);

fn price(range: Option<DecimalRange>) -> Price {
    range.map_or((None, None), |range| (range.min.map(|end| end.0), range.max.map(|end| end.0)))
}

impl RecommendationFilter {
    fn read(self) -> GraphqlResult<FilterRequest> {
        let read = |ids: &[ID]| {
            global_id::decode_all::<ProductId>(ids).map_err(|problem| GraphqlError::about("filter", &problem))
        };
        let (boosted, by): (Vec<ID>, Vec<f64>) = self
            .boosted_products
            .unwrap_or_default()
            .into_iter()
            .map(|boost| (boost.product_id, boost.by))
            .unzip();
        Ok(FilterRequest {
            category_slugs: self.category_slugs.unwrap_or_default(),
            price: price(self.price),
            in_stock_only: self.in_stock_only.unwrap_or(true),
            exclude_purchased: self.exclude_purchased.unwrap_or(true),
            exclude: read(&self.exclude_product_ids.unwrap_or_default())?,
            min_sustainability_score: self.min_sustainability_score.map(i64::from),
            diversity: self.diversity,
            sustainability_boost: self.sustainability_boost,
            category_cap: self.max_per_category.map(i64::from),
            pinned: self.pinned_product_ids.as_deref().map(read).transpose()?,
            boosted: read(&boosted)?.into_iter().zip(by).collect(),
            exploration_slots: self.new_product_slots.map(i64::from),
        })
    }
}

/// A request for a list, ids and names read.
pub(super) fn request(
    ctx: &Context<'_>,
    count: i32,
    strategy: Option<RecommendationStrategy>,
    strategy_id: Option<ID>,
    filter: Option<RecommendationFilter>,
    preferences: Option<PreferencesInput>,
) -> GraphqlResult<ListRequest> {
    let strategy = match (strategy, strategy_id) {
        (Some(_), Some(_)) => {
            let problem = Problem::Malformed { expected: "give either strategy or strategyId" };
            return Err(GraphqlError::about("strategyId", &problem));
        }
        (Some(strategy), None) => Some(strategy.id().map(str::to_owned).ok_or_else(|| {
            let problem = Problem::Malformed { expected: "name the plug-in with strategyId" };
            GraphqlError::about("strategy", &problem)
        })?),
        (None, id) => id.map(|id| strategy_name(&id)),
    };
    Ok(ListRequest {
        count: count.into(),
        strategy,
        filter: filter.map(RecommendationFilter::read).transpose()?,
        preferences: preferences.map(|stated| stated.read(ctx)).transpose()?,
    })
}

/// A strategy by its name, or by the global id of its `StrategyInfo`.
pub(crate) fn strategy_name(id: &ID) -> String {
    match global_id::decode_parts(id) {
        Some((kind, name)) if kind == super::strategy::TYPE => name,
        _ => id.to_string(),
    }
}

/// The user or visitor an id names.
pub(super) fn subject(argument: &'static str, id: &ID) -> GraphqlResult<Subject> {
    read_subject(id).map_err(|problem| GraphqlError::about(argument, &problem))
}

pub(crate) fn read_subject(id: &ID) -> Result<Subject, Problem> {
    use crate::domain::ids::{UserId, VisitorId};
    match global_id::decode_parts(id) {
        Some((kind, _)) if kind == VisitorId::TYPE => global_id::decode(id).map(Subject::Visitor),
        _ => global_id::decode::<UserId>(id).map(Subject::User),
    }
}
