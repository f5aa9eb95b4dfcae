//! The contract of payments, refunds and what gateways send.

use std::collections::HashMap;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::ids::{OrderId, PaymentId, RefundId};
use crate::domain::payment::{Payment, PaymentEvent, PaymentStatus, Refund, RefundStatus};
use crate::domain::time::Timestamp;

/// A gateway's notice, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayNotice {
    /// Which gateway.
    pub gateway: String,
    /// The gateway's own name for it. Unique for each gateway.
    pub event_id: String,
    /// What it said, once its signature was checked.
    pub payload: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// Reading payments.
#[async_trait]
pub trait PaymentStore {
    /// Payments by id.
    async fn payments(&self, ids: &[PaymentId]) -> Result<HashMap<PaymentId, Payment>>;
    /// The payments of each order, oldest first.
    async fn payments_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Payment>>>;
    /// The payment a gateway knows by that name.
    async fn payment_by_reference(&self, gateway: &str, reference: &str) -> Result<Option<Payment>>;
    /// The payment made with that key.
    async fn payment_by_key(&self, idempotency_key: &str) -> Result<Option<Payment>>;
    /// Payments in one state that have not changed since `before`, the longest first: to ask the gateway about.
    async fn payments_in_status(
        &self,
        status: PaymentStatus,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Payment>>;
    /// What happened to each payment, oldest first.
    async fn payment_events_of(
        &self,
        payments: &[PaymentId],
    ) -> Result<HashMap<PaymentId, Vec<PaymentEvent>>>;
    /// Refunds by id.
    async fn refunds(&self, ids: &[RefundId]) -> Result<HashMap<RefundId, Refund>>;
    /// The refunds of each order, oldest first.
    async fn refunds_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Refund>>>;
    /// Refunds in one state that have not changed since `before`, the longest first: to ask the gateway about.
    async fn refunds_in_status(
        &self,
        status: RefundStatus,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Refund>>;
    /// Notices taken in but not settled yet, oldest first.
    async fn open_notices(&self, limit: usize) -> Result<Vec<GatewayNotice>>;
}

/// Changing payments.
#[async_trait]
pub trait PaymentWork {
    /// Adds a payment.
    ///
    /// # Errors
    /// `Conflict` on `idempotency key`; `Missing` when the order does not exist.
    async fn insert_payment(&mut self, payment: &Payment) -> Result<()>;
    /// A payment, locked until the unit ends where the database can lock rows. Lock the order first.
    async fn payment_for_update(&mut self, id: PaymentId) -> Result<Option<Payment>>;
    /// The payments of an order, oldest first, as this unit sees them.
    async fn payments_of_order(&mut self, order: OrderId) -> Result<Vec<Payment>>;
    /// Replaces how a payment stands, raises its version by one and returns it as stored. More than was asked for
    /// is never taken, more than was taken never given back: the database itself refuses.
    ///
    /// # Errors
    /// `VersionConflict` when `payment.version` is not the stored one; `Missing` when there is no such payment.
    async fn update_payment(&mut self, payment: &Payment) -> Result<Payment>;
    /// Adds to a payment's history.
    async fn insert_payment_event(&mut self, event: &PaymentEvent) -> Result<()>;
    /// Adds a refund.
    ///
    /// # Errors
    /// `Conflict` on `idempotency key`.
    async fn insert_refund(&mut self, refund: &Refund) -> Result<()>;
    /// Sets how a refund stands. `None` when there is no such refund.
    async fn update_refund(&mut self, refund: &Refund) -> Result<Option<Refund>>;
    /// The refunds of a payment, oldest first.
    async fn refunds_of_payment(&mut self, payment: PaymentId) -> Result<Vec<Refund>>;
    /// Takes a notice in. False when it came before.
    async fn insert_notice(&mut self, notice: &GatewayNotice) -> Result<bool>;
    /// Marks a notice as settled. False when it was already, so that of two who settle it one does the work.
    async fn settle_notice(&mut self, gateway: &str, event_id: &str, now: Timestamp) -> Result<bool>;
}
