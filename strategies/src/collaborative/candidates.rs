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
        PartKind::Ease(Ease { ridge, recency, neighbours })
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

/// Whether one more fit of the kind costs so much that its first setting must do.
fn too_dear(kind: PartKind, items: usize) -> bool {
    match kind {
        PartKind::Ease(_) => items > 4_000,
        PartKind::LocalEase(_) => items > 30_000,
        _ => false,
    }
}

type Change = Box<dyn Fn(PartKind) -> Option<PartKind>>;

/// Rounds of changes to a kind; each round starts from the best of the one before.
pub(super) fn refinements(start: PartKind, panel: &Panel, effort: &Effort) -> Vec<Vec<Change>> {
    if !effort.thorough || too_dear(start, panel.histories.items()) {
        return Vec::new();
    }
    let recencies: &[Recency] =
        if panel.timed { &[Recency::Flat, Recency::HalfLife(30.0), Recency::HalfLife(120.0)] } else { &[] };
    let recency_round =
        recencies.iter().map(|&recency| change(move |kind| with_recency(kind, recency))).collect();
    match start {
        PartKind::ItemKnn(_) => vec![
            recency_round,
            [5.0, 100.0]
                .map(|shrink| {
                    change(move |kind| match kind {
                        PartKind::ItemKnn(knn) => Some(PartKind::ItemKnn(ItemKnn { shrink, ..knn })),
                        _ => None,
                    })
                })
                .into(),
        ],
        PartKind::Rp3Beta(_) => vec![
            recency_round,
            [(0.7, 0.2), (1.0, 0.3), (0.7, 0.6)]
                .map(|(alpha, beta)| {
                    change(move |kind| match kind {
                        PartKind::Rp3Beta(walk) => Some(PartKind::Rp3Beta(Rp3Beta { alpha, beta, ..walk })),
                        _ => None,
                    })
                })
                .into(),
        ],
        PartKind::SequentialRules(_) => vec![
            [0.15, 0.5]
                .map(|normalisation| {
                    change(move |kind| match kind {
                        PartKind::SequentialRules(rules) => {
                            Some(PartKind::SequentialRules(SequentialRules { normalisation, ..rules }))
                        }
                        _ => None,
                    })
                })
                .into(),
            [0.0, 0.6]
                .map(|backward| {
                    change(move |kind| match kind {
                        PartKind::SequentialRules(rules) => {
                            Some(PartKind::SequentialRules(SequentialRules { backward, ..rules }))
                        }
                        _ => None,
                    })
                })
                .into(),
        ],
        PartKind::Ease(_) => vec![recency_round, ridge_round(&[0.25, 2.5])],
        PartKind::LocalEase(_) => vec![ridge_round(&[0.25, 4.0])],
    }
}

fn ridge_round(factors: &'static [f32]) -> Vec<Change> {
    factors
        .iter()
        .map(|&factor| {
            change(move |kind| match kind {
                PartKind::Ease(ease) => Some(PartKind::Ease(Ease { ridge: 200.0 * factor, ..ease })),
                PartKind::LocalEase(ease) => {
                    Some(PartKind::LocalEase(LocalEase { ridge: 20.0 * factor, ..ease }))
                }
                _ => None,
            })
        })
        .collect()
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
