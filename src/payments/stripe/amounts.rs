//! Stripe counts a few currencies in other units than ISO 4217 does.

use crate::domain::money::{Currency, Money, exponent};

/// Currencies without smaller units at Stripe.
const WHOLE: [&str; 14] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF"];
/// Counted in hundredths at Stripe although ISO 4217 gives them no fraction; only whole amounts are taken.
const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];
/// Three places, of which Stripe wants the last to be zero.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

fn places(currency: Currency) -> u32 {
    let code = currency.code();
    if WHOLE.contains(&code) || code == "XPF" {
        0
    } else if HUNDREDTHS.contains(&code) {
        2
    } else {
        exponent(currency)
    }
}

/// The amount as Stripe counts it; `None` when it has a fraction that Stripe does not take.
pub(super) fn to_stripe(money: Money) -> Option<i64> {
    let (ours, theirs) = (exponent(money.currency()), places(money.currency()));
    if THOUSANDTHS.contains(&money.currency().code()) && money.minor() % 10 != 0 {
        return None;
    }
    shift(money.minor(), ours, theirs)
}

/// An amount of Stripe's in minor units.
pub(super) fn from_stripe(amount: i64, currency: Currency) -> Option<i64> {
    shift(amount, places(currency), exponent(currency))
}

fn shift(amount: i64, from: u32, to: u32) -> Option<i64> {
    if to >= from {
        return amount.checked_mul(10_i64.checked_pow(to - from)?);
    }
    let divisor = 10_i64.checked_pow(from - to)?;
    (amount % divisor == 0).then_some(amount / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_follow_stripes_list_of_currencies() {
        let sent = |minor, currency| to_stripe(Money::new(minor, currency));
        assert_eq!(sent(1990, Currency::EUR), Some(1990));
        assert_eq!(sent(1990, Currency::JPY), Some(1990));
        assert_eq!(sent(1990, Currency::ISK), Some(199_000));
        assert_eq!(sent(5120, Currency::KWD), Some(5120));
        assert_eq!(sent(5124, Currency::KWD), None, "the last of three places must be zero");
        assert_eq!(sent(500, Currency::MGA), Some(5));
        assert_eq!(sent(501, Currency::MGA), None);
    }

    #[test]
    fn amounts_come_back_as_they_were_sent() {
        for currency in [Currency::EUR, Currency::JPY, Currency::ISK, Currency::KWD, Currency::MGA] {
            let sent = to_stripe(Money::new(7000, currency)).unwrap();
            assert_eq!(from_stripe(sent, currency), Some(7000), "{currency:?}");
        }
        assert_eq!(from_stripe(i64::MAX, Currency::MGA), None);
    }
}
