//! Webhooks: other servers that hear of what happens in the shop.

use super::ids::{WebhookDeliveryId, WebhookId};
use super::job::JobStatus;
use super::time::Timestamp;

/// What another server can hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebhookEvent {
    /// An order was placed.
    OrderCreated,
    /// An order went to another state.
    OrderStatusChanged,
    /// An order was paid.
    PaymentSucceeded,
    /// A payment did not come through.
    PaymentFailed,
    /// Money went back.
    RefundSucceeded,
    /// A product was made.
    ProductCreated,
    /// A product was changed.
    ProductUpdated,
    /// Other pieces of a product are free than before.
    StockChanged,
    /// Somebody wrote a review.
    ReviewSubmitted,
    /// A strategy has a new model.
    ModelTrained,
    /// An experiment came to its end.
    ExperimentCompleted,
}

impl WebhookEvent {
    /// Every event.
    pub const ALL: [Self; 11] = [
        Self::OrderCreated,
        Self::OrderStatusChanged,
        Self::PaymentSucceeded,
        Self::PaymentFailed,
        Self::RefundSucceeded,
        Self::ProductCreated,
        Self::ProductUpdated,
        Self::StockChanged,
        Self::ReviewSubmitted,
        Self::ModelTrained,
        Self::ExperimentCompleted,
    ];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "ORDER_CREATED",
            Self::OrderStatusChanged => "ORDER_STATUS_CHANGED",
            Self::PaymentSucceeded => "PAYMENT_SUCCEEDED",
            Self::PaymentFailed => "PAYMENT_FAILED",
            Self::RefundSucceeded => "REFUND_SUCCEEDED",
            Self::ProductCreated => "PRODUCT_CREATED",
            Self::ProductUpdated => "PRODUCT_UPDATED",
            Self::StockChanged => "STOCK_CHANGED",
            Self::ReviewSubmitted => "REVIEW_SUBMITTED",
            Self::ModelTrained => "MODEL_TRAINED",
            Self::ExperimentCompleted => "EXPERIMENT_COMPLETED",
        }
    }

    /// The event of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// A server that wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where it listens.
    pub url: String,
    /// What it wants to hear of.
    pub events: Vec<WebhookEvent>,
    /// The key its deliveries are signed with.
    pub secret: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

/// One event on its way to one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Its id.
    pub id: WebhookDeliveryId,
    /// To which server.
    pub webhook_id: WebhookId,
    /// The same for every attempt, so that receivers can drop repeats.
    pub event_id: String,
    /// What happened.
    pub event: WebhookEvent,
    /// What is sent, as JSON text.
    pub payload: String,
    /// How it stands.
    pub status: JobStatus,
    /// Times it was tried.
    pub attempts: u32,
    /// What the server answered last.
    pub response_status: Option<u16>,
    /// When it is tried again.
    pub next_attempt_at: Option<Timestamp>,
    /// When the event was written.
    pub created_at: Timestamp,
}
