//! A cart as it is, and again after each of its changes.

use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream::unfold;

use super::{Carts, PricedCart};
use crate::bus::Topic;
use crate::domain::caller::Caller;
use crate::domain::ids::CartId;
use crate::services::error::{Problem, ServiceError};

impl Carts {
    /// The cart to follow: the one named, or the caller's own.
    pub async fn followed(&self, caller: &Caller, id: Option<CartId>) -> Result<CartId, ServiceError> {
        match id {
            Some(id) => self.accessible(caller, id).await.map(|cart| cart.id),
            None => {
                let own = self.own(caller).await?;
                let missing = || ServiceError::refuse(["cartId"], Problem::NotFound { what: "cart" });
                own.map(|cart| cart.cart.id).ok_or_else(missing)
            }
        }
    }
}

/// Reads the cart at once and after each delivery; several that wait are answered by one reading. The stream ends when
/// the bus closes, the cart is gone or not the caller's any more, or reading fails.
pub fn follow(
    carts: Arc<Carts>,
    caller: Caller,
    cart: CartId,
) -> impl Stream<Item = Result<PricedCart, ServiceError>> + Send + use<> {
    let mailbox = carts.bus.subscribe(&[Topic::Cart(cart.uuid())]);
    unfold(Some((carts, caller, mailbox, true)), move |state| async move {
        let (carts, caller, mut mailbox, first) = state?;
        if !first {
            mailbox.next().await?;
        }
        while mailbox.try_next().is_some() {}
        match carts.cart(&caller, cart).await {
            Ok(Some(found)) => Some((Ok(found), Some((carts, caller, mailbox, false)))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}
