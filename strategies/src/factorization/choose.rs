//! iALS is as good as its α₀ and λ: both are searched together on a validation split, with few
//! dimensions, before the model proper is trained.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::serve::FactorModel;
use super::{Algorithm, Params, train};
use crate::event::Millis;
use crate::learn::panel::{Case, Panel, mean, quality};
use crate::learn::touches::{Emphasis, Histories, Recency};
use crate::learn::trend::{TrendShape, TrendTable, trends};
use crate::scratch::Scratch;
use crate::train::FitJob;

/// What validation chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// α₀.
    pub unobserved: f32,
    /// λ.
    pub ridge: f32,
    /// How training fades.
    pub recency: Recency,
    /// How the history of a question fades.
    pub input: Recency,
    /// The trend.
    pub trend: Option<TrendShape>,
    /// Every trial with its mean NDCG@20.
    pub trials: Vec<(String, f32)>,
}

impl Choice {
    /// Where the search starts, and what is used where there is too little data to search.
    pub(super) fn start(params: &Params, items: usize, timed: bool) -> Self {
        let recency = params.recency.unwrap_or(if timed { Recency::HalfLife(60.0) } else { Recency::Flat });
        Self {
            unobserved: params.unobserved.unwrap_or_else(|| start_unobserved(items)),
            ridge: params.ridge.unwrap_or(0.005),
            recency,
            input: params.input.unwrap_or(recency),
            trend: params.trend,
            trials: Vec::new(),
        }
    }
}

/// All pairs of a shopper together weigh about as much as a few hundred to a thousand observed ones
/// in every set iALS has been tuned on, whatever the catalogue's size.
fn start_unobserved(items: usize) -> f32 {
    (1_000.0 / items.max(1) as f32).clamp(0.003, 1.0)
}

/// Dimensions of the trials: enough to tell settings apart.
const TRIAL_DIMENSIONS: usize = 32;
/// Products scored on the panel in one trial.
const PANEL_SCORES: usize = 50_000_000;
/// Best products a shopper that the trend may rearrange.
const CANDIDATES: usize = 300;
/// Passes of the trials.
const TRIAL_EPOCHS: usize = 6;

/// Chooses what the parameters leave open. `None` when stopped or when there is too little data.
pub(super) fn choose(
    job: &FitJob<'_>,
    params: &Params,
    emphasis: Emphasis,
    histories: &Histories,
    stop: &(dyn Fn(f32) -> bool + Sync),
) -> Option<Choice> {
    if params.unobserved.is_some() && params.ridge.is_some() && params.recency.is_some() {
        return Some(Choice::start(params, histories.items(), true));
    }
    // Every question of the panel scores the whole catalogue: a large one is asked less.
    let most = params.panel.min((PANEL_SCORES / histories.items().max(1)).max(200));
    let panel = Panel::new(job.dataset, job.weights, emphasis, params.longest_history, most, job.seed, 0)?;
    let mut search = Search { job, params, emphasis, panel: &panel, stop, tried: 0, trials: Vec::new() };
    let thorough = histories.pairs() <= params.thorough_pairs;
    let mut best = search.run(thorough)?;
    best.trials = search.trials;
    Some(best)
}

struct Search<'a> {
    job: &'a FitJob<'a>,
    params: &'a Params,
    emphasis: Emphasis,
    panel: &'a Panel,
    stop: &'a (dyn Fn(f32) -> bool + Sync),
    tried: usize,
    trials: Vec<(String, f32)>,
}

