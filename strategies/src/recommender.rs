//! The door for a server: shared, live, and never waiting for training.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwap;

use crate::dataset::Dataset;
use crate::delta::{Delta, DeltaLimits};
use crate::engine::{self, World};
use crate::error::DataError;
use crate::event::{Event, ItemIdx, UserIdx};
use crate::item::{ItemFeatures, Preferences};
use crate::models::{Installed, ModelSet};
use crate::request::{RankedList, Request, Settings};
use crate::scratch::Scratch;
use crate::snapshot::Snapshot;
use crate::strategy::{Overlays, Strategy};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// What changes with every event.
struct Live {
    delta: Delta,
    overlays: Overlays,
}

/// One generation: a snapshot, the models that serve it, and what happened since.
struct Serving {
    snapshot: Arc<Snapshot>,
    models: ModelSet,
    live: Arc<RwLock<Live>>,
}

/// Serves lists and takes in events, from any number of threads.
///
/// A request holds a shared lock on the live part for as long as it computes (well under a
/// millisecond); an event holds it exclusively for microseconds. Publishing a snapshot or installing
/// models builds the new generation aside and swaps one pointer.
pub struct Recommender {
    serving: ArcSwap<Serving>,
    settings: ArcSwap<Settings>,
    limits: DeltaLimits,
    /// Serialises whatever changes the live part or the generation.
    writer: Mutex<()>,
}

/// How far the live log had come at some moment; see [`Recommender::compact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    snapshot_version: u64,
    position: usize,
}

impl Recommender {
    /// A recommender over a snapshot, with no model yet.
    #[must_use]
    pub fn new(snapshot: Snapshot, settings: Settings, limits: DeltaLimits) -> Self {
        let live = Live { delta: Delta::new(&snapshot, limits.clone()), overlays: Overlays::default() };
        Self {
            serving: ArcSwap::from_pointee(Serving {
                snapshot: Arc::new(snapshot),
                models: ModelSet::default(),
                live: Arc::new(RwLock::new(live)),
            }),
            settings: ArcSwap::from_pointee(settings),
            limits,
            writer: Mutex::new(()),
        }
    }

    /// Answers a request.
    #[must_use]
    pub fn recommend(&self, request: &Request) -> RankedList {
        let serving = self.serving.load();
        let settings = self.settings.load();
        let live = read(&serving.live);
        let world = World {
            snapshot: &serving.snapshot,
            delta: &live.delta,
            models: &serving.models,
            overlays: &live.overlays,
            settings: &settings,
        };
        SCRATCH.with(|scratch| match scratch.try_borrow() {
            Ok(scratch) => engine::recommend(&world, request, &scratch),
            Err(_) => engine::recommend(&world, request, &Scratch::default()),
        })
    }

