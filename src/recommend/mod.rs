//! The bridge between the shop and the strategies: who is which index, what is trained when, what is served to whom.
//!
//! [`Recommendations`] is all that the rest of the program sees. A question is answered from memory alone; deeds and
//! changes of the catalogue reach that memory as soon as the store has them; training goes on behind, on threads of
//! its own, and swaps its result in.

pub mod ask;
mod experiments;
mod features;
mod files;
mod follow;
mod live;
mod load;
mod log;
mod measure;
pub mod pace;
mod pool;
pub mod push;
mod reason;
mod rewards;
mod roster;
mod rules;
mod serve;
mod shoppers;
mod shown;
mod start;
mod strategies;
pub mod ticks;
mod tide;
mod train;
mod training;
mod watch;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use shelfwise_strategies::delta::DeltaLimits;
use shelfwise_strategies::event::InteractionWeights;
use shelfwise_strategies::experiment::Experiment;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::request::{FallbackQuestion, FallbackStep, Settings};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::Bus;
use crate::cache::{Cache, CacheStats};
use crate::config::RecommendationsConfig;
use crate::context::Context;
use crate::domain::interaction::Subject;
use crate::domain::recommendation::MerchandisingRules;
use crate::storage::Storage;

pub use follow::announce_import;
pub use live::Recording;
pub use load::{LoadError, whole_past};
pub use measure::CHOOSERS;
pub use start::StartError;
pub use strategies::{StrategyState, UpdateError};
pub use train::TrainError;
pub use training::RoundProgress;

use self::ask::List;
use self::log::ServedLog;
use self::ticks::Ticks;
use self::tide::Tide;
use self::training::Training;
use self::world::World;

/// How the recommender works, whatever the shop.
#[derive(Debug, Clone)]
pub struct Options {
    /// The strategy that answers when a caller names none.
    pub default_strategy: String,
    pub weights: InteractionWeights,
    /// Time between trainings while events arrive.
    pub train_every: Duration,
    /// New events that start a training early.
    pub train_after_events: u64,
    /// Least time between two measurements on held-out data, trainings that somebody asked for aside; never when `None`.
    pub measure_every: Option<Duration>,
    /// How often what others wrote into the store is looked for; never when `None`.
    pub follow_every: Option<Duration>,
    /// Whether a start without fresh models trains at once, unasked.
    pub train_at_start: bool,
    /// Where trained models are kept between starts; nowhere when `None`.
    pub model_dir: Option<PathBuf>,
    /// How far a cached list may be behind what other shoppers do.
    pub settle: Duration,
    /// How long a start waits for the data to be read before it lets that go on behind.
    pub patience: Duration,
    /// Decides every draw of training.
    pub seed: u64,
    /// Events kept in memory until a training takes them in.
    pub live_events: usize,
}

impl Options {
    /// What the settings say; `model_dir` serves when they name none.
    pub fn from_config(config: &RecommendationsConfig, model_dir: Option<PathBuf>) -> Self {
        let chosen = (!config.model_dir.is_empty()).then(|| PathBuf::from(&config.model_dir));
        Self {
            default_strategy: config.default_strategy.clone(),
            weights: InteractionWeights {
                view: config.view_weight,
                like: config.like_weight,
                cart: config.cart_weight,
                purchase: config.purchase_weight,
                decay_per_day: config.decay_per_day,
                ..InteractionWeights::default()
            },
            train_every: Duration::from_secs(u64::from(config.train_every_minutes) * 60),
            train_after_events: u64::from(config.train_after_events),
            measure_every: (config.measure_every_hours > 0)
                .then(|| Duration::from_secs(u64::from(config.measure_every_hours) * 3_600)),
            follow_every: (config.follow_seconds > 0)
                .then(|| Duration::from_secs(u64::from(config.follow_seconds))),
            train_at_start: true,
            model_dir: chosen.or(model_dir),
            settle: Duration::from_secs(1),
            patience: Duration::from_secs(2),
            seed: 42,
            live_events: DeltaLimits::default().max_events,
        }
    }
}

/// What the recommender stands on.
pub struct Dependencies {
    pub store: Arc<dyn Storage>,
    pub context: Context,
    pub bus: Arc<dyn Bus>,
    pub cache: Arc<dyn Cache<List>>,
    pub ticks: Arc<dyn Ticks>,
    pub registry: Registry,
}

/// Shoppers whose existence is remembered at most, and for how long.
const KNOWN_SHOPPERS: u64 = 100_000;
const KNOWN_FOR: Duration = Duration::from_secs(600);

/// The recommender of the shop.
pub struct Recommendations {
    store: Arc<dyn Storage>,
    context: Context,
    bus: Arc<dyn Bus>,
    cache: Arc<dyn Cache<List>>,
    ticks: Arc<dyn Ticks>,
    registry: Registry,
    options: Options,
    pool: rayon::ThreadPool,
    world: ArcSwap<World>,
    models_version: AtomicU64,
    tide: Tide,
    running: ArcSwap<Option<Arc<Experiment>>>,
    states: ArcSwap<Vec<StrategyState>>,
    rules: ArcSwap<MerchandisingRules>,
    served: ServedLog,
    rewards: rewards::Rewards,
    followed: follow::Followed,
    /// Held shared while deeds are recorded, exclusively while the world is switched.
    gate: tokio::sync::RwLock<()>,
    /// Held while rules, strategies or experiments are written or read, so that nothing old replaces what is newer.
    settings: tokio::sync::Mutex<()>,
    /// Shoppers that exist and whose stated taste is in memory.
    known: moka::sync::Cache<Subject, ()>,
    training: Training,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Recommendations {
    /// The bus its news go out on.
    pub fn bus(&self) -> &Arc<dyn Bus> {
        &self.bus
    }

    /// How the cache of lists does.
    pub fn cache_stats(&self) -> CacheStats {
        self.cache.stats()
    }

    /// Deeds that lists are made from now: those of the last training and those since.
    pub fn known_deeds(&self) -> usize {
        let world = self.world.load();
        world.engine.inspect(|now| now.snapshot.dataset().event_count() + now.delta.log().len())
    }

    /// Forgets every cached list.
    pub fn clear_cache(&self) {
        self.cache.clear();
    }

    /// Served lists that were not logged because the store was too slow or refused them.
    pub fn unlogged(&self) -> u64 {
        self.served.dropped()
    }

    /// Waits until every list served so far is in the store.
    pub async fn flush(&self) {
        self.served.flush().await;
    }

    /// Ends a running training, writes what is left to write and waits for both.
    pub async fn shutdown(&self) {
        self.closing.cancel();
        self.training.cancel();
        self.served.close().await;
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn models_version(&self) -> u64 {
        self.models_version.load(Ordering::Acquire)
    }

    fn settings(&self) -> Settings {
        let mut settings =
            Settings { for_user: self.options.default_strategy.clone(), ..Settings::default() };
        // Somebody with a stated taste and no history is better served by it than by what rises.
        let by_taste = FallbackStep::new("content_based", FallbackQuestion::Same);
        let before = settings.fallback.iter().position(|step| step.strategy == "trending");
        if !settings.fallback.contains(&by_taste) {
            settings.fallback.insert(before.unwrap_or(settings.fallback.len()), by_taste);
        }
        settings
    }

    fn limits(&self) -> DeltaLimits {
        DeltaLimits { max_events: self.options.live_events }
    }
}
