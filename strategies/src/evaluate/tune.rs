//! Choosing a configuration on a validation split: random draws first, then draws around the best.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Contender, EvaluateError, Options, Split, Stopwatch, run};
use crate::registry::Registry;
use crate::train::{Cancel, Dimension, Progress, Range, Silent};

/// What to search and how long.
#[derive(Clone, Debug)]
pub struct Search {
    /// The strategy.
    pub strategy: String,
    /// Trainings, the default configuration's included.
    pub trials: usize,
    /// Settings to start from and to keep outside the space; `null` for the defaults.
    pub base: Value,
    /// Metric of the first slice to maximise, such as `ndcg@10`.
    pub metric: String,
    /// Decides every draw.
    pub seed: u64,
}

/// One configuration that was tried.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The configuration in full.
    pub params: Value,
    /// What it reached on the validation split.
    pub value: f64,
    /// Wall time of the training.
    pub fit_seconds: f64,
}

/// Everything that was tried, in order; the first is the default configuration.
#[derive(Clone, Debug, Serialize)]
pub struct Tuned {
    /// The strategy.
    pub strategy: String,
    /// The metric that was maximised.
    pub metric: String,
    /// The validation split.
    pub protocol: String,
    /// What was tried.
    pub trials: Vec<Trial>,
    /// Position of the best trial.
    pub best: usize,
}

impl Tuned {
    /// The best configuration; the default one unless something beat it.
    #[must_use]
    pub fn params(&self) -> &Value {
        self.trials.get(self.best).map_or(&Value::Null, |trial| &trial.params)
    }
}

/// Searches a strategy's space on a validation split. The other
/// contenders of `options` are trained with each trial, for strategies made of others.
///
/// # Errors
/// As for [`fn@run`].
pub fn tune(
    split: &Split,
    registry: &Registry,
    search: &Search,
    options: &Options,
    stopwatch: &dyn Stopwatch,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Tuned, EvaluateError> {
    let registration = registry.get(&search.strategy)?;
    let space = registration.search_space();
    let mut defaults = registration.default_params()?;
    if let (Value::Object(all), Value::Object(given)) = (&mut defaults, &search.base) {
        all.extend(given.clone());
    }
    let mut rng = ChaCha8Rng::seed_from_u64(search.seed);
    let mut tuned = Tuned {
        strategy: search.strategy.clone(),
        metric: search.metric.clone(),
        protocol: split.name.clone(),
        trials: Vec::new(),
        best: 0,
    };
    let trials = if space.is_empty() { 1 } else { search.trials.max(1) };
    for trial in 0..trials {
        cancel.check()?;
        progress.report(
            &format!("{}: trial {} of {trials}", search.strategy, trial + 1),
            trial as f32 / trials as f32,
        );
        let params = match trial {
            0 => defaults.clone(),
            // The second half looks around the best so far, in ever smaller steps.
            _ if trial > trials / 2 => {
                let reach = 0.3 * (1.0 - 0.8 * (trial as f64 / trials as f64));
                vary(&space, tuned.params(), |dimension, current| near(dimension, current, reach, &mut rng))
            }
            _ => vary(&space, &defaults, |dimension, _| anywhere(dimension, &mut rng)),
        };
        let contender = Contender { params: params.clone(), ..Contender::standard(&search.strategy) };
        let mut contenders: Vec<Contender> = options
            .contenders
            .iter()
            .filter(|other| other.name != search.strategy)
            .map(|other| Contender { judged: false, ..other.clone() })
            .collect();
        contenders.push(contender);
        let options = Options { contenders, rounds: 0, ..options.clone() };
        let report = run(split, registry, &options, stopwatch, &Silent, cancel)?;
        let value = report.value(&search.strategy, &search.metric).unwrap_or(0.0);
        let fit_seconds = report.models.last().map_or(0.0, |model| model.fit_seconds);
        if tuned.trials.get(tuned.best).is_some_and(|best| value > best.value) {
            tuned.best = tuned.trials.len();
        }
        tuned.trials.push(Trial { params, value, fit_seconds });
    }
    progress.report("done", 1.0);
    Ok(tuned)
}

fn vary(space: &[Dimension], base: &Value, mut draw: impl FnMut(&Dimension, &Value) -> Value) -> Value {
    let mut params = base.clone();
    for dimension in space {
        let current = lookup(&params, dimension.key).cloned().unwrap_or(Value::Null);
        let drawn = draw(dimension, &current);
        set(&mut params, dimension.key, drawn);
    }
    params
}

/// The value under a key; dots lead into nested objects.
fn lookup<'a>(params: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(params, |value, part| value.get(part))
}

