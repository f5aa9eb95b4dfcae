//! Learning the weights of an ensemble, and whether they are worth having.
//!
//! The parts are trained on the past before a cut (or without held-out events, where times say
//! nothing), with the settings that training on all of it chose. What shoppers chose afterwards decides
//! between the weights that were given and each part alone; then half of the shoppers teach weights,
//! by pairwise logistic regression and by coordinate ascent, and the other half judges them. Learned
//! weights are kept only when a paired bootstrap is sure of them.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::weigh::{COLD_STEPS, Case, Weights, ascend, judge, mean, regress};
use crate::delta::DeltaLimits;
use crate::engine::{World, user_state};
use crate::ensemble::{EnsembleParams, EnsembleTrainer};
use crate::error::StrategyError;
use crate::event::{EventKind, HistoryEvent, ItemIdx, UserIdx};
use crate::experiment::mix;
use crate::learn::panel::{Plan, plans, surely_beats};
use crate::mask::{Filter, Mask};
use crate::metrics::Resamples;
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
    /// Shoppers asked, half to learn from and half to judge by.
    pub shoppers: usize,
    /// Strength of the regularisation.
    pub alpha: f64,
    /// Resamples of the bootstrap.
    pub rounds: usize,
    /// Events the parts are trained on a second time for it: of a larger shop a sample of the shoppers
    /// speaks, unless it were less than a quarter of them, which says little about the whole.
    pub max_events: usize,
}

impl Default for LearnParams {
    fn default() -> Self {
        Self { shoppers: 4_000, alpha: 1.0, rounds: 1_000, max_events: 500_000 }
    }
}

/// What learning came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What is in use: `given`, `NAME alone`, `regression` or `ascent`.
    pub kept: String,
    /// The weights in use, in the order of the members.
    pub weights: Vec<f32>,
    /// What the cold member gains for products without events.
    pub cold_weight: f32,
    /// Mean NDCG@20 over all shoppers asked of the given weights and of each member alone.
    pub without_learning: Vec<(String, f64)>,
    /// Mean NDCG@20 over the judging shoppers: the best of those, and the best learned weights.
    pub ndcg: (f64, f64),
    /// 95 % interval of the difference, learned minus the best without learning.
    pub difference: (f64, f64),
    /// Whether learned weights are in use.
    pub promoted: bool,
}

/// One part in this many of a shop is the least that may speak for it.
const LEAST_SAMPLE: usize = 4;
/// Fewer judging shoppers than this cannot make anyone sure.
const MIN_JUDGES: usize = 20;

/// Learns and judges. `None` when the data is too small for either, or too large to learn twice.
pub(super) fn learn(
    job: &FitJob<'_>,
    params: &EnsembleParams,
    how: &LearnParams,
) -> Result<Option<Verdict>, StrategyError> {
    let events = job.dataset.event_count();
    if events / LEAST_SAMPLE > how.max_events {
        return Ok(None);
    }
    let sample;
    let job = if events > how.max_events {
        let share = (how.max_events as f64 / events as f64 * f64::from(u32::MAX)) as u64;
        let drawn = |user: UserIdx| mix(job.seed ^ 0xA5 << 40 ^ u64::from(user)) >> 32 <= share;
        sample = job.dataset.retain_at(|user, _, _| drawn(user));
        &FitJob { dataset: &sample, ..*job }
    } else {
        job
    };
    // Without times, questions are put to a part of the shoppers, so that the rest can teach the parts.
    let most = how.shoppers.min(job.dataset.user_count() / 3);
    for plan in plans(job.dataset, most, job.seed, 0) {
        let askers = askers(job, how, &plan);
        if askers.len() / 2 < MIN_JUDGES {
            continue;
        }
        let recommender = train_parts(job, params, &plan)?;
        job.cancel.check()?;
        job.progress.report("asking the parts", 0.8);
        let cases = cases(job, params, &plan, &askers, &recommender);
        if cases.len() / 2 >= MIN_JUDGES {
            job.progress.report("judging the weights", 0.95);
            return decide(job, params, how, &cases).map(Some);
        }
    }
    Ok(None)
}

