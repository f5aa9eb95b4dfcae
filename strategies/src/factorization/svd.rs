//! Truncated singular value decomposition by randomised subspace iteration: the classic baseline.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::choose::Choice;
use super::factors::Factors;
use super::serve::{FactorModel, Fold};
use super::{Factorized, Name, Params, Recency, histories};
use crate::dense::{System, add_scaled};
use crate::error::StrategyError;
use crate::learn::trend::TrendTable;
use crate::sparse::Csr;
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `truncated_svd`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SvdParams {
    /// Singular vectors kept.
    pub components: usize,
    /// Rounds of subspace iteration.
    pub iterations: usize,
    /// How far strong events outweigh weak ones: 0 not at all, 1 by the shop's weights.
    pub emphasis: f32,
    /// The latest products of a history that are read.
    pub longest_history: usize,
}

impl Default for SvdParams {
    fn default() -> Self {
        Self { components: 50, iterations: 4, emphasis: 0.5, longest_history: 500 }
    }
}

/// The name `truncated_svd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TruncatedSvdName;

impl Name for TruncatedSvdName {
    const ID: &'static str = "truncated_svd";
}

/// Trainer of `truncated_svd`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TruncatedSvdTrainer;

/// Vectors beyond those kept that make the kept ones accurate.
const OVERSAMPLING: usize = 10;

impl Trainer for TruncatedSvdTrainer {
    const ID: &'static str = TruncatedSvdName::ID;
    const NAME: &'static str = "Truncated SVD";
    const SUMMARY: &'static str =
        "The classic baseline: histories projected onto the leading singular vectors";
    type Params = SvdParams;
    type Model = Factorized<TruncatedSvdName>;

    fn fit(job: &FitJob<'_>, params: &SvdParams) -> Result<Self::Model, StrategyError> {
        let refuse = |message: &str| {
            Err(StrategyError::Config { id: Self::ID.to_owned(), message: message.to_owned() })
        };
        if !(1..=1_000).contains(&params.components) || params.iterations > 100 {
            return refuse("components must lie between 1 and 1000, iterations at 100 at most");
        }
        if !(0.0..=2.0).contains(&params.emphasis) || !(1..=100_000).contains(&params.longest_history) {
            return refuse("emphasis must lie between 0 and 2, longest_history between 1 and 100000");
        }
        let (histories, emphasis) = histories(job, params.longest_history, params.emphasis);
        let users = histories.matrix(|touch| touch.strength);
        drop(histories);
        let stop = |done: f32| {
            job.progress.report("decomposing", done);
            job.cancel.is_cancelled()
        };
        let items = right_singular_vectors(&users, params.components, params.iterations, job.seed, &stop)
            .ok_or(StrategyError::Cancelled)?;
        job.progress.report("done", 1.0);
        let model = FactorModel {
            weights: job.weights.clone(),
            emphasis,
            longest_history: params.longest_history,
            input: Recency::Flat,
            items: Catalogue::new(&items),
            fold: Fold::Projection,
            trend: TrendTable::default(),
        };
        let choice = Choice { input: Recency::Flat, ..Choice::start(&Params::default(), 0, false) };
        Ok(Factorized::new(model, choice, None))
    }

    fn search_space() -> Vec<Dimension> {
        vec![Dimension { key: "components", range: Range::Integer(10, 200) }]
    }
}

