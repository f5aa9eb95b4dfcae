//! What happens to payments, and how refunds stand.

use async_graphql::Enum;

use crate::domain::payment;

/// What happened to a payment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "payment::PaymentEventKind")]
pub(super) enum PaymentEventKind {
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
    Refunded,
    /// The gateway said no.
    Failed,
    /// The buyer's bank took the money back.
    Chargeback,
}

/// How a refund stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "payment::RefundStatus")]
pub(super) enum RefundStatus {
    /// The gateway has yet to say; the amount is reserved.
    Pending,
    Succeeded,
    Failed,
}
