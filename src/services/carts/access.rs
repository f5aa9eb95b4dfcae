//! Whose cart it is: the signed-in user's own, or the one whose token the guest holds.

use super::{Carts, PricedCart};
use crate::domain::caller::Caller;
use crate::domain::cart::{Cart, CartStatus};
use crate::domain::ids::CartId;
use crate::services::accounts::tokens;
use crate::services::error::{Problem, ServiceError};

/// A cart to work on: one that is there, or one to be made in the same unit as its first change.
pub(in crate::services) enum Target {
    Existing(CartId),
    New(Box<Cart>, Option<String>),
}

/// Whether the caller may see and change the cart. A token opens a cart only as long as it belongs to nobody.
pub(in crate::services) fn may_use(caller: &Caller, cart: &Cart) -> bool {
    match cart.user_id {
        Some(user) => caller.is_user(user),
        None => cart.token_hash.is_some() && cart.token_hash == token_hash(caller),
    }
}

/// The stored form of the token a guest sent.
pub(in crate::services) fn token_hash(caller: &Caller) -> Option<String> {
    caller.cart_token.as_deref().and_then(tokens::stored_form)
}

impl Carts {
    /// A cart the caller may see, whatever its state.
    pub async fn cart(&self, caller: &Caller, id: CartId) -> Result<Option<PricedCart>, ServiceError> {
        match self.storage.carts(&[id]).await?.remove(&id).filter(|cart| may_use(caller, cart)) {
            Some(cart) => self.view(cart).await.map(Some),
            None => Ok(None),
        }
    }

    /// The caller's active cart, if there is one.
    pub async fn own(&self, caller: &Caller) -> Result<Option<PricedCart>, ServiceError> {
        match self.own_row(caller).await? {
            Some(cart) => self.view(cart).await.map(Some),
            None => Ok(None),
        }
    }

    async fn own_row(&self, caller: &Caller) -> Result<Option<Cart>, ServiceError> {
        if let Some(user) = caller.user() {
            return Ok(self.storage.active_cart_of(user).await?);
        }
        let Some(hash) = token_hash(caller) else { return Ok(None) };
        let found = self.storage.cart_by_token(&hash).await?;
        Ok(found.filter(|cart| cart.status == CartStatus::Active && may_use(caller, cart)))
    }

    /// The cart named, if it is the caller's; the caller's own, made where there is none.
    pub(super) async fn target(&self, caller: &Caller, id: Option<CartId>) -> Result<Target, ServiceError> {
        if let Some(id) = id {
            self.accessible(caller, id).await?;
            return Ok(Target::Existing(id));
        }
        if let Some(cart) = self.own_row(caller).await? {
            return Ok(Target::Existing(cart.id));
        }
        let token = caller.user().is_none().then(|| tokens::new_refresh_token(&self.context));
        let now = self.context.now();
        let cart = Cart {
            id: self.context.new_id(),
            token_hash: token.as_deref().and_then(tokens::stored_form),
            user_id: caller.user(),
            status: CartStatus::Active,
            currency: self.tariff.currency(),
            email: None,
            shipping_address: None,
            billing_address: None,
            shipping_option_id: None,
            order_id: None,
            created_at: now,
            updated_at: now,
            expires_at: Some(now + self.life),
            version: 1,
        };
        Ok(Target::New(Box::new(cart), token))
    }

    /// The cart of that id, if it is the caller's.
    pub(in crate::services) async fn accessible(
        &self,
        caller: &Caller,
        id: CartId,
    ) -> Result<Cart, ServiceError> {
        let found = self.storage.carts(&[id]).await?.remove(&id).filter(|cart| may_use(caller, cart));
        found.ok_or_else(|| ServiceError::refuse(["cartId"], Problem::NotFound { what: "cart" }))
    }
}
