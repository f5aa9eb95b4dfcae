//! Item–item models whose rows are sums over co-occurrences: cosine neighbours with shrinkage,
//! RP3β random walks and sequential rules.

use serde::{Deserialize, Serialize};

use crate::learn::touches::{Histories, Recency};
use crate::sparse::{Csr, RowSums};

/// Asked between pieces of work with the share done; true ends the work.
pub(super) type Stop<'a> = &'a (dyn Fn(f32) -> bool + Sync);

/// Weighted cosine with shrinkage: `x_i·x_j / ((‖x_i‖²)^skew (‖x_j‖²)^(1-skew) + shrink)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemKnn {
    /// Added to the denominator: distrust of few co-occurrences.
    pub shrink: f32,
    /// Share of the norm taken from the source item; ½ is the cosine.
    pub skew: f32,
    /// How co-occurrences fade.
    pub recency: Recency,
    /// Neighbours kept an item.
    pub neighbours: usize,
}

impl ItemKnn {
    /// Row `i` holds the neighbours of `i`.
    pub(super) fn fit(&self, histories: &Histories, stop: Stop<'_>) -> Option<Csr> {
        let users = histories.matrix(|touch| self.recency.weight(touch) * touch.strength);
        let items = users.transpose();
        let norms: Vec<f32> =
            (0..items.rows()).map(|item| items.iter_row(item).map(|(_, w)| w * w).sum()).collect();
        let source: Vec<f32> = norms.iter().map(|&norm| norm.powf(self.skew)).collect();
        let target: Vec<f32> = norms.iter().map(|&norm| norm.powf(1.0 - self.skew)).collect();
        Csr::build_rows(items.rows(), items.rows(), self.neighbours, stop, |item, sums| {
            co_occurrences(&items, &users, item, sums);
            sums.remove(item as u32);
            sums.map(|other, product| {
                product / (source[item] * target[other as usize] + self.shrink).max(f32::MIN_POSITIVE)
            });
        })
    }
}

/// A walk item → shopper → item with degrees raised to `alpha`, punished by target popularity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rp3Beta {
    /// Exponent of the transition probabilities' degrees.
    pub alpha: f32,
    /// Exponent of the target's popularity.
    pub beta: f32,
    /// How steps of the walk fade.
    pub recency: Recency,
    /// Neighbours kept an item.
    pub neighbours: usize,
}

impl Rp3Beta {
    /// Row `i` holds the items a walk from `i` ends at.
    pub(super) fn fit(&self, histories: &Histories, stop: Stop<'_>) -> Option<Csr> {
        let users = histories.matrix(|touch| self.recency.weight(touch) * touch.strength);
        let items = users.transpose();
        let total = |matrix: &Csr, row: usize| matrix.row(row).1.iter().sum::<f32>().max(1e-6);
        let user_scale: Vec<f32> =
            (0..users.rows()).map(|user| total(&users, user).powf(-self.alpha)).collect();
        let item_degree: Vec<f32> = (0..items.rows()).map(|item| total(&items, item)).collect();
        // A product nobody touched lately would otherwise be lifted without bound.
        let target_scale: Vec<f32> =
            item_degree.iter().map(|&degree| degree.max(1e-2).powf(-self.beta)).collect();
        let walk = users.map(|user, _, weight| weight * user_scale[user]);
        Csr::build_rows(items.rows(), items.rows(), self.neighbours, stop, |item, sums| {
            let scale = item_degree[item].powf(-self.alpha);
            co_occurrences(&items, &walk, item, sums);
            sums.remove(item as u32);
            sums.map(|other, product| product * scale * target_scale[other as usize]);
        })
    }
}

/// What follows what: counts of `j` within `window` places after `i`, weighted by distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequentialRules {
    /// How far ahead a rule looks.
    pub window: usize,
    /// Weights fall as `distance^-power`.
    pub power: f32,
    /// Weight of the reverse direction, 0 to 1; things done at one moment have no direction.
    pub backward: f32,
    /// Counts are divided by `((n_i + shrink)(n_j + shrink))^normalisation`.
    pub normalisation: f32,
    /// Added to both counts.
    pub shrink: f32,
    /// Rules kept an item.
    pub neighbours: usize,
}

