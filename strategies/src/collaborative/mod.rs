//! Collaborative filtering item by item: cosine neighbours, random walks, closed-form regression and
//! sequential rules, blended with the trend as the shop's own past says is best.
//!
//! A score is a sum over the history, `trend_i · Σ_parts scale · Σ_j w_j B_ji`, so the history is
//! read live, nothing is stored per shopper and explanations are exact.

mod candidates;
mod choose;
mod ease;
mod live;
mod model;
mod neighbours;
mod serve;

use serde::{Deserialize, Serialize};

pub use crate::learn::touches::Recency;
pub use crate::learn::trend::TrendShape;
pub use candidates::Effort;
pub use choose::{Choice, Trial};
pub use ease::{Ease, LocalEase};
pub use model::{MAX_PARTS, PartKind, PartSpec};
pub use neighbours::{ItemKnn, Rp3Beta, SequentialRules};
pub use serve::Collaborative;

use crate::error::StrategyError;
use crate::learn::panel::Panel;
use crate::learn::touches::{Emphasis, Histories};
use crate::learn::trend::TrendTable;
use crate::train::{Dimension, FitJob, Range, Trainer};
use model::{Blend, Part};

/// Configuration of `collaborative`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// The parts; empty lets validation choose.
    pub parts: Vec<PartSpec>,
    /// The trend that goes with given parts; without parts validation chooses it too.
    pub trend: Option<TrendShape>,
    /// How far strong events outweigh weak ones: 0 not at all, 1 by the shop's weights.
    pub emphasis: f32,
    /// The latest products of a history that are read, in training and in serving.
    pub longest_history: usize,
    /// Neighbours kept an item, fewer where the catalogue is so large that all parts' together would
    /// fill the memory.
    pub neighbours: usize,
    /// Products up to which EASE inverts the full Gram matrix (two squares of it in memory).
    pub dense_items: usize,
    /// Co-occurring pairs within histories up to which validation varies every setting; above, one
    /// setting of each part is tried.
    pub thorough_pairs: u64,
    /// Shoppers on the validation panel.
    pub panel: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            trend: None,
            emphasis: 0.5,
            longest_history: 500,
            neighbours: 200,
            dense_items: 6_000,
            thorough_pairs: 60_000_000,
            panel: 8_000,
        }
    }
}

/// Neighbours a part keeps in all, 400 MB of them, and an item at least.
const MOST_NEIGHBOURS: usize = 50_000_000;
const LEAST_NEIGHBOURS: usize = 30;

impl Params {
    fn neighbours_of(&self, items: usize) -> usize {
        self.neighbours.min((MOST_NEIGHBOURS / items.max(1)).max(LEAST_NEIGHBOURS))
    }

    fn check(&self) -> Result<(), StrategyError> {
        let refuse = |message: &str| {
            Err(StrategyError::Config {
                id: CollaborativeTrainer::ID.to_owned(),
                message: message.to_owned(),
            })
        };
        if self.parts.len() > MAX_PARTS {
            return refuse("too many parts");
        }
        if self.parts.iter().any(|part| !(part.weight > 0.0 && part.weight.is_finite())) {
            return refuse("part weights must be positive numbers");
        }
        if !(0.0..=2.0).contains(&self.emphasis) {
            return refuse("emphasis must lie between 0 and 2");
        }
        if self.longest_history == 0 || self.neighbours == 0 || self.longest_history > 100_000 {
            return refuse("longest_history and neighbours must be positive and of sensible size");
        }
        if self.dense_items > 25_000 {
            return refuse("dense_items above 25000 would take more memory than any shop's server has");
        }
        Ok(())
    }
}

/// Trainer of `collaborative`.
#[derive(Debug, Clone, Copy, Default)]
pub struct CollaborativeTrainer;

impl Trainer for CollaborativeTrainer {
    const ID: &'static str = "collaborative";
    const NAME: &'static str = "Collaborative filtering";
    const SUMMARY: &'static str = "Products chosen together with those of the history: item-kNN, RP3β, EASE and sequential rules, blended on validation";
    type Params = Params;
    type Model = Collaborative;

