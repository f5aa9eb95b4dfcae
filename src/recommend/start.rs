//! From an open store to a recommender that answers: the catalogue first, behaviour and models behind it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arc_swap::ArcSwap;
use serde_json::Value;
use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::train::{Cancel, NOTHING_SETTLED};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::files::{self, Trained};
use super::load::{self, Catalogue, LoadError};
use super::log::ServedLog;
use super::roster::Roster;
use super::tide::Tide;
use super::training::Training;
use super::world::World;
use super::{Dependencies, KNOWN_FOR, KNOWN_SHOPPERS, Options, Recommendations, pool, strategies};
use crate::storage::StorageError;
use crate::storage::interactions::InteractionCursor;

/// Strategies that need no training to speak of: they answer while the others are being trained.
const AT_ONCE: [&str; 3] = ["newest", "popular", "trending"];

/// The recommender could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the store cannot be read")]
    Storage(#[from] StorageError),
    #[error("the catalogue cannot be loaded")]
    Load(#[from] LoadError),
    #[error("no strategy is called {0:?}: check recommendations.default_strategy")]
    UnknownDefault(String),
    #[error("the settings of strategy {id} do not fit: {reason}")]
    Config { id: String, reason: String },
    #[error("the training threads cannot be started")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl Recommendations {
    /// Reads the catalogue and answers from then on; reads behaviour and saved models and trains behind it. Waits a
    /// little, so that a small shop starts complete.
    ///
    /// # Errors
    /// When the store cannot be read or a setting does not fit.
    pub async fn start(dependencies: Dependencies, options: Options) -> Result<Arc<Self>, StartError> {
        let Dependencies { store, context, bus, cache, ticks, registry } = dependencies;
        if registry.get(&options.default_strategy).is_err() {
            return Err(StartError::UnknownDefault(options.default_strategy));
        }
        let states = strategies::states(&registry, &store.strategy_settings().await?)?;
        {
            let mut unit = store.begin().await?;
            unit.fail_unfinished_training_runs(context.now(), context.now()).await?;
            unit.save().await?;
        }
        let tasks = TaskTracker::new();
        let (served, writer) = ServedLog::start(Arc::clone(&store), Arc::clone(&bus));
        tasks.spawn(async move { drop(writer.await) });
        let this = Arc::new(Self {
            training: Training::new(options.train_every, options.train_after_events),
            tide: Tide::new(options.settle),
            pool: pool::build()?,
            known: moka::sync::Cache::builder().max_capacity(KNOWN_SHOPPERS).time_to_live(KNOWN_FOR).build(),
            world: ArcSwap::from_pointee(World::empty()),
            models_version: AtomicU64::new(1),
            running: ArcSwap::from_pointee(None),
            states: ArcSwap::from_pointee(states),
            rules: ArcSwap::default(),
            gate: tokio::sync::RwLock::new(()),
            settings: tokio::sync::Mutex::new(()),
            closing: CancellationToken::new(),
            tasks,
            served,
            rewards: super::rewards::Rewards::default(),
            followed: super::follow::Followed::default(),
            store,
            context,
            bus,
            cache,
            ticks,
            registry,
            options,
        });
        this.read_rules().await?;
        this.seed_default_experiment().await?;
        this.read_experiments().await?;
        let saved = this.saved_generation().await;
        let (version, known, models) = match saved {
            Some(saved) => (Some(saved.version), saved.roster, saved.models),
            None => (None, Roster::default(), Vec::new()),
        };
        let catalogue = load::catalogue(this.store.as_ref(), known, this.context.now()).await?;
        let shown = this.world_of_catalogue(&catalogue)?;
        this.world.store(Arc::new(shown));
        this.tasks.spawn(Arc::clone(&this).follow());
        this.finish_behind(catalogue, version, models).await;
        Ok(this)
    }

    /// Reads the rest and trains, in a task of its own; waits for the reading as long as patience lasts.
    async fn finish_behind(
        self: &Arc<Self>,
        catalogue: Catalogue,
        version: Option<u64>,
        saved: Vec<Trained>,
    ) {
        let (done, read) = tokio::sync::oneshot::channel();
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            let complete = saved.len();
            match this.switch_world(catalogue, saved).await {
                Ok(()) => tracing::info!(saved_models = complete, "behaviour is loaded"),
                // The catalogue serves; the next round tries again.
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "behaviour cannot be loaded");
                    this.training.demand_reload();
                }
            }
            // Nobody may be waiting any more.
            let _ = done.send(());
            if this.options.train_at_start && this.is_outdated(version) {
                let round = super::training::Round { queued: Vec::new(), reload: false };
                this.train(round).await;
            }
            this.train_when_due().await;
        });
        drop(tokio::time::timeout(self.options.patience, read).await);
    }

    /// Reads everything from the store again, keeping numbers and models.
    pub(super) async fn reload(self: &Arc<Self>) -> Result<(), LoadError> {
        let roster = self.world.load().roster().clone();
        let catalogue = load::catalogue(self.store.as_ref(), roster, self.context.now()).await?;
        self.switch_world(catalogue, Vec::new()).await
    }

    /// Reads behaviour, builds a world of it and of `catalogue`, and switches to it without missing a deed.
    async fn switch_world(
        self: &Arc<Self>,
        mut catalogue: Catalogue,
        saved: Vec<Trained>,
    ) -> Result<(), LoadError> {
        let as_of = catalogue.as_of;
        let mut roster = std::mem::take(&mut catalogue.roster);
        let behaviour = load::behaviour(self.store.as_ref(), &mut roster, InteractionCursor::START).await?;
        catalogue.roster = roster;
        let this = Arc::clone(self);
        let events = behaviour.events;
        let world = tokio::task::spawn_blocking(move || {
            let (roster, dataset) = load::dataset(catalogue, &events)?;
            Ok::<_, LoadError>(this.build_world(roster, dataset, &saved))
        })
        .await
        .map_err(|_| LoadError::Cancelled)??;
        // From here on nobody records: what came in during the reading is taken in, then the new world serves.
        let _exclusive = self.gate.write().await;
        let mut read_to = behaviour.read_to;
        loop {
            let page = self.store.interactions_since(read_to, 1_000).await?;
            let Some(last) = page.last() else { break };
            read_to = last.cursor;
            for logged in &page {
                world.observe(&load::deed(logged))?;
            }
        }
        let mut after = None;
        loop {
            let page = self.store.catalogue_items(after, Some(as_of), 1_000).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.product.id);
            for item in &page {
                world.put_product(&item.product, item.available > 0);
            }
        }
        self.world.store(Arc::new(world));
        self.followed.begin(read_to, as_of);
        self.known.invalidate_all();
        self.models_changed();
        Ok(())
    }

    fn world_of_catalogue(&self, catalogue: &Catalogue) -> Result<World, LoadError> {
        let roster = catalogue.roster.clone();
        let users = roster.shoppers.len();
        let dataset = Dataset::new(catalogue.items.clone(), users, std::collections::BTreeMap::new(), &[])?;
        Ok(self.build_world(roster, dataset, &[]))
    }

    /// A world with `saved` models, those that serve now where none was saved, and those fitted at once.
    fn build_world(&self, roster: Roster, dataset: Dataset, saved: &[Trained]) -> World {
        let now = self.context.now();
        let before = self.world.load();
        let version = self.next_snapshot_version(before.engine.snapshot_version());
        let snapshot = Snapshot::new(version, Arc::new(dataset));
        let mut models = before.engine.models();
        for trained in saved {
            if self.is_enabled(&trained.strategy) {
                let model = Arc::clone(&trained.model);
                models.insert(&trained.strategy, &trained.version, model);
            }
        }
        for id in AT_ONCE {
            if self.registry.get(id).is_err() || !self.is_enabled(id) {
                continue;
            }
            let params = self.params_of(id).unwrap_or(Value::Null);
            match self.fit_now(id, &params, snapshot.dataset(), now, &Cancel::default(), &NOTHING_SETTLED) {
                Ok(model) => models.insert(id, &now.to_string(), model),
                Err(error) => tracing::error!(strategy = id, %error, "a strategy could not be fitted"),
            }
        }
        let world = World::new(roster, snapshot, self.settings(), self.limits());
        let mark = world.engine.mark();
        let snapshot = Snapshot::clone(&world.engine.snapshot());
        world.engine.publish(snapshot, models, mark);
        world
    }

    async fn saved_generation(self: &Arc<Self>) -> Option<files::Generation> {
        let folder = self.options.model_dir.clone()?;
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let saved = files::load(&folder, &this.registry)?;
            tracing::info!(version = saved.version, models = saved.models.len(), "saved models found");
            // A model trained under other settings is not the one that was asked for.
            let fits = |trained: &Trained| {
                this.params_of(&trained.strategy).is_some_and(|params| trained.params == *params.to_string())
            };
            Some(files::Generation { models: saved.models.into_iter().filter(fits).collect(), ..saved })
        })
        .await
        .ok()
        .flatten()
    }

    /// Whether an enabled strategy has no model, or saved ones have not seen the latest events.
    fn is_outdated(&self, saved: Option<u64>) -> bool {
        let world = self.world.load();
        let (models, latest) = (world.engine.models(), world.engine.snapshot().latest());
        saved.is_none_or(|version| u64::try_from(latest).unwrap_or(0) > version)
            || self.strategy_states().iter().any(|state| state.enabled && models.get(state.id).is_none())
    }
}
