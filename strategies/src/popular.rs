//! What many choose: event weights summed per product, fading with age, exact to the last event.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::error::StrategyError;
use crate::event::{DAY_MS, Event, HistoryEvent, InteractionWeights, ItemIdx, Millis};
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, Kind, Online, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `popular`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PopularParams {
    /// Half-life of an event's weight; `null` never forgets.
    pub half_life_days: Option<f32>,
}

impl Default for PopularParams {
    fn default() -> Self {
        Self { half_life_days: Some(30.0) }
    }
}

/// Counts.
pub struct PopularTrainer;

impl Trainer for PopularTrainer {
    const ID: &'static str = "popular";
    const NAME: &'static str = "Popular";
    const SUMMARY: &'static str = "what most shoppers choose, recent choices first";
    type Params = PopularParams;
    type Model = Popular;

    fn fit(job: &FitJob<'_>, params: &PopularParams) -> Result<Popular, StrategyError> {
        let weights = job.weights.half_life_days(params.half_life_days);
        let origin = if job.dataset.event_count() == 0 { job.now } else { job.dataset.latest() };
        let clock = Clock { origin, per_ms: f64::from(weights.decay_per_day) / DAY_MS as f64 };
        let mut sums = vec![0.0f64; job.dataset.item_count()];
        for event in job.dataset.events() {
            sums[event.item as usize] += clock.mass(&weights, &event.entry());
        }
        job.cancel.check()?;
        let mut order: Vec<ItemIdx> =
            (0..sums.len() as ItemIdx).filter(|&item| sums[item as usize] > 0.0).collect();
        order.sort_by(|&a, &b| sums[b as usize].total_cmp(&sums[a as usize]).then(a.cmp(&b)));
        job.progress.report("counted events", 1.0);
        Ok(Popular { weights, clock, sums: Arc::new(sums), order })
    }

    fn search_space() -> Vec<Dimension> {
        vec![Dimension { key: "half_life_days", range: Range::Log(3.0, 365.0) }]
    }
}

/// Exponents of the least and the most that time does to an event's weight.
const LEAST_GROWTH: f64 = -60.0;
const MOST_GROWTH: f64 = 20.0;

/// Instead of shrinking every sum as time passes, events later than the origin, the last one trained
/// on, weigh more: order and ratios are the same, and no sum ever has to be touched again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Clock {
    origin: Millis,
    per_ms: f64,
}

impl Clock {
    fn mass(&self, weights: &InteractionWeights, event: &HistoryEvent) -> f64 {
        let base = weights.base(event.kind, event.amount);
        if base == 0.0 {
            return 0.0;
        }
        f64::from(base) * self.growth(event.at)
    }

    /// Kept within bounds, so that neither a wrong clock nor years without an event take a sum out of
    /// the range of a score: what sold long ago still ranks before what never did.
    fn growth(&self, at: Millis) -> f64 {
        (self.per_ms * at.saturating_sub(self.origin) as f64).clamp(LEAST_GROWTH, MOST_GROWTH).exp()
    }
}

/// Sums per product and their order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Popular {
    weights: InteractionWeights,
    clock: Clock,
    sums: Arc<Vec<f64>>,
    order: Vec<ItemIdx>,
}

/// Sums of the products that had events since training.
struct PopularOnline {
    weights: InteractionWeights,
    clock: Clock,
    base: Arc<Vec<f64>>,
    places: FxHashMap<ItemIdx, u32>,
    /// Side by side, so that a query runs over them quickly.
    totals: Vec<(ItemIdx, f64)>,
}

impl Online for PopularOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, event: &Event) {
        let mass = self.clock.mass(&self.weights, &event.entry());
        if mass == 0.0 {
            return;
        }
        let place = *self.places.entry(event.item).or_insert_with(|| {
            let past = self.base.get(event.item as usize).copied().unwrap_or(0.0);
            self.totals.push((event.item, past));
            self.totals.len() as u32 - 1
        });
        self.totals[place as usize].1 += mass;
    }
}

impl PopularOnline {
    fn total(&self, item: ItemIdx) -> Option<f64> {
        self.places.get(&item).map(|&place| self.totals[place as usize].1)
    }
}

impl Popular {
    fn value(&self, live: Option<&PopularOnline>, item: ItemIdx) -> f32 {
        let total = live
            .and_then(|live| live.total(item))
            .unwrap_or_else(|| self.sums.get(item as usize).copied().unwrap_or(0.0));
        total as f32
    }
}

impl Strategy for Popular {
    fn id(&self) -> &'static str {
        PopularTrainer::ID
    }

    fn supports(&self, _kind: &Kind) -> bool {
        true
    }

    fn confidence(&self, _ctx: &Context<'_>, _query: &Query<'_>) -> f32 {
        0.1
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let live = ctx.overlay::<PopularOnline>();
        if let Kind::Search(items) = query.kind {
            for &item in items {
                out.offer(ctx.mask, item, self.value(live, item));
            }
            return;
        }
        let anchors = query.kind.anchors();
        for &item in &self.order {
            let value = self.value(None, item);
            // Sums without live events are in order, so nothing better follows.
            if out.is_full() && value < out.threshold() {
                break;
            }
            let counted = live.is_some_and(|live| live.places.contains_key(&item));
            if !counted && !anchors.contains(&item) {
                out.offer(ctx.mask, item, value);
            }
        }
        for &(item, total) in live.map_or(&[][..], |live| &live.totals) {
            let value = total as f32;
            if value >= out.threshold() && !anchors.contains(&item) {
                out.offer(ctx.mask, item, value);
            }
        }
    }

    fn rescore(&self, ctx: &Context<'_>, _query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let live = ctx.overlay::<PopularOnline>();
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = self.value(live, item).max(0.0);
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        _query: &Query<'_>,
        items: &[ItemIdx],
        _top: usize,
    ) -> Vec<Explanation> {
        let live = ctx.overlay::<PopularOnline>();
        let plain = |&item| Explanation::plain(ReasonKind::Popular, self.value(live, item));
        items.iter().map(plain).collect()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(PopularOnline {
            weights: self.weights.clone(),
            clock: self.clock,
            base: Arc::clone(&self.sums),
            places: FxHashMap::default(),
            totals: Vec::new(),
        }))
    }
}
