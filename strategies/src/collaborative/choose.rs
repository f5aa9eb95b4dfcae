//! The default model picks itself: each kind of part, each way of forgetting and the blend of parts
//! and trend are tried on a validation split of the shop's own data.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::candidates::{Effort, inputs, kinds, refinements};
use super::model::{Part, PartKind, PartSpec};
use super::neighbours::Stop;
use crate::dataset::Dataset;
use crate::learn::panel::{Panel, quality};
use crate::learn::touches::Recency;
use crate::learn::trend::{TrendShape, TrendTable, trends};
use crate::scratch::Scratch;

/// What was tried on validation, and how it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What was tried.
    pub what: String,
    /// Mean of NDCG@10 and Recall@20 on products new to the shopper.
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

/// Chooses on `panel`. `None` when stopped.
pub(super) fn choose(dataset: &Dataset, panel: &Panel, effort: &Effort, stop: Stop<'_>) -> Option<Choice> {
    let mut choice = Choice::default();
    let mut best: Vec<(Part, f32)> = Vec::new();
    let starts = kinds(panel, effort);
    let count = starts.len().max(1) as f32;
    for (at, start) in starts.into_iter().enumerate() {
        let share = |done: f32| 0.85 * (at as f32 + done) / count;
        let mut leader = try_kind(panel, start, &mut choice, &|done| stop(share(0.5 * done)))?;
        for round in refinements(start, panel, effort) {
            // Refinements of one setting at a time, each from the best so far.
            let from = leader.0.spec.kind;
            for variant in round.into_iter().filter_map(|change| change(from)) {
                let next = try_kind(panel, variant, &mut choice, &|done| stop(share(0.5 + 0.5 * done)))?;
                if next.1 > leader.1 {
                    leader = next;
                }
            }
        }
        best.push(leader);
    }
    if stop(0.86) {
        return None;
    }
    blend(dataset, panel, best, &mut choice);
    Some(choice)
}

/// Fits one kind on the panel's histories and finds its best way of reading a history.
fn try_kind(panel: &Panel, kind: PartKind, choice: &mut Choice, stop: Stop<'_>) -> Option<(Part, f32)> {
    let neighbours = kind.fit(&panel.histories, stop)?;
    let mut part = Part { spec: PartSpec { kind, input: Recency::Flat, weight: 1.0 }, neighbours };
    let mut leader = (Recency::Flat, f32::NEG_INFINITY);
    for input in inputs(panel) {
        part.spec.input = input;
        let quality = panel.quality_of(|touches, own, sums, _| {
            part.accumulate(touches, own, sums);
        });
        choice.trials.push(Trial { what: format!("{kind:?} input {input:?}"), quality });
        if quality > leader.1 {
            leader = (input, quality);
        }
    }
    part.spec.input = leader.0;
    Some((part, leader.1))
}

/// One shopper of the panel: candidates with the score each part gives them.
struct Case {
    items: Vec<u32>,
    /// Part after part, as long as `items` each, scaled to a largest score of 1.
    scores: Vec<f32>,
    truth: Vec<u32>,
}

/// Coordinate ascent over the weights of the parts and the trend.
fn blend(dataset: &Dataset, panel: &Panel, parts: Vec<(Part, f32)>, choice: &mut Choice) {
    let Some(single) = (0..parts.len()).max_by(|&a, &b| parts[a].1.total_cmp(&parts[b].1)) else { return };
    let cases = cases(panel, &parts);
    let tables: Vec<Option<TrendTable>> = std::iter::once(None)
        .chain(trends(panel.timed).into_iter().map(|shape| {
            Some(TrendTable::new(dataset, panel.now, shape, |user, at, event| {
                panel.split.keeps(user, at, event)
            }))
        }))
        .collect();
    let factors: Vec<Option<Vec<f32>>> = tables
        .iter()
        .map(|table| {
            table.as_ref().map(|table| {
                (0..dataset.item_count() as u32)
                    .map(|item| table.factor(item, panel.now, (0.0, 0.0)))
                    .collect()
            })
        })
        .collect();
    let mut weights = vec![0f32; parts.len()];
    weights[single] = 1.0;
    let mut trend = 0;
    let mut leader = judge(&cases, &weights, factors[trend].as_deref());
    // An addition has to earn its cost: noise alone must not bring parts in.
    const GAIN: f32 = 1.002;
    for _ in 0..3 {
        let before = leader;
        for (candidate, factor) in factors.iter().enumerate() {
            let quality = judge(&cases, &weights, factor.as_deref());
            if quality > leader * if candidate == 0 { 1.0 } else { GAIN } {
                (leader, trend) = (quality, candidate);
            }
        }
        for at in 0..weights.len() {
            let old = weights[at];
            let mut found = old;
            for weight in [0.0, 0.1, 0.25, 0.5, 1.0, 2.0] {
                weights[at] = weight;
                let gain = if old == 0.0 { GAIN } else { 1.0 };
                if weights.iter().sum::<f32>() > 0.0 && weight != found {
                    let quality = judge(&cases, &weights, factors[trend].as_deref());
                    if quality > leader * gain || (weight == 0.0 && quality >= leader) {
                        (leader, found) = (quality, weight);
                    }
                }
            }
            weights[at] = found;
        }
        if leader <= before {
            break;
        }
    }
    let total: f32 = weights.iter().sum();
    choice.parts = parts
        .iter()
        .zip(&weights)
        .filter(|(_, weight)| **weight > 0.0)
        .map(|((part, _), weight)| PartSpec { weight: weight / total, ..part.spec })
        .collect();
    choice.trend = tables[trend].as_ref().and_then(TrendTable::shape);
    let names: Vec<String> =
        choice.parts.iter().map(|part| format!("{:.2} {}", part.weight, part.kind.name())).collect();
    let what = format!("blend of {} with trend {:?}", names.join(" + "), choice.trend);
    choice.trials.push(Trial { what, quality: leader });
}

fn cases(panel: &Panel, parts: &[(Part, f32)]) -> Vec<Case> {
    let items = panel.histories.items();
    panel
        .targets
        .par_iter()
        .map_init(Scratch::default, |scratch, (user, truth)| {
            let row = panel.histories.row(*user as usize);
            let mut own = scratch.accumulator(items);
            row.iter().for_each(|touch| own.add(touch.item, 1.0));
            let sums: Vec<_> = parts
                .iter()
                .map(|(part, _)| {
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

fn judge(cases: &[Case], weights: &[f32], factors: Option<&[f32]>) -> f32 {
    let total: f64 = cases
        .par_iter()
        .with_min_len(64)
        .map_init(Vec::new, |scored: &mut Vec<(u32, f32)>, case| {
            let n = case.items.len();
            scored.clear();
            scored.extend(case.items.iter().enumerate().filter_map(|(at, &item)| {
                let sum: f32 = weights
                    .iter()
                    .enumerate()
                    .map(|(part, weight)| weight * case.scores[part * n + at])
                    .sum();
                let score = sum * factors.map_or(1.0, |factors| factors[item as usize]);
                (score > 0.0).then_some((item, score))
            }));
            f64::from(quality(scored, &case.truth))
        })
        .sum();
    (total / cases.len().max(1) as f64) as f32
}
