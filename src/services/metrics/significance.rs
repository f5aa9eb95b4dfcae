//! Whether two arms of an experiment differ, and whether shoppers were dealt as planned.
//!
//! Shoppers are dealt, so shoppers are what is independent: everything is computed from one pair of numbers a shopper,
//! never from single impressions, of which those of one shopper resemble each other.

use statrs::distribution::{ChiSquared, ContinuousCDF as _, StudentsT};

/// Intervals hold the true value in 95 of 100 experiments.
const CONFIDENCE: f64 = 0.95;

/// Sums over n shoppers of two numbers of each, x and y, for the ratio Σx / Σy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub shoppers: f64,
    pub x: f64,
    pub y: f64,
    pub xx: f64,
    pub yy: f64,
    pub xy: f64,
}

/// How a treatment did against the control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Difference relative to the control, 0.1 for a tenth more; none when the control has nothing.
    pub lift: Option<f64>,
    /// Bounds of the lift; none when the control is too uncertain to divide by.
    pub interval: Option<(f64, f64)>,
    /// Probability of a difference this large between arms that do not differ.
    pub p_value: f64,
}

#[derive(Debug, Clone, Copy)]
struct Estimate {
    value: f64,
    /// Of the value, not of single shoppers.
    variance: f64,
    /// Shoppers less one.
    freedom: f64,
}

impl Sample {
    /// The mean of one number a shopper: a ratio to a constant one.
    pub fn mean(shoppers: f64, x: f64, xx: f64) -> Self {
        Self { shoppers, x, y: shoppers, xx, yy: shoppers, xy: x }
    }

    /// The ratio R = Σx / Σy and its variance by the delta method,
    /// `Var(R) ≈ Σ(x − R·y)² / ((n − 1) · n · ȳ²)`; with y = 1 it is the variance of a mean.
    ///
    /// Deng, Knoblich, Lu, "Applying the delta method in metric analytics", KDD 2018, section 3.
    fn estimate(&self) -> Option<Estimate> {
        let n = self.shoppers;
        if n < 2.0 || self.y <= 0.0 {
            return None;
        }
        let value = self.x / self.y;
        let residuals = value.mul_add(value * self.yy - 2.0 * self.xy, self.xx).max(0.0);
        let mean_y = self.y / n;
        Some(Estimate { value, variance: residuals / ((n - 1.0) * n * mean_y * mean_y), freedom: n - 1.0 })
    }
}

/// Compares two arms; none while one of them has fewer than two shoppers, or nobody in either did anything different.
///
/// The test is Welch's ("The generalization of 'Student's' problem", Biometrika 34, 1947): unequal variances, degrees
/// of freedom after Satterthwaite. The interval of the lift is Fieller's ("Some problems in interval estimation",
/// J. R. Stat. Soc. B 16, 1954) with the same quantile: it contains zero exactly when the test finds nothing.
pub fn compare(control: &Sample, treatment: &Sample) -> Option<Comparison> {
    let (base, new) = (control.estimate()?, treatment.estimate()?);
    let variance = base.variance + new.variance;
    if variance <= 0.0 {
        return None;
    }
    let freedom = variance * variance
        / (base.variance * base.variance / base.freedom + new.variance * new.variance / new.freedom);
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let t = (new.value - base.value) / variance.sqrt();
    let quantile = student.inverse_cdf(0.5 + CONFIDENCE / 2.0);
    Some(Comparison {
        lift: (base.value > 0.0).then(|| new.value / base.value - 1.0),
        interval: fieller(base, new, quantile),
        p_value: (2.0 * student.sf(t.abs())).clamp(0.0, 1.0),
    })
}

/// The lifts ρ − 1 with (R₁ − ρ·R₀)² ≤ q² · (V₁ + ρ²·V₀).
fn fieller(base: Estimate, new: Estimate, quantile: f64) -> Option<(f64, f64)> {
    let squared = quantile * quantile;
    let a = base.value * base.value - squared * base.variance;
    if a <= 0.0 || base.value <= 0.0 {
        // The control may well be zero: no bound on the ratio is certain.
        return None;
    }
    let b = base.value * new.value;
    let c = new.value * new.value - squared * new.variance;
    let root = (b * b - a * c).max(0.0).sqrt();
    Some(((b - root) / a - 1.0, (b + root) / a - 1.0))
}

