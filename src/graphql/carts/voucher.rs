//! Vouchers as staff keep them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use crate::domain::caller::Permission as Right;
use crate::domain::cart;
use crate::domain::money::{Money, format_scaled, parse_scaled};
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::connection::count;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::money::{MoneyInput, MoneyOutput};
use crate::graphql::scalars::{DateTime, Decimal};
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::carts::{VoucherDraft, VoucherKindDraft};
use crate::services::error::{Mistakes, Problem, ServiceError};

/// Decimal places of a percentage that is a whole number of millionths.
const PERCENT_PLACES: u32 = 4;

/// What a voucher takes off.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum VoucherKind {
    /// A share of each line.
    Percentage,
    /// An amount, spread over the lines.
    Fixed,
    /// The carriage.
    FreeShipping,
}

/// A voucher, and how often it was used.
#[derive(SimpleObject)]
struct Voucher {
    id: ID,
    code: String,
    description: String,
    kind: VoucherKind,
    /// Per cent, for PERCENTAGE.
    percent: Option<Decimal>,
    /// For FIXED.
    amount: Option<MoneyOutput>,
    min_subtotal: Option<MoneyOutput>,
    starts_at: Option<DateTime>,
    ends_at: Option<DateTime>,
    usage_limit: Option<i32>,
    per_user_limit: Option<i32>,
    used_count: i32,
    active: bool,
    created_at: DateTime,
}

/// A voucher to add, or to take the place of the one with its code.
#[derive(InputObject)]
struct VoucherInput {
    /// Letters, digits, - and _; case does not matter.
    code: String,
    description: Option<String>,
    kind: VoucherKind,
    /// Above 0 and at most 100; for PERCENTAGE.
    percent: Option<Decimal>,
    /// For FIXED.
    amount: Option<MoneyInput>,
    /// What the goods have to cost at least.
    min_subtotal: Option<MoneyInput>,
    starts_at: Option<DateTime>,
    ends_at: Option<DateTime>,
    /// How often it may be used in all.
    usage_limit: Option<i32>,
    /// How often one user may use it; such a voucher is not for guests.
    per_user_limit: Option<i32>,
    #[graphql(default = true)]
    active: bool,
}

#[derive(SimpleObject)]
struct VoucherPayload {
    voucher: Option<Voucher>,
    user_errors: Vec<UserError>,
}

impl Voucher {
    fn of(voucher: cart::Voucher, shop: crate::domain::money::Currency) -> Self {
        let int = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        let money = |minor: i64| Money::new(minor, voucher.currency.unwrap_or(shop)).into();
        let (kind, percent, amount) = match voucher.kind {
            cart::VoucherKind::Percentage(rate) => {
                let percent = Decimal(format_scaled(i64::from(rate), PERCENT_PLACES));
                (VoucherKind::Percentage, Some(percent), None)
            }
            cart::VoucherKind::Fixed(minor) => (VoucherKind::Fixed, None, Some(money(minor))),
            cart::VoucherKind::FreeShipping => (VoucherKind::FreeShipping, None, None),
        };
        Self {
            id: voucher.id.global(),
            kind,
            percent,
            amount,
            min_subtotal: voucher.min_subtotal_minor.map(money),
            starts_at: voucher.starts_at.map(DateTime::from),
            ends_at: voucher.ends_at.map(DateTime::from),
            usage_limit: voucher.usage_limit.map(int),
            per_user_limit: voucher.per_user_limit.map(int),
            used_count: int(voucher.used_count),
            active: voucher.active,
            created_at: voucher.created_at.into(),
            code: voucher.code,
            description: voucher.description,
        }
    }
}

impl VoucherInput {
    fn read(self) -> Result<VoucherDraft, ServiceError> {
        let mut mistakes = Mistakes::default();
        let mut money = |field: &str, given: Option<MoneyInput>| {
            given.and_then(|given| mistakes.check([field], given.read()))
        };
        let (amount, min_subtotal) = (money("amount", self.amount), money("minSubtotal", self.min_subtotal));
        let percent = self.percent.map(|percent| parse_scaled(&percent.0, PERCENT_PLACES, "percent"));
        let percent = percent.and_then(|percent| mistakes.check(["percent"], percent));
        let kind = match self.kind {
            VoucherKind::Percentage => percent.map(VoucherKindDraft::Percentage).ok_or("percent"),
            VoucherKind::Fixed => amount.map(VoucherKindDraft::Fixed).ok_or("amount"),
            VoucherKind::FreeShipping => Ok(VoucherKindDraft::FreeShipping),
        };
        let kind = match kind {
            Ok(kind) => Some(kind),
            Err(field) => {
                if mistakes.is_empty() {
                    mistakes.add([field], Problem::Required);
                }
                None
            }
        };
        let (Some(kind), true) = (kind, mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        Ok(VoucherDraft {
            code: self.code,
            description: self.description,
            kind,
            min_subtotal,
            starts_at: self.starts_at.map(|at| at.0),
            ends_at: self.ends_at.map(|at| at.0),
            usage_limit: self.usage_limit.map(i64::from),
            per_user_limit: self.per_user_limit.map(i64::from),
            active: self.active,
        })
    }
}

#[derive(Default)]
pub struct VoucherQuery;

#[Object]
impl VoucherQuery {
    /// Vouchers, the latest first.
    #[graphql(
        guard = "Requires(Right::OrdersManage)",
        directive = auth::apply(only(Right::OrdersManage), None, None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn vouchers(&self, ctx: &Context<'_>, first: Option<i32>) -> GraphqlResult<Vec<Voucher>> {
        let carts = &services(ctx).carts;
        let shop = carts.tariff().currency();
        let limit = count("first", first, crate::domain::limits::DEFAULT_PAGE)?;
        Ok(carts.vouchers(limit).await?.into_iter().map(|voucher| Voucher::of(voucher, shop)).collect())
    }
}

#[derive(Default)]
pub struct VoucherMutation;

#[Object]
impl VoucherMutation {
    /// Adds a voucher, or replaces the one of that code; how often it was used stays.
    #[graphql(
        guard = "Requires(Right::OrdersManage)",
        directive = auth::apply(only(Right::OrdersManage), None, None)
    )]
    async fn voucher_save(&self, ctx: &Context<'_>, input: VoucherInput) -> GraphqlResult<VoucherPayload> {
        let carts = &services(ctx).carts;
        let answer = match input.read() {
            Ok(draft) => carts.save_voucher(draft).await,
            Err(error) => Err(error),
        };
        Ok(match outcome(answer, &["input"])? {
            Ok(voucher) => {
                let shop = carts.tariff().currency();
                VoucherPayload { voucher: Some(Voucher::of(voucher, shop)), user_errors: Vec::new() }
            }
            Err(user_errors) => VoucherPayload { voucher: None, user_errors },
        })
    }
}
