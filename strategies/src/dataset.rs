//! The past, as training and evaluation read it: products, shoppers and their events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::DataError;
use crate::event::{Event, EventKind, HistoryEvent, InteractionWeights, ItemIdx, Millis, UserIdx};
use crate::item::{ItemFeatures, Preferences};

/// An immutable set of events over dense products and shoppers, grouped by shopper, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// Shared by every part taken of a past: texts outweigh the events of many a shop.
    items: Arc<Vec<ItemFeatures>>,
    preferences: BTreeMap<UserIdx, Preferences>,
    offsets: Vec<usize>,
    events: Vec<HistoryEvent>,
}

impl Dataset {
    /// Groups events by shopper in time order; the order of simultaneous events is kept.
    ///
    /// # Errors
    /// When an event names a product or shopper outside the given ranges, or its amount is not a
    /// finite number.
    pub fn new(
        items: Vec<ItemFeatures>,
        user_count: usize,
        preferences: BTreeMap<UserIdx, Preferences>,
        events: &[Event],
    ) -> Result<Self, DataError> {
        let mut offsets = vec![0usize; user_count + 1];
        for (position, event) in events.iter().enumerate() {
            if event.item as usize >= items.len() {
                return Err(DataError::UnknownItem { position, item: event.item });
            }
            if event.user as usize >= user_count {
                return Err(DataError::UnknownUser { position, user: event.user });
            }
            if !event.amount.is_finite() {
                return Err(DataError::NotFinite { position });
            }
            offsets[event.user as usize + 1] += 1;
        }
        for user in 0..user_count {
            offsets[user + 1] += offsets[user];
        }
        let placeholder = HistoryEvent { at: 0, group: 0, item: 0, amount: 0.0, kind: EventKind::View };
        let mut grouped = vec![placeholder; events.len()];
        let mut next = offsets.clone();
        for event in events {
            let slot = &mut next[event.user as usize];
            grouped[*slot] = event.entry();
            *slot += 1;
        }
        for user in 0..user_count {
            grouped[offsets[user]..offsets[user + 1]].sort_by_key(|event| event.at);
        }
        Ok(Self { items: Arc::new(items), preferences, offsets, events: grouped })
    }

    /// The products.
    #[must_use]
    pub fn items(&self) -> &[ItemFeatures] {
        &self.items
    }

    /// Number of products.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// Number of shoppers.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Number of events.
    #[must_use]
    pub fn event_count(&self) -> usize {
        self.events.len()
    }

    /// One shopper's events, oldest first; empty for an unknown shopper.
    #[must_use]
    pub fn history(&self, user: UserIdx) -> &[HistoryEvent] {
        let user = user as usize;
        if user >= self.user_count() {
            return &[];
        }
        &self.events[self.offsets[user]..self.offsets[user + 1]]
    }

    /// What a shopper has stated.
    #[must_use]
    pub fn preferences(&self, user: UserIdx) -> Option<&Preferences> {
        self.preferences.get(&user)
    }

    /// Everything that was stated.
    #[must_use]
    pub fn all_preferences(&self) -> &BTreeMap<UserIdx, Preferences> {
        &self.preferences
    }

    /// All events, shopper by shopper, oldest first within each.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        (0..self.user_count() as UserIdx)
            .flat_map(|user| self.history(user).iter().map(move |entry| entry.event(user)))
    }

    /// Time of the latest event, the natural "now" of training; 0 without events.
    #[must_use]
    pub fn latest(&self) -> Millis {
        self.events.iter().map(|event| event.at).max().unwrap_or(0)
    }

    /// Aggregated weight of every (shopper, product) pair with a positive sum, sorted by both.
    #[must_use]
    pub fn weighted_pairs(&self, weights: &InteractionWeights, now: Millis) -> Vec<(UserIdx, ItemIdx, f32)> {
        let mut pairs = Vec::new();
        let mut row: Vec<(ItemIdx, f32)> = Vec::new();
        for user in 0..self.user_count() as UserIdx {
            row.clear();
            row.extend(
                self.history(user)
                    .iter()
                    .map(|event| (event.item, weights.weight(event, now)))
                    .filter(|&(_, weight)| weight != 0.0),
            );
            row.sort_by_key(|&(item, _)| item);
            for run in row.chunk_by(|a, b| a.0 == b.0) {
                let sum: f32 = run.iter().map(|&(_, weight)| weight).sum();
                let positive: f32 = run.iter().map(|&(_, weight)| weight.max(0.0)).sum();
                // A like taken back leaves rounding dust where the decay differs by moments.
                if sum > positive * 1e-4 {
                    pairs.push((user, run[0].0, sum));
                }
            }
        }
        pairs
    }

    /// The same products and shoppers with only the events that `keep` accepts: how a split is made.
    #[must_use]
    pub fn retain(&self, mut keep: impl FnMut(&Event) -> bool) -> Self {
        self.retain_at(|user, _, entry| keep(&entry.event(user)))
    }

    /// As [`Dataset::retain`], with the place of each event in its history.
    #[must_use]
    pub fn retain_at(&self, mut keep: impl FnMut(UserIdx, usize, &HistoryEvent) -> bool) -> Self {
        let mut offsets = Vec::with_capacity(self.offsets.len());
        let mut events = Vec::new();
        offsets.push(0);
        for user in 0..self.user_count() as UserIdx {
            let history = self.history(user).iter().enumerate();
            events.extend(history.filter(|(at, entry)| keep(user, *at, entry)).map(|(_, entry)| *entry));
            offsets.push(events.len());
        }
        Self { items: Arc::clone(&self.items), preferences: self.preferences.clone(), offsets, events }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DAY_MS;

    fn three_items() -> Vec<ItemFeatures> {
        vec![ItemFeatures::default(); 3]
    }

    #[test]
    fn events_are_grouped_by_shopper_and_sorted_by_time() {
        let events = [
            Event::new(1, 2, EventKind::View, 30),
            Event::new(0, 0, EventKind::View, 20),
            Event::new(1, 1, EventKind::View, 10),
        ];
        let dataset = Dataset::new(three_items(), 2, BTreeMap::new(), &events).unwrap();
        let items: Vec<u32> = dataset.history(1).iter().map(|event| event.item).collect();
        assert_eq!(items, [1, 2]);
        assert!(dataset.history(7).is_empty());
        assert_eq!(dataset.latest(), 30);
    }

    #[test]
    fn an_event_of_an_unknown_product_is_refused_with_its_position() {
        let events = [Event::new(0, 9, EventKind::View, 0)];
        let error = Dataset::new(three_items(), 1, BTreeMap::new(), &events).unwrap_err();
        assert_eq!(error, DataError::UnknownItem { position: 0, item: 9 });
    }

    #[test]
    fn a_like_taken_back_leaves_no_weight() {
        let events = [
            Event::new(0, 0, EventKind::Like, 0),
            Event::new(0, 0, EventKind::Unlike, 0),
            Event::new(0, 1, EventKind::Cart, DAY_MS),
        ];
        let dataset = Dataset::new(three_items(), 1, BTreeMap::new(), &events).unwrap();
        let pairs = dataset.weighted_pairs(&InteractionWeights::default(), DAY_MS);
        assert_eq!(pairs, [(0, 1, 3.0)]);
    }
}
