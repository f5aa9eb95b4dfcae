//! The factors of all products, laid out so that the best for a shopper are found without looking at
//! most of them, and found exactly.
//!
//! Rows stand in order of their length, and are rotated so that their leading dimensions carry most of
//! it. No product's score exceeds the product of the two lengths, which ends the search early; and none
//! exceeds the score of the leading dimensions plus the product of the lengths of the rest, which
//! spares most of the others their remaining dimensions.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::factors::Factors;
use crate::dense::{Kernel, LANES, dot, vectorised};

/// Leading dimensions looked at first: one cache line.
const HEAD: usize = LANES;
/// Rows screened between two looks at the score to beat.
const BLOCK: usize = 256;

/// One row a product, addressed by product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Catalogue {
    /// The longest first.
    rows: Factors,
    /// From the old basis to that of the rows; empty where they are the same.
    rotation: Factors,
    row_of: Vec<u32>,
    item_of: Vec<u32>,
    lengths: Vec<f32>,
    /// Lengths without the leading dimensions.
    tails: Vec<f32>,
}

impl Catalogue {
    /// Arranges factors given one row a product. Every score stays what it is for vectors in the new
    /// basis, which [`Catalogue::turn`] brings others into.
    pub(crate) fn new(factors: &Factors) -> Self {
        let (rotated, rotation) = rotated(factors);
        let length = |row: &[f32]| row.iter().map(|value| value * value).sum::<f32>().sqrt();
        let unsorted: Vec<f32> = (0..rotated.rows()).map(|item| length(rotated.row(item))).collect();
        let mut item_of: Vec<u32> = (0..rotated.rows() as u32).collect();
        item_of.par_sort_unstable_by(|&a, &b| {
            unsorted[b as usize].total_cmp(&unsorted[a as usize]).then(a.cmp(&b))
        });
        let mut rows = Factors::zeros(rotated.rows(), rotated.width());
        let mut row_of = vec![0u32; item_of.len()];
        for (row, &item) in item_of.iter().enumerate() {
            rows.row_mut(row).copy_from_slice(rotated.row(item as usize));
            row_of[item as usize] = row as u32;
        }
        let lengths = item_of.iter().map(|&item| unsorted[item as usize]).collect();
        let tails = (0..rows.rows()).map(|row| length(&rows.row(row)[HEAD.min(rows.stride())..])).collect();
        Self { rows, rotation, row_of, item_of, lengths, tails }
    }

    /// The rows in their own order, for solvers.
    pub(crate) fn rows(&self) -> &Factors {
        &self.rows
    }

    /// Brings a vector of the old basis into that of the rows, padded.
    pub(crate) fn turn(&self, vector: &mut Vec<f32>) {
        let stride = self.rows.stride();
        if self.rotation.rows() > 0 {
            let old = std::mem::take(vector);
            vector.resize(stride, 0.0);
            vectorised(Combine { rotation: &self.rotation, row: &old, out: vector });
        } else {
            vector.resize(stride, 0.0);
        }
    }

    /// Place of a product among the rows; `None` for one newer than the factors.
    #[inline]
    pub(crate) fn row_of(&self, item: u32) -> Option<u32> {
        self.row_of.get(item as usize).copied()
    }

    /// The factors of a product; `None` for one newer than the factors.
    #[inline]
    pub(crate) fn get(&self, item: u32) -> Option<&[f32]> {
        self.row_of(item).map(|row| self.rows.row(row as usize))
    }

    /// Whether training saw anything of a product.
    pub(crate) fn knows(&self, item: u32) -> bool {
        self.row_of(item).is_some_and(|row| self.lengths[row as usize] > 0.0)
    }

    /// How many products.
    pub(crate) fn len(&self) -> usize {
        self.item_of.len()
    }

    /// Calls `each(item, score)` for all products.
    pub(crate) fn for_each_product(&self, vector: &[f32], mut each: impl FnMut(u32, f32)) {
        self.rows.for_each_product(vector, |row, score| each(self.item_of[row as usize], score));
    }

    /// Calls `offer(item, score)` for products that score more than the last value it gave back, the
    /// score to beat, at first `from`; for all that score more it is called.
    pub(crate) fn search(&self, vector: &[f32], from: f32, mut offer: impl FnMut(u32, f32) -> f32) {
        let stride = self.rows.stride();
        let head = HEAD.min(stride);
        let norm = |part: &[f32]| part.iter().map(|value| value * value).sum::<f32>().sqrt();
        let (length, tail) = (norm(vector), norm(&vector[head..]));
        let mut found = Vec::with_capacity(BLOCK);
        let mut threshold = from;
        for (block, rows) in self.rows.values().chunks(stride.max(1) * BLOCK).enumerate() {
            let first = block * BLOCK;
            // A little slack: lengths are rounded too.
            if self.lengths[first] * length * (1.0 + 1e-5) <= threshold {
                return;
            }
            found.clear();
            let tails = &self.tails[first..first + rows.len() / stride];
            vectorised(Screen { rows, head, vector, tails, tail, threshold, found: &mut found });
            for &(at, score) in &found {
                threshold = offer(self.item_of[first + at as usize], score);
            }
        }
    }
}

