//! Trains strategies, asks them as a server would, and measures the answers.

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use super::measure::{Catalogue, MEASURES, Rankings, intervals};
use super::report::{DataFacts, Latency, Report, SliceReport, StrategyReport, TrainedModel, Versus};
use super::{Ask, Asker, Candidates, EvaluateError, Slice, Split, Stopwatch};
use crate::delta::DeltaLimits;
use crate::event::{InteractionWeights, ItemIdx, Millis, UserIdx};
use crate::item::ItemColumns;
use crate::metrics::Resamples;
use crate::recommender::Recommender;
use crate::registry::Registry;
use crate::request::{Request, Settings, Shopper};
use crate::snapshot::Snapshot;
use crate::strategy::Strategy;
use crate::train::{Cancel, FitJob, Progress, Settled};

/// Length of the lists asked for.
const DEPTH: usize = 50;
/// Answers timed for each strategy and slice.
const TIMED: usize = 2_000;
/// Shoppers with at most this many products count as cold.
const COLD_HISTORY: usize = 3;

/// A strategy with a configuration, under a name of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// Name in the report and among the models.
    pub name: String,
    /// The registered strategy.
    pub strategy: String,
    /// Its configuration; `null` for the default.
    pub params: Value,
    /// Whether it is judged, or trained only because others are made of it.
    pub judged: bool,
}

impl Contender {
    /// A registered strategy with its default configuration.
    #[must_use]
    pub fn standard(id: &str) -> Self {
        Self { name: id.to_owned(), strategy: id.to_owned(), params: Value::Null, judged: true }
    }
}

/// How to evaluate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who competes, parts before those made of them.
    pub contenders: Vec<Contender>,
    /// The shop's weights.
    pub weights: InteractionWeights,
    /// Whether other strategies fill what one leaves empty, as they do in the shop. Off, each
    /// strategy is judged by its own answers.
    pub fallback: bool,
    /// Decides every draw.
    pub seed: u64,
    /// Resamples for the intervals.
    pub rounds: usize,
}

impl Options {
    /// All registered strategies with their default configurations.
    #[must_use]
    pub fn standard(registry: &Registry) -> Self {
        Self {
            contenders: registry.entries().iter().map(|entry| Contender::standard(entry.id)).collect(),
            weights: InteractionWeights::default(),
            fallback: false,
            seed: 1,
            rounds: 500,
        }
    }
}

