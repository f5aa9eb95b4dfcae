//! Lists as callers ask for them: who may ask for whom, what a filter may say, and what staff may change.

use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use iso_currency::Currency;
use serde_json::Value;

use super::accounts::PreferencesChange;
use super::error::{Mistakes, Problem, ServiceError};
use super::interactions::whose;
use crate::domain::caller::Caller;
use crate::domain::ids::ProductId;
use crate::domain::interaction::Subject;
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::people::Preferences;
use crate::domain::recommendation::TrainingRun;
use crate::domain::time::Timestamp;
use crate::recommend::ask::{Ask, AskError, ListFilter, Question, Served};
use crate::recommend::pace::INTERVAL_BOUNDS;
use crate::recommend::push::Pushed;
use crate::recommend::{Recommendations, StrategyState, UpdateError};

/// The use cases of recommendations.
pub struct Recommender {
    pub(super) live: Arc<Recommendations>,
    currency: Currency,
}

/// A list as asked for, nothing in it checked yet.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    pub count: i64,
    pub strategy: Option<String>,
    pub filter: Option<FilterRequest>,
    pub preferences: Option<PreferencesChange>,
}

/// How far a boost may raise a product's score: this many times itself.
const MAX_BOOST: f64 = 10.0;

/// A filter as asked for; the defaults are the schema's.
#[derive(Debug, Clone)]
pub struct FilterRequest {
    pub category_slugs: Vec<String>,
    pub price: (Option<String>, Option<String>),
    pub in_stock_only: bool,
    pub exclude_purchased: bool,
    pub exclude: Vec<ProductId>,
    pub min_sustainability_score: Option<i64>,
    pub diversity: Option<f64>,
    pub sustainability_boost: Option<f64>,
    pub category_cap: Option<i64>,
    pub pinned: Option<Vec<ProductId>>,
    pub boosted: Vec<(ProductId, f64)>,
    pub exploration_slots: Option<i64>,
}

impl Recommender {
    pub fn new(live: Arc<Recommendations>, currency: Currency) -> Self {
        Self { live, currency }
    }

    /// What a shopper would like.
    ///
    /// # Errors
    /// When the caller may not ask for them, they do not exist, or the request does not fit.
    pub async fn for_shopper(
        &self,
        caller: &Caller,
        shopper: Subject,
        request: ListRequest,
    ) -> Result<Served, ServiceError> {
        let ask = self.ask_for_shopper(caller, shopper, request).await?;
        self.live.recommend(&ask).map_err(refused)
    }

    /// What a shopper would like, now and after every change.
    ///
    /// # Errors
    /// As for [`Recommender::for_shopper`], or when the interval is out of bounds.
    pub async fn watch_shopper(
        &self,
        caller: &Caller,
        shopper: Subject,
        request: ListRequest,
        min_interval_ms: i64,
    ) -> Result<impl Stream<Item = Result<Pushed<Served>, ServiceError>> + Send + use<>, ServiceError> {
        let interval = interval(min_interval_ms)?;
        let ask = self.ask_for_shopper(caller, shopper, request).await?;
        Ok(self.pushed(ask, interval))
    }

    /// What is like a product; without what the caller has bought or dismissed.
    ///
    /// # Errors
    /// When the product is not visible or the request does not fit.
    pub fn similar(
        &self,
        caller: &Caller,
        product: ProductId,
        request: ListRequest,
    ) -> Result<Served, ServiceError> {
        let ask = self.ask(Question::SimilarTo(product), own(caller), request)?;
        self.live.recommend(&ask).map_err(refused)
    }

