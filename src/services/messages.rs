//! What the shop says through its outbox: every topic and what a message of it holds, in one place.
//!
//! A use case posts a message in the unit that saves what it tells of:
//! `unit.post(&[Message::OrderPlaced { order }.to_outbox(&context)])`. The outbox worker takes it up once that unit is
//! saved, and not before. An *event* (`order.placed`) says that something happened: the worker turns it, in one unit,
//! into notifications and further messages. A *letter* (`mail.…`) and a *delivery* (`webhook.deliver`) are one sending
//! each, retried by itself. A message names objects and holds no copy of them, nor any secret: whoever handles it
//! reads the store, and a token that goes out by mail is made while the mail is written.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::context::Context;
use crate::domain::ids::{
    ExperimentId, FulfillmentId, OrderId, OutboxMessageId, PaymentId, ProductId, RefundId, ReviewId,
    TrainingRunId, UserId, WebhookDeliveryId,
};
use crate::domain::notification::OutboxMessage;

/// Writes ids as their text, whatever their type.
mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<T: Display, S: Serializer>(id: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A message through the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", content = "payload")]
pub enum Message {
    /// An order was written; nothing is paid yet.
    #[serde(rename = "order.placed")]
    OrderPlaced {
        #[serde(with = "text")]
        order: OrderId,
    },
    /// An order is paid in full.
    #[serde(rename = "order.paid")]
    OrderPaid {
        #[serde(with = "text")]
        order: OrderId,
    },
    /// A parcel, with all or some of an order, is on its way.
    #[serde(rename = "order.shipped")]
    OrderShipped {
        #[serde(with = "text")]
        order: OrderId,
        #[serde(with = "text")]
        fulfillment: FulfillmentId,
        /// Whether to write to the buyer.
        notify: bool,
    },
    /// The buyer has everything.
    #[serde(rename = "order.completed")]
    OrderCompleted {
        #[serde(with = "text")]
        order: OrderId,
    },
    /// An order was called off.
    #[serde(rename = "order.cancelled")]
    OrderCancelled {
        #[serde(with = "text")]
        order: OrderId,
    },
    /// An order was not paid in time.
    #[serde(rename = "order.expired")]
    OrderExpired {
        #[serde(with = "text")]
        order: OrderId,
    },
    /// An order was called off, ran out, or was paid more than it costs: what is only promised is to be let go, and
    /// what was taken beyond what the order is owed goes back. May come more than once for one order.
    #[serde(rename = "payment.settle_up")]
    SettleUp {
        #[serde(with = "text")]
        order: OrderId,
    },
    /// A payment did not come through.
    #[serde(rename = "payment.failed")]
    PaymentFailed {
        #[serde(with = "text")]
        order: OrderId,
        #[serde(with = "text")]
        payment: PaymentId,
    },
    /// Money went back to the buyer.
    #[serde(rename = "payment.refunded")]
    PaymentRefunded {
        #[serde(with = "text")]
        order: OrderId,
        #[serde(with = "text")]
        refund: RefundId,
    },
    /// A product that was sold out can be bought again.
    #[serde(rename = "product.restocked")]
    ProductRestocked {
        #[serde(with = "text")]
        product: ProductId,
    },
    /// A product costs less than it did.
    #[serde(rename = "product.price_dropped")]
    PriceDropped {
        #[serde(with = "text")]
        product: ProductId,
        /// What it cost before, in minor units.
        before_minor: i64,
        /// What it costs now.
        after_minor: i64,
    },
    #[serde(rename = "product.created")]
    ProductCreated {
        #[serde(with = "text")]
        product: ProductId,
    },
    #[serde(rename = "product.updated")]
    ProductUpdated {
        #[serde(with = "text")]
        product: ProductId,
    },
    #[serde(rename = "stock.changed")]
    StockChanged {
        #[serde(with = "text")]
        product: ProductId,
    },
    #[serde(rename = "review.submitted")]
    ReviewSubmitted {
        #[serde(with = "text")]
        review: ReviewId,
    },
    #[serde(rename = "model.trained")]
    ModelTrained {
        #[serde(with = "text")]
        run: TrainingRunId,
    },
    #[serde(rename = "experiment.completed")]
    ExperimentCompleted {
        #[serde(with = "text")]
        experiment: ExperimentId,
    },
    /// To prove that an address is the user's.
    #[serde(rename = "mail.email_verification")]
    VerificationLetter {
        #[serde(with = "text")]
        user: UserId,
    },
    /// To whoever owns an address that somebody tried to register again.
    #[serde(rename = "mail.already_registered")]
    AlreadyRegisteredLetter {
        #[serde(with = "text")]
        user: UserId,
    },
    /// With a link to choose a new password.
    #[serde(rename = "mail.password_reset")]
    PasswordResetLetter {
        #[serde(with = "text")]
        user: UserId,
    },
    /// That the password is another one now.
    #[serde(rename = "mail.password_changed")]
    PasswordChangedLetter {
        #[serde(with = "text")]
        user: UserId,
    },
    /// To the new address of an account, with a link to confirm it.
    #[serde(rename = "mail.email_change")]
    EmailChangeLetter {
        #[serde(with = "text")]
        user: UserId,
        /// The new address.
        email: String,
    },
    /// To the old address, that the account has moved to another one.
    #[serde(rename = "mail.email_changed")]
    EmailChangedLetter {
        #[serde(with = "text")]
        user: UserId,
        /// The old address.
        email: String,
    },
    #[serde(rename = "mail.order_confirmation")]
    OrderConfirmationLetter {
        #[serde(with = "text")]
        order: OrderId,
    },
    #[serde(rename = "mail.payment")]
    PaymentLetter {
        #[serde(with = "text")]
        order: OrderId,
    },
    #[serde(rename = "mail.shipment")]
    ShipmentLetter {
        #[serde(with = "text")]
        order: OrderId,
        #[serde(with = "text")]
        fulfillment: FulfillmentId,
    },
    #[serde(rename = "mail.back_in_stock")]
    BackInStockLetter {
        #[serde(with = "text")]
        user: UserId,
        #[serde(with = "text")]
        product: ProductId,
    },
    /// One event to one receiver.
    #[serde(rename = "webhook.deliver")]
    WebhookDelivery {
        #[serde(with = "text")]
        delivery: WebhookDeliveryId,
    },
}

/// The topics of events, which the worker turns into notifications, letters and deliveries.
pub const EVENT_TOPICS: [&str; 16] = [
    "order.placed",
    "order.paid",
    "order.shipped",
    "order.completed",
    "order.cancelled",
    "order.expired",
    "payment.failed",
    "payment.refunded",
    "product.restocked",
    "product.price_dropped",
    "product.created",
    "product.updated",
    "stock.changed",
    "review.submitted",
    OutboxMessage::MODEL_TRAINED,
    "experiment.completed",
];

/// The topics that ask payments to do something.
pub const PAYMENT_TOPICS: [&str; 1] = ["payment.settle_up"];

/// The topics of letters, one mail each.
pub const LETTER_TOPICS: [&str; 10] = [
    "mail.email_verification",
    "mail.already_registered",
    "mail.password_reset",
    "mail.password_changed",
    "mail.email_change",
    "mail.email_changed",
    "mail.order_confirmation",
    "mail.payment",
    "mail.shipment",
    "mail.back_in_stock",
];

/// The topics of deliveries to other servers.
pub const DELIVERY_TOPICS: [&str; 1] = ["webhook.deliver"];

/// A row of the outbox is not one of ours.
#[derive(Debug, thiserror::Error)]
#[error("a message of topic {topic} does not read: {source}")]
pub struct Unreadable {
    topic: String,
    source: serde_json::Error,
}

impl Message {
    /// The row to post, with a fresh id, due at once.
    pub fn to_outbox(&self, context: &Context) -> OutboxMessage {
        self.to_outbox_as(context.new_id(), context)
    }

    /// The row to post under a given id: what follows from a message must not be posted twice.
    pub fn to_outbox_as(&self, id: OutboxMessageId, context: &Context) -> OutboxMessage {
        let (topic, payload) = self.parts();
        let now = context.now();
        OutboxMessage { id, topic, payload, attempts: 0, available_at: now, created_at: now, error: None }
    }

    /// Reads a row of the outbox.
    ///
    /// # Errors
    /// When topic or payload are none of ours.
    pub fn read(row: &OutboxMessage) -> Result<Self, Unreadable> {
        let unreadable = |source| Unreadable { topic: row.topic.clone(), source };
        let payload: Value = serde_json::from_str(&row.payload).map_err(unreadable)?;
        serde_json::from_value(json!({"topic": row.topic, "payload": payload})).map_err(unreadable)
    }

    fn parts(&self) -> (String, String) {
        // Names and numbers alone: there is nothing in a message that JSON cannot write.
        let written = serde_json::to_value(self).unwrap_or_default();
        let topic = written["topic"].as_str().unwrap_or_default().to_owned();
        (topic, written["payload"].to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;

    fn one_of_each() -> Vec<Message> {
        let (order, product, user): (OrderId, ProductId, UserId) =
            (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        let fulfillment = FulfillmentId(Uuid::from_u128(4));
        let email = "new@example.org".to_owned();
        vec![
            Message::OrderPlaced { order },
            Message::OrderPaid { order },
            Message::OrderShipped { order, fulfillment, notify: true },
            Message::OrderCompleted { order },
            Message::OrderCancelled { order },
            Message::OrderExpired { order },
            Message::SettleUp { order },
            Message::PaymentFailed { order, payment: PaymentId(Uuid::from_u128(5)) },
            Message::PaymentRefunded { order, refund: RefundId(Uuid::from_u128(6)) },
            Message::ProductRestocked { product },
            Message::PriceDropped { product, before_minor: 1000, after_minor: 900 },
            Message::ProductCreated { product },
            Message::ProductUpdated { product },
            Message::StockChanged { product },
            Message::ReviewSubmitted { review: ReviewId(Uuid::from_u128(7)) },
            Message::ModelTrained { run: TrainingRunId(Uuid::from_u128(9)) },
            Message::ExperimentCompleted { experiment: ExperimentId(Uuid::from_u128(10)) },
            Message::VerificationLetter { user },
            Message::AlreadyRegisteredLetter { user },
            Message::PasswordResetLetter { user },
            Message::PasswordChangedLetter { user },
            Message::EmailChangeLetter { user, email: email.clone() },
            Message::EmailChangedLetter { user, email },
            Message::OrderConfirmationLetter { order },
            Message::PaymentLetter { order },
            Message::ShipmentLetter { order, fulfillment },
            Message::BackInStockLetter { user, product },
            Message::WebhookDelivery { delivery: WebhookDeliveryId(Uuid::from_u128(8)) },
        ]
    }

    #[test]
    fn every_message_reads_back_from_its_row() {
        let context = Context::system();
        for message in one_of_each() {
            assert_eq!(Message::read(&message.to_outbox(&context)).unwrap(), message);
        }
    }

    #[test]
    fn the_recommenders_own_row_reads_as_its_message() {
        let (id, run) = (Uuid::from_u128(1).into(), TrainingRunId(Uuid::from_u128(2)));
        let row = OutboxMessage::model_trained(id, run, Context::system().now());
        assert_eq!(Message::read(&row).unwrap(), Message::ModelTrained { run });
    }

    #[test]
    fn the_lists_of_topics_name_every_topic_once() {
        let context = Context::system();
        let used: BTreeSet<String> =
            one_of_each().iter().map(|message| message.to_outbox(&context).topic).collect();
        let listed =
            EVENT_TOPICS.into_iter().chain(PAYMENT_TOPICS).chain(LETTER_TOPICS).chain(DELIVERY_TOPICS);
        assert_eq!(used, listed.map(str::to_owned).collect());
    }

    #[test]
    fn a_row_of_another_program_is_refused_by_its_topic() {
        let context = Context::system();
        let placed = Message::OrderPlaced { order: Uuid::from_u128(1).into() }.to_outbox(&context);
        assert_eq!(placed.payload, r#"{"order":"00000000-0000-0000-0000-000000000001"}"#);
        let foreign = OutboxMessage { topic: "order.lost".to_owned(), ..placed };
        assert!(Message::read(&foreign).unwrap_err().to_string().contains("order.lost"));
    }
}
