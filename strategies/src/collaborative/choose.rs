//! The default model picks itself: each kind of part, each way of forgetting and the blend of parts
//! and trend are tried on a validation split of the shop's own data.

use std::borrow::Borrow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::candidates::{Effort, Refinement, inputs, kinds, refinements};
use super::model::{Part, PartKind, PartSpec};
use super::neighbours::Stop;
use crate::dataset::Dataset;
use crate::experiment::mix;
use crate::learn::panel::{Case as Question, Panel, mean, quality, surely_beats};
use crate::learn::touches::Recency;
use crate::learn::trend::{TrendShape, TrendTable, trends};
use crate::scratch::Scratch;

/// What was tried on validation, and how it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What was tried.
    pub what: String,
    /// Mean NDCG@20 on products new to the shopper.
    pub quality: f32,
}

/// The outcome of the choice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Parts with weights above nought.
    pub parts: Vec<PartSpec>,
    /// The trend, if it helps.
    pub trend: Option<TrendShape>,
    /// Every trial, in order.
    pub trials: Vec<Trial>,
}

/// Products a part brings into the blend search, per shopper.
const CANDIDATES: usize = 150;

/// A kind fitted to every panel, with the quality of each shopper's ranking, panel after panel.
struct Tried {
    spec: PartSpec,
    fitted: Vec<Part>,
    qualities: Vec<f32>,
}

/// Chooses on panels of one data set. `None` when stopped, or without a panel.
pub(super) fn choose(
    dataset: &Dataset,
    panels: &[Panel],
    effort: &Effort,
    seed: u64,
    stop: Stop<'_>,
) -> Option<Choice> {
    let panel = panels.first()?;
    let mut choice = Choice::default();
    let mut best: Vec<Tried> = Vec::new();
    let starts = kinds(panel, effort);
    let count = starts.len().max(1) as f32;
    for (at, start) in starts.into_iter().enumerate() {
        let share = |done: f32| 0.85 * (at as f32 + done) / count;
        let mut leader = try_kind(panels, start, &mut choice, &|done| stop(share(0.5 * done)))?;
        let mut attempt = |leader: &mut Tried, variant: PartKind| -> Option<bool> {
            let next = try_kind(panels, variant, &mut choice, &|done| stop(share(0.5 + 0.5 * done)))?;
            let better = surely_beats(&next.qualities, &leader.qualities);
            if better {
                *leader = next;
            }
            Some(better)
        };
        for refinement in refinements(start, panel, effort) {
            match refinement {
                Refinement::Each(changes) => {
                    let from = leader.spec.kind;
                    for variant in changes.into_iter().filter_map(|change| change(from)) {
                        attempt(&mut leader, variant)?;
                    }
                }
                Refinement::Walk(one_way, other_way) => {
                    let mut moved = false;
                    for step in [one_way, other_way] {
                        while let Some(variant) = step(leader.spec.kind) {
                            if !attempt(&mut leader, variant)? {
                                break;
                            }
                            moved = true;
                        }
                        if moved {
                            break;
                        }
                    }
                }
            }
        }
        best.push(leader);
    }
    if stop(0.86) {
        return None;
    }
    blend(dataset, panels, &best, seed, &mut choice);
    Some(choice)
}

/// Fits one kind to the histories of each panel and finds its best way of reading a history.
fn try_kind(panels: &[Panel], kind: PartKind, choice: &mut Choice, stop: Stop<'_>) -> Option<Tried> {
    let spec = PartSpec { kind, input: Recency::Flat, weight: 1.0 };
    let mut fitted = Vec::with_capacity(panels.len());
    for panel in panels {
        fitted.push(Part { spec, neighbours: kind.fit(&panel.histories, stop)? });
    }
    let mut leader: Option<(Recency, Vec<f32>)> = None;
    for input in panels.first().map(inputs).unwrap_or_default() {
        let mut qualities = Vec::new();
        for (panel, part) in panels.iter().zip(&mut fitted) {
            part.spec.input = input;
            qualities.extend(panel.qualities_of(|touches, own, sums, _| {
                part.accumulate(touches, own, sums);
            }));
        }
        choice.trials.push(Trial { what: format!("{kind:?} input {input:?}"), quality: mean(&qualities) });
        if leader.as_ref().is_none_or(|(_, best)| surely_beats(&qualities, best)) {
            leader = Some((input, qualities));
        }
    }
    let (input, qualities) = leader?;
    fitted.iter_mut().for_each(|part| part.spec.input = input);
    Some(Tried { spec: PartSpec { input, ..spec }, fitted, qualities })
}

