//! Orders as clients read them. Whoever holds one may see all of it: who may is decided where orders are found.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::enums::{OrderStatus, PaymentStatus};
use super::fulfillment::Fulfillment;
use crate::domain::ids::UserId;
use crate::domain::money::Currency;
use crate::domain::money::Money;
use crate::domain::order;
use crate::graphql::carts::{AppliedVoucher, Cost, ShippingOption};
use crate::graphql::catalogue::{Product, ProductVariant};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::{
    FulfillmentsOf, OrderEventsOf, OrderLinesOf, PaymentsOf, RefundsOf, load, visible_product,
};
use crate::graphql::money::MoneyOutput;
use crate::graphql::payments::{Payment, Refund};
use crate::graphql::people::{Address, User};
use crate::graphql::scalars::DateTime;

/// An order. Its lines, prices and addresses are those of the purchase and never change.
#[derive(Clone)]
pub struct Order(Arc<order::Order>);

impl From<Arc<order::Order>> for Order {
    fn from(order: Arc<order::Order>) -> Self {
        Self(order)
    }
}

impl From<order::Order> for Order {
    fn from(order: order::Order) -> Self {
        Self(Arc::new(order))
    }
}

/// Name, SKU and prices are copied at purchase and never change.
#[derive(Clone)]
pub struct OrderLine {
    line: Arc<order::OrderLine>,
    currency: Currency,
}

impl OrderLine {
    pub(crate) fn of(line: Arc<order::OrderLine>, currency: Currency) -> Self {
        Self { line, currency }
    }

    fn money(&self, minor: i64) -> MoneyOutput {
        Money::new(minor, self.currency).into()
    }
}

/// Something that happened to an order.
#[derive(SimpleObject)]
struct OrderEvent {
    id: ID,
    /// `PLACED`, `STATUS_CHANGED`, `PAYMENT`, `SHIPMENT`, `REFUND`.
    kind: String,
    /// The status before, when it changed.
    from: Option<OrderStatus>,
    /// The status after, when it changed.
    to: Option<OrderStatus>,
    /// Who did it; null when the shop itself, or a guest.
    actor: Option<User>,
    message: Option<String>,
    created_at: DateTime,
}

async fn user(ctx: &Context<'_>, id: Option<UserId>) -> GraphqlResult<Option<User>> {
    match id {
        Some(id) => Ok(load(ctx, id).await?.map(User::from)),
        None => Ok(None),
    }
}

#[Object]
impl Order {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// What people call it.
    async fn number(&self) -> &str {
        &self.0.number
    }

    async fn status(&self) -> OrderStatus {
        self.0.status.into()
    }

    /// The statuses it may take next.
    async fn allowed_transitions(&self) -> Vec<OrderStatus> {
        self.0.status.allowed_transitions().iter().map(|status| (*status).into()).collect()
    }

    async fn payment_status(&self) -> PaymentStatus {
        self.0.payment_status.into()
    }

    /// Null for guests and closed accounts.
    async fn user(&self, ctx: &Context<'_>) -> GraphqlResult<Option<User>> {
        user(ctx, self.0.user_id).await
    }

