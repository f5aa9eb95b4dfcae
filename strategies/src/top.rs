//! The best few of many scored products, in bounded memory.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::event::ItemIdx;
use crate::mask::Mask;

/// A product with its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The product.
    pub item: ItemIdx,
    /// Its score, finite and positive.
    pub score: f32,
}

impl Eq for Scored {}

impl Ord for Scored {
    /// Better is less, so that the heap's maximum is the worst kept; equal scores fall to the lower index.
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.item.cmp(&other.item))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Keeps the `capacity` best products offered. Offer each product at most once.
#[derive(Debug, Default)]
pub struct TopK {
    heap: BinaryHeap<Scored>,
    capacity: usize,
    sorted: Vec<Scored>,
    /// What certainly is not good enough lies below this.
    floor: f32,
}

impl TopK {
    /// Empties the ranking and sets how many it keeps.
    pub fn reset(&mut self, capacity: usize) {
        self.heap.clear();
        self.sorted.clear();
        self.capacity = capacity;
        self.floor = 0.0;
    }

    /// How many are kept at most.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Whether another product needs to beat [`TopK::threshold`].
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.heap.len() >= self.capacity
    }

    /// The score to beat: 0 until full, then the worst kept.
    #[must_use]
    #[inline]
    pub fn threshold(&self) -> f32 {
        if self.is_full() { self.heap.peek().map_or(f32::INFINITY, |worst| worst.score) } else { 0.0 }
    }

    /// Offers a product. Scores that are not positive and finite, and products the mask forbids,
    /// are never kept; the mask is asked only when the score is good enough.
    #[inline]
    pub fn offer(&mut self, mask: &Mask<'_>, item: ItemIdx, score: f32) {
        // Most offers fail here, so no more than this is worth inlining.
        if score >= self.floor {
            self.consider(mask, item, score);
        }
    }

    fn consider(&mut self, mask: &Mask<'_>, item: ItemIdx, score: f32) {
        if !(score > 0.0 && score.is_finite()) || self.capacity == 0 {
            return;
        }
        let candidate = Scored { item, score };
        if self.is_full() {
            if self.heap.peek().is_some_and(|worst| candidate >= *worst) || !mask.allows(item) {
                return;
            }
            if let Some(mut worst) = self.heap.peek_mut() {
                *worst = candidate;
            }
        } else if mask.allows(item) {
            self.heap.push(candidate);
        }
        self.floor = self.threshold();
    }

    /// The kept products, best first. The ranking is empty afterwards until the next reset.
    pub fn sorted(&mut self) -> &[Scored] {
        if !self.heap.is_empty() {
            self.sorted.clear();
            self.sorted.extend(self.heap.drain());
            self.sorted.sort_unstable();
        }
        &self.sorted
    }
}
