//! Parcels as clients read them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::enums::FulfillmentStatus;
use super::types::OrderLine;
use crate::domain::fulfillment;
use crate::domain::money::Currency;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::{TrackingEventsOf, load, load_many};
use crate::graphql::scalars::{DateTime, Url};

/// A parcel with all or some of an order.
#[derive(Clone)]
pub struct Fulfillment {
    parcel: Arc<fulfillment::Fulfillment>,
    currency: Currency,
}

impl Fulfillment {
    pub(super) fn of(parcel: Arc<fulfillment::Fulfillment>, currency: Currency) -> Self {
        Self { parcel, currency }
    }
}

/// Pieces of one line in a parcel.
#[derive(SimpleObject)]
struct FulfillmentLine {
    order_line: OrderLine,
    quantity: i32,
}

/// What a carrier said about a parcel.
#[derive(SimpleObject)]
struct TrackingEvent {
    status: FulfillmentStatus,
    description: String,
    location: Option<String>,
    at: DateTime,
}

#[Object]
impl Fulfillment {
    async fn id(&self) -> ID {
        self.parcel.id.global()
    }

    async fn status(&self) -> FulfillmentStatus {
        self.parcel.status.into()
    }

    async fn lines(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<FulfillmentLine>> {
        let found = load_many(ctx, self.parcel.lines.iter().map(|(line, _)| *line)).await?;
        let line = |(id, pieces): &(crate::domain::ids::OrderLineId, u32)| {
            Some(FulfillmentLine {
                order_line: OrderLine::of(Arc::clone(found.get(id)?), self.currency),
                quantity: i32::try_from(*pieces).unwrap_or(i32::MAX),
            })
        };
        Ok(self.parcel.lines.iter().filter_map(line).collect())
    }

    async fn carrier(&self) -> Option<&str> {
        self.parcel.carrier.as_deref()
    }

    async fn tracking_number(&self) -> Option<&str> {
        self.parcel.tracking_number.as_deref()
    }

    /// Where the carrier tells more.
    async fn tracking_url(&self) -> Option<Url> {
        self.parcel.tracking_url.clone().map(Url)
    }

    /// What the carrier said, oldest first.
    async fn tracking_events(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<TrackingEvent>> {
        let events = load(ctx, TrackingEventsOf(self.parcel.id)).await?.unwrap_or_default();
        let told = |event: &fulfillment::TrackingEvent| TrackingEvent {
            status: event.status.into(),
            description: event.description.clone(),
            location: event.location.clone(),
            at: event.at.into(),
        };
        Ok(events.iter().map(told).collect())
    }

    async fn created_at(&self) -> DateTime {
        self.parcel.created_at.into()
    }
}