/// Orthonormal columns spanning (nearly) the leading right singular vectors of `users`, one row an
/// item. Projections onto the span need no rotation to the vectors themselves, only its leading
/// part, which a last small eigenproblem picks. `None` when stopped.
fn right_singular_vectors(
    users: &Csr,
    components: usize,
    iterations: usize,
    seed: u64,
    stop: &(dyn Fn(f32) -> bool + Sync),
) -> Option<Factors> {
    let items = users.transpose();
    let n = items.rows();
    let width = (components + OVERSAMPLING).min(n.max(1));
    let mut basis = Factors::normal(n, width, 1.0, seed);
    orthonormalise(&mut basis);
    for round in 0..iterations.max(1) {
        if stop(round as f32 / (iterations + 1) as f32) {
            return None;
        }
        basis = multiply(&items, &multiply(users, &basis));
        orthonormalise(&mut basis);
    }
    if stop(iterations as f32 / (iterations + 1) as f32) {
        return None;
    }
    // Rayleigh–Ritz: the leading eigenvectors of (XQ)'(XQ) within the span.
    let gram = multiply(users, &basis).gram();
    let small = faer::Mat::<f64>::from_fn(width, width, |i, j| f64::from(gram.get(i, j)));
    let Ok(eigen) = small.self_adjoint_eigen(faer::Side::Lower) else { return Some(basis) };
    let kept = components.min(width);
    let mut rotated = Factors::zeros(n, kept);
    let vectors = eigen.U();
    for item in 0..n {
        for component in 0..kept {
            // Eigenvalues ascend.
            let column = width - 1 - component;
            let value: f64 = (0..width).map(|k| f64::from(basis.row(item)[k]) * vectors[(k, column)]).sum();
            rotated.row_mut(item)[component] = value as f32;
        }
    }
    Some(rotated)
}

/// The product of a sparse matrix with rows of factors.
fn multiply(matrix: &Csr, factors: &Factors) -> Factors {
    let mut product = Factors::zeros(matrix.rows(), factors.width());
    let stride = product.stride();
    product.values_mut().par_chunks_mut(stride).with_min_len(64).enumerate().for_each(|(row, out)| {
        for (column, value) in matrix.iter_row(row) {
            add_scaled(out, value, factors.row(column as usize));
        }
    });
    product
}

/// Orthonormal columns with the same span, by two rounds of Cholesky QR: the second takes away what
/// rounding leaves in the first.
fn orthonormalise(factors: &mut Factors) {
    for _ in 0..2 {
        let mut gram: System = factors.gram();
        // Keeps the factor defined when columns have become all but dependent.
        let scale = (0..factors.width()).map(|k| gram.get(k, k)).fold(0f32, f32::max);
        gram.add_diagonal(scale.max(1e-20) * 1e-6);
        if !gram.factor() {
            return;
        }
        let stride = factors.stride();
        factors.values_mut().par_chunks_mut(stride).with_min_len(256).for_each(|row| gram.solve_half(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::dot;

    #[test]
    fn the_leading_vectors_of_a_block_matrix_are_its_blocks() {
        // Two blocks, the first stronger: the singular vectors are the normalised indicators.
        let users = Csr::from_rows(
            5,
            (0..30).map(|user| {
                let items = if user < 20 { 0..3 } else { 3..5 };
                items.map(|item| (item, 1.0))
            }),
        );
        let vectors = right_singular_vectors(&users, 2, 6, 1, &|_| false).unwrap();
        let first: Vec<f32> = (0..5).map(|item| vectors.row(item)[0].abs()).collect();
        let second: Vec<f32> = (0..5).map(|item| vectors.row(item)[1].abs()).collect();
        for item in 0..5 {
            let (in_first, in_second) =
                if item < 3 { (1.0 / 3f32.sqrt(), 0.0) } else { (0.0, 1.0 / 2f32.sqrt()) };
            assert!(
                (first[item] - in_first).abs() < 1e-2 && (second[item] - in_second).abs() < 1e-2,
                "{first:?} {second:?}"
            );
        }
    }

    #[test]
    fn columns_are_orthonormal_after_orthonormalising() {
        let mut factors = Factors::normal(500, 20, 3.0, 9);
        orthonormalise(&mut factors);
        let gram = factors.gram();
        for i in 0..20 {
            for j in i..20 {
                assert!((gram.get(i, j) - if i == j { 1.0 } else { 0.0 }).abs() < 1e-3);
            }
        }
        assert!(dot(factors.row(3), factors.row(3)) < 1.0);
    }
}
