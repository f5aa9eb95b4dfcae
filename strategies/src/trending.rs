//! What is rising: recent events against what the product's own past would lead one to expect.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::error::StrategyError;
use crate::event::{DAY_MS, Event, InteractionWeights, ItemIdx, Millis};
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, Kind, Online, Query, ReasonKind, Strategy, Window};
use crate::top::TopK;
use crate::train::{FitJob, Trainer};

/// Configuration of `trending`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrendingParams {
    /// Products kept per window over the whole shop.
    pub keep: usize,
    /// Products kept per window in each category.
    pub keep_per_category: usize,
    /// The window that answers questions which name none.
    pub default_window: Window,
}

impl Default for TrendingParams {
    fn default() -> Self {
        Self { keep: 500, keep_per_category: 100, default_window: Window::Week }
    }
}

/// Counts events on six time scales.
pub struct TrendingTrainer;

/// The scales, in milliseconds: the four windows, and two more to tell what is usual for the longest.
const SCALES: [f64; 6] = [
    3_600_000.0,
    DAY_MS as f64,
    7.0 * DAY_MS as f64,
    30.0 * DAY_MS as f64,
    120.0 * DAY_MS as f64,
    480.0 * DAY_MS as f64,
];

/// Which scale tells what is usual for a window: two steps up.
const BASELINE_STEP: usize = 2;

/// Below this decayed weight a window counts as quiet: an event three windows old.
const QUIET: f64 = 0.05;

/// Live products beyond the most recently touched of these are left to the next training.
const MAX_TOUCHED: usize = 2_048;

/// Event weights of one product, fading at six speeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Pulse {
    at: Millis,
    sums: [f64; 6],
}

impl Pulse {
    fn add(&mut self, at: Millis, weight: f64) {
        // An event that arrives late counts less, as if it had come in time.
        let (gap, late) = if at >= self.at { (at - self.at, 0) } else { (0, self.at - at) };
        for (sum, scale) in self.sums.iter_mut().zip(SCALES) {
            *sum = *sum * (-(gap as f64) / scale).exp() + weight * (-(late as f64) / scale).exp();
        }
        self.at = self.at.max(at);
    }

    /// How far the window is above what is usual, in standard deviations moved above 0; `None` when
    /// nothing happened lately.
    fn velocity(&self, window: usize, now: Millis) -> Option<f32> {
        let gap = now.saturating_sub(self.at).max(0) as f64;
        let recent = self.sums[window] * (-gap / SCALES[window]).exp();
        if recent < QUIET {
            return None;
        }
        let baseline = window + BASELINE_STEP;
        let usual = self.sums[baseline] * (-gap / SCALES[baseline]).exp();
        let expected = usual * SCALES[window] / SCALES[baseline];
        let rise = (recent - expected) / (expected + 1.0).sqrt();
        // Monotone and positive, so that slow days still have an order.
        Some(if rise >= 0.0 { 1.0 + rise } else { 1.0 / (1.0 - rise) } as f32)
    }
}

impl Trainer for TrendingTrainer {
    const ID: &'static str = "trending";
    const NAME: &'static str = "Trending";
    const SUMMARY: &'static str = "products rising against their own past, overall and per category";
    type Params = TrendingParams;
    type Model = Trending;

    fn fit(job: &FitJob<'_>, params: &TrendingParams) -> Result<Trending, StrategyError> {
        let weights = job.weights.half_life_days(None);
        let mut pulses = vec![Pulse::default(); job.dataset.item_count()];
        let mut events: Vec<(Millis, ItemIdx, f32)> = job
            .dataset
            .events()
            .map(|event| (event.at, event.item, weights.base(event.kind, event.amount)))
            .filter(|&(_, _, weight)| weight > 0.0)
            .collect();
        events.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        job.cancel.check()?;
        job.progress.report("counting by time", 0.5);
        for (at, item, weight) in events {
            pulses[item as usize].add(at, f64::from(weight));
        }
        let mut leaders = Vec::new();
        for window in 0..Window::ALL.len() {
            job.cancel.check()?;
            let mut rising: Vec<(f32, ItemIdx)> = pulses
                .iter()
                .enumerate()
                .filter_map(|(item, pulse)| Some((pulse.velocity(window, job.now)?, item as ItemIdx)))
                .collect();
            rising.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            leaders.push(Leaders::new(job, params, rising.iter().map(|&(_, item)| item)));
        }
        job.progress.report("ranked what rises", 1.0);
        Ok(Trending { weights, window: params.default_window, pulses: Arc::new(pulses), leaders })
    }
}

/// The products of one window worth looking at, overall and per category, sorted by index.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Leaders {
    overall: Vec<ItemIdx>,
    by_category: FxHashMap<u32, Vec<ItemIdx>>,
}

