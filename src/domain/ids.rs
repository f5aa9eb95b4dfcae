//! Typed identifiers: a product id can never be passed where a user id is meant.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The bare value.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A product.
    ProductId,
    /// A variant of a product: what is priced, stocked and bought.
    VariantId,
    /// A category of the tree.
    CategoryId,
    /// A brand.
    BrandId,
    /// A product review.
    ReviewId,
    /// A registered person.
    UserId,
    /// An anonymous shopper.
    VisitorId,
    /// A postal address of a user.
    AddressId,
    /// A signed-in session: one family of refresh tokens.
    SessionId,
    /// A key by which a server calls the API.
    ApiKeyId,
    /// A message shown to a user.
    NotificationId,
    /// A served list of recommendations.
    RecommendationId,
    /// An experiment.
    ExperimentId,
    /// One training of one strategy.
    TrainingRunId,
    /// A background job.
    JobId,
    /// An order.
    OrderId,
    /// A line of an order.
    OrderLineId,
    /// A change in the life of an order.
    OrderEventId,
    /// Goods that came back.
    ReturnId,
    /// A cart.
    CartId,
    /// A line of a cart.
    CartLineId,
    /// A voucher.
    VoucherId,
    /// A payment.
    PaymentId,
    /// A change in the life of a payment.
    PaymentEventId,
    /// Money given back.
    RefundId,
    /// A parcel, or part of an order on its way.
    FulfillmentId,
    /// A carrier's report about a parcel.
    TrackingEventId,
    /// A change of stock.
    StockMovementId,
    /// A message waiting to leave the shop.
    OutboxMessageId,
    /// Another server that wants to hear of events.
    WebhookId,
    /// One event on its way to one such server.
    WebhookDeliveryId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        let id = ProductId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("42".parse::<UserId>(), Err(InvalidId));
    }
}
