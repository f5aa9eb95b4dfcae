//! What others write into the store while this process serves: an import from the command line, another instance of the
//! shop. Looked for every few seconds, and at once when another instance says that there is something.
//!
//! Deeds are taken from the log behind the place read last, all but those that this process recorded itself and so knows
//! already. Products are asked for by the time of their last change. After an import everything is read anew.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::{Recommendations, load};
use crate::bus::{Delivery, Message, Topic};
use crate::context::Context;
use crate::domain::ids::ProductId;
use crate::domain::interaction::Interaction;
use crate::domain::time::Timestamp;
use crate::storage::interactions::InteractionCursor;
use crate::storage::{Result, Storage};

/// The setting that every import writes anew when it has ended.
const IMPORTED: &str = "recommendations.imported";

/// Rows of one statement.
const AT_ONCE: usize = 1_000;
/// More own deeds than this ahead of the log mean that the log is not being read.
const MOST_OWN: usize = 1_000_000;
/// What others say within this time is read in one go.
const GATHER: Duration = Duration::from_millis(50);
/// Clocks of instances differ, and a change is dated before it is saved: this much is read twice.
const OVERLAP_MS: i64 = 5_000;

/// How far the store has been followed.
#[derive(Debug, Default)]
pub(super) struct Followed {
    state: Mutex<State>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct State {
    /// Behind the last deed taken in; `None` until behaviour has been read for the first time.
    log: Option<InteractionCursor>,
    /// Deeds recorded here that the log has not been read up to, and how many are alike.
    own: HashMap<u64, u32>,
    catalogue: Timestamp,
    /// The last import heard of, once it has been asked for.
    import: Option<Option<String>>,
}

impl Followed {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes deeds that this process takes in by itself.
    pub(super) fn known(&self, deeds: &[Interaction]) {
        let mut state = self.state();
        for deed in deeds {
            *state.own.entry(self.mark(deed)).or_default() += 1;
        }
        if state.own.len() > MOST_OWN {
            state.own.clear();
        }
    }

    /// Starts anew: a world read up to `log` serves, over a catalogue as of `catalogue`.
    pub(super) fn begin(&self, log: InteractionCursor, catalogue: Timestamp) {
        let mut state = self.state();
        state.log = Some(log);
        state.catalogue = catalogue;
        // What the log had not settled yet is not in that world either, and comes with the log.
        state.own.clear();
    }

    /// Whose a deed is may change, when a visitor signs in, so it is known by the rest.
    fn mark(&self, deed: &Interaction) -> u64 {
        let list = deed.recommendation_id.map(|id| id.0);
        let order = deed.order_id.map(|id| id.0);
        self.hasher.hash_one((deed.product_id, deed.kind.as_str(), deed.occurred_at.as_millis(), list, order))
    }

    fn is_own(&self, state: &State, deed: &Interaction) -> bool {
        state.own.contains_key(&self.mark(deed))
    }

    /// Whether this process took the deed in; it is forgotten then.
    fn settle(&self, state: &mut State, deed: &Interaction) -> bool {
        let mark = self.mark(deed);
        match state.own.get_mut(&mark) {
            Some(1) => state.own.remove(&mark).is_some(),
            Some(alike) => {
                *alike -= 1;
                true
            }
            None => false,
        }
    }
}

/// Tells every process that serves this store that data were imported.
///
/// # Errors
/// When the store fails.
pub async fn announce_import(store: &dyn Storage, context: &Context) -> Result<()> {
    let mut unit = store.begin().await?;
    unit.save_setting(IMPORTED, &context.new_id::<Uuid>().to_string(), context.now()).await?;
    unit.save().await
}

impl Recommendations {
    /// Follows the store until the shop closes.
    pub(super) async fn follow(self: Arc<Self>) {
        let Some(every) = self.options.follow_every else { return };
        let mut elsewhere = self.bus.subscribe(&[Topic::Elsewhere]);
        let mut words = HashSet::new();
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = tokio::time::sleep(every) => {}
                word = elsewhere.next() => {
                    let Some(word) = word else { return };
                    // More comes while others are busy, and is read at once.
                    tokio::time::sleep(every.min(GATHER)).await;
                    words.insert(word);
                    words.extend(std::iter::from_fn(|| elsewhere.try_next()));
                }
            }
            if let Err(error) = self.hear_and_catch_up(&mut words).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the store cannot be followed");
            }
        }
    }

    /// Words that cannot be followed up now are kept for the next time.
    async fn hear_and_catch_up(&self, words: &mut HashSet<Delivery>) -> Result<()> {
        while let Some(word) = words.iter().next().copied() {
            self.hear(word).await?;
            words.remove(&word);
        }
        self.catch_up().await
    }

    /// Takes another process at its word, where following the store would not tell.
    async fn hear(&self, word: Delivery) -> Result<()> {
        match word {
            Delivery::Message(Message { topic: Topic::Shopper(user), subject: Some(visitor) }) => {
                self.adopt(visitor.into(), user.into());
            }
            Delivery::Message(Message { topic: Topic::Shopper(user), subject: None }) => {
                self.read_shopper(user.into()).await?;
            }
            Delivery::Message(_) => {}
            Delivery::Lagged => self.known.invalidate_all(),
        }
        Ok(())
    }

    async fn catch_up(&self) -> Result<()> {
        self.read_rules().await?;
        self.read_strategies().await?;
        self.read_experiments().await?;
        let import = self.store.setting(IMPORTED).await?;
        let before = self.followed.state().import.replace(import.clone());
        if before.is_some_and(|before| before != import) {
            tracing::info!("data were imported: everything is read anew");
            self.training.demand_reload();
            return Ok(());
        }
        self.follow_products().await?;
        while self.follow_log().await? {}
        Ok(())
    }

    /// Takes in a page of the log; true when there may be more.
    async fn follow_log(&self) -> Result<bool> {
        let Some(after) = self.followed.state().log else { return Ok(false) };
        let page = self.store.interactions_since(after, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(false) };
        let deeds: Vec<Interaction> = page.iter().map(load::deed).collect();
        let all_own = {
            let state = self.followed.state();
            deeds.iter().all(|deed| self.followed.is_own(&state, deed))
        };
        // A deed may be saved here and not be known yet. With nobody recording, what is unknown is another's.
        let _nobody_records = if all_own { None } else { Some(self.gate.write().await) };
        let others: Vec<Interaction> = {
            let mut state = self.followed.state();
            if state.log != Some(after) {
                // Everything was read anew meanwhile.
                return Ok(true);
            }
            state.log = Some(last.cursor);
            deeds.into_iter().filter(|deed| !self.followed.settle(&mut state, deed)).collect()
        };
        self.take_in(&others);
        Ok(page.len() == AT_ONCE)
    }

    /// Takes in products that were changed elsewhere.
    async fn follow_products(&self) -> Result<()> {
        let began = self.context.now();
        let since = {
            let state = self.followed.state();
            if state.log.is_none() {
                return Ok(());
            }
            Timestamp::from_millis(state.catalogue.as_millis() - OVERLAP_MS)
        };
        let mut after = None;
        loop {
            let page = self.store.catalogue_items(after, Some(since), AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.product.id);
            let world = self.world.load_full();
            let changed: Vec<ProductId> = page
                .iter()
                .filter(|item| world.differs(&item.product, item.available > 0))
                .map(|item| item.product.id)
                .collect();
            if !changed.is_empty() {
                for category in self.store.category_tree().await? {
                    world.learn_category(&category);
                }
                self.read_products(&changed).await?;
            }
        }
        self.followed.state().catalogue = began;
        Ok(())
    }
}
