//! Implicit alternating least squares (Rendle et al. 2021): a full quadratic loss over all pairs,
//! solved row by row; nearly by a few steps of conjugate gradients from the last solution, exactly by
//! Cholesky, or block by block of dimensions (iALS++) where many dimensions make the exact one dear.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::factors::Factors;
use crate::dense::{Kernel, System, add_scaled, dispatched, dot, vectorised};
use crate::sparse::Csr;

/// What iALS minimises, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ials {
    /// Dimensions.
    pub(crate) dimensions: usize,
    /// Times both sides are solved.
    pub(crate) epochs: usize,
    /// Weight α₀ of every pair, observed or not.
    pub(crate) unobserved: f32,
    /// λ; a row's own is `λ (Σ weights + α₀ · other side)^ν`.
    pub(crate) ridge: f32,
    /// ν.
    pub(crate) ridge_exponent: f32,
    /// Steps of conjugate gradients a row; 0 solves by blocks.
    pub(crate) steps: usize,
    /// Dimensions solved at once; at least `dimensions` solves exactly.
    pub(crate) block: usize,
}

impl Ials {
    /// Regularisation of one row.
    pub(crate) fn ridge_of(&self, weight: f32, others: usize) -> f32 {
        self.ridge * (weight + self.unobserved * others as f32).max(1e-6).powf(self.ridge_exponent)
    }

    /// Trains item factors on shopper × product weights. `None` when stopped.
    pub(crate) fn fit(&self, users: &Csr, seed: u64, stop: &(dyn Fn(f32) -> bool + Sync)) -> Option<Factors> {
        let by_item = users.transpose();
        let deviation = 0.1 / (self.dimensions as f32).sqrt();
        let mut user_factors = Factors::normal(users.rows(), self.dimensions, deviation, seed ^ 0x55);
        let mut items = Factors::normal(by_item.rows(), self.dimensions, deviation, seed);
        let stopped = std::sync::atomic::AtomicBool::new(false);
        for epoch in 0..self.epochs {
            let half = |half: usize| {
                let done = (2 * epoch + half) as f32 / (2 * self.epochs) as f32;
                if stop(done) {
                    stopped.store(true, std::sync::atomic::Ordering::Relaxed);
                }
                stopped.load(std::sync::atomic::Ordering::Relaxed)
            };
            if half(0) {
                return None;
            }
            self.solve_side(users, &items, &mut user_factors);
            if half(1) {
                return None;
            }
            self.solve_side(&by_item, &user_factors, &mut items);
        }
        Some(items)
    }

    /// `α₀ H'H`.
    pub(crate) fn scaled_gram(&self, factors: &Factors) -> System {
        let mut gram = factors.gram();
        gram.scale(self.unobserved);
        gram
    }

    /// Solves every row of `solved` against the fixed `other` side.
    fn solve_side(&self, weights: &Csr, other: &Factors, solved: &mut Factors) {
        let gram = self.scaled_gram(other);
        let full = if self.steps > 0 { gram.mirrored() } else { Vec::new() };
        let stride = solved.stride();
        let exact = self.block >= self.dimensions;
        solved.values_mut().par_chunks_mut(stride).enumerate().with_min_len(32).for_each_init(
            Memory::default,
            |memory, (row, out)| {
                let (indices, values) = weights.row(row);
                if indices.is_empty() {
                    out.fill(0.0);
                    return;
                }
                let ridge = self.ridge_of(values.iter().sum(), other.rows());
                if self.steps > 0 {
                    let steps = self.steps;
                    dispatched(Approach { memory, gram: &full, ridge, steps, indices, values, other, out });
                    return;
                }
                let block = (!exact).then_some(self.block);
                vectorised(SolveRow { memory, gram: &gram, ridge, block, indices, values, other, out });
            },
        );
    }
}

/// One row's solution; with a block size one pass of iALS++ from what `out` holds.
#[derive(Debug)]
pub(crate) struct SolveRow<'a> {
    pub(crate) memory: &'a mut Memory,
    pub(crate) gram: &'a System,
    pub(crate) ridge: f32,
    pub(crate) block: Option<usize>,
    pub(crate) indices: &'a [u32],
    pub(crate) values: &'a [f32],
    pub(crate) other: &'a Factors,
    pub(crate) out: &'a mut [f32],
}

