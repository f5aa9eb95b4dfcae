//! Measuring: what became of served lists, and how the shop traded.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, Query, list_query, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::{ProductId, VariantId};
use crate::domain::money::Currency;
use crate::domain::recommendation::ShownProduct;
use crate::domain::time::{DAY_MS, Timestamp};
use crate::storage::error::Result;
use crate::storage::metrics::{
    Cohort, Credit, GoodsRevenue, Latencies, ListFigures, MetricsStore, MetricsWork, Reach, SeriesStep,
    ShopperSums, TradeFigures,
};
use crate::storage::sql::statements::metrics as sql;

/// Cohorts that one statement answers for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Scope {
    Strategies { span: Range<Timestamp>, experiment_key: Option<String> },
    Arms(Vec<String>),
}

/// The statement for strategies, and the one for arms.
type Pair = (&'static str, &'static str);

fn scopes(cohorts: &[Cohort]) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let mut experiments = Vec::new();
    for cohort in cohorts {
        match cohort {
            Cohort::Strategy { span, experiment_key, .. } => {
                let scope = Scope::Strategies { span: span.clone(), experiment_key: experiment_key.clone() };
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
            Cohort::Arm { experiment_key, .. } => experiments.push(experiment_key.as_str()),
        }
    }
    if !experiments.is_empty() {
        scopes.push(Scope::Arms(keys(&experiments)));
    }
    scopes
}

impl Scope {
    /// The cohort that a row begins with.
    fn cohort(&self, fields: &mut Fields<'_>) -> Result<Cohort> {
        Ok(match self {
            Self::Strategies { span, experiment_key } => Cohort::Strategy {
                strategy_id: fields.text()?,
                span: span.clone(),
                experiment_key: experiment_key.clone(),
            },
            Self::Arms(_) => Cohort::Arm {
                experiment_key: fields.text()?,
                variant_key: fields.maybe_text()?.unwrap_or_default(),
            },
        })
    }

    fn query(&self, (of_strategies, of_arms): Pair, bind: impl FnOnce(Query) -> Query) -> Query {
        match self {
            Self::Strategies { span, experiment_key } => bind(query(of_strategies))
                .time(span.start)
                .time(span.end)
                .text(experiment_key.as_deref().unwrap_or_default()),
            Self::Arms(experiments) => list_query(of_arms, experiments, bind),
        }
    }

    /// The same by whole days, those of both ends included.
    fn query_by_day(&self, (of_strategies, of_arms): Pair) -> Query {
        match self {
            Self::Strategies { span, experiment_key } => query(of_strategies)
                .bind(day(span.start))
                .bind(day(Timestamp(span.end.as_millis().saturating_sub(1))))
                .text(experiment_key.as_deref().unwrap_or_default()),
            Self::Arms(experiments) => list_query(of_arms, experiments, |query| query),
        }
    }
}

const fn day(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MS)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

trait BindCredit {
    fn credit(self, credit: Credit) -> Self;
}

impl BindCredit for Query {
    fn credit(self, credit: Credit) -> Self {
        self.bind(millis(credit.within)).text(credit.currency.code())
    }
}

