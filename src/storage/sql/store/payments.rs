//! Payments, refunds, gateways' notices.

use std::collections::HashMap;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::{OrderId, PaymentId, RefundId};
use crate::domain::payment::{Payment, PaymentEvent, PaymentEventKind, PaymentStatus, Refund, RefundStatus};
use crate::domain::time::Timestamp;
use crate::storage::error::{Result, StorageError};
use crate::storage::payments::{GatewayNotice, PaymentStore, PaymentWork};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::payments as sql;

#[async_trait]
impl PaymentStore for SqlStore {
    async fn payments(&self, ids: &[PaymentId]) -> Result<HashMap<PaymentId, Payment>> {
        self.load(sql::PAYMENTS_BY_ID, keys(ids), |row| payment(row).map(|payment| (payment.id, payment)))
            .await
    }

    async fn payments_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Payment>>> {
        self.load_groups(sql::PAYMENTS_OF_ORDERS, keys(orders), |row| {
            payment(row).map(|payment| (payment.order_id, payment))
        })
        .await
    }

    async fn payment_by_reference(&self, gateway: &str, reference: &str) -> Result<Option<Payment>> {
        let query = query(sql::PAYMENT_BY_REFERENCE).text(gateway).text(reference);
        self.read().await?.optional(query).await?.as_ref().map(payment).transpose()
    }

    async fn payment_by_key(&self, idempotency_key: &str) -> Result<Option<Payment>> {
        let query = query(sql::PAYMENT_BY_KEY).text(idempotency_key);
        self.read().await?.optional(query).await?.as_ref().map(payment).transpose()
    }

    async fn payments_in_status(
        &self,
        status: PaymentStatus,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Payment>> {
        let query = query(sql::PAYMENTS_IN_STATUS).text(status.as_str()).time(before).count(limit);
        self.read().await?.all(query).await?.iter().map(payment).collect()
    }

    async fn payment_events_of(
        &self,
        payments: &[PaymentId],
    ) -> Result<HashMap<PaymentId, Vec<PaymentEvent>>> {
        self.load_groups(sql::PAYMENT_EVENTS_OF, keys(payments), |row| {
            event(row).map(|event| (event.payment_id, event))
        })
        .await
    }

    async fn refunds(&self, ids: &[RefundId]) -> Result<HashMap<RefundId, Refund>> {
        self.load(sql::REFUNDS_BY_ID, keys(ids), |row| refund(row).map(|refund| (refund.id, refund))).await
    }

    async fn refunds_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Refund>>> {
        self.load_groups(sql::REFUNDS_OF_ORDERS, keys(orders), |row| {
            refund(row).map(|refund| (refund.order_id, refund))
        })
        .await
    }

    async fn refunds_in_status(
        &self,
        status: RefundStatus,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Refund>> {
        let query = query(sql::REFUNDS_IN_STATUS).text(status.as_str()).time(before).count(limit);
        self.read().await?.all(query).await?.iter().map(refund).collect()
    }

    async fn open_notices(&self, limit: usize) -> Result<Vec<GatewayNotice>> {
        let rows = self.read().await?.all(query(sql::OPEN_NOTICES).count(limit)).await?;
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row);
                Ok(GatewayNotice {
                    gateway: fields.text()?,
                    event_id: fields.text()?,
                    payload: fields.text()?,
                    received_at: fields.time()?,
                })
            })
            .collect()
    }
}

#[async_trait]
impl PaymentWork for SqlUnit {
    async fn insert_payment(&mut self, payment: &Payment) -> Result<()> {
        let query = query(sql::INSERT_PAYMENT)
            .id(payment.order_id)
            .id(payment.id)
            .text(&payment.gateway)
            .text(payment.status.as_str())
            .text(payment.currency.code())
            .bind(payment.amount_minor)
            .bind(payment.captured_minor)
            .bind(payment.refunded_minor)
            .maybe_text(payment.gateway_reference.as_deref())
            .bind(payment.next_action.as_ref().map(|action| action.write()))
            .text(&payment.idempotency_key)
            .time(payment.created_at)
            .time(payment.updated_at)
            .bind(1_i64)
            .bind(payment.terms.write());
        self.link.run(query).await.map(|_| ())
    }

    async fn payment_for_update(&mut self, id: PaymentId) -> Result<Option<Payment>> {
        let row = self.link.optional(query(sql::PAYMENT_FOR_UPDATE).id(id)).await?;
        row.as_ref().map(payment).transpose()
    }

    async fn payments_of_order(&mut self, order: OrderId) -> Result<Vec<Payment>> {
        self.link.listed(sql::PAYMENTS_OF_ORDERS, keys(&[order])).await?.iter().map(payment).collect()
    }

