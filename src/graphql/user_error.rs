//! Mistakes a buyer or operator can correct: the payloads' `userErrors`.

use async_graphql::{ComplexObject, Context, Enum, ID, Interface, SimpleObject};

use super::catalogue::ProductVariant;
use super::loaders::load;
use super::messages;
use super::money::MoneyOutput;
use super::orders::OrderStatus;
use crate::domain::ids::VariantId;
use crate::domain::order;
use crate::error::Code;
use crate::services::error::{Mistake, Problem, ServiceError};

use super::error::{GraphqlError, GraphqlResult};

/// What kind of mistake it was, for programs.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    Invalid,
    Required,
    NotFound,
    AlreadyExists,
    OutOfRange,
    TooManyItems,
    CurrencyMismatch,
    InvalidCredentials,
    EmailNotVerified,
    TokenInvalid,
    TokenExpired,
    PasswordTooWeak,
    AccountLocked,
    InsufficientStock,
    ProductUnavailable,
    PriceChanged,
    CartEmpty,
    CartCompleted,
    VersionConflict,
    VoucherNotApplicable,
    ShippingNotAvailable,
    IllegalTransition,
    OrderPartlyShipped,
    NotRefundable,
    AmountTooLarge,
    GatewayUnavailable,
    PaymentDeclined,
    IdempotencyKeyReused,
    ExperimentRunning,
    StrategyNotReady,
}

impl From<Code> for ErrorCode {
    fn from(code: Code) -> Self {
        match code {
            Code::Required => Self::Required,
            Code::NotFound => Self::NotFound,
            Code::AlreadyExists => Self::AlreadyExists,
            Code::OutOfRange => Self::OutOfRange,
            Code::TooManyItems => Self::TooManyItems,
            Code::CurrencyMismatch => Self::CurrencyMismatch,
            Code::InvalidCredentials => Self::InvalidCredentials,
            Code::EmailNotVerified => Self::EmailNotVerified,
            Code::TokenInvalid => Self::TokenInvalid,
            Code::TokenExpired => Self::TokenExpired,
            Code::PasswordTooWeak => Self::PasswordTooWeak,
            Code::AccountLocked => Self::AccountLocked,
            Code::InsufficientStock => Self::InsufficientStock,
            Code::ProductUnavailable => Self::ProductUnavailable,
            Code::PriceChanged => Self::PriceChanged,
            Code::CartEmpty => Self::CartEmpty,
            Code::CartCompleted => Self::CartCompleted,
            Code::VersionConflict => Self::VersionConflict,
            Code::VoucherNotApplicable => Self::VoucherNotApplicable,
            Code::ShippingNotAvailable => Self::ShippingNotAvailable,
            Code::IllegalTransition => Self::IllegalTransition,
            Code::OrderPartlyShipped => Self::OrderPartlyShipped,
            Code::NotRefundable => Self::NotRefundable,
            Code::AmountTooLarge => Self::AmountTooLarge,
            Code::GatewayUnavailable => Self::GatewayUnavailable,
            Code::PaymentDeclined => Self::PaymentDeclined,
            Code::IdempotencyKeyReused => Self::IdempotencyKeyReused,
            Code::ExperimentRunning => Self::ExperimentRunning,
            Code::StrategyNotReady => Self::StrategyNotReady,
            // The remaining codes never travel in `userErrors`.
            _ => Self::Invalid,
        }
    }
}

/// A mistake the buyer or operator can correct. Bugs, outages, auth and cost refusals travel in the top-level `errors`
/// with `extensions.code`.
#[derive(Interface, Debug, Clone)]
#[graphql(
    field(name = "message", ty = "&String", desc = "For people."),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "Input path, e.g. [\"input\",\"lines\",\"0\",\"quantity\"]."
    ),
    field(name = "code", ty = "&ErrorCode")
)]
pub enum UserError {
    Input(InputError),
    VersionConflict(VersionConflictError),
    InsufficientStock(InsufficientStockError),
    PriceChanged(PriceChangedError),
    Transition(TransitionError),
    PaymentDeclined(PaymentDeclinedError),
}

/// A value that cannot be taken as it is.
#[derive(SimpleObject, Debug, Clone)]
pub struct InputError {
    message: String,
    path: Option<Vec<String>>,
    code: ErrorCode,
}

/// Somebody else changed the object since the version given as `expectedVersion`.
#[derive(SimpleObject, Debug, Clone)]
pub struct VersionConflictError {
    message: String,
    path: Option<Vec<String>>,
    code: ErrorCode,
    current_version: i32,
}

/// Fewer pieces of a variant are left than were asked for.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(complex)]
pub struct InsufficientStockError {
    message: String,
    path: Option<Vec<String>>,
    code: ErrorCode,
    #[graphql(skip)]
    variant_id: VariantId,
    requested: i32,
    available: i32,
}

#[ComplexObject]
impl InsufficientStockError {
    async fn variant(&self, ctx: &Context<'_>) -> GraphqlResult<ProductVariant> {
        let found = load(ctx, self.variant_id).await?;
        found.map(ProductVariant::from).ok_or_else(|| GraphqlError::of(Code::NotFound))
    }
}

