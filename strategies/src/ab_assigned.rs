//! The strategy that the running experiment assigns to whoever asks.

use serde::{Deserialize, Serialize};

use crate::error::StrategyError;
use crate::event::ItemIdx;
use crate::experiment::{Experiment, Variant};
use crate::models::Installed;
use crate::strategy::{Context, Delegation, Explanation, Kind, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{FitJob, Trainer};

/// Configuration of `ab_assigned`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AbAssignedParams {
    /// The experiment when the request brings none.
    pub experiment: Experiment,
}

impl Default for AbAssignedParams {
    fn default() -> Self {
        let variant = |strategy: &str, weight| Variant {
            key: strategy.to_owned(),
            strategy: strategy.to_owned(),
            weight,
        };
        Self {
            experiment: Experiment {
                key: "default".to_owned(),
                salt: "shelfwise".to_owned(),
                traffic: 1.0,
                variants: vec![
                    variant("ensemble", 0.5),
                    variant("collaborative", 0.25),
                    variant("matrix_factorization", 0.25),
                ],
            },
        }
    }
}

/// Keeps the default experiment; there is nothing to train.
pub struct AbAssignedTrainer;

impl Trainer for AbAssignedTrainer {
    const ID: &'static str = "ab_assigned";
    const NAME: &'static str = "A/B assigned";
    const SUMMARY: &'static str = "the strategy that the running experiment assigns to the shopper";
    type Params = AbAssignedParams;
    type Model = AbAssigned;

    fn fit(_job: &FitJob<'_>, params: &AbAssignedParams) -> Result<AbAssigned, StrategyError> {
        let usable = |variant: &Variant| variant.weight.is_finite() && variant.weight >= 0.0;
        if params.experiment.variants.is_empty() || !params.experiment.variants.iter().all(usable) {
            return Err(StrategyError::Config {
                id: Self::ID.to_owned(),
                message: "an experiment has variants with finite weights that are not negative".to_owned(),
            });
        }
        Ok(AbAssigned { experiment: params.experiment.clone() })
    }
}

/// The default experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AbAssigned {
    experiment: Experiment,
}

impl AbAssigned {
    fn chosen<'a>(&self, ctx: &Context<'a>) -> Option<&'a Installed> {
        let models: &'a crate::models::ModelSet = ctx.models;
        let experiment = ctx.experiment.unwrap_or(&self.experiment);
        let (variant, _) = experiment.assign(ctx.unit)?;
        models.get(&variant.strategy)
    }
}

impl Strategy for AbAssigned {
    fn id(&self) -> &'static str {
        AbAssignedTrainer::ID
    }

    fn supports(&self, _kind: &Kind) -> bool {
        true
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        self.chosen(ctx).map_or(0.0, |model| model.confidence(ctx, query))
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        if let Some(model) = self.chosen(ctx).filter(|model| model.supports(query.kind)) {
            model.score(ctx, query, out);
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        out.fill(0.0);
        if let Some(model) = self.chosen(ctx).filter(|model| model.supports(query.kind)) {
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
        match self.chosen(ctx).filter(|model| model.supports(query.kind)) {
            Some(model) => model.explain(ctx, query, items, top),
            None => items.iter().map(|_| Explanation::plain(ReasonKind::Popular, 0.0)).collect(),
        }
    }

    fn delegate(&self, ctx: &Context<'_>, _query: &Query<'_>) -> Option<Delegation> {
        let experiment = ctx.experiment.unwrap_or(&self.experiment);
        let (variant, assignment) = experiment.assign(ctx.unit)?;
        Some(Delegation { strategy: variant.strategy.clone(), assignment, propensity: None })
    }
}