fn decide(
    job: &FitJob<'_>,
    params: &EnsembleParams,
    how: &LearnParams,
    cases: &[Case],
) -> Result<Verdict, StrategyError> {
    let width = params.members.len();
    let cold = params.members.iter().position(|member| Some(&member.strategy) == params.cold_member.as_ref());
    let given = Weights {
        parts: params.members.iter().map(|member| member.weight).collect(),
        cold: cold.map(|cold| (cold, params.cold_weight)),
    };
    let alone = params
        .members
        .iter()
        .enumerate()
        .map(|(at, member)| (format!("{} alone", member.strategy), Weights::single(at, width)));
    let simple: Vec<(String, Weights, f64)> = std::iter::once(("given".to_owned(), given))
        .chain(alone)
        .map(|(name, weights)| {
            let quality = mean(&judge(cases, &weights));
            (name, weights, quality)
        })
        .collect();
    // One member alone is the simplest that can be; the given weights have to be surely better.
    let singles = &simple[1..];
    let single = singles.iter().fold(&singles[0], |best, next| if next.2 > best.2 { next } else { best });
    let given_wins = surely_better(cases, &simple[0].1, &single.1);
    let mut best = if given_wins { simple[0].clone() } else { single.clone() };
    best.1 = with_cold_member(cases, best.1, cold);
    let (learning, judging) = cases.split_at(cases.len() / 2);
    let mut learned = vec![("ascent", ascend(learning, &best.1, cold))];
    if let Some(parts) = regress(learning, width, how.alpha, job.seed)? {
        learned.push(("regression", Weights { parts, ..best.1 }));
    }
    let quality_of = |weights: &Weights| mean(&judge(learning, weights));
    learned.sort_by(|a, b| quality_of(&b.1).total_cmp(&quality_of(&a.1)));
    let (name, challenger) = &learned[0];
    let (before, after) = (judge(judging, &best.1), judge(judging, challenger));
    let comparison = Resamples::new(judging.len(), how.rounds.max(1), job.seed).compare(&after, &before);
    let promoted = comparison.difference.low > 0.0;
    let (kept, weights) = if promoted { ((*name).to_owned(), challenger) } else { (best.0.clone(), &best.1) };
    let total: f32 = weights.parts.iter().sum();
    Ok(Verdict {
        kept,
        weights: weights.parts.iter().map(|weight| weight / total).collect(),
        cold_weight: weights.cold.map_or(0.0, |(_, gain)| gain),
        without_learning: simple.iter().map(|(name, _, quality)| (name.clone(), *quality)).collect(),
        ndcg: (mean(&before), mean(&after)),
        difference: (comparison.difference.low, comparison.difference.high),
        promoted,
    })
}

fn surely_better(cases: &[Case], candidate: &Weights, leader: &Weights) -> bool {
    let narrow = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect::<Vec<f32>>();
    surely_beats(&narrow(judge(cases, candidate)), &narrow(judge(cases, leader)))
}

/// Gives products without events the largest chance that costs nothing.
fn with_cold_member(cases: &[Case], weights: Weights, cold: Option<usize>) -> Weights {
    let Some(cold) = cold.filter(|&cold| weights.parts[cold] < weights.parts.iter().sum()) else {
        return weights;
    };
    let with = |gain| Weights { cold: Some((cold, gain)), ..weights.clone() };
    let without = mean(&judge(cases, &with(0.0)));
    let costs_nothing = |candidate: &Weights| mean(&judge(cases, candidate)) >= without;
    COLD_STEPS.iter().rev().map(|&gain| with(gain)).find(costs_nothing).unwrap_or(weights)
}

fn train_parts(job: &FitJob<'_>, params: &EnsembleParams, plan: &Plan) -> Result<Recommender, StrategyError> {
    let past = job.dataset.retain_at(|user, at, event| plan.split.keeps(user, at, event));
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
        let settled = job.settled.get(&member.strategy);
        if settled.is_none() && !job.settled.is_empty() {
            // The shop does not train it, so it will not be there to be asked.
            continue;
        }
        let part = FitJob { dataset: &past, now: plan.now, progress: &Silent, ..*job };
        let model = registry.fit(&member.strategy, &part, settled.unwrap_or(&Value::Null))?;
        models.insert(&member.strategy, "holdout", model);
    }
    let snapshot = Snapshot::new(1, std::sync::Arc::new(past));
    let recommender = Recommender::new(snapshot.clone(), Settings::default(), DeltaLimits::default());
    recommender.publish(snapshot, models, recommender.mark());
    Ok(recommender)
}

/// A shopper of whom it is known what was chosen afterwards.
struct Asking {
    history: Vec<HistoryEvent>,
    later: Vec<ItemIdx>,
}

