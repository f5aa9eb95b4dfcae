//! Histories as the item models read them: each product once, with its strength, its age and how
//! many steps ago it was last touched.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::event::{DAY_MS, HistoryEvent, InteractionWeights, Millis};
use crate::sparse::Csr;

/// One product of one history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Touch {
    /// The product.
    pub(crate) item: u32,
    /// Weight of the strongest event, unfaded.
    pub(crate) strength: f32,
    /// Days between the last event and now.
    pub(crate) age_days: f32,
    /// How many distinct later moments the history has; 0 for the latest.
    pub(crate) steps: u32,
}

/// How a model forgets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recency {
    /// Everything counts alike.
    Flat,
    /// Weights halve every so many days.
    HalfLife(f32),
    /// Weights fall as `(1 + steps)^-power`.
    Steps(f32),
    /// Weights fall by this factor with every step.
    Fading(f32),
}

impl Recency {
    /// The weight left to a touch, strength aside.
    #[inline]
    pub(crate) fn weight(self, touch: &Touch) -> f32 {
        match self {
            Self::Flat => 1.0,
            Self::HalfLife(days) => (-touch.age_days / days.max(1e-3)).exp2(),
            Self::Steps(power) => (1.0 + touch.steps as f32).powf(-power),
            Self::Fading(factor) => factor.powf(touch.steps as f32),
        }
    }
}

/// How far a strong event outweighs a weak one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Emphasis {
    /// Strength that counts as 1.
    pub(crate) mean: f32,
    /// 0 makes all alike, 1 keeps the shop's proportions.
    pub(crate) power: f32,
}

impl Emphasis {
    /// A strength on the common scale.
    #[inline]
    pub(crate) fn of(&self, strength: f32) -> f32 {
        (strength / self.mean).powf(self.power)
    }
}

/// Working memory of [`Collector::collect`], kept so that a warm thread allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    rows: Vec<Row>,
    /// What was collected, oldest first.
    pub(crate) touches: Vec<Touch>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    item: u32,
    order: u32,
    at: Millis,
    strongest: f32,
    net: f32,
}

impl Collector {
    /// Collects the touches of one history, oldest first. Events after `now` count as of now; what
    /// was taken back (a like withdrawn, a purchase returned) loses the strength taken.
    pub(crate) fn collect<'a>(
        &mut self,
        events: impl Iterator<Item = &'a HistoryEvent>,
        weights: &InteractionWeights,
        now: Millis,
    ) {
        let rows = &mut self.rows;
        rows.clear();
        for (order, event) in events.enumerate() {
            let weight = weights.base(event.kind, event.amount);
            if weight != 0.0 {
                rows.push(Row {
                    item: event.item,
                    order: order as u32,
                    at: event.at,
                    strongest: weight.max(0.0),
                    net: weight,
                });
            }
        }
        rows.sort_unstable_by_key(|row| (row.item, row.order));
        rows.dedup_by(|later, kept| {
            let same = later.item == kept.item;
            if same {
                // Only an event that speaks for the product refreshes it.
                if later.net > 0.0 {
                    (kept.order, kept.at) = (later.order, later.at);
                }
                kept.strongest = kept.strongest.max(later.strongest);
                kept.net += later.net;
            }
            same
        });
        rows.retain(|row| row.net > 1e-6 && row.strongest > 0.0);
        rows.sort_unstable_by_key(|row| (row.at, row.order));
        self.touches.clear();
        self.touches.extend(rows.iter().map(|row| Touch {
            item: row.item,
            strength: row.strongest.min(row.net),
            age_days: (now.saturating_sub(row.at).max(0) as f64 / DAY_MS as f64) as f32,
            steps: 0,
        }));
        let mut steps = 0;
        for at in (0..rows.len().saturating_sub(1)).rev() {
            if rows[at].at != rows[at + 1].at {
                steps += 1;
            }
            self.touches[at].steps = steps;
        }
    }

    /// Forgets all but the latest `longest`.
    pub(crate) fn truncate(&mut self, longest: usize) {
        let surplus = self.touches.len().saturating_sub(longest);
        self.touches.drain(..surplus);
    }
}

/// The histories of all shoppers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histories {
    items: usize,
    starts: Vec<usize>,
    touches: Vec<Touch>,
}

