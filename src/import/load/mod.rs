//! Records into the shop: bounded batches, each one unit of work, every row under its natural key.
//!
//! A batch that the store refuses is tried again row by row, so that the rows at fault go to the rejects and the rest
//! come in.

mod behaviour;
mod catalogue;
mod orders;
mod people;

use crate::context::Context;
use crate::domain::error::InvalidValue;
use crate::import::rejects::{Reject, Rejects};
use crate::storage::{Storage, StorageError};

/// Rows a unit of work holds at most.
const BATCH: usize = 1_000;

/// Why loading stopped. Rows at fault do not stop it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the store failed")]
    Storage(#[from] StorageError),
    #[error("the rejects file cannot be written")]
    Rejects(#[from] std::io::Error),
}

/// What became of the rows of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Not there before.
    pub created: u64,
    /// There already.
    pub known: u64,
}

impl Tally {
    fn count(&mut self, created: bool) {
        if created {
            self.created += 1;
        } else {
            self.known += 1;
        }
    }
}

/// Writes records, telling `progress` how many rows are done.
pub struct Loader<'a> {
    pub storage: &'a dyn Storage,
    pub context: &'a Context,
    pub rejects: &'a mut Rejects,
    pub progress: &'a (dyn Fn(u64) + Send + Sync),
}

impl Loader<'_> {
    fn reject(
        &mut self,
        line: u64,
        column: &'static str,
        reason: &'static str,
        value: &str,
    ) -> Result<(), LoadError> {
        self.rejects.add(&Reject { line, column, reason, value: value.to_owned() })?;
        Ok(())
    }

    fn reject_invalid(&mut self, line: u64, error: &InvalidValue) -> Result<(), LoadError> {
        let (column, reason) = match error {
            InvalidValue::Required { what } => (*what, "missing"),
            InvalidValue::TooLong { what, .. } => (*what, "too long"),
            InvalidValue::TooMany { what, .. } => (*what, "too many"),
            InvalidValue::OutOfRange { what, .. } | InvalidValue::Overflow { what } => {
                (*what, "out of range")
            }
            InvalidValue::Malformed { what, expected } => (*what, *expected),
            InvalidValue::CurrencyMismatch { .. } => ("currency", "amounts in different currencies"),
        };
        self.reject(line, column, reason, "")
    }
}

/// What in the row the store refused; `None` when the store itself failed.
fn refused(error: &StorageError) -> Option<(&'static str, &'static str)> {
    match error {
        StorageError::Conflict { what } => Some((what, "taken by another row")),
        StorageError::Missing { what } => Some((what, "does not exist")),
        _ => None,
    }
}