impl Search<'_> {
    fn run(&mut self, thorough: bool) -> Option<Choice> {
        let mut best = Choice::start(self.params, self.panel.histories.items(), self.panel.timed);
        let (mut model, mut quality) = self.fit(&best)?;
        let mut attempt = |search: &mut Self, best: &mut Choice, candidate: Choice| -> Option<bool> {
            let (next, score) = search.fit(&candidate)?;
            let better = score > quality;
            if better {
                (*best, model, quality) = (candidate, next, score);
            }
            Some(better)
        };
        if thorough && self.params.recency.is_none() && self.panel.timed {
            for recency in [Recency::Flat, Recency::HalfLife(30.0)] {
                let candidate = Choice { recency, input: recency, ..best.clone() };
                attempt(self, &mut best, candidate)?;
            }
        }
        if thorough && self.params.algorithm == Algorithm::Ials {
            // α₀ and λ trade against each other: they are moved one by one and against one another, and
            // each move is repeated while it helps.
            let third = 1.0 / 3.0;
            let moves = [(third, 1.0), (3.0, 1.0), (1.0, third), (1.0, 3.0), (third, 3.0), (3.0, third)];
            let free = |(unobserved, ridge): &(f32, f32)| {
                (*unobserved == 1.0 || self.params.unobserved.is_none())
                    && (*ridge == 1.0 || self.params.ridge.is_none())
            };
            let mut seen = vec![(best.unobserved, best.ridge)];
            let near = |a: f32, b: f32| (a / b).ln().abs() < 0.1;
            for _ in 0..3 {
                let mut moved = false;
                for (unobserved, ridge) in moves.into_iter().filter(free) {
                    loop {
                        let candidate = Choice {
                            unobserved: best.unobserved * unobserved,
                            ridge: best.ridge * ridge,
                            ..best.clone()
                        };
                        let (unobserved, ridge) = (candidate.unobserved, candidate.ridge);
                        let known = seen.iter().any(|&(u, r)| near(u, unobserved) && near(r, ridge));
                        if known || !(0.001..=10.0).contains(&unobserved) || !(0.0001..=1.0).contains(&ridge)
                        {
                            break;
                        }
                        seen.push((unobserved, ridge));
                        if !attempt(self, &mut best, candidate)? {
                            break;
                        }
                        moved = true;
                    }
                }
                if !moved {
                    break;
                }
            }
        }
        if self.params.recency.is_none() {
            self.serving(&mut best, model, quality);
        }
        Some(best)
    }

    fn fit(&mut self, candidate: &Choice) -> Option<(FactorModel, f32)> {
        self.tried += 1;
        let stop = self.stop;
        // How many trials there will be is not known; the share approaches one.
        let done = 1.0 - 1.0 / (1.0 + 0.15 * self.tried as f32);
        let params = Params {
            dimensions: self.params.dimensions.min(TRIAL_DIMENSIONS),
            epochs: self.params.epochs.min(TRIAL_EPOCHS),
            ..self.params.clone()
        };
        let (items, fold) = train(&self.panel.histories, &params, candidate, self.job.seed, &|_| stop(done))?;
        let model = FactorModel {
            weights: self.job.weights.clone(),
            emphasis: self.emphasis,
            longest_history: params.longest_history,
            input: candidate.input,
            items,
            fold,
            trend: TrendTable::default(),
        };
        let quality = self.judge(&model);
        let Choice { unobserved, ridge, recency, .. } = candidate;
        self.trials
            .push((format!("unobserved {unobserved:.4} ridge {ridge:.4} recency {recency:?}"), quality));
        Some((model, quality))
    }

    /// Settings that need no new factors: how the history of a question fades, and the trend.
    fn serving(&mut self, best: &mut Choice, mut model: FactorModel, mut quality: f32) {
        if self.panel.ordered {
            for input in [Recency::Flat, Recency::Steps(0.5), Recency::Fading(0.8)] {
                model.input = input;
                let score = self.judge(&model);
                self.trials.push((format!("input {input:?}"), score));
                if score > quality {
                    (best.input, quality) = (input, score);
                }
            }
        }
        model.input = best.input;
        let shapes = trends(self.panel.timed);
        if shapes.is_empty() {
            return;
        }
        let cases = self.candidates(&model);
        for shape in shapes {
            let panel = self.panel;
            let keep = |user, at, event: &_| panel.split.keeps(user, at, event);
            let table = TrendTable::new(self.job.dataset, panel.now, shape, keep);
            let score = risen(&cases, &panel.cases, &table, panel.now);
            self.trials.push((format!("trend {shape:?}"), score));
            if score > quality * 1.002 {
                (best.trend, quality) = (Some(shape), score);
            }
        }
    }

    /// The best products of every shopper on the panel, trend aside.
    fn candidates(&self, model: &FactorModel) -> Vec<Vec<(u32, f32)>> {
        let histories = &self.panel.histories;
        self.panel
            .cases
            .par_iter()
            .map_init(Scratch::default, |scratch, case| {
                let touches = &case.touches;
                let mut own = scratch.accumulator(histories.items());
                touches.iter().for_each(|touch| own.add(touch.item, 1.0));
                let mut scored = Vec::new();
                model.score_all(touches, |item, score| {
                    if score > 0.0 && !own.contains(item) {
                        scored.push((item, score));
                    }
                });
                if scored.len() > CANDIDATES {
                    scored.select_nth_unstable_by(CANDIDATES - 1, |a, b| {
                        b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
                    });
                    scored.truncate(CANDIDATES);
                }
                scored.shrink_to_fit();
                scored
            })
            .collect()
    }

    fn judge(&self, model: &FactorModel) -> f32 {
        mean(&self.panel.qualities_of(|touches, _, sums, _| {
            model.score_all(touches, |item, score| {
                if score > 0.0 {
                    sums.add(item, score);
                }
            });
        }))
    }
}

/// Mean quality of the candidates once the trend has rearranged them.
fn risen(cases: &[Vec<(u32, f32)>], asked: &[Case], table: &TrendTable, now: Millis) -> f32 {
    let total: f64 = cases
        .par_iter()
        .zip(asked)
        .map_init(Vec::new, |scored: &mut Vec<(u32, f32)>, (case, asked)| {
            scored.clear();
            scored.extend(
                case.iter().map(|&(item, score)| (item, score * table.factor(item, now, (0.0, 0.0)))),
            );
            f64::from(quality(scored, &asked.truth))
        })
        .sum();
    (total / cases.len().max(1) as f64) as f32
}
