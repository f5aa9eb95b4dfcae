//! What happens in the shop, on its way to the next list: deeds, products, stock, stated tastes.
//!
//! Every change is in the store before it comes here, and in memory before anybody is told: a list computed on the
//! news already knows it. Other processes are only told that there is something to read.

use std::collections::BTreeSet;

use shelfwise_strategies::bandit::BanditTrainer;
use shelfwise_strategies::train::Trainer;
use tokio::sync::RwLockReadGuard;

use super::Recommendations;
use super::world::World;
use crate::bus::{Message, Topic};
use crate::domain::catalogue::{Brand, Category};
use crate::domain::ids::{BrandId, CategoryId, ProductId, UserId, VisitorId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::people::Preferences;
use crate::storage::Result;
use crate::storage::interactions::Recorded;

/// Held from before deeds are written to the store until they are taken in here. While one is held the recommender
/// does not switch to a world read from the store, so that no deed is missed and none counted twice.
pub struct Recording<'a> {
    recommendations: &'a Recommendations,
    _held: RwLockReadGuard<'a, ()>,
}

impl Recording<'_> {
    /// Takes in deeds that the store has accepted and saved.
    pub fn observe(&self, deeds: &[Interaction]) {
        self.recommendations.observe(deeds);
    }
}

impl Recommendations {
    /// To be called before a unit of work that records interactions; see [`Recording`].
    pub async fn recording(&self) -> Recording<'_> {
        Recording { recommendations: self, _held: self.gate.read().await }
    }

    /// Writes deeds to the store in one unit, view history and statistics with them, and takes in those that are
    /// new: the next list of anyone they concern knows them.
    ///
    /// # Errors
    /// When the store fails; `Missing` when a product does not exist.
    pub async fn record(&self, deeds: &[Interaction]) -> Result<Recorded> {
        let recording = self.recording().await;
        let mut unit = self.store.begin().await?;
        let recorded = unit.record_interactions(deeds, self.context.now()).await?;
        unit.save().await?;
        let accepted: Vec<Interaction> =
            recorded.accepted.iter().filter_map(|&index| deeds.get(index)).cloned().collect();
        recording.observe(&accepted);
        Ok(recorded)
    }

    fn observe(&self, deeds: &[Interaction]) {
        if self.options.follow_every.is_some() {
            self.followed.known(deeds);
        }
        if self.take_in(deeds) {
            self.bus.publish_elsewhere(Message::about(Topic::Activity));
        }
    }

    /// Takes in deeds that are in the store; true when lists may differ now.
    pub(super) fn take_in(&self, deeds: &[Interaction]) -> bool {
        let world = self.world.load();
        if deeds.iter().any(|deed| deed.recommendation_id.is_some()) {
            self.bus.publish_here(Message::about(Topic::Measures));
        }
        let mut concerned = BTreeSet::new();
        let mut events = 0;
        for deed in deeds {
            match world.observe(deed) {
                Ok(true) => {
                    events += 1;
                    self.credit(&world, deed);
                    concerned.insert(deed.subject);
                }
                Ok(false) => {}
                // The store has it: a world read anew will know it.
                Err(error) => {
                    tracing::warn!(%error, "a deed does not fit into the live log");
                    self.training.demand_reload();
                }
            }
        }
        if events == 0 {
            return false;
        }
        self.tide.rise(events);
        self.training.count_events(events);
        for subject in concerned {
            self.bus.publish_here(Message::about(Topic::Shopper(subject.uuid())));
        }
        self.bus.publish_here(Message::about(Topic::Activity));
        true
    }

    /// A response to a list speaks for the strategy that was drawn for it; a mere view does not.
    fn credit(&self, world: &World, deed: &Interaction) {
        let responds = matches!(
            deed.kind,
            InteractionKind::Click
                | InteractionKind::Like
                | InteractionKind::Cart
                | InteractionKind::Purchase
        );
        let list = deed.recommendation_id.filter(|_| responds);
        if let Some(drawn) = list.and_then(|id| self.rewards.answered(id)) {
            world.engine.reward(BanditTrainer::ID, &drawn, 1.0);
        }
    }

    /// To be called after products were added or changed in any way, stock included. Reads them from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn products_changed(&self, ids: &[ProductId]) -> Result<()> {
        self.read_products(ids).await?;
        self.bus.publish_elsewhere(Message::about(Topic::Catalogue));
        Ok(())
    }

    /// Takes in products as the store has them.
    pub(super) async fn read_products(&self, ids: &[ProductId]) -> Result<()> {
        let _held = self.gate.read().await;
        let products = self.store.products(ids).await?;
        let available = self.store.available_quantities(ids).await?;
        let world = self.world.load();
        let unknown: Vec<BrandId> = products
            .values()
            .filter_map(|product| product.brand_id)
            .filter(|id| !world.has_brand(*id))
            .collect();
        for brand in self.store.brands(&unknown).await?.values() {
            world.learn_brand(brand);
        }
        for (id, product) in products {
            let in_stock = available.get(&id).is_some_and(|pieces| *pieces > 0);
            world.put_product(&product, in_stock);
            self.bus.publish_here(Message::of(Topic::Catalogue, id.uuid()));
        }
        Ok(())
    }

    /// To be called after stock of products moved. Reads how much is left; tells subscribers only of products that
    /// sold out or came back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn stock_changed(&self, ids: &[ProductId]) -> Result<()> {
        let _held = self.gate.read().await;
        let available = self.store.available_quantities(ids).await?;
        let world = self.world.load();
        for id in ids {
            let in_stock = available.get(id).is_some_and(|pieces| *pieces > 0);
            let before = world.is_in_stock(*id);
            if before == Some(in_stock) {
                continue;
            }
            if world.set_available(*id, world.is_visible(*id), in_stock) {
                self.bus.publish_here(Message::of(Topic::Stock, id.uuid()));
            }
        }
        Ok(())
    }

    /// To be called after a category was added, renamed or moved, before products are put into it.
    pub fn category_changed(&self, category: &Category) {
        self.world.load().learn_category(category);
    }

    /// To be called after a brand was added or renamed, before products carry it.
    pub fn brand_changed(&self, brand: &Brand) {
        self.world.load().learn_brand(brand);
    }

    /// To be called after a user stated another taste.
    pub fn taste_changed(&self, user: UserId, stated: &Preferences) {
        self.taste_read(user, stated);
        self.bus.publish(Message::about(Topic::Shopper(user.uuid())));
    }

    /// Takes in a taste as the store has it.
    pub(super) fn taste_read(&self, user: UserId, stated: &Preferences) {
        let shopper = Subject::User(user);
        self.world.load().set_taste(shopper, stated);
        self.known.insert(shopper, ());
    }

    /// To be called after a visitor turned out to be a user and the store made their deeds the user's.
    pub fn visitor_linked(&self, visitor: VisitorId, user: UserId) {
        self.adopt(visitor, user);
        self.bus.publish_elsewhere(Message::of(Topic::Shopper(user.uuid()), visitor.uuid()));
    }

    /// Makes a visitor's deeds the user's.
    pub(super) fn adopt(&self, visitor: VisitorId, user: UserId) {
        let (from, to) = (Subject::Visitor(visitor), Subject::User(user));
        if let Err(error) = self.world.load().adopt(from, to) {
            tracing::warn!(%error, "a visitor's deeds do not fit into the live log");
            self.training.demand_reload();
        }
        self.tide.rise(1);
        self.bus.publish_here(Message::about(Topic::Shopper(visitor.uuid())));
        self.bus.publish_here(Message::about(Topic::Shopper(user.uuid())));
    }

    /// To be called after an account was closed: whether it exists is asked of the store again.
    pub fn shopper_gone(&self, user: UserId) {
        self.known.invalidate(&Subject::User(user));
        self.bus.publish(Message::about(Topic::Shopper(user.uuid())));
    }

    /// The category of that slug, from memory.
    pub fn category_by_slug(&self, slug: &str) -> Option<CategoryId> {
        self.world.load().roster().category_by_slug(slug)
    }

    /// The brand of that slug, from memory.
    pub fn brand_by_slug(&self, slug: &str) -> Option<BrandId> {
        self.world.load().roster().brand_by_slug(slug)
    }

    /// Whether shoppers see the product now; unknown products are not seen.
    pub fn is_visible(&self, product: ProductId) -> bool {
        self.world.load().is_visible(product)
    }

    /// Whether the product may be shown and can be bought now.
    pub fn is_available(&self, product: ProductId) -> bool {
        self.world.load().is_available(product)
    }
}
