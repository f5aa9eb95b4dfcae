//! Webhooks: who hears of events, what they are told, and how they know that it was this shop that told them.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::error::{Mistakes, Problem, ServiceError};
use super::messages::Message;
use crate::context::Context;
use crate::domain::ids::{WebhookDeliveryId, WebhookId};
use crate::domain::job::JobStatus;
use crate::domain::limits;
use crate::domain::time::{SECOND_MS, Timestamp};
use crate::domain::webhook::{Webhook, WebhookEvent};
use crate::outward::{Outward, OutwardError};
use crate::storage::Storage;

/// The use cases of webhooks.
pub struct Webhooks {
    storage: Arc<dyn Storage>,
    context: Context,
    outward: Outward,
}

impl Webhooks {
    pub fn new(storage: Arc<dyn Storage>, context: Context, outward: Outward) -> Self {
        Self { storage, context, outward }
    }

    /// Every server that hears of events.
    pub async fn list(&self) -> Result<Vec<Webhook>, ServiceError> {
        Ok(self.storage.webhooks().await?)
    }

    /// Adds a server. The secret of the returned webhook is shown this once.
    pub async fn create(&self, url: String, events: Vec<WebhookEvent>) -> Result<Webhook, ServiceError> {
        let mut mistakes = Mistakes::default();
        if let Err(OutwardError::NotAllowed(expected)) = self.outward.check(&url) {
            mistakes.add(["url"], Problem::Malformed { expected });
        }
        if url.len() > limits::URL {
            let expected = "is too long";
            mistakes.add(["url"], Problem::Malformed { expected });
        }
        if events.is_empty() {
            mistakes.add(["events"], Problem::Required);
        }
        if self.storage.webhooks().await?.len() >= limits::WEBHOOKS {
            mistakes.add(["url"], Problem::TooMany { max: limits::WEBHOOKS });
        }
        mistakes.done()?;
        let secret = self.context.random_bytes::<32>();
        let mut wanted: Vec<WebhookEvent> = Vec::new();
        for event in events {
            if !wanted.contains(&event) {
                wanted.push(event);
            }
        }
        let webhook = Webhook {
            id: self.context.new_id(),
            url,
            events: wanted,
            secret: format!("whsec_{}", hexadecimal(&secret)),
            created_at: self.context.now(),
            removed_at: None,
        };
        let mut unit = self.storage.begin().await?;
        unit.insert_webhook(&webhook).await?;
        unit.save().await?;
        Ok(webhook)
    }

    /// Removes a server; what waits for it is dropped.
    pub async fn delete(&self, id: WebhookId) -> Result<(), ServiceError> {
        let mut unit = self.storage.begin().await?;
        let removed = unit.remove_webhook(id, self.context.now()).await?;
        unit.save().await?;
        match removed {
            true => Ok(()),
            false => Err(ServiceError::refuse(["id"], Problem::NotFound { what: "webhook" })),
        }
    }

    /// Sends a delivery that has ended once more.
    pub async fn retry(&self, id: WebhookDeliveryId) -> Result<(), ServiceError> {
        let missing = || ServiceError::refuse(["deliveryId"], Problem::NotFound { what: "ended delivery" });
        let found = self.storage.webhook_deliveries(&[id]).await?.remove(&id);
        let mut delivery = found.filter(|one| one.status.is_final()).ok_or_else(missing)?;
        delivery.status = JobStatus::Queued;
        delivery.next_attempt_at = Some(self.context.now());
        let mut unit = self.storage.begin().await?;
        unit.update_delivery(&delivery).await?;
        unit.post(&[Message::WebhookDelivery { delivery: id }.to_outbox(&self.context)]).await?;
        Ok(unit.save().await?)
    }
}

/// What an event is to other servers, and what they are told of it.
pub fn told(message: &Message) -> Vec<(WebhookEvent, Value)> {
    use WebhookEvent as Event;
    match message {
        Message::OrderPlaced { order } => vec![(Event::OrderCreated, json!({"order": order.to_string()}))],
        Message::OrderPaid { order } => vec![
            (Event::OrderStatusChanged, json!({"order": order.to_string(), "status": "PAID"})),
            (Event::PaymentSucceeded, json!({"order": order.to_string()})),
        ],
        Message::OrderShipped { order, fulfillment, .. } => vec![(
            Event::OrderStatusChanged,
            json!({"order": order.to_string(), "fulfillment": fulfillment.to_string()}),
        )],
        Message::OrderCompleted { order } => changed(order, "COMPLETED"),
        Message::OrderCancelled { order } => changed(order, "CANCELLED"),
        Message::OrderExpired { order } => changed(order, "EXPIRED"),
        Message::PaymentFailed { order, payment } => {
            vec![(Event::PaymentFailed, json!({"order": order.to_string(), "payment": payment.to_string()}))]
        }
        Message::PaymentRefunded { order, refund } => {
            vec![(Event::RefundSucceeded, json!({"order": order.to_string(), "refund": refund.to_string()}))]
        }
        Message::ProductCreated { product } => {
            vec![(Event::ProductCreated, json!({"product": product.to_string()}))]
        }
        Message::ProductUpdated { product } => {
            vec![(Event::ProductUpdated, json!({"product": product.to_string()}))]
        }
        Message::StockChanged { product } => {
            vec![(Event::StockChanged, json!({"product": product.to_string()}))]
        }
        Message::ReviewSubmitted { review } => {
            vec![(Event::ReviewSubmitted, json!({"review": review.to_string()}))]
        }
        Message::ModelTrained { run } => vec![(Event::ModelTrained, json!({"trainingRun": run.to_string()}))],
        Message::ExperimentCompleted { experiment } => {
            vec![(Event::ExperimentCompleted, json!({"experiment": experiment.to_string()}))]
        }
        _ => Vec::new(),
    }
}

fn changed(order: &crate::domain::ids::OrderId, status: &str) -> Vec<(WebhookEvent, Value)> {
    let about = json!({"order": order.to_string(), "status": status});
    vec![(WebhookEvent::OrderStatusChanged, about)]
}

/// The signature of a delivery: `t=<unix seconds>,v1=<HMAC-SHA256 of "<t>.<body>">`, in hexadecimal. The time is part
/// of what is signed, so that an old delivery cannot be passed off as a new one.
pub fn signature(secret: &str, body: &str, now: Timestamp) -> String {
    let seconds = now.as_millis().div_euclid(SECOND_MS);
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hexadecimal(&mac.finalize().into_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_time_and_body_under_the_secret() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        let signed = signature("whsec_test", r#"{"a":1}"#, Timestamp(1_700_000_000_999));
        assert_eq!(signed, format!("t=1700000000,v1={EXPECTED}"));
        assert_ne!(signed, signature("whsec_test", r#"{"a":2}"#, Timestamp(1_700_000_000_999)));
        assert_ne!(signed, signature("whsec_other", r#"{"a":1}"#, Timestamp(1_700_000_000_999)));
    }

    const EXPECTED: &str = "38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789";
}
