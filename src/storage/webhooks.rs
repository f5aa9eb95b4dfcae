//! The contract of webhooks: servers that hear of events, and what was sent to them.

use std::collections::HashMap;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::ids::{WebhookDeliveryId, WebhookId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Webhook, WebhookDelivery};

/// Reading webhooks.
#[async_trait]
pub trait WebhookStore {
    /// Every server that was not removed, oldest first, at most 100.
    async fn webhooks(&self) -> Result<Vec<Webhook>>;
    /// Servers by id, removed ones included.
    async fn webhooks_by_id(&self, ids: &[WebhookId]) -> Result<HashMap<WebhookId, Webhook>>;
    /// Deliveries by id.
    async fn webhook_deliveries(
        &self,
        ids: &[WebhookDeliveryId],
    ) -> Result<HashMap<WebhookDeliveryId, WebhookDelivery>>;
    /// The latest deliveries to each server, newest first, at most `limit` of each.
    async fn deliveries_of(
        &self,
        webhooks: &[WebhookId],
        limit: usize,
    ) -> Result<HashMap<WebhookId, Vec<WebhookDelivery>>>;
}

/// Changing webhooks.
#[async_trait]
pub trait WebhookWork {
    /// Adds a server.
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<()>;
    /// Removes a server; nothing more is sent to it. False when there is none, or it was removed.
    async fn remove_webhook(&mut self, id: WebhookId, now: Timestamp) -> Result<bool>;
    /// Adds deliveries that are not there yet: one for each server and event.
    async fn insert_deliveries(&mut self, deliveries: &[WebhookDelivery]) -> Result<()>;
    /// Sets status, attempts, answer and next attempt of a delivery.
    async fn update_delivery(&mut self, delivery: &WebhookDelivery) -> Result<()>;
    /// Removes deliveries from before `before`. Returns how many.
    async fn remove_deliveries(&mut self, before: Timestamp) -> Result<u64>;
}