fn set(params: &mut Value, key: &str, drawn: Value) {
    let mut slot = params;
    for part in key.split('.') {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        let Value::Object(object) = slot else { return };
        slot = object.entry(part.to_owned()).or_insert(Value::Null);
    }
    *slot = drawn;
}

fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn anywhere(dimension: &Dimension, rng: &mut ChaCha8Rng) -> Value {
    at(dimension, unit(rng))
}

/// The value at a share of the way through the range.
fn at(dimension: &Dimension, share: f64) -> Value {
    let share = share.clamp(0.0, 1.0);
    match &dimension.range {
        Range::Linear(low, high) => rounded(low + share * (high - low)),
        Range::Log(low, high) => rounded((low.ln() + share * (high.ln() - low.ln())).exp()),
        Range::Integer(low, high) => {
            Value::from(low + ((high - low + 1) as f64 * share).min((high - low) as f64) as i64)
        }
        Range::Choice(values) => values
            .get(((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1)))
            .cloned()
            .unwrap_or(Value::Null),
    }
}

/// Four significant digits: configurations are read by people.
fn rounded(value: f64) -> Value {
    if value == 0.0 {
        return Value::from(0.0);
    }
    let scale = 10f64.powf(3.0 - value.abs().log10().floor());
    Value::from((value * scale).round() / scale)
}

fn near(dimension: &Dimension, current: &Value, reach: f64, rng: &mut ChaCha8Rng) -> Value {
    let step = reach * (unit(rng) + unit(rng) - 1.0);
    let number = current.as_f64();
    let share = match (&dimension.range, number) {
        (Range::Linear(low, high), Some(value)) => (value - low) / (high - low),
        (Range::Log(low, high), Some(value)) if value > 0.0 => {
            (value.ln() - low.ln()) / (high.ln() - low.ln())
        }
        (Range::Integer(low, high), Some(value)) => (value - *low as f64 + 0.5) / (high - low + 1) as f64,
        (Range::Choice(_), _) if unit(rng) > reach => return current.clone(),
        _ => return anywhere(dimension, rng),
    };
    at(dimension, share + step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimension(key: &'static str, range: Range) -> Dimension {
        Dimension { key, range }
    }

    #[test]
    fn draws_stay_within_their_ranges_wherever_they_start() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let log = dimension("lambda", Range::Log(1.0, 1000.0));
        let whole = dimension("k", Range::Integer(5, 9));
        for _ in 0..500 {
            let lambda = near(&log, &Value::from(999.0), 0.5, &mut rng).as_f64().unwrap();
            assert!((1.0..=1000.0).contains(&lambda), "{lambda}");
            let k = anywhere(&whole, &mut rng).as_i64().unwrap();
            assert!((5..=9).contains(&k), "{k}");
        }
    }

    #[test]
    fn dotted_keys_reach_nested_settings() {
        let mut params = serde_json::json!({"ease": {"lambda": 1.0}});
        set(&mut params, "ease.lambda", Value::from(7.0));
        set(&mut params, "knn.k", Value::from(3));
        assert_eq!(params, serde_json::json!({"ease": {"lambda": 7.0}, "knn": {"k": 3}}));
        assert_eq!(lookup(&params, "ease.lambda"), Some(&Value::from(7.0)));
    }
}
