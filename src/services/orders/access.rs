//! Who may see an order and act on it, and how orders are found.
//!
//! A user's orders are the user's. A guest reaches an order with the token of the cart it was placed from, or by
//! naming its number (which cannot be guessed) and the e-mail address it was placed with. Staff need `ORDERS_MANAGE`.

use super::{Orders, Problem, ServiceError};
use crate::domain::caller::{Caller, Permission};
use crate::domain::ids::OrderId;
use crate::domain::limits;
use crate::domain::order::Order;
use crate::domain::text::Email;
use crate::services::carts::token_hash;
use crate::storage::orders::OrderFilter;
use crate::storage::{Page, PageRequest};

impl Orders {
    /// Whether the caller may see the order.
    pub async fn may_see(&self, caller: &Caller, order: &Order) -> Result<bool, ServiceError> {
        if order.user_id.is_some_and(|owner| caller.is_user(owner)) || caller.may(Permission::OrdersManage) {
            return Ok(true);
        }
        if order.user_id.is_some() {
            return Ok(false);
        }
        let Some(hash) = token_hash(caller) else { return Ok(false) };
        let cart = self.storage.cart_by_token(&hash).await?;
        Ok(cart.is_some_and(|cart| cart.order_id == Some(order.id)))
    }

    /// The order of that id, if the caller may see it.
    pub async fn order(&self, caller: &Caller, id: OrderId) -> Result<Option<Order>, ServiceError> {
        match self.storage.orders(&[id]).await?.remove(&id) {
            Some(order) if self.may_see(caller, &order).await? => Ok(Some(order)),
            _ => Ok(None),
        }
    }

    /// The order of that number, if the caller may see it or names the address a guest placed it with.
    pub async fn order_by_number(
        &self,
        caller: &Caller,
        number: &str,
        email: Option<&str>,
    ) -> Result<Option<Order>, ServiceError> {
        if number.len() > limits::KEY || number.contains('\0') {
            return Ok(None);
        }
        let Some(order) = self.storage.order_by_number(number).await? else { return Ok(None) };
        let named = email.and_then(|email| Email::parse(email).ok());
        let placed_so = order.user_id.is_none() && named.is_some() && named == order.email;
        let seen = placed_so || self.may_see(caller, &order).await?;
        Ok(seen.then_some(order))
    }

    /// The order somebody wants to change: theirs, or anybody's for staff.
    pub(super) async fn to_change(&self, caller: &Caller, id: OrderId) -> Result<Order, ServiceError> {
        let found = self.storage.orders(&[id]).await?.remove(&id);
        match found {
            Some(order) if self.may_see(caller, &order).await? => Ok(order),
            Some(_) if caller.signed_in.is_some() => Err(ServiceError::Forbidden),
            Some(_) => Err(ServiceError::Unauthenticated),
            None if caller.signed_in.is_none() && caller.cart_token.is_none() => {
                Err(ServiceError::Unauthenticated)
            }
            None => Err(missing()),
        }
    }

    /// A page of orders, the latest placed first. Who may ask is checked at the edge.
    pub async fn list(&self, filter: &OrderFilter, page: &PageRequest) -> Result<Page<Order>, ServiceError> {
        Ok(self.storage.list_orders(filter, page).await?)
    }

    pub async fn count(&self, filter: &OrderFilter) -> Result<i64, ServiceError> {
        Ok(self.storage.count_orders(filter).await?)
    }
}

pub(super) fn missing() -> ServiceError {
    ServiceError::refuse(["orderId"], Problem::NotFound { what: "order" })
}