    fn fit(job: &FitJob<'_>, params: &Params) -> Result<Collaborative, StrategyError> {
        params.check()?;
        let now = job.now.min(job.dataset.latest());
        let everything = |_: u32, _: usize, _: &crate::event::HistoryEvent| true;
        let mut histories = Histories::new(job.dataset, job.weights, now, params.longest_history, everything);
        let emphasis = Emphasis { mean: histories.mean_strength(), power: params.emphasis };
        histories.emphasise(&emphasis);
        let choice = if params.parts.is_empty() {
            choose_parts(job, params, emphasis, &histories)?
        } else {
            Choice { parts: params.parts.clone(), trend: params.trend, trials: Vec::new() }
        };
        let mut parts = Vec::with_capacity(choice.parts.len());
        let count = choice.parts.len() as f32;
        for (at, spec) in choice.parts.iter().enumerate() {
            let stop = |done: f32| {
                job.progress.report(spec.kind.name(), 0.7 + 0.3 * (at as f32 + done) / count);
                job.cancel.is_cancelled()
            };
            let neighbours = spec.kind.fit(&histories, &stop);
            job.cancel.check()?;
            let Some(neighbours) = neighbours else {
                return Err(StrategyError::Fit {
                    id: Self::ID.to_owned(),
                    message: format!("{} has no solution on these data", spec.kind.name()),
                });
            };
            parts.push(Part { spec: *spec, neighbours });
        }
        let trend = choice
            .trend
            .map_or_else(TrendTable::default, |shape| TrendTable::new(job.dataset, now, shape, everything));
        job.progress.report("done", 1.0);
        let blend = Blend {
            weights: job.weights.clone(),
            emphasis,
            longest_history: params.longest_history,
            parts,
            trend,
        };
        Ok(Collaborative::new(blend, choice, params.clone()))
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "emphasis", range: Range::Linear(0.0, 1.0) },
            Dimension { key: "neighbours", range: Range::Integer(50, 500) },
            Dimension { key: "longest_history", range: Range::Integer(50, 1_000) },
        ]
    }
}

/// Pairs of shopper and product above which one setting of each part is tried: the time is better
/// spent on the model itself.
const THOROUGH_TOUCHES: usize = 500_000;
/// Shoppers on the panel then.
const HASTY_PANEL: usize = 3_000;

fn choose_parts(
    job: &FitJob<'_>,
    params: &Params,
    emphasis: Emphasis,
    histories: &Histories,
) -> Result<Choice, StrategyError> {
    let thorough = histories.pair_work() <= params.thorough_pairs && histories.pairs() <= THOROUGH_TOUCHES;
    let neighbours = params.neighbours_of(histories.items());
    let effort = Effort { dense_items: params.dense_items, neighbours, thorough };
    let stop = |done: f32| {
        job.progress.report("choosing on validation", 0.7 * done);
        job.cancel.is_cancelled()
    };
    // Where one setting of each part is all that is tried, fewer shoppers tell it apart from the rest.
    let most = if thorough { params.panel } else { params.panel.min(HASTY_PANEL) };
    let panels = Panel::draws(job.dataset, job.weights, emphasis, params.longest_history, most, job.seed);
    let choice = choose::choose(job.dataset, &panels, &effort, job.seed, &stop);
    job.cancel.check()?;
    // Too little data to choose by: neighbours with shrinkage are the safe start of every shop.
    Ok(choice.filter(|choice| !choice.parts.is_empty()).unwrap_or_else(|| Choice {
        parts: vec![PartSpec {
            kind: PartKind::ItemKnn(ItemKnn { shrink: 10.0, skew: 0.5, recency: Recency::Flat, neighbours }),
            input: Recency::Steps(0.5),
            weight: 1.0,
        }],
        ..Choice::default()
    }))
}
