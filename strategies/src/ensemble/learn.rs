//! Learning the weights of an ensemble, and whether they are worth having.
//!
//! The parts are trained on the past before a cut. What shoppers chose after it, against other
//! candidates of the same lists, trains a pairwise logistic regression; other shoppers then judge the
//! learned weights against the fixed ones. They are kept only when a paired bootstrap is sure.

use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use crate::dataset::Dataset;
use crate::delta::DeltaLimits;
use crate::engine::{World, user_state};
use crate::ensemble::{Ensemble, EnsembleParams, EnsembleTrainer, Member};
use crate::error::StrategyError;
use crate::event::{EventKind, ItemIdx, Millis, UserIdx};
use crate::experiment::mix;
use crate::mask::{Filter, Mask};
use crate::metrics::{Judged, Resamples, ndcg};
use crate::models::ModelSet;
use crate::recommender::Recommender;
use crate::registry::Registry;
use crate::request::{Request, Settings, Shopper};
use crate::scratch::Scratch;
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Kind, Query};
use crate::train::{FitJob, Silent, Trainer};

/// How to learn weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LearnParams {
    /// Share of the events, the latest, that the parts are not trained on.
    pub holdout: f64,
    /// Shoppers asked, half to learn from and half to judge by.
    pub shoppers: usize,
    /// Strength of the regularisation.
    pub alpha: f64,
    /// Resamples of the bootstrap.
    pub rounds: usize,
}

impl Default for LearnParams {
    fn default() -> Self {
        Self { holdout: 0.1, shoppers: 2_000, alpha: 1.0, rounds: 1_000 }
    }
}

/// What learning came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The learned weights, in the order of the members.
    pub weights: Vec<f32>,
    /// Mean NDCG@10 of the fixed and of the learned weights over the judging shoppers.
    pub ndcg: (f64, f64),
    /// 95 % interval of the difference, learned minus fixed.
    pub difference: (f64, f64),
    /// Whether the learned weights are in use.
    pub promoted: bool,
}

/// Negatives drawn for each choice, and pairs used at most: more cost time and change little.
const NEGATIVES: usize = 5;
const MAX_PAIRS: usize = 40_000;
/// Fewer judging shoppers than this cannot make anyone sure.
const MIN_JUDGES: usize = 20;

/// One shopper's candidates with the score each part gave them, and whether they were chosen.
struct Case {
    rows: Vec<(ItemIdx, Vec<f64>, bool)>,
    /// Everything chosen, candidate or not.
    chosen: Vec<ItemIdx>,
}

/// Learns and judges. `None` when the data is too small for either.
pub(super) fn learn(
    job: &FitJob<'_>,
    params: &EnsembleParams,
    how: &LearnParams,
) -> Result<Option<Verdict>, StrategyError> {
    let Some(cut) = cut(job.dataset, how.holdout) else { return Ok(None) };
    let recommender = train_parts(job, params, cut)?;
    job.cancel.check()?;
    job.progress.report("asking the parts", 0.8);
    let cases = cases(job, params, how, cut, &recommender);
    let (learning, judging) = cases.split_at(cases.len() / 2);
    if judging.len() < MIN_JUDGES {
        return Ok(None);
    }
    let Some(weights) = regress(learning, params.members.len(), how.alpha, job.seed)? else {
        return Ok(None);
    };
    job.progress.report("judging the weights", 0.95);
    let fixed: Vec<f64> = params.members.iter().map(|member| f64::from(member.weight)).collect();
    let quality = |weights: &[f64]| judging.iter().map(|case| judge(case, weights)).collect::<Vec<f64>>();
    let (before, after) = (quality(&fixed), quality(&weights));
    let comparison = Resamples::new(judging.len(), how.rounds.max(1), job.seed).compare(&after, &before);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Ok(Some(Verdict {
        weights: weights.iter().map(|&weight| weight as f32).collect(),
        ndcg: (mean(&before), mean(&after)),
        difference: (comparison.difference.low, comparison.difference.high),
        promoted: comparison.difference.low > 0.0,
    }))
}

/// The time before which all but the share `holdout` of the positive events lie.
fn cut(dataset: &Dataset, holdout: f64) -> Option<Millis> {
    let mut times: Vec<Millis> =
        dataset.events().filter(|event| event.kind.is_positive()).map(|event| event.at).collect();
    let place = (times.len() as f64 * (1.0 - holdout.clamp(0.01, 0.5))) as usize;
    (place < times.len()).then(|| *times.select_nth_unstable(place).1)
}

