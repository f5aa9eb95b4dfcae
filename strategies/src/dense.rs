//! Small dense symmetric systems of `f32`, compiled for the processor found at run time.
//!
//! faer serves the large matrices; this serves systems of a few dozen to a few hundred unknowns,
//! solved by the hundred thousand, where a call into a general library costs more than the
//! arithmetic. Rows are padded to whole vectors, so that no loop has a remainder.

use std::sync::LazyLock;

use pulp::Arch;
use serde::{Deserialize, Serialize};

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// Arithmetic worth compiling for the widest instructions the processor has. Implementations mark
/// `run` with `#[inline(always)]`: a closure's body would stay outside and be compiled for the oldest.
pub trait Kernel {
    /// What it gives.
    type Output;
    /// Does it.
    fn run(self) -> Self::Output;
}

/// Runs a kernel with the widest instructions the processor has. Enter once for many small steps.
#[inline]
pub fn vectorised<K: Kernel>(kernel: K) -> K::Output {
    struct Task<K>(K);
    impl<K: Kernel> pulp::NullaryFnOnce for Task<K> {
        type Output = K::Output;
        #[inline(always)]
        fn call(self) -> K::Output {
            self.0.run()
        }
    }
    ARCH.dispatch(Task(kernel))
}

/// Runs what is written in vectors with the widest the processor has.
#[inline]
pub fn dispatched<K: pulp::WithSimd>(kernel: K) -> K::Output {
    ARCH.dispatch(kernel)
}

/// Factors a system and solves it for one right-hand side; false when it is not positive definite.
#[derive(Debug)]
pub struct FactorAndSolve<'a> {
    /// The system, factored afterwards.
    pub system: &'a mut System,
    /// The right-hand side, replaced by the solution.
    pub right: &'a mut [f32],
}

impl Kernel for FactorAndSolve<'_> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let definite = self.system.factor();
        if definite {
            self.system.solve(self.right);
        }
        definite
    }
}

/// Adds the outer products of whole rows of `stride` values to a system.
#[derive(Debug)]
pub struct AddRows<'a> {
    /// The system added to.
    pub system: &'a mut System,
    /// Rows, one after the other.
    pub rows: &'a [f32],
}

impl Kernel for AddRows<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let stride = self.system.stride();
        self.system.add_outer(self.rows.chunks_exact(stride).map(|row| (1.0, row)));
    }
}

/// Scalar products of many rows with one vector of equal padded length.
#[derive(Debug)]
pub struct Products<'a> {
    /// Rows, one after the other.
    pub rows: &'a [f32],
    /// The vector.
    pub vector: &'a [f32],
    /// One product a row.
    pub products: &'a mut [f32],
}

impl Kernel for Products<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (product, row) in self.products.iter_mut().zip(self.rows.chunks_exact(self.vector.len())) {
            *product = dot(row, self.vector);
        }
    }
}

/// Values worked on at once; rows are padded to a multiple of it.
pub const LANES: usize = 16;

/// `width` rounded up to whole vectors.
#[must_use]
pub const fn padded(width: usize) -> usize {
    width.div_ceil(LANES) * LANES
}

/// Values in a step, and partial sums of a scalar product. Eight, added up in order at the end: with
/// more, or added by halves, the compiler keeps them as single values, and takes twice as long.
const SUMS: usize = 8;

/// Scalar product of rows of equal padded length.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; SUMS];
    for (x, y) in a.as_chunks::<SUMS>().0.iter().zip(b.as_chunks::<SUMS>().0) {
        for lane in 0..SUMS {
            sums[lane] += x[lane] * y[lane];
        }
    }
    total(&sums)
}

#[inline(always)]
fn total(sums: &[f32; SUMS]) -> f32 {
    let mut total = 0.0;
    for sum in sums {
        total += sum;
    }
    total
}

/// `y += factor * x` on rows of equal padded length.
#[inline(always)]
pub fn add_scaled(y: &mut [f32], factor: f32, x: &[f32]) {
    for (y, x) in y.as_chunks_mut::<SUMS>().0.iter_mut().zip(x.as_chunks::<SUMS>().0) {
        let mut sums = *y;
        add_lanes(&mut sums, factor, x);
        *y = sums;
    }
}