fn askers(job: &FitJob<'_>, how: &LearnParams, plan: &Plan) -> Vec<Asking> {
    let sells = job.dataset.events().any(|event| event.kind == EventKind::Purchase);
    let counts = |kind: EventKind| if sells { kind == EventKind::Purchase } else { kind.is_positive() };
    let mut shoppers: Vec<UserIdx> = (0..job.dataset.user_count() as UserIdx).collect();
    shoppers.sort_by_key(|&user| mix(job.seed ^ u64::from(user)));
    let asking = |user: UserIdx| -> Option<Asking> {
        let events = job.dataset.history(user).iter().enumerate();
        let (known, rest): (Vec<_>, Vec<_>) =
            events.partition(|(at, event)| plan.split.asks_with(user, *at, event));
        let history: Vec<HistoryEvent> = known.into_iter().map(|(_, event)| *event).collect();
        let seen = |item: ItemIdx| history.iter().any(|own| own.item == item && (counts(own.kind) || !sells));
        let mut later: Vec<ItemIdx> =
            rest.into_iter().filter(|(_, event)| counts(event.kind)).map(|(_, event)| event.item).collect();
        later.retain(|&item| !seen(item));
        later.sort_unstable();
        later.dedup();
        (!history.is_empty() && !later.is_empty()).then_some(Asking { history, later })
    };
    shoppers.into_iter().filter_map(asking).take(how.shoppers).collect()
}

fn cases(
    job: &FitJob<'_>,
    params: &EnsembleParams,
    plan: &Plan,
    askers: &[Asking],
    recommender: &Recommender,
) -> Vec<Case> {
    let sells = job.dataset.events().any(|event| event.kind == EventKind::Purchase);
    recommender.inspect(|world| {
        askers
            .par_iter()
            .map_init(Scratch::default, |scratch, asking| {
                let shopper = Shopper::Events(asking.history.clone());
                let request = Request::new(Kind::ForUser, shopper, 10, plan.now);
                case(world, params, &request, sells, job.seed, scratch, &asking.later)
            })
            .collect()
    })
}

fn case(
    world: &World<'_>,
    params: &EnsembleParams,
    request: &Request,
    sells: bool,
    seed: u64,
    scratch: &Scratch,
    later: &[ItemIdx],
) -> Case {
    let state = user_state(world.snapshot, world.delta, request);
    let filter = Filter { in_stock: false, exclude_seen: !sells, ..Filter::default() };
    let mask = Mask::new(world.delta, &state, &filter, false, scratch);
    let ctx = Context::new(world, state, &mask, scratch, request.now, seed);
    let query = Query { kind: &request.kind, count: params.candidates };
    let mut items: Vec<ItemIdx> = Vec::new();
    let offered: Vec<_> = params
        .members
        .iter()
        .map(|member| {
            let mut offered = scratch.accumulator(ctx.item_count());
            let mut top = scratch.top(params.candidates);
            if let Some(model) = world.models.get(&member.strategy).filter(|model| model.supports(query.kind))
            {
                model.score(&ctx, &query, &mut top);
            }
            let candidates = top.sorted();
            for candidate in candidates {
                offered.set(candidate.item, candidate.score / candidates[0].score);
                items.push(candidate.item);
            }
            offered
        })
        .collect();
    items.sort_unstable();
    items.dedup();
    let scores = offered.iter().flat_map(|offered| items.iter().map(|&item| offered.get(item))).collect();
    let support = items
        .iter()
        .map(|&item| {
            let events = ctx.interactions(item) as f32;
            events / (events + params.cold_events.max(1e-6))
        })
        .collect();
    Case { items, scores, support, chosen: later.to_vec() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::dataset::Dataset;
    use crate::ensemble::Member;
    use crate::event::{DAY_MS, Event, InteractionWeights};
    use crate::item::ItemFeatures;
    use crate::train::{Cancel, NOTHING_SETTLED};

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
    fn better_weights_replace_those_given_and_others_do_not() {
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
                settled: &NOTHING_SETTLED,
            };
            let members = vec![member("popular", popular), member("content_based", content)];
            let learn = Some(LearnParams::default());
            let params = EnsembleParams { members, cold_member: None, learn, ..EnsembleParams::default() };
            EnsembleTrainer::fit(&job, &params).unwrap()
        };
        let learned = fit(1.0, 0.0);
        let verdict = learned.verdict().unwrap();
        assert_ne!(verdict.kept, "given", "{verdict:?}");
        assert!(learned.params.members[1].weight > 0.3, "{verdict:?}");
        assert_eq!(verdict.promoted, verdict.difference.0 > 0.0, "{verdict:?}");
        let kept = fit(0.0, 1.0);
        assert!(!kept.verdict().unwrap().promoted, "{:?}", kept.verdict());
        assert_eq!(kept.params.members[1].weight, 1.0);
    }
}
