//! What an experiment has found so far.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};

use super::types::Experiment;
use crate::domain::caller::Permission as Right;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::error::GraphqlResult;
use crate::graphql::limits::cost::cost;
use crate::graphql::loaders::load;
use crate::graphql::metrics::{ShopperSumsOf, StrategyMetrics};
use crate::graphql::scalars::Long;
use crate::graphql::services;
use crate::services::metrics::results::{ArmResult, Goal, judge};

/// The figure by which arms are compared.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum ExperimentGoal {
    /// Products clicked, of those seen.
    ClickThroughRate,
    /// Shoppers who bought, of those served.
    ConversionRate,
    /// What a shopper spent.
    RevenuePerUser,
}

impl From<ExperimentGoal> for Goal {
    fn from(goal: ExperimentGoal) -> Self {
        match goal {
            ExperimentGoal::ClickThroughRate => Self::ClickThroughRate,
            ExperimentGoal::ConversionRate => Self::ConversionRate,
            ExperimentGoal::RevenuePerUser => Self::RevenuePerShopper,
        }
    }
}

/// What an experiment has found so far, over all of its time. Shoppers are dealt, so arms are compared shopper by
/// shopper, never impression by impression.
#[derive(SimpleObject)]
struct ExperimentResults {
    /// In the experiment's order; the first is what the others are compared to.
    variants: Vec<VariantResult>,
    /// Share of assignments against plan; below 0.001 means the split is broken.
    sample_ratio_p_value: f64,
}

/// An arm and how it did. Lift, bounds and pValue are null for the first arm, and while there is too little to tell.
#[derive(SimpleObject)]
struct VariantResult {
    variant_key: String,
    /// Different users and visitors it was dealt to.
    users: Long,
    metrics: StrategyMetrics,
    /// More than the first arm, in percent of it.
    lift_percent: Option<f64>,
    /// Lower bound of the lift, with 95 % confidence.
    confidence_low: Option<f64>,
    /// Upper bound of the lift, with 95 % confidence.
    confidence_high: Option<f64>,
    /// Probability of a difference this large between arms that do not differ.
    p_value: Option<f64>,
}

#[ComplexObject]
impl Experiment {
    /// What was found so far, by the goal that is asked for.
    #[graphql(
        guard = "Requires(Right::MetricsRead)",
        directive = auth::apply(only(Right::MetricsRead), None, None),
        directive = cost::apply(20, None)
    )]
    async fn results(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ExperimentGoal::ClickThroughRate")] goal: ExperimentGoal,
    ) -> GraphqlResult<ExperimentResults> {
        let credit = services(ctx).metrics.credit();
        let sums = load(ctx, ShopperSumsOf(self.key.clone(), credit)).await?.unwrap_or_default();
        let arms: Vec<(String, f64)> = self.arms().collect();
        let found = judge(&arms, &sums, goal.into());
        let span = self.span(services(ctx).context.now());
        let variant = |arm: ArmResult| {
            let percent = |share: f64| share * 100.0;
            let bounds = arm.comparison.and_then(|comparison| comparison.interval);
            VariantResult {
                users: arm.shoppers.into(),
                metrics: StrategyMetrics::of_arm(
                    self.strategy_of(&arm.variant_key),
                    self.key.clone(),
                    arm.variant_key.clone(),
                    span.clone(),
                ),
                lift_percent: arm.comparison.and_then(|comparison| comparison.lift).map(percent),
                confidence_low: bounds.map(|(low, _)| percent(low)),
                confidence_high: bounds.map(|(_, high)| percent(high)),
                p_value: arm.comparison.map(|comparison| comparison.p_value),
                variant_key: arm.variant_key,
            }
        };
        Ok(ExperimentResults {
            variants: found.arms.into_iter().map(variant).collect(),
            sample_ratio_p_value: found.sample_ratio_p,
        })
    }
}