/// `y += Σ factors[k] * rows[k]`, four rows at a time so that `y` is read and written once for them.
#[inline(always)]
fn add_four(y: &mut [f32], factors: [f32; 4], rows: [&[f32]; 4]) {
    let y = y.as_chunks_mut::<SUMS>().0;
    let n = y.len();
    let [a, b, c, d] = rows.map(|row| &row.as_chunks::<SUMS>().0[..n]);
    for at in 0..n {
        // A copy, because the compiler cannot tell that what is written is not read again, and would go value by value.
        let mut sums = y[at];
        add_lanes(&mut sums, factors[0], &a[at]);
        add_lanes(&mut sums, factors[1], &b[at]);
        add_lanes(&mut sums, factors[2], &c[at]);
        add_lanes(&mut sums, factors[3], &d[at]);
        y[at] = sums;
    }
}

#[inline(always)]
fn add_lanes(sums: &mut [f32; SUMS], factor: f32, x: &[f32; SUMS]) {
    for lane in 0..SUMS {
        sums[lane] += factor * x[lane];
    }
}

/// A symmetric positive definite system: the upper triangle by rows, factored in place.
///
/// Places left of the diagonal up to the vector boundary hold leavings and are never read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct System {
    n: usize,
    stride: usize,
    values: Vec<f32>,
}

impl System {
    /// Makes it an `n × n` system of noughts; the padding is an identity.
    pub fn reset(&mut self, n: usize) {
        (self.n, self.stride) = (n, padded(n));
        self.values.clear();
        self.values.resize(self.stride * self.stride, 0.0);
        for at in n..self.stride {
            self.values[at * self.stride + at] = 1.0;
        }
    }

    /// Makes it a copy of another.
    pub fn copy_from(&mut self, other: &Self) {
        (self.n, self.stride) = (other.n, other.stride);
        self.values.clear();
        self.values.extend_from_slice(&other.values);
    }

    /// Unknowns, padding included: the length of right-hand sides.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Sets an entry and its mirror image.
    #[inline]
    pub fn set(&mut self, row: usize, column: usize, value: f32) {
        self.values[row.min(column) * self.stride + row.max(column)] = value;
    }

