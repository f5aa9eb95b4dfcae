//! The roster and the live recommender that counts by it: replaced together, changed together.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::delta::DeltaLimits;
use shelfwise_strategies::error::DataError;
use shelfwise_strategies::item::ItemFeatures;
use shelfwise_strategies::recommender::Recommender;
use shelfwise_strategies::request::Settings;
use shelfwise_strategies::snapshot::Snapshot;

use super::features;
use super::roster::Roster;
use crate::domain::catalogue::{Brand, Category, Product};
use crate::domain::ids::{BrandId, ProductId};
use crate::domain::interaction::{Interaction, Subject};
use crate::domain::people::Preferences;

/// One generation of everything indices mean something in.
pub(super) struct World {
    pub(super) engine: Recommender,
    roster: RwLock<Roster>,
}

impl World {
    /// A world over a snapshot whose indices are the roster's.
    pub(super) fn new(roster: Roster, snapshot: Snapshot, settings: Settings, limits: DeltaLimits) -> Self {
        Self { engine: Recommender::new(snapshot, settings, limits), roster: RwLock::new(roster) }
    }

    /// A world without products, until the catalogue is read.
    pub(super) fn empty() -> Self {
        let snapshot = Snapshot::new(0, Arc::new(Dataset::default()));
        Self::new(Roster::default(), snapshot, Settings::default(), DeltaLimits::default())
    }

    pub(super) fn roster(&self) -> RwLockReadGuard<'_, Roster> {
        self.roster.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn roster_mut(&self) -> RwLockWriteGuard<'_, Roster> {
        self.roster.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a stated taste.
    pub(super) fn set_taste(&self, shopper: Subject, stated: &Preferences) {
        let (user, taste) = {
            let mut roster = self.roster_mut();
            (self.enrol(&mut roster, shopper), features::of_preferences(&roster, stated))
        };
        self.engine.set_preferences(user, taste);
    }

    pub(super) fn learn_category(&self, category: &Category) {
        self.roster_mut().learn_category(category);
    }

    pub(super) fn has_brand(&self, brand: BrandId) -> bool {
        self.roster().brand_name(brand).is_some()
    }

    pub(super) fn learn_brand(&self, brand: &Brand) {
        self.roster_mut().learn_brand(brand);
    }

    /// Gives one shopper what another did; false when the other did nothing.
    pub(super) fn adopt(&self, from: Subject, to: Subject) -> Result<bool, DataError> {
        let (from, to) = {
            let mut roster = self.roster_mut();
            let Some(from) = roster.shoppers.number(from) else { return Ok(false) };
            (from, self.enrol(&mut roster, to))
        };
        self.engine.adopt_history(from, to).map(|_| true)
    }

    /// Whether the product may be shown to shoppers.
    pub(super) fn is_visible(&self, product: ProductId) -> bool {
        let Some(item) = self.roster().products.number(product) else { return false };
        self.engine.inspect(|now| now.delta.active().contains(item))
    }

    /// Whether the product may be shown and can be bought.
    pub(super) fn is_available(&self, product: ProductId) -> bool {
        let Some(item) = self.roster().products.number(product) else { return false };
        self.engine.inspect(|now| now.delta.active().contains(item) && now.delta.in_stock().contains(item))
    }

    /// Whether the product can be bought; `None` when it is unknown.
    pub(super) fn is_in_stock(&self, product: ProductId) -> Option<bool> {
        let item = self.roster().products.number(product)?;
        Some(self.engine.inspect(|now| now.delta.in_stock().contains(item)))
    }

    /// Takes in a deed; `Ok(true)` when somebody's list may differ now.
    pub(super) fn observe(&self, deed: &Interaction) -> Result<bool, DataError> {
        if features::event_kind(deed.kind).is_none() {
            return Ok(false);
        }
        let numbers = {
            let roster = self.roster();
            (roster.shoppers.number(deed.subject), roster.products.number(deed.product_id))
        };
        let (user, item) = match numbers {
            (Some(user), Some(item)) => (user, item),
            // A product nobody told us of cannot be on any list.
            (_, None) => return Ok(false),
            (None, Some(item)) => (self.enrol(&mut self.roster_mut(), deed.subject), item),
        };
        match features::of_interaction(deed, user, item) {
            Some(event) => self.engine.observe(&event).map(|_| true),
            None => Ok(false),
        }
    }

    /// Whether a product in the store is not as it is known here.
    pub(super) fn differs(&self, product: &Product, in_stock: bool) -> bool {
        let mut roster = self.roster_mut();
        let Some(item) = roster.products.number(product.id) else { return true };
        let features = features::of_product(&mut roster, product, in_stock);
        self.engine.inspect(|now| {
            let known = now.delta.changed_item(item);
            let known = known.or_else(|| now.snapshot.dataset().items().get(item as usize));
            let flags = (now.delta.active().contains(item), now.delta.in_stock().contains(item));
            let Some(known) = known else { return true };
            flags != (features.active, features.in_stock)
                || *known != ItemFeatures { active: known.active, in_stock: known.in_stock, ..features }
        })
    }

    /// Takes in a product, new or changed.
    pub(super) fn put_product(&self, product: &Product, in_stock: bool) {
        let mut roster = self.roster_mut();
        let features = features::of_product(&mut roster, product, in_stock);
        match roster.products.number(product.id) {
            Some(item) => {
                self.engine.set_item(item, &features);
            }
            None => {
                // Under the roster's lock, so that both hand out the same number.
                let item = self.engine.add_item(&features);
                let enrolled = roster.products.enrol(product.id);
                debug_assert_eq!(item, enrolled, "roster and recommender count alike");
            }
        }
    }

    /// Shows, hides, stocks or sells out a known product; false when it is unknown.
    pub(super) fn set_available(&self, product: ProductId, visible: bool, in_stock: bool) -> bool {
        let Some(item) = self.roster().products.number(product) else { return false };
        self.engine.set_available(item, visible, in_stock)
    }

    fn enrol(&self, roster: &mut Roster, shopper: Subject) -> u32 {
        if let Some(user) = roster.shoppers.number(shopper) {
            return user;
        }
        let user = self.engine.add_user(None);
        let enrolled = roster.shoppers.enrol(shopper);
        debug_assert_eq!(user, enrolled, "roster and recommender count alike");
        user
    }
}
