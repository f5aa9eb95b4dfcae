//! Payments in the API: gateways on offer, payments and refunds of orders, and what is done with them.

mod enums;
mod gateway;
mod mutation;
mod types;

pub use gateway::PaymentQuery;
pub use mutation::PaymentMutation;
pub use types::{Payment, Refund};