/// One shopper of the panel: candidates with the score each part gives them.
struct Case {
    items: Vec<u32>,
    /// Part after part, as long as `items` each, scaled to a largest score of 1.
    scores: Vec<f32>,
    truth: Vec<u32>,
}

/// Samples of the panels' shoppers whose best weights are averaged.
const BAGS: u64 = 6;
/// Weights the ascent tries.
const STEPS: [f32; 6] = [0.0, 0.1, 0.25, 0.5, 1.0, 2.0];
/// A part below this share of the blend is not worth its memory and time.
const LEAST_SHARE: f32 = 0.05;

/// The trend first, then the weights of the parts: coordinate ascent from the best single part on
/// several samples of the shoppers, averaged. One sample's optimum follows its noise, and the mean of
/// several leans on no part more than the evidence does.
fn blend(dataset: &Dataset, panels: &[Panel], parts: &[Tried], seed: u64, choice: &mut Choice) {
    let quality = |at: usize| mean(&parts[at].qualities);
    let Some(single) = (0..parts.len()).max_by(|&a, &b| quality(a).total_cmp(&quality(b))) else { return };
    let mut cases: Vec<Case> = Vec::new();
    let mut panel_of: Vec<usize> = Vec::new();
    for (at, panel) in panels.iter().enumerate() {
        let fitted: Vec<&Part> = parts.iter().map(|tried| &tried.fitted[at]).collect();
        cases.extend(self::cases(panel, &fitted));
        panel_of.resize(cases.len(), at);
    }
    let mut weights = vec![0f32; parts.len()];
    weights[single] = 1.0;
    let mut leader = judge(&cases, &weights);
    for shape in trends(panels[0].timed) {
        let lifts: Vec<Vec<f32>> = panels.iter().map(|panel| lifts(dataset, panel, shape)).collect();
        let lifted = |case: &Case, at: usize| case.lifted(&lifts[panel_of[at]]);
        let risen: Vec<Case> = cases.iter().enumerate().map(|(at, case)| lifted(case, at)).collect();
        let qualities = judge(&risen, &weights);
        if surely_beats(&qualities, &leader) {
            (leader, choice.trend) = (qualities, Some(shape));
        }
    }
    if let Some(shape) = choice.trend {
        let lifts: Vec<Vec<f32>> = panels.iter().map(|panel| lifts(dataset, panel, shape)).collect();
        for (case, &panel) in cases.iter_mut().zip(&panel_of) {
            *case = case.lifted(&lifts[panel]);
        }
    }
    let mut total = vec![0f32; parts.len()];
    for bag in 0..BAGS {
        let inside = |at: &usize| mix(seed ^ bag << 32 ^ *at as u64).is_multiple_of(2);
        let drawn: Vec<&Case> = (0..cases.len()).filter(inside).map(|at| &cases[at]).collect();
        let best = ascend(&drawn, weights.clone());
        let sum: f32 = best.iter().sum();
        total.iter_mut().zip(&best).for_each(|(total, weight)| *total += weight / sum);
    }
    for weight in &mut total {
        if *weight < LEAST_SHARE * BAGS as f32 {
            *weight = 0.0;
        }
    }
    let sum: f32 = total.iter().sum();
    choice.parts = parts
        .iter()
        .zip(&total)
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(tried, weight)| PartSpec { weight: weight / sum, ..tried.spec })
        .collect();
    let names: Vec<String> =
        choice.parts.iter().map(|part| format!("{:.2} {}", part.weight, part.kind.name())).collect();
    let what = format!("blend of {} with trend {:?}", names.join(" + "), choice.trend);
    choice.trials.push(Trial { what, quality: mean(&judge(&cases, &total)) });
}

