//! The loaders of measuring: what the fields of one request ask about single strategies and arms is read together.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use crate::domain::time::Timestamp;
use crate::graphql::loaders::Batches;
use crate::services::error::ServiceError;
use crate::services::metrics::buckets::Bucket;
use crate::storage::metrics::{
    Cohort, Credit, GoodsRevenue, Latencies, ListFigures, Reach, SeriesStep, ShopperSums, TradeFigures,
};
use crate::storage::{Result as StorageResult, StorageError};

/// What became of the lists of a cohort.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FiguresOf(pub(crate) Cohort, pub(crate) Credit);
/// How long they took.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LatenciesOf(pub(crate) Cohort);
/// How much of the catalogue they showed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ReachOf(pub(crate) Cohort);
/// What became of them, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SeriesOf(pub(crate) Cohort, pub(crate) Credit, pub(crate) Bucket);
/// Sums over the shoppers of each arm of an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ShopperSumsOf(pub(crate) String, pub(crate) Credit);
/// The orders of a span.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TradeIn(pub(crate) Range<Timestamp>, pub(crate) Credit);
/// What the goods ordered in a span brought in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct GoodsIn(pub(crate) Range<Timestamp>, pub(crate) Credit);
/// How many shoppers did anything in a span.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ActiveIn(pub(crate) Range<Timestamp>);

type Loaded<K, V> = Result<HashMap<K, V>, Arc<ServiceError>>;

fn fault(error: StorageError) -> Arc<ServiceError> {
    Arc::new(ServiceError::from(error))
}

/// The keys by what they ask in common, with what each asks it about.
fn sorted<K, C: PartialEq, A>(keys: &[K], split: impl Fn(&K) -> (C, A)) -> Vec<(C, Vec<A>)> {
    let mut groups: Vec<(C, Vec<A>)> = Vec::new();
    for (common, about) in keys.iter().map(split) {
        match groups.iter_mut().find(|(known, _)| *known == common) {
            Some((_, abouts)) => abouts.push(about),
            None => groups.push((common, vec![about])),
        }
    }
    groups
}

impl Loader<FiguresOf> for Batches {
    type Value = ListFigures;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[FiguresOf]) -> Loaded<FiguresOf, ListFigures> {
        let mut loaded = HashMap::with_capacity(keys.len());
        for (credit, cohorts) in sorted(keys, |FiguresOf(cohort, credit)| (*credit, cohort.clone())) {
            let found = self.storage().list_figures(&cohorts, credit).await.map_err(fault)?;
            loaded.extend(found.into_iter().map(|(cohort, figures)| (FiguresOf(cohort, credit), figures)));
        }
        Ok(loaded)
    }
}

impl Loader<LatenciesOf> for Batches {
    type Value = Latencies;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[LatenciesOf]) -> Loaded<LatenciesOf, Latencies> {
        let cohorts: Vec<Cohort> = keys.iter().map(|key| key.0.clone()).collect();
        keyed(self.storage().list_latencies(&cohorts).await, LatenciesOf)
    }
}

impl Loader<ReachOf> for Batches {
    type Value = Reach;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[ReachOf]) -> Loaded<ReachOf, Reach> {
        let cohorts: Vec<Cohort> = keys.iter().map(|key| key.0.clone()).collect();
        keyed(self.storage().list_reach(&cohorts).await, ReachOf)
    }
}

fn keyed<K: std::hash::Hash + Eq, V>(
    found: StorageResult<HashMap<Cohort, V>>,
    key: fn(Cohort) -> K,
) -> Loaded<K, V> {
    Ok(found.map_err(fault)?.into_iter().map(|(cohort, value)| (key(cohort), value)).collect())
}

impl Loader<SeriesOf> for Batches {
    type Value = Arc<[SeriesStep]>;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[SeriesOf]) -> Loaded<SeriesOf, Arc<[SeriesStep]>> {
        let mut loaded = HashMap::with_capacity(keys.len());
        let split = |SeriesOf(cohort, credit, bucket): &SeriesOf| ((*credit, *bucket), cohort.clone());
        for ((credit, bucket), cohorts) in sorted(keys, split) {
            let found = self.storage().list_series(&cohorts, credit, bucket.step()).await.map_err(fault)?;
            let keyed =
                found.into_iter().map(|(cohort, steps)| (SeriesOf(cohort, credit, bucket), steps.into()));
            loaded.extend(keyed);
        }
        Ok(loaded)
    }
}

impl Loader<ShopperSumsOf> for Batches {
    type Value = Arc<HashMap<String, ShopperSums>>;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[ShopperSumsOf]) -> Loaded<ShopperSumsOf, Self::Value> {
        let mut loaded = HashMap::with_capacity(keys.len());
        for (credit, experiments) in sorted(keys, |ShopperSumsOf(key, credit)| (*credit, key.clone())) {
            let found = self.storage().shopper_sums(&experiments, credit).await.map_err(fault)?;
            loaded.extend(found.into_iter().map(|(key, arms)| (ShopperSumsOf(key, credit), Arc::new(arms))));
        }
        Ok(loaded)
    }
}

macro_rules! loads_of_a_span {
    ($($key:ident => $value:ty: |$storage:ident, $span:ident| $read:expr;)+) => {$(
        impl Loader<$key> for Batches {
            type Value = $value;
            type Error = Arc<ServiceError>;

            /// One statement for each span that is asked for.
            async fn load(&self, keys: &[$key]) -> Loaded<$key, $value> {
                let mut loaded = HashMap::with_capacity(keys.len());
                for $span in keys {
                    let $storage = self.storage();
                    loaded.insert($span.clone(), $read.await.map_err(fault)?);
                }
                Ok(loaded)
            }
        }
    )+};
}

loads_of_a_span! {
    TradeIn => TradeFigures: |storage, asked| storage.trade_figures(asked.0.clone(), asked.1.currency);
    GoodsIn => GoodsRevenue: |storage, asked| storage.goods_revenue(asked.0.clone(), asked.1);
    ActiveIn => i64: |storage, asked| storage.count_active_shoppers(asked.0.clone());
}
