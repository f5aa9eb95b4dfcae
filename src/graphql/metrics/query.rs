//! Queries for figures.

use std::ops::Range;

use async_graphql::{Context, ID, Object};

use super::dashboard::Dashboard;
use super::strategy::StrategyMetrics;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::ExperimentId;
use crate::domain::time::Timestamp;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::limits::cost::cost;
use crate::graphql::loaders::load;
use crate::graphql::money::DateTimeRange;
use crate::graphql::recommendations::strategy_name;
use crate::graphql::services;
use crate::services::error::Problem;
use crate::services::metrics::SpanRequest;

/// A span as a client says it.
pub(super) fn asked(range: Option<DateTimeRange>) -> SpanRequest {
    let range = range.unwrap_or_default();
    SpanRequest { from: range.from.map(|at| at.0), to: range.to.map(|at| at.0) }
}

/// The span that the argument `range` means.
pub(crate) fn span(ctx: &Context<'_>, range: Option<DateTimeRange>) -> GraphqlResult<Range<Timestamp>> {
    let span = services(ctx).metrics.span(asked(range));
    span.map_err(|problem| GraphqlError::about("range", &problem))
}

/// The strategies that the argument `strategyIds` means.
pub(super) fn strategies(ctx: &Context<'_>, ids: Option<Vec<ID>>) -> GraphqlResult<Vec<String>> {
    let names = ids.map(|ids| ids.iter().map(strategy_name).collect());
    let named = services(ctx).metrics.strategies(names);
    named.map_err(|problem| GraphqlError::about("strategyIds", &problem))
}

/// The key of the experiment that the argument `experimentId` names.
pub(crate) async fn experiment_key(ctx: &Context<'_>, id: Option<ID>) -> GraphqlResult<Option<String>> {
    let refuse = |problem: Problem| GraphqlError::about("experimentId", &problem);
    let Some(id) = id else { return Ok(None) };
    let id: ExperimentId = global_id::decode(&id).map_err(refuse)?;
    let found = load(ctx, id).await?.ok_or_else(|| refuse(Problem::NotFound { what: "experiment" }))?;
    Ok(Some(found.key.clone()))
}

#[derive(Default)]
pub struct MetricsQuery;

#[Object]
impl MetricsQuery {
    /// How strategies do: those named, or every one. The range is the last 30 days unless it says otherwise, at most
    /// 400 days; an open end is the present.
    #[graphql(
        guard = "Requires(Right::MetricsRead)",
        directive = auth::apply(only(Right::MetricsRead), None, None),
        directive = cost::apply(20, None)
    )]
    async fn strategy_metrics(
        &self,
        ctx: &Context<'_>,
        strategy_ids: Option<Vec<ID>>,
        range: Option<DateTimeRange>,
    ) -> GraphqlResult<Vec<StrategyMetrics>> {
        let (names, span) = (strategies(ctx, strategy_ids)?, span(ctx, range)?);
        Ok(names.iter().map(|name| StrategyMetrics::of_strategy(name, span.clone(), None)).collect())
    }

    /// The shop at a glance. A range has at most 400 days; an open end is the present, an open beginning lies 30 days
    /// before the end.
    #[graphql(
        guard = "Requires(Right::MetricsRead)",
        directive = auth::apply(only(Right::MetricsRead), None, None),
        directive = cost::apply(50, None)
    )]
    async fn dashboard(&self, ctx: &Context<'_>, range: DateTimeRange) -> GraphqlResult<Dashboard> {
        Ok(Dashboard::new(span(ctx, Some(range))?))
    }
}