    /// Null for imported orders.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_ref().map(|email| email.as_str())
    }

    async fn lines(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<OrderLine>> {
        let lines = load(ctx, OrderLinesOf(self.0.id)).await?.unwrap_or_default();
        let line = |line: &order::OrderLine| OrderLine::of(Arc::new(line.clone()), self.0.cost.currency);
        Ok(lines.iter().map(line).collect())
    }

    async fn cost(&self) -> Cost {
        Cost::from(&self.0.cost)
    }

    async fn vouchers(&self) -> Vec<AppliedVoucher> {
        self.0.vouchers.iter().map(|voucher| AppliedVoucher::of(voucher, &self.0.cost)).collect()
    }

    async fn paid_total(&self) -> MoneyOutput {
        self.0.money(self.0.paid_minor).into()
    }

    async fn refunded_total(&self) -> MoneyOutput {
        self.0.money(self.0.refunded_minor).into()
    }

    async fn shipping_address(&self) -> Option<Address> {
        self.0.shipping_address.as_ref().map(Address::from)
    }

    async fn billing_address(&self) -> Option<Address> {
        self.0.billing_address.as_ref().map(Address::from)
    }

    async fn shipping_option(&self) -> Option<ShippingOption> {
        self.0.shipping_option.as_ref().map(ShippingOption::from)
    }

    /// Its payments, oldest first.
    async fn payments(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Payment>> {
        let payments = load(ctx, PaymentsOf(self.0.id)).await?.unwrap_or_default();
        Ok(payments.iter().cloned().map(Payment::from).collect())
    }

    /// What was given back, or is about to be, oldest first.
    async fn refunds(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Refund>> {
        let refunds = load(ctx, RefundsOf(self.0.id)).await?.unwrap_or_default();
        Ok(refunds.iter().cloned().map(Refund::from).collect())
    }

    /// Its parcels, oldest first.
    async fn fulfillments(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Fulfillment>> {
        let parcels = load(ctx, FulfillmentsOf(self.0.id)).await?.unwrap_or_default();
        let parcel = |parcel: &crate::domain::fulfillment::Fulfillment| {
            Fulfillment::of(Arc::new(parcel.clone()), self.0.cost.currency)
        };
        Ok(parcels.iter().map(parcel).collect())
    }

    /// Everything that happened to it, oldest first.
    async fn events(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<OrderEvent>> {
        let events = load(ctx, OrderEventsOf(self.0.id)).await?.unwrap_or_default();
        let told = events.iter().map(|event| async move {
            Ok(OrderEvent {
                id: event.id.global(),
                kind: event.kind.clone(),
                from: event.from.map(OrderStatus::from),
                to: event.to.map(OrderStatus::from),
                actor: user(ctx, event.actor_id).await?,
                message: event.message.clone(),
                created_at: event.created_at.into(),
            })
        });
        futures_util::future::try_join_all(told).await
    }

    /// What the buyer wanted to say.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    async fn placed_at(&self) -> DateTime {
        self.0.placed_at.into()
    }

    /// Until when its goods are held; null once it is paid or has ended.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime::from)
    }

    async fn cancelled_at(&self) -> Option<DateTime> {
        self.0.cancelled_at.map(DateTime::from)
    }

    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// Rises with every change.
    async fn version(&self) -> i32 {
        i32::try_from(self.0.version).unwrap_or(i32::MAX)
    }
}

fn pieces(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[Object]
impl OrderLine {
    pub(crate) async fn id(&self) -> ID {
        self.line.id.global()
    }

    /// As it is now; null when it is no longer on sale.
    async fn product(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Product>> {
        Ok(visible_product(ctx, self.line.product_id).await?.map(Product::from))
    }

    /// As it is now; null when it is gone.
    async fn variant(&self, ctx: &Context<'_>) -> GraphqlResult<Option<ProductVariant>> {
        Ok(load(ctx, self.line.variant_id).await?.map(ProductVariant::from))
    }

    async fn product_name(&self) -> &str {
        &self.line.product_name
    }

    async fn sku(&self) -> &str {
        &self.line.sku
    }

    async fn quantity(&self) -> i32 {
        pieces(self.line.quantity)
    }

    /// How many are on their way or arrived.
    async fn fulfilled_quantity(&self) -> i32 {
        pieces(self.line.fulfilled_quantity)
    }

    async fn refunded_quantity(&self) -> i32 {
        pieces(self.line.refunded_quantity)
    }

    async fn unit_price(&self) -> MoneyOutput {
        self.money(self.line.unit_price_minor)
    }

    async fn discount(&self) -> MoneyOutput {
        self.money(self.line.discount_minor)
    }

    async fn tax(&self) -> MoneyOutput {
        self.money(self.line.tax_minor)
    }

    async fn total(&self) -> MoneyOutput {
        self.money(self.line.total_minor)
    }
}
