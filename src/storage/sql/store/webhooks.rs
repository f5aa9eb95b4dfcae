//! Webhooks and their deliveries.

use std::collections::HashMap;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, list_query, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::{WebhookDeliveryId, WebhookId};
use crate::domain::job::JobStatus;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Webhook, WebhookDelivery, WebhookEvent};
use crate::storage::error::{Result, StorageError};
use crate::storage::sql::statements::webhooks as sql;
use crate::storage::webhooks::{WebhookStore, WebhookWork};

#[async_trait]
impl WebhookStore for SqlStore {
    async fn webhooks(&self) -> Result<Vec<Webhook>> {
        self.read().await?.all(query(sql::WEBHOOKS)).await?.iter().map(webhook).collect()
    }

    async fn webhooks_by_id(&self, ids: &[WebhookId]) -> Result<HashMap<WebhookId, Webhook>> {
        self.load(sql::WEBHOOKS_BY_ID, keys(ids), |row| webhook(row).map(|one| (one.id, one))).await
    }

    async fn webhook_deliveries(
        &self,
        ids: &[WebhookDeliveryId],
    ) -> Result<HashMap<WebhookDeliveryId, WebhookDelivery>> {
        self.load(sql::DELIVERIES_BY_ID, keys(ids), |row| delivery(row).map(|one| (one.id, one))).await
    }

    async fn deliveries_of(
        &self,
        webhooks: &[WebhookId],
        limit: usize,
    ) -> Result<HashMap<WebhookId, Vec<WebhookDelivery>>> {
        let mut deliveries: HashMap<WebhookId, Vec<WebhookDelivery>> = HashMap::new();
        if webhooks.is_empty() {
            return Ok(deliveries);
        }
        let query = list_query(sql::DELIVERIES_OF, &keys(webhooks), |query| query.count(limit));
        for row in &self.read().await?.all(query).await? {
            let one = delivery(row)?;
            deliveries.entry(one.webhook_id).or_default().push(one);
        }
        Ok(deliveries)
    }
}

#[async_trait]
impl WebhookWork for SqlUnit {
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<()> {
        let events: Vec<&str> = webhook.events.iter().map(|event| event.as_str()).collect();
        let query = query(sql::INSERT_WEBHOOK)
            .id(webhook.id)
            .text(&webhook.url)
            .bind(events.join(" "))
            .text(&webhook.secret)
            .time(webhook.created_at)
            .maybe_time(webhook.removed_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn remove_webhook(&mut self, id: WebhookId, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::REMOVE_WEBHOOK).id(id).time(now)).await? > 0)
    }

    async fn insert_deliveries(&mut self, deliveries: &[WebhookDelivery]) -> Result<()> {
        self.link
            .run_rows(sql::INSERT_DELIVERIES, deliveries, |query, one| {
                query
                    .id(one.id)
                    .id(one.webhook_id)
                    .text(&one.event_id)
                    .text(one.event.as_str())
                    .text(&one.payload)
                    .text(one.status.as_str())
                    .bind(i64::from(one.attempts))
                    .bind(one.response_status.map(i64::from))
                    .maybe_time(one.next_attempt_at)
                    .time(one.created_at)
            })
            .await
            .map(|_| ())
    }

    async fn update_delivery(&mut self, delivery: &WebhookDelivery) -> Result<()> {
        let query = query(sql::UPDATE_DELIVERY)
            .id(delivery.id)
            .text(delivery.status.as_str())
            .bind(i64::from(delivery.attempts))
            .bind(delivery.response_status.map(i64::from))
            .maybe_time(delivery.next_attempt_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn remove_deliveries(&mut self, before: Timestamp) -> Result<u64> {
        self.link.run(query(sql::REMOVE_DELIVERIES).time(before)).await
    }
}

fn webhook(row: &Row) -> Result<Webhook> {
    let mut fields = Fields::of(row);
    let (id, url, events) = (fields.id()?, fields.text()?, fields.text()?);
    let event = |name: &str| {
        WebhookEvent::from_name(name)
            .ok_or_else(|| StorageError::Corrupt { what: "webhook event", detail: name.to_owned() })
    };
    Ok(Webhook {
        id,
        url,
        events: events.split_whitespace().map(event).collect::<Result<_>>()?,
        secret: fields.text()?,
        created_at: fields.time()?,
        removed_at: fields.maybe_time()?,
    })
}

fn delivery(row: &Row) -> Result<WebhookDelivery> {
    let mut fields = Fields::of(row);
    Ok(WebhookDelivery {
        id: fields.id()?,
        webhook_id: fields.id()?,
        event_id: fields.text()?,
        event: fields.named("webhook event", WebhookEvent::from_name)?,
        payload: fields.text()?,
        status: fields.named("job status", JobStatus::from_name)?,
        attempts: fields.small("attempts")?,
        response_status: fields.maybe_int()?.and_then(|status| u16::try_from(status).ok()),
        next_attempt_at: fields.maybe_time()?,
        created_at: fields.time()?,
    })
}
