//! What this shopper buys again and again, and is due to buy now.

use serde::{Deserialize, Serialize};

use crate::error::StrategyError;
use crate::event::{DAY_MS, EventKind, ItemIdx, Millis, UserIdx};
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `buy_it_again`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BuyItAgainParams {
    /// Half-life of a past purchase.
    pub half_life_days: f32,
    /// How many shoppers the shop-wide repeat rate stands for when a product has few.
    pub prior: f32,
    /// How much being due counts against frequency alone, 0 to 1.
    pub timing: f32,
}

impl Default for BuyItAgainParams {
    fn default() -> Self {
        Self { half_life_days: 120.0, prior: 10.0, timing: 0.5 }
    }
}

/// Measures repeat rates and intervals.
pub struct BuyItAgainTrainer;

/// Purchases this close are one: split orders, corrections.
const SAME_PURCHASE_MS: i64 = DAY_MS / 2;

/// The part of an interval after which a product counts in full again.
const RESTED: f32 = 0.15;

/// What a history says about one product.
#[derive(Clone, Copy, Debug)]
struct Habit {
    item: ItemIdx,
    frequency: f32,
    purchases: u32,
    first: Millis,
    last: Millis,
}

impl Trainer for BuyItAgainTrainer {
    const ID: &'static str = "buy_it_again";
    const NAME: &'static str = "Buy it again";
    const SUMMARY: &'static str = "what the shopper bought before and is due to buy again";
    type Params = BuyItAgainParams;
    type Model = BuyItAgain;

    fn fit(job: &FitJob<'_>, params: &BuyItAgainParams) -> Result<BuyItAgain, StrategyError> {
        let count = job.dataset.item_count();
        let (mut buyers, mut repeaters) = (vec![0u32; count], vec![0u32; count]);
        let (mut days, mut gaps) = (vec![0.0f64; count], vec![0u32; count]);
        let mut habits = Vec::new();
        for user in 0..job.dataset.user_count() as UserIdx {
            collect(job.dataset.history(user).iter(), params.half_life_days, job.now, &mut habits);
            for habit in &habits {
                let item = habit.item as usize;
                buyers[item] += 1;
                if habit.purchases > 1 {
                    repeaters[item] += 1;
                    gaps[item] += habit.purchases - 1;
                    days[item] += (habit.last - habit.first) as f64 / DAY_MS as f64;
                }
            }
        }
        job.cancel.check()?;
        let sum = |counts: &[u32]| counts.iter().map(|&count| f64::from(count)).sum::<f64>();
        let overall_rate = ((sum(&repeaters) + 1.0) / (sum(&buyers) + 20.0)) as f32;
        let overall_days = ((days.iter().sum::<f64>() + 60.0) / (sum(&gaps) + 2.0)) as f32;
        let prior = params.prior.max(0.1);
        let traits = (0..count)
            .map(|item| Cycle {
                rate: (repeaters[item] as f32 + prior * overall_rate) / (buyers[item] as f32 + prior),
                days: (days[item] as f32 + prior * overall_days) / (gaps[item] as f32 + prior),
            })
            .collect();
        job.progress.report("measured intervals", 1.0);
        Ok(BuyItAgain {
            params: params.clone(),
            usual: Cycle { rate: overall_rate, days: overall_days },
            cycles: traits,
        })
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "half_life_days", range: Range::Log(20.0, 400.0) },
            Dimension { key: "timing", range: Range::Linear(0.0, 1.0) },
        ]
    }
}

/// How a product is bought again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cycle {
    /// Share of buyers who came back for it.
    rate: f32,
    /// Days between purchases.
    days: f32,
}

/// Repeat rates and intervals per product; the rest is the shopper's own history, read live.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BuyItAgain {
    params: BuyItAgainParams,
    usual: Cycle,
    cycles: Vec<Cycle>,
}

impl BuyItAgain {
    fn habits(&self, ctx: &Context<'_>) -> Vec<Habit> {
        let mut habits = Vec::new();
        collect(ctx.user.events(), self.params.half_life_days, ctx.now, &mut habits);
        habits
    }

