//! Orders in the API: what was bought, what happened to it, where its parcels are; and the checkout that places them.

mod checkout;
mod connection;
mod enums;
mod fulfillment;
mod mutation;
mod query;
mod subscription;
mod types;

pub use checkout::CheckoutMutation;
pub(crate) use connection::{OrderConnection, orders_of};
pub(crate) use enums::{OrderStatus, PaymentStatus};
pub use fulfillment::Fulfillment;
pub use mutation::OrderMutation;
pub use query::OrderQuery;
pub use subscription::OrderSubscription;
pub use types::{Order, OrderLine};
