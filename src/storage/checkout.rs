//! The contract of what a checkout holds on to: stock promised to orders, and keys that make repeats harmless.

use async_trait::async_trait;

use super::error::Result;
use crate::domain::catalogue::{Product, Variant};
use crate::domain::ids::{OrderId, StockMovementId, UserId, VariantId};
use crate::domain::order::Order;
use crate::domain::time::Timestamp;

/// A variant of which fewer pieces are free than were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Which variant; also one that is gone altogether.
    pub variant: VariantId,
    /// How many were asked for.
    pub requested: u32,
    /// How many are free.
    pub available: u32,
}

/// What became of a key a client sent to make its request repeatable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyClaim {
    /// Nobody sent it before: go on, and keep the result under it in the same unit.
    New,
    /// The same request was made before, with this result.
    Done(String),
    /// Another request was made with it: refuse this one.
    Reused,
}

/// A change of stock, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMovement {
    /// Its id.
    pub id: StockMovementId,
    /// Which variant.
    pub variant_id: VariantId,
    /// By how many pieces on hand.
    pub delta: i64,
    /// Why: `SALE`, `RESTOCK`, `CORRECTION: broken`.
    pub reason: String,
    /// For which order.
    pub order_id: Option<OrderId>,
    /// By whom; none when the shop itself.
    pub actor_id: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// Reading what checkouts hold on to.
#[async_trait]
pub trait CheckoutStore {
    /// Orders not paid for whose reservation has run out, the longest overdue first.
    async fn overdue_orders(&self, now: Timestamp, limit: usize) -> Result<Vec<Order>>;
    /// The latest changes of a variant's stock, newest first.
    async fn stock_movements(&self, variant: VariantId, limit: usize) -> Result<Vec<StockMovement>>;
}

/// Holding on to things, and letting go.
#[async_trait]
pub trait CheckoutWork {
    /// Variants as they are now, with their products; those that are gone are absent. With `lock` nobody changes
    /// price or stock until the unit ends. Two statements.
    async fn goods(&mut self, variants: &[VariantId], lock: bool) -> Result<Vec<(Variant, Product)>>;
    /// Promises pieces to an order: all of them, or none and the shortages. A variant may be named more than once.
    /// Variants are locked in one order, so that two checkouts never wait for each other.
    async fn reserve_stock(
        &mut self,
        order: OrderId,
        pieces: &[(VariantId, u32)],
        now: Timestamp,
    ) -> Result<Vec<Shortage>>;
    /// Takes what was promised to an order off the shelf: it was paid for. False when nothing was promised, or it
    /// was let go meanwhile: then reserve anew.
    async fn take_reserved_stock(&mut self, order: OrderId, now: Timestamp) -> Result<bool>;
    /// Lets go of what was promised to an order. False when nothing was.
    async fn release_stock(&mut self, order: OrderId, now: Timestamp) -> Result<bool>;
    /// Puts pieces back on the shelf. Variants that are gone are passed over.
    async fn restock(&mut self, pieces: &[(VariantId, u32)], now: Timestamp) -> Result<()>;
    /// Notes changes of stock.
    async fn record_stock_movements(&mut self, movements: &[StockMovement]) -> Result<()>;
    /// Claims a client's key within a scope such as `checkout:<user>`. `fingerprint` stands for the input. Of two
    /// that send one key at once, the second waits for the first.
    async fn claim_key(
        &mut self,
        scope: &str,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<KeyClaim>;
    /// Keeps the result of the request made with a key that was claimed.
    async fn keep_result(&mut self, scope: &str, key: &str, result: &str) -> Result<()>;
    /// Forgets keys from before `before`. Returns how many.
    async fn remove_keys(&mut self, before: Timestamp) -> Result<u64>;
}
