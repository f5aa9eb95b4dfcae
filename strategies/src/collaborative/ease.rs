//! EASE^R: the closed-form item–item regression whose diagonal is nought, from the inverse of the
//! regularised Gram matrix; and its local approximation where the catalogue is too large to invert.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::neighbours::{Stop, co_occurrences};
use crate::dense::{FactorAndSolve, System, padded, vectorised};
use crate::learn::touches::{Histories, Recency};
use crate::sparse::{Csr, RowSums};

/// `B = -P_ij / P_jj` with `P = (X'X + λI)^-1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ease {
    /// λ, in units of shopper weight.
    pub ridge: f32,
    /// How shoppers' weights fade within the Gram matrix.
    pub recency: Recency,
    /// Weights kept a target item, by absolute value.
    pub neighbours: usize,
}

/// Columns of the inverse made at a time.
const BLOCK: usize = 256;

impl Ease {
    /// Row `i` holds what having `i` adds to the score of others. `None` when stopped; when rounding
    /// makes the matrix indefinite, λ is doubled until it is not.
    pub(super) fn fit(&self, histories: &Histories, stop: Stop<'_>) -> Option<Csr> {
        let n = histories.items();
        let gram = histories.matrix(|touch| self.recency.weight(touch) * touch.strength).dense_gram();
        if stop(0.2) {
            return None;
        }
        let inverse_factor = self.inverse_factor(gram, n, stop)?;
        let inverse_factor = MatRef::from_column_major_slice(&inverse_factor, n, n);
        let mut targets = Csr::empty(0, n);
        let mut block = vec![0f32; n * BLOCK.min(n)];
        for first in (0..n).step_by(BLOCK) {
            if stop(0.6 + 0.4 * first as f32 / n as f32) {
                return None;
            }
            let width = BLOCK.min(n - first);
            // P = L^-T L^-1, and L^-1 has nothing above its diagonal.
            let below = inverse_factor.submatrix(first, 0, n - first, n);
            matmul(
                MatMut::from_column_major_slice_mut(&mut block[..n * width], n, width),
                Accum::Replace,
                below.transpose(),
                below.subcols(first, width),
                1.0,
                Par::rayon(0),
            );
            let rows: Vec<Vec<(u32, f32)>> = block[..n * width]
                .par_chunks(n)
                .enumerate()
                .map_init(
                    || RowSums::new(n),
                    |sums, (at, column)| {
                        let diagonal = column[first + at];
                        for (item, &value) in column.iter().enumerate() {
                            if item != first + at {
                                sums.add(item as u32, -value / diagonal);
                            }
                        }
                        sums.drain_largest(self.neighbours)
                    },
                )
                .collect();
            for row in rows {
                targets.push_row(row);
            }
        }
        Some(targets.transpose())
    }

    /// `L^-1` for the Cholesky factor of the regularised Gram matrix, in full columns.
    fn inverse_factor(&self, gram: Vec<f32>, n: usize, stop: Stop<'_>) -> Option<Vec<f32>> {
        let mut ridge = f64::from(self.ridge.max(1e-3));
        let mut factor = gram;
        // Only the lower triangle is overwritten: the upper one restores it for another attempt.
        let diagonal: Vec<f32> = (0..n).map(|item| factor[item * n + item]).collect();
        loop {
            for item in 0..n {
                factor[item * n + item] = diagonal[item] + ridge as f32;
            }
            let mut memory = MemBuffer::new(factor::cholesky_in_place_scratch::<f32>(
                n,
                Par::rayon(0),
                Default::default(),
            ));
            let done = factor::cholesky_in_place(
                MatMut::from_column_major_slice_mut(&mut factor, n, n),
                Default::default(),
                Par::rayon(0),
                MemStack::new(&mut memory),
                Default::default(),
            );
            if done.is_ok() {
                break;
            }
            if stop(0.2) || ridge > 1e12 {
                return None;
            }
            for column in 0..n {
                for row in column + 1..n {
                    factor[column * n + row] = factor[row * n + column];
                }
            }
            ridge *= 2.0;
        }
        if stop(0.4) {
            return None;
        }
        let mut inverse = vec![0f32; n * n];
        invert_lower_triangular(
            MatMut::from_column_major_slice_mut(&mut inverse, n, n),
            MatRef::from_column_major_slice(&factor, n, n),
            Par::rayon(0),
        );
        (!stop(0.6)).then_some(inverse)
    }
}

