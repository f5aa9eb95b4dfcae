//! What a cart or an order costs, as clients read it.

use async_graphql::{ID, Object, SimpleObject};

use crate::domain::money::{Money, format_scaled};
use crate::domain::order;
use crate::graphql::money::MoneyOutput;
use crate::graphql::scalars::Decimal;

/// Places of a rate in parts of a million.
const RATE_PLACES: u32 = 6;

/// Whether prices contain tax, `subtotal − discount + shipping` is the total; otherwise `tax` comes on top.
pub(crate) struct Cost(order::OrderCost);

impl From<&order::OrderCost> for Cost {
    fn from(cost: &order::OrderCost) -> Self {
        Self(cost.clone())
    }
}

/// The tax at one rate.
#[derive(SimpleObject)]
struct TaxLine {
    name: String,
    /// As a fraction: "0.19" is 19 %.
    rate: Decimal,
    amount: MoneyOutput,
}

/// A voucher and what it took off.
#[derive(SimpleObject)]
pub(crate) struct AppliedVoucher {
    code: String,
    discount: MoneyOutput,
    description: String,
}

/// A way to send goods.
#[derive(SimpleObject)]
pub(crate) struct ShippingOption {
    id: ID,
    name: String,
    carrier: String,
    price: MoneyOutput,
    min_days: Option<i32>,
    max_days: Option<i32>,
}

impl AppliedVoucher {
    pub(crate) fn of(voucher: &order::AppliedVoucher, cost: &order::OrderCost) -> Self {
        Self {
            code: voucher.code.clone(),
            discount: Money::new(voucher.discount_minor, cost.currency).into(),
            description: voucher.description.clone(),
        }
    }
}

impl From<&order::ShippingOption> for ShippingOption {
    fn from(option: &order::ShippingOption) -> Self {
        Self {
            id: ID(option.id.clone()),
            name: option.name.clone(),
            carrier: option.carrier.clone(),
            price: option.price.into(),
            min_days: option.min_days.map(i32::from),
            max_days: option.max_days.map(i32::from),
        }
    }
}

fn rate(millionths: u32) -> Decimal {
    let text = format_scaled(i64::from(millionths), RATE_PLACES);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    Decimal(if text.is_empty() { "0".to_owned() } else { text.to_owned() })
}

impl Cost {
    fn money(&self, minor: i64) -> MoneyOutput {
        Money::new(minor, self.0.currency).into()
    }
}

#[Object(name = "CartCost")]
impl Cost {
    /// The lines before discounts.
    async fn subtotal(&self) -> MoneyOutput {
        self.money(self.0.subtotal_minor)
    }

    /// What vouchers take off, on lines and on shipping.
    async fn discount(&self) -> MoneyOutput {
        self.money(self.0.discount_minor)
    }

    /// Before vouchers.
    async fn shipping(&self) -> MoneyOutput {
        self.money(self.0.shipping_minor)
    }

    /// The sum of `taxLines`: contained in the other figures when `taxIncluded`, on top of them otherwise.
    async fn tax(&self) -> MoneyOutput {
        self.money(self.0.tax_minor)
    }

    /// Whether prices contain the tax.
    async fn tax_included(&self) -> bool {
        self.0.includes_tax()
    }

    /// What is paid.
    async fn total(&self) -> MoneyOutput {
        self.money(self.0.total_minor)
    }

    async fn tax_lines(&self) -> Vec<TaxLine> {
        let line = |line: &order::TaxLine| TaxLine {
            name: line.name.clone(),
            rate: rate(line.rate_millionths),
            amount: self.money(line.amount_minor),
        };
        self.0.tax_lines.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact_fractions() {
        let text = [190_000, 88_750, 0, 1_000_000].map(|parts| rate(parts).0);
        assert_eq!(text, ["0.19", "0.08875", "0", "1"]);
    }
}
