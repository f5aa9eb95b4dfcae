//! Carts as they change.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription};
use futures_util::{Stream, StreamExt};

use super::input::cart_id;
use super::types::Cart;
use crate::graphql::auth::{caller, while_signed_in};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::services;
use crate::services::carts::follow;

#[derive(Default)]
pub struct CartSubscription;

#[Subscription]
impl CartSubscription {
    /// The cart at once, and again after each change. Without `cartId` the caller's own.
    async fn cart_changed(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
    ) -> Result<impl Stream<Item = GraphqlResult<Cart>> + use<>, GraphqlError> {
        let carts = &services(ctx).carts;
        let cart = carts.followed(caller(ctx), self::cart_id(cart_id.as_ref())?).await?;
        let followed = follow(Arc::clone(carts), caller(ctx).clone(), cart);
        let carts = followed.map(|cart| cart.map(Cart::from).map_err(GraphqlError::from));
        Ok(while_signed_in(ctx, carts))
    }
}
