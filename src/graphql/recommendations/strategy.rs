//! Strategies and their trainings as clients read them.

use async_graphql::{Context, ID, Object, SimpleObject};
use serde_json::Value;

use super::enums::{JobStatus, RecommendationStrategy};
use crate::domain::caller::Permission as Right;
use crate::domain::recommendation as domain;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::connection::count;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::{GlobalId, encode};
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::{TrainingRunsOf, load};
use crate::graphql::metrics::{StrategyMetrics, experiment_key, span};
use crate::graphql::money::DateTimeRange;
use crate::graphql::scalars::{DateTime, Long};
use crate::graphql::services;
use crate::recommend::StrategyState;

/// The type of a strategy's global id.
pub(crate) const TYPE: &str = "StrategyInfo";

/// A strategy the shop can recommend with.
pub(crate) struct StrategyInfo(StrategyState);

impl From<StrategyState> for StrategyInfo {
    fn from(state: StrategyState) -> Self {
        Self(state)
    }
}

#[Object]
impl StrategyInfo {
    pub(crate) async fn id(&self) -> ID {
        encode(TYPE, self.0.id)
    }

    /// Null for plug-ins outside the enum.
    async fn strategy(&self) -> Option<RecommendationStrategy> {
        Some(RecommendationStrategy::of(self.0.id)).filter(|named| *named != RecommendationStrategy::Other)
    }

    async fn name(&self) -> &str {
        self.0.name
    }

    async fn description(&self) -> &str {
        self.0.summary
    }

    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Whether a trained model serves.
    async fn ready(&self, ctx: &Context<'_>) -> bool {
        services(ctx).recommender.model_version(self.0.id).is_some()
    }

    /// The model that serves, named by the moment of its training.
    async fn model_version(&self, ctx: &Context<'_>) -> Option<String> {
        services(ctx).recommender.model_version(self.0.id)
    }

    async fn trained_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        services(ctx).recommender.trained_at(self.0.id).map(DateTime)
    }

    /// The configuration in full.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None)
    )]
    async fn config(&self) -> &Value {
        &self.0.params
    }

    /// The latest trainings, newest first.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn training_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] first: Option<i32>,
    ) -> GraphqlResult<Vec<TrainingRun>> {
        let first = count("first", first, 10)?;
        let runs = load(ctx, TrainingRunsOf(self.0.id)).await?.unwrap_or_default();
        Ok(runs.iter().take(first).cloned().map(TrainingRun::from).collect())
    }

    /// How it does; the range is as in `strategyMetrics`.
    #[graphql(
        guard = "Requires(Right::MetricsRead)",
        directive = auth::apply(only(Right::MetricsRead), None, None),
        directive = cost::apply(10, None)
    )]
    async fn metrics(
        &self,
        ctx: &Context<'_>,
        range: Option<DateTimeRange>,
        #[graphql(desc = "Counts the lists of this experiment alone.")] experiment_id: Option<ID>,
    ) -> GraphqlResult<StrategyMetrics> {
        let experiment = experiment_key(ctx, experiment_id).await?;
        Ok(StrategyMetrics::of_strategy(self.0.id, span(ctx, range)?, experiment))
    }
}

/// One training of one strategy.
#[derive(SimpleObject)]
pub(crate) struct TrainingRun {
    id: ID,
    status: JobStatus,
    model_version: Option<String>,
    /// What it learned from.
    interactions: Long,
    users: Long,
    products: Long,
    started_at: DateTime,
    finished_at: Option<DateTime>,
    /// Figures on held-out data, when they were taken.
    offline: Option<OfflineMetrics>,
    error: Option<String>,
}

/// Figures on held-out data.
#[derive(SimpleObject)]
struct OfflineMetrics {
    /// The length of the lists judged.
    k: i32,
    precision: f64,
    recall: f64,
    ndcg: f64,
    map: f64,
    coverage: f64,
    diversity: f64,
}

impl From<domain::TrainingRun> for TrainingRun {
    fn from(run: domain::TrainingRun) -> Self {
        Self {
            id: run.id.global(),
            status: run.status.into(),
            model_version: run.model_version,
            interactions: run.interactions.into(),
            users: run.users.into(),
            products: run.products.into(),
            started_at: run.started_at.into(),
            finished_at: run.finished_at.map(DateTime),
            offline: run.offline.map(|offline| OfflineMetrics {
                k: i32::try_from(offline.k).unwrap_or(i32::MAX),
                precision: offline.precision,
                recall: offline.recall,
                ndcg: offline.ndcg,
                map: offline.map,
                coverage: offline.coverage,
                diversity: offline.diversity,
            }),
            error: run.error,
        }
    }
}