impl Kernel for SolveRow<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { memory, gram, ridge, block, indices, values, other, out } = self;
        match block {
            None => memory.solve(gram, ridge, indices, values, other, out),
            Some(block) => memory.descend(gram, ridge, block, indices, values, other, out),
        }
    }
}

/// One row brought closer to its solution by conjugate gradients, from what `out` holds. Every step
/// costs a product with the Gram matrix and one with the row's own factors, a fraction of a Cholesky
/// factorisation; and as every pass over the data starts where the last one ended, a few are enough.
#[derive(Debug)]
struct Approach<'a> {
    memory: &'a mut Memory,
    /// `α₀ H'H` in full rows.
    gram: &'a [f32],
    ridge: f32,
    steps: usize,
    indices: &'a [u32],
    values: &'a [f32],
    other: &'a Factors,
    out: &'a mut [f32],
}

impl Approach<'_> {
    /// `result = (gram + ridge) v + Σ w h (h·v)`.
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, v: &[f32], result: &mut [f32]) {
        for (result, value) in result.iter_mut().zip(v) {
            *result = self.ridge * value;
        }
        add_product(simd, result, self.gram, v);
        self.add_own(simd, v, result, |weight, score| weight * score);
    }

    /// `result += Σ factor(w, h·v) h` over the row's own factors.
    #[inline(always)]
    fn add_own<S: Simd>(&self, simd: S, v: &[f32], result: &mut [f32], factor: impl Fn(f32, f32) -> f32) {
        let (indices, last) = self.indices.as_chunks::<4>();
        let (values, last_values) = self.values.as_chunks::<4>();
        for (indices, weights) in indices.iter().zip(values) {
            let rows = indices.map(|index| self.other.row(index as usize));
            let scores = dot_four(simd, rows, v);
            let factors = std::array::from_fn(|at| factor(weights[at], scores[at]));
            add_four(simd, result, factors, rows);
        }
        for (&index, &weight) in last.iter().zip(last_values) {
            let row = self.other.row(index as usize);
            add_scaled(result, factor(weight, dot(row, v)), row);
        }
    }
}

impl WithSimd for Approach<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let stride = self.out.len();
        let x = std::mem::take(&mut self.out);
        let mut scratch = std::mem::take(&mut self.memory.directions);
        scratch.resize(3 * stride, 0.0);
        let (residual, rest) = scratch.split_at_mut(stride);
        let (direction, image) = rest.split_at_mut(stride);
        // What is missing: `Σ w h (1 - h·x) - (gram + ridge) x`.
        image.fill(0.0);
        add_product(simd, image, self.gram, x);
        for ((residual, image), x) in residual.iter_mut().zip(&*image).zip(&*x) {
            *residual = -image - self.ridge * x;
        }
        self.add_own(simd, x, residual, |weight, score| weight * (1.0 - score));
        direction.copy_from_slice(residual);
        let mut left = dot(residual, residual);
        for _ in 0..self.steps {
            if left < 1e-12 {
                break;
            }
            self.apply(simd, direction, image);
            let step = left / dot(direction, image).max(f32::MIN_POSITIVE);
            add_scaled(x, step, direction);
            add_scaled(residual, -step, image);
            let now_left = dot(residual, residual);
            let keep = now_left / left;
            for (direction, residual) in direction.iter_mut().zip(&*residual) {
                *direction = residual + keep * *direction;
            }
            left = now_left;
        }
        self.memory.directions = scratch;
    }
}

/// Scalar products of four rows with `v`. Written in vectors: left to itself the compiler lays the four rows side by side
/// and shuffles every value it reads, which takes twice as long.
#[inline(always)]
fn dot_four<S: Simd>(simd: S, rows: [&[f32]; 4], v: &[f32]) -> [f32; 4] {
    let v = S::as_simd_f32s(v).0;
    let rows = rows.map(|row| &S::as_simd_f32s(row).0[..v.len()]);
    let mut sums = [simd.splat_f32s(0.0); 4];
    for (at, &v) in v.iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            *sum = simd.mul_add_e_f32s(row[at], v, *sum);
        }
    }
    sums.map(|sum| simd.reduce_sum_f32s(sum))
}

