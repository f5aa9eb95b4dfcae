//! What can go wrong, typed.

use thiserror::Error;

/// The data handed in contradicts itself.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DataError {
    /// An event names a product outside the catalogue.
    #[error("event {position} names unknown product index {item}")]
    UnknownItem {
        /// Position in the input.
        position: usize,
        /// The index it names.
        item: u32,
    },
    /// An event names a shopper outside the range.
    #[error("event {position} names unknown shopper index {user}")]
    UnknownUser {
        /// Position in the input.
        position: usize,
        /// The index it names.
        user: u32,
    },
    /// An amount is NaN or infinite.
    #[error("event {position} has an amount that is not a finite number")]
    NotFinite {
        /// Position in the input.
        position: usize,
    },
    /// The log of live events is full; a new snapshot has to be published first.
    #[error("the live log holds its limit of {limit} events")]
    LogFull {
        /// The limit.
        limit: usize,
    },
}

/// A strategy could not be configured, trained or loaded.
#[derive(Debug, Error)]
pub enum StrategyError {
    /// No such strategy.
    #[error("unknown strategy \"{id}\", known are {known}")]
    Unknown {
        /// The name asked for.
        id: String,
        /// The registered names.
        known: String,
    },
    /// The configuration does not fit the strategy's type; the message names the key.
    #[error("configuration of strategy \"{id}\": {message}")]
    Config {
        /// The strategy.
        id: String,
        /// What serde said.
        message: String,
    },
    /// The caller cancelled.
    #[error("training was cancelled")]
    Cancelled,
    /// The data does not allow a model.
    #[error("cannot train strategy \"{id}\": {message}")]
    Fit {
        /// The strategy.
        id: String,
        /// Why.
        message: String,
    },
    /// A saved model or snapshot cannot be read.
    #[error("cannot read saved {what}: {message}")]
    Persist {
        /// Model or snapshot, with its name.
        what: String,
        /// Why.
        message: String,
    },
}
