//! Newest arrivals: the last resort, which works for every shopper and an empty past.

use serde::{Deserialize, Serialize};

use crate::error::StrategyError;
use crate::event::{DAY_MS, ItemIdx};
use crate::strategy::{Context, Explanation, Kind, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{FitJob, Trainer};

/// Configuration of `newest`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewestParams {
    /// Age at which a product counts half as new.
    pub half_life_days: f32,
}

impl Default for NewestParams {
    fn default() -> Self {
        Self { half_life_days: 30.0 }
    }
}

/// Trains nothing: it sorts the catalogue by age.
pub struct NewestTrainer;

impl Trainer for NewestTrainer {
    const ID: &'static str = "newest";
    const NAME: &'static str = "New arrivals";
    const SUMMARY: &'static str = "products that came into the shop last";
    type Params = NewestParams;
    type Model = Newest;

    fn fit(job: &FitJob<'_>, params: &NewestParams) -> Result<Newest, StrategyError> {
        let items = job.dataset.items();
        let mut order: Vec<ItemIdx> = (0..items.len() as ItemIdx).collect();
        order.sort_by_key(|&item| (std::cmp::Reverse(items[item as usize].created_at), item));
        Ok(Newest { order, half_life_ms: f64::from(params.half_life_days.max(0.01)) * DAY_MS as f64 })
    }
}

/// The catalogue, youngest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Newest {
    order: Vec<ItemIdx>,
    half_life_ms: f64,
}

impl Newest {
    fn value(&self, ctx: &Context<'_>, item: ItemIdx) -> f32 {
        let age = ctx.now.saturating_sub(ctx.columns().created_at(item)).max(0) as f64;
        // A hyperbola instead of an exponential: very old products still keep their order in f32.
        (self.half_life_ms / (self.half_life_ms + age)) as f32
    }
}

impl Strategy for Newest {
    fn id(&self) -> &'static str {
        NewestTrainer::ID
    }

    fn supports(&self, _kind: &Kind) -> bool {
        true
    }

    fn confidence(&self, _ctx: &Context<'_>, _query: &Query<'_>) -> f32 {
        0.05
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        if let Kind::Search(items) = query.kind {
            for &item in items {
                out.offer(ctx.mask, item, self.value(ctx, item));
            }
            return;
        }
        let known = self.order.len() as ItemIdx;
        for item in known..ctx.item_count() as ItemIdx {
            if !query.kind.anchors().contains(&item) {
                out.offer(ctx.mask, item, self.value(ctx, item));
            }
        }
        for &item in &self.order {
            let value = self.value(ctx, item);
            // The order is by age, so nothing better follows.
            if out.is_full() && value <= out.threshold() {
                break;
            }
            if !query.kind.anchors().contains(&item) {
                out.offer(ctx.mask, item, value);
            }
        }
    }

    fn rescore(&self, ctx: &Context<'_>, _query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = self.value(ctx, item);
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        _query: &Query<'_>,
        items: &[ItemIdx],
        _top: usize,
    ) -> Vec<Explanation> {
        let plain = |&item| Explanation::plain(ReasonKind::NewArrival, self.value(ctx, item));
        items.iter().map(plain).collect()
    }
}
