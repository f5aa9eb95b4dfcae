//! What can go wrong with the store, in the words of the shop.

use crate::domain::ids::VariantId;

/// The result of every call to the store.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// A call to the store failed, or a write was refused.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another row has this value already.
    #[error("{what} is taken")]
    Conflict {
        /// The value that must be unique: `email`, `slug`, `sku`, `order number`, …
        what: &'static str,
    },
    /// The row changed since it was read.
    #[error("the row has version {current} by now")]
    VersionConflict {
        /// The version it has now.
        current: i64,
    },
    /// Fewer pieces are there than asked for.
    #[error("variant {variant} has {available} of the {requested} pieces asked for")]
    InsufficientStock {
        /// Which variant.
        variant: VariantId,
        /// How many were asked for.
        requested: u32,
        /// How many are free.
        available: u32,
    },
    /// A write names a row that does not exist.
    #[error("no such {what}")]
    Missing {
        /// What was named: `product`, `user`, …
        what: &'static str,
    },
    /// The cursor was not made by this kind of list, or was tampered with.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// The database does not answer, or not in time. Trying again later may help.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds what this program did not write.
    #[error("the stored {what} cannot be read: {detail}")]
    Corrupt {
        /// Which column or document.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Anything else the database says: a defect of this program.
    #[error("the database refused a statement")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}
