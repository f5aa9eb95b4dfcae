//! Weights of the parts of an ensemble: how to find some, and how to judge them.

use rayon::prelude::*;
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use crate::error::StrategyError;
use crate::event::ItemIdx;
use crate::experiment::mix;
use crate::learn::panel::quality;
use crate::train::Trainer;

use super::EnsembleTrainer;

/// Negatives drawn for each choice, and pairs used at most: more cost time and change little.
const NEGATIVES: usize = 5;
const MAX_PAIRS: usize = 40_000;
/// Fewer pairs than this teach nothing.
const MIN_PAIRS: usize = 40;
/// Weights the ascent tries, and what a cold member may gain.
const STEPS: [f32; 6] = [0.0, 0.1, 0.25, 0.5, 1.0, 2.0];
pub(super) const COLD_STEPS: [f32; 4] = [0.0, 0.1, 0.2, 0.4];

/// One shopper's candidates with the score each part gave them.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    pub(super) items: Vec<ItemIdx>,
    /// Part after part, as long as `items` each; a part's best candidate has 1.
    pub(super) scores: Vec<f32>,
    /// How far each candidate's own events support the parts that live on events.
    pub(super) support: Vec<f32>,
    /// Everything chosen, candidate or not, ascending.
    pub(super) chosen: Vec<ItemIdx>,
}

/// Weights of the parts and of the cold member.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weights {
    pub(super) parts: Vec<f32>,
    /// Place of the cold member and how much it gains for a product without events.
    pub(super) cold: Option<(usize, f32)>,
}

impl Weights {
    /// One part alone.
    pub(super) fn single(part: usize, parts: usize) -> Self {
        let mut weights = vec![0.0; parts];
        weights[part] = 1.0;
        Self { parts: weights, cold: None }
    }

    fn score(&self, case: &Case, at: usize) -> f32 {
        let n = case.items.len();
        let sum: f32 =
            self.parts.iter().enumerate().map(|(part, weight)| weight * case.scores[part * n + at]).sum();
        let Some((cold, gain)) = self.cold.filter(|(_, gain)| *gain > 0.0) else { return sum };
        let others: f32 = self.parts.iter().sum::<f32>() - self.parts[cold];
        sum + gain * others * (1.0 - case.support[at]) * case.scores[cold * n + at]
    }
}

/// NDCG@20 of every case.
pub(super) fn judge(cases: &[Case], weights: &Weights) -> Vec<f64> {
    cases
        .par_iter()
        .with_min_len(32)
        .map_init(Vec::new, |scored: &mut Vec<(u32, f32)>, case| {
            scored.clear();
            let scores = case.items.iter().enumerate().map(|(at, &item)| (item, weights.score(case, at)));
            scored.extend(scores.filter(|(_, score)| *score > 0.0));
            f64::from(quality(scored, &case.chosen))
        })
        .collect()
}

/// Mean of what was judged.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Coordinate ascent from `start`: weights that no single change improves.
pub(super) fn ascend(cases: &[Case], start: &Weights, cold: Option<usize>) -> Weights {
    let mut best = start.clone();
    let mut leader = mean(&judge(cases, &best));
    for _ in 0..3 {
        let before = leader;
        let mut attempt = |best: &mut Weights, candidate: Weights| {
            if candidate != *best && candidate.parts.iter().sum::<f32>() > 0.0 {
                let quality = mean(&judge(cases, &candidate));
                if quality > leader {
                    (*best, leader) = (candidate, quality);
                }
            }
        };
        for part in 0..best.parts.len() {
            for weight in STEPS {
                let mut candidate = best.clone();
                candidate.parts[part] = weight;
                attempt(&mut best, candidate);
            }
        }
        for gain in COLD_STEPS {
            if let Some(cold) = cold {
                let candidate = Weights { cold: Some((cold, gain)), ..best.clone() };
                attempt(&mut best, candidate);
            }
        }
        if leader <= before {
            break;
        }
    }
    let total: f32 = best.parts.iter().sum();
    best.parts.iter_mut().for_each(|weight| *weight /= total);
    best
}

