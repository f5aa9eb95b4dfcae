//! What a cart costs now, and what stops it from becoming an order: computed from its pieces, stored nowhere.

use std::collections::HashMap;
use std::sync::Arc;

use super::Tariff;
use crate::domain::cart::{Cart, CartLine, CartStatus, Voucher, VoucherKind};
use crate::domain::catalogue::{Category, Product, Variant};
use crate::domain::ids::{ProductId, VariantId};
use crate::domain::money::{Currency, Money};
use crate::domain::order::{AppliedVoucher, OrderCost, ShippingOption, TaxLine};
use crate::domain::pricing::{self, Cost, LineCost, PricedLine, Reduction, TaxPolicy};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::services::error::{Mistake, Mistakes, Problem, ServiceError, WHOLE};

/// Variants with their products, and the category tree where tax asks for it.
#[derive(Debug, Clone, Default)]
pub struct Goods {
    pub variants: HashMap<VariantId, Arc<Variant>>,
    pub products: HashMap<ProductId, Arc<Product>>,
    pub tree: Arc<[Category]>,
}

/// What a cart is priced from.
#[derive(Debug, Clone)]
pub struct Pieces {
    pub cart: Cart,
    pub lines: Vec<CartLine>,
    pub vouchers: Vec<Voucher>,
    /// The address of the account it belongs to.
    pub account_email: Option<Email>,
    pub goods: Goods,
}

/// A cart at the prices of this moment.
#[derive(Debug, Clone)]
pub struct PricedCart {
    pub cart: Cart,
    /// Without lines whose variant is gone altogether.
    pub lines: Vec<CartGoods>,
    pub vouchers: Vec<AppliedVoucher>,
    pub cost: OrderCost,
    /// Where to write to: the cart's own address, else the account's.
    pub email: Option<Email>,
    pub shipping_options: Vec<ShippingOption>,
    pub shipping_option: Option<ShippingOption>,
    /// What stops checkout now; paths lie below the cart.
    pub problems: Vec<Mistake>,
}

/// A line at the price of this moment.
#[derive(Debug, Clone)]
pub struct CartGoods {
    pub line: CartLine,
    pub variant: Arc<Variant>,
    pub product: Arc<Product>,
    pub cost: LineCost,
}

impl Goods {
    /// Of what a unit of work read.
    pub fn of(read: Vec<(Variant, Product)>, tree: Arc<[Category]>) -> Self {
        let mut goods = Self { tree, ..Self::default() };
        for (variant, product) in read {
            goods.products.entry(product.id).or_insert_with(|| Arc::new(product));
            goods.variants.insert(variant.id, Arc::new(variant));
        }
        goods
    }

    /// A variant with its product.
    pub fn find(&self, variant: VariantId) -> Option<(&Arc<Variant>, &Arc<Product>)> {
        let variant = self.variants.get(&variant)?;
        Some((variant, self.products.get(&variant.product_id)?))
    }

    /// Whether a variant can be bought in that currency, stock aside.
    pub fn on_sale(&self, variant: VariantId, currency: Currency) -> bool {
        self.find(variant)
            .is_some_and(|(variant, product)| product.is_visible() && variant.price.currency() == currency)
    }
}

impl PricedCart {
    /// An amount in the cart's currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.cart.currency)
    }

    /// Grams of carbon dioxide of all the pieces, as far as they are known.
    pub fn carbon_grams(&self) -> Option<i64> {
        let known = self.lines.iter().filter_map(|line| {
            let grams = line.product.sustainability.as_ref()?.carbon_grams?;
            Some(grams.saturating_mul(i64::from(line.line.quantity)))
        });
        known.reduce(i64::saturating_add)
    }
}

/// Why a voucher does not apply, if it does not. `uses` is how often this user used it before, when that is known.
pub(super) fn voucher_refusal(
    voucher: &Voucher,
    cart: &Cart,
    subtotal_minor: i64,
    uses: Option<u32>,
    now: Timestamp,
) -> Option<&'static str> {
    if !voucher.active || voucher.ends_at.is_some_and(|end| end <= now) {
        Some("the voucher is no longer good")
    } else if voucher.starts_at.is_some_and(|start| now < start) {
        Some("the voucher is not good yet")
    } else if voucher.usage_limit.is_some_and(|limit| limit <= voucher.used_count) {
        Some("the voucher is used up")
    } else if voucher.currency.is_some_and(|currency| currency != cart.currency) {
        Some("the voucher is for another currency")
    } else if voucher.per_user_limit.is_some() && cart.user_id.is_none() {
        Some("the voucher is for those who are signed in")
    } else if voucher.per_user_limit.is_some_and(|limit| uses.is_some_and(|uses| limit <= uses)) {
        Some("the voucher was used as often as one may")
    } else if voucher.min_subtotal_minor.is_some_and(|least| subtotal_minor < least) {
        Some("the goods cost less than the voucher asks for")
    } else {
        None
    }
}

