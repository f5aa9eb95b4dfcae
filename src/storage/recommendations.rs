//! The contract of what the recommender leaves behind: served lists, training runs, settings.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::ids::{RecommendationId, TrainingRunId};
use crate::domain::recommendation::{ServedRecommendation, StrategySetting, TrainingRun};
use crate::domain::time::Timestamp;

/// Reading what the recommender left behind.
#[async_trait]
pub trait RecommendationStore {
    /// A served list by id.
    async fn served_recommendation(&self, id: RecommendationId) -> Result<Option<ServedRecommendation>>;
    /// Served lists in the span, oldest first, behind `after`: for off-policy evaluation.
    async fn served_recommendations(
        &self,
        span: RangeInclusive<Timestamp>,
        after: Option<RecommendationId>,
        limit: usize,
    ) -> Result<Vec<ServedRecommendation>>;
    /// The latest trainings of each strategy, newest first, at most `limit` of each.
    async fn training_runs_of(
        &self,
        strategy_ids: &[String],
        limit: usize,
    ) -> Result<HashMap<String, Vec<TrainingRun>>>;
    /// Trainings by id.
    async fn training_runs(&self, ids: &[TrainingRunId]) -> Result<HashMap<TrainingRunId, TrainingRun>>;
    /// What staff set for strategies, all of it.
    async fn strategy_settings(&self) -> Result<Vec<StrategySetting>>;
    /// A value kept under a key: small facts about the installation, such as its generated secret.
    async fn setting(&self, key: &str) -> Result<Option<String>>;
}

/// Writing what the recommender leaves behind.
#[async_trait]
pub trait RecommendationWork {
    /// Writes served lists, many at a time. Those already there are left as they are.
    async fn record_recommendations(&mut self, served: &[ServedRecommendation]) -> Result<()>;
    /// Removes at most `limit` of the lists served before `before`, the oldest first. Returns how many.
    async fn remove_recommendations(&mut self, before: Timestamp, limit: usize) -> Result<u64>;
    /// Adds a training run, or replaces the one of that id.
    async fn save_training_run(&mut self, run: &TrainingRun) -> Result<()>;
    /// Marks runs as failed that were still running when the process ended, those begun before `before`.
    async fn fail_unfinished_training_runs(&mut self, before: Timestamp, now: Timestamp) -> Result<u64>;
    /// Sets what staff chose for a strategy.
    async fn save_strategy_setting(&mut self, setting: &StrategySetting) -> Result<()>;
    /// Keeps a value under a key, replacing what was there.
    async fn save_setting(&mut self, key: &str, value: &str, now: Timestamp) -> Result<()>;
    /// Keeps a value under a key unless there is one, and returns the one that is there: of several processes that
    /// start at once, all end with the same.
    async fn setting_or_insert(&mut self, key: &str, value: &str, now: Timestamp) -> Result<String>;
}
