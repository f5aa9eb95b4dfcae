//! What has happened since the snapshot: events, new products and shoppers, stock and visibility.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::bitmap::Bitmap;
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::event::{Event, HistoryEvent, ItemIdx, UserIdx};
use crate::item::{ItemColumns, ItemFeatures, Preferences};
use crate::snapshot::Snapshot;

/// How much a delta may hold before a new snapshot has to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeltaLimits {
    /// Events kept, 72 bytes each with their place in the shopper's history.
    pub max_events: usize,
}

impl Default for DeltaLimits {
    fn default() -> Self {
        Self { max_events: 500_000 }
    }
}

/// The live part of the data. It belongs to one snapshot, whose indices it continues.
#[derive(Clone, Debug)]
pub struct Delta {
    limits: DeltaLimits,
    base_items: usize,
    user_count: usize,
    columns: ItemColumns,
    active: Bitmap,
    in_stock: Bitmap,
    changed_items: BTreeMap<ItemIdx, ItemFeatures>,
    preferences: FxHashMap<UserIdx, Preferences>,
    histories: FxHashMap<UserIdx, Vec<HistoryEvent>>,
    interactions: FxHashMap<ItemIdx, u32>,
    log: Vec<Event>,
    user_versions: FxHashMap<UserIdx, u64>,
    version: u64,
    catalogue_version: u64,
}

impl Delta {
    /// An empty delta on top of `snapshot`.
    #[must_use]
    pub fn new(snapshot: &Snapshot, limits: DeltaLimits) -> Self {
        let items = snapshot.dataset().items();
        Self {
            limits,
            base_items: items.len(),
            user_count: snapshot.dataset().user_count(),
            columns: ItemColumns::new(items),
            active: items.iter().map(|item| item.active).collect(),
            in_stock: items.iter().map(|item| item.in_stock).collect(),
            changed_items: BTreeMap::new(),
            preferences: FxHashMap::default(),
            histories: FxHashMap::default(),
            interactions: FxHashMap::default(),
            log: Vec::new(),
            user_versions: FxHashMap::default(),
            version: 0,
            catalogue_version: 0,
        }
    }

