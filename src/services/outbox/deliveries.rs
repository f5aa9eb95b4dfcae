//! Deliveries to other servers: made when an event is taken up, sent one by one, tried again by the outbox.

use serde_json::json;

use super::events::derived;
use super::worker::{Consequences, Failure, OutboxWorker};
use super::{MAX_ATTEMPTS, OutboxMessage};
use crate::domain::ids::{OutboxMessageId, WebhookDeliveryId};
use crate::domain::job::JobStatus;
use crate::domain::time::Timestamp;
use crate::domain::webhook::WebhookDelivery;
use crate::services::messages::Message;
use crate::services::webhooks::{signature, told};

impl OutboxWorker {
    /// Adds the deliveries an event leads to: one for each server that wants to hear of it.
    pub(super) async fn add_deliveries(
        &self,
        id: OutboxMessageId,
        message: &Message,
        consequences: &mut Consequences,
    ) -> Result<(), Failure> {
        let events = told(message);
        if events.is_empty() {
            return Ok(());
        }
        let now = self.context.now();
        for webhook in self.storage.webhooks().await? {
            for (event, about) in events.iter().filter(|(event, _)| webhook.events.contains(event)) {
                let event_id = derived(id.uuid(), event.as_str()).to_string();
                let delivery: WebhookDeliveryId =
                    derived(id.uuid(), &format!("{event_id}:{}", webhook.id)).into();
                let body = json!({"id": event_id, "event": event.as_str(), "createdAt": now.to_string(), "data": about});
                consequences.deliveries.push(WebhookDelivery {
                    id: delivery,
                    webhook_id: webhook.id,
                    event_id,
                    event: *event,
                    payload: body.to_string(),
                    status: JobStatus::Queued,
                    attempts: 0,
                    response_status: None,
                    next_attempt_at: Some(now),
                    created_at: now,
                });
                let child = derived(id.uuid(), &format!("delivery:{delivery}"));
                let message = Message::WebhookDelivery { delivery };
                consequences.messages.push(message.to_outbox_as(child.into(), &self.context));
            }
        }
        Ok(())
    }

    /// Sends one delivery and notes what came of it; `next` is when it is tried again if it does not arrive.
    pub(super) async fn deliver(
        &self,
        row: &OutboxMessage,
        id: WebhookDeliveryId,
        next: Timestamp,
    ) -> Result<(), Failure> {
        let Some(mut delivery) = self.storage.webhook_deliveries(&[id]).await?.remove(&id) else {
            return Ok(());
        };
        let webhooks = self.storage.webhooks_by_id(&[delivery.webhook_id]).await?;
        let webhook = webhooks.get(&delivery.webhook_id).filter(|webhook| webhook.removed_at.is_none());
        let (status, answer) = match webhook {
            None => (JobStatus::Cancelled, Ok(None)),
            Some(webhook) => {
                let body = delivery.payload.clone();
                let headers = [
                    ("shelfwise-event", delivery.event.as_str().to_owned()),
                    ("shelfwise-delivery", delivery.id.to_string()),
                    ("shelfwise-signature", signature(&webhook.secret, &body, self.context.now())),
                ];
                match self.outward.post(&webhook.url, &headers, body).await {
                    Ok(status @ 200..=299) => (JobStatus::Succeeded, Ok(Some(status))),
                    Ok(status) => (JobStatus::Queued, Err((Some(status), Failure::Answer(status)))),
                    Err(error) => (JobStatus::Queued, Err((None, error.into()))),
                }
            }
        };
        delivery.attempts = delivery.attempts.saturating_add(1);
        let given_up = answer.is_err() && row.attempts >= MAX_ATTEMPTS;
        delivery.status = if given_up { JobStatus::Failed } else { status };
        delivery.next_attempt_at = (delivery.status == JobStatus::Queued).then_some(next);
        delivery.response_status = match &answer {
            Ok(status) | Err((status, _)) => *status,
        };
        let mut unit = self.storage.begin().await?;
        unit.update_delivery(&delivery).await?;
        unit.save().await?;
        answer.map(drop).map_err(|(_, failure)| failure)
    }
}
