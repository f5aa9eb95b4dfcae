//! `shelfwise off-policy`: how one policy would have done, from the impressions that another one logged.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use shelfwise_strategies::evaluate::off_policy::{LoggedImpression, PolicyValue, estimate, smoothed_rewards};
use shelfwise_strategies::metrics::{Interval, Resamples};

use crate::import::source;

/// Impressions of prior belief in the mean, for the reward model of the doubly robust estimate.
const PRIOR: f64 = 50.0;
const ROUNDS: usize = 1_000;

#[derive(Debug, Args)]
pub(super) struct OffPolicyArguments {
    /// CSV, plain or gzip, with the columns policy, item, position, click, propensity and perhaps campaign
    file: PathBuf,
    /// The policy whose impressions are used
    #[arg(long, default_value = "random")]
    logged: String,
    /// The policy in question; its probabilities are how often it showed a product at a position
    #[arg(long)]
    target: String,
    /// Weights above this are capped
    #[arg(long, default_value_t = 100.0)]
    max_weight: f64,
    /// Decides the resamples
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One row of the log.
struct Impression {
    policy: String,
    campaign: String,
    item: usize,
    position: String,
    click: f64,
    propensity: f64,
}

/// The estimates for one campaign beside what the policy in question really earned there.
struct Estimated {
    campaign: String,
    value: PolicyValue,
    /// Absent when the log holds no impression of the policy in question with a click or without.
    actual: Interval,
}

/// Estimates campaign by campaign and prints a table.
pub(super) fn off_policy(options: &OffPolicyArguments) -> anyhow::Result<String> {
    let rows = read(&options.file).with_context(|| format!("cannot read {}", options.file.display()))?;
    let mut text = format!(
        "clicks of {} estimated from impressions of {}, with 95 % intervals\n{:<10} {:>11} {:>24} {:>24} {:>24} {:>24} {:>10}\n",
        options.target,
        options.logged,
        "campaign",
        "impressions",
        "ips",
        "snips",
        "doubly robust",
        "actual",
        "effective"
    );
    for estimated in estimates(&rows, options)? {
        let value = &estimated.value;
        writeln!(
            text,
            "{:<10} {:>11} {:>24} {:>24} {:>24} {:>24} {:>10.0}",
            estimated.campaign,
            value.impressions,
            shown(&value.ips),
            shown(&value.snips),
            shown(&value.doubly_robust),
            shown(&estimated.actual),
            value.effective_samples
        )?;
    }
    Ok(text)
}

fn shown(interval: &Interval) -> String {
    format!("{:.4} [{:.4}, {:.4}]", interval.mean, interval.low, interval.high)
}

fn estimates(rows: &[Impression], options: &OffPolicyArguments) -> anyhow::Result<Vec<Estimated>> {
    let mut campaigns: Vec<&str> = rows.iter().map(|row| row.campaign.as_str()).collect();
    campaigns.sort_unstable();
    campaigns.dedup();
    let mut all = Vec::new();
    for campaign in campaigns {
        let of = |policy: &str| -> Vec<&Impression> {
            rows.iter().filter(|row| row.campaign == campaign && row.policy == policy).collect()
        };
        let (logged, target) = (of(&options.logged), of(&options.target));
        if logged.is_empty() || target.is_empty() {
            bail!("{campaign:?} has no impressions of {} or of {}", options.logged, options.target);
        }
        let probabilities = probabilities(&target);
        let rewards: Vec<(usize, f64)> = logged.iter().map(|row| (row.item, row.click)).collect();
        let items = rows.iter().map(|row| row.item).max().unwrap_or(0) + 1;
        let expected = smoothed_rewards(&rewards, items, PRIOR);
        let under_target: BTreeMap<&str, f64> = probabilities
            .iter()
            .map(|(position, items)| {
                (*position, items.iter().map(|(item, share)| share * expected[*item]).sum())
            })
            .collect();
        let impressions: Vec<LoggedImpression> = logged
            .iter()
            .map(|row| LoggedImpression {
                reward: row.click,
                propensity: row.propensity,
                target_probability: probabilities
                    .get(row.position.as_str())
                    .and_then(|items| items.get(&row.item))
                    .copied()
                    .unwrap_or(0.0),
                expected_reward: expected[row.item],
                expected_under_target: under_target.get(row.position.as_str()).copied().unwrap_or(0.0),
            })
            .collect();
        let value = estimate(&impressions, options.max_weight, ROUNDS, options.seed)?;
        let clicks: Vec<f64> = target.iter().map(|row| row.click).collect();
        let actual = Resamples::new(clicks.len(), ROUNDS, options.seed).interval(&clicks);
        all.push(Estimated { campaign: campaign.to_owned(), value, actual });
    }
    Ok(all)
}

/// The policy's probability of each product by position: how often it showed it there. (The mean of the propensities
/// it logged would count a product's lucky moments twice.)
fn probabilities<'r>(rows: &[&'r Impression]) -> BTreeMap<&'r str, BTreeMap<usize, f64>> {
    let mut counts: BTreeMap<&str, BTreeMap<usize, f64>> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.position.as_str()).or_default().entry(row.item).or_default() += 1.0;
    }
    for items in counts.values_mut() {
        let total: f64 = items.values().sum();
        items.values_mut().for_each(|count| *count /= total);
    }
    counts
}

