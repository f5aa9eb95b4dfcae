//! The contract: what a strategy is asked, with what, and what it answers.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::engine::World;
use crate::ensemble::Heard;
use crate::event::{Event, EventKind, ItemIdx, Millis};
use crate::experiment::Experiment;
use crate::item::{ItemColumns, ItemFeatures};
use crate::mask::Mask;
use crate::models::ModelSet;
use crate::scratch::Scratch;
use crate::snapshot::Snapshot;
use crate::top::TopK;
use crate::user::UserState;

/// How far back "trending" looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The last hour.
    Hour,
    /// The last day.
    #[default]
    Day,
    /// The last seven days.
    Week,
    /// The last thirty days.
    Month,
}

impl Window {
    /// All windows, shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its length.
    #[must_use]
    pub fn millis(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
            Self::Week => 7 * 86_400_000,
            Self::Month => 30 * 86_400_000,
        }
    }
}

/// The question.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// What would this shopper like?
    ForUser,
    /// What is like this product?
    SimilarTo(ItemIdx),
    /// What goes with these products?
    Basket(Vec<ItemIdx>),
    /// What comes next in this shopper's current session?
    Session,
    /// What is rising now, everywhere or within a category?
    Trending {
        /// How far back.
        window: Window,
        /// Within this category, at any level.
        category: Option<u32>,
    },
    /// In which order would this shopper like to see these products?
    Search(Vec<ItemIdx>),
}

impl Kind {
    /// The products the question is about.
    #[must_use]
    pub fn anchors(&self) -> &[ItemIdx] {
        match self {
            Self::SimilarTo(item) => std::slice::from_ref(item),
            Self::Basket(items) => items,
            _ => &[],
        }
    }
}

/// A question with the number of answers wanted.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The question.
    pub kind: &'a Kind,
    /// How many products the caller will look at.
    pub count: usize,
}

/// Everything a strategy may look at while it answers. Nothing in it can be written to.
pub struct Context<'a> {
    /// The past.
    pub snapshot: &'a Snapshot,
    /// What happened since.
    pub delta: &'a Delta,
    /// Every installed model, for strategies made of others.
    pub models: &'a ModelSet,
    /// What models learn while they serve.
    pub overlays: &'a Overlays,
    /// Who asks.
    pub user: UserState<'a>,
    /// The time of the question.
    pub now: Millis,
    /// Decides every draw.
    pub seed: u64,
    /// What may be recommended.
    pub mask: &'a Mask<'a>,
    /// Working memory.
    pub scratch: &'a Scratch,
    /// Whom experiments count: the public id of the user or visitor.
    pub unit: &'a str,
    /// The running experiment, if any.
    pub experiment: Option<&'a Experiment>,
    /// Install number of the model being asked, set by [`crate::models::Installed`].
    pub(crate) install: Cell<u64>,
    /// How many models deep the question has gone.
    pub(crate) depth: Cell<u8>,
    /// Whether a model panicked on the way; what it had to say is left out.
    pub(crate) failed: Cell<bool>,
    /// What an ensemble heard from its parts, so that explaining a list does not ask them again.
    pub(crate) heard: RefCell<Option<Rc<Heard>>>,
}

impl<'a> Context<'a> {
    /// A context outside of a request, for evaluation and tests.
    #[must_use]
    pub fn new(
        world: &World<'a>,
        user: UserState<'a>,
        mask: &'a Mask<'a>,
        scratch: &'a Scratch,
        now: Millis,
        seed: u64,
    ) -> Self {
        Self {
            snapshot: world.snapshot,
            delta: world.delta,
            models: world.models,
            overlays: world.overlays,
            user,
            now,
            seed,
            mask,
            scratch,
            unit: "",
            experiment: None,
            install: Cell::new(0),
            depth: Cell::new(0),
            failed: Cell::new(false),
            heard: RefCell::new(None),
        }
    }

