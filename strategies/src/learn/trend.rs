//! What rises and what fades: each product's recent pace against its longer one, as a factor.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::delta::Delta;
use crate::event::{DAY_MS, Event, HistoryEvent, Millis};
use crate::snapshot::Snapshot;
use crate::strategy::Online;

/// Two half-lives and how far their ratio counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendShape {
    /// Half-life of the recent pace, in days.
    pub short_days: f32,
    /// Half-life of the longer pace, in days.
    pub long_days: f32,
    /// Exponent of the ratio; 0 switches the trend off.
    pub power: f32,
}

/// Decayed counts of positive events, taken at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TrendTable {
    shape: Option<TrendShape>,
    at: Millis,
    short: Vec<f32>,
    long: Vec<f32>,
}

/// Added to both counts: one event more or less must not make a product rise.
const SMOOTHING: f32 = 1.0;

impl TrendTable {
    /// The table of the events `keep` accepts, as of `at`.
    pub(crate) fn new(
        dataset: &Dataset,
        at: Millis,
        shape: TrendShape,
        keep: impl Fn(u32, usize, &HistoryEvent) -> bool,
    ) -> Self {
        let mut table = Self {
            shape: Some(shape),
            at,
            short: vec![0.0; dataset.item_count()],
            long: vec![0.0; dataset.item_count()],
        };
        for user in 0..dataset.user_count() as u32 {
            for (order, event) in dataset.history(user).iter().enumerate() {
                if event.kind.is_positive() && keep(user, order, event) {
                    let (short, long) = table.amounts(event.at);
                    table.short[event.item as usize] += short;
                    table.long[event.item as usize] += long;
                }
            }
        }
        table
    }

    /// A table of the same moment and shape without a count.
    pub(crate) fn clock_of(other: &Self) -> Self {
        Self { shape: other.shape, at: other.at, ..Self::default() }
    }

    /// The shape, unless the trend is off.
    pub(crate) fn shape(&self) -> Option<TrendShape> {
        self.shape
    }

    /// What an event at `at` adds to the short and the long count, both as of the table's moment.
    pub(crate) fn amounts(&self, at: Millis) -> (f32, f32) {
        let Some(shape) = self.shape else { return (0.0, 0.0) };
        let days = (self.at.saturating_sub(at) as f64 / DAY_MS as f64) as f32;
        // An event of the far future would drown all others.
        let fade = |half_life: f32| (-days / half_life.max(0.01)).min(30.0).exp2();
        (fade(shape.short_days), fade(shape.long_days))
    }

    /// The factor of a product at `now`, with counts that came after the table was made.
    #[inline]
    pub(crate) fn factor(&self, item: u32, now: Millis, live: (f32, f32)) -> f32 {
        let Some(shape) = self.shape else { return 1.0 };
        let days = (now.saturating_sub(self.at).max(0) as f64 / DAY_MS as f64) as f32;
        let count = |table: &[f32], live: f32, half_life: f32| {
            (table.get(item as usize).copied().unwrap_or(0.0) + live) * (-days / half_life.max(0.01)).exp2()
        };
        let short = count(&self.short, live.0, shape.short_days);
        let long = count(&self.long, live.1, shape.long_days);
        ((short + SMOOTHING) / (long + SMOOTHING)).powf(shape.power)
    }
}

/// Trends; none where times mean nothing.
pub(crate) fn trends(timed: bool) -> Vec<TrendShape> {
    if !timed {
        return Vec::new();
    }
    let lives = [(1.0, 10.0), (3.0, 30.0), (7.0, 60.0), (14.0, 60.0), (30.0, 240.0)];
    lives
        .into_iter()
        .flat_map(|(short_days, long_days)| {
            [0.25, 0.5, 0.75, 1.0].map(|power| TrendShape { short_days, long_days, power })
        })
        .collect()
}

/// Trend counts since a model was trained.
#[derive(Debug)]
pub(crate) struct LiveTrend {
    /// The clock of the model's trend, without its counts.
    clock: TrendTable,
    risen: FxHashMap<u32, (f32, f32)>,
}

impl LiveTrend {
    pub(crate) fn new(clock: TrendTable) -> Self {
        Self { clock, risen: FxHashMap::default() }
    }

    /// Counts of a product since the table was made.
    pub(crate) fn risen(&self, item: u32) -> (f32, f32) {
        self.risen.get(&item).copied().unwrap_or_default()
    }

    /// Counts a positive event.
    pub(crate) fn count(&mut self, item: u32, at: Millis) {
        let (short, long) = self.clock.amounts(at);
        if short > 0.0 || long > 0.0 {
            let risen = self.risen.entry(item).or_default();
            risen.0 += short;
            risen.1 += long;
        }
    }
}

impl Online for LiveTrend {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, event: &Event) {
        if event.kind.is_positive() {
            self.count(event.item, event.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::event::EventKind;
    use crate::item::ItemFeatures;

    const SHAPE: TrendShape = TrendShape { short_days: 1.0, long_days: 10.0, power: 1.0 };

    fn table() -> TrendTable {
        let mut events: Vec<Event> =
            (0..10).map(|k| Event::new(0, 0, EventKind::View, 20 * DAY_MS - k)).collect();
        events.extend((0..10).map(|k| Event::new(0, 1, EventKind::View, k)));
        let dataset = Dataset::new(vec![ItemFeatures::default(); 3], 1, BTreeMap::new(), &events).unwrap();
        TrendTable::new(&dataset, 20 * DAY_MS, SHAPE, |_, _, _| true)
    }

    #[test]
    fn what_sold_lately_outranks_what_sold_long_ago() {
        let table = table();
        let now = 20 * DAY_MS;
        assert!(table.factor(0, now, (0.0, 0.0)) > 0.99);
        assert!((table.factor(1, now, (0.0, 0.0)) - 1.0 / 3.5).abs() < 0.01);
        assert_eq!(table.factor(2, now, (0.0, 0.0)), 1.0);
    }

    #[test]
    fn live_events_count_as_if_they_had_been_in_the_table() {
        let table = table();
        let now = 21 * DAY_MS;
        let live = table.amounts(now);
        let lifted = table.factor(1, now, (10.0 * live.0, 10.0 * live.1));
        assert!(lifted > table.factor(1, now, (0.0, 0.0)) * 2.0);
    }

    #[test]
    fn without_a_shape_every_factor_is_one() {
        assert_eq!(TrendTable::default().factor(5, 0, (3.0, 1.0)), 1.0);
    }
}
