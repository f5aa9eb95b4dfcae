//! Random draws that depend on nothing but a seed: one keyed stream for every product, shopper and session.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A stream of draws.
pub(crate) struct Draws(ChaCha8Rng);

/// What a stream is for, so that product 7 and shopper 7 do not share their luck.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Brand = 1,
    Product,
    Text,
    Shopper,
    Day,
    Session,
    After,
}

/// A well-mixed number from a seed and two more (the finaliser of SplitMix64).
pub(crate) fn hash(seed: u64, a: u64, b: u64) -> u64 {
    let mut x =
        seed ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xD1B5_4A32_D192_ED03).rotate_left(31);
    for _ in 0..2 {
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^= x >> 31;
    }
    x
}

/// The same as a number in `[0, 1)`.
pub(crate) fn hash_unit(seed: u64, a: u64, b: u64) -> f64 {
    to_unit(hash(seed, a, b))
}

fn to_unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

impl Draws {
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(hash(seed, purpose as u64, index)))
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        to_unit(self.0.next_u64())
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform below `n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (((u128::from(self.0.next_u64())) * n as u128) >> 64) as usize
    }

    /// Uniform in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as usize + 1) as i64
    }

    /// One of the slice, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Standard normal (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Log-normal with this median.
    pub(crate) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Number of failures before a success, with this mean.
    pub(crate) fn geometric(&mut self, mean: f64) -> usize {
        let stay = mean / (1.0 + mean);
        ((1.0 - self.unit()).ln() / stay.ln()) as usize
    }

    /// Poisson; approximated by a normal above 30.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as usize;
        }
        let limit = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// An index with probability in proportion to its weight; 0 when all weights are 0.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let mut left = self.unit() * total;
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_means_they_promise() {
        let mut draws = Draws::new(1, Purpose::Day, 0);
        let mean = |f: &mut dyn FnMut() -> f64| (0..20_000).map(|_| f()).sum::<f64>() / 20_000.0;
        assert!((mean(&mut || draws.unit()) - 0.5).abs() < 0.02);
        assert!((mean(&mut || draws.poisson(3.0) as f64) - 3.0).abs() < 0.1);
        assert!((mean(&mut || draws.poisson(90.0) as f64) - 90.0).abs() < 1.0);
        assert!((mean(&mut || draws.geometric(4.0) as f64) - 4.0).abs() < 0.2);
        assert!(mean(&mut || draws.normal()).abs() < 0.03);
        assert!((mean(&mut || draws.weighted(&[1.0, 3.0]) as f64) - 0.75).abs() < 0.02);
    }

    #[test]
    fn streams_of_different_purposes_differ_and_equal_ones_agree() {
        let first = |purpose| Draws::new(7, purpose, 3).unit();
        assert_eq!(first(Purpose::Product), first(Purpose::Product));
        assert_ne!(first(Purpose::Product), first(Purpose::Shopper));
    }
}