/// `y += Σ factors[k] * rows[k]`.
#[inline(always)]
fn add_four<S: Simd>(simd: S, y: &mut [f32], factors: [f32; 4], rows: [&[f32]; 4]) {
    let y = S::as_mut_simd_f32s(y).0;
    let rows = rows.map(|row| &S::as_simd_f32s(row).0[..y.len()]);
    let factors = factors.map(|factor| simd.splat_f32s(factor));
    for (at, y) in y.iter_mut().enumerate() {
        let mut sum = *y;
        for (row, factor) in rows.iter().zip(factors) {
            sum = simd.mul_add_e_f32s(factor, row[at], sum);
        }
        *y = sum;
    }
}

/// `y += M v` for a symmetric `M` given in full rows, each as long as `y`.
#[inline(always)]
fn add_product<S: Simd>(simd: S, y: &mut [f32], rows: &[f32], v: &[f32]) {
    // Lengths are whole vectors, so four at a time leave no remainder.
    for (rows, v) in rows.chunks_exact(4 * y.len()).zip(v.as_chunks::<4>().0) {
        let mut row = rows.chunks_exact(y.len());
        let rows = std::array::from_fn(|_| row.next().unwrap_or_default());
        add_four(simd, y, *v, rows);
    }
}

/// Working memory of a thread.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) system: System,
    directions: Vec<f32>,
    scores: Vec<f32>,
    gradient: Vec<f32>,
    block_rows: Vec<f32>,
}

impl Memory {
    /// The exact minimum: `(α₀H'H + Σ w h h' + ridge) x = Σ w h`. The factored system stays in
    /// `self.system` for whoever explains.
    #[inline(always)]
    pub(crate) fn solve(
        &mut self,
        gram: &System,
        ridge: f32,
        indices: &[u32],
        values: &[f32],
        other: &Factors,
        out: &mut [f32],
    ) {
        self.system.copy_from(gram);
        self.system.add_diagonal(ridge);
        self.system.add_outer(
            indices.iter().zip(values).map(|(&index, &weight)| (weight, other.row(index as usize))),
        );
        out.fill(0.0);
        for (&index, &weight) in indices.iter().zip(values) {
            add_scaled(out, weight, other.row(index as usize));
        }
        if self.system.factor() {
            self.system.solve(out);
        } else {
            // Only rounding can make the sum of squares and a positive ridge indefinite.
            out.fill(0.0);
        }
    }

