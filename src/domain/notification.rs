//! What the shop tells people, and messages waiting to leave it.

use super::ids::{NotificationId, OrderId, OutboxMessageId, ProductId, TrainingRunId, UserId};
use super::text::Email;
use super::time::Timestamp;

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationKind {
    /// An order changed its state.
    OrderStatus,
    /// A payment came, failed or went back.
    Payment,
    /// A parcel moved.
    Shipment,
    /// Something wished for can be bought again.
    BackInStock,
    /// Something wished for costs less.
    PriceDrop,
    /// A list worth looking at.
    Recommendation,
    /// Anything else.
    System,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::OrderStatus,
        Self::Payment,
        Self::Shipment,
        Self::BackInStock,
        Self::PriceDrop,
        Self::Recommendation,
        Self::System,
    ];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrderStatus => "ORDER_STATUS",
            Self::Payment => "PAYMENT",
            Self::Shipment => "SHIPMENT",
            Self::BackInStock => "BACK_IN_STOCK",
            Self::PriceDrop => "PRICE_DROP",
            Self::Recommendation => "RECOMMENDATION",
            Self::System => "SYSTEM",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A message shown to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// For whom.
    pub user_id: UserId,
    /// What it is about.
    pub kind: NotificationKind,
    /// In a few words.
    pub title: String,
    /// In full.
    pub body: String,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    /// The product it is about.
    pub product_id: Option<ProductId>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A letter, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The message that asked for it: the same at every attempt to send it.
    pub id: OutboxMessageId,
    /// To whom.
    pub to: Email,
    /// What it is about.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// For everybody else.
    pub html: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A message written in the same unit as what it tells of, to be sent afterwards: it is sent if, and only if, that
/// was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its id; receivers use it to drop repeats.
    pub id: OutboxMessageId,
    /// What kind of message: the name its sender listens to.
    pub topic: String,
    /// What to send, as JSON text.
    pub payload: String,
    /// Times sending was begun.
    pub attempts: u32,
    /// When it may next be sent.
    pub available_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
    /// What went wrong last.
    pub error: Option<String>,
}

impl OutboxMessage {
    /// The topic of a strategy's new model.
    pub const MODEL_TRAINED: &'static str = "model.trained";

    /// That a training put a new model into service. Here, because the recommender knows none of those who are told.
    pub fn model_trained(id: OutboxMessageId, run: TrainingRunId, now: Timestamp) -> Self {
        Self {
            id,
            topic: Self::MODEL_TRAINED.to_owned(),
            payload: format!(r#"{{"run":"{run}"}}"#),
            attempts: 0,
            available_at: now,
            created_at: now,
            error: None,
        }
    }
}