    /// What goes with some products.
    ///
    /// # Errors
    /// When one of them is not visible, there are none or too many, or the request does not fit.
    pub fn bought_together(
        &self,
        caller: &Caller,
        products: Vec<ProductId>,
        request: ListRequest,
    ) -> Result<Served, ServiceError> {
        if products.is_empty() {
            return Err(ServiceError::refuse(["productIds"], Problem::Required));
        }
        if products.len() > limits::PAGE {
            return Err(ServiceError::refuse(["productIds"], Problem::TooMany { max: limits::PAGE }));
        }
        let mut ask = self.ask(Question::Basket(products), own(caller), request)?;
        // What goes with a basket may well be what was bought with the last one.
        ask.filter.exclude_purchased = false;
        self.live.recommend(&ask).map_err(refused)
    }

    /// What rises now.
    ///
    /// # Errors
    /// When the request does not fit.
    pub fn trending(
        &self,
        window: shelfwise_strategies::strategy::Window,
        request: ListRequest,
    ) -> Result<Served, ServiceError> {
        let ask = self.ask(Question::Trending(window), None, request)?;
        self.live.recommend(&ask).map_err(refused)
    }

    /// What rises, now and after every change.
    ///
    /// # Errors
    /// When the request does not fit.
    pub fn watch_trending(
        &self,
        window: shelfwise_strategies::strategy::Window,
        request: ListRequest,
    ) -> Result<impl Stream<Item = Result<Pushed<Served>, ServiceError>> + Send + use<>, ServiceError> {
        const INTERVAL: Duration = Duration::from_secs(1);
        let ask = self.ask(Question::Trending(window), None, request)?;
        Ok(self.pushed(ask, INTERVAL))
    }

    /// Every registered strategy.
    pub fn strategies(&self) -> Arc<Vec<StrategyState>> {
        self.live.strategy_states()
    }

    /// The version of a strategy's model in service.
    pub fn model_version(&self, strategy: &str) -> Option<String> {
        self.live.model_version(strategy)
    }

    /// When that model was trained.
    pub fn trained_at(&self, strategy: &str) -> Option<Timestamp> {
        self.live.trained_at(strategy)
    }

    /// Whether shoppers see a product now.
    pub fn shows(&self, product: ProductId) -> bool {
        self.live.is_visible(product)
    }

    /// Starts a training soon.
    ///
    /// # Errors
    /// When the strategy is unknown or switched off, or the store fails.
    pub async fn train(&self, strategy: &str) -> Result<TrainingRun, ServiceError> {
        self.live.train_soon(strategy).await.map_err(not_updated)
    }

    /// Switches a strategy on or off, or configures it.
    ///
    /// # Errors
    /// When the strategy is unknown, the change does not fit, or the store fails.
    pub async fn update_strategy(
        &self,
        strategy: &str,
        enabled: Option<bool>,
        config: Option<&Value>,
    ) -> Result<StrategyState, ServiceError> {
        if config.is_some_and(|config| config.to_string().len() > limits::JSON_BYTES) {
            let expected = "has more than 16 KiB of JSON";
            return Err(ServiceError::refuse(["config"], Problem::Malformed { expected }));
        }
        self.live.update_strategy(strategy, enabled, config).await.map_err(not_updated)
    }

    /// Forgets cached lists.
    pub fn clear_cache(&self) {
        self.live.clear_cache();
    }

    fn pushed(
        &self,
        ask: Ask,
        interval: Duration,
    ) -> impl Stream<Item = Result<Pushed<Served>, ServiceError>> + Send + use<> {
        use futures_util::StreamExt;
        self.live.watch(ask, interval).map(|pushed| pushed.map_err(refused))
    }

    async fn ask_for_shopper(
        &self,
        caller: &Caller,
        shopper: Subject,
        request: ListRequest,
    ) -> Result<Ask, ServiceError> {
        let shopper = whose(caller, Some(shopper))?;
        if !self.live.knows(shopper).await? {
            return Err(ServiceError::refuse(["userId"], Problem::NotFound { what: "user" }));
        }
        self.ask(Question::ForShopper, Some(shopper), request)
    }