    /// One pass of Newton steps over blocks of dimensions (iALS++).
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "the parts of one equation")]
    fn descend(
        &mut self,
        gram: &System,
        ridge: f32,
        block: usize,
        indices: &[u32],
        values: &[f32],
        other: &Factors,
        x: &mut [f32],
    ) {
        let Self { system, scores, gradient, block_rows, .. } = self;
        let width = other.width();
        scores.clear();
        scores.extend(indices.iter().map(|&index| dot(other.row(index as usize), x)));
        for first in (0..width).step_by(block) {
            let size = block.min(width - first);
            system.reset(size);
            let stride = system.stride();
            gradient.clear();
            gradient.resize(stride, 0.0);
            for i in 0..size {
                let mut sum = ridge * x[first + i];
                for (k, value) in x[..width].iter().enumerate() {
                    sum += gram.get(first + i, k) * value;
                }
                gradient[i] = sum;
                for j in i..size {
                    system.set(i, j, gram.get(first + i, first + j));
                }
            }
            system.add_diagonal(ridge);
            block_rows.clear();
            for &index in indices {
                block_rows.extend_from_slice(&other.row(index as usize)[first..first + size]);
                block_rows.resize(block_rows.len() + stride - size, 0.0);
            }
            system.add_outer(
                values.iter().zip(block_rows.chunks_exact(stride)).map(|(&weight, row)| (weight, row)),
            );
            for ((&weight, row), score) in values.iter().zip(block_rows.chunks_exact(stride)).zip(&*scores) {
                add_scaled(gradient, weight * (score - 1.0), row);
            }
            if !system.factor() {
                continue;
            }
            system.solve(gradient);
            for (value, step) in x[first..first + size].iter_mut().zip(&*gradient) {
                *value -= step;
            }
            for (score, row) in scores.iter_mut().zip(block_rows.chunks_exact(stride)) {
                *score -= dot(row, gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ials(block: usize) -> Ials {
        Ials { dimensions: 8, epochs: 12, unobserved: 0.1, ridge: 0.02, ridge_exponent: 1.0, steps: 0, block }
    }

    /// Two groups of shoppers with a taste each; one shopper misses one product of the group.
    fn weights() -> Csr {
        Csr::from_rows(
            6,
            (0..20).map(|user| {
                let first = if user % 2 == 0 { 0 } else { 3 };
                (first..first + 3).filter(move |&item| (user, item) != (0, 2)).map(|item| (item, 1.0))
            }),
        )
    }

    #[test]
    fn the_loss_is_stationary_at_the_solution() {
        let items = ials(8).fit(&weights(), 5, &|_| false).unwrap();
        let gram = ials(8).scaled_gram(&items);
        let (indices, values) = ([0u32, 1], [1.0f32, 2.0]);
        let mut memory = Memory::default();
        let mut x = vec![0.0; items.stride()];
        memory.solve(&gram, 0.3, &indices, &values, &items, &mut x);
        let loss = |x: &[f32]| -> f64 {
            let all: f64 = (0..6).map(|item| 0.1 * f64::from(dot(items.row(item), x)).powi(2)).sum();
            let seen: f64 = indices
                .iter()
                .zip(values)
                .map(|(&item, w)| f64::from(w) * (f64::from(dot(items.row(item as usize), x)) - 1.0).powi(2))
                .sum();
            all + seen + 0.3 * f64::from(dot(x, x))
        };
        let least = loss(&x);
        for k in 0..8 {
            for step in [-0.02, 0.02] {
                let mut moved = x.clone();
                moved[k] += step;
                assert!(loss(&moved) > least);
            }
        }
    }

    #[test]
    fn enough_steps_of_conjugate_gradients_reach_the_exact_solution() {
        let items = ials(8).fit(&weights(), 5, &|_| false).unwrap();
        let gram = ials(8).scaled_gram(&items);
        let (indices, values) = ([0u32, 1], [1.0f32, 2.0]);
        let mut memory = Memory::default();
        let mut exact = vec![0.0; items.stride()];
        memory.solve(&gram, 0.3, &indices, &values, &items, &mut exact);
        let mut near = vec![0.0; exact.len()];
        dispatched(Approach {
            memory: &mut memory,
            gram: &gram.mirrored(),
            ridge: 0.3,
            steps: 8,
            indices: &indices,
            values: &values,
            other: &items,
            out: &mut near,
        });
        for (near, exact) in near.iter().zip(&exact) {
            assert!((near - exact).abs() < 1e-3, "{near} {exact}");
        }
    }

    #[test]
    fn what_the_group_has_is_predicted_for_the_one_who_lacks_it() {
        for (block, steps) in [(8, 0), (3, 0), (8, 3)] {
            let model = Ials { steps, ..ials(block) };
            let items = model.fit(&weights(), 5, &|_| false).unwrap();
            let gram = model.scaled_gram(&items);
            let mut x = vec![0.0; items.stride()];
            Memory::default().solve(&gram, 0.05, &[0, 1], &[1.0, 1.0], &items, &mut x);
            let score = |item: usize| dot(items.row(item), &x);
            assert!(
                score(2) > 0.4 && (3..6).all(|item| score(item) < 0.2),
                "block {block}: {} {}",
                score(2),
                score(3)
            );
        }
    }

    #[test]
    fn training_is_the_same_for_one_seed_and_ends_when_told() {
        let model = ials(8);
        assert_eq!(
            model.fit(&weights(), 5, &|_| false).unwrap(),
            model.fit(&weights(), 5, &|_| false).unwrap()
        );
        assert!(model.fit(&weights(), 5, &|done| done > 0.3).is_none());
    }
}
