//! A question to the recommender in the shop's own ids, and the list that answers it.

use std::sync::Arc;
use std::time::Duration;

use shelfwise_strategies::request::FallbackReason;
use shelfwise_strategies::strategy::{Assignment, ReasonKind, Window};

use super::push::Listed;
use crate::cache::Weighed;
use crate::domain::ids::{BrandId, CategoryId, ProductId, RecommendationId};
use crate::domain::interaction::{InteractionKind, Subject};
use crate::domain::people::Preferences;
use crate::domain::time::Timestamp;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// What would the shopper like?
    ForShopper,
    /// What is like this product?
    SimilarTo(ProductId),
    /// What goes with these products?
    Basket(Vec<ProductId>),
    /// What rises now?
    Trending(Window),
}

/// What may be on the list, and what shapes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListFilter {
    /// Any of these, at any level; empty allows all.
    pub categories: Vec<CategoryId>,
    pub brands: Vec<BrandId>,
    /// Lowest and highest price in minor units of the shop's currency.
    pub price: Option<(i64, i64)>,
    pub in_stock_only: bool,
    pub exclude_purchased: bool,
    pub exclude: Vec<ProductId>,
    pub min_sustainability: Option<u8>,
    /// 0 pure relevance, 1 pure variety. Of this and what follows, the shop's own rules hold where it is `None`.
    pub diversity: Option<f64>,
    /// Extra weight for sustainable goods, 0 to 1.
    pub sustainability_boost: Option<f64>,
    /// Products of one category on the list at most.
    pub category_cap: Option<usize>,
    /// Products that open the list, in this order, if they may be shown at all.
    pub pinned: Option<Vec<ProductId>>,
    /// Products whose scores gain this many times themselves, besides those the shop boosts.
    pub boosted: Vec<(ProductId, f64)>,
    /// Places at the end of the list kept for new products.
    pub exploration_slots: Option<usize>,
}

impl Default for ListFilter {
    fn default() -> Self {
        Self {
            categories: Vec::new(),
            brands: Vec::new(),
            price: None,
            in_stock_only: true,
            exclude_purchased: true,
            exclude: Vec::new(),
            min_sustainability: None,
            diversity: None,
            sustainability_boost: None,
            category_cap: None,
            pinned: None,
            boosted: Vec::new(),
            exploration_slots: None,
        }
    }
}

/// A question with all that shapes its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub question: Question,
    /// For whom; nobody in particular when `None`.
    pub shopper: Option<Subject>,
    /// 1 to 100.
    pub count: usize,
    /// The strategy by id; the shop's default when `None`.
    pub strategy: Option<String>,
    pub filter: ListFilter,
    /// Taste stated for this call only.
    pub preferences: Option<Preferences>,
}

impl Ask {
    /// A question with the default filter and strategy.
    pub fn new(question: Question, shopper: Option<Subject>, count: usize) -> Self {
        Self { question, shopper, count, strategy: None, filter: ListFilter::default(), preferences: None }
    }
}

/// The question cannot be answered as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("no visible product has the id {0}")]
    UnknownProduct(ProductId),
    #[error("no strategy is called {0:?}")]
    UnknownStrategy(String),
}

/// A list as computed: what is cached and shared.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The strategy asked for, by the caller or the settings.
    pub requested: String,
    /// The strategy that answered.
    pub served: Arc<str>,
    pub model_version: Option<Arc<str>>,
    pub fallback: FallbackReason,
    pub assignment: Option<Assignment>,
    /// Probability of a drawn choice.
    pub propensity: Option<f32>,
    pub items: Vec<Recommended>,
    pub generated_at: Timestamp,
}

/// One place of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommended {
    pub product: ProductId,
    /// 0 to 1, comparable within the list.
    pub score: f32,
    /// From 1.
    pub rank: u32,
    /// The strategy that filled the place.
    pub source: Arc<str>,
    pub reason: ReasonKind,
    /// The reason as a sentence.
    pub text: String,
    /// Parts of the score owed to the shopper's history, largest first.
    pub because: Vec<Because>,
    pub contributions: Vec<Contribution>,
}

/// A product of the history and its part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    pub product: ProductId,
    pub deed: InteractionKind,
    pub share: f32,
}

/// A strategy and its part of a score: `weight * score`.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    pub strategy: Arc<str>,
    pub weight: f32,
    pub score: f32,
}

/// A list as handed to one caller.
#[derive(Debug, Clone)]
pub struct Served {
    /// Fresh for every serving, so that interactions credit the right one.
    pub id: RecommendationId,
    /// The strategy the caller named; `None` left it to the shop.
    pub asked_strategy: Option<String>,
    pub list: Arc<List>,
    pub cached: bool,
    pub took: Duration,
}

impl Weighed for List {
    fn bytes(&self) -> usize {
        let items: usize = self
            .items
            .iter()
            .map(|item| {
                size_of::<Recommended>()
                    + item.text.len()
                    + item.because.len() * size_of::<Because>()
                    + item.contributions.len() * (size_of::<Contribution>() + 32)
            })
            .sum();
        size_of::<Self>() + self.requested.len() + items
    }
}

impl Listed for Served {
    type Id = ProductId;

    fn ids(&self) -> Vec<ProductId> {
        self.list.items.iter().map(|item| item.product).collect()
    }
}
