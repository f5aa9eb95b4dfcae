//! The fitted blend: item–item parts, each with its own way of forgetting, times the trend.

use serde::{Deserialize, Serialize};

use super::ease::{Ease, LocalEase};
use super::neighbours::{ItemKnn, Rp3Beta, SequentialRules, Stop};
use crate::event::InteractionWeights;
use crate::learn::query::input_weights;
use crate::learn::touches::{Emphasis, Histories, Recency, Touch};
use crate::learn::trend::TrendTable;
use crate::scratch::{Accumulator, Scratch};
use crate::sparse::Csr;

/// What a part is made by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// Cosine neighbours.
    ItemKnn(ItemKnn),
    /// Random walks.
    Rp3Beta(Rp3Beta),
    /// Closed-form regression.
    Ease(Ease),
    /// Its approximation for large catalogues.
    LocalEase(LocalEase),
    /// What follows what.
    SequentialRules(SequentialRules),
}

impl PartKind {
    /// Row `i` of the result holds what having `i` adds to others. `None` when stopped.
    pub(super) fn fit(&self, histories: &Histories, stop: Stop<'_>) -> Option<Csr> {
        match self {
            Self::ItemKnn(kind) => kind.fit(histories, stop),
            Self::Rp3Beta(kind) => kind.fit(histories, stop),
            Self::Ease(kind) => kind.fit(histories, stop),
            Self::LocalEase(kind) => kind.fit(histories, stop),
            Self::SequentialRules(kind) => kind.fit(histories, stop),
        }
    }

    /// A word for people.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ItemKnn(_) => "item-kNN",
            Self::Rp3Beta(_) => "RP3β",
            Self::Ease(_) => "EASE",
            Self::LocalEase(_) => "local EASE",
            Self::SequentialRules(_) => "sequential rules",
        }
    }
}

/// A part before it is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartSpec {
    /// What makes it.
    pub kind: PartKind,
    /// How the history of a query fades.
    pub input: Recency,
    /// Its share of the blend.
    pub weight: f32,
}

/// A fitted part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// What made it.
    pub(super) spec: PartSpec,
    /// Row `i`: what having `i` adds to others.
    pub(super) neighbours: Csr,
}

impl Part {
    /// Adds the history's contributions to `sums` and returns the largest sum of a product outside
    /// the history, by which scores of parts are made comparable; 0 when there is none.
    pub(super) fn accumulate(&self, touches: &[Touch], own: &Accumulator, sums: &mut Accumulator) -> f32 {
        for (touch, weight) in input_weights(touches, self.spec.input) {
            if weight > 0.0 {
                let (items, values) = self.neighbours.row(touch.item as usize);
                for (&item, &value) in items.iter().zip(values) {
                    sums.add(item, weight * value);
                }
            }
        }
        let mut largest = 0f32;
        for (item, sum) in sums.iter() {
            if sum > largest && !own.contains(item) {
                largest = sum;
            }
        }
        largest
    }
}

/// The parts, the trend and how to read a history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Blend {
    /// Weights of event kinds.
    pub(super) weights: InteractionWeights,
    /// How far strong events outweigh weak ones.
    pub(super) emphasis: Emphasis,
    /// The latest products of a history that are read.
    pub(super) longest_history: usize,
    /// The parts.
    pub(super) parts: Vec<Part>,
    /// The trend.
    pub(super) trend: TrendTable,
}

/// Scales of the parts for one history: `weight / largest sum`.
pub(super) type Scales = [f32; MAX_PARTS];

/// The most parts a blend may have.
pub const MAX_PARTS: usize = 6;

impl Blend {
    /// Sums of all parts for a history, trend aside, and each part's scale.
    pub(super) fn accumulate(
        &self,
        touches: &[Touch],
        items: usize,
        scratch: &Scratch,
        total: &mut Accumulator,
    ) -> Scales {
        let mut own = scratch.accumulator(items);
        for touch in touches {
            own.add(touch.item, 1.0);
        }
        let mut scales = [0.0; MAX_PARTS];
        for (part, scale) in self.parts.iter().zip(&mut scales) {
            let mut sums = scratch.accumulator(items);
            let largest = part.accumulate(touches, &own, &mut sums);
            if largest > 0.0 {
                *scale = part.spec.weight / largest;
                for (item, sum) in sums.iter() {
                    total.add(item, sum * *scale);
                }
            }
        }
        scales
    }

    /// Share of each touch in the score of `item`, trend aside, in the order of `touches`.
    pub(super) fn shares(&self, touches: &[Touch], scales: &Scales, item: u32, shares: &mut Vec<f32>) {
        shares.clear();
        shares.resize(touches.len(), 0.0);
        for (part, scale) in self.parts.iter().zip(scales) {
            for ((touch, weight), share) in input_weights(touches, part.spec.input).zip(&mut *shares) {
                let value = part.neighbours.get(touch.item as usize, item);
                if value != 0.0 {
                    *share += scale * weight * value;
                }
            }
        }
    }
}
