//! Orders and stock as they change.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Subscription};
use futures_util::{Stream, StreamExt};

use super::enums::OrderStatus;
use super::types::Order;
use crate::error::Code;
use crate::graphql::auth::{caller, while_signed_in};
use crate::graphql::catalogue::ProductVariant;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::{self, GlobalId};
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::load;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;
use crate::services::orders::{StatusChange, StockLevel};

/// An order took another status.
struct OrderStatusEvent(StatusChange);

#[Object]
impl OrderStatusEvent {
    /// Pass it as `sinceEventId` to go on from here.
    async fn event_id(&self) -> ID {
        self.0.event.global()
    }

    /// As it is now.
    async fn order(&self, ctx: &Context<'_>) -> GraphqlResult<Order> {
        let found = load(ctx, self.0.order).await?;
        found.map(Order::from).ok_or_else(|| GraphqlError::of(Code::NotFound))
    }

    /// Null when it was just placed.
    async fn from(&self) -> Option<OrderStatus> {
        self.0.from.map(OrderStatus::from)
    }

    async fn to(&self) -> OrderStatus {
        self.0.to.into()
    }

    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// How many pieces of a variant can be bought.
struct StockEvent(StockLevel);

#[Object]
impl StockEvent {
    async fn variant(&self) -> ProductVariant {
        Arc::clone(&self.0.variant).into()
    }

    async fn available_quantity(&self) -> i32 {
        i32::try_from(self.0.variant.stock.available()).unwrap_or(i32::MAX)
    }

    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

#[derive(Default)]
pub struct OrderSubscription;

#[Subscription]
impl OrderSubscription {
    /// One order, or every order of the viewer when orderId is omitted; pass the last event id to catch up after a
    /// dropped socket. Without it, only what happens from now on. A guest follows the order placed from the cart whose
    /// token came with the socket.
    async fn order_status_changed(
        &self,
        ctx: &Context<'_>,
        order_id: Option<ID>,
        since_event_id: Option<ID>,
    ) -> Result<impl Stream<Item = GraphqlResult<OrderStatusEvent>> + use<>, GraphqlError> {
        let order = order_id.as_ref().map(global_id::decode).transpose();
        let order = order.map_err(|problem| GraphqlError::about("orderId", &problem))?;
        let since = since_event_id.as_ref().map(global_id::decode).transpose();
        let since = since.map_err(|problem| GraphqlError::about("sinceEventId", &problem))?;
        let changes = services(ctx).orders.follow(caller(ctx), order, since).await?;
        let events = changes.map(|change| change.map(OrderStatusEvent).map_err(GraphqlError::from));
        Ok(while_signed_in(ctx, events))
    }

    /// How many pieces can be bought, at once and after each change. At most 100 variants.
    #[graphql(directive = cost::apply(1, per(&["variantIds"])))]
    async fn stock_changed(
        &self,
        ctx: &Context<'_>,
        variant_ids: Vec<ID>,
    ) -> Result<impl Stream<Item = GraphqlResult<StockEvent>> + use<>, GraphqlError> {
        let variants = global_id::decode_all(&variant_ids);
        let variants = variants.map_err(|problem| GraphqlError::about("variantIds", &problem))?;
        let levels = services(ctx).orders.follow_stock(variants)?;
        Ok(levels.map(|level| level.map(StockEvent).map_err(GraphqlError::from)))
    }
}
