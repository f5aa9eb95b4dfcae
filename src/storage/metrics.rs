//! The contract of measuring: what became of the lists that were served, and how the shop traded.
//!
//! A deed or an order line is credited to a list that it names when the list held that product and no more than
//! [`Credit::within`] lay between the two. Figures belong to the moment their list was served, whenever they came in.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::ids::{ProductId, VariantId};
use crate::domain::money::Currency;
use crate::domain::recommendation::ShownProduct;
use crate::domain::time::Timestamp;

/// Lists that are measured together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cohort {
    /// What a strategy served in a span, its end excluded; within one experiment, if that is named.
    Strategy {
        /// The strategy.
        strategy_id: String,
        /// When the lists were served.
        span: Range<Timestamp>,
        /// The experiment they were served for.
        experiment_key: Option<String>,
    },
    /// What was served in one arm of an experiment, over all of its time.
    Arm {
        /// The experiment.
        experiment_key: String,
        /// The arm.
        variant_key: String,
    },
}

/// What counts as the doing of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Credit {
    /// The longest time between a list and what it led to.
    pub within: Duration,
    /// The currency in which revenue is told; orders in another are left out.
    pub currency: Currency,
}

/// What became of the lists of a cohort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListFigures {
    /// Lists served.
    pub requests: i64,
    /// Products seen: those reported as seen, or all of a list about which nothing was reported.
    pub impressions: i64,
    /// Different shoppers they were served to.
    pub shoppers: i64,
    /// Lists that needed help from another strategy.
    pub fallbacks: i64,
    /// Lists that came from the cache.
    pub cached: i64,
    /// Products of them that were clicked or looked at, once for each list.
    pub clicks: i64,
    /// Products of them put into carts, once for each list.
    pub cart_adds: i64,
    /// Lines of paid orders, unless all of the line was refunded.
    pub purchases: i64,
    /// What those lines brought in, refunds taken off, in minor units.
    pub revenue: i64,
    /// Different shoppers with such a line.
    pub buyers: i64,
}

/// How long the lists of a cohort took, in microseconds: the time by which so many of a hundred were ready.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latencies {
    /// Half of them.
    pub p50: i64,
    /// 95 of 100.
    pub p95: i64,
    /// 99 of 100.
    pub p99: i64,
}

/// How much of the catalogue the lists of a cohort showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Different products shown that are on sale now.
    pub shown: i64,
    /// Products on sale now.
    pub on_sale: i64,
}

/// What became of the lists served in one step of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesStep {
    /// When the step begins: a multiple of its length.
    pub at: Timestamp,
    /// Products seen.
    pub impressions: i64,
    /// Products clicked.
    pub clicks: i64,
    /// Lines bought.
    pub purchases: i64,
}

/// Sums over the shoppers of an arm of what each of them saw, clicked, bought and spent: enough for means, variances
/// and covariances, whatever the number of shoppers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ShopperSums {
    /// Different shoppers.
    pub shoppers: i64,
    /// Σ products seen.
    pub seen: f64,
    /// Σ of its squares.
    pub seen_squared: f64,
    /// Σ products clicked.
    pub clicks: f64,
    /// Σ of its squares.
    pub clicks_squared: f64,
    /// Σ seen × clicked.
    pub seen_clicks: f64,
    /// Shoppers who bought.
    pub buyers: i64,
    /// Σ minor units spent.
    pub revenue: f64,
    /// Σ of its squares.
    pub revenue_squared: f64,
}

/// How the shop traded in a span: orders that were paid and not wholly refunded or cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TradeFigures {
    /// Their number.
    pub orders: i64,
    /// What was paid for them, refunds taken off, in minor units.
    pub revenue: i64,
    /// Different people who placed them.
    pub buyers: i64,
}

/// What goods brought in, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GoodsRevenue {
    /// All lines of paid orders, refunds taken off.
    pub all: i64,
    /// Those of them that are credited to a list.
    pub recommended: i64,
}

/// Reading what was measured. Cohorts without lists are absent from the maps. Of cohorts, each call sends one
/// statement for all strategies of a span and experiment, and one for all arms.
#[async_trait]
pub trait MetricsStore {
    /// What became of lists.
    async fn list_figures(&self, cohorts: &[Cohort], credit: Credit) -> Result<HashMap<Cohort, ListFigures>>;
    /// How long lists took.
    async fn list_latencies(&self, cohorts: &[Cohort]) -> Result<HashMap<Cohort, Latencies>>;
    /// How much of the catalogue lists showed, by whole days.
    async fn list_reach(&self, cohorts: &[Cohort]) -> Result<HashMap<Cohort, Reach>>;
    /// What became of lists, in steps of time, oldest first; steps without lists are left out.
    async fn list_series(
        &self,
        cohorts: &[Cohort],
        credit: Credit,
        step: Duration,
    ) -> Result<HashMap<Cohort, Vec<SeriesStep>>>;
    /// Sums over the shoppers of each arm of some experiments, by experiment and arm. One statement.
    async fn shopper_sums(
        &self,
        experiment_keys: &[String],
        credit: Credit,
    ) -> Result<HashMap<String, HashMap<String, ShopperSums>>>;
    /// The orders placed in a span.
    async fn trade_figures(&self, span: Range<Timestamp>, currency: Currency) -> Result<TradeFigures>;
    /// What the goods ordered in a span brought in.
    async fn goods_revenue(&self, span: Range<Timestamp>, credit: Credit) -> Result<GoodsRevenue>;
    /// How many different shoppers did anything in a span.
    async fn count_active_shoppers(&self, span: Range<Timestamp>) -> Result<i64>;
    /// The products that brought in most in a span, best first.
    async fn best_sellers(
        &self,
        span: Range<Timestamp>,
        currency: Currency,
        limit: usize,
    ) -> Result<Vec<ProductId>>;
    /// Variants of products on sale of which at most so many pieces are free, the scarcest first.
    async fn scarce_variants(&self, at_most: u32, limit: usize) -> Result<Vec<VariantId>>;
}

/// Writing what can be measured.
#[async_trait]
pub trait MetricsWork {
    /// Notes which products were shown. Those noted already are left as they are.
    async fn record_shown(&mut self, shown: &[ShownProduct]) -> Result<()>;
    /// Removes notes of the days before that of `before`. Returns how many.
    async fn remove_shown(&mut self, before: Timestamp) -> Result<u64>;
}
