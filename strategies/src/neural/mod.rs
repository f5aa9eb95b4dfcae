//! Neural collaborative filtering: a small network over the history, trained here.
//!
//! Item models add up what each product of a history says; the hidden layer hears them together, so
//! that two products can mean what neither means alone. The history is read live and nothing is stored
//! per shopper. Explanations leave one product out at a time: what the score loses is its share.

mod network;

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use crate::dense::dot;
use crate::error::StrategyError;
use crate::event::{EventKind, HistoryEvent, InteractionWeights, ItemIdx};
use crate::factorization::Catalogue;
use crate::learn::query::{strongest_kind, with_touches};
use crate::learn::touches::{Emphasis, Histories, Touch};
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};
use network::{Network, POOLED, Pass, Shape, train};

/// Configuration of `neural`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NeuralParams {
    /// Dimensions of the embeddings.
    pub dimensions: usize,
    /// Neurons of the hidden layer.
    pub hidden: usize,
    /// Passes over the data.
    pub epochs: usize,
    /// Size of the first steps.
    pub learning_rate: f32,
    /// Steps of training in all, however much data there is.
    pub most_steps: usize,
    /// How much a product of the history weighs against the one after it.
    pub fading: f32,
    /// The latest products of a history that are learned from.
    pub longest_history: usize,
}

impl Default for NeuralParams {
    fn default() -> Self {
        Self {
            dimensions: 48,
            hidden: 48,
            epochs: 15,
            learning_rate: 0.08,
            most_steps: 1_500_000,
            fading: 0.8,
            longest_history: 200,
        }
    }
}

/// Trainer of `neural`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeuralTrainer;

impl Trainer for NeuralTrainer {
    const ID: &'static str = "neural";
    const NAME: &'static str = "Neural collaborative filtering";
    const SUMMARY: &'static str = "a small network over the history, trained on what comes next";
    type Params = NeuralParams;
    type Model = Neural;

    fn fit(job: &FitJob<'_>, params: &NeuralParams) -> Result<Neural, StrategyError> {
        let refuse = |message: &str| {
            Err(StrategyError::Config { id: Self::ID.to_owned(), message: message.to_owned() })
        };
        if !(1..=512).contains(&params.dimensions) || !(1..=1_024).contains(&params.hidden) {
            return refuse("dimensions must lie between 1 and 512, hidden between 1 and 1024");
        }
        if !(1..=1_000).contains(&params.epochs) || !(1..=100_000).contains(&params.longest_history) {
            return refuse("epochs must lie between 1 and 1000, longest_history between 1 and 100000");
        }
        let rate_fits = params.learning_rate > 0.0 && params.learning_rate <= 1.0;
        if !rate_fits || !(0.0..=1.0).contains(&params.fading) {
            return refuse("learning_rate must lie above 0 and at most at 1, fading between 0 and 1");
        }
        let now = job.now.min(job.dataset.latest());
        let everything = |_: u32, _: usize, _: &HistoryEvent| true;
        let histories = Histories::new(job.dataset, job.weights, now, params.longest_history, everything);
        let ordered = job.dataset.events().map(|event| event.at).min() < Some(job.dataset.latest());
        let stop = |done: f32| {
            job.progress.report("training the network", done);
            job.cancel.is_cancelled()
        };
        let shape = Shape {
            dimensions: params.dimensions,
            hidden: params.hidden,
            epochs: params.epochs,
            learning_rate: params.learning_rate,
            most_steps: params.most_steps,
            // Without an order no product of a history is later than another.
            fading: if ordered { params.fading } else { 1.0 },
        };
        let (network, output) =
            train(&histories, shape, ordered, job.seed, &stop).ok_or(StrategyError::Cancelled)?;
        let known = histories.degrees().iter().map(|&degree| degree > 0).collect();
        job.progress.report("done", 1.0);
        Ok(Neural {
            weights: job.weights.clone(),
            fading: shape.fading,
            dimensions: params.dimensions,
            network,
            output: Catalogue::new(&output),
            known,
        })
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "dimensions", range: Range::Choice([24, 48, 96].map(Into::into).into()) },
            Dimension { key: "hidden", range: Range::Choice([24, 48, 96].map(Into::into).into()) },
            Dimension { key: "epochs", range: Range::Integer(4, 40) },
            Dimension { key: "learning_rate", range: Range::Log(0.01, 0.3) },
            Dimension { key: "fading", range: Range::Linear(0.5, 1.0) },
        ]
    }
}

/// The trained network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neural {
    weights: InteractionWeights,
    fading: f32,
    dimensions: usize,
    network: Network,
    output: Catalogue,
    /// Whether anybody touched a product before training.
    known: Vec<bool>,
}

#[derive(Default)]
struct Workspace {
    pass: Pass,
    history: Vec<(u32, f32)>,
    point: Vec<f32>,
}

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// Logits beyond this say no more, and their exponentials would overflow.
const LARGEST: f32 = 40.0;

impl Neural {
    fn knows(&self, item: ItemIdx) -> bool {
        self.known.get(item as usize).copied().unwrap_or(false)
    }