/// Weights that no single change improves.
fn ascend(cases: &[&Case], mut weights: Vec<f32>) -> Vec<f32> {
    let mut leader = mean(&judge(cases, &weights));
    for _ in 0..3 {
        let before = leader;
        for at in 0..weights.len() {
            for weight in STEPS {
                let old = std::mem::replace(&mut weights[at], weight);
                if weight != old && weights.iter().sum::<f32>() > 0.0 {
                    let quality = mean(&judge(cases, &weights));
                    if quality > leader {
                        leader = quality;
                        continue;
                    }
                }
                weights[at] = old;
            }
        }
        if leader <= before {
            break;
        }
    }
    weights
}

/// What a trend makes of every product at the moment of the panel.
fn lifts(dataset: &Dataset, panel: &Panel, shape: TrendShape) -> Vec<f32> {
    let keep = |user, at, event: &_| panel.split.keeps(user, at, event);
    let table = TrendTable::new(dataset, panel.now, shape, keep);
    (0..dataset.item_count() as u32).map(|item| table.factor(item, panel.now, (0.0, 0.0))).collect()
}

fn cases(panel: &Panel, parts: &[&Part]) -> Vec<Case> {
    let items = panel.histories.items();
    panel
        .cases
        .par_iter()
        .map_init(Scratch::default, |scratch, Question { touches: row, truth }| {
            let mut own = scratch.accumulator(items);
            row.iter().for_each(|touch| own.add(touch.item, 1.0));
            let sums: Vec<_> = parts
                .iter()
                .map(|part| {
                    let mut sums = scratch.accumulator(items);
                    let largest = part.accumulate(row, &own, &mut sums);
                    (sums, largest)
                })
                .collect();
            let mut union = Vec::new();
            for (sums, _) in &sums {
                let mut ranked: Vec<(u32, f32)> =
                    sums.iter().filter(|&(item, sum)| sum > 0.0 && !own.contains(item)).collect();
                if ranked.len() > CANDIDATES {
                    ranked.select_nth_unstable_by(CANDIDATES - 1, |a, b| {
                        b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
                    });
                    ranked.truncate(CANDIDATES);
                }
                union.extend(ranked.into_iter().map(|(item, _)| item));
            }
            union.sort_unstable();
            union.dedup();
            let scores = sums
                .iter()
                .flat_map(|(sums, largest)| {
                    let scale = if *largest > 0.0 { 1.0 / largest } else { 0.0 };
                    union.iter().map(move |&item| sums.get(item) * scale)
                })
                .collect();
            Case { items: union, scores, truth: truth.clone() }
        })
        .collect()
}

impl Case {
    /// The same with every score multiplied by the product's lift.
    fn lifted(&self, lifts: &[f32]) -> Self {
        let scores = self.scores.chunks(self.items.len().max(1));
        let scores = scores
            .flat_map(|part| part.iter().zip(&self.items).map(|(score, &item)| score * lifts[item as usize]));
        Self { items: self.items.clone(), scores: scores.collect(), truth: self.truth.clone() }
    }
}

fn judge<C: Borrow<Case> + Sync>(cases: &[C], weights: &[f32]) -> Vec<f32> {
    cases
        .par_iter()
        .with_min_len(64)
        .map_init(Vec::new, |scored: &mut Vec<(u32, f32)>, case| {
            let case = case.borrow();
            let n = case.items.len();
            scored.clear();
            scored.extend(case.items.iter().enumerate().filter_map(|(at, &item)| {
                let parts = weights.iter().enumerate();
                let score: f32 = parts.map(|(part, weight)| weight * case.scores[part * n + at]).sum();
                (score > 0.0).then_some((item, score))
            }));
            quality(scored, &case.truth)
        })
        .collect()
}
