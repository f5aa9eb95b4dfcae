//! What follows from an event: who is told, and what is sent.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::worker::{Consequences, Failure, OutboxWorker};
use crate::domain::ids::{OrderId, OutboxMessageId, ProductId, UserId};
use crate::domain::money::Money;
use crate::domain::notification::{Notification, NotificationKind};
use crate::domain::order::Order;
use crate::services::messages::Message;

/// Wishers read at once, and told in all.
const WISHERS: usize = 1_000;
const MOST_WISHERS: usize = 100_000;

/// What a notification says.
struct Note {
    kind: NotificationKind,
    title: String,
    body: String,
}

impl Note {
    fn new(kind: NotificationKind, title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { kind, title: title.into(), body: body.into() }
    }
}

impl OutboxWorker {
    /// What follows from one event. An event about something that is gone has no consequences.
    pub(super) async fn consequences(
        &self,
        id: OutboxMessageId,
        event: &Message,
    ) -> Result<Consequences, Failure> {
        match event {
            Message::OrderPlaced { order } => {
                let letter = Message::OrderConfirmationLetter { order: *order };
                self.order_event(id, *order, Some(letter), order_placed).await
            }
            Message::OrderPaid { order } => {
                let letter = Message::PaymentLetter { order: *order };
                self.order_event(id, *order, Some(letter), order_paid).await
            }
            Message::OrderShipped { order, fulfillment, notify } => {
                let letter = Message::ShipmentLetter { order: *order, fulfillment: *fulfillment };
                self.order_event(id, *order, notify.then_some(letter), order_shipped).await
            }
            Message::OrderCompleted { order } => self.order_event(id, *order, None, order_completed).await,
            Message::OrderCancelled { order } => self.order_event(id, *order, None, order_cancelled).await,
            Message::OrderExpired { order } => self.order_event(id, *order, None, order_expired).await,
            Message::PaymentFailed { order, .. } => self.order_event(id, *order, None, payment_failed).await,
            Message::PaymentRefunded { order, refund } => {
                let amount = self.storage.refunds(&[*refund]).await?.remove(refund).map(|one| one.amount);
                self.order_event(id, *order, None, |order| payment_refunded(order, amount)).await
            }
            Message::ProductRestocked { product } => self.restocked(id, *product).await,
            Message::PriceDropped { product, before_minor, after_minor } => {
                self.price_dropped(id, *product, *before_minor, *after_minor).await
            }
            _ => Ok(Consequences::default()),
        }
    }

    async fn order_event(
        &self,
        id: OutboxMessageId,
        order: OrderId,
        letter: Option<Message>,
        note: impl Fn(&Order) -> Note,
    ) -> Result<Consequences, Failure> {
        let mut consequences = Consequences::default();
        let Some(order) = self.storage.orders(&[order]).await?.remove(&order) else {
            return Ok(consequences);
        };
        if let Some(user) = order.user_id {
            let note = note(&order);
            let mut notification = self.notification(id, user, note);
            notification.order_id = Some(order.id);
            consequences.notifications.push(notification);
        }
        if let Some(letter) = letter.filter(|_| order.email.is_some()) {
            let child = derived(id.uuid(), "letter");
            consequences.messages.push(letter.to_outbox_as(child.into(), &self.context));
        }
        Ok(consequences)
    }

    async fn restocked(&self, id: OutboxMessageId, product: ProductId) -> Result<Consequences, Failure> {
        let mut consequences = Consequences::default();
        // Sold out again meanwhile: better to say nothing.
        let available = self.storage.available_quantities(&[product]).await?.remove(&product).unwrap_or(0);
        let found = self.storage.products(&[product]).await?.remove(&product);
        let Some(found) = found.filter(|found| found.is_visible() && available > 0) else {
            return Ok(consequences);
        };
        for user in self.wishers(product).await? {
            let title = format!("{} is back", found.name);
            let note = Note::new(NotificationKind::BackInStock, title, "It can be bought again.");
            let mut notification = self.notification(id, user, note);
            notification.product_id = Some(product);
            consequences.notifications.push(notification);
            let letter = Message::BackInStockLetter { user, product };
            let child = derived(id.uuid(), &format!("letter:{user}"));
            consequences.messages.push(letter.to_outbox_as(child.into(), &self.context));
        }
        Ok(consequences)
    }

