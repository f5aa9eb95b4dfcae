//! Training: what a trainer gets, and how it reports and stops.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dataset::Dataset;
use crate::error::StrategyError;
use crate::event::{InteractionWeights, Millis};
use crate::persist::Persist;
use crate::strategy::Strategy;

/// Hears how far a training has come.
pub trait Progress: Sync {
    /// `stage` is a short phrase, `done` goes from 0 to 1 within the training as a whole.
    fn report(&self, stage: &str, done: f32);
}

/// For whoever does not want to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _stage: &str, _done: f32) {}
}

/// A flag shared with a running training; raising it makes the training end with an error soon.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Raises the flag.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is raised.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error once the flag is raised; call it between steps.
    ///
    /// # Errors
    /// [`StrategyError::Cancelled`].
    pub fn check(&self) -> Result<(), StrategyError> {
        if self.is_cancelled() { Err(StrategyError::Cancelled) } else { Ok(()) }
    }
}

/// Configurations by strategy, with everything in them that a training would otherwise choose.
pub type Settled = BTreeMap<String, serde_json::Value>;

/// Where no strategy was trained before.
pub static NOTHING_SETTLED: Settled = BTreeMap::new();

/// What every trainer gets.
#[derive(Clone, Copy)]
pub struct FitJob<'a> {
    /// What to learn from.
    pub dataset: &'a Dataset,
    /// The moment of training: what events have faded by then.
    pub now: Millis,
    /// The shop's weights; a strategy may put its own fading in their place.
    pub weights: &'a InteractionWeights,
    /// Decides every draw: two trainings with one seed give one model.
    pub seed: u64,
    /// Where to report.
    pub progress: &'a dyn Progress,
    /// When to stop.
    pub cancel: &'a Cancel,
    /// What earlier trainings of the same round chose, for strategies made of others: see
    /// [`Strategy::settled`].
    pub settled: &'a Settled,
}

/// A setting that tuning may vary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dimension {
    /// Key in the configuration.
    pub key: &'static str,
    /// Where to look.
    pub range: Range,
}

/// Values to try.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Uniform between the bounds.
    Linear(f64, f64),
    /// Uniform in the logarithm.
    Log(f64, f64),
    /// Whole numbers, both bounds included.
    Integer(i64, i64),
    /// One of these JSON values.
    Choice(Vec<serde_json::Value>),
}

/// A strategy's trainer. One file holds a trainer and its model; one line registers it.
pub trait Trainer: 'static {
    /// The registered name.
    const ID: &'static str;
    /// What people call it.
    const NAME: &'static str;
    /// What it does, in a sentence.
    const SUMMARY: &'static str;
    /// The configuration. Derive it with `#[serde(deny_unknown_fields, default)]`.
    type Params: Default + Serialize + DeserializeOwned + Send + Sync;
    /// The model.
    type Model: Strategy + Persist + 'static;

    /// Trains a model.
    ///
    /// # Errors
    /// When cancelled, or when parameters or data make a model impossible. An empty data set is
    /// no error: the model then has nothing to say.
    fn fit(job: &FitJob<'_>, params: &Self::Params) -> Result<Self::Model, StrategyError>;

    /// What tuning may vary; nothing unless overridden.
    #[must_use]
    fn search_space() -> Vec<Dimension> {
        Vec::new()
    }
}
