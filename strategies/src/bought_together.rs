//! What is bought in one order with the products asked about, more often than chance would have it.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::error::StrategyError;
use crate::event::{Event, EventKind, ItemIdx, Millis, UserIdx};
use crate::scratch::Accumulator;
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Online, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `bought_together`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoughtTogetherParams {
    /// K of `c_ij / (c_i * c_j / N + K)`: how many joint orders a pair must have to be believed.
    pub shrink: f32,
    /// Partners kept per product.
    pub keep: usize,
    /// Joint orders a pair needs at least.
    pub min_count: u32,
    /// Products of an order that are looked at; the rest of a bulk order is ignored.
    pub max_order: usize,
}

impl Default for BoughtTogetherParams {
    fn default() -> Self {
        Self { shrink: 10.0, keep: 60, min_count: 2, max_order: 100 }
    }
}

/// Counts pairs in orders.
pub struct BoughtTogetherTrainer;

/// Purchases without an order number belong together within this time.
const SAME_ORDER_MS: i64 = 3_600_000;
/// Products of the shopper's own that a question about the shopper looks at.
const MAX_OWN: usize = 10;

impl Trainer for BoughtTogetherTrainer {
    const ID: &'static str = "bought_together";
    const NAME: &'static str = "Bought together";
    const SUMMARY: &'static str = "products that share orders with what is in the cart or on the page";
    type Params = BoughtTogetherParams;
    type Model = BoughtTogether;

    fn fit(job: &FitJob<'_>, params: &BoughtTogetherParams) -> Result<BoughtTogether, StrategyError> {
        let items = job.dataset.item_count();
        let orders = orders(job, params.max_order.max(2));
        job.cancel.check()?;
        job.progress.report("collected orders", 0.3);
        let mut counts = vec![0u32; items];
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); items];
        for (number, order) in orders.iter().enumerate() {
            for &item in order {
                counts[item as usize] += 1;
                holders[item as usize].push(number as u32);
            }
        }
        let total = orders.len() as u32;
        let formula = Formula { shrink: params.shrink.max(1e-3) };
        let partners: Vec<Vec<(ItemIdx, u32)>> = holders
            .par_iter()
            .enumerate()
            .map_init(Accumulator::default, |sums, (item, holders)| {
                if job.cancel.is_cancelled() {
                    return Vec::new();
                }
                sums.reset(items);
                for &order in holders {
                    for &other in &orders[order as usize] {
                        if other as usize != item {
                            sums.add(other, 1.0);
                        }
                    }
                }
                let mut row: Vec<(ItemIdx, u32)> = sums
                    .iter()
                    .map(|(other, count)| (other, count as u32))
                    .filter(|&(_, count)| count >= params.min_count)
                    .collect();
                let value = |&(other, joint): &(ItemIdx, u32)| {
                    formula.lift(joint, counts[item], counts[other as usize], total)
                };
                row.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.0.cmp(&b.0)));
                row.truncate(params.keep);
                row
            })
            .collect();
        job.cancel.check()?;
        job.progress.report("counted pairs", 1.0);
        Ok(BoughtTogether { formula, min_count: params.min_count, counts, orders: total, partners })
    }

    fn search_space() -> Vec<Dimension> {
        vec![Dimension { key: "shrink", range: Range::Log(0.5, 100.0) }]
    }
}

/// Distinct products of every order with at least one purchase.
fn orders(job: &FitJob<'_>, max_order: usize) -> Vec<Vec<ItemIdx>> {
    let mut orders: Vec<Vec<ItemIdx>> = Vec::new();
    let mut numbered: FxHashMap<(UserIdx, u64), usize> = FxHashMap::default();
    for user in 0..job.dataset.user_count() as UserIdx {
        let mut open: Option<(usize, Millis)> = None;
        for event in job.dataset.history(user).iter().filter(|event| event.kind == EventKind::Purchase) {
            let order = if event.group != 0 {
                *numbered.entry((user, event.group)).or_insert_with(|| {
                    orders.push(Vec::new());
                    orders.len() - 1
                })
            } else {
                let same = open.filter(|&(_, last)| event.at.saturating_sub(last) <= SAME_ORDER_MS);
                let number = same.map_or_else(
                    || {
                        orders.push(Vec::new());
                        orders.len() - 1
                    },
                    |(number, _)| number,
                );
                open = Some((number, event.at));
                number
            };
            let order = &mut orders[order];
            if order.len() < max_order && !order.contains(&event.item) {
                order.push(event.item);
            }
        }
    }
    orders
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Formula {
    shrink: f32,
}

impl Formula {
    /// Joint orders over those that chance explains, damped where counts are small.
    fn lift(self, joint: u32, one: u32, other: u32, orders: u32) -> f32 {
        if joint == 0 {
            return 0.0;
        }
        let chance = one as f32 * other as f32 / orders.max(1) as f32;
        joint as f32 / (chance + self.shrink)
    }
}

/// Pair counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BoughtTogether {
    formula: Formula,
    min_count: u32,
    counts: Vec<u32>,
    orders: u32,
    partners: Vec<Vec<(ItemIdx, u32)>>,
}

/// Counts since training.
#[derive(Default)]
struct PairsOnline {
    max_order: usize,
    open: FxHashMap<(UserIdx, u64), Vec<ItemIdx>>,
    counts: FxHashMap<ItemIdx, u32>,
    orders: u32,
    pairs: FxHashMap<ItemIdx, FxHashMap<ItemIdx, u32>>,
}

