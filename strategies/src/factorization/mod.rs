//! Matrix factorisation: item factors trained on everybody's history; the shopper's own vector is
//! folded in from the live history at every question.

mod catalogue;
mod choose;
mod factors;
mod gradient;
mod ials;
mod serve;
mod svd;

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

pub use gradient::Gradient;
pub use svd::{SvdParams, TruncatedSvdTrainer};

use crate::error::StrategyError;
use crate::event::{HistoryEvent, ItemIdx};
use crate::learn::touches::{Emphasis, Histories};
use crate::learn::trend::TrendTable;
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, Kind, Online, Query, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};
pub(crate) use catalogue::Catalogue;
pub(crate) use factors::Factors;
use ials::Ials;
use serve::{FactorModel, Fold};

pub use crate::learn::touches::Recency;
pub use crate::learn::trend::TrendShape;

/// How item factors are trained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Implicit alternating least squares.
    #[default]
    Ials,
    /// Stochastic gradient descent on squared error with sampled negatives.
    Sgd,
    /// Bayesian personalised ranking: stochastic gradient descent on pairs.
    Bpr,
}

/// Configuration of `matrix_factorization`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How item factors are trained.
    pub algorithm: Algorithm,
    /// Dimensions.
    pub dimensions: usize,
    /// Passes over the data.
    pub epochs: usize,
    /// α₀, the weight of every pair, observed or not; `None` lets validation choose.
    pub unobserved: Option<f32>,
    /// λ; a row's own is `λ (Σ weights + α₀ · other side)^ν`. `None` lets validation choose.
    pub ridge: Option<f32>,
    /// ν.
    pub ridge_exponent: f32,
    /// Steps of conjugate gradients in which a row approaches its solution; 0 solves by blocks.
    pub steps: usize,
    /// Dimensions solved at once: fewer than `dimensions` turns to iALS++.
    pub block: usize,
    /// How histories fade, in training and serving; `None` lets validation choose.
    pub recency: Option<Recency>,
    /// How the history of a question fades, where that is not as in training.
    pub input: Option<Recency>,
    /// The trend that multiplies scores; validation chooses it when `recency` is left to it.
    pub trend: Option<TrendShape>,
    /// How far strong events outweigh weak ones: 0 not at all, 1 by the shop's weights.
    pub emphasis: f32,
    /// The latest products of a history that are read.
    pub longest_history: usize,
    /// Step size of the gradient methods.
    pub learning_rate: f32,
    /// Regularisation of the gradient methods.
    pub gradient_ridge: f32,
    /// Shoppers on the validation panel.
    pub panel: usize,
    /// (Shopper, product) pairs above which validation tries one setting only.
    pub thorough_pairs: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Ials,
            dimensions: 64,
            epochs: 16,
            unobserved: None,
            ridge: None,
            ridge_exponent: 1.0,
            steps: 2,
            block: 256,
            recency: None,
            input: None,
            trend: None,
            emphasis: 0.5,
            longest_history: 500,
            learning_rate: 0.05,
            gradient_ridge: 0.01,
            panel: 1_000,
            thorough_pairs: 300_000,
        }
    }
}

impl Params {
    fn check(&self) -> Result<(), StrategyError> {
        let refuse = |message: &str| {
            Err(StrategyError::Config {
                id: MatrixFactorizationTrainer::ID.to_owned(),
                message: message.to_owned(),
            })
        };
        if !(1..=2_048).contains(&self.dimensions) {
            return refuse("dimensions must lie between 1 and 2048");
        }
        if !(1..=1_000).contains(&self.epochs) || self.block == 0 || self.steps > 1_000 {
            return refuse("epochs must lie between 1 and 1000, steps at 1000 at most and block be positive");
        }
        let positive = |value: Option<f32>| value.is_none_or(|value| value > 0.0 && value.is_finite());
        if !positive(self.unobserved) || !positive(self.ridge) || !positive(Some(self.learning_rate)) {
            return refuse("unobserved, ridge and learning_rate must be positive numbers");
        }
        if !(0.0..=2.0).contains(&self.emphasis)
            || !(0.0..=2.0).contains(&self.ridge_exponent)
            || !(0.0..=1.0).contains(&self.gradient_ridge)
        {
            return refuse(
                "emphasis and ridge_exponent must lie between 0 and 2, gradient_ridge between 0 and 1",
            );
        }
        if !(1..=100_000).contains(&self.longest_history) {
            return refuse("longest_history must lie between 1 and 100000");
        }
        Ok(())
    }
}

/// A strategy by factors, under its own name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factorized<N> {
    model: FactorModel,
    choice: choose::Choice,
    /// The configuration, where validation may fill it in.
    params: Option<Params>,
    name: PhantomData<N>,
}

/// Names a [`Factorized`] strategy.
pub trait Name: Send + Sync + 'static {
    /// The registered name.
    const ID: &'static str;
}

/// The name `matrix_factorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixFactorizationName;

impl Name for MatrixFactorizationName {
    const ID: &'static str = "matrix_factorization";
}

/// The trained `matrix_factorization` model.
pub type MatrixFactorization = Factorized<MatrixFactorizationName>;