impl Leaders {
    fn new(job: &FitJob<'_>, params: &TrendingParams, rising: impl Iterator<Item = ItemIdx>) -> Self {
        let mut leaders = Self::default();
        for (rank, item) in rising.enumerate() {
            if rank < params.keep {
                leaders.overall.push(item);
            }
            for &category in &job.dataset.items()[item as usize].categories {
                let list = leaders.by_category.entry(category).or_default();
                if list.len() < params.keep_per_category {
                    list.push(item);
                }
            }
        }
        for list in leaders.by_category.values_mut().chain([&mut leaders.overall]) {
            list.sort_unstable();
        }
        leaders
    }

    fn of(&self, category: Option<u32>) -> &[ItemIdx] {
        match category {
            None => &self.overall,
            Some(category) => self.by_category.get(&category).map_or(&[], Vec::as_slice),
        }
    }
}

/// Pulses of all products.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trending {
    weights: InteractionWeights,
    window: Window,
    pulses: Arc<Vec<Pulse>>,
    leaders: Vec<Leaders>,
}

/// Pulses of the products touched since training, as they are now.
struct TrendingOnline {
    weights: InteractionWeights,
    base: Arc<Vec<Pulse>>,
    pulses: FxHashMap<ItemIdx, Pulse>,
    /// The same products, in order of first touch.
    touched: Vec<ItemIdx>,
}

impl Online for TrendingOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, event: &Event) {
        let weight = self.weights.base(event.kind, event.amount);
        if weight > 0.0 {
            let base = self.base.get(event.item as usize).copied().unwrap_or_default();
            let pulse = self.pulses.entry(event.item).or_insert_with(|| {
                self.touched.push(event.item);
                base
            });
            pulse.add(event.at, f64::from(weight));
        }
    }
}

impl Trending {
    fn velocity(
        &self,
        live: Option<&TrendingOnline>,
        window: usize,
        now: Millis,
        item: ItemIdx,
    ) -> Option<f32> {
        let touched = live.and_then(|live| live.pulses.get(&item));
        touched.or_else(|| self.pulses.get(item as usize))?.velocity(window, now)
    }

    fn window(&self, kind: &Kind) -> usize {
        match kind {
            Kind::Trending { window, .. } => *window as usize,
            _ => self.window as usize,
        }
    }
}

impl Strategy for Trending {
    fn id(&self) -> &'static str {
        TrendingTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::Trending { .. } | Kind::ForUser | Kind::Session | Kind::Search(_))
    }

    fn confidence(&self, _ctx: &Context<'_>, _query: &Query<'_>) -> f32 {
        0.15
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let live = ctx.overlay::<TrendingOnline>();
        let window = self.window(query.kind);
        let mut offer = |item: ItemIdx| {
            if let Some(velocity) = self.velocity(live, window, ctx.now, item) {
                out.offer(ctx.mask, item, velocity);
            }
        };
        if let Kind::Search(items) = query.kind {
            items.iter().copied().for_each(offer);
            return;
        }
        let category = match query.kind {
            Kind::Trending { category, .. } => *category,
            _ => None,
        };
        let leaders = self.leaders.get(window).map_or(&[][..], |leaders| leaders.of(category));
        leaders.iter().copied().for_each(&mut offer);
        let touched = live.map_or(&[][..], |live| &live.touched);
        for &item in touched.iter().rev().take(MAX_TOUCHED) {
            let inside = category.is_none_or(|wanted| ctx.columns().categories(item).contains(&wanted));
            if inside && leaders.binary_search(&item).is_err() {
                offer(item);
            }
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let live = ctx.overlay::<TrendingOnline>();
        let window = self.window(query.kind);
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = self.velocity(live, window, ctx.now, item).unwrap_or(0.0);
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        _top: usize,
    ) -> Vec<Explanation> {
        let mut scores = ctx.scratch.floats(items.len());
        self.rescore(ctx, query, items, &mut scores);
        scores.iter().map(|&score| Explanation::plain(ReasonKind::Trending, score)).collect()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(TrendingOnline {
            weights: self.weights.clone(),
            base: Arc::clone(&self.pulses),
            pulses: FxHashMap::default(),
            touched: Vec::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_burst_beats_a_steady_seller_of_the_same_recent_volume() {
        let (mut steady, mut burst) = (Pulse::default(), Pulse::default());
        for hour in 0..24 * 60 {
            steady.add(hour * HOUR, 1.0);
        }
        let now = 24 * 60 * HOUR;
        for hour in 0..24 {
            burst.add(now - (24 - hour) * HOUR, 1.0);
        }
        let day = Window::Day as usize;
        assert!(burst.velocity(day, now).unwrap() > 2.0 * steady.velocity(day, now).unwrap());
        assert_eq!(burst.velocity(day, now + 60 * DAY_MS), None);
    }

    #[test]
    fn an_event_that_arrives_late_counts_as_if_it_had_come_in_time() {
        let (mut in_time, mut late) = (Pulse::default(), Pulse::default());
        for at in [0, HOUR, 2 * HOUR] {
            in_time.add(at, 1.0);
        }
        for at in [0, 2 * HOUR, HOUR] {
            late.add(at, 1.0);
        }
        for (a, b) in in_time.sums.iter().zip(late.sums) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}
