//! `shelfwise tune`: search configurations on the validation slice, keep the best.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Map, Value};
use shelfwise_strategies::evaluate::tune::{Search, Tuned, tune};
use shelfwise_strategies::evaluate::{Contender, Options};
use shelfwise_strategies::event::InteractionWeights;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::train::Cancel;

use super::past::{Bar, Clock, Past, PastArguments};
use crate::context::Context;
use crate::domain::recommendation::StrategySetting;
use crate::storage::Storage;

#[derive(Debug, Args)]
pub(super) struct TuneArguments {
    #[command(flatten)]
    pub(super) past: PastArguments,
    /// Strategies to tune, comma-separated [default: all that have something to tune]
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    strategies: Vec<String>,
    /// Trainings of each strategy, the default configuration's included
    #[arg(long, default_value_t = 20)]
    trials: usize,
    /// What to maximise on the validation slice
    #[arg(long, default_value = "ndcg@10")]
    metric: String,
    /// Decides every draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the best configurations here, for `shelfwise evaluate --settings`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Put the best configurations into the shop's own settings, which the server loads when it starts
    #[arg(long, conflicts_with = "data")]
    pub(super) apply: bool,
}

/// What tuning found: configurations that beat the defaults, and a summary to print.
pub(super) struct Found {
    pub(super) better: Vec<(String, Value)>,
    pub(super) text: String,
}

/// Searches each strategy in turn.
pub(super) fn search(
    options: &TuneArguments,
    past: Past,
    weights: &InteractionWeights,
) -> anyhow::Result<Found> {
    let registry = Registry::standard();
    for id in &options.strategies {
        registry.get(id)?;
    }
    let chosen = past.chosen.clone();
    let split = options.past.split(past, options.seed, true)?;
    let mut found = Found { better: Vec::new(), text: format!("{}\n", split.name) };
    for entry in registry.entries() {
        let named = options.strategies.iter().any(|id| id == entry.id);
        if !named && (!options.strategies.is_empty() || entry.search_space().is_empty()) {
            continue;
        }
        let base =
            chosen.iter().find(|(id, _)| id == entry.id).map_or(Value::Null, |(_, params)| params.clone());
        let others = if super::evaluate::is_made_of_others(entry.id) { registry.entries() } else { &[] };
        let how = Options {
            contenders: others.iter().map(|other| Contender::standard(other.id)).collect(),
            weights: weights.clone(),
            fallback: false,
            seed: options.seed,
            rounds: 0,
        };
        let search = Search {
            strategy: entry.id.to_owned(),
            trials: options.trials,
            base,
            metric: options.metric.clone(),
            seed: options.seed,
        };
        let bar = Bar::new();
        let tuned = tune(&split, &registry, &search, &how, &Clock::start(), &bar, &Cancel::default())?;
        bar.clear();
        describe(&tuned, &mut found.text);
        if tuned.best > 0 {
            found.better.push((entry.id.to_owned(), tuned.params().clone()));
        }
    }
    if let Some(path) = &options.out {
        let settings: Map<String, Value> = found.better.iter().cloned().collect();
        fs::write(path, serde_json::to_vec_pretty(&settings)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        let _ = writeln!(found.text, "wrote {} configurations to {}", found.better.len(), path.display());
    }
    Ok(found)
}

/// Puts the found configurations into the shop's settings.
pub(super) async fn apply(found: &Found, storage: &dyn Storage, context: &Context) -> anyhow::Result<String> {
    let before = storage.strategy_settings().await?;
    let mut unit = storage.begin().await?;
    for (id, params) in &found.better {
        let enabled =
            before.iter().find(|setting| setting.strategy_id == *id).is_none_or(|setting| setting.enabled);
        let config = Some(params.to_string());
        let setting = StrategySetting { strategy_id: id.clone(), enabled, config, updated_at: context.now() };
        unit.save_strategy_setting(&setting).await?;
    }
    unit.save().await?;
    Ok(format!("{} configurations are in force from the next start of the server\n", found.better.len()))
}

fn describe(tuned: &Tuned, text: &mut String) {
    let first = tuned.trials.first().map_or(0.0, |trial| trial.value);
    let best = tuned.trials.get(tuned.best).map_or(0.0, |trial| trial.value);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{}: {} {first:.4} by default, {best:.4} at best of {} trials",
        tuned.strategy,
        tuned.metric,
        tuned.trials.len()
    );
    if tuned.best > 0 {
        let _ = writeln!(text, "  {}", tuned.params());
    }
}
