//! The contract of carts and vouchers.

use std::collections::HashMap;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::cart::{Cart, CartLine, Voucher};
use crate::domain::ids::{CartId, CartLineId, OrderId, UserId, VoucherId};
use crate::domain::time::Timestamp;

/// What became of a voucher that was to be used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redemption {
    /// It counts for this order now, or did already.
    Redeemed,
    /// It is not good, or used up, in all or for this user.
    Refused,
}

/// Reading carts and vouchers.
#[async_trait]
pub trait CartStore {
    /// Carts by id, whatever their state.
    async fn carts(&self, ids: &[CartId]) -> Result<HashMap<CartId, Cart>>;
    /// The cart of that guest token, whatever its state.
    async fn cart_by_token(&self, token_hash: &str) -> Result<Option<Cart>>;
    /// A user's active cart.
    async fn active_cart_of(&self, user: UserId) -> Result<Option<Cart>>;
    /// The lines of each cart, in the order they were added.
    async fn cart_lines_of(&self, carts: &[CartId]) -> Result<HashMap<CartId, Vec<CartLine>>>;
    /// The vouchers of each cart, in the order they were applied.
    async fn cart_vouchers_of(&self, carts: &[CartId]) -> Result<HashMap<CartId, Vec<Voucher>>>;
    /// The active cart of each user. Users without one are absent.
    async fn active_carts_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Cart>>;
    /// The vouchers, the latest made first, at most `limit`.
    async fn list_vouchers(&self, limit: usize) -> Result<Vec<Voucher>>;
    /// How often a user used each of these vouchers. Unused ones are absent.
    async fn voucher_uses_of(&self, user: UserId, vouchers: &[VoucherId]) -> Result<HashMap<VoucherId, u32>>;
    /// The voucher of that code.
    async fn voucher_by_code(&self, code: &str) -> Result<Option<Voucher>>;
}

/// Changing carts and vouchers.
#[async_trait]
pub trait CartWork {
    /// Adds a cart.
    ///
    /// # Errors
    /// `Conflict` on `active cart` when the user has one.
    async fn insert_cart(&mut self, cart: &Cart) -> Result<()>;
    /// A cart with its lines, locked until the unit ends where the database can lock rows. Whoever changes lines
    /// or vouchers begins here.
    async fn cart_for_update(&mut self, id: CartId) -> Result<Option<(Cart, Vec<CartLine>)>>;
    /// The vouchers of a cart, in the order they were applied.
    async fn vouchers_of_cart(&mut self, cart: CartId) -> Result<Vec<Voucher>>;
    /// Replaces everything about a cart but its token and currency, raises its version by one and returns it as
    /// stored.
    ///
    /// # Errors
    /// `VersionConflict` when `cart.version` is not the stored one; `Missing` when there is no such cart; `Conflict`
    /// on `active cart` when it is given to a user who has one.
    async fn update_cart(&mut self, cart: &Cart) -> Result<Cart>;
    /// Adds lines, or sets quantity, price and credit of those whose variant is in the cart.
    async fn save_cart_lines(&mut self, cart: CartId, lines: &[CartLine]) -> Result<()>;
    /// Removes lines of a cart. Unknown ids are ignored.
    async fn remove_cart_lines(&mut self, cart: CartId, ids: &[CartLineId]) -> Result<()>;
    /// Applies a voucher to a cart. False when it was applied already.
    async fn add_cart_voucher(&mut self, cart: CartId, voucher: VoucherId, now: Timestamp) -> Result<bool>;
    /// Takes a voucher off a cart. False when it was not applied.
    async fn remove_cart_voucher(&mut self, cart: CartId, voucher: VoucherId) -> Result<bool>;
    /// Removes active carts whose time has come, with their lines and vouchers, at most `limit`. Returns how many.
    async fn remove_expired_carts(&mut self, now: Timestamp, limit: usize) -> Result<u64>;
    /// Adds a voucher.
    ///
    /// # Errors
    /// `Conflict` on `voucher code`.
    async fn insert_voucher(&mut self, voucher: &Voucher) -> Result<()>;
    /// Replaces everything about a voucher but how often it was used and when it was made. False when there is no
    /// such voucher.
    ///
    /// # Errors
    /// `Conflict` on `voucher code`.
    async fn update_voucher(&mut self, voucher: &Voucher) -> Result<bool>;
    /// Counts a voucher for an order; its limits are checked under a lock, so that the last use is had once.
    ///
    /// # Errors
    /// `Missing` when there is no such voucher or order.
    async fn redeem_voucher(
        &mut self,
        voucher: VoucherId,
        order: OrderId,
        user: Option<UserId>,
        now: Timestamp,
    ) -> Result<Redemption>;
    /// Gives back the vouchers an order used: it was cancelled, or never paid for.
    async fn return_vouchers(&mut self, order: OrderId, now: Timestamp) -> Result<()>;
    /// Counts again what an order gave back, all of it or nothing: it was paid for after all. Only limits are checked:
    /// the vouchers were good when the order was placed.
    async fn redeem_again(&mut self, order: OrderId) -> Result<Redemption>;
}