fn train_parts(job: &FitJob<'_>, params: &EnsembleParams, cut: Millis) -> Result<Recommender, StrategyError> {
    let past = job.dataset.retain(|event| event.at < cut);
    let registry = Registry::standard();
    let mut models = ModelSet::default();
    for (index, member) in params.members.iter().enumerate() {
        job.cancel.check()?;
        let stage = format!("training {} on the earlier part", member.strategy);
        job.progress.report(&stage, 0.8 * index as f32 / params.members.len() as f32);
        if member.strategy == EnsembleTrainer::ID {
            return Err(StrategyError::Config {
                id: member.strategy.clone(),
                message: "an ensemble cannot learn the weight of itself".to_owned(),
            });
        }
        let part = FitJob { dataset: &past, now: cut, progress: &Silent, ..*job };
        models.insert(
            &member.strategy,
            "holdout",
            registry.fit(&member.strategy, &part, &serde_json::Value::Null)?,
        );
    }
    let snapshot = Snapshot::new(1, std::sync::Arc::new(past));
    let recommender = Recommender::new(snapshot.clone(), Settings::default(), DeltaLimits::default());
    recommender.publish(snapshot, models, recommender.mark());
    Ok(recommender)
}

fn cases(
    job: &FitJob<'_>,
    params: &EnsembleParams,
    how: &LearnParams,
    cut: Millis,
    recommender: &Recommender,
) -> Vec<Case> {
    let mut shoppers: Vec<UserIdx> = (0..job.dataset.user_count() as UserIdx)
        .filter(|&user| {
            let history = job.dataset.history(user);
            history.first().is_some_and(|event| event.at < cut)
                && history.last().is_some_and(|event| event.at >= cut)
        })
        .collect();
    shoppers.sort_by_key(|&user| mix(job.seed ^ u64::from(user)));
    shoppers.truncate(how.shoppers);
    let even = Member { strategy: String::new(), weight: 1.0 };
    let members =
        params.members.iter().map(|member| Member { strategy: member.strategy.clone(), ..even.clone() });
    let all = Ensemble {
        params: EnsembleParams { members: members.collect(), learn: None, ..params.clone() },
        verdict: None,
    };
    let sells = job.dataset.events().any(|event| event.kind == EventKind::Purchase);
    let scratch = Scratch::default();
    recommender.inspect(|world| {
        let case = |&user: &UserIdx| case(world, job, &all, user, cut, sells, &scratch);
        shoppers.iter().filter_map(case).collect()
    })
}

fn case(
    world: &World<'_>,
    job: &FitJob<'_>,
    all: &Ensemble,
    user: UserIdx,
    cut: Millis,
    sells: bool,
    scratch: &Scratch,
) -> Option<Case> {
    let request = Request::new(Kind::ForUser, Shopper::Known(user), 10, cut);
    let state = user_state(world.snapshot, world.delta, &request);
    let filter = Filter { in_stock: false, exclude_seen: !sells, ..Filter::default() };
    let mask = Mask::new(world.delta, &state, &filter, false, scratch);
    let later = job.dataset.history(user).iter().filter(|event| event.at >= cut);
    let mut chosen: Vec<ItemIdx> = later
        .filter(|event| if sells { event.kind == EventKind::Purchase } else { event.kind.is_positive() })
        .map(|event| event.item)
        .filter(|&item| mask.allows(item))
        .collect();
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() {
        return None;
    }
    let ctx = Context::new(world, state, &mask, scratch, cut, job.seed);
    let query = Query { kind: &Kind::ForUser, count: 10 };
    let parts = all.ask(&ctx, &query);
    let mut rows: Vec<(ItemIdx, Vec<f64>, bool)> = Vec::new();
    let mut seen = scratch.accumulator(ctx.item_count());
    for item in parts.iter().flat_map(|part| part.offered.touched()) {
        if seen.contains(*item) {
            continue;
        }
        seen.set(*item, 1.0);
        let mut scores = vec![0.0; all.params.members.len()];
        for part in &parts {
            scores[part.member] = f64::from(part.offered.get(*item) / part.best);
        }
        rows.push((*item, scores, chosen.binary_search(item).is_ok()));
    }
    Some(Case { rows, chosen })
}

