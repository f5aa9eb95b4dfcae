//! Use cases, one file each: what the shop does, whoever asks and over whatever transport.

pub mod accounts;
pub mod error;

use crate::context::Context;

/// Every use case, as the transport layers need them.
pub struct Services {
    /// Time, randomness and new ids.
    pub context: Context,
}