    fn ask(
        &self,
        question: Question,
        shopper: Option<Subject>,
        request: ListRequest,
    ) -> Result<Ask, ServiceError> {
        let mut mistakes = Mistakes::default();
        let most = i64::try_from(limits::RECOMMENDATIONS).unwrap_or(i64::MAX);
        if !(1..=most).contains(&request.count) {
            mistakes.add(["count"], Problem::OutOfRange { min: 1, max: most });
        }
        let filter = request.filter.map(|filter| self.filter(filter, &mut mistakes)).unwrap_or_default();
        let preferences = request.preferences.map(|taste| self.taste(taste, &mut mistakes));
        mistakes.done()?;
        let count = usize::try_from(request.count).unwrap_or_default();
        Ok(Ask { question, shopper, count, strategy: request.strategy, filter, preferences })
    }

    fn filter(&self, asked: FilterRequest, mistakes: &mut Mistakes) -> ListFilter {
        check_length(mistakes, ["filter", "categorySlugs"], asked.category_slugs.len());
        check_length(mistakes, ["filter", "excludeProductIds"], asked.exclude.len());
        check_length(mistakes, ["filter", "pinnedProductIds"], asked.pinned.as_ref().map_or(0, Vec::len));
        check_length(mistakes, ["filter", "boostedProducts"], asked.boosted.len());
        let categories = asked.category_slugs.iter().take(limits::PAGE).filter_map(|slug| {
            let found = self.live.category_by_slug(slug).ok_or(Problem::NotFound { what: "category" });
            mistakes.check(["filter", "categorySlugs"], found)
        });
        let categories = categories.collect();
        let (low, high) = self.price(asked.price, ["filter", "price"], mistakes);
        let price = (low.is_some() || high.is_some())
            .then(|| (low.map_or(0, Money::minor), high.map_or(i64::MAX, Money::minor)));
        for (field, value) in
            [("diversity", asked.diversity), ("sustainabilityBoost", asked.sustainability_boost)]
        {
            if let Some(value) = value {
                mistakes.check(["filter", field], share(value));
            }
        }
        if let Some(Err(problem)) = asked.boosted.iter().map(|(_, by)| boost(*by)).find(Result::is_err) {
            mistakes.add(["filter", "boostedProducts"], problem);
        }
        let category_cap =
            asked.category_cap.and_then(|cap| mistakes.check(["filter", "maxPerCategory"], places(cap, 1)));
        let exploration_slots = asked
            .exploration_slots
            .and_then(|slots| mistakes.check(["filter", "newProductSlots"], places(slots, 0)));
        ListFilter {
            categories,
            brands: Vec::new(),
            price,
            in_stock_only: asked.in_stock_only,
            exclude_purchased: asked.exclude_purchased,
            exclude: asked.exclude,
            min_sustainability: score(asked.min_sustainability_score, "filter", mistakes),
            diversity: asked.diversity,
            sustainability_boost: asked.sustainability_boost,
            category_cap,
            pinned: asked.pinned,
            boosted: asked.boosted,
            exploration_slots,
        }
    }

    fn taste(&self, asked: PreferencesChange, mistakes: &mut Mistakes) -> Preferences {
        check_length(mistakes, ["preferences", "categorySlugs"], asked.category_slugs.len());
        check_length(mistakes, ["preferences", "brandSlugs"], asked.brand_slugs.len());
        check_length(mistakes, ["preferences", "likedProductIds"], asked.liked_products.len());
        let mut categories = Vec::new();
        for slug in asked.category_slugs.iter().take(limits::PAGE) {
            let found = self.live.category_by_slug(slug).ok_or(Problem::NotFound { what: "category" });
            categories.extend(mistakes.check(["preferences", "categorySlugs"], found));
        }
        let mut brands = Vec::new();
        for slug in asked.brand_slugs.iter().take(limits::PAGE) {
            let found = self.live.brand_by_slug(slug).ok_or(Problem::NotFound { what: "brand" });
            brands.extend(mistakes.check(["preferences", "brandSlugs"], found));
        }
        Preferences {
            categories,
            brands,
            liked_products: asked.liked_products,
            min_price: asked.min_price,
            max_price: asked.max_price,
            min_sustainability_score: score(asked.min_sustainability_score, "preferences", mistakes),
            updated_at: None,
        }
    }

