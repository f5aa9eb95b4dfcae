//! Payments and refunds as clients read them. Whoever sees an order sees its payments.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject, Union};

use super::enums::{PaymentEventKind, RefundStatus};
use super::gateway::PaymentGateway;
use crate::domain::caller::Permission as Right;
use crate::domain::money::Money;
use crate::domain::payment;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::{PaymentEventsOf, load, load_many};
use crate::graphql::money::MoneyOutput;
use crate::graphql::orders::{Order, OrderLine, PaymentStatus};
use crate::graphql::scalars::{DateTime, Url};

/// One payment of an order through one gateway.
#[derive(Clone)]
pub struct Payment(Arc<payment::Payment>);

impl From<Arc<payment::Payment>> for Payment {
    fn from(payment: Arc<payment::Payment>) -> Self {
        Self(payment)
    }
}

impl From<payment::Payment> for Payment {
    fn from(payment: payment::Payment) -> Self {
        Self(Arc::new(payment))
    }
}

/// Money given back, or about to be.
#[derive(Clone)]
pub struct Refund(Arc<payment::Refund>);

impl From<Arc<payment::Refund>> for Refund {
    fn from(refund: Arc<payment::Refund>) -> Self {
        Self(refund)
    }
}

impl From<payment::Refund> for Refund {
    fn from(refund: payment::Refund) -> Self {
        Self(Arc::new(refund))
    }
}

/// What the buyer must do next: go to a page (Alipay), scan a code (WeChat Pay) or confirm in the gateway's own widget
/// (Stripe).
#[derive(Union)]
enum PaymentNextAction {
    Redirect(PaymentRedirect),
    QrCode(PaymentQrCode),
    ClientSecret(PaymentClientSecret),
}

/// A page to go to.
#[derive(SimpleObject)]
struct PaymentRedirect {
    url: Url,
    expires_at: Option<DateTime>,
}

/// A code to scan.
#[derive(SimpleObject)]
struct PaymentQrCode {
    /// What the code says.
    payload: String,
    expires_at: Option<DateTime>,
}

/// What the gateway's own widget is given.
#[derive(SimpleObject)]
struct PaymentClientSecret {
    client_secret: String,
    publishable_key: String,
}

impl From<&payment::PaymentNextAction> for PaymentNextAction {
    fn from(action: &payment::PaymentNextAction) -> Self {
        match action.clone() {
            payment::PaymentNextAction::Redirect { url, expires_at } => {
                Self::Redirect(PaymentRedirect { url: Url(url), expires_at: expires_at.map(DateTime::from) })
            }
            payment::PaymentNextAction::QrCode { payload, expires_at } => {
                Self::QrCode(PaymentQrCode { payload, expires_at: expires_at.map(DateTime::from) })
            }
            payment::PaymentNextAction::ClientSecret { client_secret, publishable_key } => {
                Self::ClientSecret(PaymentClientSecret { client_secret, publishable_key })
            }
        }
    }
}

/// Something that happened to a payment.
#[derive(SimpleObject)]
struct PaymentEvent {
    id: ID,
    kind: PaymentEventKind,
    amount: Option<MoneyOutput>,
    /// The gateway's own name for the event that told of it.
    gateway_event_id: Option<String>,
    message: Option<String>,
    at: DateTime,
}

impl Payment {
    fn money(&self, minor: i64) -> MoneyOutput {
        Money::new(minor, self.0.currency).into()
    }
}

#[Object]
impl Payment {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn order(&self, ctx: &Context<'_>) -> GraphqlResult<Order> {
        let order = load(ctx, self.0.order_id).await?;
        order.map(Order::from).ok_or_else(|| GraphqlError::internal("a payment of no order"))
    }

    async fn gateway(&self, ctx: &Context<'_>) -> PaymentGateway {
        PaymentGateway::named(ctx, &self.0.gateway)
    }

    async fn status(&self) -> PaymentStatus {
        self.0.status.into()
    }

    /// What was asked for.
    async fn amount(&self) -> MoneyOutput {
        self.money(self.0.amount_minor)
    }

    async fn captured_amount(&self) -> MoneyOutput {
        self.money(self.0.captured_minor)
    }

    /// What went back or is on its way back.
    async fn refunded_amount(&self) -> MoneyOutput {
        self.money(self.0.refunded_minor)
    }

    /// The gateway's own name for it.
    async fn gateway_reference(&self) -> Option<&str> {
        self.0.gateway_reference.as_deref()
    }

    async fn next_action(&self) -> Option<PaymentNextAction> {
        self.0.next_action.as_ref().map(PaymentNextAction::from)
    }

    #[graphql(guard = "Requires(Right::PaymentsManage)", directive = auth::apply(only(Right::PaymentsManage), None, None))]
    async fn idempotency_key(&self) -> &str {
        &self.0.idempotency_key
    }

    /// Everything that happened to it, oldest first.
    #[graphql(guard = "Requires(Right::PaymentsManage)", directive = auth::apply(only(Right::PaymentsManage), None, None))]
    async fn events(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<PaymentEvent>> {
        let events = load(ctx, PaymentEventsOf(self.0.id)).await?.unwrap_or_default();
        let event = |event: &payment::PaymentEvent| PaymentEvent {
            id: event.id.global(),
            kind: event.kind.into(),
            amount: event.amount_minor.map(|minor| self.money(minor)),
            gateway_event_id: event.gateway_event_id.clone(),
            message: event.message.clone(),
            at: event.at.into(),
        };
        Ok(events.iter().map(event).collect())
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

#[Object]
impl Refund {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn payment(&self, ctx: &Context<'_>) -> GraphqlResult<Payment> {
        let payment = load(ctx, self.0.payment_id).await?;
        payment.map(Payment::from).ok_or_else(|| GraphqlError::internal("a refund of no payment"))
    }

    async fn amount(&self) -> MoneyOutput {
        self.0.amount.into()
    }

    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    async fn status(&self) -> RefundStatus {
        self.0.status.into()
    }

    /// For which lines; empty for an amount alone.
    async fn lines(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<OrderLine>> {
        let ids: Vec<_> = self.0.lines.iter().map(|(line, _)| *line).collect();
        let mut found = load_many(ctx, ids.iter().copied()).await?;
        let currency = self.0.amount.currency();
        Ok(ids.iter().filter_map(|id| found.remove(id)).map(|line| OrderLine::of(line, currency)).collect())
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
