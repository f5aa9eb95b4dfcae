//! Bringing a shop's past in: files become records, records become products, people, orders and interactions.
//!
//! Reading never stops at a bad row: the row goes to the rejects with line, column and reason, and the rest goes on.
//! Everything written carries a natural key of the source, so that running an import twice changes nothing.

pub mod load;
pub mod online_retail;
pub mod records;
pub mod rejects;
pub mod simulated;
pub mod source;
pub mod tables;
