//! What can be wrong with a value before any store is asked.

use super::money::Currency;

/// A value broke a rule of the domain. `what` names the value in the words of the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidValue {
    /// Nothing, or only white space.
    #[error("{what} is required")]
    Required {
        /// The value's name.
        what: &'static str,
    },
    /// More characters than allowed.
    #[error("{what} is longer than {max} characters")]
    TooLong {
        /// The value's name.
        what: &'static str,
        /// The most characters it may have.
        max: usize,
    },
    /// More entries than allowed.
    #[error("{what} has more than {max} entries")]
    TooMany {
        /// The list's name.
        what: &'static str,
        /// The most entries it may have.
        max: usize,
    },
    /// A number outside its bounds.
    #[error("{what} must be between {min} and {max}")]
    OutOfRange {
        /// The value's name.
        what: &'static str,
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
    },
    /// The wrong form.
    #[error("{what} {expected}")]
    Malformed {
        /// The value's name.
        what: &'static str,
        /// What was expected, to follow the name: "must be an e-mail address".
        expected: &'static str,
    },
    /// Two amounts in different currencies met.
    #[error("expected {expected} but got {actual}")]
    CurrencyMismatch {
        /// The currency of the sum so far.
        expected: Currency,
        /// The currency of the amount that did not fit.
        actual: Currency,
    },
    /// A sum left the range of money.
    #[error("{what} is too large to count")]
    Overflow {
        /// The value's name.
        what: &'static str,
    },
}
