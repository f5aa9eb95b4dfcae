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

/// Variety of a list when the caller does not say.
const DIVERSITY: f64 = 0.2;

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
    /// 0 pure relevance, 1 pure variety.
    #[graphql(default_with = "Some(DIVERSITY)")]
    diversity: Option<f64>,
    /// Extra weight for sustainable goods, 0 to 1.
    #[graphql(default_with = "Some(0.0)")]
    sustainability_boost: Option<f64>,
}

type Price = (Option<String>, Option<String>);

fn price(range: Option<DecimalRange>) -> Price {
    range.map_or((None, None), |range| (range.min.map(|end| end.0), range.max.map(|end| end.0)))
}

impl RecommendationFilter {
    fn read(self) -> GraphqlResult<FilterRequest> {
        let exclude = global_id::decode_all::<ProductId>(&self.exclude_product_ids.unwrap_or_default());
        Ok(FilterRequest {
            category_slugs: self.category_slugs.unwrap_or_default(),
            price: price(self.price),
            in_stock_only: self.in_stock_only.unwrap_or(true),
            exclude_purchased: self.exclude_purchased.unwrap_or(true),
            exclude: exclude.map_err(|problem| GraphqlError::about("filter", &problem))?,
            min_sustainability_score: self.min_sustainability_score.map(i64::from),
            diversity: self.diversity.unwrap_or(DIVERSITY),
            sustainability_boost: self.sustainability_boost.unwrap_or(0.0),
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
