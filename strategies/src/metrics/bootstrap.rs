//! Confidence intervals and paired comparisons by resampling shoppers.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;

/// A mean with the bounds between which 95 % of the resampled means lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Interval {
    /// The mean of the sample.
    pub mean: f64,
    /// The 2.5th percentile of the resampled means.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// Whether one strategy is better than another on the same shoppers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairedComparison {
    /// Mean difference, first minus second.
    pub difference: Interval,
    /// Share of the resamples in which the first was better: near 1 it surely is.
    pub better: f64,
}

/// The same resamples of shoppers for every series, so that differences are paired.
///
/// Efron's percentile bootstrap ("Bootstrap methods: another look at the jackknife", 1979); pairing
/// as in Koehn, "Statistical significance tests for machine translation evaluation", 2004.
pub struct Resamples {
    size: usize,
    rounds: Vec<Vec<u32>>,
}

impl Resamples {
    /// `rounds` resamples of `size` shoppers, drawn with replacement from the seed.
    #[must_use]
    pub fn new(size: usize, rounds: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let draw = |rng: &mut ChaCha8Rng| ((u64::from(rng.next_u32()) * size as u64) >> 32) as u32;
        let rounds = if size == 0 { 0 } else { rounds };
        Self { size, rounds: (0..rounds).map(|_| (0..size).map(|_| draw(&mut rng)).collect()).collect() }
    }

    /// The mean of each resample of a series with one value for each shopper.
    ///
    /// # Panics
    /// When the series has another length than the resamples were made for.
    #[must_use]
    pub fn means(&self, values: &[f64]) -> Vec<f64> {
        assert_eq!(values.len(), self.size, "one value for each shopper");
        let mean =
            |round: &Vec<u32>| round.iter().map(|at| values[*at as usize]).sum::<f64>() / self.size as f64;
        self.rounds.iter().map(mean).collect()
    }

    /// Mean and 95 % interval of a series.
    #[must_use]
    pub fn interval(&self, values: &[f64]) -> Interval {
        interval_of(mean(values), self.means(values))
    }

    /// Compares two series over the same shoppers.
    #[must_use]
    pub fn compare(&self, first: &[f64], second: &[f64]) -> PairedComparison {
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        let means = self.means(&differences);
        let better =
            means.iter().filter(|difference| **difference > 0.0).count() as f64 / means.len().max(1) as f64;
        PairedComparison { difference: interval_of(mean(&differences), means), better }
    }
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

fn interval_of(mean: f64, mut means: Vec<f64>) -> Interval {
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means.get(((means.len() as f64 - 1.0) * share).round().max(0.0) as usize).copied();
    Interval { mean, low: at(0.025).unwrap_or(mean), high: at(0.975).unwrap_or(mean) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_coin_tosses_is_that_of_the_binomial() {
        let tosses: Vec<f64> = (0..400).map(|toss| f64::from(toss % 2)).collect();
        let interval = Resamples::new(400, 2_000, 1).interval(&tosses);
        assert_eq!(interval.mean, 0.5);
        // 1.96 standard errors of 0.025 on either side.
        assert!((interval.low - 0.451).abs() < 0.006, "{interval:?}");
        assert!((interval.high - 0.549).abs() < 0.006, "{interval:?}");
    }

    #[test]
    fn a_small_but_constant_advantage_is_certain_when_paired() {
        let worse: Vec<f64> = (0..100).map(f64::from).collect();
        let better: Vec<f64> = worse.iter().map(|value| value + 0.01).collect();
        let comparison = Resamples::new(100, 500, 1).compare(&better, &worse);
        assert_eq!(comparison.better, 1.0);
        assert!((comparison.difference.low - 0.01).abs() < 1e-9);
    }

    #[test]
    fn one_seed_gives_one_answer_and_no_shoppers_give_an_empty_one() {
        let values = [0.0, 1.0, 0.5];
        let interval = |seed| Resamples::new(3, 100, seed).interval(&values);
        assert_eq!(interval(7), interval(7));
        assert_eq!(Resamples::new(0, 100, 1).interval(&[]), Interval::default());
    }
}
