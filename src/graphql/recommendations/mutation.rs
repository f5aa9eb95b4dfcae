//! Administration of the recommender.

use async_graphql::{Context, ID, Object, SimpleObject};
use serde_json::Value;

use super::input::strategy_name;
use super::merchandising::{MerchandisingRulesInput, MerchandisingRulesPayload};
use super::strategy::{StrategyInfo, TrainingRun};
use crate::domain::caller::Permission as Right;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::error::GraphqlResult;
use crate::graphql::people::SuccessPayload;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};

#[derive(SimpleObject, Default)]
struct TrainingPayload {
    run: Option<TrainingRun>,
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject, Default)]
struct StrategyPayload {
    strategy: Option<StrategyInfo>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct RecommendationMutation;

#[Object]
impl RecommendationMutation {
    /// Queues a training. All enabled strategies are trained on the same past; requests go on meanwhile.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None)
    )]
    async fn strategy_train(&self, ctx: &Context<'_>, strategy_id: ID) -> GraphqlResult<TrainingPayload> {
        let answer = services(ctx).recommender.train(&strategy_name(&strategy_id)).await;
        Ok(match outcome(answer, &[])? {
            Ok(run) => TrainingPayload { run: Some(run.into()), user_errors: Vec::new() },
            Err(user_errors) => TrainingPayload { run: None, user_errors },
        })
    }

    /// Switches a strategy on or off, or configures it: keys left out of `config` take their defaults. A change starts
    /// a training.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None)
    )]
    async fn strategy_update(
        &self,
        ctx: &Context<'_>,
        strategy_id: ID,
        enabled: Option<bool>,
        config: Option<Value>,
    ) -> GraphqlResult<StrategyPayload> {
        let name = strategy_name(&strategy_id);
        let answer = services(ctx).recommender.update_strategy(&name, enabled, config.as_ref()).await;
        Ok(match outcome(answer, &[])? {
            Ok(state) => StrategyPayload { strategy: Some(state.into()), user_errors: Vec::new() },
            Err(user_errors) => StrategyPayload { strategy: None, user_errors },
        })
    }

    /// Changes what shapes every list, from this moment on; lists that are being watched follow.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None)
    )]
    async fn merchandising_rules_update(
        &self,
        ctx: &Context<'_>,
        input: MerchandisingRulesInput,
    ) -> GraphqlResult<MerchandisingRulesPayload> {
        let answer = match input.read() {
            Ok(change) => services(ctx).recommender.update_rules(change).await,
            Err(error) => Err(error),
        };
        Ok(match outcome(answer, &["input"])? {
            Ok(rules) => {
                MerchandisingRulesPayload { merchandising_rules: Some(rules.into()), user_errors: Vec::new() }
            }
            Err(user_errors) => MerchandisingRulesPayload { merchandising_rules: None, user_errors },
        })
    }

    /// Forgets cached lists. Never needed for freshness: lists are cached by the versions of what they came from.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None)
    )]
    async fn recommendation_cache_clear(&self, ctx: &Context<'_>) -> GraphqlResult<SuccessPayload> {
        services(ctx).recommender.clear_cache();
        SuccessPayload::of(Ok(()), &[])
    }
}