/// Carries out an evaluation.
///
/// # Errors
/// When a strategy is unknown, misconfigured or cannot be trained, or the evaluation is cancelled.
pub fn run(
    split: &Split,
    registry: &Registry,
    options: &Options,
    stopwatch: &dyn Stopwatch,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Report, EvaluateError> {
    let train = Arc::clone(&split.train);
    let recommender =
        Recommender::new(Snapshot::new(1, Arc::clone(&train)), Settings::default(), DeltaLimits::default());
    let judged: Vec<&Contender> = options.contenders.iter().filter(|contender| contender.judged).collect();
    let steps = (options.contenders.len() + judged.len() * split.slices.len()).max(1) as f32;
    let mut step = 0.0;
    let mut advance = |stage: &str| {
        progress.report(stage, step / steps);
        step += 1.0;
    };

    let mut models = Vec::new();
    let mut settled = Settled::new();
    for contender in &options.contenders {
        advance(&format!("training {}", contender.name));
        let job = FitJob {
            dataset: &train,
            now: split.now,
            weights: &options.weights,
            seed: options.seed,
            progress: &crate::train::Silent,
            cancel,
            settled: &settled,
        };
        let before = stopwatch.nanos();
        let model = registry.fit(&contender.strategy, &job, &contender.params)?;
        let fit_seconds = (stopwatch.nanos() - before) as f64 / 1e9;
        // Strategies made of others know them by their registered names.
        if contender.name == contender.strategy {
            let known = model.settled().unwrap_or_else(|| contender.params.clone());
            settled.insert(contender.strategy.clone(), known);
        }
        let model_bytes = model.encode()?.len();
        let params = match &contender.params {
            Value::Null => registry.get(&contender.strategy)?.default_params()?,
            params => params.clone(),
        };
        models.push(TrainedModel {
            name: contender.name.clone(),
            strategy: contender.strategy.clone(),
            params,
            chosen: model.chosen(),
            fit_seconds,
            model_bytes,
        });
        let strategy: Arc<dyn Strategy> = model;
        recommender.install(vec![(contender.name.clone(), "evaluated".to_owned(), strategy)]);
    }

    let facts = Facts::new(split);
    let mut slices: Vec<Option<SliceReport>> = split.slices.iter().map(|_| None).collect();
    // Slices that rank everything come first: hiding the rest cannot be taken back half way.
    for wanted in [Candidates::All, Candidates::Train] {
        let candidate = facts.show(&recommender, wanted);
        for (slice, slot) in
            split.slices.iter().zip(&mut slices).filter(|(slice, _)| slice.candidates == wanted)
        {
            let judge = Judge {
                split,
                slice,
                options,
                recommender: &recommender,
                facts: &facts,
                candidate: &candidate,
            };
            *slot = Some(judge.judge(&judged, stopwatch, &mut advance, cancel)?);
        }
    }
    progress.report("done", 1.0);
    Ok(Report {
        protocol: split.name.clone(),
        notes: split.notes.clone(),
        data: facts.data.clone(),
        seed: options.seed,
        models,
        slices: slices.into_iter().flatten().collect(),
    })
}

/// Counts over the training part.
struct Facts {
    data: DataFacts,
    columns: ItemColumns,
    interactions: Vec<u32>,
    known_by: Vec<u32>,
}

impl Facts {
    fn new(split: &Split) -> Self {
        let train = &split.train;
        let mut interactions = vec![0u32; train.item_count()];
        let mut known_by = vec![0u32; train.item_count()];
        let mut train_users = 0;
        for user in 0..train.user_count() as UserIdx {
            let mut own: Vec<ItemIdx> = Vec::new();
            for event in train.history(user).iter().filter(|event| event.kind.is_positive()) {
                interactions[event.item as usize] += 1;
                own.push(event.item);
            }
            train_users += usize::from(!own.is_empty());
            own.sort_unstable();
            own.dedup();
            for item in own {
                known_by[item as usize] += 1;
            }
        }
        let data = DataFacts {
            items: train.item_count(),
            train_items: interactions.iter().filter(|count| **count > 0).count(),
            train_users,
            train_events: train.event_count(),
        };
        Self { data, columns: ItemColumns::new(train.items()), interactions, known_by }
    }

    /// Makes exactly the wanted products visible and says which they are.
    fn show(&self, recommender: &Recommender, wanted: Candidates) -> Vec<bool> {
        let shown: Vec<bool> =
            self.interactions.iter().map(|count| wanted == Candidates::All || *count > 0).collect();
        for (item, visible) in shown.iter().enumerate() {
            recommender.set_available(item as ItemIdx, *visible, *visible);
        }
        shown
    }
}

/// One slice in front of all strategies.
struct Judge<'a> {
    split: &'a Split,
    slice: &'a Slice,
    options: &'a Options,
    recommender: &'a Recommender,
    facts: &'a Facts,
    candidate: &'a [bool],
}

