//! Carts: a guest's, reached by a token, or a user's; filled, checked against price and stock at every step, merged
//! at sign-in.

mod access;
mod change;
mod delivery;
mod draft;
mod merge;
mod price;
mod tariff;
mod vouchers;
mod watch;

use std::sync::Arc;
use std::time::Duration;

pub(super) use access::{may_use, token_hash};
pub use change::{LineAdd, LineUpdate};
pub use delivery::DeliveryChange;
pub use merge::MergeStrategy;
pub use price::{CartGoods, Goods, Pieces, PricedCart, price};
pub use tariff::Tariff;
pub use vouchers::{VoucherDraft, VoucherKindDraft};
pub use watch::follow;

use super::error::ServiceError;
use crate::bus::{Bus, Message, Topic};
use crate::config::Config;
use crate::context::Context;
use crate::domain::cart::Cart;
use crate::domain::catalogue::Category;
use crate::domain::ids::{CartId, CartLineId};
use crate::recommend::Recommendations;
use crate::storage::Storage;

/// The use cases of carts.
pub struct Carts {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
    live: Arc<Recommendations>,
    tariff: Tariff,
    life: Duration,
}

/// What became of a cart that was changed.
#[derive(Debug, Clone)]
pub struct CartChange {
    pub cart: PricedCart,
    /// The guest's token, given once: when the cart was made.
    pub token: Option<String>,
    pub warnings: Vec<CartWarning>,
}

/// Something the shop changed, or found changed, without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartWarning {
    pub kind: WarningKind,
    pub line: Option<CartLineId>,
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// Fewer pieces are left than were wanted.
    QuantityReduced { wanted: u32, left: u32 },
    /// It is no longer sold, or the cart is full.
    LineRemoved,
    /// It costs something else than when it was added, in minor units.
    PriceChanged { before: i64, now: i64 },
    /// It does not apply any more.
    VoucherRemoved,
    /// A guest's cart came in.
    LinesMerged,
}

impl Carts {
    pub fn new(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        context: Context,
        live: Arc<Recommendations>,
        config: &Config,
    ) -> Result<Self, ServiceError> {
        let life = Duration::from_secs(u64::from(config.checkout.cart_days) * 24 * 60 * 60);
        Ok(Self { storage, bus, context, live, tariff: Tariff::from_config(config)?, life })
    }

    /// Tax and shipping as configured.
    pub fn tariff(&self) -> &Tariff {
        &self.tariff
    }

    /// A cart priced from what was read of it.
    pub fn priced(&self, pieces: Pieces) -> Result<PricedCart, ServiceError> {
        price(&self.tariff, pieces, self.context.now())
    }

    /// The category tree, where tax asks for it.
    pub async fn tree(&self) -> Result<Arc<[Category]>, ServiceError> {
        if self.tariff.looks_at_categories() {
            return Ok(self.storage.category_tree().await?.into());
        }
        Ok(Arc::default())
    }

    /// Reads all that a cart is priced from, and prices it.
    pub async fn view(&self, cart: Cart) -> Result<PricedCart, ServiceError> {
        let lines = self.storage.cart_lines_of(&[cart.id]).await?.remove(&cart.id).unwrap_or_default();
        let vouchers = self.storage.cart_vouchers_of(&[cart.id]).await?.remove(&cart.id).unwrap_or_default();
        let account_email = self.account_email(&cart).await?;
        let ids: Vec<_> = lines.iter().map(|line| line.variant_id).collect();
        let variants = self.storage.variants(&ids).await?;
        let ids: Vec<_> = variants.values().map(|variant| variant.product_id).collect();
        let products = self.storage.products(&ids).await?;
        let goods = Goods {
            variants: variants.into_iter().map(|(id, variant)| (id, Arc::new(variant))).collect(),
            products: products.into_iter().map(|(id, product)| (id, Arc::new(product))).collect(),
            tree: self.tree().await?,
        };
        self.priced(Pieces { cart, lines, vouchers, account_email, goods })
    }

    /// The address of the account a cart belongs to.
    pub(super) async fn account_email(
        &self,
        cart: &Cart,
    ) -> Result<Option<crate::domain::text::Email>, ServiceError> {
        let Some(user) = cart.user_id else { return Ok(None) };
        Ok(self.storage.users(&[user]).await?.remove(&user).and_then(|user| user.email))
    }

    /// Removes carts whose time has come. Returns how many.
    pub async fn sweep(&self, limit: usize) -> Result<u64, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let removed = unit.remove_expired_carts(self.context.now(), limit).await?;
        unit.save().await?;
        Ok(removed)
    }

    pub(super) fn tell(&self, cart: CartId) {
        self.bus.publish(Message::about(Topic::Cart(cart.uuid())));
    }
}