fn read(path: &Path) -> anyhow::Result<Vec<Impression>> {
    let mut reader = csv::Reader::from_reader(source::open(path)?.content);
    let names: Vec<String> = reader.headers()?.iter().map(|name| name.trim().to_lowercase()).collect();
    let column = |name: &str| names.iter().position(|column| column == name);
    let needed = |name: &str| column(name).with_context(|| format!("there is no column {name}"));
    let (policy, item, position) = (needed("policy")?, needed("item")?, needed("position")?);
    let (click, propensity, campaign) = (needed("click")?, needed("propensity")?, column("campaign"));
    let mut items: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or("").trim();
        let number = |at: usize| {
            cell(at).parse::<f64>().with_context(|| format!("line {line}: {:?} is not a number", cell(at)))
        };
        // Products are numbered within their campaign by the source: the campaign is part of the name.
        let campaign = campaign.map_or("", cell).to_owned();
        let known = items.len();
        let item = *items.entry(format!("{campaign}/{}", cell(item))).or_insert(known);
        rows.push(Impression {
            policy: cell(policy).to_owned(),
            campaign,
            item,
            position: cell(position).to_owned(),
            click: number(click)?,
            propensity: number(propensity)?,
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(file: PathBuf) -> OffPolicyArguments {
        OffPolicyArguments { file, logged: "random".into(), target: "bts".into(), max_weight: 100.0, seed: 1 }
    }

    #[test]
    fn a_policy_that_only_shows_the_good_product_is_estimated_from_uniform_impressions() {
        let mut csv = String::from("policy,campaign,item,position,click,propensity\n");
        for round in 0..200 {
            // Product a earns a click in half of its impressions, b never does.
            csv.push_str(&format!("random,all,a,1,{},0.5\nrandom,all,b,1,0,0.5\n", round % 2));
            csv.push_str(&format!("bts,all,a,1,{},1.0\n", round % 2));
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("impressions.csv");
        std::fs::write(&file, csv).unwrap();
        let options = arguments(file);
        let estimated = estimates(&read(&options.file).unwrap(), &options).unwrap();
        let value = &estimated[0].value;
        assert!((value.ips.mean - 0.5).abs() < 1e-9, "{value:?}");
        assert!((value.snips.mean - 0.5).abs() < 1e-9, "{value:?}");
        assert!((value.doubly_robust.mean - 0.5).abs() < 0.01, "{value:?}");
        assert_eq!(estimated[0].actual.mean, 0.5);
        assert!(off_policy(&options).unwrap().contains("doubly robust"));
    }

    /// On real logs the three estimates of the policy that was not logged must agree with what it earned.
    #[test]
    fn estimates_on_the_open_bandit_log_agree_with_what_the_policy_really_earned() {
        let folder = std::env::var("SHELFWISE_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
        let file = Path::new(&folder).join("open_bandit/impressions.csv.gz");
        if !file.exists() {
            return;
        }
        let options = arguments(file);
        for estimated in estimates(&read(&options.file).unwrap(), &options).unwrap() {
            let actual = estimated.actual;
            for interval in [estimated.value.ips, estimated.value.snips, estimated.value.doubly_robust] {
                let overlap = interval.low <= actual.high && actual.low <= interval.high;
                assert!(overlap, "{}: {interval:?} against {actual:?}", estimated.campaign);
            }
        }
    }
}