    /// Number of products, new ones included: every index below it is valid.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.delta.item_count()
    }

    /// The columns of every product, as they are now.
    #[must_use]
    pub fn columns(&self) -> &'a ItemColumns {
        self.delta.columns()
    }

    /// Positive events of a product, up to this moment.
    #[must_use]
    pub fn interactions(&self, item: ItemIdx) -> u32 {
        self.snapshot.interactions(item) + self.delta.interactions(item)
    }

    /// What the model being asked has learned since it was installed.
    #[must_use]
    pub fn overlay<T: Online>(&self) -> Option<&'a T> {
        let overlays: &'a Overlays = self.overlays;
        let overlay: &'a dyn Any = overlays.get(self.install.get())?;
        overlay.downcast_ref::<T>()
    }
}

/// Why a product is shown, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// Shoppers with a like history chose it.
    SimilarUsers,
    /// It is like products of the history.
    SimilarItems,
    /// It is bought together with what is asked about.
    BoughtTogether,
    /// It is of a category the shopper cares for.
    SameCategory,
    /// It is rising.
    Trending,
    /// Many choose it.
    Popular,
    /// The shopper looked at it or bought it before.
    RecentlyViewed,
    /// Its text or picture fits.
    SemanticMatch,
    /// It is a sustainable choice.
    SustainableChoice,
    /// It is new in the shop.
    NewArrival,
    /// The shop put it there.
    Pinned,
}

/// What one product of the history adds to a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryShare {
    /// The product of the history, or one the question names.
    pub item: ItemIdx,
    /// The weightiest thing the shopper did with it.
    pub kind: EventKind,
    /// Its part of the score; may be negative.
    pub share: f32,
}

/// What one strategy adds to a score; `weight * score` summed over strategies is the score.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyShare {
    /// The strategy.
    pub strategy: String,
    /// Its weight.
    pub weight: f32,
    /// Its own normalised score of the product.
    pub score: f32,
}

/// Why a product got its score. Invariant: the shares and `rest` sum to the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// In one word.
    pub reason: ReasonKind,
    /// The score explained, on the strategy's own scale.
    pub score: f32,
    /// Parts owed to the history, largest first.
    pub because: Vec<HistoryShare>,
    /// The part not listed in `because`: what was cut off, and what no history explains.
    pub rest: f32,
    /// Parts owed to strategies, for those made of others; empty for the rest.
    pub strategies: Vec<StrategyShare>,
    /// Words shared by product and taste, weightiest first.
    pub terms: Vec<String>,
}

impl Explanation {
    /// A score no history explains.
    #[must_use]
    pub fn plain(reason: ReasonKind, score: f32) -> Self {
        Self { reason, score, because: Vec::new(), rest: score, strategies: Vec::new(), terms: Vec::new() }
    }

    /// A score that is the sum of `shares`; the `top` largest are listed, the others kept in `rest`.
    #[must_use]
    pub fn of_shares(reason: ReasonKind, mut shares: Vec<HistoryShare>, top: usize) -> Self {
        let score: f32 = shares.iter().map(|share| share.share).sum();
        shares.retain(|share| share.share != 0.0);
        shares.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.item.cmp(&b.item)));
        shares.truncate(top);
        let listed: f32 = shares.iter().map(|share| share.share).sum();
        Self { because: shares, rest: score - listed, ..Self::plain(reason, score) }
    }

    /// The same explanation of `factor` times the score.
    pub fn scale(&mut self, factor: f32) {
        self.score *= factor;
        self.rest *= factor;
        for share in &mut self.because {
            share.share *= factor;
        }
        for share in &mut self.strategies {
            share.weight *= factor;
        }
    }
}

/// A choice among strategies: the strategy that answers in this one's stead.
#[derive(Clone, Debug, PartialEq)]
pub struct Delegation {
    /// Name of the model that answers.
    pub strategy: String,
    /// Experiment and variant, when an experiment decided.
    pub assignment: Option<Assignment>,
    /// Probability with which this choice was made, for off-policy evaluation.
    pub propensity: Option<f32>,
}

/// Which variant of which experiment someone is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Key of the experiment.
    pub experiment: String,
    /// Key of the variant.
    pub variant: String,
}

