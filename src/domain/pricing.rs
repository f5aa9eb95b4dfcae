//! What a cart costs: discounts spread over lines, tax by a named rounding policy, totals that add up to the cent.
//!
//! All amounts are minor units of one currency. The policy is **per line, half-even**: tax is computed for each line
//! (and for shipping) on its discounted amount and rounded once, halves to the even cent; totals only add what was
//! rounded. Worked example with 20 % included: a line of 19.99 carries 3.33 (19.99 × 20/120 = 3.3317), three lines of
//! 0.15 carry 0.02 each (0.025 → 0.02, the even cent), 0.06 together, where rounding the sum would say 0.08 (0.075).

use super::money::round_half_even;

/// Parts of a million, the one unit of rates: 20 % is 200 000, 8.875 % is 88 750.
pub const PARTS: i64 = 1_000_000;

/// One line as it goes into the computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    /// One piece.
    pub unit_price: i64,
    /// Pieces.
    pub quantity: u32,
    /// Tax rate in parts of a million.
    pub tax_rate: u32,
}

/// What a voucher takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// A share of what is left of each line, in parts of a million.
    Percentage(u32),
    /// An amount, at most what is left.
    Fixed(i64),
    /// The shipping price.
    FreeShipping,
}

/// How prices and tax relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxPolicy {
    /// Whether prices contain the tax already.
    pub included: bool,
    /// Rate on shipping, in parts of a million.
    pub shipping_rate: u32,
}

/// A line's amounts; `total` is what the buyer pays for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCost {
    /// Price times quantity.
    pub subtotal: i64,
    /// What vouchers took off.
    pub discount: i64,
    /// Tax on the rest, contained in it or added to it.
    pub tax: i64,
    /// What is paid.
    pub total: i64,
}

/// What everything costs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cost {
    /// In the order given.
    pub lines: Vec<LineCost>,
    /// Before vouchers.
    pub subtotal: i64,
    /// Of all vouchers, on lines and on shipping.
    pub discount: i64,
    /// What each voucher took off, in the order given.
    pub reductions: Vec<i64>,
    /// Before vouchers.
    pub shipping: i64,
    /// On lines and shipping.
    pub tax: i64,
    /// What is paid.
    pub total: i64,
}

/// An amount outside what the shop can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amounts are too large to add up")]
pub struct AmountOverflow;

/// Adds up a cart. Vouchers apply in the order given, each to what the ones before left.
///
/// # Errors
/// When an amount leaves the range of `i64`.
pub fn cost(
    lines: &[PricedLine],
    reductions: &[Reduction],
    shipping: i64,
    policy: TaxPolicy,
) -> Result<Cost, AmountOverflow> {
    let mut priced = Vec::with_capacity(lines.len());
    for line in lines {
        let subtotal = line.unit_price.checked_mul(i64::from(line.quantity)).ok_or(AmountOverflow)?;
        priced.push(LineCost { subtotal, ..LineCost::default() });
    }
    let subtotal = sum(priced.iter().map(|line| line.subtotal))?;
    let mut shipping_left = shipping;
    let mut taken = Vec::with_capacity(reductions.len());
    for reduction in reductions {
        taken.push(match *reduction {
            Reduction::Percentage(rate) => percentage(&mut priced, rate)?,
            Reduction::Fixed(amount) => fixed(&mut priced, amount)?,
            Reduction::FreeShipping => std::mem::take(&mut shipping_left),
        });
    }
    for (cost, line) in priced.iter_mut().zip(lines) {
        let rest = cost.subtotal - cost.discount;
        cost.tax = tax(rest, line.tax_rate, policy.included);
        cost.total = if policy.included { rest } else { rest.checked_add(cost.tax).ok_or(AmountOverflow)? };
    }
    let shipping_tax = tax(shipping_left, policy.shipping_rate, policy.included);
    let shipping_total = if policy.included { shipping_left } else { shipping_left + shipping_tax };
    let total = sum(priced.iter().map(|line| line.total).chain([shipping_total]))?;
    Ok(Cost {
        subtotal,
        discount: sum(taken.iter().copied())?,
        reductions: taken,
        shipping,
        tax: sum(priced.iter().map(|line| line.tax).chain([shipping_tax]))?,
        total,
        lines: priced,
    })
}

fn sum(amounts: impl Iterator<Item = i64>) -> Result<i64, AmountOverflow> {
    let mut total: i64 = 0;
    for amount in amounts {
        total = total.checked_add(amount).ok_or(AmountOverflow)?;
    }
    Ok(total)
}

fn percentage(lines: &mut [LineCost], rate: u32) -> Result<i64, AmountOverflow> {
    let rate = i64::from(rate).min(PARTS);
    let mut taken = 0_i64;
    for line in lines {
        let product = i128::from(line.subtotal - line.discount) * i128::from(rate);
        let off = narrow(round_half_even(product, i128::from(PARTS)));
        line.discount += off;
        taken = taken.checked_add(off).ok_or(AmountOverflow)?;
    }
    Ok(taken)
}

