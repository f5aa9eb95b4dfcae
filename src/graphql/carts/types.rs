//! Carts as clients read them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::cost::{AppliedVoucher, Cost, ShippingOption};
use super::line::CartLine;
use crate::domain::cart;
use crate::domain::ids::{CartId, UserId};
use crate::domain::money::format_scaled;
use crate::graphql::auth::caller;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::{self, GlobalId};
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::{ActiveCartOf, CartLinesOf, CartVouchersOf, WholeTree, load, load_many};
use crate::graphql::people::Address;
use crate::graphql::recommendations::{RecommendedProduct, bought_with};
use crate::graphql::scalars::{CurrencyCode, DateTime, Decimal};
use crate::graphql::services;
use crate::graphql::user_error::UserError;
use crate::services::carts::{self, Goods, Pieces, PricedCart, WarningKind};
use crate::services::error::ServiceError;

/// Places of a weight in grams, written in kilograms.
const KILOGRAM_PLACES: u32 = 3;

/// What somebody means to buy. Guests reach their cart with the X-Cart-Token header; `version` rises with every change.
/// Prices and stock are those of this moment, at every reading.
#[derive(Clone)]
pub struct Cart(Arc<PricedCart>);

impl From<PricedCart> for Cart {
    fn from(cart: PricedCart) -> Self {
        Self(Arc::new(cart))
    }
}

/// Something the shop changed in a cart, or found changed, without being asked.
#[derive(SimpleObject)]
pub(crate) struct CartWarning {
    code: CartWarningCode,
    message: String,
    line_id: Option<ID>,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum CartWarningCode {
    QuantityReduced,
    LineRemoved,
    PriceChanged,
    VoucherRemoved,
    LinesMerged,
}

impl CartWarning {
    pub(crate) fn of(warning: &carts::CartWarning, cart: &PricedCart) -> Self {
        let (code, message) = match warning.kind {
            WarningKind::QuantityReduced { wanted, left } => {
                (CartWarningCode::QuantityReduced, format!("of {wanted} wanted only {left} are left"))
            }
            WarningKind::LineRemoved => {
                (CartWarningCode::LineRemoved, "it is no longer sold, or the cart is full".to_owned())
            }
            WarningKind::PriceChanged { before, now } => {
                let (before, now) = (cart.money(before), cart.money(now));
                (CartWarningCode::PriceChanged, format!("it costs {now} now, {before} when it was added"))
            }
            WarningKind::VoucherRemoved => {
                (CartWarningCode::VoucherRemoved, "a voucher does not apply any more".to_owned())
            }
            WarningKind::LinesMerged => {
                (CartWarningCode::LinesMerged, "what was put in before signing in came along".to_owned())
            }
        };
        Self { code, message, line_id: warning.line.map(GlobalId::global) }
    }
}

#[Object]
impl Cart {
    pub(crate) async fn id(&self) -> ID {
        self.0.cart.id.global()
    }

