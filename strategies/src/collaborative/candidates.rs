//! What the validation tries: values known to work across shops, fewer of them as data grow.

use serde::{Deserialize, Serialize};

use super::ease::{Ease, LocalEase};
use super::model::PartKind;
use super::neighbours::{ItemKnn, Rp3Beta, SequentialRules};
use crate::learn::panel::Panel;
use crate::learn::touches::Recency;

/// How much may be tried and kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// Products up to which the full inverse is taken.
    pub dense_items: usize,
    /// Neighbours kept an item.
    pub neighbours: usize,
    /// Whether every setting is varied, or one of each kind is tried.
    pub thorough: bool,
}

/// The kinds to start from, one of each.
pub(super) fn kinds(panel: &Panel, effort: &Effort) -> Vec<PartKind> {
    let Panel { histories, timed, .. } = panel;
    let neighbours = effort.neighbours;
    let recency = if *timed { Recency::HalfLife(60.0) } else { Recency::Flat };
    let ridge = 200.0;
    let regression = if histories.items() <= effort.dense_items {
        PartKind::Ease(Ease { ridge, recency, neighbours: dense_neighbours(histories.items(), neighbours) })
    } else {
        PartKind::LocalEase(LocalEase { ridge: ridge / 10.0, recency, candidates: neighbours.min(100) })
    };
    let mut kinds = vec![
        PartKind::ItemKnn(ItemKnn { shrink: 20.0, skew: 0.5, recency, neighbours }),
        PartKind::Rp3Beta(Rp3Beta { alpha: 0.7, beta: 0.4, recency, neighbours }),
        regression,
    ];
    if panel.ordered {
        let rules = SequentialRules {
            window: 10,
            power: 0.5,
            backward: 0.3,
            normalisation: 0.3,
            shrink: 1.0,
            neighbours,
        };
        kinds.push(PartKind::SequentialRules(rules));
    }
    kinds
}

/// Regression spreads a prediction over many small weights: where the catalogue is small enough to
/// keep most of them, cutting them off only loses accuracy.
fn dense_neighbours(items: usize, least: usize) -> usize {
    least.max(DENSE_WEIGHTS / items.max(1)).min(items.max(1))
}

/// Weights of a regression that are kept in all, 16 MB of them.
const DENSE_WEIGHTS: usize = 2_000_000;

/// Whether one more fit of the kind costs so much that its first setting must do.
fn too_dear(kind: PartKind, items: usize) -> bool {
    match kind {
        PartKind::Ease(_) => items > 4_000,
        PartKind::LocalEase(_) => items > 30_000,
        _ => false,
    }
}

type Change = Box<dyn Fn(PartKind) -> Option<PartKind>>;

/// One way of varying a kind, from the best setting so far.
pub(super) enum Refinement {
    /// Every one of these is tried.
    Each(Vec<Change>),
    /// A step is repeated for as long as it helps; if the first never did, the second is.
    Walk(Change, Change),
}

