//! Rows of factors, padded to whole vectors.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dense::{AddRows, Products, System, padded, vectorised};

/// One vector a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Factors {
    width: usize,
    values: Vec<f32>,
}

/// Rows whose products are summed together; fixed, so that sums do not depend on the threads.
const CHUNK: usize = 2_048;

impl Factors {
    /// Rows of noughts.
    pub(crate) fn zeros(rows: usize, width: usize) -> Self {
        Self { width, values: vec![0.0; rows * padded(width)] }
    }

    /// Rows of draws from a normal distribution.
    pub(crate) fn normal(rows: usize, width: usize, deviation: f32, seed: u64) -> Self {
        let mut factors = Self::zeros(rows, width);
        let stride = factors.stride();
        factors.values.par_chunks_mut(stride * CHUNK).enumerate().for_each(|(chunk, values)| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(chunk as u64));
            for row in values.chunks_mut(stride) {
                row[..width].iter_mut().for_each(|value| *value = deviation * standard_normal(&mut rng));
            }
        });
        factors
    }

    /// Values a row, padding aside.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Values a row, padding included.
    #[inline]
    pub(crate) fn stride(&self) -> usize {
        padded(self.width)
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> usize {
        self.values.len().checked_div(self.stride()).unwrap_or(0)
    }

    /// A row that exists.
    #[inline(always)]
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        let stride = self.stride();
        &self.values[row * stride..(row + 1) * stride]
    }

    /// A row that exists, to write to.
    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let stride = self.stride();
        &mut self.values[row * stride..(row + 1) * stride]
    }

    /// All values, row after row, padding included.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, row after row.
    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// `H'H`, whatever the number of threads the same to the last bit.
    pub(crate) fn gram(&self) -> System {
        let stride = self.stride();
        let empty = || {
            let mut system = System::default();
            system.reset(self.width);
            system
        };
        let parts: Vec<System> = self
            .values
            .par_chunks((stride * CHUNK).max(1))
            .map(|rows| {
                let mut system = empty();
                vectorised(AddRows { system: &mut system, rows });
                system
            })
            .collect();
        let mut gram = empty();
        parts.iter().for_each(|part| gram.add(part));
        // The padding's identity was summed too; it only has to be positive.
        gram
    }

    /// Calls `each(row, product)` for the products of all rows with `vector`.
    pub(crate) fn for_each_product(&self, vector: &[f32], mut each: impl FnMut(u32, f32)) {
        const BLOCK: usize = 256;
        let mut products = [0f32; BLOCK];
        let stride = self.stride().max(1);
        for (block, rows) in self.values.chunks(stride * BLOCK).enumerate() {
            let count = rows.len() / stride;
            vectorised(Products { rows, vector, products: &mut products });
            for (at, &product) in products[..count].iter().enumerate() {
                each((block * BLOCK + at) as u32, product);
            }
        }
    }
}

/// Box–Muller, from uniform draws that are never nought.
pub(crate) fn standard_normal(rng: &mut ChaCha8Rng) -> f32 {
    let radius: f32 = 1.0 - rng.random::<f32>();
    let angle: f32 = rng.random::<f32>() * std::f32::consts::TAU;
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_deviation_asked_for_and_leave_the_padding_alone() {
        let factors = Factors::normal(5_000, 10, 0.1, 3);
        let gram = factors.gram();
        for k in 0..10 {
            assert!((gram.get(k, k) / 5_000.0 - 0.01).abs() < 0.001);
        }
        assert!(factors.row(77)[10..].iter().all(|&value| value == 0.0));
    }

    #[test]
    fn products_cover_every_row_once() {
        let factors = Factors::normal(1_000, 5, 1.0, 3);
        let vector = factors.row(9).to_vec();
        let mut seen = Vec::new();
        factors.for_each_product(&vector, |row, product| {
            let expected: f32 = factors.row(row as usize).iter().zip(&vector).map(|(a, b)| a * b).sum();
            assert!((product - expected).abs() < 1e-4);
            seen.push(row);
        });
        assert_eq!(seen, (0..1_000).collect::<Vec<u32>>());
    }
}