    async fn price_dropped(
        &self,
        id: OutboxMessageId,
        product: ProductId,
        before_minor: i64,
        after_minor: i64,
    ) -> Result<Consequences, Failure> {
        let mut consequences = Consequences::default();
        let found = self.storage.products(&[product]).await?.remove(&product);
        // Dearer again meanwhile: the promise would be wrong.
        let still_true = |price: Money| price.minor() <= after_minor;
        let Some(found) = found.filter(|found| found.is_visible() && still_true(found.price)) else {
            return Ok(consequences);
        };
        let before = Money::new(before_minor, found.price.currency());
        for user in self.wishers(product).await? {
            let title = format!("{} costs less", found.name);
            let body = format!("Now {}, before {before}.", found.price);
            let mut notification =
                self.notification(id, user, Note::new(NotificationKind::PriceDrop, title, body));
            notification.product_id = Some(product);
            consequences.notifications.push(notification);
        }
        Ok(consequences)
    }

    async fn wishers(&self, product: ProductId) -> Result<Vec<UserId>, Failure> {
        let mut wishers: Vec<UserId> = Vec::new();
        loop {
            let page = self.storage.wishers_of(product, wishers.last().copied(), WISHERS).await?;
            let complete = page.len() < WISHERS;
            wishers.extend(page);
            if complete || wishers.len() >= MOST_WISHERS {
                return Ok(wishers);
            }
        }
    }

    fn notification(&self, cause: OutboxMessageId, user: UserId, note: Note) -> Notification {
        Notification {
            id: derived(cause.uuid(), &format!("notification:{user}")).into(),
            user_id: user,
            kind: note.kind,
            title: note.title,
            body: note.body,
            order_id: None,
            product_id: None,
            read_at: None,
            created_at: self.context.now(),
        }
    }
}

/// The id of what follows from a message: the same whenever it is worked out anew. Sorts by time like its cause.
pub(super) fn derived(cause: Uuid, what: &str) -> Uuid {
    let mut digest = Sha256::new();
    digest.update(cause.as_bytes());
    digest.update(what);
    let mut random = [0; 10];
    for (byte, from) in random.iter_mut().zip(digest.finalize()) {
        *byte = from;
    }
    let time = cause.as_bytes().iter().take(6).fold(0_u64, |time, byte| (time << 8) | u64::from(*byte));
    uuid::Builder::from_unix_timestamp_millis(time, &random).into_uuid()
}

fn order_placed(order: &Order) -> Note {
    let body = format!("{} in all. We are waiting for the payment.", order.money(order.cost.total_minor));
    Note::new(NotificationKind::OrderStatus, format!("Order {} received", order.number), body)
}

fn order_paid(order: &Order) -> Note {
    let body = format!("{} received. The goods are being packed.", order.money(order.paid_minor));
    Note::new(NotificationKind::Payment, format!("Order {} is paid", order.number), body)
}

fn order_shipped(order: &Order) -> Note {
    let title = format!("Order {} is on its way", order.number);
    Note::new(NotificationKind::Shipment, title, "A parcel was handed to the carrier.")
}

fn order_completed(order: &Order) -> Note {
    let title = format!("Order {} has arrived", order.number);
    Note::new(NotificationKind::OrderStatus, title, "We would like to read what you think of it.")
}

fn order_cancelled(order: &Order) -> Note {
    let body = order.cancel_reason.clone().unwrap_or_else(|| "Nothing more will be charged.".to_owned());
    Note::new(NotificationKind::OrderStatus, format!("Order {} was cancelled", order.number), body)
}

fn order_expired(order: &Order) -> Note {
    let title = format!("Order {} has expired", order.number);
    Note::new(NotificationKind::OrderStatus, title, "It was not paid in time, and the goods are free again.")
}

fn payment_failed(order: &Order) -> Note {
    let title = format!("The payment for order {} did not come through", order.number);
    Note::new(NotificationKind::Payment, title, "Nothing was charged. Please try again.")
}

fn payment_refunded(order: &Order, amount: Option<Money>) -> Note {
    let amount = amount.unwrap_or_else(|| order.money(order.refunded_minor));
    let title = format!("{amount} of order {} went back to you", order.number);
    Note::new(NotificationKind::Payment, title, "It can take your bank a few days to show it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_has_the_same_id_whenever_it_is_worked_out() {
        let cause = uuid::Builder::from_unix_timestamp_millis(1_767_225_600_000, &[7; 10]).into_uuid();
        assert_eq!(derived(cause, "letter"), derived(cause, "letter"));
        assert_ne!(derived(cause, "letter"), derived(cause, "notification"));
        assert_eq!(derived(cause, "letter").as_bytes()[..6], cause.as_bytes()[..6]);
        assert_eq!(derived(cause, "letter").get_version_num(), 7);
    }
}