/// The total is another one than the buyer saw.
#[derive(SimpleObject, Debug, Clone)]
pub struct PriceChangedError {
    message: String,
    path: Option<Vec<String>>,
    code: ErrorCode,
    expected: MoneyOutput,
    actual: MoneyOutput,
}

/// The gateway said no.
#[derive(SimpleObject, Debug, Clone)]
pub struct PaymentDeclinedError {
    message: String,
    path: Option<Vec<String>>,
    code: ErrorCode,
    gateway: ID,
    gateway_code: Option<String>,
    /// Whether another attempt, or other means, may succeed.
    retryable: bool,
}

/// An order's state does not allow the step.
#[derive(SimpleObject, Debug, Clone)]
pub struct TransitionError {
    message: String,
    path: Option<Vec<String>>,
    code: ErrorCode,
    from: OrderStatus,
    to: OrderStatus,
    allowed: Vec<OrderStatus>,
}

/// The step between orders' states that was refused; `None` for steps of anything else.
fn order_step(
    from: &str,
    to: &str,
    allowed: &[&str],
) -> Option<(OrderStatus, OrderStatus, Vec<OrderStatus>)> {
    let status = |name: &str| order::OrderStatus::from_name(name).map(OrderStatus::from);
    let allowed = allowed.iter().map(|name| status(name)).collect::<Option<_>>()?;
    Some((status(from)?, status(to)?, allowed))
}

impl UserError {
    /// Tells a mistake whose place is relative to `prefix`, the argument the use case was given.
    pub fn from_mistake(mistake: Mistake, prefix: &[&str]) -> Self {
        let path: Vec<String> = prefix.iter().map(|part| (*part).to_owned()).chain(mistake.path).collect();
        let path = (!path.is_empty()).then_some(path);
        let message = messages::english(&mistake.problem);
        let code = mistake.problem.code().into();
        match mistake.problem {
            Problem::VersionConflict { current } => Self::VersionConflict(VersionConflictError {
                message,
                path,
                code,
                current_version: i32::try_from(current).unwrap_or(i32::MAX),
            }),
            Problem::Shortage { variant, requested, available } => {
                let pieces = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
                let (requested, available) = (pieces(requested), pieces(available));
                let variant_id = variant;
                Self::InsufficientStock(InsufficientStockError {
                    message,
                    path,
                    code,
                    variant_id,
                    requested,
                    available,
                })
            }
            Problem::PriceChanged { expected, actual } => {
                let (expected, actual) = (expected.into(), actual.into());
                Self::PriceChanged(PriceChangedError { message, path, code, expected, actual })
            }
            Problem::PaymentDeclined { gateway, gateway_code, retryable } => {
                let gateway = gateway.into();
                Self::PaymentDeclined(PaymentDeclinedError {
                    message,
                    path,
                    code,
                    gateway,
                    gateway_code,
                    retryable,
                })
            }
            Problem::IllegalTransition { from, to, ref allowed } => match order_step(from, to, allowed) {
                Some((from, to, allowed)) => {
                    Self::Transition(TransitionError { message, path, code, from, to, allowed })
                }
                None => Self::Input(InputError { message, path, code }),
            },
            _ => Self::Input(InputError { message, path, code }),
        }
    }
}

/// Parts what the caller can correct (for the payload) from what goes to the top-level `errors`.
pub fn outcome<T>(
    answer: Result<T, ServiceError>,
    prefix: &[&str],
) -> GraphqlResult<Result<T, Vec<UserError>>> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(ServiceError::Refused(mistakes)) => {
            Ok(Err(mistakes.into_iter().map(|mistake| UserError::from_mistake(mistake, prefix)).collect()))
        }
        Err(error) => Err(GraphqlError::from(error)),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType;

    use super::*;
    use crate::error::Travels;

    #[test]
    fn every_code_of_the_table_that_travels_in_payloads_has_its_own_name_there() {
        let table: Vec<&str> = Code::ALL
            .iter()
            .filter(|code| code.travels() != Travels::Errors)
            .map(|code| code.name())
            .collect();
        let mut schema: Vec<&str> = ErrorCode::items().iter().map(|item| item.name).collect();
        schema.sort_unstable();
        let mut mapped: Vec<&str> = table
            .iter()
            .filter_map(|name| Code::from_name(name))
            .filter_map(|code| {
                let code = ErrorCode::from(code);
                ErrorCode::items().iter().find(|item| item.value == code).map(|item| item.name)
            })
            .collect();
        assert_eq!(mapped, table);
        mapped.sort_unstable();
        assert_eq!(mapped, schema);
    }

    #[test]
    fn a_mistake_is_told_with_its_place_below_the_argument() {
        let mistake = Mistake::at(["variants", "0", "sku"], Problem::Required);
        let UserError::Input(error) = UserError::from_mistake(mistake, &["input"]) else {
            panic!("an input error")
        };
        assert_eq!(error.path.unwrap(), ["input", "variants", "0", "sku"]);
        assert_eq!(error.code, ErrorCode::Required);
    }
}
