//! Why a use case did not do what it was asked, in terms a caller can be told.

use std::fmt::Display;

use crate::domain::error::InvalidValue;
use crate::domain::ids::VariantId;
use crate::domain::money::Money;
use crate::error::Code;
use crate::storage::StorageError;

/// A use case's failure.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The caller can correct it.
    #[error("the request was refused")]
    Refused(Vec<Mistake>),
    #[error("signing in is needed")]
    Unauthenticated,
    #[error("the caller lacks a permission")]
    Forbidden,
    /// Too much of the same work at once.
    #[error("a part of the shop is busy")]
    Busy,
    #[error("the store failed")]
    Storage(#[source] StorageError),
    #[error("{0}")]
    Internal(String),
}

impl From<StorageError> for ServiceError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::BadCursor => Self::refuse(["after"], Problem::BadCursor),
            fault => Self::Storage(fault),
        }
    }
}

/// Tells a refused write as a mistake at `path`; what the store cannot blame on the caller stays a fault.
pub fn refused_write<P: Display>(error: StorageError, path: impl IntoIterator<Item = P>) -> ServiceError {
    match error {
        StorageError::Conflict { what } => ServiceError::refuse(path, Problem::AlreadyExists { what }),
        StorageError::Missing { what } => ServiceError::refuse(path, Problem::NotFound { what }),
        StorageError::VersionConflict { current } => {
            ServiceError::refuse(["expectedVersion"], Problem::VersionConflict { current })
        }
        StorageError::InsufficientStock { available, .. } => {
            ServiceError::refuse(path, Problem::InsufficientStock { available: i64::from(available) })
        }
        fault => fault.into(),
    }
}

/// The place of a mistake that lies in no single value.
pub const WHOLE: [&str; 0] = [];

/// One thing to correct, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Below the argument the use case was given: `["variants", "0", "sku"]`.
    pub path: Vec<String>,
    pub problem: Problem,
}

/// What is wrong, with all a sentence about it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    Value(InvalidValue),
    WrongId {
        expected: &'static str,
    },
    BadCursor,
    NotFound {
        what: &'static str,
    },
    AlreadyExists {
        what: &'static str,
    },
    Required,
    OutOfRange {
        min: i64,
        max: i64,
    },
    TooMany {
        max: usize,
    },
    Malformed {
        expected: &'static str,
    },
    VersionConflict {
        current: i64,
    },
    IllegalTransition {
        from: &'static str,
        to: &'static str,
        allowed: Vec<&'static str>,
    },
    InvalidCredentials,
    EmailNotVerified,
    TokenInvalid,
    TokenExpired,
    PasswordTooWeak {
        hint: &'static str,
    },
    AccountLocked {
        seconds: u64,
    },
    InsufficientStock {
        available: i64,
    },
    /// Fewer pieces of a variant are free than somebody wants to buy.
    Shortage {
        variant: VariantId,
        requested: u32,
        available: u32,
    },
    ProductUnavailable,
    PriceChanged {
        expected: Money,
        actual: Money,
    },
    CartEmpty,
    CartCompleted,
    VoucherNotApplicable {
        reason: &'static str,
    },
    ShippingNotAvailable,
    /// Nobody knows yet whether the gateway did it.
    GatewayUnavailable,
    PaymentDeclined {
        gateway: String,
        gateway_code: Option<String>,
        retryable: bool,
    },
    /// The payment is in a state that does not allow the step.
    PaymentState {
        state: &'static str,
    },
    OrderPartlyShipped,
    NotRefundable,
    AmountTooLarge {
        left: Money,
    },
    IdempotencyKeyReused,
    StrategyNotReady {
        strategy: String,
    },
    ExperimentRunning,
    /// Told by the part that refused it.
    Unfit {
        reason: String,
    },
}