impl Online for PairsOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, event: &Event) {
        if event.kind != EventKind::Purchase {
            return;
        }
        // Without an order number, an hour of the clock stands in for one.
        let group = if event.group != 0 { event.group } else { event.at.div_euclid(SAME_ORDER_MS) as u64 };
        let order = self.open.entry((event.user, group)).or_insert_with(|| {
            self.orders += 1;
            Vec::new()
        });
        if order.len() >= self.max_order || order.contains(&event.item) {
            return;
        }
        *self.counts.entry(event.item).or_default() += 1;
        for &other in order.iter() {
            *self.pairs.entry(event.item).or_default().entry(other).or_default() += 1;
            *self.pairs.entry(other).or_default().entry(event.item).or_default() += 1;
        }
        order.push(event.item);
    }
}

/// A product the question is about, with its part of the question.
#[derive(Clone, Copy)]
struct Anchor {
    item: ItemIdx,
    part: f32,
    kind: EventKind,
}

impl BoughtTogether {
    fn anchors(ctx: &Context<'_>, query: &Query<'_>) -> Vec<Anchor> {
        let asked = query.kind.anchors();
        if !asked.is_empty() {
            let part = 1.0 / asked.len() as f32;
            return asked.iter().map(|&item| Anchor { item, part, kind: EventKind::Cart }).collect();
        }
        // For a shopper: what was last put in the cart or bought.
        let mut own: Vec<Anchor> = Vec::new();
        for event in ctx.user.events().rev() {
            let counts = matches!(event.kind, EventKind::Cart | EventKind::Purchase);
            if counts && !own.iter().any(|anchor| anchor.item == event.item) {
                own.push(Anchor { item: event.item, part: 1.0, kind: event.kind });
                if own.len() == MAX_OWN {
                    break;
                }
            }
        }
        let part = 1.0 / own.len().max(1) as f32;
        own.iter_mut().for_each(|anchor| anchor.part = part);
        own
    }

    /// Partners of a product with their lift.
    fn partners(&self, live: Option<&PairsOnline>, item: ItemIdx, mut visit: impl FnMut(ItemIdx, f32)) {
        let fresh = live.and_then(|live| live.pairs.get(&item));
        let known = self.partners.get(item as usize).map_or(&[][..], Vec::as_slice);
        let one = self.count(live, item);
        let orders = self.orders + live.map_or(0, |live| live.orders);
        let mut offer = |other: ItemIdx, joint: u32| {
            if joint >= self.min_count {
                visit(other, self.formula.lift(joint, one, self.count(live, other), orders));
            }
        };
        for &(other, joint) in known {
            offer(other, joint + fresh.and_then(|fresh| fresh.get(&other)).copied().unwrap_or(0));
        }
        for (&other, &joint) in fresh.into_iter().flatten() {
            if !known.iter().any(|&(partner, _)| partner == other) {
                offer(other, joint);
            }
        }
    }

    fn count(&self, live: Option<&PairsOnline>, item: ItemIdx) -> u32 {
        let known = self.counts.get(item as usize).copied().unwrap_or(0);
        known + live.and_then(|live| live.counts.get(&item)).copied().unwrap_or(0)
    }

    fn lift(&self, live: Option<&PairsOnline>, anchor: ItemIdx, item: ItemIdx) -> f32 {
        let mut found = 0.0;
        self.partners(live, anchor, |other, lift| {
            if other == item {
                found = lift;
            }
        });
        found
    }
}

impl Strategy for BoughtTogether {
    fn id(&self) -> &'static str {
        BoughtTogetherTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::ForUser | Kind::SimilarTo(_) | Kind::Basket(_))
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        let live = ctx.overlay::<PairsOnline>();
        let known = Self::anchors(ctx, query).iter().any(|anchor| self.count(live, anchor.item) > 0);
        if known { 0.6 } else { 0.0 }
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let live = ctx.overlay::<PairsOnline>();
        let anchors = Self::anchors(ctx, query);
        let mut sums = ctx.scratch.accumulator(ctx.item_count());
        for anchor in &anchors {
            self.partners(live, anchor.item, |other, lift| sums.add(other, anchor.part * lift));
        }
        for (item, sum) in sums.iter() {
            if !anchors.iter().any(|anchor| anchor.item == item) {
                out.offer(ctx.mask, item, sum);
            }
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let live = ctx.overlay::<PairsOnline>();
        let anchors = Self::anchors(ctx, query);
        for (slot, &item) in out.iter_mut().zip(items) {
            let own = anchors.iter().any(|anchor| anchor.item == item);
            let lift = |anchor: &Anchor| anchor.part * self.lift(live, anchor.item, item);
            *slot = if own { 0.0 } else { anchors.iter().map(lift).sum() };
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let live = ctx.overlay::<PairsOnline>();
        let anchors = Self::anchors(ctx, query);
        let explain = |&item: &ItemIdx| {
            let shares = anchors
                .iter()
                .map(|anchor| HistoryShare {
                    item: anchor.item,
                    kind: anchor.kind,
                    share: anchor.part * self.lift(live, anchor.item, item),
                })
                .collect();
            Explanation::of_shares(ReasonKind::BoughtTogether, shares, top)
        };
        items.iter().map(explain).collect()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(PairsOnline { max_order: 100, ..PairsOnline::default() }))
    }
}
