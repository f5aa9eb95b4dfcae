//! Experiments as clients read and write them.

use std::ops::Range;

use async_graphql::{Enum, ID, InputObject, Object, SimpleObject};
use serde_json::Value;

use crate::domain::experiment as domain;
use crate::domain::time::Timestamp;
use crate::graphql::connection::PageInfo;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::recommendations::RecommendationStrategy;
use crate::graphql::scalars::{DateTime, Long};
use crate::graphql::services;
use crate::services::experiments::{ExperimentChange, VariantChange};
use crate::storage::Page;

/// Where an experiment is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExperimentStatus {
    Draft,
    Running,
    Paused,
    Completed,
}

impl From<domain::ExperimentStatus> for ExperimentStatus {
    fn from(status: domain::ExperimentStatus) -> Self {
        match status {
            domain::ExperimentStatus::Draft => Self::Draft,
            domain::ExperimentStatus::Running => Self::Running,
            domain::ExperimentStatus::Paused => Self::Paused,
            domain::ExperimentStatus::Completed => Self::Completed,
        }
    }
}

impl From<ExperimentStatus> for domain::ExperimentStatus {
    fn from(status: ExperimentStatus) -> Self {
        match status {
            ExperimentStatus::Draft => Self::Draft,
            ExperimentStatus::Running => Self::Running,
            ExperimentStatus::Paused => Self::Paused,
            ExperimentStatus::Completed => Self::Completed,
        }
    }
}

/// Assignment is a hash of (salt, user or visitor id): stable, and needs no storage.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct Experiment {
    id: ID,
    pub(super) key: String,
    name: String,
    status: ExperimentStatus,
    variants: Vec<ExperimentVariant>,
    /// The share of shoppers who take part.
    traffic_percent: f64,
    salt: String,
    winner: Option<ExperimentVariant>,
    started_at: Option<DateTime>,
    ended_at: Option<DateTime>,
    /// Rises by one with every change; for `expectedVersion`.
    version: i32,
}

impl Experiment {
    /// Keys and weights of the arms, in order.
    pub(super) fn arms(&self) -> impl Iterator<Item = (String, f64)> + '_ {
        self.variants.iter().map(|arm| (arm.key.clone(), arm.weight))
    }

    pub(super) fn strategy_of(&self, arm: &str) -> String {
        let found = self.variants.iter().find(|one| one.key == arm);
        found.map(|one| one.strategy_id.to_string()).unwrap_or_default()
    }

    /// When it ran, up to now; empty for one that never did.
    pub(super) fn span(&self, now: Timestamp) -> Range<Timestamp> {
        let until = self.ended_at.map_or(now, |end| end.0);
        self.started_at.map_or(until, |start| start.0)..until
    }
}

/// An arm of an experiment.
#[derive(SimpleObject, Clone)]
struct ExperimentVariant {
    key: String,
    /// Null for plug-ins outside the enum.
    strategy: Option<RecommendationStrategy>,
    strategy_id: ID,
    /// Its share against the other arms'.
    weight: f64,
    config: Option<Value>,
}

impl From<domain::Experiment> for Experiment {
    fn from(experiment: domain::Experiment) -> Self {
        let variants: Vec<ExperimentVariant> =
            experiment.variants.iter().map(ExperimentVariant::from).collect();
        let winner =
            experiment.winner_key.as_deref().and_then(|key| variants.iter().find(|arm| arm.key == key));
        Self {
            id: experiment.id.global(),
            key: experiment.key.clone(),
            name: experiment.name.clone(),
            status: experiment.status.into(),
            winner: winner.cloned(),
            variants,
            traffic_percent: experiment.traffic_percent,
            salt: experiment.salt.clone(),
            started_at: experiment.started_at.map(DateTime),
            ended_at: experiment.ended_at.map(DateTime),
            version: i32::try_from(experiment.version).unwrap_or(i32::MAX),
        }
    }
}

impl From<&domain::ExperimentVariant> for ExperimentVariant {
    fn from(arm: &domain::ExperimentVariant) -> Self {
        let strategy = RecommendationStrategy::of(&arm.strategy_id);
        Self {
            key: arm.key.clone(),
            strategy: (strategy != RecommendationStrategy::Other).then_some(strategy),
            strategy_id: ID(arm.strategy_id.clone()),
            weight: arm.weight,
            config: arm.config.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        }
    }
}

/// An experiment in a list.
#[derive(SimpleObject, Clone)]
struct ExperimentEdge {
    node: Experiment,
    cursor: String,
}

/// `totalCount` costs a query only when selected.
pub(super) struct ExperimentConnection {
    edges: Vec<ExperimentEdge>,
    page_info: PageInfo,
    statuses: Vec<domain::ExperimentStatus>,
}

impl ExperimentConnection {
    pub(super) fn new(page: Page<domain::Experiment>, statuses: Vec<domain::ExperimentStatus>) -> Self {
        let page_info = PageInfo::of(&page);
        let edge = |edge: crate::storage::Edge<domain::Experiment>| ExperimentEdge {
            node: edge.node.into(),
            cursor: edge.cursor.to_string(),
        };
        Self { edges: page.edges.into_iter().map(edge).collect(), page_info, statuses }
    }
}

#[Object]
impl ExperimentConnection {
    async fn edges(&self) -> &[ExperimentEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&Experiment> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> GraphqlResult<Long> {
        Ok(services(ctx).experiments.count(&self.statuses).await?.into())
    }
}

/// What to say about an experiment; what is left out stays as it is. A new one needs key, name and variants.
#[derive(InputObject, Debug, Clone)]
pub(super) struct ExperimentInput {
    key: Option<String>,
    name: Option<String>,
    variants: Option<Vec<ExperimentVariantInput>>,
    /// The share of shoppers who take part; all unless said otherwise.
    traffic_percent: Option<f64>,
}

#[derive(InputObject, Debug, Clone)]
struct ExperimentVariantInput {
    key: String,
    strategy_id: ID,
    weight: f64,
    /// Not taken yet: arms share one model a strategy.
    config: Option<Value>,
}

impl From<ExperimentInput> for ExperimentChange {
    fn from(input: ExperimentInput) -> Self {
        let arm = |arm: ExperimentVariantInput| VariantChange {
            key: arm.key,
            strategy_id: crate::graphql::recommendations::strategy_name(&arm.strategy_id),
            weight: arm.weight,
            config: arm.config.map(|config| config.to_string()),
        };
        Self {
            key: input.key,
            name: input.name,
            variants: input.variants.map(|arms| arms.into_iter().map(arm).collect()),
            traffic_percent: input.traffic_percent,
        }
    }
}
