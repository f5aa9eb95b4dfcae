//! A request for recommendations, the shop's settings for serving it, and the list that answers it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::{HistoryEvent, ItemIdx, Millis, UserIdx};
use crate::experiment::Experiment;
use crate::item::Preferences;
use crate::mask::Filter;
use crate::strategy::{Assignment, HistoryShare, Kind, ReasonKind, StrategyShare, Window};

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shopper {
    /// Someone the data knows, signed in or not.
    Known(UserIdx),
    /// Someone who is only this list of events, oldest first.
    Events(Vec<HistoryEvent>),
    /// Nobody in particular.
    #[default]
    Unknown,
}

/// A question with everything that shapes its answer. Start from [`Request::new`].
#[derive(Clone, Debug)]
pub struct Request {
    /// The question.
    pub kind: Kind,
    /// Who asks.
    pub shopper: Shopper,
    /// Public id of the user or visitor, which experiments deal by; empty when there is none.
    pub unit: String,
    /// How many products.
    pub count: usize,
    /// The model to ask; `None` leaves it to the settings.
    pub strategy: Option<String>,
    /// What may be shown.
    pub filter: Filter,
    /// Taste stated for this call only.
    pub preferences: Option<Preferences>,
    /// 0 pure relevance, 1 pure variety.
    pub diversity: f32,
    /// Extra weight for sustainable goods, 0 to 1.
    pub sustainability_boost: f32,
    /// At most this many products of one leaf category; none when `None`.
    pub category_cap: Option<usize>,
    /// Products at the head of the list, in this order, where the filter allows them.
    pub pins: Vec<ItemIdx>,
    /// Products whose score is multiplied.
    pub boosts: Vec<(ItemIdx, f32)>,
    /// Slots at the end of the list given to new products with few events.
    pub exploration_slots: usize,
    /// Whether other strategies fill the slots this one leaves empty.
    pub fallback: bool,
    /// How many parts of the history each explanation lists; `None` leaves explanations out.
    pub explain: Option<usize>,
    /// The experiment that `ab_assigned` deals.
    pub experiment: Option<Arc<Experiment>>,
    /// The time.
    pub now: Millis,
    /// Decides every draw.
    pub seed: u64,
}

impl Request {
    /// A request with neutral settings: no re-ranking, fallback on, three reasons per product.
    #[must_use]
    pub fn new(kind: Kind, shopper: Shopper, count: usize, now: Millis) -> Self {
        Self {
            kind,
            shopper,
            unit: String::new(),
            count,
            strategy: None,
            filter: Filter::default(),
            preferences: None,
            diversity: 0.0,
            sustainability_boost: 0.0,
            category_cap: None,
            pins: Vec::new(),
            boosts: Vec::new(),
            exploration_slots: 0,
            fallback: true,
            explain: Some(3),
            experiment: None,
            now,
            seed: 0,
        }
    }

    /// The same request to a certain model.
    #[must_use]
    pub fn strategy(self, name: &str) -> Self {
        Self { strategy: Some(name.to_owned()), ..self }
    }
}

/// How the shop serves requests, whatever the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Model for "for this shopper".
    pub for_user: String,
    /// Model for "like this product".
    pub similar: String,
    /// Model for "goes with these".
    pub basket: String,
    /// Model for "next in this session".
    pub session: String,
    /// Model for "rising now".
    pub trending: String,
    /// Model that orders search results.
    pub search: String,
    /// What fills the slots a model leaves empty, in order.
    pub fallback: Vec<FallbackStep>,
    /// How much a product that fits the stated taste gains: 0.25 is a quarter of its score.
    pub preference_boost: f32,
    /// Products younger than this may take exploration slots.
    pub exploration_age_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            for_user: name("ensemble"),
            similar: name("collaborative"),
            basket: name("bought_together"),
            session: name("session"),
            trending: name("trending"),
            search: name("ensemble"),
            fallback: vec![
                FallbackStep::new("session", FallbackQuestion::Session),
                FallbackStep::new("collaborative", FallbackQuestion::Same),
                FallbackStep::new("content_based", FallbackQuestion::LastViewed),
                FallbackStep::new("trending", FallbackQuestion::CategoryTrending),
                FallbackStep::new("trending", FallbackQuestion::Trending),
                FallbackStep::new("popular", FallbackQuestion::Same),
                FallbackStep::new("newest", FallbackQuestion::Same),
            ],
            preference_boost: 0.25,
            exploration_age_days: 14,
        }
    }
}

