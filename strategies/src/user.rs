//! One shopper at the moment of a query: history before and after the snapshot, and stated taste.

use crate::event::{EventKind, HistoryEvent, InteractionWeights, ItemIdx, Millis, UserIdx};
use crate::item::Preferences;
use crate::scratch::{Lease, Scratch};

/// Views of one shopper's data; copying it copies references only.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserState<'a> {
    /// Index, when the shopper is known.
    pub index: Option<UserIdx>,
    /// Events up to the snapshot, oldest first.
    pub past: &'a [HistoryEvent],
    /// Events since, in order of arrival.
    pub live: &'a [HistoryEvent],
    /// What the shopper has stated for good.
    pub stated: Option<&'a Preferences>,
    /// What is stated for this call only.
    pub call: Option<&'a Preferences>,
}

/// A product of the history with the sum of its decayed weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// The product.
    pub item: ItemIdx,
    /// Its weight now, positive.
    pub weight: f32,
    /// The weightiest thing done with it.
    pub kind: EventKind,
    /// The latest time anything was done with it.
    pub at: Millis,
}

impl<'a> UserState<'a> {
    /// A shopper who exists only as a list of events: evaluation, or a cart without an account.
    #[must_use]
    pub fn of_events(events: &'a [HistoryEvent]) -> Self {
        Self { past: events, ..Self::default() }
    }

    /// All events, oldest first; `.rev()` reads from the latest.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &'a HistoryEvent> + Clone + use<'a> {
        self.past.iter().chain(self.live.iter())
    }

    /// Number of events.
    #[must_use]
    pub fn event_count(&self) -> usize {
        self.past.len() + self.live.len()
    }

    /// Whether there is nothing to go by: no signal and no stated taste.
    #[must_use]
    pub fn is_cold(&self) -> bool {
        !self.events().any(|event| event.kind.is_positive()) && self.preferences().next().is_none()
    }

    /// Stated tastes that say something, this call's first.
    pub fn preferences(&self) -> impl Iterator<Item = &'a Preferences> + Clone + use<'a> {
        self.call.into_iter().chain(self.stated).filter(|preferences| !preferences.is_empty())
    }

    /// The product of the latest positive event.
    #[must_use]
    pub fn last_item(&self) -> Option<ItemIdx> {
        self.events().rev().find(|event| event.kind.is_positive()).map(|event| event.item)
    }

    /// The history summed per product under `weights`, sorted by product; products stated as liked
    /// count as one fresh like each. Products with no positive weight left are absent. Weights are
    /// as of the latest event, so that a long absence changes no proportion and loses no history.
    #[must_use]
    pub fn weighted<'s>(
        &self,
        weights: &InteractionWeights,
        now: Millis,
        scratch: &'s Scratch,
    ) -> Lease<'s, Vec<Weighted>> {
        let mut rows = scratch.history();
        let latest = self.events().filter(|event| event.kind.is_positive()).map(|event| event.at).max();
        let reference = latest.map_or(now, |latest| latest.min(now));
        for event in self.events() {
            let weight = weights.weight(event, reference);
            // Impressions and weights that have faded to nothing must not reach the sums.
            if weight != 0.0 {
                rows.push(Weighted { item: event.item, weight, kind: event.kind, at: event.at });
            }
        }
        for preferences in self.preferences() {
            for &item in &preferences.liked_items {
                rows.push(Weighted { item, weight: weights.like, kind: EventKind::Like, at: now });
            }
        }
        // A stable sort: sums must not depend on the sorting algorithm.
        rows.sort_by_key(|row| row.item);
        merge_runs(&mut rows, weights);
        rows
    }

    /// The current session, oldest first: the trailing events that share the last one's group, or,
    /// without groups, that follow each other within `gap_ms`; at most `limit` of them.
    pub fn session(&self, gap_ms: i64, limit: usize) -> impl Iterator<Item = &'a HistoryEvent> + use<'a> {
        let mut length = 0;
        let mut next: Option<&HistoryEvent> = None;
        for event in self.events().rev().take(limit) {
            if next.is_some_and(|next| !same_session(event, next, gap_ms)) {
                break;
            }
            length += 1;
            next = Some(event);
        }
        let skip = self.event_count() - length;
        self.events().skip(skip)
    }
}

/// Whether an event and the one after it belong to one session. The group of a purchase is its order,
/// which says nothing about the session.
#[must_use]
pub fn same_session(event: &HistoryEvent, next: &HistoryEvent, gap_ms: i64) -> bool {
    let is_order = |kind| matches!(kind, EventKind::Purchase | EventKind::Return);
    let grouped = event.group != 0 && next.group != 0 && !is_order(event.kind) && !is_order(next.kind);
    if grouped { event.group == next.group } else { next.at.saturating_sub(event.at).abs() <= gap_ms }
}

fn merge_runs(rows: &mut Vec<Weighted>, weights: &InteractionWeights) {
    let mut kept = 0;
    let mut start = 0;
    while start < rows.len() {
        let mut merged = rows[start];
        let mut positive = merged.weight.max(0.0);
        let mut end = start + 1;
        while end < rows.len() && rows[end].item == merged.item {
            let row = rows[end];
            merged.weight += row.weight;
            positive += row.weight.max(0.0);
            merged.at = merged.at.max(row.at);
            if weights.base(row.kind, 0.0) > weights.base(merged.kind, 0.0) {
                merged.kind = row.kind;
            }
            end += 1;
        }
        if merged.weight > positive * 1e-4 {
            rows[kept] = merged;
            kept += 1;
        }
        start = end;
    }
    rows.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn entry(item: u32, kind: EventKind, at: i64) -> HistoryEvent {
        Event::new(0, item, kind, at).entry()
    }

    #[test]
    fn weights_of_one_product_add_up_and_the_strongest_kind_names_them() {
        let past = [entry(5, EventKind::View, 0), entry(3, EventKind::Like, 0)];
        let live = [entry(5, EventKind::Purchase, 0)];
        let user = UserState { past: &past, live: &live, ..UserState::default() };
        let scratch = Scratch::default();
        let rows = user.weighted(&InteractionWeights::default(), 0, &scratch);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].item, rows[1].weight), (5, 6.0));
        assert_eq!(rows[1].kind, EventKind::Purchase);
        assert_eq!(user.last_item(), Some(5));
    }

    #[test]
    fn a_session_ends_at_a_long_gap() {
        let past = [
            entry(1, EventKind::View, 0),
            entry(2, EventKind::View, 10_000),
            entry(3, EventKind::View, 10_500),
        ];
        let user = UserState::of_events(&past);
        let items: Vec<u32> = user.session(1_000, 50).map(|event| event.item).collect();
        assert_eq!(items, [2, 3]);
    }

    #[test]
    fn a_shopper_with_impressions_only_is_cold() {
        let past = [entry(1, EventKind::Impression, 0)];
        assert!(UserState::of_events(&past).is_cold());
    }
}