/// What is varied, one after the other.
pub(super) fn refinements(start: PartKind, panel: &Panel, effort: &Effort) -> Vec<Refinement> {
    use Refinement::Each;
    if !effort.thorough || too_dear(start, panel.histories.items()) {
        return Vec::new();
    }
    let recencies: &[Recency] =
        if panel.timed { &[Recency::Flat, Recency::HalfLife(30.0), Recency::HalfLife(120.0)] } else { &[] };
    let recency =
        Each(recencies.iter().map(|&recency| change(move |kind| with_recency(kind, recency))).collect());
    match start {
        PartKind::ItemKnn(_) => vec![
            recency,
            walk(|kind, up| match kind {
                PartKind::ItemKnn(knn) => {
                    let shrink = if up { knn.shrink * 4.0 } else { knn.shrink / 4.0 };
                    (0.5..=5_000.0).contains(&shrink).then_some(PartKind::ItemKnn(ItemKnn { shrink, ..knn }))
                }
                _ => None,
            }),
            walk(|kind, up| match kind {
                PartKind::ItemKnn(knn) => {
                    let skew = if up { knn.skew + 0.15 } else { knn.skew - 0.15 };
                    (0.0..=1.0).contains(&skew).then_some(PartKind::ItemKnn(ItemKnn { skew, ..knn }))
                }
                _ => None,
            }),
        ],
        PartKind::Rp3Beta(_) => vec![
            recency,
            walk(|kind, up| match kind {
                PartKind::Rp3Beta(walk) => {
                    let beta = if up { walk.beta + 0.1 } else { walk.beta - 0.1 };
                    (0.0..=1.0).contains(&beta).then_some(PartKind::Rp3Beta(Rp3Beta { beta, ..walk }))
                }
                _ => None,
            }),
            walk(|kind, up| match kind {
                PartKind::Rp3Beta(walk) => {
                    let alpha = if up { walk.alpha + 0.2 } else { walk.alpha - 0.2 };
                    (0.2..=1.8).contains(&alpha).then_some(PartKind::Rp3Beta(Rp3Beta { alpha, ..walk }))
                }
                _ => None,
            }),
        ],
        PartKind::SequentialRules(_) => vec![
            walk(|kind, up| {
                with_rules(kind, |rules| {
                    let normalisation = rules.normalisation + if up { 0.1 } else { -0.1 };
                    (0.0..=1.0).contains(&normalisation).then_some(SequentialRules { normalisation, ..rules })
                })
            }),
            Each(
                [0.0, 0.6, 1.0]
                    .map(|backward| {
                        change(move |kind| {
                            with_rules(kind, |rules| Some(SequentialRules { backward, ..rules }))
                        })
                    })
                    .into(),
            ),
            Each(
                [0.25, 1.0]
                    .map(|power| {
                        change(move |kind| with_rules(kind, |rules| Some(SequentialRules { power, ..rules })))
                    })
                    .into(),
            ),
        ],
        PartKind::Ease(_) | PartKind::LocalEase(_) => vec![recency, walk(other_ridge)],
    }
}

/// Half an order of magnitude more or less regularisation.
fn other_ridge(kind: PartKind, up: bool) -> Option<PartKind> {
    let factor = if up { 3.0 } else { 1.0 / 3.0 };
    Some(match kind {
        PartKind::Ease(ease) => PartKind::Ease(Ease { ridge: within(ease.ridge * factor)?, ..ease }),
        PartKind::LocalEase(ease) => {
            PartKind::LocalEase(LocalEase { ridge: within(ease.ridge * factor)?, ..ease })
        }
        _ => return None,
    })
}

fn within(ridge: f32) -> Option<f32> {
    (0.5..=20_000.0).contains(&ridge).then_some(ridge)
}

fn with_rules(kind: PartKind, how: impl Fn(SequentialRules) -> Option<SequentialRules>) -> Option<PartKind> {
    match kind {
        PartKind::SequentialRules(rules) => how(rules).map(PartKind::SequentialRules),
        _ => None,
    }
}

fn walk(step: fn(PartKind, bool) -> Option<PartKind>) -> Refinement {
    Refinement::Walk(change(move |kind| step(kind, true)), change(move |kind| step(kind, false)))
}

fn change(how: impl Fn(PartKind) -> Option<PartKind> + 'static) -> Change {
    Box::new(how)
}

fn with_recency(kind: PartKind, recency: Recency) -> Option<PartKind> {
    Some(match kind {
        PartKind::ItemKnn(knn) => PartKind::ItemKnn(ItemKnn { recency, ..knn }),
        PartKind::Rp3Beta(walk) => PartKind::Rp3Beta(Rp3Beta { recency, ..walk }),
        PartKind::Ease(ease) => PartKind::Ease(Ease { recency, ..ease }),
        PartKind::LocalEase(ease) => PartKind::LocalEase(LocalEase { recency, ..ease }),
        PartKind::SequentialRules(_) => return None,
    })
}

/// Ways of reading a history.
pub(super) fn inputs(panel: &Panel) -> Vec<Recency> {
    if !panel.ordered {
        return vec![Recency::Flat];
    }
    let mut inputs = vec![Recency::Flat, Recency::Steps(0.5), Recency::Steps(1.0), Recency::Fading(0.8)];
    if panel.timed {
        inputs.extend([Recency::HalfLife(14.0), Recency::HalfLife(45.0), Recency::HalfLife(120.0)]);
    }
    inputs
}
