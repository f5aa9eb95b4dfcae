//! What an experiment has found so far: each arm against the first, by one figure a shopper.

use std::collections::HashMap;

use super::significance::{Comparison, Sample, compare, sample_ratio};
use crate::storage::metrics::ShopperSums;

/// The figure by which arms are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Products clicked, of those seen.
    ClickThroughRate,
    /// Shoppers who bought, of those served.
    ConversionRate,
    /// What a shopper spent.
    RevenuePerShopper,
}

/// An arm and how it did.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmResult {
    pub variant_key: String,
    /// Different shoppers it was dealt to.
    pub shoppers: i64,
    /// Against the first arm; none for that arm itself, and while there is too little to tell.
    pub comparison: Option<Comparison>,
}

/// What an experiment has found so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// In the experiment's order.
    pub arms: Vec<ArmResult>,
    /// See [`sample_ratio`].
    pub sample_ratio_p: f64,
}

impl Goal {
    fn sample(self, sums: &ShopperSums) -> Sample {
        let shoppers = sums.shoppers as f64;
        match self {
            Self::ClickThroughRate => Sample {
                shoppers,
                x: sums.clicks,
                y: sums.seen,
                xx: sums.clicks_squared,
                yy: sums.seen_squared,
                xy: sums.seen_clicks,
            },
            Self::ConversionRate => Sample::mean(shoppers, sums.buyers as f64, sums.buyers as f64),
            Self::RevenuePerShopper => Sample::mean(shoppers, sums.revenue, sums.revenue_squared),
        }
    }
}

/// Judges arms, given as key and weight, the control first.
pub fn judge(arms: &[(String, f64)], sums: &HashMap<String, ShopperSums>, goal: Goal) -> Results {
    let of = |key: &String| sums.get(key).copied().unwrap_or_default();
    let control = arms.first().map(|(key, _)| goal.sample(&of(key)));
    let result = |(place, (key, _)): (usize, &(String, f64))| ArmResult {
        variant_key: key.clone(),
        shoppers: of(key).shoppers,
        comparison: match &control {
            Some(control) if place > 0 => compare(control, &goal.sample(&of(key))),
            _ => None,
        },
    };
    let dealt: Vec<(f64, f64)> =
        arms.iter().map(|(key, weight)| (of(key).shoppers as f64, *weight)).collect();
    Results { arms: arms.iter().enumerate().map(result).collect(), sample_ratio_p: sample_ratio(&dealt) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_judged_by_the_goal_and_the_first_is_the_measure() {
        let sums = |clicks: f64, buyers: i64| ShopperSums {
            shoppers: 1_000,
            seen: 10_000.0,
            seen_squared: 100_000.0,
            clicks,
            clicks_squared: clicks,
            seen_clicks: 10.0 * clicks,
            buyers,
            revenue: buyers as f64 * 100.0,
            revenue_squared: buyers as f64 * 10_000.0,
        };
        let arms = [("old".to_owned(), 1.0), ("new".to_owned(), 1.0)];
        let sums = HashMap::from([("old".to_owned(), sums(200.0, 50)), ("new".to_owned(), sums(300.0, 50))]);
        let clicks = judge(&arms, &sums, Goal::ClickThroughRate);
        assert_eq!((clicks.arms[0].comparison, clicks.arms[1].shoppers), (None, 1_000));
        let found = clicks.arms[1].comparison.unwrap();
        // Every shopper saw ten products, so this is a test of two proportions, 20 % and 30 %: z = 5.18.
        assert!((found.lift.unwrap() - 0.5).abs() < 1e-9 && found.p_value < 1e-6, "{found:?}");
        let buyers = judge(&arms, &sums, Goal::ConversionRate).arms[1].comparison.unwrap();
        assert!((buyers.lift.unwrap(), buyers.p_value) == (0.0, 1.0), "{buyers:?}");
        assert_eq!(judge(&arms, &HashMap::new(), Goal::RevenuePerShopper).arms[1].comparison, None);
    }
}