/// Spreads an amount over the lines in proportion to what is left of each; the cents that division leaves over go
/// to the lines with the largest remainders, the earlier one first among equals.
fn fixed(lines: &mut [LineCost], amount: i64) -> Result<i64, AmountOverflow> {
    let left: Vec<i64> = lines.iter().map(|line| line.subtotal - line.discount).collect();
    let all = sum(left.iter().copied())?;
    let amount = amount.clamp(0, all);
    if amount == 0 {
        return Ok(0);
    }
    let mut remainders = Vec::with_capacity(lines.len());
    let mut given = 0;
    for (index, (line, left)) in lines.iter_mut().zip(&left).enumerate() {
        let product = i128::from(*left) * i128::from(amount);
        let share = narrow(product / i128::from(all));
        remainders.push((product % i128::from(all), index));
        line.discount += share;
        given += share;
    }
    remainders.sort_by_key(|(remainder, index)| (std::cmp::Reverse(*remainder), *index));
    for (_, index) in remainders.into_iter().take(usize::try_from(amount - given).unwrap_or(0)) {
        lines[index].discount += 1;
    }
    Ok(amount)
}

/// The tax in (or on) an amount.
fn tax(amount: i64, rate: u32, included: bool) -> i64 {
    let rate = i128::from(rate);
    let parts = i128::from(PARTS);
    narrow(round_half_even(i128::from(amount) * rate, if included { parts + rate } else { parts }))
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VAT: u32 = 200_000;
    const INCLUDED: TaxPolicy = TaxPolicy { included: true, shipping_rate: VAT };
    const ADDED: TaxPolicy = TaxPolicy { included: false, shipping_rate: 0 };

    fn line(unit_price: i64, quantity: u32) -> PricedLine {
        PricedLine { unit_price, quantity, tax_rate: VAT }
    }

    #[test]
    fn the_worked_example_of_the_policy_holds() {
        assert_eq!(cost(&[line(1999, 1)], &[], 0, INCLUDED).unwrap().tax, 333);
        let three = cost(&[line(15, 1), line(15, 1), line(15, 1)], &[], 0, INCLUDED).unwrap();
        assert_eq!((three.tax, three.total), (6, 45));
        let added = PricedLine { unit_price: 10_000, quantity: 1, tax_rate: 88_750 };
        assert_eq!(cost(&[added], &[], 0, ADDED).unwrap().total, 10_888);
    }

    #[test]
    fn the_worked_examples_of_the_documentation_hold() {
        let mugs = PricedLine { unit_price: 1_000, quantity: 2, tax_rate: 190_000 };
        let policy = TaxPolicy { included: true, shipping_rate: 190_000 };
        let carried = cost(&[mugs], &[], 500, policy).unwrap();
        assert_eq!((carried.lines[0].tax, carried.tax, carried.total), (319, 399, 2_500));
        let tenth = cost(&[line(333, 3)], &[Reduction::Percentage(100_000)], 0, INCLUDED).unwrap();
        assert_eq!((tenth.discount, tenth.total), (100, 899));
    }

    #[test]
    fn a_fixed_voucher_is_spread_to_the_cent() {
        let cost =
            cost(&[line(100, 1), line(100, 1), line(100, 1)], &[Reduction::Fixed(100)], 0, INCLUDED).unwrap();
        let discounts: Vec<i64> = cost.lines.iter().map(|line| line.discount).collect();
        assert_eq!(discounts, [34, 33, 33]);
    }

    #[test]
    fn vouchers_apply_in_order_to_what_is_left() {
        let vouchers = [Reduction::Percentage(100_000), Reduction::Fixed(5_000), Reduction::FreeShipping];
        let cost = cost(&[line(1_000, 2)], &vouchers, 490, INCLUDED).unwrap();
        assert_eq!(cost.reductions, [200, 1_800, 490]);
        assert_eq!((cost.total, cost.tax), (0, 0));
    }

    #[test]
    fn amounts_beyond_counting_are_an_error() {
        assert_eq!(cost(&[line(i64::MAX, 2)], &[], 0, INCLUDED), Err(AmountOverflow));
        assert_eq!(cost(&[line(i64::MAX, 1), line(1, 1)], &[], 0, INCLUDED), Err(AmountOverflow));
    }

    fn reductions() -> impl Strategy<Value = Vec<Reduction>> {
        let one = prop_oneof![
            (0_u32..1_500_000).prop_map(Reduction::Percentage),
            (0_i64..1_000_000).prop_map(Reduction::Fixed),
            Just(Reduction::FreeShipping),
        ];
        proptest::collection::vec(one, 0..4)
    }

    proptest! {
        #[test]
        fn every_cost_adds_up_to_the_cent(
            lines in proptest::collection::vec((0_i64..10_000_000, 1_u32..1_000, 0_u32..500_000), 0..20),
            reductions in reductions(),
            shipping in 0_i64..100_000,
            included: bool,
        ) {
            let lines: Vec<PricedLine> = lines
                .into_iter()
                .map(|(unit_price, quantity, tax_rate)| PricedLine { unit_price, quantity, tax_rate })
                .collect();
            let policy = TaxPolicy { included, shipping_rate: VAT };
            let cost = cost(&lines, &reductions, shipping, policy).unwrap();
            prop_assert_eq!(cost.reductions.iter().sum::<i64>(), cost.discount);
            let on_lines: i64 = cost.lines.iter().map(|line| line.discount).sum();
            let on_shipping = cost.discount - on_lines;
            prop_assert!(on_shipping == 0 || on_shipping == shipping);
            for line in &cost.lines {
                prop_assert!(0 <= line.discount && line.discount <= line.subtotal);
                let added = if included { 0 } else { line.tax };
                prop_assert_eq!(line.total, line.subtotal - line.discount + added);
            }
            let added = if included { 0 } else { cost.tax };
            prop_assert_eq!(cost.total, cost.subtotal - cost.discount + cost.shipping + added);
            prop_assert!(cost.total >= 0 && cost.tax >= 0 && cost.tax <= cost.total);
        }
    }
}