/// The same regression restricted, for every target, to the candidates that co-occur with it most:
/// thousands of small systems in place of one huge one, so time and memory grow with the catalogue
/// and not with its cube.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalEase {
    /// λ, in units of shopper weight.
    pub ridge: f32,
    /// How shoppers' weights fade within the Gram matrix.
    pub recency: Recency,
    /// Candidates a target item.
    pub candidates: usize,
}

/// Gram entries kept an item at most; beyond them co-occurrence counts as nought.
const GRAM_ROW: usize = 400;
/// Gram entries kept in all, 480 MB of them, unless that were fewer than the candidates of an item.
const GRAM_ENTRIES: usize = 60_000_000;

impl LocalEase {
    /// As [`Ease::fit`].
    pub(super) fn fit(&self, histories: &Histories, stop: Stop<'_>) -> Option<Csr> {
        let n = histories.items();
        let users = histories.matrix(|touch| self.recency.weight(touch) * touch.strength);
        let items = users.transpose();
        let kept = (GRAM_ENTRIES / n.max(1)).clamp(self.candidates.min(GRAM_ROW), GRAM_ROW);
        let gram = Csr::build_rows(n, n, kept, &|done| stop(0.3 * done), |item, sums| {
            co_occurrences(&items, &users, item, sums);
        })?;
        let diagonal: Vec<f32> = (0..n).map(|item| items.iter_row(item).map(|(_, w)| w * w).sum()).collect();
        drop((users, items));
        let targets = self.solve_all(&gram, &diagonal, &|done| stop(0.3 + 0.7 * done))?;
        Some(targets.transpose())
    }

    fn solve_all(&self, gram: &Csr, diagonal: &[f32], stop: Stop<'_>) -> Option<Csr> {
        let n = gram.rows();
        let most = self.candidates.max(1);
        Csr::build_rows_with(
            n,
            n,
            most,
            stop,
            || Local {
                place: vec![u32::MAX; n],
                system: System::default(),
                right: Vec::new(),
                ranked: Vec::new(),
            },
            |target, local, sums| {
                let Local { place, system, right, ranked } = local;
                ranked.clear();
                ranked.extend(
                    gram.iter_row(target)
                        .filter(|&(item, value)| item as usize != target && value > 0.0)
                        .map(|(item, value)| (item, value, value / (diagonal[item as usize].sqrt() + 1e-3))),
                );
                if ranked.len() > most {
                    ranked.select_nth_unstable_by(most - 1, |a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
                    ranked.truncate(most);
                }
                ranked.sort_unstable_by_key(|&(item, _, _)| item);
                let m = ranked.len();
                for (at, &(item, _, _)) in ranked.iter().enumerate() {
                    place[item as usize] = at as u32;
                }
                let mut ridge = self.ridge.max(1e-3);
                let solved = loop {
                    system.reset(m);
                    for (at, &(item, _, _)) in ranked.iter().enumerate() {
                        for (other, value) in gram.iter_row(item as usize) {
                            // Either side's pruning may have dropped the pair: the other restores it.
                            let column = place[other as usize];
                            if column != u32::MAX {
                                system.set(at, column as usize, value);
                            }
                        }
                        system.set(at, at, diagonal[item as usize] + ridge);
                    }
                    right.clear();
                    right.extend(ranked.iter().map(|&(_, value, _)| value));
                    right.resize(padded(m), 0.0);
                    let done = vectorised(FactorAndSolve { system: &mut *system, right: &mut *right });
                    if done || ridge > 1e12 {
                        break done;
                    }
                    ridge *= 4.0;
                };
                for (at, &(item, _, _)) in ranked.iter().enumerate() {
                    place[item as usize] = u32::MAX;
                    if solved {
                        sums.add(item, right[at]);
                    }
                }
            },
        )
    }
}

struct Local {
    place: Vec<u32>,
    system: System,
    right: Vec<f32>,
    ranked: Vec<(u32, f32, f32)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::touches::Touch;

