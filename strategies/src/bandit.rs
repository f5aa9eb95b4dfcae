//! A strategy drawn for every request: the better one has earned so far, the more often.
//!
//! Thompson sampling by probability matching: the chance that each arm is the best under its Beta
//! posterior is worked out by integration, and the draw is made from those chances. That makes the
//! logged propensities exact, which off-policy evaluation needs.

use std::any::Any;

use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::error::StrategyError;
use crate::event::{Event, ItemIdx};
use crate::experiment::{bucket, mix};
use crate::models::Installed;
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Delegation, Explanation, Kind, Online, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{FitJob, Trainer};

/// Configuration of `bandit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BanditParams {
    /// The strategies to draw from.
    pub arms: Vec<String>,
    /// Rewards and failures every arm starts with.
    pub prior: (f64, f64),
    /// No arm is drawn less often than this.
    pub floor: f64,
}

impl Default for BanditParams {
    fn default() -> Self {
        Self {
            arms: ["ensemble", "collaborative", "content_based", "popular"].map(str::to_owned).to_vec(),
            prior: (1.0, 10.0),
            floor: 0.02,
        }
    }
}

/// Checks the arms; rewards come while serving.
pub struct BanditTrainer;

const GRID: usize = 1_024;

impl Trainer for BanditTrainer {
    const ID: &'static str = "bandit";
    const NAME: &'static str = "Bandit";
    const SUMMARY: &'static str = "draws the strategy per request, by what each has earned";
    type Params = BanditParams;
    type Model = Bandit;

    fn fit(_job: &FitJob<'_>, params: &BanditParams) -> Result<Bandit, StrategyError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let floor_fits = (0.0..1.0).contains(&(params.floor * params.arms.len() as f64));
        if params.arms.is_empty() || !positive(params.prior.0) || !positive(params.prior.1) || !floor_fits {
            return Err(StrategyError::Config {
                id: Self::ID.to_owned(),
                message: "bandit needs arms, a positive prior, and a floor below one over the arms"
                    .to_owned(),
            });
        }
        Ok(Bandit { params: params.clone() })
    }
}

/// The arms.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bandit {
    params: BanditParams,
}

/// What the arms have earned.
struct BanditOnline {
    params: BanditParams,
    earned: Vec<(f64, f64)>,
    chances: Vec<f64>,
    rewards: u64,
    due: u64,
}

impl BanditOnline {
    fn new(params: &BanditParams) -> Self {
        let earned = vec![params.prior; params.arms.len()];
        let chances = chances_of_being_best(&earned);
        Self { params: params.clone(), earned, chances, rewards: 0, due: 0 }
    }
}

impl Online for BanditOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, _event: &Event) {}

    /// What arms have earned does not go out of date with a training of theirs.
    fn inherit(&mut self, before: &dyn Any) {
        if let Some(before) = before.downcast_ref::<Self>().filter(|before| before.params == self.params) {
            self.earned.clone_from(&before.earned);
            self.chances.clone_from(&before.chances);
            (self.rewards, self.due) = (before.rewards, before.due);
        }
    }

    fn reward(&mut self, strategy: &str, reward: f32) {
        let Some(arm) = self.params.arms.iter().position(|arm| arm == strategy) else {
            return;
        };
        self.earned[arm].0 += f64::from(reward);
        self.earned[arm].1 += f64::from(1.0 - reward);
        self.rewards += 1;
        // Late rewards move the chances little: work them out ever more seldom.
        if self.rewards >= self.due {
            self.chances = chances_of_being_best(&self.earned);
            self.due = self.rewards + 1 + self.rewards / 200;
        }
    }
}

impl Bandit {
    /// The arms that can answer, with the chance of being drawn.
    fn arms<'a>(&self, ctx: &Context<'a>, kind: &Kind) -> Vec<(&'a Installed, f64)> {
        let models: &'a crate::models::ModelSet = ctx.models;
        let learned = ctx.overlay::<BanditOnline>();
        let even = 1.0 / self.params.arms.len() as f64;
        let mut arms: Vec<(&Installed, f64)> = self
            .params
            .arms
            .iter()
            .enumerate()
            .filter_map(|(arm, name)| {
                let model = models.get(name).filter(|model| model.supports(kind))?;
                let chance = learned.map_or(even, |learned| learned.chances[arm]);
                Some((model, chance.max(self.params.floor)))
            })
            .collect();
        let total: f64 = arms.iter().map(|(_, chance)| chance).sum();
        arms.iter_mut().for_each(|(_, chance)| *chance /= total);
        arms
    }

    fn draw<'a>(&self, ctx: &Context<'a>, kind: &Kind) -> Option<(&'a Installed, f64)> {
        let arms = self.arms(ctx, kind);
        let scope = mix(ctx.seed).to_string();
        let mut left = bucket("bandit", &[&scope], ctx.unit);
        let drawn = arms.iter().find(|(_, chance)| {
            left -= chance;
            left < 0.0
        });
        drawn.or(arms.last()).copied()
    }
}