/// Scores the rows of a block that may beat a threshold.
struct Screen<'a> {
    rows: &'a [f32],
    head: usize,
    vector: &'a [f32],
    tails: &'a [f32],
    tail: f32,
    threshold: f32,
    found: &'a mut Vec<(u32, f32)>,
}

impl Kernel for Screen<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (leading, rest) = self.vector.split_at(self.head);
        for (at, (row, tail)) in self.rows.chunks_exact(self.vector.len()).zip(self.tails).enumerate() {
            let (head, remaining) = row.split_at(self.head);
            let start = dot(head, leading);
            if start + tail * self.tail * (1.0 + 1e-5) > self.threshold {
                let score = start + dot(remaining, rest);
                if score > self.threshold {
                    self.found.push((at as u32, score));
                }
            }
        }
    }
}

/// The same factors in the basis of their principal directions, the strongest first.
fn rotated(factors: &Factors) -> (Factors, Factors) {
    let width = factors.width();
    if width <= HEAD || factors.rows() == 0 {
        return (factors.clone(), Factors::default());
    }
    let gram = factors.gram();
    let symmetric = faer::Mat::<f64>::from_fn(width, width, |i, j| f64::from(gram.get(i, j)));
    let Ok(eigen) = symmetric.self_adjoint_eigen(faer::Side::Lower) else {
        return (factors.clone(), Factors::default());
    };
    let vectors = eigen.U();
    // Eigenvalues ascend; row `k` of the rotation says where the old dimension `k` goes.
    let mut rotation = Factors::zeros(width, width);
    for old in 0..width {
        for new in 0..width {
            rotation.row_mut(old)[new] = vectors[(old, width - 1 - new)] as f32;
        }
    }
    let mut result = Factors::zeros(factors.rows(), width);
    let stride = result.stride();
    result.values_mut().par_chunks_mut(stride).with_min_len(256).enumerate().for_each(|(row, out)| {
        vectorised(Combine { rotation: &rotation, row: factors.row(row), out });
    });
    (result, rotation)
}

/// `out = Σ row[k] · rotation[k]`.
struct Combine<'a> {
    rotation: &'a Factors,
    row: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for Combine<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (old, &value) in self.row[..self.rotation.width()].iter().enumerate() {
            crate::dense::add_scaled(self.out, value, self.rotation.row(old));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths and directions as uneven as those of a real catalogue.
    fn factors(width: usize) -> Factors {
        let mut factors = Factors::normal(3_000, width, 0.3, 5);
        for item in 0..3_000 {
            let scale = 1.0 / (1.0 + item as f32 / 50.0);
            for (k, value) in factors.row_mut(item)[..width].iter_mut().enumerate() {
                *value *= scale / (1.0 + k as f32 / 8.0);
            }
        }
        factors
    }

    #[test]
    fn scores_survive_the_arrangement_and_the_search_finds_exactly_the_best() {
        for width in [8, 40, 64] {
            let plain = factors(width);
            let catalogue = Catalogue::new(&plain);
            for question in [0usize, 17, 900] {
                let vector = catalogue.get(question as u32).unwrap().to_vec();
                let mut expected: Vec<(u32, f32)> = (0..3_000u32)
                    .map(|item| (item, dot(plain.row(item as usize), plain.row(question))))
                    .collect();
                expected.sort_by(|a, b| b.1.total_cmp(&a.1));
                let (mut best, mut asked): (Vec<(u32, f32)>, usize) = (Vec::new(), 0);
                catalogue.search(&vector, 0.0, |item, score| {
                    asked += 1;
                    assert!((score - dot(plain.row(item as usize), plain.row(question))).abs() < 1e-4);
                    best.push((item, score));
                    best.sort_by(|a, b| b.1.total_cmp(&a.1));
                    best.truncate(10);
                    if best.len() == 10 { best[9].1 } else { 0.0 }
                });
                let items =
                    |list: &[(u32, f32)]| list[..10].iter().map(|&(item, _)| item).collect::<Vec<_>>();
                assert_eq!(items(&best), items(&expected), "width {width}");
                assert!(asked < 1_500, "{asked} of 3000 products had to be offered");
            }
        }
    }

    #[test]
    fn a_product_newer_than_the_factors_has_none() {
        let catalogue = Catalogue::new(&factors(8));
        assert!(catalogue.get(3_000).is_none() && !catalogue.knows(3_000) && catalogue.knows(2_999));
        assert_eq!(catalogue.len(), 3_000);
    }
}
