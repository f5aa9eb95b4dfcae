//! Stochastic gradient descent, on squared error with sampled negatives or on pairs (BPR): the
//! classic alternatives to alternating least squares.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::factors::Factors;
use crate::dense::{add_scaled, dot};
use crate::sparse::Csr;

/// What is descended on, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gradient {
    /// Pairs of a chosen and a passed-over product (BPR) instead of squared error.
    pub pairwise: bool,
    /// Dimensions.
    pub dimensions: usize,
    /// Passes over the data.
    pub epochs: usize,
    /// Step size.
    pub learning_rate: f32,
    /// Regularisation.
    pub ridge: f32,
}

/// Sampled negatives for every observed pair under squared error.
const NEGATIVES: usize = 4;
/// Draws before a negative that the shopper also chose is accepted after all.
const DRAWS: usize = 8;

impl Gradient {
    /// Trains item factors on shopper × product weights, in one thread so that a seed decides the
    /// outcome. `None` when stopped.
    pub(super) fn fit(&self, users: &Csr, seed: u64, stop: &(dyn Fn(f32) -> bool + Sync)) -> Option<Factors> {
        let deviation = 0.1 / (self.dimensions as f32).sqrt();
        let mut user_factors = Factors::normal(users.rows(), self.dimensions, deviation, seed ^ 0x55);
        let mut items = Factors::normal(users.columns(), self.dimensions, deviation, seed);
        if users.is_empty() {
            return Some(items);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let chosen = sorted_rows(users);
        let pairs: Vec<(u32, u32, f32)> = (0..users.rows())
            .flat_map(|user| users.iter_row(user).map(move |(item, weight)| (user as u32, item, weight)))
            .collect();
        let mut gradient = vec![0.0; items.stride()];
        for epoch in 0..self.epochs {
            if stop(epoch as f32 / self.epochs as f32) {
                return None;
            }
            // Falling steps let the last passes settle.
            let rate = self.learning_rate * (1.0 - 0.9 * epoch as f32 / self.epochs as f32);
            for _ in 0..pairs.len() {
                let (user, item, weight) = pairs[rng.random_range(0..pairs.len())];
                let row = &chosen[user as usize];
                let mut negative = || {
                    let mut other = rng.random_range(0..users.columns() as u32);
                    for _ in 0..DRAWS {
                        if row.binary_search(&other).is_err() {
                            break;
                        }
                        other = rng.random_range(0..users.columns() as u32);
                    }
                    other
                };
                let others: [u32; NEGATIVES] = std::array::from_fn(|_| negative());
                let user = user_factors.row_mut(user as usize);
                if self.pairwise {
                    self.pair_step(rate * weight, user, &mut items, item, others[0], &mut gradient);
                } else {
                    self.point_step(rate * weight, user, &mut items, item, 1.0, &mut gradient);
                    for other in others {
                        self.point_step(rate, user, &mut items, other, 0.0, &mut gradient);
                    }
                }
            }
        }
        Some(items)
    }

    #[inline(always)]
    fn pair_step(
        &self,
        rate: f32,
        user: &mut [f32],
        items: &mut Factors,
        better: u32,
        worse: u32,
        difference: &mut [f32],
    ) {
        if better == worse {
            return;
        }
        difference.copy_from_slice(items.row(better as usize));
        add_scaled(difference, -1.0, items.row(worse as usize));
        let slope = 1.0 / (1.0 + dot(user, difference).exp());
        let decay = -rate * self.ridge;
        for (item, sign) in [(better, 1.0), (worse, -1.0)] {
            let row = items.row_mut(item as usize);
            row.iter_mut().for_each(|value| *value += decay * *value);
            add_scaled(row, rate * slope * sign, user);
        }
        user.iter_mut().for_each(|value| *value += decay * *value);
        add_scaled(user, rate * slope, difference);
    }

    #[inline(always)]
    fn point_step(
        &self,
        rate: f32,
        user: &mut [f32],
        items: &mut Factors,
        item: u32,
        wanted: f32,
        before: &mut [f32],
    ) {
        let row = items.row_mut(item as usize);
        before.copy_from_slice(row);
        // Clipped: one wild product must not throw the factors out of range.
        let error = (wanted - dot(user, row)).clamp(-2.0, 2.0);
        let decay = -rate * self.ridge;
        row.iter_mut().for_each(|value| *value += decay * *value);
        add_scaled(row, rate * error, user);
        user.iter_mut().for_each(|value| *value += decay * *value);
        add_scaled(user, rate * error, before);
    }
}

fn sorted_rows(users: &Csr) -> Vec<Vec<u32>> {
    (0..users.rows())
        .map(|user| {
            let mut row = users.row(user).0.to_vec();
            row.sort_unstable();
            row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_one_taste_end_up_closer_than_products_of_two() {
        let users = Csr::from_rows(
            6,
            (0..60).map(|user| {
                let first = if user % 2 == 0 { 0 } else { 3 };
                (first..first + 3).map(|item| (item, 1.0))
            }),
        );
        for pairwise in [true, false] {
            let gradient = Gradient { pairwise, dimensions: 8, epochs: 60, learning_rate: 0.1, ridge: 0.005 };
            let items = gradient.fit(&users, 3, &|_| false).unwrap();
            let cosine = |a: usize, b: usize| {
                let (a, b) = (items.row(a), items.row(b));
                dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
            };
            assert!(
                cosine(0, 1) > cosine(0, 4) + 0.5,
                "pairwise {pairwise}: {} {}",
                cosine(0, 1),
                cosine(0, 4)
            );
        }
    }

    #[test]
    fn descending_ends_when_told() {
        let gradient =
            Gradient { pairwise: true, dimensions: 8, epochs: 6, learning_rate: 0.1, ridge: 0.005 };
        let users = Csr::from_rows(2, vec![vec![(0, 1.0)]]);
        assert!(gradient.fit(&users, 3, &|done| done > 0.4).is_none());
    }
}
