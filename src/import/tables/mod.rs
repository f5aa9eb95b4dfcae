//! The documented import format: products, users, interactions and orders as CSV with a header, or as JSON Lines.
//!
//! Both carry the same columns (`docs/IMPORT.md`). A column this version does not know is refused by name rather than
//! ignored: a misspelt one would otherwise lose data silently.

mod fields;
mod kinds;
mod reader;

pub use kinds::{interactions, orders, products, users};
pub use reader::{Format, FormatError};