/// Prices a cart.
///
/// # Errors
/// When the amounts cannot be counted, which the bounds on prices and quantities rule out.
pub fn price(tariff: &Tariff, pieces: Pieces, now: Timestamp) -> Result<PricedCart, ServiceError> {
    let Pieces { cart, lines, vouchers, account_email, goods } = pieces;
    let mut problems = Mistakes::default();
    let country = cart.shipping_address.as_ref().map_or(tariff.home(), |address| address.country.as_str());
    let mut found = Vec::with_capacity(lines.len());
    let mut inputs = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        let at = ["lines".to_owned(), index.to_string()];
        let Some((variant, product)) = goods.find(line.variant_id) else {
            problems.add(at, Problem::ProductUnavailable);
            continue;
        };
        let available = variant.stock.available();
        if !goods.on_sale(line.variant_id, cart.currency) {
            problems.add(at, Problem::ProductUnavailable);
        } else if available < line.quantity {
            let path = [at[0].as_str(), at[1].as_str(), "quantity"];
            problems
                .add(path, Problem::Shortage { variant: variant.id, requested: line.quantity, available });
        }
        inputs.push(PricedLine {
            unit_price: variant.price.minor(),
            quantity: line.quantity,
            tax_rate: tariff.rate(country, product.category_id, &goods.tree),
        });
        found.push((line, Arc::clone(variant), Arc::clone(product)));
    }
    let policy =
        TaxPolicy { included: tariff.tax_included(), shipping_rate: tariff.rate(country, None, &[]) };
    let cost_of = |reductions: &[Reduction], shipping: i64| {
        pricing::cost(&inputs, reductions, shipping, policy)
            .map_err(|overflow| ServiceError::Internal(overflow.to_string()))
    };
    let subtotal = cost_of(&[], 0)?.subtotal;
    let mut reductions = Vec::with_capacity(vouchers.len());
    for (index, voucher) in vouchers.iter().enumerate() {
        reductions.push(match voucher_refusal(voucher, &cart, subtotal, None, now) {
            None => reduction(voucher.kind),
            Some(reason) => {
                problems.add(
                    ["vouchers".to_owned(), index.to_string()],
                    Problem::VoucherNotApplicable { reason },
                );
                Reduction::Fixed(0)
            }
        });
    }
    let goods_minor = cost_of(&reductions, 0)?;
    let goods_minor = goods_minor.subtotal - goods_minor.discount;
    let shipping_options = tariff.options(country, goods_minor);
    let chosen = cart.shipping_option_id.as_deref();
    let shipping_option = shipping_options.iter().find(|option| Some(option.id.as_str()) == chosen).cloned();
    // Nothing is sent of an empty cart, so nothing is charged for sending it.
    let carriage = shipping_option.as_ref().filter(|_| !found.is_empty());
    let cost = cost_of(&reductions, carriage.map_or(0, |option| option.price.minor()))?;

    let email = cart.email.clone().or(account_email);
    if cart.status != CartStatus::Active {
        problems.add(WHOLE, Problem::CartCompleted);
    } else if found.is_empty() {
        problems.add(["lines"], Problem::CartEmpty);
    }
    if email.is_none() {
        problems.add(["email"], Problem::Required);
    }
    if cart.shipping_address.is_none() {
        problems.add(["shippingAddress"], Problem::Required);
    }
    match (chosen, &shipping_option) {
        (None, _) => problems.add(["shippingOption"], Problem::Required),
        (Some(_), None) => problems.add(["shippingOption"], Problem::ShippingNotAvailable),
        (Some(_), Some(_)) => {}
    }
    let order_cost = order_cost(tariff, cart.currency, &inputs, &cost, policy);
    let vouchers = vouchers.into_iter().zip(&cost.reductions).map(|(voucher, taken)| AppliedVoucher {
        code: voucher.code,
        discount_minor: *taken,
        description: voucher.description,
    });
    let lines = found.into_iter().zip(&cost.lines).map(|((line, variant, product), cost)| CartGoods {
        line,
        variant,
        product,
        cost: *cost,
    });
    Ok(PricedCart {
        lines: lines.collect(),
        vouchers: vouchers.collect(),
        cost: order_cost,
        email,
        shipping_options,
        shipping_option,
        problems: problems.into_inner(),
        cart,
    })
}

const fn reduction(kind: VoucherKind) -> Reduction {
    match kind {
        VoucherKind::Percentage(rate) => Reduction::Percentage(rate),
        VoucherKind::Fixed(minor) => Reduction::Fixed(minor),
        VoucherKind::FreeShipping => Reduction::FreeShipping,
    }
}

/// Adds up the tax by rate, carriage included, the highest rate first.
fn order_cost(
    tariff: &Tariff,
    currency: Currency,
    inputs: &[PricedLine],
    cost: &Cost,
    policy: TaxPolicy,
) -> OrderCost {
    let on_lines: i64 = cost.lines.iter().map(|line| line.tax).sum();
    let mut by_rate = std::collections::BTreeMap::<u32, i64>::new();
    for (input, line) in inputs.iter().zip(&cost.lines) {
        *by_rate.entry(input.tax_rate).or_default() += line.tax;
    }
    if cost.shipping > 0 {
        *by_rate.entry(policy.shipping_rate).or_default() += cost.tax - on_lines;
    }
    let tax_line = |(rate_millionths, amount_minor)| TaxLine {
        name: tariff.tax_name().to_owned(),
        rate_millionths,
        amount_minor,
    };
    OrderCost {
        currency,
        subtotal_minor: cost.subtotal,
        discount_minor: cost.discount,
        shipping_minor: cost.shipping,
        tax_minor: cost.tax,
        total_minor: cost.total,
        tax_lines: by_rate.into_iter().rev().map(tax_line).collect(),
    }
}