    /// Runs `look` on everything a request would be answered from.
    pub fn inspect<T>(&self, look: impl FnOnce(&World<'_>) -> T) -> T {
        let serving = self.serving.load();
        let settings = self.settings.load();
        let live = read(&serving.live);
        look(&World {
            snapshot: &serving.snapshot,
            delta: &live.delta,
            models: &serving.models,
            overlays: &live.overlays,
            settings: &settings,
        })
    }

    /// Takes in an event: the next list of anyone it concerns already knows it. Returns the
    /// shopper's new version.
    ///
    /// # Errors
    /// When the event names an unknown product or shopper, its amount is not finite, or the log
    /// is full.
    pub fn observe(&self, event: &Event) -> Result<u64, DataError> {
        self.change(|serving, live| observe_in(&serving.snapshot, live, event))
    }

    /// Adds a product, which can be recommended at once, and returns its index.
    #[must_use = "the index is the only way to speak of the product"]
    pub fn add_item(&self, features: &ItemFeatures) -> ItemIdx {
        self.change(|_, live| {
            let item = live.delta.add_item(features);
            live.overlays.item_changed(&live.delta, item, features);
            item
        })
    }

    /// Replaces what is known about a product; false when there is no such product.
    pub fn set_item(&self, item: ItemIdx, features: &ItemFeatures) -> bool {
        self.change(|_, live| {
            let known = live.delta.set_item(item, features);
            if known {
                live.overlays.item_changed(&live.delta, item, features);
            }
            known
        })
    }

    /// Shows or hides a product and says whether it can be bought; false when there is none.
    pub fn set_available(&self, item: ItemIdx, active: bool, in_stock: bool) -> bool {
        self.change(|_, live| live.delta.set_available(item, active, in_stock))
    }

    /// Adds a shopper, signed in or not, and returns the index.
    #[must_use = "the index is the only way to speak of the shopper"]
    pub fn add_user(&self, preferences: Option<Preferences>) -> UserIdx {
        self.change(|_, live| live.delta.add_user(preferences))
    }

    /// Replaces a shopper's stated taste; false when there is no such shopper.
    pub fn set_preferences(&self, user: UserIdx, preferences: Preferences) -> bool {
        self.change(|_, live| live.delta.set_preferences(user, preferences))
    }

    /// Tells a model that chooses among strategies what a list by `chosen` earned, 0 to 1. False when
    /// there is no such model.
    pub fn reward(&self, model: &str, chosen: &str, reward: f32) -> bool {
        self.change(|serving, live| {
            let Some(model) = serving.models.get(model) else {
                return false;
            };
            live.overlays.reward(model.install_number(), chosen, reward.clamp(0.0, 1.0));
            true
        })
    }

    /// Gives one shopper the whole history of another: a visitor who signed in.
    ///
    /// # Errors
    /// As for [`Recommender::observe`].
    pub fn adopt_history(&self, from: UserIdx, to: UserIdx) -> Result<u64, DataError> {
        self.change(|serving, live| {
            let snapshot = &serving.snapshot;
            let mut events = snapshot.dataset().history(from).to_vec();
            events.extend_from_slice(live.delta.history(from));
            for entry in events {
                observe_in(snapshot, live, &entry.event(to))?;
            }
            Ok(live.delta.user_version(to))
        })
    }

    /// See [`Delta::user_version`].
    #[must_use]
    pub fn user_version(&self, user: UserIdx) -> u64 {
        self.inspect(|world| world.delta.user_version(user))
    }

    /// See [`Delta::catalogue_version`].
    #[must_use]
    pub fn catalogue_version(&self) -> u64 {
        self.inspect(|world| world.delta.catalogue_version())
    }

    /// Version of the snapshot that serves.
    #[must_use]
    pub fn snapshot_version(&self) -> u64 {
        self.serving.load().snapshot.version()
    }

    /// The snapshot that serves.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.serving.load().snapshot)
    }

    /// The models that serve.
    #[must_use]
    pub fn models(&self) -> ModelSet {
        self.serving.load().models.clone()
    }

