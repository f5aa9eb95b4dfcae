//! The states of orders, payments and parcels.

use async_graphql::Enum;

use crate::domain::{fulfillment, order, payment};

/// CREATED -> PAID -> SHIPPED -> COMPLETED; every other move is listed in `allowedTransitions`.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "order::OrderStatus")]
pub(crate) enum OrderStatus {
    /// Placed, goods reserved, not paid for.
    Created,
    Paid,
    PartiallyShipped,
    Shipped,
    /// The buyer has everything.
    Completed,
    /// Called off before anything was sent.
    Cancelled,
    /// All the money went back.
    Refunded,
    /// Never paid for; the goods are free again.
    Expired,
}

/// How one payment stands, or all the payments of an order together.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "payment::PaymentStatus")]
pub(crate) enum PaymentStatus {
    Unpaid,
    /// The gateway has yet to say.
    Pending,
    /// Promised by the gateway, not taken.
    Authorized,
    PartiallyPaid,
    Paid,
    PartiallyRefunded,
    Refunded,
    /// The gateway said no.
    Failed,
    /// The promise was given back.
    Voided,
}

/// Where a parcel is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "fulfillment::FulfillmentStatus")]
pub(crate) enum FulfillmentStatus {
    /// Handed over to the carrier, who has not said anything yet.
    Pending,
    InTransit,
    OutForDelivery,
    Delivered,
    /// Lost, or refused.
    Failed,
    /// Back at the shop.
    Returned,
}