/// Weights of a logistic regression on differences between what was chosen and what was not.
pub(super) fn regress(
    cases: &[Case],
    width: usize,
    alpha: f64,
    seed: u64,
) -> Result<Option<Vec<f32>>, StrategyError> {
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    'cases: for (number, case) in cases.iter().enumerate() {
        let n = case.items.len();
        let scores = |at: usize| (0..width).map(move |part| f64::from(case.scores[part * n + at]));
        let is_chosen = |at: &usize| case.chosen.binary_search(&case.items[*at]).is_ok();
        let others: Vec<usize> = (0..n).filter(|at| !is_chosen(at)).collect();
        for chosen in (0..n).filter(is_chosen) {
            for draw in 0..NEGATIVES.min(others.len()) as u64 {
                let key = seed ^ (number as u64) << 40 ^ u64::from(case.items[chosen]) << 8 ^ draw;
                let other = others[(mix(key) % others.len() as u64) as usize];
                let difference: Vec<f64> = scores(chosen).zip(scores(other)).map(|(a, b)| a - b).collect();
                // Both directions, so that the intercept has nothing to learn.
                rows.push(difference.iter().map(|value| -value).collect());
                rows.push(difference);
                labels.extend([0i32, 1]);
                if rows.len() >= MAX_PAIRS {
                    break 'cases;
                }
            }
        }
    }
    if rows.len() < MIN_PAIRS {
        return Ok(None);
    }
    let refuse = |error: smartcore::error::Failed| StrategyError::Fit {
        id: EnsembleTrainer::ID.to_owned(),
        message: error.to_string(),
    };
    let matrix = DenseMatrix::from_2d_vec(&rows).map_err(refuse)?;
    let settings = LogisticRegressionParameters::default().with_alpha(alpha.max(0.0));
    let fitted = LogisticRegression::fit(&matrix, &labels, settings).map_err(refuse)?;
    // A part that speaks against its own candidates is left out rather than turned around.
    let weights: Vec<f64> = (0..width).map(|at| *fitted.coefficients().get((0, at))).map(positive).collect();
    let total: f64 = weights.iter().sum();
    Ok((total > 0.0).then(|| weights.iter().map(|weight| (weight / total) as f32).collect()))
}

fn positive(weight: f64) -> f64 {
    if weight.is_finite() { weight.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first part knows what is chosen, the second draws by lot.
    fn informative(number: u64) -> Case {
        let items: Vec<ItemIdx> = (0..30).collect();
        let chosen = (number % 30) as u32;
        let lot = |item: &u32, salt: u64| (mix(number * salt + u64::from(*item)) % 1_000) as f32 / 1_000.0;
        let hint = |item: &u32| if *item == chosen { 0.9 } else { 0.4 } * (0.5 + lot(item, 31) / 2.0);
        let scores = items.iter().map(hint).chain(items.iter().map(|item| lot(item, 57))).collect();
        Case { support: vec![1.0; 30], items: (0..30).collect(), scores, chosen: vec![chosen] }
    }

    #[test]
    fn the_part_that_knows_gets_the_weight_however_it_is_sought() {
        let cases: Vec<Case> = (0..200).map(informative).collect();
        let even = Weights { parts: vec![0.5, 0.5], cold: None };
        let regressed = regress(&cases, 2, 1.0, 3).unwrap().unwrap();
        let ascended = ascend(&cases, &even, None);
        for weights in [&regressed, &ascended.parts] {
            assert!(weights[0] > 0.8, "{weights:?}");
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        assert!(mean(&judge(&cases, &ascended)) > mean(&judge(&cases, &even)));
    }

    #[test]
    fn a_cold_member_lifts_what_has_no_events() {
        let case = Case {
            items: vec![1, 2],
            scores: vec![0.5, 0.0, 0.0, 1.0],
            support: vec![1.0, 0.0],
            chosen: vec![2],
        };
        let weights = |gain| Weights { parts: vec![1.0, 0.0], cold: Some((1, gain)) };
        assert!(judge(std::slice::from_ref(&case), &weights(0.6)) > judge(&[case], &weights(0.4)));
    }

    #[test]
    fn too_few_choices_teach_nothing() {
        assert_eq!(regress(&[], 2, 1.0, 3).unwrap(), None);
    }
}