    /// The history as the network reads it, the latest first, without one of its products.
    fn pool(&self, touches: &[Touch], without: Option<ItemIdx>, history: &mut Vec<(u32, f32)>) {
        history.clear();
        let mut weight = 1.0;
        for touch in touches.iter().rev().filter(|touch| self.knows(touch.item)).take(POOLED) {
            if Some(touch.item) != without {
                history.push((touch.item, weight));
            }
            weight *= self.fading;
        }
        let total: f32 = history.iter().map(|(_, weight)| weight).sum();
        history.iter_mut().for_each(|(_, weight)| *weight /= total.max(f32::MIN_POSITIVE));
    }

    /// The point of a history among the output rows; false when nothing of it is known.
    fn place(&self, touches: &[Touch], without: Option<ItemIdx>, workspace: &mut Workspace) -> bool {
        let Workspace { pass, history, point } = workspace;
        self.pool(touches, without, history);
        self.network.forward(history, pass);
        point.clear();
        point.extend_from_slice(&pass.point[..self.dimensions]);
        point.push(1.0);
        self.output.turn(point);
        !history.is_empty()
    }

    fn with_point<R>(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        work: impl FnOnce(&[Touch], &mut Workspace) -> R,
    ) -> Option<R> {
        let emphasis = Emphasis { mean: 1.0, power: 0.0 };
        with_touches(ctx, query, &self.weights, &emphasis, POOLED, |touches| {
            let mut workspace = WORKSPACE.take();
            let placed = self.place(touches, None, &mut workspace);
            let result = placed.then(|| work(touches, &mut workspace));
            WORKSPACE.replace(workspace);
            result
        })
    }

    fn logit(&self, item: ItemIdx, point: &[f32]) -> Option<f32> {
        self.output.get(item).filter(|_| self.knows(item)).map(|row| dot(row, point))
    }
}

/// The unnormalised probability a logit stands for.
fn odds(logit: f32) -> f32 {
    logit.clamp(-LARGEST, LARGEST).exp()
}

impl Strategy for Neural {
    fn id(&self) -> &'static str {
        NeuralTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::ForUser | Kind::SimilarTo(_) | Kind::Basket(_) | Kind::Session)
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        let known = |_: &[Touch], workspace: &mut Workspace| workspace.history.len() as f32;
        self.with_point(ctx, query, known).map_or(0.0, |known| known / (known + 3.0))
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        self.with_point(ctx, query, |_, workspace| {
            let anchors = query.kind.anchors();
            self.output.search(&workspace.point, f32::NEG_INFINITY, |item, logit| {
                if self.knows(item) && !anchors.contains(&item) {
                    out.offer(ctx.mask, item, odds(logit));
                }
                if out.is_full() { out.threshold().ln() } else { f32::NEG_INFINITY }
            });
        });
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        out.fill(0.0);
        self.with_point(ctx, query, |_, workspace| {
            for (&item, out) in items.iter().zip(out) {
                if !query.kind.anchors().contains(&item) {
                    *out = self.logit(item, &workspace.point).map_or(0.0, odds);
                }
            }
        });
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let plain = |score| Explanation::plain(ReasonKind::SimilarUsers, score);
        self.with_point(ctx, query, |touches, workspace| {
            let logits: Vec<Option<f32>> = items
                .iter()
                .map(|&item| {
                    let answers = !query.kind.anchors().contains(&item);
                    answers.then(|| self.logit(item, &workspace.point)).flatten()
                })
                .collect();
            let own: Vec<ItemIdx> = workspace.history.iter().map(|&(item, _)| item).collect();
            let kinds: Vec<EventKind> =
                own.iter().map(|&item| strongest_kind(ctx, &self.weights, item)).collect();
            let mut losses = vec![0f32; items.len() * own.len()];
            for (column, &without) in own.iter().enumerate() {
                self.place(touches, Some(without), workspace);
                for (row, (&item, logit)) in items.iter().zip(&logits).enumerate() {
                    if let (Some(with), Some(without)) = (logit, self.logit(item, &workspace.point)) {
                        losses[row * own.len() + column] = (with - without).max(0.0);
                    }
                }
            }
            logits
                .iter()
                .enumerate()
                .map(|(row, logit)| {
                    let score = logit.map_or(0.0, odds);
                    let losses = &losses[row * own.len()..(row + 1) * own.len()];
                    let total: f32 = losses.iter().sum();
                    if total <= 0.0 {
                        return plain(score);
                    }
                    let shares = own.iter().zip(&kinds).zip(losses).map(|((&item, &kind), loss)| {
                        HistoryShare { item, kind, share: score * loss / total }
                    });
                    let told = Explanation::of_shares(ReasonKind::SimilarUsers, shares.collect(), top);
                    // Sums of rounded shares must not differ from the score itself.
                    Explanation { rest: told.rest + (score - told.score), score, ..told }
                })
                .collect()
        })
        .unwrap_or_else(|| items.iter().map(|_| plain(0.0)).collect())
    }
}