    fn histories() -> Histories {
        let rows: [&[u32]; 5] = [&[0, 1], &[0, 1, 2], &[1, 2, 3], &[0, 3], &[2, 3, 4]];
        let touch = |&item: &u32| Touch { item, strength: 1.0, age_days: 0.0, steps: 0 };
        Histories::from_rows(5, rows.iter().map(|row| row.iter().map(touch).collect()).collect())
    }

    /// Gauss–Jordan in double precision: slow and plain.
    fn inverse(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let n = a.len();
        for (i, row) in a.iter_mut().enumerate() {
            row.extend((0..n).map(|j| f64::from(u8::from(i == j))));
        }
        for i in 0..n {
            let pivot = a[i][i];
            a[i].iter_mut().for_each(|value| *value /= pivot);
            for k in (0..n).filter(|&k| k != i) {
                let (factor, row) = (a[k][i], a[i].clone());
                a[k].iter_mut().zip(row).for_each(|(value, other)| *value -= factor * other);
            }
        }
        a.into_iter().map(|row| row[n..].to_vec()).collect()
    }

    #[test]
    fn weights_equal_the_closed_form() {
        let ease = Ease { ridge: 0.5, recency: Recency::Flat, neighbours: 10 };
        let model = ease.fit(&histories(), &|_| false).unwrap();
        let gram = histories().matrix(|_| 1.0).dense_gram();
        let p = inverse(
            (0..5)
                .map(|i| {
                    (0..5).map(|j| f64::from(gram[i * 5 + j]) + if i == j { 0.5 } else { 0.0 }).collect()
                })
                .collect(),
        );
        for (i, row) in p.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let expected = if i == j { 0.0 } else { -value / p[j][j] };
                assert!((f64::from(model.get(i, j as u32)) - expected).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn weights_solve_the_normal_equations_of_a_catalogue_of_several_blocks() {
        let n = 700u32;
        let touch = |item: u32| Touch { item, strength: 1.0, age_days: 0.0, steps: 0 };
        let row = |user: u64| {
            let mut items: Vec<u32> =
                (0..12).map(|at| (crate::experiment::mix(user * 31 + at) % u64::from(n)) as u32).collect();
            items.sort_unstable();
            items.dedup();
            items.into_iter().map(touch).collect()
        };
        let data = Histories::from_rows(n as usize, (0..900).map(row).collect());
        let ridge = 3.0;
        let ease = Ease { ridge, recency: Recency::Flat, neighbours: n as usize };
        let model = ease.fit(&data, &|_| false).unwrap();
        let gram = data.matrix(|_| 1.0).dense_gram();
        let n = n as usize;
        for target in (0..n).step_by(97) {
            let weights: Vec<f32> = (0..n).map(|i| model.get(i, target as u32)).collect();
            for k in (0..n).filter(|&k| k != target) {
                let product: f32 = (0..n).map(|i| gram[k * n + i] * weights[i]).sum();
                let expected = gram[k * n + target];
                assert!((product + ridge * weights[k] - expected).abs() < 1e-3, "{k} {target}");
            }
        }
    }

    #[test]
    fn local_weights_equal_the_closed_form_when_every_product_is_a_candidate() {
        // Where nothing is pruned and all co-occur, the local regression is EASE itself.
        let rows: [&[u32]; 4] = [&[0, 1, 2], &[0, 1], &[1, 2], &[0, 2]];
        let touch = |&item: &u32| Touch { item, strength: 1.0, age_days: 0.0, steps: 0 };
        let data = Histories::from_rows(3, rows.iter().map(|row| row.iter().map(touch).collect()).collect());
        let exact =
            Ease { ridge: 0.5, recency: Recency::Flat, neighbours: 9 }.fit(&data, &|_| false).unwrap();
        let local =
            LocalEase { ridge: 0.5, recency: Recency::Flat, candidates: 9 }.fit(&data, &|_| false).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                assert!((exact.get(i, j) - local.get(i, j)).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn local_weights_stand_only_where_products_co_occur() {
        let local = LocalEase { ridge: 0.5, recency: Recency::Flat, candidates: 2 };
        let model = local.fit(&histories(), &|_| false).unwrap();
        let gram = histories().matrix(|_| 1.0).dense_gram();
        for i in 0..5 {
            for (j, _) in model.iter_row(i) {
                assert!(gram[i * 5 + j as usize] > 0.0);
            }
        }
        assert!((0..5).all(|j| model.transpose().row(j).0.len() <= 2));
    }
}