    async fn update_payment(&mut self, payment: &Payment) -> Result<Payment> {
        let query_update = query(sql::UPDATE_PAYMENT)
            .id(payment.id)
            .bind(payment.version)
            .text(payment.status.as_str())
            .bind(payment.captured_minor)
            .bind(payment.refunded_minor)
            .maybe_text(payment.gateway_reference.as_deref())
            .bind(payment.next_action.as_ref().map(|action| action.write()))
            .time(payment.updated_at);
        if self.link.run(query_update).await? == 0 {
            let row = self.link.optional(query(sql::VERSION_OF_PAYMENT).id(payment.id)).await?;
            let row = row.ok_or(StorageError::Missing { what: "payment" })?;
            return Err(StorageError::VersionConflict { current: Fields::of(&row).int()? });
        }
        Ok(Payment { version: payment.version + 1, ..payment.clone() })
    }

    async fn insert_payment_event(&mut self, event: &PaymentEvent) -> Result<()> {
        let query = query(sql::INSERT_PAYMENT_EVENT)
            .id(event.payment_id)
            .id(event.id)
            .text(event.kind.as_str())
            .bind(event.amount_minor)
            .maybe_text(event.gateway_event_id.as_deref())
            .maybe_text(event.message.as_deref())
            .time(event.at);
        self.link.run(query).await.map(|_| ())
    }

    async fn insert_refund(&mut self, refund: &Refund) -> Result<()> {
        let query = query(sql::INSERT_REFUND)
            .id(refund.order_id)
            .id(refund.id)
            .id(refund.payment_id)
            .text(refund.amount.currency().code())
            .bind(refund.amount.minor())
            .maybe_text(refund.reason.as_deref())
            .text(refund.status.as_str())
            .bind(refund.lines.write())
            .bind(refund.restock)
            .text(&refund.idempotency_key)
            .time(refund.created_at)
            .time(refund.updated_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn update_refund(&mut self, new: &Refund) -> Result<Option<Refund>> {
        let query = query(sql::UPDATE_REFUND).id(new.id).text(new.status.as_str()).time(new.updated_at);
        self.link.optional(query).await?.as_ref().map(refund).transpose()
    }

    async fn refunds_of_payment(&mut self, payment: PaymentId) -> Result<Vec<Refund>> {
        self.link.all(query(sql::REFUNDS_OF_PAYMENT).id(payment)).await?.iter().map(refund).collect()
    }

    async fn insert_notice(&mut self, notice: &GatewayNotice) -> Result<bool> {
        let query = query(sql::INSERT_NOTICE)
            .text(&notice.gateway)
            .text(&notice.event_id)
            .text(&notice.payload)
            .time(notice.received_at);
        Ok(self.link.run(query).await? > 0)
    }

    async fn settle_notice(&mut self, gateway: &str, event_id: &str, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::SETTLE_NOTICE).text(gateway).text(event_id).time(now)).await? > 0)
    }
}

fn payment(row: &Row) -> Result<Payment> {
    let mut fields = Fields::of(row);
    Ok(Payment {
        order_id: fields.id()?,
        id: fields.id()?,
        gateway: fields.text()?,
        status: fields.named("payment status", PaymentStatus::from_name)?,
        currency: fields.currency()?,
        amount_minor: fields.int()?,
        captured_minor: fields.int()?,
        refunded_minor: fields.int()?,
        gateway_reference: fields.maybe_text()?,
        next_action: fields.maybe_document("next action")?,
        idempotency_key: fields.text()?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
        version: fields.int()?,
        terms: fields.document("payment terms")?,
    })
}

fn event(row: &Row) -> Result<PaymentEvent> {
    let mut fields = Fields::of(row);
    Ok(PaymentEvent {
        payment_id: fields.id()?,
        id: fields.id()?,
        kind: fields.named("payment event", PaymentEventKind::from_name)?,
        amount_minor: fields.maybe_int()?,
        gateway_event_id: fields.maybe_text()?,
        message: fields.maybe_text()?,
        at: fields.time()?,
    })
}

fn refund(row: &Row) -> Result<Refund> {
    let mut fields = Fields::of(row);
    let (order_id, id, payment_id) = (fields.id()?, fields.id()?, fields.id()?);
    let currency = fields.currency()?;
    Ok(Refund {
        id,
        payment_id,
        order_id,
        amount: fields.money(currency)?,
        reason: fields.maybe_text()?,
        status: fields.named("refund status", RefundStatus::from_name)?,
        lines: fields.document("refund lines")?,
        restock: fields.flag()?,
        idempotency_key: fields.text()?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
    })
}
