//! What the item models learn between two trainings: co-occurrences of new events, and the trend.

use rustc_hash::FxHashMap;

use crate::delta::Delta;
use crate::event::{Event, InteractionWeights};
use crate::learn::touches::Touch;
use crate::learn::trend::{LiveTrend, TrendTable};
use crate::snapshot::Snapshot;
use crate::strategy::Online;

/// Earlier products of the same shopper that a new event is paired with.
const PAIRED: usize = 40;
/// Live neighbours kept a product.
const NEIGHBOURS: usize = 100;
/// Pairs kept in all; a full snapshot comes long before.
const MOST_PAIRS: usize = 2_000_000;
/// Distrust of few live co-occurrences.
const SHRINK: f32 = 10.0;

/// Co-occurrence and trend counts since the model was trained.
#[derive(Debug)]
pub(super) struct LiveCounts {
    weights: InteractionWeights,
    trend: LiveTrend,
    neighbours: FxHashMap<u32, Vec<(u32, f32)>>,
    pairs: usize,
    recent: Vec<u32>,
}

impl LiveCounts {
    pub(super) fn new(weights: InteractionWeights, trend: TrendTable) -> Self {
        Self {
            weights,
            trend: LiveTrend::new(trend),
            neighbours: FxHashMap::default(),
            pairs: 0,
            recent: Vec::new(),
        }
    }

    /// Trend counts of a product since the table was made.
    pub(super) fn risen(&self, item: u32) -> (f32, f32) {
        self.trend.risen(item)
    }

    /// Calls `each(item, similarity)` for the live neighbours of a touch.
    pub(super) fn each_neighbour(
        &self,
        touch: &Touch,
        interactions: impl Fn(u32) -> u32,
        mut each: impl FnMut(u32, f32),
    ) {
        let Some(row) = self.neighbours.get(&touch.item) else { return };
        let own = interactions(touch.item) as f32;
        for &(item, count) in row {
            each(item, count / ((own * interactions(item) as f32).sqrt() + SHRINK));
        }
    }

    fn bump(&mut self, from: u32, to: u32) {
        let row = self.neighbours.entry(from).or_default();
        if let Some(entry) = row.iter_mut().find(|entry| entry.0 == to) {
            entry.1 += 1.0;
        } else if row.len() < NEIGHBOURS && self.pairs < MOST_PAIRS {
            row.push((to, 1.0));
            self.pairs += 1;
        }
    }
}

impl Online for LiveCounts {
    fn observe(&mut self, snapshot: &Snapshot, delta: &Delta, event: &Event) {
        if self.weights.base(event.kind, event.amount) <= 0.0 {
            return;
        }
        if event.kind.is_positive() {
            self.trend.count(event.item, event.at);
        }
        let mut recent = std::mem::take(&mut self.recent);
        recent.clear();
        // The delta already holds the event itself, as the shopper's last.
        let live = delta.history(event.user).iter().rev().skip(1);
        for earlier in live.chain(snapshot.dataset().history(event.user).iter().rev()) {
            if earlier.kind.is_positive() && !recent.contains(&earlier.item) {
                recent.push(earlier.item);
                if recent.len() == PAIRED {
                    break;
                }
            }
        }
        // A product seen again pairs nothing new.
        if !recent.contains(&event.item) {
            for &other in &recent {
                self.bump(event.item, other);
                self.bump(other, event.item);
            }
        }
        self.recent = recent;
    }
}