    async fn version(&self) -> i32 {
        i32::try_from(self.0.cart.version).unwrap_or(i32::MAX)
    }

    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.cart.currency)
    }

    /// In the order they were added.
    async fn lines(&self) -> Vec<CartLine> {
        (0..self.0.lines.len()).map(|place| CartLine { cart: Arc::clone(&self.0), place }).collect()
    }

    async fn total_quantity(&self) -> i32 {
        let pieces: u64 = self.0.lines.iter().map(|line| u64::from(line.line.quantity)).sum();
        i32::try_from(pieces).unwrap_or(i32::MAX)
    }

    async fn cost(&self) -> Cost {
        Cost::from(&self.0.cost)
    }

    /// In the order they were applied.
    async fn vouchers(&self) -> Vec<AppliedVoucher> {
        self.0.vouchers.iter().map(|voucher| AppliedVoucher::of(voucher, &self.0.cost)).collect()
    }

    /// Where to write to; the account's address until another is given.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_ref().map(|email| email.as_str())
    }

    async fn shipping_address(&self) -> Option<Address> {
        self.0.cart.shipping_address.as_ref().map(Address::from)
    }

    async fn billing_address(&self) -> Option<Address> {
        self.0.cart.billing_address.as_ref().map(Address::from)
    }

    /// The ways to send it to the address, or within the shop's country while there is none.
    async fn shipping_options(&self) -> Vec<ShippingOption> {
        self.0.shipping_options.iter().map(ShippingOption::from).collect()
    }

    async fn shipping_option(&self) -> Option<ShippingOption> {
        self.0.shipping_option.as_ref().map(ShippingOption::from)
    }

    /// What stops checkout now; empty means ready.
    async fn problems(&self) -> Vec<UserError> {
        let told = |mistake: &crate::services::error::Mistake| UserError::from_mistake(mistake.clone(), &[]);
        self.0.problems.iter().map(told).collect()
    }

    /// Kilograms of carbon dioxide of everything in it, as far as they are known.
    async fn carbon_footprint_kg(&self) -> Option<Decimal> {
        self.0.carbon_grams().map(|grams| Decimal(format_scaled(grams, KILOGRAM_PLACES)))
    }

    async fn updated_at(&self) -> DateTime {
        self.0.cart.updated_at.into()
    }

    /// When it is forgotten unless changed before.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.cart.expires_at.map(DateTime::from)
    }

    /// What others bought together with what is in it.
    #[graphql(directive = cost::apply(5, per(&["count"])))]
    async fn frequently_bought_together(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(4)")] count: Option<i32>,
    ) -> GraphqlResult<Vec<RecommendedProduct>> {
        let products = self.0.lines.iter().map(|line| line.product.id).collect();
        bought_with(ctx, products, count.unwrap_or(4)).await
    }
}

/// The active cart of a user, priced from what the loaders read in batches.
pub(crate) async fn cart_of_user(ctx: &Context<'_>, user: UserId) -> GraphqlResult<Option<Cart>> {
    let Some(row) = load(ctx, ActiveCartOf(user)).await? else { return Ok(None) };
    let services = services(ctx);
    let (lines, vouchers, account) = futures_util::try_join!(
        load(ctx, CartLinesOf(row.id)),
        load(ctx, CartVouchersOf(row.id)),
        load(ctx, user),
    )?;
    let lines: Vec<cart::CartLine> = lines.map(|lines| lines.to_vec()).unwrap_or_default();
    let variants = load_many(ctx, lines.iter().map(|line| line.variant_id)).await?;
    let products = load_many(ctx, variants.values().map(|variant| variant.product_id)).await?;
    let tree = if services.carts.tariff().looks_at_categories() {
        load(ctx, WholeTree).await?.unwrap_or_default()
    } else {
        Arc::default()
    };
    let pieces = Pieces {
        cart: cart::Cart::clone(&row),
        lines,
        vouchers: vouchers.map(|vouchers| vouchers.to_vec()).unwrap_or_default(),
        account_email: account.and_then(|account| account.email.clone()),
        goods: Goods { variants, products, tree },
    };
    Ok(Some(services.carts.priced(pieces)?.into()))
}

/// The sender's own active cart.
pub(crate) async fn own_cart(ctx: &Context<'_>) -> GraphqlResult<Option<Cart>> {
    match caller(ctx).user() {
        Some(user) => cart_of_user(ctx, user).await,
        None => Ok(services(ctx).carts.own(caller(ctx)).await?.map(Cart::from)),
    }
}

#[derive(Default)]
pub struct CartQuery;

#[Object]
impl CartQuery {
    /// A cart of the caller's; null when there is none, or it is somebody else's.
    async fn cart(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<Option<Cart>> {
        let id: CartId = global_id::decode(&id).map_err(|problem| GraphqlError::about("id", &problem))?;
        let found: Result<_, ServiceError> = services(ctx).carts.cart(caller(ctx), id).await;
        Ok(found?.map(Cart::from))
    }
}
