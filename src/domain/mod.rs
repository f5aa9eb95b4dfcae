//! Plain types and rules of the shop: no async, no I/O, no derives of a transport or a database.

pub mod caller;
pub mod ids;
pub mod time;