    fn value(&self, habit: &Habit, now: Millis) -> f32 {
        let cycle = self.cycles.get(habit.item as usize).copied().unwrap_or(self.usual);
        let span = (habit.last - habit.first) as f32 / DAY_MS as f32;
        let own = habit.purchases.saturating_sub(1) as f32;
        // Two usual intervals steady the shopper's own few.
        let interval = ((span + 2.0 * cycle.days) / (own + 2.0)).max(1.0);
        let waited = now.saturating_sub(habit.last).max(0) as f32 / DAY_MS as f32 / interval;
        let due = if waited < 1.0 { waited } else { (-(waited - 1.0) / 3.0).exp() };
        let timing = self.params.timing.clamp(0.0, 1.0);
        // However much it is loved, nobody wants it again right away.
        let rested = (waited / RESTED).min(1.0);
        cycle.rate * habit.frequency * rested * (1.0 - timing + timing * due)
    }
}

impl Strategy for BuyItAgain {
    fn id(&self) -> &'static str {
        BuyItAgainTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::ForUser)
    }

    fn confidence(&self, ctx: &Context<'_>, _query: &Query<'_>) -> f32 {
        let bought = ctx.user.events().any(|event| event.kind == EventKind::Purchase);
        if bought { 0.5 } else { 0.0 }
    }

    fn score(&self, ctx: &Context<'_>, _query: &Query<'_>, out: &mut TopK) {
        for habit in self.habits(ctx) {
            out.offer(ctx.mask, habit.item, self.value(&habit, ctx.now));
        }
    }

    fn rescore(&self, ctx: &Context<'_>, _query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let habits = self.habits(ctx);
        for (slot, &item) in out.iter_mut().zip(items) {
            let habit = habits.binary_search_by_key(&item, |habit| habit.item);
            *slot = habit.map_or(0.0, |at| self.value(&habits[at], ctx.now));
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let mut scores = ctx.scratch.floats(items.len());
        self.rescore(ctx, query, items, &mut scores);
        let explain = |(&item, &share): (&ItemIdx, &f32)| {
            let shares = vec![HistoryShare { item, kind: EventKind::Purchase, share }];
            Explanation::of_shares(ReasonKind::RecentlyViewed, shares, top)
        };
        items.iter().zip(scores.iter()).map(explain).collect()
    }

    fn recommends_purchased(&self) -> bool {
        true
    }
}

/// The habits of a history, sorted by product. A product sent back is no habit.
fn collect<'a>(
    events: impl Iterator<Item = &'a crate::event::HistoryEvent>,
    half_life_days: f32,
    now: Millis,
    habits: &mut Vec<Habit>,
) {
    let mut bought: Vec<(ItemIdx, Millis, EventKind)> = events
        .filter(|event| matches!(event.kind, EventKind::Purchase | EventKind::Return))
        .map(|event| (event.item, event.at, event.kind))
        .collect();
    bought.sort_by_key(|&(item, at, _)| (item, at));
    habits.clear();
    for run in bought.chunk_by(|a, b| a.0 == b.0) {
        let mut habit = Habit { item: run[0].0, frequency: 0.0, purchases: 0, first: 0, last: 0 };
        let mut returned = 0u32;
        for &(_, at, kind) in run {
            if kind == EventKind::Return {
                returned += 1;
                continue;
            }
            if habit.purchases > 0 && at.saturating_sub(habit.last) < SAME_PURCHASE_MS {
                continue;
            }
            if habit.purchases == 0 {
                habit.first = at;
            }
            habit.last = at;
            habit.purchases += 1;
            let age = now.saturating_sub(at).max(0) as f32 / DAY_MS as f32;
            // A hyperbola: a habit of long ago is faint, never nothing.
            habit.frequency += 1.0 / (1.0 + age / half_life_days.max(0.1));
        }
        if habit.purchases > returned {
            habits.push(habit);
        }
    }
}