/// The probability of counts this far from the plan, by Pearson's χ² test; 1 while nobody was dealt.
///
/// A small one means a broken split, whose results mean nothing: Fabijan and others, "Diagnosing sample ratio mismatch
/// in online controlled experiments", KDD 2019.
pub fn sample_ratio(arms: &[(f64, f64)]) -> f64 {
    let all: f64 = arms.iter().map(|(count, _)| count).sum();
    let weights: f64 = arms.iter().map(|(_, weight)| weight.max(0.0)).sum();
    if all <= 0.0 || weights <= 0.0 {
        return 1.0;
    }
    let mut statistic = 0.0;
    let mut dealt = 0_u32;
    for (count, weight) in arms {
        let expected = all * weight.max(0.0) / weights;
        if expected > 0.0 {
            statistic += (count - expected) * (count - expected) / expected;
            dealt += 1;
        } else if *count > 0.0 {
            return 0.0;
        }
    }
    let freedom = f64::from(dealt.saturating_sub(1));
    ChiSquared::new(freedom).map_or(1.0, |chi_squared| chi_squared.sf(statistic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pairs: &[(f64, f64)]) -> Sample {
        let sum = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum();
        Sample {
            shoppers: pairs.len() as f64,
            x: sum(|pair| pair.0),
            y: sum(|pair| pair.1),
            xx: sum(|pair| pair.0 * pair.0),
            yy: sum(|pair| pair.1 * pair.1),
            xy: sum(|pair| pair.0 * pair.1),
        }
    }

    fn values(values: &[f64]) -> Sample {
        Sample::mean(values.len() as f64, values.iter().sum(), values.iter().map(|value| value * value).sum())
    }

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-6
    }

    #[test]
    fn the_test_is_welchs() {
        // scipy.stats.ttest_ind(b, a, equal_var=False): t 2.4553564, p 0.0213780.
        let a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
        let b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4];
        let found = compare(&values(&a), &values(&b)).unwrap();
        assert!((found.p_value - 0.021_378_0).abs() < 1e-6, "{}", found.p_value);
        let (low, high) = found.interval.unwrap();
        let lift = found.lift.unwrap();
        assert!(0.0 < low && low < lift && lift < high, "{low} {lift} {high}");
    }

    #[test]
    fn the_interval_contains_zero_exactly_when_the_test_finds_nothing() {
        for extra in 0..60 {
            let control: Vec<f64> = (0..200).map(|n| f64::from(u8::from(n % 5 == 0))).collect();
            let treatment: Vec<f64> = (0..200).map(|n| f64::from(u8::from(n < 20 + extra))).collect();
            let found = compare(&values(&control), &values(&treatment)).unwrap();
            let (low, high) = found.interval.unwrap();
            assert_eq!(low <= 0.0 && 0.0 <= high, found.p_value >= 0.05, "{extra}: {found:?}");
        }
    }

    #[test]
    fn a_rate_of_impressions_is_judged_by_shopper() {
        // Half of the shoppers click every one of ten products, half click none: ten times the impressions say no more
        // than their shoppers do.
        let few: Vec<(f64, f64)> = (0..20).map(|n| (f64::from(n % 2), 1.0)).collect();
        let many: Vec<(f64, f64)> = (0..20).map(|n| (f64::from(n % 2) * 10.0, 10.0)).collect();
        let (few, many) = (sample(&few).estimate().unwrap(), sample(&many).estimate().unwrap());
        assert!(close(few.value, 0.5) && close(many.value, 0.5));
        assert!(close(few.variance, 0.25 / 19.0) && close(many.variance, few.variance));
    }

    #[test]
    fn too_little_is_not_compared() {
        let some = values(&[0.0, 1.0, 0.0]);
        assert_eq!(compare(&some, &values(&[1.0])), None);
        assert_eq!(compare(&values(&[0.0, 0.0]), &values(&[0.0, 0.0])), None);
        let nothing = compare(&values(&[0.0, 0.0, 0.0]), &some).unwrap();
        assert_eq!((nothing.lift, nothing.interval), (None, None));
    }

    #[test]
    fn a_broken_split_is_seen() {
        // scipy.stats.chisquare([50, 60]): p 0.3403557.
        assert!(close(sample_ratio(&[(50.0, 0.5), (60.0, 0.5)]), 0.340_355_7));
        assert!(sample_ratio(&[(5_000.0, 0.5), (5_400.0, 0.5)]) < 0.001);
        assert!(close(sample_ratio(&[(100.0, 1.0), (300.0, 3.0)]), 1.0));
        assert!(close(sample_ratio(&[(0.0, 1.0), (0.0, 1.0)]), 1.0));
        assert!(close(sample_ratio(&[(7.0, 1.0)]), 1.0));
    }
}
