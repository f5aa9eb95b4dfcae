//! Experiments: which strategies compete for how much of the traffic, from draft to winner.

use std::sync::Arc;

use super::error::{Mistakes, Problem, ServiceError, WHOLE, refused_write};
use super::messages::Message;
use crate::context::Context;
use crate::domain::caller::Caller;
use crate::domain::experiment::{Experiment, ExperimentStatus, ExperimentVariant};
use crate::domain::ids::ExperimentId;
use crate::domain::interaction::Subject;
use crate::domain::{limits, text};
use crate::recommend::Recommendations;
use crate::storage::{Page, PageRequest, Storage};

/// The use cases of experiments.
pub struct Experiments {
    storage: Arc<dyn Storage>,
    live: Arc<Recommendations>,
    context: Context,
}

/// An experiment as typed; what is `None` stays, or takes its default in a new one.
#[derive(Debug, Clone, Default)]
pub struct ExperimentChange {
    pub key: Option<String>,
    pub name: Option<String>,
    pub variants: Option<Vec<VariantChange>>,
    pub traffic_percent: Option<f64>,
}

/// The arm that somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub experiment_key: String,
    pub variant_key: String,
    pub strategy_id: String,
}

/// An arm as typed.
#[derive(Debug, Clone)]
pub struct VariantChange {
    pub key: String,
    pub strategy_id: String,
    pub weight: f64,
    /// JSON text.
    pub config: Option<String>,
}

impl Experiments {
    pub fn new(storage: Arc<dyn Storage>, live: Arc<Recommendations>, context: Context) -> Self {
        Self { storage, live, context }
    }

    /// The arm of the running experiment that the caller is in; none for those who take no part.
    pub fn assignment(&self, caller: &Caller) -> Option<Assignment> {
        let subject = caller.user().map(Subject::User).or(caller.visitor.map(Subject::Visitor))?;
        let (experiment_key, variant_key, strategy_id) = self.live.assignment(subject)?;
        Some(Assignment { experiment_key, variant_key, strategy_id })
    }

