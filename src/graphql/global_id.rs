//! Opaque global ids: `Product:<uuid>` in base64url, so that one id finds its object whatever its type.

use std::fmt::Display;

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::ids::{
    AddressId, ApiKeyId, BrandId, CartId, CartLineId, CategoryId, ExperimentId, FulfillmentId, JobId,
    NotificationId, OrderEventId, OrderId, OrderLineId, OutboxMessageId, PaymentEventId, PaymentId,
    ProductId, RecommendationId, RefundId, ReviewId, SessionId, TrainingRunId, UserId, VariantId, VisitorId,
    VoucherId, WebhookDeliveryId, WebhookId,
};
use crate::services::error::Problem;

/// A global id longer than this is none of ours.
const MAX_LENGTH: usize = 200;

/// An identifier with a type name in the schema.
pub trait GlobalId: Copy + From<Uuid> + Display {
    /// The GraphQL type the id belongs to.
    const TYPE: &'static str;

    fn global(self) -> ID {
        encode(Self::TYPE, &self.to_string())
    }
}

macro_rules! global_ids {
    ($($id:ident = $type:literal),+ $(,)?) => {
        $(impl GlobalId for $id { const TYPE: &'static str = $type; })+
    };
}

global_ids! {
    ProductId = "Product",
    VariantId = "ProductVariant",
    CategoryId = "Category",
    BrandId = "Brand",
    ReviewId = "Review",
    UserId = "User",
    VisitorId = "Visitor",
    AddressId = "Address",
    RecommendationId = "RecommendationResult",
    TrainingRunId = "TrainingRun",
    ExperimentId = "Experiment",
    CartId = "Cart",
    CartLineId = "CartLine",
    VoucherId = "Voucher",
    OrderId = "Order",
    OrderLineId = "OrderLine",
    OrderEventId = "OrderEvent",
    FulfillmentId = "Fulfillment",
    SessionId = "OpenSession",
    ApiKeyId = "ApiKey",
    NotificationId = "Notification",
    OutboxMessageId = "OutboxMessage",
    JobId = "Job",
    WebhookId = "Webhook",
    WebhookDeliveryId = "WebhookDelivery",
    PaymentId = "Payment",
    PaymentEventId = "PaymentEvent",
    RefundId = "Refund",
}

/// The global id of the object `key` of type `kind`; for objects whose key is no UUID.
pub fn encode(kind: &str, key: &str) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{kind}:{key}")))
}

/// Splits a global id into type and key; `None` when it is not one of ours.
pub fn decode_parts(id: &str) -> Option<(String, String)> {
    if id.len() > MAX_LENGTH {
        return None;
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (kind, key) = text.split_once(':')?;
    Some((kind.to_owned(), key.to_owned()))
}

/// Reads an id that has to be of one type.
pub fn decode<I: GlobalId>(id: &ID) -> Result<I, Problem> {
    read(id)
}

/// Reads the text of an id that has to be of one type.
pub fn read<I: GlobalId>(text: &str) -> Result<I, Problem> {
    decode_parts(text)
        .filter(|(kind, _)| kind == I::TYPE)
        .and_then(|(_, key)| Uuid::try_parse(&key).ok())
        .map(I::from)
        .ok_or(Problem::WrongId { expected: I::TYPE })
}

/// Reads the key of an id that has to be of type `kind` and whose key is no UUID.
pub fn decode_key(id: &ID, kind: &'static str) -> Result<String, Problem> {
    decode_parts(id)
        .filter(|(found, key)| found == kind && !key.is_empty())
        .map(|(_, key)| key)
        .ok_or(Problem::WrongId { expected: kind })
}

/// Reads a list of ids of one type.
pub fn decode_all<I: GlobalId>(ids: &[ID]) -> Result<Vec<I>, Problem> {
    ids.iter().map(decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_the_type_it_was_made_for_and_no_other() {
        let product = ProductId::from(Uuid::from_u128(7));
        let global = product.global();
        assert_eq!(decode::<ProductId>(&global), Ok(product));
        assert_eq!(decode::<UserId>(&global), Err(Problem::WrongId { expected: "User" }));
        assert_eq!(decode_parts(&global).unwrap().0, "Product");
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in ["", "7", "Product:7", "\u{202e}", &"A".repeat(100_000), "UHJvZHVjdDo3"] {
            assert!(decode::<ProductId>(&ID(text.to_owned())).is_err(), "{text:.20}");
        }
    }

    #[test]
    fn keys_that_are_no_uuid_have_ids_too() {
        let id = encode("StrategyInfo", "collaborative");
        assert_eq!(decode_key(&id, "StrategyInfo"), Ok("collaborative".to_owned()));
        assert!(decode_key(&id, "Experiment").is_err());
    }
}
