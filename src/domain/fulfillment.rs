//! Parcels: which lines of an order are on their way, and what the carrier says.

use super::ids::{FulfillmentId, OrderId, OrderLineId, TrackingEventId};
use super::time::Timestamp;

/// Where a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FulfillmentStatus {
    /// Being packed.
    Pending,
    /// With the carrier.
    InTransit,
    /// In the van.
    OutForDelivery,
    /// Handed over.
    Delivered,
    /// Lost, or refused.
    Failed,
    /// Back at the shop.
    Returned,
}

impl FulfillmentStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::InTransit, Self::OutForDelivery, Self::Delivered, Self::Failed, Self::Returned];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InTransit => "IN_TRANSIT",
            Self::OutForDelivery => "OUT_FOR_DELIVERY",
            Self::Delivered => "DELIVERED",
            Self::Failed => "FAILED",
            Self::Returned => "RETURNED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fulfillment {
    /// Its id.
    pub id: FulfillmentId,
    /// The order.
    pub order_id: OrderId,
    /// Where it is.
    pub status: FulfillmentStatus,
    /// What is in it: line and pieces.
    pub lines: Vec<(OrderLineId, u32)>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// Where the carrier tells more.
    pub tracking_url: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A carrier's report about a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingEvent {
    /// Its id.
    pub id: TrackingEventId,
    /// The parcel.
    pub fulfillment_id: FulfillmentId,
    /// Where it is.
    pub status: FulfillmentStatus,
    /// In words.
    pub description: String,
    /// The place.
    pub location: Option<String>,
    /// When.
    pub at: Timestamp,
}
