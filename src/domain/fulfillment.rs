//! Parcels: which lines of an order are on their way, and what the carrier says.

use super::ids::{FulfillmentId, OrderId, OrderLineId, TrackingEventId};
use super::time::Timestamp;

/// Where a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FulfillmentStatus {
    /// Handed over to the carrier, who has not said anything yet.
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

    /// Where a parcel may be next; another report from the same place is always possible.
    pub const fn allowed_transitions(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::InTransit, Self::OutForDelivery, Self::Delivered, Self::Failed],
            Self::InTransit => &[Self::OutForDelivery, Self::Delivered, Self::Failed, Self::Returned],
            Self::OutForDelivery => &[Self::InTransit, Self::Delivered, Self::Failed, Self::Returned],
            Self::Delivered => &[Self::Returned],
            Self::Failed => &[Self::InTransit, Self::Returned],
            Self::Returned => &[],
        }
    }

    /// Whether a parcel may be reported at `next` after here.
    pub fn can_become(self, next: Self) -> bool {
        self == next || self.allowed_transitions().contains(&next)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_that_arrived_can_only_come_back() {
        assert_eq!(FulfillmentStatus::Delivered.allowed_transitions(), [FulfillmentStatus::Returned]);
        assert!(FulfillmentStatus::InTransit.can_become(FulfillmentStatus::InTransit));
        assert!(!FulfillmentStatus::Returned.can_become(FulfillmentStatus::InTransit));
        assert!(FulfillmentStatus::ALL.into_iter().all(|one| !one.allowed_transitions().contains(&one)));
    }
}
