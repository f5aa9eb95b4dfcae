//! Orders that ended, or were paid too much: what is only promised is let go, and what is owed goes back.

use super::refund::Reserved;
use super::settle::Source;
use super::{Payments, ServiceError, refusal};
use crate::domain::ids::OrderId;
use crate::domain::order::{Order, OrderStatus};
use crate::domain::payment::{Payment, PaymentStatus, Refund, RefundStatus};
use crate::payments::{GatewayError, Report, Stage};

impl Payments {
    /// Calls off the open payments of an order that wants none any more, and gives back what is owed. May be done any
    /// number of times.
    ///
    /// # Errors
    /// When a gateway did not answer: then do it again later.
    pub async fn settle_up(&self, id: OrderId) -> Result<(), ServiceError> {
        let Some(order) = self.storage.orders(&[id]).await?.remove(&id) else { return Ok(()) };
        if wants_no_payment(&order) {
            let payments = self.storage.payments_of(&[id]).await?.remove(&id).unwrap_or_default();
            for payment in payments.into_iter().filter(is_open) {
                let gateway = self.gateway_of(&payment)?;
                let report = match gateway.void(&payment).await {
                    Ok(report) => report,
                    Err(GatewayError::Unknown) => Report::at(Stage::Voided),
                    Err(error) => return Err(refusal(&payment.gateway, error)),
                };
                self.settle(payment.id, &report, Source::Answer).await?;
            }
        }
        for reserved in self.reserve_what_is_owed(id).await? {
            let done = self.ask_for(reserved, false).await?;
            if let Some(refusal) = done.refusal {
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// Under the order's lock: what is owed and not on its way back yet, out of the payments that still hold something.
    async fn reserve_what_is_owed(&self, id: OrderId) -> Result<Vec<Reserved>, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let Some(order) = unit.order_for_update(id).await? else { return Ok(Vec::new()) };
        let payments = unit.payments_of_order(id).await?;
        let gone: i64 = payments.iter().map(|payment| payment.refunded_minor).sum();
        let on_its_way = gone.saturating_sub(order.refunded_minor);
        let mut owed = order.owed_back().minor().saturating_sub(on_its_way);
        let mut reserved = Vec::new();
        // The latest payment is the one too many.
        for payment in payments.iter().rev() {
            let amount = owed.min(payment.refundable().minor());
            if amount <= 0 {
                continue;
            }
            owed -= amount;
            let Some(payment) = unit.payment_for_update(payment.id).await? else { continue };
            let now = self.context.now();
            let refund = Refund {
                id: self.context.new_id(),
                payment_id: payment.id,
                order_id: id,
                amount: order.money(amount),
                reason: Some(reason(&order).to_owned()),
                status: RefundStatus::Pending,
                lines: Vec::new(),
                restock: false,
                idempotency_key: format!("settle-up:{}:{}", payment.id, payment.version),
                created_at: now,
                updated_at: now,
            };
            let payment = self.write(unit.as_mut(), payment, &refund).await?;
            reserved.push(Reserved { payment, refund });
        }
        if !reserved.is_empty() {
            unit.save().await?;
        }
        Ok(reserved)
    }
}

fn is_open(payment: &Payment) -> bool {
    matches!(payment.status, PaymentStatus::Pending | PaymentStatus::Authorized)
}

/// Whether nothing is to be taken for an order any more.
pub(super) fn wants_no_payment(order: &Order) -> bool {
    match order.status {
        OrderStatus::Created => order.due().is_zero(),
        _ => true,
    }
}

const fn reason(order: &Order) -> &'static str {
    match order.status {
        OrderStatus::Cancelled => "the order was cancelled",
        OrderStatus::Expired => "paid after the order had expired",
        _ => "paid more than the order costs",
    }
}
