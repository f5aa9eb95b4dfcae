//! The bridge between the shop and the strategies: who is which index, what is trained when, what is served to whom.

pub mod pace;
pub mod push;
pub mod features;
pub mod reason;
pub mod roster;
pub mod tide;