impl Strategy for Bandit {
    fn id(&self) -> &'static str {
        BanditTrainer::ID
    }

    fn supports(&self, _kind: &Kind) -> bool {
        true
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        self.draw(ctx, query.kind).map_or(0.0, |(model, _)| model.confidence(ctx, query))
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        if let Some((model, _)) = self.draw(ctx, query.kind) {
            model.score(ctx, query, out);
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        out.fill(0.0);
        if let Some((model, _)) = self.draw(ctx, query.kind) {
            model.rescore(ctx, query, items, out);
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        match self.draw(ctx, query.kind) {
            Some((model, _)) => model.explain(ctx, query, items, top),
            None => items.iter().map(|_| Explanation::plain(ReasonKind::Popular, 0.0)).collect(),
        }
    }

    fn delegate(&self, ctx: &Context<'_>, query: &Query<'_>) -> Option<Delegation> {
        let (model, chance) = self.draw(ctx, query.kind)?;
        Some(Delegation {
            strategy: model.name().to_string(),
            assignment: None,
            propensity: Some(chance as f32),
        })
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(BanditOnline::new(&self.params)))
    }
}

/// The chance of each Beta(a, b) to give the highest draw, by integration over a grid that spans
/// every posterior's bulk.
fn chances_of_being_best(earned: &[(f64, f64)]) -> Vec<f64> {
    let spread = |&(a, b): &(f64, f64)| {
        let mean = a / (a + b);
        (mean, (mean * (1.0 - mean) / (a + b + 1.0)).sqrt())
    };
    let bounds = earned.iter().map(spread);
    let low = bounds.clone().map(|(mean, sd)| mean - 8.0 * sd).fold(1.0, f64::min).max(1e-9);
    let high = bounds.map(|(mean, sd)| mean + 8.0 * sd).fold(0.0, f64::max).min(1.0 - 1e-9);
    let step = (high - low) / GRID as f64;
    let densities: Vec<Vec<f64>> = earned.iter().map(|&arm| density(arm, low, step)).collect();
    let mut below = vec![0.0; earned.len()];
    let mut chances = vec![0.0; earned.len()];
    for point in 0..GRID {
        for (arm, chance) in chances.iter_mut().enumerate() {
            let beats: f64 = (0..earned.len())
                .filter(|&other| other != arm)
                .map(|other| below[other] + densities[other][point] / 2.0)
                .product();
            *chance += densities[arm][point] * beats;
        }
        for (sum, density) in below.iter_mut().zip(&densities) {
            *sum += density[point];
        }
    }
    let total: f64 = chances.iter().sum();
    if total > 0.0 {
        chances.iter().map(|chance| chance / total).collect()
    } else {
        vec![1.0 / earned.len() as f64; earned.len()]
    }
}

/// Probability mass of Beta(a, b) per grid cell, summing to 1.
fn density((a, b): (f64, f64), low: f64, step: f64) -> Vec<f64> {
    let log: Vec<f64> = (0..GRID)
        .map(|point| {
            let at = low + (point as f64 + 0.5) * step;
            (a - 1.0) * at.ln() + (b - 1.0) * (1.0 - at).ln()
        })
        .collect();
    let peak = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mass: Vec<f64> = log.iter().map(|value| (value - peak).exp()).collect();
    let total: f64 = mass.iter().sum();
    mass.iter().map(|value| value / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_arms_are_drawn_alike_and_the_better_one_more_often() {
        let even = chances_of_being_best(&[(3.0, 30.0), (3.0, 30.0)]);
        assert!((even[0] - 0.5).abs() < 1e-6);
        let uneven = chances_of_being_best(&[(300.0, 3_000.0), (200.0, 3_000.0)]);
        assert!(uneven[0] > 0.999);
    }

    #[test]
    fn the_chance_of_a_uniform_arm_against_another_is_known_in_closed_form() {
        // P(X > Y) for X ~ Beta(2, 1), Y ~ Beta(1, 1) is E[X] = 2/3.
        let chances = chances_of_being_best(&[(2.0, 1.0), (1.0, 1.0)]);
        assert!((chances[0] - 2.0 / 3.0).abs() < 1e-3, "{chances:?}");
    }

    #[test]
    fn rewards_move_the_chances() {
        let params = BanditParams { arms: vec!["a".to_owned(), "b".to_owned()], ..BanditParams::default() };
        let mut online = BanditOnline::new(&params);
        for _ in 0..100 {
            online.reward("a", 1.0);
            online.reward("b", 0.0);
            online.reward("c", 1.0);
        }
        assert!(online.chances[0] > 0.99);
        let mut next = BanditOnline::new(&params);
        next.inherit(&online);
        assert!(next.chances[0] > 0.99, "a training must not make it forget");
        let mut other = BanditOnline::new(&BanditParams { floor: 0.1, ..params });
        other.inherit(&online);
        assert!(other.chances[0] < 0.99);
    }
}