    /// The settings that serve.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Replaces the settings.
    pub fn set_settings(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// The data set with everything up to now, to train on and publish, and the mark that tells
    /// [`Recommender::publish`] which events it holds. Copies, so that requests go on meanwhile.
    ///
    /// # Errors
    /// When the data contradicts itself, which checks on the way in rule out.
    pub fn compact(&self) -> Result<(Dataset, LogMark), DataError> {
        let serving = self.serving.load_full();
        let delta = read(&serving.live).delta.clone();
        let mark = LogMark { snapshot_version: serving.snapshot.version(), position: delta.log().len() };
        Ok((delta.compact(serving.snapshot.dataset())?, mark))
    }

    /// A mark of this moment, for whoever builds the next data set from a store instead: take it
    /// before reading, and events recorded in between are counted in rather than lost.
    #[must_use]
    pub fn mark(&self) -> LogMark {
        let serving = self.serving.load();
        let position = read(&serving.live).delta.log().len();
        LogMark { snapshot_version: serving.snapshot.version(), position }
    }

    /// Puts a new snapshot and its models in place and carries over what was recorded after `mark`.
    /// The snapshot must keep the indices of all products and shoppers.
    pub fn publish(&self, snapshot: Snapshot, models: ModelSet, mark: LogMark) {
        // What takes long is done before events have to wait.
        let mut live = Live {
            delta: Delta::new(&snapshot, self.limits.clone()),
            overlays: fresh_overlays(&models, &snapshot),
        };
        let _writer = self.lock();
        let before = self.serving.load_full();
        let old = read(&before.live);
        live.delta.continue_from(&old.delta);
        for model in models.iter() {
            let known = before.models.get(model.name()).map(Installed::install_number);
            if let Some(overlay) = known.and_then(|number| old.overlays.get(number)) {
                live.overlays.inherit(model.install_number(), overlay);
            }
        }
        replay_items(&mut live);
        let seen = if mark.snapshot_version == before.snapshot.version() {
            mark.position.min(old.delta.log().len())
        } else {
            0
        };
        for event in &old.delta.log()[seen..] {
            // Refused only when the log is full: then the next data set comes from the store.
            let _ = observe_in(&snapshot, &mut live, event);
        }
        drop(old);
        self.serving.store(Arc::new(Serving {
            snapshot: Arc::new(snapshot),
            models,
            live: Arc::new(RwLock::new(live)),
        }));
    }

    /// Adds or replaces single models; the rest of the generation stays.
    pub fn install(&self, models: Vec<(String, String, Arc<dyn Strategy>)>) {
        let _writer = self.lock();
        let before = self.serving.load_full();
        let mut set = before.models.clone();
        let mut fresh = Vec::new();
        for (name, version, model) in models {
            set.insert(&name, &version, Arc::clone(&model));
            if let (Some(installed), Some(overlay)) = (set.get(&name), model.online(&before.snapshot)) {
                fresh.push((installed.install_number(), overlay));
            }
        }
        self.replay_into(&before, &mut fresh);
        {
            let mut live = write(&before.live);
            for (number, overlay) in fresh {
                live.overlays.insert(number, overlay);
            }
        }
        self.serving.store(Arc::new(Serving {
            snapshot: Arc::clone(&before.snapshot),
            models: set.clone(),
            live: Arc::clone(&before.live),
        }));
        write(&before.live)
            .overlays
            .retain(|number| set.iter().any(|model| model.install_number() == number));
    }

    /// Takes models out of service.
    pub fn uninstall(&self, names: &[&str]) {
        let _writer = self.lock();
        let before = self.serving.load_full();
        let mut set = before.models.clone();
        for name in names {
            set.remove(name);
        }
        self.serving.store(Arc::new(Serving {
            snapshot: Arc::clone(&before.snapshot),
            models: set,
            live: Arc::clone(&before.live),
        }));
    }

    fn replay_into(&self, serving: &Serving, fresh: &mut [(u64, Box<dyn crate::strategy::Online>)]) {
        let live = read(&serving.live);
        for (_, overlay) in fresh {
            for (item, features) in live.delta.changed_items() {
                overlay.item_changed(&live.delta, item, features);
            }
            for event in live.delta.log() {
                overlay.observe(&serving.snapshot, &live.delta, event);
            }
        }
    }

    fn change<T>(&self, apply: impl FnOnce(&Serving, &mut Live) -> T) -> T {
        let _writer = self.lock();
        let serving = self.serving.load();
        let mut live = write(&serving.live);
        apply(&serving, &mut live)
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fresh_overlays(models: &ModelSet, snapshot: &Snapshot) -> Overlays {
    let mut overlays = Overlays::default();
    for model in models.iter() {
        if let Some(overlay) = model.strategy().online(snapshot) {
            overlays.insert(model.install_number(), overlay);
        }
    }
    overlays
}

fn replay_items(live: &mut Live) {
    for (item, features) in live.delta.changed_items() {
        live.overlays.item_changed(&live.delta, item, features);
    }
}

fn observe_in(snapshot: &Snapshot, live: &mut Live, event: &Event) -> Result<u64, DataError> {
    live.delta.check(event)?;
    live.delta.append(event);
    live.overlays.observe(snapshot, &live.delta, event);
    Ok(live.delta.user_version(event.user))
}

fn read(live: &RwLock<Live>) -> RwLockReadGuard<'_, Live> {
    live.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(live: &RwLock<Live>) -> RwLockWriteGuard<'_, Live> {
    live.write().unwrap_or_else(PoisonError::into_inner)
}
