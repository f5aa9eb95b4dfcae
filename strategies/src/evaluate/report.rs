//! What an evaluation found, ready for JSON, a terminal or a page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Candidates, html, text};
use crate::metrics::{Interval, PairedComparison};

/// The result of an evaluation.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What was split how.
    pub protocol: String,
    /// What a reader must know to compare.
    pub notes: Vec<String>,
    /// Size of the data.
    pub data: DataFacts,
    /// Decided every draw.
    pub seed: u64,
    /// The models, in the order they were trained.
    pub models: Vec<TrainedModel>,
    /// Results by sort of question, the one that counts first.
    pub slices: Vec<SliceReport>,
}

/// Size of the data.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DataFacts {
    /// Products in the catalogue.
    pub items: usize,
    /// Products with at least one training event.
    pub train_items: usize,
    /// Shoppers with at least one training event.
    pub train_users: usize,
    /// Training events.
    pub train_events: usize,
}

/// How a model came about.
#[derive(Clone, Debug, Serialize)]
pub struct TrainedModel {
    /// Name in this report.
    pub name: String,
    /// The strategy.
    pub strategy: String,
    /// Its configuration.
    pub params: serde_json::Value,
    /// What training chose by itself within that configuration, and what it tried.
    pub chosen: Option<serde_json::Value>,
    /// Wall time of the training.
    pub fit_seconds: f64,
    /// Size when saved.
    pub model_bytes: usize,
}

/// Results for one sort of question.
#[derive(Clone, Debug, Serialize)]
pub struct SliceReport {
    /// What the questions have in common.
    pub name: String,
    /// Number of questions.
    pub questions: usize,
    /// What was ranked.
    pub candidates: Candidates,
    /// One entry for each strategy, in the order of the models.
    pub strategies: Vec<StrategyReport>,
}

/// How one strategy did.
#[derive(Clone, Debug, Serialize)]
pub struct StrategyReport {
    /// Name in this report.
    pub name: String,
    /// Accuracy by metric, such as `ndcg@10`, with 95 % intervals.
    pub metrics: BTreeMap<String, Interval>,
    /// Accuracy for those with the shortest histories, when there are such.
    pub cold_users: Option<BTreeMap<String, Interval>>,
    /// What accuracy does not see.
    pub beyond: Beyond,
    /// Recall and NDCG by list length.
    pub curve: Vec<CurvePoint>,
    /// Time of one answer of ten products, measured one at a time.
    pub latency: Latency,
    /// Paired comparisons of NDCG@10.
    pub versus: Vec<Versus>,
}

/// Properties of the lists of ten.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Beyond {
    /// Share of the questions that got at least one product.
    pub answered: f64,
    /// Share of the candidates shown at least once.
    pub coverage: f64,
    /// Mean self-information in bits.
    pub novelty: f64,
    /// Mean intra-list diversity by category and brand; absent without either.
    pub diversity: Option<f64>,
    /// Mean training interactions of what is shown.
    pub popularity: f64,
    /// Inequality of exposure.
    pub gini: f64,
}

/// A point of the curves.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CurvePoint {
    /// Length of the list.
    pub k: usize,
    /// Mean recall.
    pub recall: f64,
    /// Mean NDCG.
    pub ndcg: f64,
}

/// Percentiles of the time of one answer.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Median in microseconds.
    pub p50_us: f64,
    /// 99th percentile in microseconds.
    pub p99_us: f64,
    /// Answers measured.
    pub samples: usize,
}

/// A paired comparison with another strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Versus {
    /// The other one.
    pub other: String,
    /// This one minus the other.
    #[serde(flatten)]
    pub comparison: PairedComparison,
}

impl Report {
    /// The strategy with the highest value of a metric in the slice that counts.
    #[must_use]
    pub fn best(&self, metric: &str) -> Option<&StrategyReport> {
        let value =
            |report: &StrategyReport| report.metrics.get(metric).map_or(0.0, |interval| interval.mean);
        self.slices.first()?.strategies.iter().max_by(|a, b| value(a).total_cmp(&value(b)))
    }

    /// A strategy's value of a metric in the slice that counts.
    #[must_use]
    pub fn value(&self, strategy: &str, metric: &str) -> Option<f64> {
        let found = self.slices.first()?.strategies.iter().find(|report| report.name == strategy)?;
        found.metrics.get(metric).map(|interval| interval.mean)
    }

    /// Plain-text tables, one for each slice.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// One HTML page with tables and plots that needs nothing else.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }
}
