//! What people read when something is refused: the one place to translate.

use crate::domain::error::InvalidValue;
use crate::services::error::Problem;

/// The English sentence for a problem, without its place.
pub(super) fn english(problem: &Problem) -> String {
    match problem {
        Problem::Value(invalid) => value(invalid),
        Problem::WrongId { expected } => format!("is not the id of a {expected}"),
        Problem::BadCursor => "is not a cursor of this list".to_owned(),
        Problem::NotFound { what } => format!("no such {what}"),
        Problem::AlreadyExists { what } => format!("another object has this {what} already"),
        Problem::Required => "is required".to_owned(),
        Problem::OutOfRange { min, max } => format!("must be between {min} and {max}"),
        Problem::TooMany { max } => format!("has more than {max} entries"),
        Problem::Malformed { expected } => (*expected).to_owned(),
        Problem::VersionConflict { current } => {
            format!("somebody else changed it in between; it is now at version {current}")
        }
        Problem::IllegalTransition { from, to, allowed } => {
            let next = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
            format!("{from} cannot become {to}; allowed next: {next}")
        }
        Problem::InvalidCredentials => {
            "e-mail address and password do not fit together, or the address is not confirmed yet".to_owned()
        }
        Problem::EmailNotVerified => "the e-mail address has to be confirmed first".to_owned(),
        Problem::TokenInvalid => "the token is unknown, used or revoked".to_owned(),
        Problem::TokenExpired => "the token's time has run out; ask for a new one".to_owned(),
        Problem::PasswordTooWeak { hint } => format!("the password is too easy to guess: {hint}"),
        Problem::AccountLocked { seconds } => {
            format!("too many failed attempts; try again in {seconds} seconds")
        }
        Problem::InsufficientStock { available } => format!("only {available} are left"),
        Problem::Shortage { requested, available: 0, .. } => {
            format!("{requested} are wanted, but it is sold out")
        }
        Problem::Shortage { requested, available, .. } => {
            format!("{requested} are wanted, but only {available} are left")
        }
        Problem::ProductUnavailable => "cannot be bought now".to_owned(),
        Problem::PriceChanged { expected, actual } => {
            format!("the total is {actual}, no longer {expected}")
        }
        Problem::CartEmpty => "the cart is empty".to_owned(),
        Problem::CartCompleted => "the cart has become an order, or part of another cart".to_owned(),
        Problem::VoucherNotApplicable { reason } => (*reason).to_owned(),
        Problem::ShippingNotAvailable => "this option does not deliver to this address".to_owned(),
        Problem::GatewayUnavailable => {
            "the payment gateway does not answer; ask again with the same key".to_owned()
        }
        Problem::PaymentDeclined { gateway, gateway_code, .. } => match gateway_code {
            Some(code) => format!("{gateway} declined the payment: {code}"),
            None => format!("{gateway} declined the payment"),
        },
        Problem::PaymentState { state } => format!("the payment is {state}, which does not allow this"),
        Problem::OrderPartlyShipped => {
            "an order is partly on its way: wait for the rest of it, or have that called off and paid back"
                .to_owned()
        }
        Problem::NotRefundable => "there is nothing of this payment to give back".to_owned(),
        Problem::AmountTooLarge { left } => format!("at most {left} is left"),
        Problem::IdempotencyKeyReused => "the key was used before with other input".to_owned(),
        Problem::ExperimentRunning => {
            "a running or completed experiment cannot be changed so, and only one runs at a time".to_owned()
        }
        Problem::Unfit { reason } => reason.clone(),
        Problem::StrategyNotReady { strategy } => format!("{strategy} has no trained model yet"),
    }
}

fn value(invalid: &InvalidValue) -> String {
    match invalid {
        InvalidValue::CurrencyMismatch { expected, actual } => {
            format!("expected {} but got {}", expected.code(), actual.code())
        }
        other => other.to_string(),
    }
}
