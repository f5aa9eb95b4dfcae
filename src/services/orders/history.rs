//! An order's history: every change with who made it.

use uuid::Uuid;

use super::{Orders, ServiceError};
use crate::domain::ids::UserId;
use crate::domain::order::{Order, OrderEvent, OrderStatus};
use crate::storage::UnitOfWork;

/// A change to be noted.
#[derive(Debug, Clone, Default)]
pub(in crate::services) struct Entry {
    pub(in crate::services) kind: &'static str,
    /// The status before and after, when it changed.
    pub(in crate::services) step: Option<(Option<OrderStatus>, OrderStatus)>,
    /// Nobody when the shop itself.
    pub(in crate::services) actor: Option<UserId>,
    pub(in crate::services) message: Option<String>,
}

pub(in crate::services) const PLACED: &str = "PLACED";
pub(in crate::services) const STATUS_CHANGED: &str = "STATUS_CHANGED";
pub(in crate::services) const PAYMENT: &str = "PAYMENT";
pub(in crate::services) const SHIPMENT: &str = "SHIPMENT";
pub(in crate::services) const REFUND: &str = "REFUND";

impl Orders {
    /// Notes changes of a locked order, before its next version is written.
    pub(in crate::services) async fn note(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        entries: impl IntoIterator<Item = Entry> + Send,
    ) -> Result<(), ServiceError> {
        let entries: Vec<Entry> = entries.into_iter().collect();
        for (place, entry) in (0..).zip(entries) {
            let event = OrderEvent {
                id: rising(self.context.new_id(), order.version, place).into(),
                order_id: order.id,
                kind: entry.kind.to_owned(),
                from: entry.step.and_then(|(from, _)| from),
                to: entry.step.map(|(_, to)| to),
                actor_id: entry.actor,
                message: entry.message,
                created_at: self.context.now(),
            };
            unit.insert_order_event(&event).await?;
        }
        Ok(())
    }
}

/// An id that is greater than those of the object's earlier events even within one millisecond: the twelve bits behind
/// the time hold the object's version and the place among its events.
pub(in crate::services) fn rising(id: Uuid, version: i64, place: u8) -> Uuid {
    let counter = (version.rem_euclid(1 << 9) << 3) | i64::from(place.min(7));
    let counter = u16::try_from(counter).unwrap_or_default();
    let mut bytes = id.into_bytes();
    let [high, low] = counter.to_be_bytes();
    bytes[6] = (bytes[6] & 0xF0) | (high & 0x0F);
    bytes[7] = low;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_millisecond_rise_with_the_version() {
        let ids = [u128::MAX, 0].map(|random| {
            uuid::Builder::from_unix_timestamp_millis(7, random.to_be_bytes().first_chunk().unwrap())
                .into_uuid()
        });
        let mut last = None;
        for version in 1..500 {
            for place in 0..3 {
                let id = rising(ids[usize::from(place % 2)], version, place);
                assert!(last < Some(id));
                assert_eq!(id.get_version_num(), 7);
                last = Some(id);
            }
        }
    }
}
