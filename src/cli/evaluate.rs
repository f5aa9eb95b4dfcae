//! `shelfwise evaluate`: how good each strategy is, on the shop's own past or on a folder of data.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;
use shelfwise_strategies::evaluate::{Contender, Options, Report, baselines, run};
use shelfwise_strategies::event::InteractionWeights;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::train::Cancel;

use super::past::{Bar, Clock, Past, PastArguments};
use crate::recommend::CHOOSERS;

/// Strategies that answer through others and therefore need all of them trained.
const MADE_OF_OTHERS: [&str; 3] = ["ensemble", "ab_assigned", "bandit"];

/// Whether a strategy can only be judged with the others trained.
pub(super) fn is_made_of_others(id: &str) -> bool {
    MADE_OF_OTHERS.contains(&id)
}

#[derive(Debug, Args)]
pub(super) struct EvaluateArguments {
    #[command(flatten)]
    pub(super) past: PastArguments,
    /// Strategies to judge, comma-separated [default: all that make lists themselves]
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    strategies: Vec<String>,
    /// One more contender with a configuration of its own: NAME=ID:{...}; may be repeated
    #[arg(long, value_name = "NAME=ID:JSON")]
    contender: Vec<String>,
    /// A file of configurations, as `shelfwise tune --out` writes it
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Leave out the plain models that results are printed beside
    #[arg(long)]
    no_baselines: bool,
    /// Let other strategies fill what one leaves empty, as they do in the shop
    #[arg(long)]
    fallback: bool,
    /// Decides every draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the full result here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a page with tables and plots here
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Splits, trains, asks and measures; gives the tables as text.
pub(super) fn evaluate(
    options: &EvaluateArguments,
    past: Past,
    weights: InteractionWeights,
) -> anyhow::Result<String> {
    let registry = Registry::standard();
    let mut settings = past.chosen.clone();
    if let Some(path) = &options.settings {
        settings.extend(read_settings(path)?);
    }
    let contenders = options.contenders(&registry, &settings, past.dataset.item_count())?;
    let split = options.past.split(past, options.seed, false)?;
    let bar = Bar::new();
    let how = Options { contenders, weights, fallback: options.fallback, seed: options.seed, rounds: 500 };
    let report = run(&split, &registry, &how, &Clock::start(), &bar, &Cancel::default())?;
    bar.clear();
    options.write(&report)?;
    Ok(report.to_text())
}

impl EvaluateArguments {
    fn contenders(
        &self,
        registry: &Registry,
        settings: &[(String, Value)],
        items: usize,
    ) -> anyhow::Result<Vec<Contender>> {
        for id in &self.strategies {
            registry.get(id)?;
        }
        let by_default = |id: &str| self.strategies.is_empty() && !CHOOSERS.contains(&id);
        let wanted = |id: &str| by_default(id) || self.strategies.iter().any(|wanted| wanted == id);
        let all_needed = self.strategies.iter().any(|id| is_made_of_others(id));
        let mut contenders = Vec::new();
        for entry in registry.entries().iter().filter(|entry| wanted(entry.id) || all_needed || self.fallback)
        {
            let params = settings
                .iter()
                .rev()
                .find(|(id, _)| id == entry.id)
                .map_or(Value::Null, |(_, params)| params.clone());
            entry.check(&params)?;
            contenders.push(Contender { params, judged: wanted(entry.id), ..Contender::standard(entry.id) });
        }
        // Parts first: what is made of others asks them from the start.
        contenders.sort_by_key(|contender| is_made_of_others(&contender.strategy));
        if !self.no_baselines {
            let plain = baselines(items);
            contenders.splice(0..0, plain);
            if !contenders.iter().any(|contender| contender.name == "popular") {
                contenders.insert(0, Contender::standard("popular"));
            }
        }
        for text in &self.contender {
            contenders.push(custom(text, registry)?);
        }
        Ok(contenders)
    }

    fn write(&self, report: &Report) -> anyhow::Result<()> {
        if let Some(path) = &self.json {
            fs::write(path, serde_json::to_vec_pretty(report)?)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        if let Some(path) = &self.html {
            fs::write(path, report.to_html()).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

fn custom(text: &str, registry: &Registry) -> anyhow::Result<Contender> {
    let Some((name, rest)) = text.split_once('=') else { bail!("{text} is not NAME=ID:JSON") };
    let (id, params) = rest.split_once(':').unwrap_or((rest, "null"));
    let params: Value =
        serde_json::from_str(params).with_context(|| format!("the configuration of {name} is not JSON"))?;
    registry.get(id)?.check(&params)?;
    Ok(Contender { name: name.to_owned(), strategy: id.to_owned(), params, judged: true })
}

/// Configurations by strategy, as the tuner writes them.
pub(super) fn read_settings(path: &PathBuf) -> anyhow::Result<Vec<(String, Value)>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let settings: serde_json::Map<String, Value> = serde_json::from_str(&text)
        .with_context(|| format!("{} is not an object of configurations by strategy", path.display()))?;
    Ok(settings.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contender_of_its_own_needs_a_known_strategy_and_a_fitting_configuration() {
        let registry = Registry::standard();
        let contender = custom("mine=popular:null", &registry).unwrap();
        assert_eq!((contender.name.as_str(), contender.strategy.as_str()), ("mine", "popular"));
        assert!(custom("mine=nothing:{}", &registry).is_err());
        assert!(custom("mine=collaborative:{\"wish\": 1}", &registry).is_err());
        assert!(custom("popular", &registry).is_err());
    }
}
