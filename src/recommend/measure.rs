//! How good the strategies are on held-out data: taken behind a training, kept with its runs.
//!
//! The models in service have seen everything, so others are trained on all but the last weeks, with the same settings,
//! and asked for those. That costs about as much as a training, which is why it is not done after each.

use std::sync::Arc;

use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::evaluate::{
    Contender, EvaluateError, NoStopwatch, Options as How, Report, StrategyReport, run, split,
};
use shelfwise_strategies::train::Cancel;

use super::Recommendations;
use super::train::{Logged, TrainError};
use crate::domain::recommendation::{OfflineMetrics, TrainingRun};

/// Length of the lists judged.
const K: u32 = 10;
/// Shoppers asked at most.
const QUESTIONS: usize = 5_000;
/// Strategies that only choose among others, differently for each shopper, have no figures of their own.
pub const CHOOSERS: [&str; 2] = ["ab_assigned", "bandit"];

/// A round that has ended well: what it saw, and the runs of the strategies it trained.
pub(super) struct Trained {
    pub(super) dataset: Arc<Dataset>,
    pub(super) runs: Vec<TrainingRun>,
    /// Whether somebody asked for it.
    pub(super) asked_for: bool,
}

impl Recommendations {
    /// Measures what a round trained, if that is due, and writes the figures down.
    pub(super) async fn measure(self: &Arc<Self>, trained: Trained) -> Result<(), TrainError> {
        let now = self.context.now();
        let Some(every) = self.options.measure_every else { return Ok(()) };
        if !self.training.measurement_is_due(now, every) && !trained.asked_for {
            return Ok(());
        }
        let cancel = self.training.begin();
        let this = Arc::clone(self);
        let dataset = trained.dataset;
        let judged =
            tokio::task::spawn_blocking(move || this.pool.install(|| this.judge(&dataset, &cancel))).await?;
        let report = match judged {
            Ok(report) => report,
            // A young shop has nothing to hold out yet; a shop that closes needs no figures.
            Err(reason) => {
                tracing::debug!(%reason, "the strategies were not measured");
                return Ok(());
            }
        };
        self.training.measured(now);
        for run in trained.runs {
            let Some(offline) = figures(&report, &run.strategy_id) else { continue };
            self.save_run(&TrainingRun { offline: Some(offline), ..run }).await?;
        }
        Ok(())
    }

    fn judge(&self, dataset: &Dataset, cancel: &Cancel) -> Result<Report, EvaluateError> {
        let split =
            split::by_time(dataset, split::default_cut(dataset))?.at_most(QUESTIONS, self.options.seed);
        let contenders = self
            .strategy_states()
            .iter()
            .filter(|state| state.enabled && !CHOOSERS.contains(&state.id))
            .map(|state| Contender { params: state.params.clone(), ..Contender::standard(state.id) })
            .collect();
        let how = How {
            contenders,
            weights: self.options.weights.clone(),
            fallback: false,
            seed: self.options.seed,
            rounds: 0,
        };
        run(&split, &self.registry, &how, &NoStopwatch, &Logged("measuring"), cancel)
    }
}

/// Figures over products new to the shopper, which is what the strategies are for.
fn figures(report: &Report, strategy: &str) -> Option<OfflineMetrics> {
    let found = |judged: &&StrategyReport| judged.name == strategy;
    let judged = report.slices.first()?.strategies.iter().find(found)?;
    let mean = |metric: &str| judged.metrics.get(&format!("{metric}@{K}")).map(|interval| interval.mean);
    Some(OfflineMetrics {
        k: K,
        precision: mean("precision")?,
        recall: mean("recall")?,
        ndcg: mean("ndcg")?,
        map: mean("map")?,
        coverage: judged.beyond.coverage,
        diversity: judged.beyond.diversity.unwrap_or(0.0),
    })
}