impl<N: Name> Factorized<N> {
    fn new(model: FactorModel, choice: choose::Choice, params: Option<Params>) -> Self {
        Self { model, choice, params, name: PhantomData }
    }

    /// What validation chose, with every trial.
    #[must_use]
    pub fn choice(&self) -> &choose::Choice {
        &self.choice
    }
}

impl<N: Name> Strategy for Factorized<N> {
    fn id(&self) -> &'static str {
        N::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        self.model.supports(kind)
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        self.model.confidence(ctx, query)
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        self.model.score(ctx, query, out);
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        self.model.rescore(ctx, query, items, out);
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        self.model.explain(ctx, query, items, top)
    }

    fn settled(&self) -> Option<serde_json::Value> {
        let params = Params {
            unobserved: Some(self.choice.unobserved),
            ridge: Some(self.choice.ridge),
            recency: Some(self.choice.recency),
            input: Some(self.choice.input),
            trend: self.choice.trend,
            ..self.params.clone()?
        };
        serde_json::to_value(params).ok()
    }

    fn chosen(&self) -> Option<serde_json::Value> {
        (!self.choice.trials.is_empty()).then(|| serde_json::to_value(&self.choice).ok()).flatten()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        self.model.online()
    }
}

/// Trainer of `matrix_factorization`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MatrixFactorizationTrainer;

impl Trainer for MatrixFactorizationTrainer {
    const ID: &'static str = MatrixFactorizationName::ID;
    const NAME: &'static str = "Matrix factorisation";
    const SUMMARY: &'static str =
        "Latent factors by implicit alternating least squares, the shopper folded in from the live history";
    type Params = Params;
    type Model = MatrixFactorization;

    fn fit(job: &FitJob<'_>, params: &Params) -> Result<MatrixFactorization, StrategyError> {
        params.check()?;
        let (histories, emphasis) = histories(job, params.longest_history, params.emphasis);
        let stop = |done: f32| {
            job.progress.report("choosing on validation", 0.5 * done);
            job.cancel.is_cancelled()
        };
        let choice = choose::choose(job, params, emphasis, &histories, &stop);
        job.cancel.check()?;
        let choice = choice.unwrap_or_else(|| choose::Choice::start(params, histories.items(), false));
        let stop = |done: f32| {
            job.progress.report("factorising", 0.5 + 0.5 * done);
            job.cancel.is_cancelled()
        };
        let (items, fold) =
            train(&histories, params, &choice, job.seed, &stop).ok_or(StrategyError::Cancelled)?;
        let now = job.now.min(job.dataset.latest());
        let trend = choice.trend.map_or_else(TrendTable::default, |shape| {
            TrendTable::new(job.dataset, now, shape, |_, _, _| true)
        });
        job.progress.report("done", 1.0);
        let model = FactorModel {
            weights: job.weights.clone(),
            emphasis,
            longest_history: params.longest_history,
            input: choice.input,
            items,
            fold,
            trend,
        };
        Ok(MatrixFactorization::new(model, choice, Some(params.clone())))
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "dimensions", range: Range::Choice([32, 64, 128, 256].map(Into::into).into()) },
            Dimension { key: "unobserved", range: Range::Log(0.003, 1.0) },
            Dimension { key: "ridge", range: Range::Log(0.0005, 0.1) },
            Dimension { key: "epochs", range: Range::Integer(4, 32) },
        ]
    }
}

/// Everybody's history up to the moment of training.
fn histories(job: &FitJob<'_>, longest: usize, power: f32) -> (Histories, Emphasis) {
    let now = job.now.min(job.dataset.latest());
    let everything = |_: u32, _: usize, _: &HistoryEvent| true;
    let mut histories = Histories::new(job.dataset, job.weights, now, longest, everything);
    let emphasis = Emphasis { mean: histories.mean_strength(), power };
    histories.emphasise(&emphasis);
    (histories, emphasis)
}

/// Trains item factors with the settings chosen. `None` when stopped.
fn train(
    histories: &Histories,
    params: &Params,
    choice: &choose::Choice,
    seed: u64,
    stop: &(dyn Fn(f32) -> bool + Sync),
) -> Option<(Catalogue, Fold)> {
    let users = histories.matrix(|touch| choice.recency.weight(touch) * touch.strength);
    let loss = Ials {
        dimensions: params.dimensions,
        epochs: params.epochs,
        unobserved: choice.unobserved,
        ridge: choice.ridge,
        ridge_exponent: params.ridge_exponent,
        steps: params.steps,
        block: params.block,
    };
    let items = match params.algorithm {
        Algorithm::Ials => loss.fit(&users, seed, stop)?,
        Algorithm::Sgd | Algorithm::Bpr => {
            let gradient = Gradient {
                pairwise: params.algorithm == Algorithm::Bpr,
                dimensions: params.dimensions,
                epochs: params.epochs,
                learning_rate: params.learning_rate,
                ridge: params.gradient_ridge,
            };
            gradient.fit(&users, seed, stop)?
        }
    };
    let items = Catalogue::new(&items);
    let gram = loss.scaled_gram(items.rows());
    Some((items, Fold::LeastSquares { loss, gram }))
}