impl Histories {
    /// Histories of the events `keep` accepts. A history keeps its latest `longest` products, so
    /// that one wholesaler or robot does not dominate time and result.
    pub(crate) fn new(
        dataset: &Dataset,
        weights: &InteractionWeights,
        now: Millis,
        longest: usize,
        keep: impl Fn(u32, usize, &HistoryEvent) -> bool + Sync,
    ) -> Self {
        let users = dataset.user_count();
        let rows: Vec<Vec<Touch>> = (0..users as u32)
            .into_par_iter()
            .map_init(Collector::default, |collector, user| {
                let events = dataset.history(user);
                let kept = events
                    .iter()
                    .enumerate()
                    .filter(|(at, event)| keep(user, *at, event))
                    .map(|(_, event)| event);
                collector.collect(kept, weights, now);
                collector.truncate(longest);
                collector.touches.as_slice().to_vec()
            })
            .collect();
        Self::from_rows(dataset.item_count(), rows)
    }

    /// Histories given as rows.
    pub(crate) fn from_rows(items: usize, rows: Vec<Vec<Touch>>) -> Self {
        let mut starts = Vec::with_capacity(rows.len() + 1);
        starts.push(0);
        let mut touches = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        for row in rows {
            touches.extend(row);
            starts.push(touches.len());
        }
        Self { items, starts, touches }
    }

    /// How many products exist.
    pub(crate) fn items(&self) -> usize {
        self.items
    }

    /// How many shoppers.
    pub(crate) fn users(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many (shopper, product) pairs.
    pub(crate) fn pairs(&self) -> usize {
        self.touches.len()
    }

    /// One history, oldest first.
    pub(crate) fn row(&self, user: usize) -> &[Touch] {
        &self.touches[self.starts[user]..self.starts[user + 1]]
    }

    /// Mean strength; 1 when there is none.
    pub(crate) fn mean_strength(&self) -> f32 {
        let sum: f64 = self.touches.iter().map(|touch| f64::from(touch.strength)).sum();
        if sum > 0.0 { (sum / self.touches.len() as f64) as f32 } else { 1.0 }
    }

    /// Strengths made comparable between shops: `(strength / mean)^emphasis`.
    pub(crate) fn emphasise(&mut self, emphasis: &Emphasis) {
        for touch in &mut self.touches {
            touch.strength = emphasis.of(touch.strength);
        }
    }

    /// The matrix shopper × product of `value(touch)`.
    pub(crate) fn matrix(&self, value: impl Fn(&Touch) -> f32) -> Csr {
        Csr::from_rows(
            self.items,
            (0..self.users()).map(|user| self.row(user).iter().map(|touch| (touch.item, value(touch)))),
        )
    }

    /// Work of one product of all pairs within each history.
    pub(crate) fn pair_work(&self) -> u64 {
        self.starts.windows(2).map(|w| ((w[1] - w[0]) as u64).pow(2)).sum()
    }

    /// How many shoppers touched each product.
    pub(crate) fn degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.items];
        for touch in &self.touches {
            degrees[touch.item as usize] += 1;
        }
        degrees
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind};

    fn entry(item: u32, kind: EventKind, at: Millis) -> HistoryEvent {
        Event::new(0, item, kind, at).entry()
    }

    fn touches(events: &[HistoryEvent], now: Millis) -> Vec<Touch> {
        let mut collector = Collector::default();
        collector.collect(events.iter(), &InteractionWeights::default(), now);
        collector.touches
    }

    #[test]
    fn a_product_counts_once_with_its_strongest_event_and_its_latest_time() {
        let rows = touches(
            &[
                entry(4, EventKind::View, 0),
                entry(2, EventKind::View, DAY_MS),
                entry(4, EventKind::Purchase, 2 * DAY_MS),
            ],
            3 * DAY_MS,
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1], Touch { item: 4, strength: 5.0, age_days: 1.0, steps: 0 });
        assert_eq!((rows[0].item, rows[0].steps), (2, 1));
    }

    #[test]
    fn a_returned_purchase_leaves_only_what_else_was_done() {
        let rows = touches(
            &[
                entry(4, EventKind::View, 0),
                entry(4, EventKind::Purchase, 1),
                entry(5, EventKind::Purchase, 1),
                entry(4, EventKind::Return, 2),
                entry(5, EventKind::Return, 2),
            ],
            2,
        );
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].item, rows[0].strength), (4, 1.0));
    }

    #[test]
    fn products_of_one_basket_share_a_step() {
        let rows = touches(
            &[entry(1, EventKind::Cart, 5), entry(2, EventKind::Cart, 5), entry(3, EventKind::Cart, 9)],
            9,
        );
        assert_eq!(rows.iter().map(|touch| touch.steps).collect::<Vec<_>>(), [1, 1, 0]);
    }
}
