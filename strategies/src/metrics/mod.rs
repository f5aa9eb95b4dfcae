//! How good a ranking is: one file a metric, each with its formula, its source and worked examples.
//!
//! Accuracy metrics judge one list ([`Judged`]) and are averaged over shoppers. The others look at
//! all lists together: how much of the catalogue is shown, how evenly, how popular and how varied.

mod average_precision;
mod bootstrap;
mod coverage;
mod diversity;
mod hit_rate;
mod ndcg;
mod novelty;
mod popularity_bias;
mod precision;
mod recall;
mod reciprocal_rank;

pub use average_precision::average_precision;
pub use bootstrap::{Interval, PairedComparison, Resamples};
pub use coverage::coverage;
pub use diversity::intra_list_diversity;
pub use hit_rate::hit;
pub use ndcg::ndcg;
pub use novelty::novelty;
pub use popularity_bias::{average_popularity, gini};
pub use precision::precision;
pub use recall::recall;
pub use reciprocal_rank::reciprocal_rank;

/// A ranking seen through its relevance: which positions hit, and how many hits were possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    hits: Vec<bool>,
    relevant: usize,
}

impl Judged {
    /// Judges a ranking, best first, by the products that would have been right (each named once).
    pub fn new(ranking: &[u32], relevant: &[u32]) -> Self {
        Self { hits: ranking.iter().map(|item| relevant.contains(item)).collect(), relevant: relevant.len() }
    }

    /// Positions, best first: whether the product there was right.
    pub fn hits(&self) -> &[bool] {
        &self.hits
    }

    /// How many products would have been right.
    pub fn relevant(&self) -> usize {
        self.relevant
    }

    /// The first `k` positions.
    fn top(&self, k: usize) -> &[bool] {
        &self.hits[..k.min(self.hits.len())]
    }

    fn hits_within(&self, k: usize) -> usize {
        self.top(k).iter().filter(|hit| **hit).count()
    }
}
