//! How the lists of a strategy, or of an arm of an experiment, do.

use std::ops::Range;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::loaders::{FiguresOf, LatenciesOf, ReachOf, SeriesOf};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::limits::cost::cost;
use crate::graphql::loaders::load;
use crate::graphql::money::MoneyOutput;
use crate::graphql::recommendations::TrendWindow;
use crate::graphql::scalars::{DateTime, Long};
use crate::graphql::services;
use crate::services::metrics::Measured;
use crate::services::metrics::buckets::{Bucket, fill};
use crate::storage::metrics::{Cohort, Latencies, ListFigures, SeriesStep};

/// What became of the lists that a strategy served in a span. A deed or an order counts for the list it names, if it
/// follows within the shop's attribution window, and for the moment at which that list was served.
pub(crate) struct StrategyMetrics {
    strategy_id: String,
    cohort: Cohort,
    /// Of its series.
    span: Range<Timestamp>,
    /// Read already.
    figures: Option<ListFigures>,
}

/// A part of a rate; nothing of nothing is nothing.
pub(super) fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl StrategyMetrics {
    /// Of a strategy in a span, within one experiment if that is named.
    pub(crate) fn of_strategy(
        strategy_id: &str,
        span: Range<Timestamp>,
        experiment_key: Option<String>,
    ) -> Self {
        let strategy_id = strategy_id.to_owned();
        let cohort =
            Cohort::Strategy { strategy_id: strategy_id.clone(), span: span.clone(), experiment_key };
        Self { strategy_id, cohort, span, figures: None }
    }

    /// Of an arm, whose experiment ran in this span.
    pub(crate) fn of_arm(
        strategy_id: String,
        experiment_key: String,
        variant_key: String,
        span: Range<Timestamp>,
    ) -> Self {
        Self { strategy_id, cohort: Cohort::Arm { experiment_key, variant_key }, span, figures: None }
    }

    async fn figures(&self, ctx: &Context<'_>) -> GraphqlResult<ListFigures> {
        if let Some(figures) = self.figures {
            return Ok(figures);
        }
        let credit = services(ctx).metrics.credit();
        Ok(load(ctx, FiguresOf(self.cohort.clone(), credit)).await?.unwrap_or_default())
    }

    async fn millis(&self, ctx: &Context<'_>, of: fn(&Latencies) -> i64) -> GraphqlResult<f64> {
        let latencies = load(ctx, LatenciesOf(self.cohort.clone())).await?.unwrap_or_default();
        Ok(of(&latencies) as f64 / 1_000.0)
    }
}

impl From<Measured> for StrategyMetrics {
    fn from(measured: Measured) -> Self {
        let Measured { strategy_id, span, figures } = measured;
        Self { figures: Some(figures), ..Self::of_strategy(&strategy_id, span, None) }
    }
}

/// A point of a series.
#[derive(SimpleObject)]
struct MetricPoint {
    /// When the bucket begins, in UTC.
    at: DateTime,
    impressions: Long,
    clicks: Long,
    purchases: Long,
    /// Clicks of impressions; 0 without any.
    click_through_rate: f64,
}

impl From<SeriesStep> for MetricPoint {
    fn from(step: SeriesStep) -> Self {
        Self {
            at: step.at.into(),
            impressions: step.impressions.into(),
            clicks: step.clicks.into(),
            purchases: step.purchases.into(),
            click_through_rate: share(step.clicks, step.impressions),
        }
    }
}

impl From<TrendWindow> for Bucket {
    fn from(window: TrendWindow) -> Self {
        match window {
            TrendWindow::Hour => Self::Hour,
            TrendWindow::Day => Self::Day,
            TrendWindow::Week => Self::Week,
            TrendWindow::Month => Self::Month,
        }
    }
}

#[Object]
impl StrategyMetrics {
    /// The name of the strategy.
    async fn strategy_id(&self) -> ID {
        ID(self.strategy_id.clone())
    }

    /// Lists served.
    async fn requests(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.figures(ctx).await?.requests.into())
    }

    /// Products seen: those reported with IMPRESSION, or all of a list about which nothing was reported.
    async fn impressions(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.figures(ctx).await?.impressions.into())
    }

    /// Products clicked or looked at, once for each list.
    async fn clicks(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.figures(ctx).await?.clicks.into())
    }

    /// Products put into carts, once for each list.
    async fn cart_adds(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.figures(ctx).await?.cart_adds.into())
    }

    /// Lines of paid orders; those refunded in full do not count.
    async fn purchases(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.figures(ctx).await?.purchases.into())
    }

    /// What those lines brought in, refunds taken off; orders in another currency than the shop's are left out.
    async fn revenue(&self, ctx: &Context<'_>) -> GraphqlResult<MoneyOutput> {
        let currency = services(ctx).metrics.credit().currency;
        Ok(Money::new(self.figures(ctx).await?.revenue, currency).into())
    }

    /// Clicks of impressions, 0 to 1.
    async fn click_through_rate(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let figures = self.figures(ctx).await?;
        Ok(share(figures.clicks, figures.impressions))
    }

    /// The share of the shoppers served who bought something from one of these lists, 0 to 1.
    async fn conversion_rate(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let figures = self.figures(ctx).await?;
        Ok(share(figures.buyers, figures.shoppers))
    }

    /// The share of the products on sale now that were shown, by whole days, 0 to 1.
    async fn catalog_coverage(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let reach = load(ctx, ReachOf(self.cohort.clone())).await?.unwrap_or_default();
        Ok(share(reach.shown, reach.on_sale))
    }

    /// The share of lists that needed help from another strategy, 0 to 1.
    async fn fallback_rate(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let figures = self.figures(ctx).await?;
        Ok(share(figures.fallbacks, figures.requests))
    }

    /// The share of lists that came from the cache, 0 to 1.
    async fn cache_hit_rate(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let figures = self.figures(ctx).await?;
        Ok(share(figures.cached, figures.requests))
    }

    /// Half of the lists were ready within this time.
    async fn p50_ms(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        self.millis(ctx, |latencies| latencies.p50).await
    }

    /// 95 of 100 lists were ready within this time.
    async fn p95_ms(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        self.millis(ctx, |latencies| latencies.p95).await
    }

    /// 99 of 100 lists were ready within this time.
    async fn p99_ms(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        self.millis(ctx, |latencies| latencies.p99).await
    }

    /// The same over time, oldest first, empty buckets included; at most 1000. Days, weeks (from Monday) and months
    /// are those of UTC.
    #[graphql(directive = cost::apply(10, None))]
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "TrendWindow::Day")] bucket: TrendWindow,
    ) -> GraphqlResult<Vec<MetricPoint>> {
        let bucket = Bucket::from(bucket);
        let refuse = |problem| GraphqlError::about("bucket", &problem);
        let beginnings = bucket.beginnings(&self.span).map_err(refuse)?;
        let credit = services(ctx).metrics.credit();
        let steps = load(ctx, SeriesOf(self.cohort.clone(), credit, bucket)).await?;
        Ok(fill(&beginnings, steps.as_deref().unwrap_or_default()).into_iter().map(Into::into).collect())
    }
}