impl Problem {
    /// The row of the table of codes.
    pub fn code(&self) -> Code {
        match self {
            Self::Value(invalid) => match invalid {
                InvalidValue::Required { .. } => Code::Required,
                InvalidValue::TooMany { .. } => Code::TooManyItems,
                InvalidValue::TooLong { .. }
                | InvalidValue::OutOfRange { .. }
                | InvalidValue::Overflow { .. } => Code::OutOfRange,
                InvalidValue::Malformed { .. } => Code::Invalid,
                InvalidValue::CurrencyMismatch { .. } => Code::CurrencyMismatch,
            },
            Self::WrongId { .. } | Self::BadCursor | Self::Malformed { .. } | Self::Unfit { .. } => {
                Code::Invalid
            }
            Self::NotFound { .. } => Code::NotFound,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::Required => Code::Required,
            Self::OutOfRange { .. } => Code::OutOfRange,
            Self::TooMany { .. } => Code::TooManyItems,
            Self::VersionConflict { .. } => Code::VersionConflict,
            Self::IllegalTransition { .. } => Code::IllegalTransition,
            Self::InvalidCredentials => Code::InvalidCredentials,
            Self::EmailNotVerified => Code::EmailNotVerified,
            Self::TokenInvalid => Code::TokenInvalid,
            Self::TokenExpired => Code::TokenExpired,
            Self::PasswordTooWeak { .. } => Code::PasswordTooWeak,
            Self::AccountLocked { .. } => Code::AccountLocked,
            Self::InsufficientStock { .. } | Self::Shortage { .. } => Code::InsufficientStock,
            Self::ProductUnavailable => Code::ProductUnavailable,
            Self::PriceChanged { .. } => Code::PriceChanged,
            Self::CartEmpty => Code::CartEmpty,
            Self::CartCompleted => Code::CartCompleted,
            Self::VoucherNotApplicable { .. } => Code::VoucherNotApplicable,
            Self::ShippingNotAvailable => Code::ShippingNotAvailable,
            Self::GatewayUnavailable => Code::GatewayUnavailable,
            Self::PaymentDeclined { .. } => Code::PaymentDeclined,
            Self::PaymentState { .. } => Code::IllegalTransition,
            Self::OrderPartlyShipped => Code::OrderPartlyShipped,
            Self::NotRefundable => Code::NotRefundable,
            Self::AmountTooLarge { .. } => Code::AmountTooLarge,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::StrategyNotReady { .. } => Code::StrategyNotReady,
            Self::ExperimentRunning => Code::ExperimentRunning,
        }
    }
}

impl From<InvalidValue> for Problem {
    fn from(invalid: InvalidValue) -> Self {
        Self::Value(invalid)
    }
}

impl Mistake {
    pub fn at<P: Display>(path: impl IntoIterator<Item = P>, problem: impl Into<Problem>) -> Self {
        Self { path: path.into_iter().map(|part| part.to_string()).collect(), problem: problem.into() }
    }
}

impl From<Mistake> for ServiceError {
    fn from(mistake: Mistake) -> Self {
        Self::Refused(vec![mistake])
    }
}

impl ServiceError {
    /// Refuses for one reason at one place.
    pub fn refuse<P: Display>(path: impl IntoIterator<Item = P>, problem: impl Into<Problem>) -> Self {
        Mistake::at(path, problem).into()
    }
}

/// Collects every mistake of an input, so that all are told at once.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub fn add<P: Display>(&mut self, path: impl IntoIterator<Item = P>, problem: impl Into<Problem>) {
        self.0.push(Mistake::at(path, problem));
    }

    /// The value, or `None` after noting what is wrong with it.
    pub fn check<T, E: Into<Problem>, P: Display>(
        &mut self,
        path: impl IntoIterator<Item = P>,
        value: Result<T, E>,
    ) -> Option<T> {
        value.map_err(|problem| self.add(path, problem)).ok()
    }

    /// Takes over the mistakes of a part that lies at `prefix`.
    pub fn extend<P: Display>(&mut self, prefix: impl IntoIterator<Item = P>, part: Self) {
        let prefix: Vec<String> = prefix.into_iter().map(|part| part.to_string()).collect();
        self.0.extend(part.0.into_iter().map(|mistake| {
            let path = prefix.iter().cloned().chain(mistake.path).collect();
            Mistake { path, problem: mistake.problem }
        }));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_inner(self) -> Vec<Mistake> {
        self.0
    }

    /// An error when anything was wrong.
    pub fn done(self) -> Result<(), ServiceError> {
        if self.0.is_empty() { Ok(()) } else { Err(ServiceError::Refused(self.0)) }
    }
}
