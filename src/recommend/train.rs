//! A round of training: a data set of everything known, every enabled strategy fitted to it, all swapped in at once.

use std::sync::Arc;

use serde_json::Value;
use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::error::StrategyError;
use shelfwise_strategies::models::ModelSet;
use shelfwise_strategies::persist::Model;
use shelfwise_strategies::recommender::LogMark;
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::Strategy;
use shelfwise_strategies::train::{Cancel, FitJob, Progress, Settled};

use super::files::{self, Trained};
use super::load::LoadError;
use super::measure;
use super::training::{Round, RoundProgress};
use super::world::World;
use super::{Recommendations, StrategyState};
use crate::bus::{Message, Topic};
use crate::domain::ids::TrainingRunId;
use crate::domain::job::JobStatus;
use crate::domain::notification::OutboxMessage;
use crate::domain::recommendation::TrainingRun;
use crate::domain::time::Timestamp;
use crate::storage::{Result as StorageResult, StorageError};

/// A round could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("the data cannot be read")]
    Load(#[from] LoadError),
    #[error("a training run cannot be written down")]
    Storage(#[from] StorageError),
    #[error("the live data contradict themselves")]
    Data(#[from] shelfwise_strategies::error::DataError),
    #[error("the training thread failed")]
    Thread(#[from] tokio::task::JoinError),
}

/// Writes progress to the log.
pub(super) struct Logged<'a>(pub(super) &'a str);

impl Progress for Logged<'_> {
    fn report(&self, stage: &str, done: f32) {
        tracing::debug!(strategy = self.0, stage, done, "training");
    }
}

impl Recommendations {
    /// Trains whenever a round is due, until the shop closes.
    pub(super) async fn train_when_due(self: Arc<Self>) {
        loop {
            let round = tokio::select! {
                () = self.closing.cancelled() => return,
                round = self.training.next_round() => round,
            };
            self.train(round).await;
        }
    }

    /// How far the training under way has come; `None` when there is none.
    pub fn training_progress(&self) -> Option<RoundProgress> {
        self.training.progress()
    }

    /// Rounds of training that are over, whatever their outcome.
    pub fn training_rounds(&self) -> u64 {
        self.training.rounds()
    }

    /// Carries out one round and, when that is due, measures what came of it.
    pub(super) async fn train(self: &Arc<Self>, round: Round) {
        let outcome = self.train_all(round).await;
        self.training.end();
        let outcome = match outcome {
            Ok(Some(trained)) => self.measure(trained).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(error = &error as &dyn std::error::Error, "a round of training failed");
        }
    }

    /// Trains all enabled strategies and puts them in service; `None` when the round was cancelled.
    async fn train_all(self: &Arc<Self>, round: Round) -> Result<Option<measure::Trained>, TrainError> {
        self.read_rules().await?;
        if round.reload {
            self.reload().await?;
        }
        let cancel = self.training.begin();
        let world = self.world.load_full();
        let this = Arc::clone(self);
        let (dataset, mark) = {
            let world = Arc::clone(&world);
            tokio::task::spawn_blocking(move || this.pool.install(|| world.engine.compact())).await??
        };
        let dataset = Arc::new(dataset);
        let version = self.next_snapshot_version(world.engine.snapshot_version());
        let (mut trained, mut runs) = (Vec::new(), Vec::new());
        let asked_for = !round.queued.is_empty();
        let mut settled = Arc::new(Settled::new());
        let mut queued = round.queued;
        let states = self.strategy_states();
        let strategies = states.iter().filter(|state| state.enabled).count();
        for state in states.iter() {
            let waiting =
                queued.iter().position(|run| run.strategy_id == state.id).map(|at| queued.remove(at));
            if !state.enabled {
                if let Some(run) = waiting {
                    self.finish(run, JobStatus::Cancelled, None, Some("the strategy is switched off"))
                        .await?;
                }
                continue;
            }
            let strategy = state.id.to_owned();
            self.training.come_to(RoundProgress { strategy, done: trained.len(), strategies });
            let fitted = self.fit(state, waiting, &dataset, version, &cancel, &settled).await?;
            if let Some((model, run)) = fitted {
                let known = model.model.settled().unwrap_or_else(|| state.params.clone());
                Arc::make_mut(&mut settled).insert(model.strategy.clone(), known);
                self.serve_if_missing(&world, &model);
                trained.push(model);
                runs.push(run);
            }
        }
        if cancel.is_cancelled() {
            return Ok(None);
        }
        self.put_in_service(version, Arc::clone(&dataset), mark, trained).await?;
        Ok(Some(measure::Trained { dataset, runs, asked_for }))
    }

    /// Fits one strategy and writes the run down; `None` when that failed and the old model stays.
    async fn fit(
        self: &Arc<Self>,
        state: &StrategyState,
        waiting: Option<TrainingRun>,
        dataset: &Arc<Dataset>,
        version: u64,
        cancel: &Cancel,
        settled: &Arc<Settled>,
    ) -> Result<Option<(Trained, TrainingRun)>, TrainError> {
        let mut run = waiting.unwrap_or_else(|| self.new_run(state.id));
        run.status = JobStatus::Running;
        run.started_at = self.context.now();
        run.interactions = count(dataset.event_count());
        run.users = count(dataset.user_count());
        run.products = count(dataset.item_count());
        self.save_run(&run).await?;
        let fitted = {
            let (this, dataset, cancel) = (Arc::clone(self), Arc::clone(dataset), cancel.clone());
            let settled = Arc::clone(settled);
            let (id, params, now) = (state.id, state.params.clone(), self.context.now());
            tokio::task::spawn_blocking(move || this.fit_now(id, &params, &dataset, now, &cancel, &settled))
                .await
        };
        let model_version = Timestamp::from_millis(i64::try_from(version).unwrap_or(0)).to_string();
        match fitted {
            Ok(Ok(model)) => {
                let run = self.finish(run, JobStatus::Succeeded, Some(model_version.clone()), None).await?;
                let (strategy, params) = (state.id.to_owned(), state.params.to_string());
                Ok(Some((Trained { strategy, version: model_version, params, model }, run)))
            }
            Ok(Err(StrategyError::Cancelled)) => {
                self.finish(run, JobStatus::Cancelled, None, None).await?;
                Ok(None)
            }
            Ok(Err(error)) => {
                tracing::error!(strategy = state.id, %error, "a strategy could not be trained");
                self.finish(run, JobStatus::Failed, None, Some(&error.to_string())).await?;
                Ok(None)
            }
            // A panic in one strategy must not keep the others from being trained.
            Err(panic) => {
                tracing::error!(strategy = state.id, error = %panic, "a training ended abruptly");
                self.finish(run, JobStatus::Failed, None, Some("the training ended abruptly")).await?;
                Ok(None)
            }
        }
    }

    /// Fits on the training threads and blocks until done.
    pub(super) fn fit_now(
        &self,
        strategy: &str,
        params: &Value,
        dataset: &Dataset,
        now: Timestamp,
        cancel: &Cancel,
        settled: &Settled,
    ) -> Result<Arc<dyn Model>, StrategyError> {
        let job = FitJob {
            dataset,
            now: now.as_millis(),
            weights: &self.options.weights,
            seed: self.options.seed,
            progress: &Logged(strategy),
            cancel,
            settled,
        };
        self.pool.install(|| self.registry.fit(strategy, &job, params))
    }

    /// A shop that begins serves each strategy as soon as it is trained, not when the slowest is.
    fn serve_if_missing(&self, world: &World, trained: &Trained) {
        if world.engine.models().get(&trained.strategy).is_none() {
            let strategy: Arc<dyn Strategy> = Arc::clone(&trained.model) as _;
            world.engine.install(vec![(trained.strategy.clone(), trained.version.clone(), strategy)]);
            self.models_changed();
        }
    }

    async fn put_in_service(
        self: &Arc<Self>,
        version: u64,
        dataset: Arc<Dataset>,
        mark: LogMark,
        trained: Vec<Trained>,
    ) -> Result<(), TrainError> {
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let world = this.world.load_full();
            let models = this.with_survivors(&world.engine.models(), &trained);
            let snapshot = this.pool.install(|| Snapshot::new(version, dataset));
            world.engine.publish(snapshot, models, mark);
            this.models_changed();
            this.save_models(version, &trained);
        })
        .await?;
        Ok(())
    }

    /// The new models, and old ones of enabled strategies whose training failed.
    fn with_survivors(&self, old: &ModelSet, trained: &[Trained]) -> ModelSet {
        let mut models = files::model_set(trained);
        for state in self.strategy_states().iter() {
            if !state.enabled {
                // Switched off while it was trained.
                models.remove(state.id);
            } else if models.get(state.id).is_none()
                && let Some(survivor) = old.get(state.id)
            {
                let strategy: Arc<dyn Strategy> = Arc::clone(survivor.strategy());
                models.insert(state.id, survivor.version(), strategy);
            }
        }
        models
    }

    fn save_models(&self, version: u64, trained: &[Trained]) {
        let Some(folder) = &self.options.model_dir else { return };
        let roster = self.world.load().roster().clone();
        if let Err(error) = files::save(folder, version, &roster, trained) {
            tracing::warn!(%error, folder = %folder.display(), "trained models could not be saved");
        }
    }

    /// Tells everybody that lists may be others from now on: other models serve, or other rules are in force.
    pub(super) fn models_changed(&self) {
        self.models_version.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
        self.bus.publish_here(Message::about(Topic::Models));
    }

    /// Snapshot versions are the time of training, so that they rise across restarts too.
    pub(super) fn next_snapshot_version(&self, last: u64) -> u64 {
        u64::try_from(self.context.now().as_millis()).unwrap_or(0).max(last + 1)
    }

    /// A run that waits to begin.
    pub(super) fn new_run(&self, strategy: &str) -> TrainingRun {
        TrainingRun {
            id: self.context.new_id::<TrainingRunId>(),
            strategy_id: strategy.to_owned(),
            status: JobStatus::Queued,
            model_version: None,
            interactions: 0,
            users: 0,
            products: 0,
            started_at: self.context.now(),
            finished_at: None,
            offline: None,
            error: None,
        }
    }

    async fn finish(
        &self,
        run: TrainingRun,
        status: JobStatus,
        model_version: Option<String>,
        error: Option<&str>,
    ) -> StorageResult<TrainingRun> {
        let finished_at = Some(self.context.now());
        let error = error.map(str::to_owned);
        let run = TrainingRun { status, model_version, finished_at, error, ..run };
        let mut unit = self.store.begin().await?;
        unit.save_training_run(&run).await?;
        if status == JobStatus::Succeeded {
            let trained = OutboxMessage::model_trained(self.context.new_id(), run.id, self.context.now());
            unit.post(&[trained]).await?;
        }
        unit.save().await?;
        Ok(run)
    }

    /// Writes a run down as it is; how it ended is told where it ends.
    pub(super) async fn save_run(&self, run: &TrainingRun) -> StorageResult<()> {
        let mut unit = self.store.begin().await?;
        unit.save_training_run(run).await?;
        unit.save().await
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
