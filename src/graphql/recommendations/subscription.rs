//! Lists that follow what happens.

use async_graphql::{Context, ID, Subscription};
use futures_util::{Stream, StreamExt};

use super::enums::{RecommendationStrategy, TrendWindow};
use super::input::{RecommendationFilter, request, subject};
use super::result::{RecommendationResult, RecommendationUpdate};
use crate::graphql::auth::{auth, caller, while_signed_in};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::people::PreferencesInput;
use crate::graphql::services;

/// Time between two lists when the subscriber names none.
const MIN_INTERVAL_MS: i32 = 100;

#[derive(Default)]
pub struct RecommendationSubscription;

#[Subscription]
impl RecommendationSubscription {
    /// First event at once, then after each change of the list (new interactions, new model, stock): at most one per
    /// `minIntervalMs`, which is 50 to 60000.
    #[graphql(directive = auth::apply(None, Some(true), None), directive = cost::apply(10, per(&["count"])))]
    #[expect(clippy::too_many_arguments, reason = "everything that shapes a list")]
    async fn recommendation_updates(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
        #[graphql(default_with = "Some(10)")] count: Option<i32>,
        strategy: Option<RecommendationStrategy>,
        filter: Option<RecommendationFilter>,
        preferences: Option<PreferencesInput>,
        #[graphql(default_with = "Some(MIN_INTERVAL_MS)")] min_interval_ms: Option<i32>,
    ) -> Result<impl Stream<Item = GraphqlResult<RecommendationUpdate>> + use<>, GraphqlError> {
        let shopper = subject("userId", &user_id)?;
        let request = request(ctx, count.unwrap_or(10), strategy, None, filter, preferences)?;
        let min_interval_ms = min_interval_ms.unwrap_or(MIN_INTERVAL_MS);
        let recommender = &services(ctx).recommender;
        let pushed = recommender.watch_shopper(caller(ctx), shopper, request, min_interval_ms.into()).await?;
        let updates = pushed.map(|pushed| pushed.map(RecommendationUpdate::from).map_err(GraphqlError::from));
        Ok(while_signed_in(ctx, updates))
    }

    /// What rises, first at once, then after each change of the list: at most one a second.
    #[graphql(directive = cost::apply(2, per(&["count"])))]
    async fn trending_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(TrendWindow::Hour)")] window: Option<TrendWindow>,
        #[graphql(default_with = "Some(10)")] count: Option<i32>,
    ) -> Result<impl Stream<Item = GraphqlResult<RecommendationResult>> + use<>, GraphqlError> {
        let request = request(ctx, count.unwrap_or(10), None, None, None, None)?;
        let window = window.unwrap_or(TrendWindow::Hour);
        let pushed = services(ctx).recommender.watch_trending(window.into(), request)?;
        Ok(pushed.map(|pushed| {
            pushed.map(|pushed| RecommendationResult::from(pushed.list)).map_err(GraphqlError::from)
        }))
    }
}
