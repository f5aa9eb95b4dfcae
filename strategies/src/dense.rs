//! Small dense linear algebra on rows of `f32`, compiled for the processor found at run time.
//!
//! faer serves the large matrices; these kernels serve systems of a few dozen to a few hundred
//! unknowns, solved by the hundred thousand, where a call into a general library costs more than
//! the arithmetic.

use std::sync::LazyLock;

use pulp::Arch;

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// Runs `work` compiled for the widest instructions the processor has. Every kernel inlined into it
/// is compiled for them too, so enter once for many small kernels.
#[inline]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    struct Task<F>(F);
    impl<R, F: FnOnce() -> R> pulp::NullaryFnOnce for Task<F> {
        type Output = R;
        #[inline(always)]
        fn call(self) -> R {
            (self.0)()
        }
    }
    ARCH.dispatch(Task(work))
}

const LANES: usize = 16;

/// Scalar product.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut sums = [0f32; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let mut rest = 0.0;
    for (x, y) in a_rest.iter().zip(b_rest) {
        rest += x * y;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0] + rest
}

/// `y += factor * x`.
#[inline(always)]
pub fn add_scaled(y: &mut [f32], factor: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// Cholesky factor of the symmetric matrix whose lower triangle stands in `a`, row by row, `n` wide;
/// the factor replaces it. False when the matrix is not positive definite.
#[inline(always)]
pub fn cholesky(a: &mut [f32], n: usize) -> bool {
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        let row = &mut row[..=i];
        for j in 0..i {
            let pivot = &above[j * n..j * n + j + 1];
            let value = (row[j] - dot(&row[..j], &pivot[..j])) / pivot[j];
            row[j] = value;
        }
        let rest = row[i] - dot(&row[..i], &row[..i]);
        if !(rest > 0.0 && rest.is_finite()) {
            return false;
        }
        row[i] = rest.sqrt();
    }
    true
}

/// Solves `L L' x = b` in place for the factor [`cholesky`] left.
#[inline(always)]
pub fn cholesky_solve(factor: &[f32], n: usize, b: &mut [f32]) {
    for i in 0..n {
        let row = &factor[i * n..i * n + i + 1];
        let (solved, rest) = b.split_at_mut(i);
        rest[0] = (rest[0] - dot(&row[..i], solved)) / row[i];
    }
    for i in (0..n).rev() {
        let row = &factor[i * n..i * n + i + 1];
        let value = b[i] / row[i];
        b[i] = value;
        add_scaled(&mut b[..i], -value, &row[..i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scalar_product_covers_chunks_and_rest() {
        let a: Vec<f32> = (0..37).map(|k| k as f32).collect();
        let expected: f32 = (0..37).map(|k| (k * k) as f32).sum();
        assert_eq!(vectorised(|| dot(&a, &a)), expected);
    }

    #[test]
    fn a_solved_system_gives_back_its_right_hand_side() {
        let n = 23;
        // Diagonally dominant, hence positive definite.
        let entry = |i: usize, j: usize| if i == j { 30.0 } else { ((i * j) % 5) as f32 - 2.0 };
        let mut a: Vec<f32> = (0..n * n).map(|k| entry(k / n, k % n)).collect();
        let b: Vec<f32> = (0..n).map(|k| k as f32).collect();
        let mut x = b.clone();
        assert!(vectorised(|| {
            let definite = cholesky(&mut a, n);
            cholesky_solve(&a, n, &mut x);
            definite
        }));
        for (i, expected) in b.iter().enumerate() {
            let product: f32 = (0..n).map(|j| entry(i, j) * x[j]).sum();
            assert!((product - expected).abs() < 1e-3, "{product} {expected}");
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        assert!(!cholesky(&mut [1.0, 0.0, 2.0, 1.0], 2));
    }
}
