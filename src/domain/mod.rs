//! Plain types and rules of the shop: no async, no I/O, no derives of a transport or a database.

pub mod caller;
pub mod cart;
pub mod catalogue;
pub mod error;
pub mod experiment;
pub mod fulfillment;
pub mod ids;
pub mod interaction;
pub mod job;
pub mod limits;
pub mod money;
pub mod notification;
pub mod order;
pub mod payment;
pub mod people;
pub mod pricing;
pub mod recommendation;
pub mod review;
pub mod sustainability;
pub mod text;
pub mod time;
pub mod webhook;
