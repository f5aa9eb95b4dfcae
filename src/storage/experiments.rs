//! The contract of experiments.

use std::collections::HashMap;

use async_trait::async_trait;

use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::experiment::{Experiment, ExperimentStatus};
use crate::domain::ids::ExperimentId;

/// Reading experiments.
#[async_trait]
pub trait ExperimentStore {
    /// Experiments by id.
    async fn experiments(&self, ids: &[ExperimentId]) -> Result<HashMap<ExperimentId, Experiment>>;
    /// The experiment of that key.
    async fn experiment_by_key(&self, key: &str) -> Result<Option<Experiment>>;
    /// Every running experiment, by key; there are few.
    async fn running_experiments(&self) -> Result<Vec<Experiment>>;
    /// A page of experiments, newest first; in one of these states, or in any when the list is empty.
    async fn list_experiments(
        &self,
        statuses: &[ExperimentStatus],
        page: &PageRequest,
    ) -> Result<Page<Experiment>>;
    /// How many experiments are in one of these states.
    async fn count_experiments(&self, statuses: &[ExperimentStatus]) -> Result<i64>;
}

/// Changing experiments.
#[async_trait]
pub trait ExperimentWork {
    /// Adds an experiment.
    ///
    /// # Errors
    /// `Conflict` on `experiment key`.
    async fn insert_experiment(&mut self, experiment: &Experiment) -> Result<()>;
    /// Replaces an experiment, raises its version by one and returns it as stored.
    ///
    /// # Errors
    /// `VersionConflict` when `expected_version` is given and is not the stored one; `Missing` when there is no
    /// such experiment; `Conflict` on `experiment key`.
    async fn update_experiment(
        &mut self,
        experiment: &Experiment,
        expected_version: Option<i64>,
    ) -> Result<Experiment>;
}