impl SqlStore {
    /// Rows of every scope, told apart by the cohort they begin with.
    async fn of_cohorts<T>(
        &self,
        cohorts: &[Cohort],
        ask: impl Fn(&Scope) -> Query + Send,
        read: fn(&mut Fields<'_>) -> Result<T>,
    ) -> Result<Vec<(Cohort, T)>> {
        let scopes = scopes(cohorts);
        let mut found = Vec::new();
        if scopes.is_empty() {
            return Ok(found);
        }
        let mut link = self.read().await?;
        for scope in &scopes {
            for row in &link.all(ask(scope)).await? {
                let mut fields = Fields::of(row);
                let cohort = scope.cohort(&mut fields)?;
                found.push((cohort, read(&mut fields)?));
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl MetricsStore for SqlStore {
    async fn list_figures(&self, cohorts: &[Cohort], credit: Credit) -> Result<HashMap<Cohort, ListFigures>> {
        let pair = (sql::FIGURES_OF_STRATEGIES, sql::FIGURES_OF_ARMS);
        let ask = move |scope: &Scope| scope.query(pair, |query| query.credit(credit));
        Ok(self.of_cohorts(cohorts, ask, list_figures).await?.into_iter().collect())
    }

    async fn list_latencies(&self, cohorts: &[Cohort]) -> Result<HashMap<Cohort, Latencies>> {
        let pair = (sql::LATENCIES_OF_STRATEGIES, sql::LATENCIES_OF_ARMS);
        let ask = move |scope: &Scope| scope.query(pair, |query| query);
        Ok(self.of_cohorts(cohorts, ask, latencies).await?.into_iter().collect())
    }

    async fn list_reach(&self, cohorts: &[Cohort]) -> Result<HashMap<Cohort, Reach>> {
        let pair = (sql::REACH_OF_STRATEGIES, sql::REACH_OF_ARMS);
        let ask = move |scope: &Scope| scope.query_by_day(pair);
        Ok(self.of_cohorts(cohorts, ask, reach).await?.into_iter().collect())
    }

    async fn list_series(
        &self,
        cohorts: &[Cohort],
        credit: Credit,
        step: Duration,
    ) -> Result<HashMap<Cohort, Vec<SeriesStep>>> {
        let pair = (sql::SERIES_OF_STRATEGIES, sql::SERIES_OF_ARMS);
        let step = millis(step).max(1);
        let ask = move |scope: &Scope| scope.query(pair, |query| query.credit(credit).bind(step));
        let mut series: HashMap<Cohort, Vec<SeriesStep>> = HashMap::new();
        for (cohort, found) in self.of_cohorts(cohorts, ask, series_step).await? {
            let at = Timestamp(found.at.as_millis().saturating_mul(step));
            series.entry(cohort).or_default().push(SeriesStep { at, ..found });
        }
        Ok(series)
    }

    async fn shopper_sums(
        &self,
        experiment_keys: &[String],
        credit: Credit,
    ) -> Result<HashMap<String, HashMap<String, ShopperSums>>> {
        let mut sums: HashMap<String, HashMap<String, ShopperSums>> = HashMap::new();
        if experiment_keys.is_empty() {
            return Ok(sums);
        }
        let query = list_query(sql::SHOPPER_SUMS, &keys(experiment_keys), |query| query.credit(credit));
        for row in &self.read().await?.all(query).await? {
            let mut fields = Fields::of(row);
            let experiment = fields.text()?;
            let arm = fields.maybe_text()?.unwrap_or_default();
            sums.entry(experiment).or_default().insert(arm, shopper_sums(&mut fields)?);
        }
        Ok(sums)
    }

    async fn trade_figures(&self, span: Range<Timestamp>, currency: Currency) -> Result<TradeFigures> {
        let query = query(sql::TRADE_FIGURES).time(span.start).time(span.end).text(currency.code());
        let row = self.read().await?.one(query).await?;
        let mut fields = Fields::of(&row);
        Ok(TradeFigures { orders: fields.int()?, revenue: fields.int()?, buyers: fields.int()? })
    }

    async fn goods_revenue(&self, span: Range<Timestamp>, credit: Credit) -> Result<GoodsRevenue> {
        let query = query(sql::GOODS_REVENUE).credit(credit).time(span.start).time(span.end);
        let row = self.read().await?.one(query).await?;
        let mut fields = Fields::of(&row);
        Ok(GoodsRevenue { all: fields.int()?, recommended: fields.int()? })
    }

    async fn count_active_shoppers(&self, span: Range<Timestamp>) -> Result<i64> {
        let query = query(sql::ACTIVE_SHOPPERS).time(span.start).time(span.end);
        Fields::of(&self.read().await?.one(query).await?).int()
    }

    async fn best_sellers(
        &self,
        span: Range<Timestamp>,
        currency: Currency,
        limit: usize,
    ) -> Result<Vec<ProductId>> {
        let query =
            query(sql::BEST_SELLERS).time(span.start).time(span.end).text(currency.code()).count(limit);
        self.read().await?.all(query).await?.iter().map(|row| Fields::of(row).id()).collect()
    }

    async fn scarce_variants(&self, at_most: u32, limit: usize) -> Result<Vec<VariantId>> {
        let query = query(sql::SCARCE_VARIANTS).bind(i64::from(at_most)).count(limit);
        self.read().await?.all(query).await?.iter().map(|row: &Row| Fields::of(row).id()).collect()
    }
}

#[async_trait]
impl MetricsWork for SqlUnit {
    async fn record_shown(&mut self, shown: &[ShownProduct]) -> Result<()> {
        let bind = |query: Query, shown: &ShownProduct| {
            query
                .text(&shown.strategy_id)
                .text(shown.experiment_key.as_deref().unwrap_or_default())
                .text(shown.variant_key.as_deref().unwrap_or_default())
                .bind(day(shown.at))
                .id(shown.product_id)
        };
        self.link.run_rows(sql::INSERT_SHOWN, shown, bind).await.map(|_| ())
    }

    async fn remove_shown(&mut self, before: Timestamp) -> Result<u64> {
        self.link.run(query(sql::REMOVE_SHOWN).bind(day(before))).await
    }
}

fn list_figures(fields: &mut Fields<'_>) -> Result<ListFigures> {
    Ok(ListFigures {
        requests: fields.int()?,
        impressions: fields.int()?,
        shoppers: fields.int()?,
        fallbacks: fields.int()?,
        cached: fields.int()?,
        clicks: fields.int()?,
        cart_adds: fields.int()?,
        purchases: fields.int()?,
        revenue: fields.int()?,
        buyers: fields.int()?,
    })
}

fn latencies(fields: &mut Fields<'_>) -> Result<Latencies> {
    Ok(Latencies { p50: fields.int()?, p95: fields.int()?, p99: fields.int()? })
}

fn reach(fields: &mut Fields<'_>) -> Result<Reach> {
    Ok(Reach { shown: fields.int()?, on_sale: fields.int()? })
}

/// With the number of the step in place of its beginning.
fn series_step(fields: &mut Fields<'_>) -> Result<SeriesStep> {
    Ok(SeriesStep {
        at: fields.time()?,
        impressions: fields.int()?,
        clicks: fields.int()?,
        purchases: fields.int()?,
    })
}

fn shopper_sums(fields: &mut Fields<'_>) -> Result<ShopperSums> {
    Ok(ShopperSums {
        shoppers: fields.int()?,
        seen: fields.real()?,
        seen_squared: fields.real()?,
        clicks: fields.real()?,
        clicks_squared: fields.real()?,
        seen_clicks: fields.real()?,
        buyers: fields.int()?,
        revenue: fields.real()?,
        revenue_squared: fields.real()?,
    })
}
