//! What the recommender leaves behind: lists served, trainings run, strategies' settings.

use super::{
    ids::{ProductId, RecommendationId, TrainingRunId},
    interaction::Subject,
    job::JobStatus,
    time::Timestamp,
};

/// A list that was served: the ground for every figure about strategies.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedRecommendation {
    /// Its id; interactions send it back to credit the list.
    pub id: RecommendationId,
    /// To whom; none when the list was about products, not about a person.
    pub subject: Option<Subject>,
    /// The strategy that made it.
    pub strategy_id: String,
    /// The experiment it was part of.
    pub experiment_key: Option<String>,
    /// The arm of that experiment.
    pub variant_key: Option<String>,
    /// The model that made it.
    pub model_version: Option<String>,
    /// Why another strategy had to help, when one had to.
    pub fallback: Option<String>,
    /// Whether it came from the cache.
    pub cached: bool,
    /// How long it took.
    pub took_micros: i64,
    /// What was shown, in order.
    pub items: Vec<ServedItem>,
    /// When.
    pub served_at: Timestamp,
}

/// One place of a served list.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedItem {
    /// What was shown.
    pub product_id: ProductId,
    /// Its score in the list.
    pub score: f32,
    /// The strategy that filled the place.
    pub source: String,
    /// How likely it was to be shown here, where the strategy draws lots.
    pub propensity: Option<f32>,
}

/// A product that a strategy showed, for telling how much of the catalogue it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShownProduct {
    /// The strategy that made the list.
    pub strategy_id: String,
    /// The experiment the list was part of.
    pub experiment_key: Option<String>,
    /// The arm of that experiment.
    pub variant_key: Option<String>,
    /// When; kept to the day, in UTC.
    pub at: Timestamp,
    /// What was shown.
    pub product_id: ProductId,
}

/// One training of one strategy.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRun {
    /// Its id.
    pub id: TrainingRunId,
    /// What was trained.
    pub strategy_id: String,
    /// How it stands.
    pub status: JobStatus,
    /// The model it made.
    pub model_version: Option<String>,
    /// Interactions it saw.
    pub interactions: i64,
    /// Users it saw.
    pub users: i64,
    /// Products it saw.
    pub products: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How good the model is on held-out data.
    pub offline: Option<OfflineMetrics>,
    /// Why it failed.
    pub error: Option<String>,
}

/// Figures on held-out data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfflineMetrics {
    /// The length of the lists judged.
    pub k: u32,
    /// Share of the list that was right.
    pub precision: f64,
    /// Share of the right ones in the list.
    pub recall: f64,
    /// Normalised discounted cumulative gain.
    pub ndcg: f64,
    /// Mean average precision.
    pub map: f64,
    /// Share of the catalogue that is ever recommended.
    pub coverage: f64,
    /// How different the items of a list are.
    pub diversity: f64,
}

/// What shapes every list of the shop whose request does not say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct MerchandisingRules {
    /// 0 pure relevance, 1 pure variety.
    pub diversity: f64,
    /// Extra weight for sustainable goods, 0 to 1.
    pub sustainability_boost: f64,
    /// Products of one category on a list at most.
    pub category_cap: Option<usize>,
    /// Places at the end of a shopper's list kept for new products.
    pub exploration_slots: usize,
    /// Products that open lists for a shopper and of what rises, in this order.
    pub pinned: Vec<ProductId>,
    /// Products whose scores gain this many times themselves.
    pub boosted: Vec<(ProductId, f64)>,
    /// When staff changed them last.
    pub updated_at: Option<Timestamp>,
}

impl Default for MerchandisingRules {
    fn default() -> Self {
        Self {
            diversity: 0.2,
            sustainability_boost: 0.0,
            category_cap: None,
            exploration_slots: 0,
            pinned: Vec::new(),
            boosted: Vec::new(),
            updated_at: None,
        }
    }
}

/// What staff set for a strategy; absent means the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrategySetting {
    /// Which strategy.
    pub strategy_id: String,
    /// Whether it may serve.
    pub enabled: bool,
    /// What it is configured with, as JSON text; none means the defaults.
    pub config: Option<String>,
    /// When this was set.
    pub updated_at: Timestamp,
}