/// A model that answers questions. It is immutable and shared between threads; what it learns while
/// it serves lives in its [`Online`] overlay.
pub trait Strategy: Send + Sync {
    /// Its registered name.
    fn id(&self) -> &'static str;

    /// Whether it can answer this kind of question.
    fn supports(&self, kind: &Kind) -> bool;

    /// How far its answer can be trusted here: 0 (it has nothing to go by) to 1.
    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32;

    /// Offers every product worth showing, each at most once, with a score above 0. Scores are
    /// comparable within one call only. Must not allocate once its scratch memory is warm.
    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK);

    /// The scores of given products, as `score` would give them; 0 where it would offer none.
    /// `out` is as long as `items`.
    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]);

    /// Why each of `items` gets its score, with the `top` largest parts, one explanation per product
    /// in the same order. The parts sum to the score that `rescore` gives.
    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation>;

    /// What training chose by itself, with what it tried: for reports; `None` where nothing is chosen.
    fn chosen(&self) -> Option<serde_json::Value> {
        None
    }

    /// The configuration that trains this model again without choosing anything: on a part of the same
    /// data it takes a fraction of the time. `None` where training chooses nothing.
    fn settled(&self) -> Option<serde_json::Value> {
        None
    }

    /// Whether repeats are its subject, so that bought products are not excluded.
    fn recommends_purchased(&self) -> bool {
        false
    }

    /// Another model that should answer in its stead; for strategies that choose.
    fn delegate(&self, _ctx: &Context<'_>, _query: &Query<'_>) -> Option<Delegation> {
        None
    }

    /// An empty overlay, for strategies that learn while they serve.
    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        None
    }
}

/// What a model learns between two trainings. Fed in order of arrival; must be quick.
pub trait Online: Any + Send + Sync {
    /// An event was recorded; `delta` already contains it.
    fn observe(&mut self, snapshot: &Snapshot, delta: &Delta, event: &Event);

    /// A product was added or changed.
    fn item_changed(&mut self, _delta: &Delta, _item: ItemIdx, _features: &ItemFeatures) {}

    /// Takes over what the overlay of the model before has learned, where that outlives a training.
    fn inherit(&mut self, _before: &dyn Any) {}

    /// A list that the named strategy was chosen for earned `reward`, 0 to 1; for those that choose.
    fn reward(&mut self, _strategy: &str, _reward: f32) {}
}

/// The overlays of the installed models.
#[derive(Default)]
pub struct Overlays {
    entries: Vec<(u64, Box<dyn Online>)>,
}

impl Overlays {
    pub(crate) fn get(&self, install: u64) -> Option<&dyn Any> {
        self.entries.iter().find(|(number, _)| *number == install).map(|(_, overlay)| {
            let any: &dyn Any = overlay.as_ref();
            any
        })
    }

    pub(crate) fn insert(&mut self, install: u64, overlay: Box<dyn Online>) {
        self.entries.push((install, overlay));
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(u64) -> bool) {
        self.entries.retain(|(install, _)| keep(*install));
    }

    pub(crate) fn observe(&mut self, snapshot: &Snapshot, delta: &Delta, event: &Event) {
        for (_, overlay) in &mut self.entries {
            overlay.observe(snapshot, delta, event);
        }
    }

    pub(crate) fn reward(&mut self, install: u64, strategy: &str, reward: f32) {
        for (number, overlay) in &mut self.entries {
            if *number == install {
                overlay.reward(strategy, reward);
            }
        }
    }

    pub(crate) fn inherit(&mut self, install: u64, before: &dyn Any) {
        for (_, overlay) in self.entries.iter_mut().filter(|(number, _)| *number == install) {
            overlay.inherit(before);
        }
    }

    pub(crate) fn item_changed(&mut self, delta: &Delta, item: ItemIdx, features: &ItemFeatures) {
        for (_, overlay) in &mut self.entries {
            overlay.item_changed(delta, item, features);
        }
    }
}
