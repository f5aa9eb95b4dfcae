//! Payments: what was asked of a gateway, what it did, and how the payments of an order stand.

use super::ids::{OrderId, OrderLineId, PaymentEventId, PaymentId, RefundId};
use super::money::{Currency, Money};
use super::time::Timestamp;

/// The state of one payment, or of all the payments of an order together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentStatus {
    /// Nothing was paid.
    Unpaid,
    /// The gateway has yet to say.
    Pending,
    /// Promised by the gateway, not taken.
    Authorized,
    /// Some of it was paid.
    PartiallyPaid,
    /// All of it was paid.
    Paid,
    /// Some of it went back.
    PartiallyRefunded,
    /// All of it went back.
    Refunded,
    /// The gateway said no.
    Failed,
    /// The promise was given back.
    Voided,
}

impl PaymentStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Unpaid,
        Self::Pending,
        Self::Authorized,
        Self::PartiallyPaid,
        Self::Paid,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::Failed,
        Self::Voided,
    ];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "UNPAID",
            Self::Pending => "PENDING",
            Self::Authorized => "AUTHORIZED",
            Self::PartiallyPaid => "PARTIALLY_PAID",
            Self::Paid => "PAID",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::Refunded => "REFUNDED",
            Self::Failed => "FAILED",
            Self::Voided => "VOIDED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What the buyer must do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentNextAction {
    /// Go to a page.
    Redirect {
        /// The page.
        url: String,
        /// Until when it works.
        expires_at: Option<Timestamp>,
    },
    /// Scan a code.
    QrCode {
        /// What the code says.
        payload: String,
        /// Until when it works.
        expires_at: Option<Timestamp>,
    },
    /// Confirm in the gateway's own widget.
    ClientSecret {
        /// What the widget is given.
        client_secret: String,
        /// Whose widget it is.
        publishable_key: String,
    },
}

/// What a payment is begun with, kept so that it can be begun again after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentTerms {
    /// Take the money at once, or only have it promised.
    pub capture_now: bool,
    /// Where a gateway's page sends the buyer back to.
    pub return_url: Option<String>,
    /// The means the buyer chose beforehand, by the gateway's token for it.
    pub method: Option<String>,
}

impl Default for PaymentTerms {
    fn default() -> Self {
        Self { capture_now: true, return_url: None, method: None }
    }
}

/// One payment of an order through one gateway. All of its amounts are in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The order.
    pub order_id: OrderId,
    /// The gateway's name in the configuration.
    pub gateway: String,
    /// How it stands.
    pub status: PaymentStatus,
    /// The currency of every figure.
    pub currency: Currency,
    /// What was asked for.
    pub amount_minor: i64,
    /// What was taken, at most what was asked for.
    pub captured_minor: i64,
    /// What went back or is on its way back, at most what was taken.
    pub refunded_minor: i64,
    /// The gateway's own name for it. Unique for each gateway.
    pub gateway_reference: Option<String>,
    /// What it was begun with.
    pub terms: PaymentTerms,
    /// What the buyer must do next.
    pub next_action: Option<PaymentNextAction>,
    /// The client's key: one key, one payment. Unique.
    pub idempotency_key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Rises by one with every change, for optimistic locking; starts at 1.
    pub version: i64,
}

impl Payment {
    /// What can still go back.
    pub fn refundable(&self) -> Money {
        Money::new(self.captured_minor.saturating_sub(self.refunded_minor).max(0), self.currency)
    }
}

/// What happened to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentEventKind {
    /// It was begun.
    Initialized,
    /// The buyer has to do something.
    ActionRequired,
    /// The gateway promised the money.
    Authorized,
    /// The gateway took the money.
    Captured,
    /// The promise was given back.
    Voided,
    /// The gateway was asked to give money back.
    RefundRequested,
    /// The gateway gave money back.
    Refunded,
    /// The gateway said no.
    Failed,
    /// The buyer's bank took the money back.
    Chargeback,
}

impl PaymentEventKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Initialized,
        Self::ActionRequired,
        Self::Authorized,
        Self::Captured,
        Self::Voided,
        Self::RefundRequested,
        Self::Refunded,
        Self::Failed,
        Self::Chargeback,
    ];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initialized => "INITIALIZED",
            Self::ActionRequired => "ACTION_REQUIRED",
            Self::Authorized => "AUTHORIZED",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            Self::RefundRequested => "REFUND_REQUESTED",
            Self::Refunded => "REFUNDED",
            Self::Failed => "FAILED",
            Self::Chargeback => "CHARGEBACK",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A change in the life of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvent {
    /// Its id.
    pub id: PaymentEventId,
    /// The payment.
    pub payment_id: PaymentId,
    /// What happened.
    pub kind: PaymentEventKind,
    /// How much, in minor units of the payment's currency.
    pub amount_minor: Option<i64>,
    /// The gateway's own name for the event.
    pub gateway_event_id: Option<String>,
    /// In words.
    pub message: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefundStatus {
    /// The gateway has yet to say.
    Pending,
    /// The money went back.
    Succeeded,
    /// The gateway said no.
    Failed,
}

impl RefundStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Succeeded, Self::Failed];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// Money given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// Of which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Option<String>,
    /// How it stands.
    pub status: RefundStatus,
    /// For which lines and how many pieces; empty for an amount alone.
    pub lines: Vec<(OrderLineId, u32)>,
    /// Whether the pieces go back on the shelf.
    pub restock: bool,
    /// The client's key: one key, one refund. Unique.
    pub idempotency_key: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_found_by_its_name() {
        for status in PaymentStatus::ALL {
            assert_eq!(PaymentStatus::from_name(status.as_str()), Some(status));
        }
    }
}
