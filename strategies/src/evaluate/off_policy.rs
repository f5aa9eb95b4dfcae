//! Off-policy evaluation: how a policy would have done, from impressions that another one logged.
//!
//! Every impression carries the probability with which the logging policy chose its product. For the
//! policy in question, weight w = its own probability / that propensity:
//!
//! - inverse propensity scoring, V = mean(w·r) (Horvitz and Thompson, JASA 1952): unbiased, noisy;
//! - self-normalised, V = Σ w·r / Σ w (Swaminathan and Joachims, NeurIPS 2015): a little bias for
//!   much less noise;
//! - doubly robust, V = mean(q̂(π) + w·(r − q̂(a))) (Dudík, Langford and Li, ICML 2011): right when
//!   either the propensities or the reward model are.

use serde::Serialize;

use super::EvaluateError;
use crate::metrics::{Interval, Resamples};

/// A logged impression with what the policy in question would have done.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoggedImpression {
    /// What it earned, such as 1 for a click.
    pub reward: f64,
    /// Probability with which the logging policy showed this product here.
    pub propensity: f64,
    /// Probability with which the policy in question would have.
    pub target_probability: f64,
    /// What a model expects this product to earn here.
    pub expected_reward: f64,
    /// What that model expects of the policy's own choice here: Σ π(a)·q̂(a) over the products.
    pub expected_under_target: f64,
}

/// Three estimates of a policy's value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PolicyValue {
    /// Mean reward that was logged, whatever the policy.
    pub logged: f64,
    /// Inverse propensity scoring.
    pub ips: Interval,
    /// Self-normalised inverse propensity scoring.
    pub snips: Interval,
    /// Doubly robust.
    pub doubly_robust: Interval,
    /// (Σ w)² / Σ w²: with how many impressions of the policy's own these compare.
    pub effective_samples: f64,
    /// Impressions used.
    pub impressions: usize,
}

/// Estimates a policy's value. Weights are capped at `max_weight` (pass infinity for none), which
/// trades a little bias for less noise.
///
/// # Errors
/// When there is no impression, or a propensity is not within (0, 1].
pub fn estimate(
    impressions: &[LoggedImpression],
    max_weight: f64,
    rounds: usize,
    seed: u64,
) -> Result<PolicyValue, EvaluateError> {
    if impressions.is_empty() {
        return Err(EvaluateError::Impressions("no logged impressions to estimate from".to_owned()));
    }
    if let Some(at) =
        impressions.iter().position(|logged| !(logged.propensity > 0.0 && logged.propensity <= 1.0))
    {
        return Err(EvaluateError::Impressions(format!("impression {at} has a propensity outside (0, 1]")));
    }
    let weights: Vec<f64> = impressions
        .iter()
        .map(|logged| (logged.target_probability / logged.propensity).min(max_weight))
        .collect();
    let weighted: Vec<f64> =
        impressions.iter().zip(&weights).map(|(logged, weight)| weight * logged.reward).collect();
    let corrected: Vec<f64> = impressions
        .iter()
        .zip(&weights)
        .map(|(logged, weight)| {
            logged.expected_under_target + weight * (logged.reward - logged.expected_reward)
        })
        .collect();
    let resamples = Resamples::new(impressions.len(), rounds, seed);
    let count = impressions.len() as f64;
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    Ok(PolicyValue {
        logged: impressions.iter().map(|logged| logged.reward).sum::<f64>() / count,
        ips: resamples.interval(&weighted),
        snips: ratio_interval(&resamples, &weighted, &weights),
        doubly_robust: resamples.interval(&corrected),
        effective_samples: if squares > 0.0 { sum * sum / squares } else { 0.0 },
        impressions: impressions.len(),
    })
}

/// Interval of mean(a) / mean(b), both resampled together.
fn ratio_interval(resamples: &Resamples, numerator: &[f64], denominator: &[f64]) -> Interval {
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let mean = ratio(numerator.iter().sum(), denominator.iter().sum());
    let mut ratios: Vec<f64> = resamples
        .means(numerator)
        .into_iter()
        .zip(resamples.means(denominator))
        .map(|(a, b)| ratio(a, b))
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |share: f64| {
        ratios.get(((ratios.len() as f64 - 1.0) * share).round().max(0.0) as usize).copied().unwrap_or(mean)
    };
    Interval { mean, low: at(0.025), high: at(0.975) }
}

/// Mean reward of each of `items` products with a prior of `strength` impressions at the overall
/// mean: a reward model for the doubly robust estimate that needs no training.
#[must_use]
pub fn smoothed_rewards(logged: &[(usize, f64)], items: usize, strength: f64) -> Vec<f64> {
    let overall = logged.iter().map(|(_, reward)| reward).sum::<f64>() / logged.len().max(1) as f64;
    let mut sums = vec![(0.0, 0.0); items];
    for (item, reward) in logged {
        if let Some((total, count)) = sums.get_mut(*item) {
            *total += reward;
            *count += 1.0;
        }
    }
    sums.into_iter()
        .map(|(total, count)| (total + strength * overall) / (count + strength).max(f64::MIN_POSITIVE))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(reward: f64, propensity: f64, target_probability: f64) -> LoggedImpression {
        LoggedImpression {
            reward,
            propensity,
            target_probability,
            expected_reward: 0.5,
            expected_under_target: 0.5,
        }
    }

    #[test]
    fn the_three_estimates_of_a_worked_example_are_as_computed_by_hand() {
        let impressions =
            [logged(1.0, 0.5, 1.0), logged(0.0, 0.5, 0.0), logged(0.0, 0.25, 0.5), logged(1.0, 0.5, 0.25)];
        let value = estimate(&impressions, f64::INFINITY, 50, 1).unwrap();
        // Weights 2, 0, 2, 0.5.
        assert!((value.ips.mean - 2.5 / 4.0).abs() < 1e-12);
        assert!((value.snips.mean - 2.5 / 4.5).abs() < 1e-12);
        let corrected = 0.5 + (2.0 * 0.5 + 0.0 + 2.0 * -0.5 + 0.5 * 0.5) / 4.0;
        assert!((value.doubly_robust.mean - corrected).abs() < 1e-12);
        assert!((value.effective_samples - 4.5 * 4.5 / 8.25).abs() < 1e-12);
        assert_eq!(value.logged, 0.5);
    }

    #[test]
    fn the_logging_policy_itself_is_estimated_exactly() {
        let impressions: Vec<_> = (0..10).map(|at| logged(f64::from(at % 2), 0.2, 0.2)).collect();
        let value = estimate(&impressions, f64::INFINITY, 10, 1).unwrap();
        assert_eq!((value.ips.mean, value.snips.mean), (value.logged, value.logged));
        assert!((value.effective_samples - 10.0).abs() < 1e-9);
    }

    #[test]
    fn impossible_propensities_and_empty_logs_are_refused() {
        assert!(estimate(&[logged(1.0, 0.0, 0.5)], 10.0, 10, 1).is_err());
        assert!(estimate(&[], 10.0, 10, 1).is_err());
    }

    #[test]
    fn rewards_of_rarely_shown_products_are_drawn_to_the_mean() {
        let rewards = smoothed_rewards(&[(0, 1.0), (1, 0.0), (1, 0.0), (1, 1.0)], 3, 1.0);
        assert!((rewards[0] - 1.5 / 2.0).abs() < 1e-12);
        assert!((rewards[1] - 1.5 / 4.0).abs() < 1e-12);
        assert!((rewards[2] - 0.5).abs() < 1e-12);
    }
}