    /// An entry.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> f32 {
        self.values[row.min(column) * self.stride + row.max(column)]
    }

    /// The matrix in full rows, as long as [`System::stride`] each; nought in the padding.
    #[must_use]
    pub fn mirrored(&self) -> Vec<f32> {
        let mut full = vec![0.0; self.stride * self.stride];
        for row in 0..self.n {
            for column in 0..self.n {
                full[row * self.stride + column] = self.get(row, column);
            }
        }
        full
    }

    /// Multiplies every entry.
    pub fn scale(&mut self, factor: f32) {
        self.values.iter_mut().for_each(|value| *value *= factor);
    }

    /// Adds to the diagonal.
    #[inline(always)]
    pub fn add_diagonal(&mut self, value: f32) {
        for at in 0..self.n {
            self.values[at * self.stride + at] += value;
        }
    }

    /// Adds another system of the same size.
    pub fn add(&mut self, other: &Self) {
        for (value, other) in self.values.iter_mut().zip(&other.values) {
            *value += other;
        }
    }

    /// Adds `Σ weight · row row'` over padded rows.
    #[inline(always)]
    pub fn add_outer<'a>(&mut self, rows: impl Iterator<Item = (f32, &'a [f32])>) {
        let stride = self.stride;
        let mut pending: [(f32, &[f32]); 4] = [(0.0, &[]); 4];
        let mut waiting = 0;
        for row in rows {
            pending[waiting] = row;
            waiting += 1;
            if waiting == 4 {
                let vectors = pending.map(|(_, row)| row);
                for at in 0..self.n {
                    let first = at / LANES * LANES;
                    let factors = pending.map(|(weight, row)| weight * row[at]);
                    add_four(
                        &mut self.values[at * stride + first..(at + 1) * stride],
                        factors,
                        vectors.map(|row| &row[first..stride]),
                    );
                }
                waiting = 0;
            }
        }
        for &(weight, row) in &pending[..waiting] {
            for at in 0..self.n {
                let first = at / LANES * LANES;
                add_scaled(
                    &mut self.values[at * stride + first..(at + 1) * stride],
                    weight * row[at],
                    &row[first..stride],
                );
            }
        }
    }

    /// Replaces the matrix by its Cholesky factor `U`, `U'U` being the matrix. False when it is not
    /// positive definite.
    #[inline(always)]
    pub fn factor(&mut self) -> bool {
        let stride = self.stride;
        for i in 0..self.n {
            let first = i / LANES * LANES;
            let (above, below) = self.values.split_at_mut(i * stride);
            let row = &mut below[first..stride];
            let mut k = 0;
            while k + 4 <= i {
                let rows = [0, 1, 2, 3].map(|o| &above[(k + o) * stride..(k + o + 1) * stride]);
                add_four(row, rows.map(|other| -other[i]), rows.map(|other| &other[first..]));
                k += 4;
            }
            while k < i {
                let other = &above[k * stride..(k + 1) * stride];
                add_scaled(row, -other[i], &other[first..]);
                k += 1;
            }
            let pivot = row[i - first];
            if !(pivot > 0.0 && pivot.is_finite()) {
                return false;
            }
            let inverse = 1.0 / pivot.sqrt();
            row.iter_mut().for_each(|value| *value *= inverse);
        }
        true
    }

    /// The first half of solving: `y` with `U'y = b`, in place.
    #[inline(always)]
    pub fn solve_half(&self, b: &mut [f32]) {
        let stride = self.stride;
        for i in 0..self.n {
            let row = &self.values[i * stride..(i + 1) * stride];
            let first = i / LANES * LANES;
            let value = b[i] / row[i];
            let done: [f32; LANES] = std::array::from_fn(|lane| b[first + lane]);
            add_scaled(&mut b[first..stride], -value, &row[first..]);
            // The vector of the diagonal reaches back over what is solved.
            b[first..i].copy_from_slice(&done[..i - first]);
            b[i] = value;
        }
    }

    /// Solves for a right-hand side of [`System::stride`] values, in place; the system is factored.
    #[inline(always)]
    pub fn solve(&self, b: &mut [f32]) {
        self.solve_half(b);
        let stride = self.stride;
        for i in (0..self.n).rev() {
            let row = &self.values[i * stride..(i + 1) * stride];
            let next = (i + 1).div_ceil(LANES) * LANES;
            let mut sum = dot(&row[next..stride], &b[next..stride]);
            for at in i + 1..next.min(stride) {
                sum += row[at] * b[at];
            }
            b[i] = (b[i] - sum) / row[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Diagonally dominant, hence positive definite.
    fn entry(i: usize, j: usize) -> f32 {
        if i == j { 60.0 } else { ((i * j) % 5) as f32 - 2.0 }
    }

    #[test]
    fn a_solved_system_gives_back_its_right_hand_side() {
        for n in [1, 7, 16, 23, 50] {
            let mut system = System::default();
            system.reset(n);
            for i in 0..n {
                for j in i..n {
                    system.set(i, j, entry(i, j));
                }
            }
            let mut x: Vec<f32> =
                (0..system.stride()).map(|k| if k < n { k as f32 + 1.0 } else { 0.0 }).collect();
            assert!(vectorised(FactorAndSolve { system: &mut system, right: &mut x }));
            for i in 0..n {
                let product: f32 = (0..n).map(|j| entry(i, j) * x[j]).sum();
                assert!((product - (i as f32 + 1.0)).abs() < 1e-3, "{n}: {product}");
            }
            assert!(x[n..].iter().all(|&value| value == 0.0));
        }
    }

    #[test]
    fn outer_products_add_up() {
        let rows: Vec<Vec<f32>> = (0..7)
            .map(|r| (0..32).map(|k| if k < 20 { ((r * k) % 7) as f32 } else { 0.0 }).collect())
            .collect();
        let mut system = System::default();
        system.reset(20);
        system.add_outer(rows.iter().map(|row| (0.5, row.as_slice())));
        for i in 0..20 {
            for j in i..20 {
                let expected: f32 = rows.iter().map(|row| 0.5 * row[i] * row[j]).sum();
                assert!((system.get(j, i) - expected).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        let mut system = System::default();
        system.reset(2);
        system.set(0, 0, 1.0);
        system.set(0, 1, 2.0);
        system.set(1, 1, 1.0);
        assert!(!system.factor());
    }
}
