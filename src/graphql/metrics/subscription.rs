//! Figures as they change.

use async_graphql::{Context, ID, Subscription};
use futures_util::{Stream, StreamExt};

use super::query::{asked, strategies};
use super::strategy::StrategyMetrics;
use crate::domain::caller::Permission as Right;
use crate::graphql::auth::{Requires, auth, only, while_signed_in};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::limits::cost::cost;
use crate::graphql::money::DateTimeRange;
use crate::graphql::services;

#[derive(Default)]
pub struct MetricsSubscription;

#[Subscription]
impl MetricsSubscription {
    /// How strategies do: each of those named, or every one, at once, then those whose figures change, as they do; at
    /// most once a second. The range is as in `strategyMetrics`; an open end moves on with the time.
    #[graphql(
        guard = "Requires(Right::MetricsRead)",
        directive = auth::apply(only(Right::MetricsRead), None, None),
        directive = cost::apply(10, None)
    )]
    async fn strategy_metrics_changed(
        &self,
        ctx: &Context<'_>,
        strategy_ids: Option<Vec<ID>>,
        range: Option<DateTimeRange>,
    ) -> Result<impl Stream<Item = GraphqlResult<StrategyMetrics>> + use<>, GraphqlError> {
        let names = strategies(ctx, strategy_ids)?;
        let measured = services(ctx).metrics.watch(names, asked(range));
        let measured = measured.map_err(|problem| GraphqlError::about("range", &problem))?;
        let updates = measured.map(|one| one.map(StrategyMetrics::from).map_err(GraphqlError::from));
        Ok(while_signed_in(ctx, updates))
    }
}