impl SequentialRules {
    /// Row `i` holds what follows `i`.
    pub(super) fn fit(&self, histories: &Histories, stop: Stop<'_>) -> Option<Csr> {
        let n = histories.items();
        let places = Csr::from_rows(
            n,
            (0..histories.users()).map(|user| {
                histories.row(user).iter().enumerate().map(|(at, touch)| (touch.item, at as f32))
            }),
        )
        .transpose();
        let scale: Vec<f32> = histories
            .degrees()
            .iter()
            .map(|&n| (n as f32 + self.shrink).max(1.0).powf(-self.normalisation))
            .collect();
        let weights: Vec<f32> =
            (0..=self.window).map(|distance| (distance.max(1) as f32).powf(-self.power)).collect();
        Csr::build_rows(n, n, self.neighbours, stop, |item, sums| {
            for (user, at) in places.iter_row(item) {
                let (row, at) = (histories.row(user as usize), at as usize);
                for (touch, weight) in row[at + 1..].iter().zip(&weights[1..]) {
                    sums.add(touch.item, *weight);
                }
                for (touch, weight) in row[..at].iter().rev().zip(&weights[1..]) {
                    let factor = if touch.steps == row[at].steps { 1.0 } else { self.backward };
                    if factor > 0.0 {
                        sums.add(touch.item, weight * factor);
                    }
                }
            }
            sums.remove(item as u32);
            sums.map(|other, count| count * scale[item] * scale[other as usize]);
        })
    }
}

/// Adds row `item` of `items · users`: for every shopper of the item, the shopper's row.
pub(super) fn co_occurrences(items: &Csr, users: &Csr, item: usize, sums: &mut RowSums) {
    for (user, weight) in items.iter_row(item) {
        for (other, value) in users.iter_row(user as usize) {
            sums.add(other, weight * value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::touches::Touch;

    /// Rows of items, each at its own moment.
    fn histories(rows: &[&[u32]], items: usize) -> Histories {
        let rows = rows.iter().map(|row| {
            let n = row.len();
            row.iter()
                .enumerate()
                .map(|(at, &item)| Touch { item, strength: 1.0, age_days: 0.0, steps: (n - 1 - at) as u32 })
                .collect()
        });
        Histories::from_rows(items, rows.collect())
    }

    #[test]
    fn cosine_with_shrinkage_equals_the_formula() {
        let data = histories(&[&[0, 1], &[0, 1, 2], &[0]], 3);
        let knn = ItemKnn { shrink: 2.0, skew: 0.5, recency: Recency::Flat, neighbours: 10 };
        let model = knn.fit(&data, &|_| false).unwrap();
        assert!((model.get(0, 1) - 2.0 / (6f32.sqrt() + 2.0)).abs() < 1e-6);
        assert_eq!(model.get(0, 0), 0.0);
        assert_eq!(model.row(0).0, [1, 2]);
    }

    #[test]
    fn the_random_walk_equals_transition_probabilities_when_alpha_is_one_and_beta_nought() {
        let data = histories(&[&[0, 1], &[0, 1, 2], &[0]], 3);
        let walk = Rp3Beta { alpha: 1.0, beta: 0.0, recency: Recency::Flat, neighbours: 10 };
        let model = walk.fit(&data, &|_| false).unwrap();
        // From 0: each of three shoppers with probability 1/3, then evenly over the shopper's items.
        assert!((model.get(0, 1) - (1.0 / 3.0) * (0.5 + 1.0 / 3.0)).abs() < 1e-6);
        assert!((model.get(0, 2) - 1.0 / 9.0).abs() < 1e-6);
    }

    #[test]
    fn sequential_rules_look_ahead_and_weigh_by_distance() {
        let data = histories(&[&[0, 1, 2]], 3);
        let rules = SequentialRules {
            window: 10,
            power: 1.0,
            backward: 0.25,
            normalisation: 0.0,
            shrink: 0.0,
            neighbours: 10,
        };
        let model = rules.fit(&data, &|_| false).unwrap();
        assert_eq!((model.get(0, 1), model.get(0, 2)), (1.0, 0.5));
        assert_eq!((model.get(2, 1), model.get(2, 0)), (0.25, 0.125));
    }

    #[test]
    fn training_ends_when_told() {
        let data = histories(&[&[0, 1]], 2);
        let knn = ItemKnn { shrink: 2.0, skew: 0.5, recency: Recency::Flat, neighbours: 10 };
        assert!(knn.fit(&data, &|_| true).is_none());
    }
}