    /// Number of products, new ones included.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.columns.len()
    }

    /// Number of products the snapshot knows: indices from here on are new.
    #[must_use]
    pub fn base_item_count(&self) -> usize {
        self.base_items
    }

    /// Number of shoppers, new ones included.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.user_count
    }

    /// The columns of every product, as they are now.
    #[must_use]
    pub fn columns(&self) -> &ItemColumns {
        &self.columns
    }

    /// Products visible to shoppers now.
    #[must_use]
    pub fn active(&self) -> &Bitmap {
        &self.active
    }

    /// Products that can be bought now.
    #[must_use]
    pub fn in_stock(&self) -> &Bitmap {
        &self.in_stock
    }

    /// A shopper's events since the snapshot, in order of arrival.
    #[must_use]
    pub fn history(&self, user: UserIdx) -> &[HistoryEvent] {
        self.histories.get(&user).map_or(&[], Vec::as_slice)
    }

    /// What a shopper has stated since the snapshot.
    #[must_use]
    pub fn preferences(&self, user: UserIdx) -> Option<&Preferences> {
        self.preferences.get(&user)
    }

    /// Positive events of a product since the snapshot.
    #[must_use]
    pub fn interactions(&self, item: ItemIdx) -> u32 {
        self.interactions.get(&item).copied().unwrap_or(0)
    }

    /// Every event since the snapshot, in order of arrival.
    #[must_use]
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// Products added or changed since the snapshot, with their features.
    pub fn changed_items(&self) -> impl Iterator<Item = (ItemIdx, &ItemFeatures)> {
        self.changed_items.iter().map(|(&item, features)| (item, features))
    }

    /// Features of a product added or changed since the snapshot.
    #[must_use]
    pub fn changed_item(&self, item: ItemIdx) -> Option<&ItemFeatures> {
        self.changed_items.get(&item)
    }

    /// A number that rises with everything that can change this shopper's lists, for cache keys.
    #[must_use]
    pub fn user_version(&self, user: UserIdx) -> u64 {
        self.user_versions.get(&user).copied().unwrap_or(0)
    }

    /// A number that rises whenever a product is added, changed, hidden, shown, sold out or restocked.
    #[must_use]
    pub fn catalogue_version(&self) -> u64 {
        self.catalogue_version
    }

    /// Whether the log is at its limit, so that a new snapshot is due.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.log.len() >= self.limits.max_events
    }

    pub(crate) fn check(&self, event: &Event) -> Result<(), DataError> {
        let position = self.log.len();
        if event.item as usize >= self.item_count() {
            return Err(DataError::UnknownItem { position, item: event.item });
        }
        if event.user as usize >= self.user_count {
            return Err(DataError::UnknownUser { position, user: event.user });
        }
        if !event.amount.is_finite() {
            return Err(DataError::NotFinite { position });
        }
        if self.is_full() {
            return Err(DataError::LogFull { limit: self.limits.max_events });
        }
        Ok(())
    }

    pub(crate) fn append(&mut self, event: &Event) {
        self.histories.entry(event.user).or_default().push(event.entry());
        if event.kind.is_positive() {
            *self.interactions.entry(event.item).or_default() += 1;
        }
        self.log.push(*event);
        self.touch_user(event.user);
    }

    pub(crate) fn add_item(&mut self, features: &ItemFeatures) -> ItemIdx {
        let item = self.columns.push(features);
        self.store_item(item, features);
        item
    }

    pub(crate) fn set_item(&mut self, item: ItemIdx, features: &ItemFeatures) -> bool {
        if item as usize >= self.item_count() {
            return false;
        }
        self.columns.set(item, features);
        self.store_item(item, features);
        true
    }

    pub(crate) fn set_available(&mut self, item: ItemIdx, active: bool, in_stock: bool) -> bool {
        if item as usize >= self.item_count() {
            return false;
        }
        let seen = self.active.set(item, active);
        let stocked = self.in_stock.set(item, in_stock);
        if seen || stocked {
            self.catalogue_version += 1;
        }
        true
    }

    pub(crate) fn add_user(&mut self, preferences: Option<Preferences>) -> UserIdx {
        let user = self.user_count as UserIdx;
        self.user_count += 1;
        if let Some(preferences) = preferences {
            self.preferences.insert(user, preferences);
        }
        user
    }

    pub(crate) fn set_preferences(&mut self, user: UserIdx, preferences: Preferences) -> bool {
        if user as usize >= self.user_count {
            return false;
        }
        self.preferences.insert(user, preferences);
        self.touch_user(user);
        true
    }

    /// The data set that holds the snapshot and everything since: what to train on next.
    ///
    /// # Errors
    /// Never in practice: everything in the delta was checked on its way in.
    pub(crate) fn compact(&self, base: &Dataset) -> Result<Dataset, DataError> {
        let mut items = base.items().to_vec();
        items.resize(self.item_count(), ItemFeatures::default());
        for (&item, features) in &self.changed_items {
            items[item as usize] = features.clone();
        }
        for (index, item) in items.iter_mut().enumerate() {
            item.active = self.active.contains(index as ItemIdx);
            item.in_stock = self.in_stock.contains(index as ItemIdx);
        }
        let mut preferences = base.all_preferences().clone();
        for (&user, stated) in &self.preferences {
            preferences.insert(user, stated.clone());
        }
        let mut events: Vec<Event> = Vec::with_capacity(base.event_count() + self.log.len());
        events.extend(base.events());
        events.extend_from_slice(&self.log);
        Dataset::new(items, self.user_count, preferences, &events)
    }

    /// Carries over what happened after `before` was compacted, and keeps version numbers rising.
    pub(crate) fn continue_from(&mut self, before: &Delta) {
        for user in self.user_count..before.user_count {
            let user = user as UserIdx;
            self.add_user(before.preferences.get(&user).cloned());
        }
        for (&user, stated) in &before.preferences {
            self.preferences.insert(user, stated.clone());
        }
        for (&item, features) in &before.changed_items {
            if (item as usize) < self.item_count() {
                self.set_item(item, features);
            } else {
                self.add_item(features);
            }
        }
        for item in 0..before.item_count() as ItemIdx {
            self.set_available(item, before.active.contains(item), before.in_stock.contains(item));
        }
        self.version = self.version.max(before.version) + 1;
        self.catalogue_version = self.catalogue_version.max(before.catalogue_version) + 1;
        self.user_versions = before.user_versions.clone();
    }

    fn store_item(&mut self, item: ItemIdx, features: &ItemFeatures) {
        self.changed_items.insert(item, features.clone());
        self.active.set(item, features.active);
        self.in_stock.set(item, features.in_stock);
        self.catalogue_version += 1;
    }

    fn touch_user(&mut self, user: UserIdx) {
        self.version += 1;
        self.user_versions.insert(user, self.version);
    }
}