impl Settings {
    /// The model for a question when the request names none.
    #[must_use]
    pub fn default_strategy(&self, kind: &Kind) -> &str {
        match kind {
            Kind::ForUser => &self.for_user,
            Kind::SimilarTo(_) => &self.similar,
            Kind::Basket(_) => &self.basket,
            Kind::Session => &self.session,
            Kind::Trending { .. } => &self.trending,
            Kind::Search(_) => &self.search,
        }
    }
}

/// One link of the fallback chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FallbackStep {
    /// The model to ask.
    pub strategy: String,
    /// What to ask it.
    pub question: FallbackQuestion,
}

impl FallbackStep {
    /// A link.
    #[must_use]
    pub fn new(strategy: &str, question: FallbackQuestion) -> Self {
        Self { strategy: strategy.to_owned(), question }
    }
}

/// What a fallback is asked, given what was asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FallbackQuestion {
    /// The original question.
    Same,
    /// What comes next in the shopper's session (asked only when the original was about the shopper).
    Session,
    /// What is like the product asked about, or else the one last viewed.
    LastViewed,
    /// What rises in the category of that product.
    CategoryTrending,
    /// What rises anywhere.
    Trending,
}

impl FallbackQuestion {
    /// The question, or `None` where it makes no sense.
    #[must_use]
    pub fn kind(self, original: &Kind, anchor: Option<ItemIdx>, category: Option<u32>) -> Option<Kind> {
        let window = match original {
            Kind::Trending { window, .. } => *window,
            _ => Window::Week,
        };
        match self {
            Self::Same => Some(original.clone()),
            Self::Session => matches!(original, Kind::ForUser | Kind::Session).then_some(Kind::Session),
            Self::LastViewed => anchor.map(Kind::SimilarTo),
            Self::CategoryTrending => {
                category.map(|category| Kind::Trending { window, category: Some(category) })
            }
            Self::Trending => Some(Kind::Trending { window, category: None }),
        }
    }
}

/// Why a list is not wholly the work of the model asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FallbackReason {
    /// It is.
    None,
    /// Nothing is known about the shopper.
    ColdStartUser,
    /// The model had fewer products than asked for.
    TooFewResults,
    /// The model is not installed yet.
    StrategyNotTrained,
    /// The model cannot answer this kind of question.
    StrategyUnsupported,
    /// The model, or one it asks, broke down over this question.
    StrategyError,
}

/// A recommended product.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The product.
    pub item: ItemIdx,
    /// 0 to 1, comparable within the list, never rising from rank to rank.
    pub score: f32,
    /// From 1.
    pub rank: usize,
    /// The model that filled the slot.
    pub source: Arc<str>,
    /// Why, in one word.
    pub reason: ReasonKind,
    /// Parts of the score owed to the history, largest first. With `rest` they sum to the score.
    pub because: Vec<HistoryShare>,
    /// The part of the score not listed in `because`.
    pub rest: f32,
    /// Parts of the score owed to strategies; `weight * score` summed is the score, or empty.
    pub contributions: Vec<StrategyShare>,
    /// Words shared by product and taste.
    pub terms: Vec<String>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedList {
    /// The products, best first.
    pub items: Vec<Ranked>,
    /// The model asked for, by the request or the settings.
    pub requested: String,
    /// The model that answered: the requested one, the one it chose, or the first fallback.
    pub served: Arc<str>,
    /// Version of the model that answered.
    pub model_version: Arc<str>,
    /// Version of the snapshot.
    pub snapshot_version: u64,
    /// Why others filled slots.
    pub fallback: FallbackReason,
    /// The experiment's decision, if one took part.
    pub assignment: Option<Assignment>,
    /// Probability of a drawn choice, for off-policy evaluation.
    pub propensity: Option<f32>,
}