impl Judge<'_> {
    fn judge(
        &self,
        contenders: &[&Contender],
        stopwatch: &dyn Stopwatch,
        advance: &mut dyn FnMut(&str),
        cancel: &Cancel,
    ) -> Result<SliceReport, EvaluateError> {
        let asks = &self.slice.asks;
        let relevant: Vec<&[ItemIdx]> = asks.iter().map(|ask| ask.relevant.as_slice()).collect();
        // Rounds cost memory in proportion to the questions, and many questions need fewer.
        let rounds = if asks.len() > 50_000 { self.options.rounds.min(200) } else { self.options.rounds };
        let resamples = Resamples::new(asks.len(), rounds, self.options.seed);
        let cold: Vec<usize> = (0..asks.len()).filter(|at| asks[*at].history <= COLD_HISTORY).collect();
        let cold_resamples = Resamples::new(cold.len(), rounds, self.options.seed);
        let mut reports = Vec::new();
        let mut headline: Vec<Vec<f64>> = Vec::new();
        for contender in contenders {
            advance(&format!("{}: asking {}", self.slice.name, contender.name));
            cancel.check()?;
            let lists: Vec<Vec<ItemIdx>> =
                asks.par_iter().map(|ask| self.answer(ask, &contender.name, DEPTH)).collect();
            let rankings = Rankings { lists: &lists, relevant: &relevant };
            let values = rankings.values();
            let of_cold = |values: &Vec<f64>| cold.iter().map(|at| values[*at]).collect::<Vec<f64>>();
            let cold_values: Vec<Vec<f64>> = values.iter().map(of_cold).collect();
            reports.push(StrategyReport {
                name: contender.name.clone(),
                metrics: intervals(&values, &resamples),
                cold_users: (!cold.is_empty() && cold.len() < asks.len())
                    .then(|| intervals(&cold_values, &cold_resamples)),
                beyond: rankings.beyond(&Catalogue {
                    columns: &self.facts.columns,
                    interactions: &self.facts.interactions,
                    known_by: &self.facts.known_by,
                    shoppers: self.facts.data.train_users,
                    candidate: self.candidate,
                }),
                curve: rankings.curve(),
                latency: self.time(&contender.name, stopwatch),
                versus: Vec::new(),
            });
            headline.push(values.into_iter().next().unwrap_or_default());
        }
        compare(&mut reports, &headline, &resamples);
        Ok(SliceReport {
            name: self.slice.name.clone(),
            questions: asks.len(),
            candidates: self.slice.candidates,
            strategies: reports,
        })
    }

    fn request(&self, ask: &Ask, strategy: &str, count: usize) -> Request {
        let shopper = match &ask.asker {
            Asker::Known(user) => Shopper::Known(*user),
            Asker::Events(events) => Shopper::Events(events.clone()),
        };
        let now: Millis = self.split.now;
        Request {
            filter: ask.filter.clone(),
            fallback: self.options.fallback,
            explain: None,
            seed: self.options.seed,
            ..Request::new(ask.kind.clone(), shopper, count, now)
        }
        .strategy(strategy)
    }

    fn answer(&self, ask: &Ask, strategy: &str, count: usize) -> Vec<ItemIdx> {
        let request = self.request(ask, strategy, count);
        self.recommender.recommend(&request).items.into_iter().map(|ranked| ranked.item).collect()
    }

    fn time(&self, strategy: &str, stopwatch: &dyn Stopwatch) -> Latency {
        let step = self.slice.asks.len().div_ceil(TIMED).max(1);
        let requests = self.slice.asks.iter().step_by(step).map(|ask| self.request(ask, strategy, 10));
        let mut micros: Vec<f64> = requests
            .map(|request| {
                let before = stopwatch.nanos();
                let answer = self.recommender.recommend(&request);
                let taken = (stopwatch.nanos() - before) as f64 / 1e3;
                drop(answer);
                taken
            })
            .collect();
        micros.sort_by(f64::total_cmp);
        let at = |share: f64| {
            micros.get((micros.len() as f64 * share) as usize).or(micros.last()).copied().unwrap_or(0.0)
        };
        Latency { p50_us: at(0.5), p99_us: at(0.99), samples: micros.len() }
    }
}

/// Every strategy against the popular one and against the best other.
fn compare(reports: &mut [StrategyReport], headline: &[Vec<f64>], resamples: &Resamples) {
    let name = MEASURES[0].0;
    let values: Vec<f64> =
        reports.iter().map(|report| report.metrics.get(name).map_or(0.0, |value| value.mean)).collect();
    let names: Vec<String> = reports.iter().map(|report| report.name.clone()).collect();
    let versus = |own: usize, other: usize| Versus {
        other: names[other].clone(),
        comparison: resamples.compare(&headline[own], &headline[other]),
    };
    for (own, report) in reports.iter_mut().enumerate() {
        let popular = names.iter().position(|name| name == "popular");
        let best =
            (0..values.len()).filter(|other| *other != own).max_by(|a, b| values[*a].total_cmp(&values[*b]));
        let others = popular.into_iter().chain(best).filter(|other| *other != own);
        let mut seen = Vec::new();
        for other in others {
            if !seen.contains(&other) {
                seen.push(other);
                report.versus.push(versus(own, other));
            }
        }
    }
}