    /// The experiment of that key.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn by_key(&self, key: &str) -> Result<Option<Experiment>, ServiceError> {
        Ok(self.storage.experiment_by_key(key).await?)
    }

    /// A page of experiments, newest first, in one of these states or in any.
    ///
    /// # Errors
    /// When the store cannot be read or the cursor is not its own.
    pub async fn list(
        &self,
        statuses: &[ExperimentStatus],
        page: &PageRequest,
    ) -> Result<Page<Experiment>, ServiceError> {
        Ok(self.storage.list_experiments(statuses, page).await?)
    }

    /// How many experiments are in one of these states, or in any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count(&self, statuses: &[ExperimentStatus]) -> Result<i64, ServiceError> {
        Ok(self.storage.count_experiments(statuses).await?)
    }

    /// Makes a draft.
    ///
    /// # Errors
    /// When the input does not fit or the key is taken.
    pub async fn create(&self, change: ExperimentChange) -> Result<Experiment, ServiceError> {
        let now = self.context.now();
        let mut mistakes = Mistakes::default();
        for (field, missing) in [
            ("key", change.key.is_none()),
            ("name", change.name.is_none()),
            ("variants", change.variants.is_none()),
        ] {
            if missing {
                mistakes.add([field], Problem::Required);
            }
        }
        let draft = Experiment {
            id: self.context.new_id::<ExperimentId>(),
            key: String::new(),
            name: String::new(),
            status: ExperimentStatus::Draft,
            variants: Vec::new(),
            traffic_percent: 100.0,
            salt: self.context.random_u64().to_string(),
            winner_key: None,
            started_at: None,
            ended_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let experiment = self.changed(draft, change, &mut mistakes);
        mistakes.done()?;
        experiment.check().map_err(|invalid| ServiceError::refuse(WHOLE, invalid))?;
        let mut unit = self.storage.begin().await?;
        unit.insert_experiment(&experiment).await.map_err(|error| refused_write(error, ["key"]))?;
        unit.save().await?;
        Ok(experiment)
    }

    /// Changes an experiment. Arms and key stay as they are once it has run: results must keep their meaning.
    ///
    /// # Errors
    /// When there is none, the change does not fit its state or its version, or the key is taken.
    pub async fn update(
        &self,
        id: ExperimentId,
        change: ExperimentChange,
        expected_version: Option<i64>,
    ) -> Result<Experiment, ServiceError> {
        let found = self.find(id).await?;
        let structural = change.key.is_some() || change.variants.is_some();
        if found.status == ExperimentStatus::Completed || (structural && found.started_at.is_some()) {
            return Err(ServiceError::refuse(["input"], Problem::ExperimentRunning));
        }
        let mut mistakes = Mistakes::default();
        let experiment = self.changed(found, change, &mut mistakes);
        mistakes.done()?;
        experiment.check().map_err(|invalid| ServiceError::refuse(WHOLE, invalid))?;
        self.save(experiment, expected_version).await
    }

    /// Begins to assign shoppers. One experiment runs at a time, so that results do not mix.
    ///
    /// # Errors
    /// When there is none, it cannot start from its state, or another one runs.
    pub async fn start(&self, id: ExperimentId) -> Result<Experiment, ServiceError> {
        let found = self.find(id).await?;
        if self.storage.running_experiments().await?.iter().any(|running| running.id != id) {
            return Err(ServiceError::refuse(["id"], Problem::ExperimentRunning));
        }
        let now = self.context.now();
        let started_at = found.started_at.or(Some(now));
        self.step(Experiment { started_at, ..found }, ExperimentStatus::Running).await
    }

    /// Assigns nobody for now.
    ///
    /// # Errors
    /// When there is none, or it does not run.
    pub async fn pause(&self, id: ExperimentId) -> Result<Experiment, ServiceError> {
        let found = self.find(id).await?;
        self.step(found, ExperimentStatus::Paused).await
    }

    /// Ends an experiment, with or without a winner.
    ///
    /// # Errors
    /// When there is none, it cannot end from its state, or the winner is not one of its arms.
    pub async fn complete(
        &self,
        id: ExperimentId,
        winner_key: Option<String>,
    ) -> Result<Experiment, ServiceError> {
        let found = self.find(id).await?;
        if let Some(key) = &winner_key
            && !found.variants.iter().any(|variant| variant.key == *key)
        {
            return Err(ServiceError::refuse(["winnerKey"], Problem::NotFound { what: "variant" }));
        }
        let ended_at = Some(self.context.now());
        self.step(Experiment { winner_key, ended_at, ..found }, ExperimentStatus::Completed).await
    }

    async fn find(&self, id: ExperimentId) -> Result<Experiment, ServiceError> {
        let found = self.storage.experiments(&[id]).await?.remove(&id);
        found.ok_or_else(|| ServiceError::refuse(["id"], Problem::NotFound { what: "experiment" }))
    }

    async fn step(&self, experiment: Experiment, next: ExperimentStatus) -> Result<Experiment, ServiceError> {
        if !experiment.status.can_become(next) {
            let allowed = ExperimentStatus::ALL
                .into_iter()
                .filter(|status| experiment.status.can_become(*status))
                .map(ExperimentStatus::as_str)
                .collect();
            let (from, to) = (experiment.status.as_str(), next.as_str());
            return Err(ServiceError::refuse(["id"], Problem::IllegalTransition { from, to, allowed }));
        }
        // The version read above guards the step: of two at once the second is told.
        let version = experiment.version;
        self.save(Experiment { status: next, ..experiment }, Some(version)).await
    }

    async fn save(
        &self,
        experiment: Experiment,
        expected_version: Option<i64>,
    ) -> Result<Experiment, ServiceError> {
        let experiment = Experiment { updated_at: self.context.now(), ..experiment };
        let mut unit = self.storage.begin().await?;
        let stored = unit.update_experiment(&experiment, expected_version).await;
        let stored = stored.map_err(|error| refused_write(error, ["key"]))?;
        if stored.status == ExperimentStatus::Completed {
            let completed = Message::ExperimentCompleted { experiment: stored.id };
            unit.post(&[completed.to_outbox(&self.context)]).await?;
        }
        unit.save().await?;
        self.live.experiments_changed().await?;
        Ok(stored)
    }

    fn changed(&self, before: Experiment, change: ExperimentChange, mistakes: &mut Mistakes) -> Experiment {
        let key = change.key.and_then(|key| mistakes.check(["key"], text::line("key", &key, limits::KEY)));
        let name =
            change.name.and_then(|name| mistakes.check(["name"], text::line("name", &name, limits::NAME)));
        let variants = change.variants.map(|variants| {
            let strategies = self.live.strategy_states();
            variants
                .into_iter()
                .take(limits::EXPERIMENT_VARIANTS + 1)
                .enumerate()
                .map(|(index, variant)| {
                    let index = index.to_string();
                    let known = strategies.iter().any(|state| state.id == variant.strategy_id);
                    if !known || variant.strategy_id == "ab_assigned" {
                        let path = ["variants", &index, "strategyId"];
                        mistakes.add(path, Problem::NotFound { what: "strategy to compete" });
                    }
                    let path = ["variants", &index, "key"];
                    let key = mistakes.check(path, text::line("key", &variant.key, limits::KEY));
                    if variant.config.is_some() {
                        let expected = "arms share one model a strategy; configure the strategy itself";
                        mistakes.add(["variants", &index, "config"], Problem::Malformed { expected });
                    }
                    ExperimentVariant {
                        key: key.unwrap_or_default(),
                        strategy_id: variant.strategy_id,
                        weight: variant.weight,
                        config: None,
                    }
                })
                .collect()
        });
        Experiment {
            key: key.unwrap_or(before.key),
            name: name.unwrap_or(before.name),
            variants: variants.unwrap_or(before.variants),
            traffic_percent: change.traffic_percent.unwrap_or(before.traffic_percent),
            ..before
        }
    }
}
