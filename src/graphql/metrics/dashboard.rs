//! The shop at a glance: trade, people, and what recommendations have to do with it.

use std::ops::Range;

use async_graphql::{Context, Object, SimpleObject};

use super::loaders::{ActiveIn, GoodsIn, TradeIn};
use super::strategy::{StrategyMetrics, share};
use crate::cache;
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::graphql::catalogue::{Product, ProductVariant};
use crate::graphql::connection::count;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::{load, load_many};
use crate::graphql::money::MoneyOutput;
use crate::graphql::scalars::{DateTime, Long};
use crate::graphql::services;
use crate::services::error::Problem;
use crate::storage::metrics::TradeFigures;

/// Products and variants listed when the caller does not say how many.
const LISTED: i32 = 10;
/// Free pieces up to which stock is low when the caller does not say.
const LOW: i32 = 5;

/// The shop in a span, in its own currency. Orders are those placed in it, paid and not cancelled or wholly refunded.
pub(super) struct Dashboard {
    span: Range<Timestamp>,
}

/// From `from` (included) to `to` (excluded).
#[derive(SimpleObject)]
struct DashboardRange {
    from: DateTime,
    to: DateTime,
}

/// The cache of lists, since the process that answers started.
#[derive(SimpleObject)]
struct CacheStats {
    entries: Long,
    hits: Long,
    misses: Long,
    evictions: Long,
    /// Hits of all look-ups, 0 to 1.
    hit_rate: f64,
}

impl From<cache::CacheStats> for CacheStats {
    fn from(stats: cache::CacheStats) -> Self {
        Self {
            entries: stats.entries.into(),
            hits: stats.hits.into(),
            misses: stats.misses.into(),
            evictions: stats.evictions.into(),
            hit_rate: stats.hit_rate(),
        }
    }
}

impl Dashboard {
    pub(super) fn new(span: Range<Timestamp>) -> Self {
        Self { span }
    }

    async fn trade(&self, ctx: &Context<'_>) -> GraphqlResult<TradeFigures> {
        let credit = services(ctx).metrics.credit();
        Ok(load(ctx, TradeIn(self.span.clone(), credit)).await?.unwrap_or_default())
    }

    async fn active(&self, ctx: &Context<'_>) -> GraphqlResult<i64> {
        Ok(load(ctx, ActiveIn(self.span.clone())).await?.unwrap_or_default())
    }
}

fn money(ctx: &Context<'_>, minor: i64) -> MoneyOutput {
    Money::new(minor, services(ctx).metrics.credit().currency).into()
}

#[Object]
impl Dashboard {
    /// What is looked at.
    async fn range(&self) -> DashboardRange {
        DashboardRange { from: self.span.start.into(), to: self.span.end.into() }
    }

    async fn orders(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.trade(ctx).await?.orders.into())
    }

    /// What was paid for them, refunds taken off.
    async fn revenue(&self, ctx: &Context<'_>) -> GraphqlResult<MoneyOutput> {
        Ok(money(ctx, self.trade(ctx).await?.revenue))
    }

    /// Revenue by the number of orders, to the nearest minor unit.
    async fn average_order_value(&self, ctx: &Context<'_>) -> GraphqlResult<MoneyOutput> {
        let trade = self.trade(ctx).await?;
        let average = if trade.orders == 0 { 0 } else { (trade.revenue + trade.orders / 2) / trade.orders };
        Ok(money(ctx, average))
    }

    /// Users and visitors who did anything: viewed, liked, put into a cart, bought.
    async fn active_users(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(self.active(ctx).await?.into())
    }

    /// Different people who ordered, of the active users; at most 1.
    async fn conversion_rate(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let (trade, active) = futures_util::try_join!(self.trade(ctx), self.active(ctx))?;
        // Somebody whose order was imported may have done nothing else here.
        Ok(share(trade.buyers, active.max(trade.buyers)))
    }

    /// The part of what goods brought in that is credited to recommendations, 0 to 1.
    async fn recommendation_revenue_share(&self, ctx: &Context<'_>) -> GraphqlResult<f64> {
        let credit = services(ctx).metrics.credit();
        let goods = load(ctx, GoodsIn(self.span.clone(), credit)).await?.unwrap_or_default();
        Ok(share(goods.recommended, goods.all))
    }

    /// Variants on sale of which few pieces are free now, the scarcest first.
    #[graphql(directive = cost::apply(1, per(&["first"])))]
    async fn low_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(LISTED)")] first: Option<i32>,
        #[graphql(desc = "Free pieces up to which stock is low.", default_with = "Some(LOW)")]
        at_most: Option<i32>,
    ) -> GraphqlResult<Vec<ProductVariant>> {
        let first = count("first", first, limits::DEFAULT_PAGE)?;
        let at_most = at_most.unwrap_or(LOW);
        let at_most =
            u32::try_from(at_most).ok().filter(|pieces| *pieces <= limits::QUANTITY).ok_or_else(|| {
                GraphqlError::about("atMost", &Problem::OutOfRange { min: 0, max: limits::QUANTITY.into() })
            })?;
        let ids = services(ctx).metrics.scarce_variants(at_most, first).await?;
        let mut found = load_many(ctx, ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id).map(ProductVariant::from)).collect())
    }

    /// The products that brought in most, best first.
    #[graphql(directive = cost::apply(1, per(&["first"])))]
    async fn top_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(LISTED)")] first: Option<i32>,
    ) -> GraphqlResult<Vec<Product>> {
        let first = count("first", first, limits::DEFAULT_PAGE)?;
        let ids = services(ctx).metrics.best_sellers(self.span.clone(), first).await?;
        let mut found = load_many(ctx, ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id).map(Product::from)).collect())
    }

    /// Every strategy.
    async fn strategies(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<StrategyMetrics>> {
        let names = services(ctx).metrics.strategies(None)?;
        Ok(names.iter().map(|name| StrategyMetrics::of_strategy(name, self.span.clone(), None)).collect())
    }

    async fn cache(&self, ctx: &Context<'_>) -> CacheStats {
        services(ctx).metrics.cache().into()
    }
}