/// Weights of a logistic regression on differences between what was chosen and what was not.
fn regress(cases: &[Case], width: usize, alpha: f64, seed: u64) -> Result<Option<Vec<f64>>, StrategyError> {
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    'cases: for (number, case) in cases.iter().enumerate() {
        let others: Vec<&Vec<f64>> = case.rows.iter().filter(|row| !row.2).map(|row| &row.1).collect();
        for (item, chosen, _) in case.rows.iter().filter(|row| row.2) {
            for draw in 0..NEGATIVES.min(others.len()) as u64 {
                let key = seed ^ (number as u64) << 40 ^ u64::from(*item) << 8 ^ draw;
                let other = others[(mix(key) % others.len() as u64) as usize];
                let difference: Vec<f64> = chosen.iter().zip(other).map(|(a, b)| a - b).collect();
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
    if rows.len() < 2 * MIN_JUDGES {
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
    Ok((total > 0.0).then(|| weights.iter().map(|weight| weight / total).collect()))
}

fn positive(weight: f64) -> f64 {
    if weight.is_finite() { weight.max(0.0) } else { 0.0 }
}

fn judge(case: &Case, weights: &[f64]) -> f64 {
    let score =
        |scores: &[f64]| scores.iter().zip(weights).map(|(score, weight)| score * weight).sum::<f64>();
    let mut ranked: Vec<(f64, ItemIdx)> =
        case.rows.iter().map(|(item, scores, _)| (score(scores), *item)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let ranking: Vec<ItemIdx> = ranked.iter().take(10).map(|&(_, item)| item).collect();
    ndcg(&Judged::new(&ranking, &case.chosen), 10)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::event::{DAY_MS, Event, InteractionWeights};
    use crate::item::ItemFeatures;
    use crate::train::Cancel;

    /// The first part knows what is chosen, the second draws by lot.
    fn informative(number: u64) -> Case {
        let rows: Vec<(ItemIdx, Vec<f64>, bool)> = (0..30u32)
            .map(|item| {
                let chosen = u64::from(item) == number % 30;
                let lot = (mix(number * 31 + u64::from(item)) % 1_000) as f64 / 1_000.0;
                let hint = if chosen { 0.9 } else { 0.4 };
                let other_lot = (mix(number * 57 + u64::from(item) + 100_003) % 1_000) as f64 / 1_000.0;
                (item, vec![hint * (0.5 + lot / 2.0), other_lot], chosen)
            })
            .collect();
        Case { rows, chosen: vec![(number % 30) as u32] }
    }

    #[test]
    fn the_part_that_knows_gets_the_weight() {
        let cases: Vec<Case> = (0..200).map(informative).collect();
        let weights = regress(&cases, 2, 1.0, 3).unwrap().unwrap();
        assert!(weights[0] > 0.8, "{weights:?}");
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let even: f64 = cases.iter().map(|case| judge(case, &[0.5, 0.5])).sum();
        let learned: f64 = cases.iter().map(|case| judge(case, &weights)).sum();
        assert!(learned > even);
    }

    /// Everyone buys within one of ten categories; what sells best overall says little.
    fn loyal_shoppers() -> Dataset {
        let item = |index: u32| ItemFeatures {
            categories: vec![index % 10],
            title: format!("thing {index}"),
            price_minor: 1_000,
            active: true,
            in_stock: true,
            ..ItemFeatures::default()
        };
        let mut events = Vec::new();
        for user in 0..200u32 {
            for step in 0..10u32 {
                let item = (mix(u64::from(user * 100 + step)) % 12) as u32 * 10 + user % 10;
                let at = i64::from(step) * DAY_MS + i64::from(user);
                events.push(Event::new(user, item, EventKind::Purchase, at));
            }
        }
        let items = (0..120).map(item).collect();
        Dataset::new(items, 200, BTreeMap::new(), &events).unwrap()
    }

    #[test]
    fn surely_better_weights_are_promoted_and_others_are_not() {
        let data = loyal_shoppers();
        let member = |strategy: &str, weight| Member { strategy: strategy.to_owned(), weight };
        let fit = |popular, content| {
            let job = FitJob {
                dataset: &data,
                now: data.latest(),
                weights: &InteractionWeights::default(),
                seed: 5,
                progress: &Silent,
                cancel: &Cancel::default(),
            };
            let members = vec![member("popular", popular), member("content_based", content)];
            let learn = Some(LearnParams::default());
            let params = EnsembleParams { members, cold_member: None, learn, ..EnsembleParams::default() };
            EnsembleTrainer::fit(&job, &params).unwrap()
        };
        let learned = fit(1.0, 0.0);
        let verdict = learned.verdict().unwrap();
        assert!(verdict.promoted && verdict.ndcg.1 > verdict.ndcg.0, "{verdict:?}");
        assert!(learned.params.members[1].weight > 0.3, "{verdict:?}");
        let kept = fit(0.0, 1.0);
        assert!(!kept.verdict().unwrap().promoted, "{:?}", kept.verdict());
        assert_eq!(kept.params.members[1].weight, 1.0);
    }

    #[test]
    fn too_few_choices_teach_nothing() {
        assert_eq!(regress(&[], 2, 1.0, 3).unwrap(), None);
    }
}