    fn price(
        &self,
        (low, high): (Option<String>, Option<String>),
        path: [&str; 2],
        mistakes: &mut Mistakes,
    ) -> (Option<Money>, Option<Money>) {
        let mut read = |text: Option<String>| {
            text.and_then(|text| mistakes.check(path, Money::parse_decimal(&text, self.currency)))
        };
        (read(low), read(high))
    }
}

fn own(caller: &Caller) -> Option<Subject> {
    caller.user().map(Subject::User).or(caller.visitor.map(Subject::Visitor))
}

fn check_length(mistakes: &mut Mistakes, path: [&str; 2], length: usize) {
    if length > limits::PAGE {
        mistakes.add(path, Problem::TooMany { max: limits::PAGE });
    }
}

/// A part of something.
pub(super) fn share(asked: f64) -> Result<f64, Problem> {
    Some(asked).filter(|share| (0.0..=1.0).contains(share)).ok_or(Problem::OutOfRange { min: 0, max: 1 })
}

/// What a product's score gains, in times itself.
pub(super) fn boost(asked: f64) -> Result<f64, Problem> {
    let bound = Problem::OutOfRange { min: 0, max: MAX_BOOST as i64 };
    Some(asked).filter(|by| (0.0..=MAX_BOOST).contains(by)).ok_or(bound)
}

/// Places of a list.
pub(super) fn places(asked: i64, least: i64) -> Result<usize, Problem> {
    let bound = Problem::OutOfRange { min: least, max: limits::PAGE as i64 };
    usize::try_from(asked).ok().filter(|places| asked >= least && *places <= limits::PAGE).ok_or(bound)
}

fn score(asked: Option<i64>, part: &str, mistakes: &mut Mistakes) -> Option<u8> {
    asked.and_then(|score| {
        let score = u8::try_from(score).ok().filter(|score| *score <= 100);
        mistakes
            .check([part, "minSustainabilityScore"], score.ok_or(Problem::OutOfRange { min: 0, max: 100 }))
    })
}

fn interval(min_interval_ms: i64) -> Result<Duration, ServiceError> {
    let bound = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let (min, max) = (bound(INTERVAL_BOUNDS.0), bound(INTERVAL_BOUNDS.1));
    if (min..=max).contains(&min_interval_ms) {
        Ok(Duration::from_millis(u64::try_from(min_interval_ms).unwrap_or_default()))
    } else {
        Err(ServiceError::refuse(["minIntervalMs"], Problem::OutOfRange { min, max }))
    }
}

fn refused(error: AskError) -> ServiceError {
    match error {
        AskError::UnknownProduct(_) => {
            ServiceError::refuse(["productId"], Problem::NotFound { what: "product" })
        }
        AskError::UnknownStrategy(_) => {
            ServiceError::refuse(["strategy"], Problem::NotFound { what: "strategy" })
        }
    }
}

fn not_updated(error: UpdateError) -> ServiceError {
    match error {
        UpdateError::Unknown(_) => {
            ServiceError::refuse(["strategyId"], Problem::NotFound { what: "strategy" })
        }
        UpdateError::Config(reason) => ServiceError::refuse(["config"], Problem::Unfit { reason }),
        UpdateError::Default => {
            let expected = "the strategy that answers by default cannot be switched off";
            ServiceError::refuse(["enabled"], Problem::Malformed { expected })
        }
        UpdateError::SwitchedOff => {
            let expected = "the strategy is switched off";
            ServiceError::refuse(["strategyId"], Problem::Malformed { expected })
        }
        UpdateError::Storage(error) => error.into(),
    }
}
