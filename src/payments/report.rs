//! What gateways say about payments, in one form for all of them.

use crate::domain::ids::{PaymentId, RefundId};
use crate::domain::payment::{PaymentNextAction, RefundStatus};

/// How far a payment is at the gateway. Later ones win over earlier ones, whatever order they are heard in: money that
/// was taken is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The buyer or the gateway has yet to act.
    #[default]
    Pending,
    /// The money is promised.
    Authorized,
    /// It will not be paid: the gateway takes no further attempt.
    Failed,
    /// The promise was given back, or nothing was ever promised.
    Voided,
    /// Money was taken.
    Captured,
}

/// An attempt to pay that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// The gateway's own code.
    pub code: String,
    /// Whether another attempt, or other means, may succeed.
    pub retryable: bool,
}

/// How a payment stands, as far as this message tells. What it does not mention is unknown, not zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The gateway's own name for the payment.
    pub reference: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// Taken so far, in all.
    pub captured_minor: Option<i64>,
    /// What the buyer must do next.
    pub next_action: Option<PaymentNextAction>,
    /// An attempt that was refused.
    pub decline: Option<Decline>,
    /// Refunds it tells of.
    pub refunds: Vec<RefundReport>,
    /// Given back so far, in all.
    pub refunded_minor: Option<i64>,
}

impl Report {
    /// Nothing but a stage.
    pub fn at(stage: Stage) -> Self {
        Self { stage, ..Self::default() }
    }

    /// Money taken: `captured_minor` in all.
    pub fn captured(captured_minor: i64) -> Self {
        Self { stage: Stage::Captured, captured_minor: Some(captured_minor), ..Self::default() }
    }

    /// Under the gateway's name for it.
    #[must_use]
    pub fn named(self, reference: impl Into<String>) -> Self {
        Self { reference: Some(reference.into()), ..self }
    }
}

/// How one refund stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundReport {
    /// Ours, when the shop asked for it; none when it was made at the gateway, or by the buyer's bank.
    pub refund: Option<RefundId>,
    /// The gateway's own name for it.
    pub gateway_id: Option<String>,
    /// How much; none when the message does not say and only our own record knows.
    pub amount_minor: Option<i64>,
    /// How it stands.
    pub status: RefundStatus,
    /// The buyer's bank took the money back.
    pub chargeback: bool,
}

/// Which payment a webhook is about: ours by id, else by the gateway's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    pub payment: Option<PaymentId>,
    pub reference: Option<String>,
}

/// What a webhook said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub target: Target,
    pub report: Report,
}
