//! Answering with a fitted blend: the history is read as it is now, so an event counts at once.

use serde::{Deserialize, Serialize};

use super::Params;
use super::choose::Choice;
use super::live::LiveCounts;
use super::model::{Blend, Scales};
use crate::event::{EventKind, ItemIdx, Millis};
use crate::learn::query::{shop_time, strongest_kind, with_touches};
use crate::learn::touches::{Recency, Touch};
use crate::learn::trend::TrendTable;
use crate::scratch::{Accumulator, Lease};
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Online, Query, ReasonKind, Strategy};
use crate::top::TopK;

/// What the live neighbours of a history weigh against a blend whose best product has 1.
const LIVE_WEIGHT: f32 = 0.5;
/// How live neighbours forget.
const LIVE_INPUT: Recency = Recency::Steps(0.5);

/// The trained `collaborative` model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collaborative {
    blend: Blend,
    choice: Choice,
    params: Params,
}

/// A history and the sums it leads to.
struct Answer<'a> {
    total: Lease<'a, Accumulator>,
    scales: Scales,
    trend_at: Option<Millis>,
}

impl Collaborative {
    pub(super) fn new(blend: Blend, choice: Choice, params: Params) -> Self {
        Self { blend, choice, params }
    }

    /// How the parts were chosen and what each trial was worth.
    #[must_use]
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    fn with_touches<R>(&self, ctx: &Context<'_>, query: &Query<'_>, work: impl FnOnce(&[Touch]) -> R) -> R {
        with_touches(ctx, query, &self.blend.weights, &self.blend.emphasis, self.blend.longest_history, work)
    }

    fn answer<'a>(&self, ctx: &Context<'a>, query: &Query<'_>, touches: &[Touch]) -> Answer<'a> {
        let mut total = ctx.scratch.accumulator(ctx.item_count());
        let scales = self.blend.accumulate(touches, ctx.item_count(), ctx.scratch, &mut total);
        if let Some(live) = ctx.overlay::<LiveCounts>() {
            for touch in touches {
                let weight = LIVE_WEIGHT * LIVE_INPUT.weight(touch);
                live.each_neighbour(
                    touch,
                    |item| ctx.interactions(item),
                    |item, value| total.add(item, weight * value),
                );
            }
        }
        let trending = query.kind.anchors().is_empty() && self.blend.trend.shape().is_some();
        Answer { total, scales, trend_at: trending.then(|| shop_time(ctx)) }
    }

    fn add_live_shares(&self, ctx: &Context<'_>, touches: &[Touch], item: ItemIdx, sums: &mut [f32]) {
        let Some(live) = ctx.overlay::<LiveCounts>() else { return };
        for (touch, sum) in touches.iter().zip(sums) {
            let weight = LIVE_WEIGHT * LIVE_INPUT.weight(touch);
            live.each_neighbour(
                touch,
                |other| ctx.interactions(other),
                |other, value| {
                    if other == item {
                        *sum += weight * value;
                    }
                },
            );
        }
    }

    fn factor(&self, ctx: &Context<'_>, trend_at: Option<Millis>, item: ItemIdx) -> f32 {
        trend_at.map_or(1.0, |at| {
            let live = ctx.overlay::<LiveCounts>().map_or((0.0, 0.0), |live| live.risen(item));
            self.blend.trend.factor(item, at, live)
        })
    }
}

impl Strategy for Collaborative {
    fn id(&self) -> &'static str {
        "collaborative"
    }

    fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::ForUser | Kind::SimilarTo(_) | Kind::Basket(_) | Kind::Session)
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        self.with_touches(ctx, query, |touches| {
            let known = touches
                .iter()
                .filter(|touch| {
                    self.blend.parts.iter().any(|part| !part.neighbours.row(touch.item as usize).0.is_empty())
                })
                .count() as f32;
            if query.kind.anchors().is_empty() { known / (known + 2.0) } else { known / (known + 0.25) }
        })
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        self.with_touches(ctx, query, |touches| {
            let answer = self.answer(ctx, query, touches);
            let anchors = query.kind.anchors();
            for (item, sum) in answer.total.iter() {
                if sum > 0.0 && !anchors.contains(&item) {
                    out.offer(ctx.mask, item, sum * self.factor(ctx, answer.trend_at, item));
                }
            }
        });
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        self.with_touches(ctx, query, |touches| {
            let answer = self.answer(ctx, query, touches);
            let anchors = query.kind.anchors();
            for (&item, score) in items.iter().zip(out) {
                let sum = answer.total.get(item);
                *score = if sum > 0.0 && !anchors.contains(&item) {
                    sum * self.factor(ctx, answer.trend_at, item)
                } else {
                    0.0
                };
            }
        });
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let reason = match query.kind {
            Kind::SimilarTo(_) | Kind::Session => ReasonKind::SimilarItems,
            Kind::Basket(_) => ReasonKind::BoughtTogether,
            _ => ReasonKind::SimilarUsers,
        };
        self.with_touches(ctx, query, |touches| {
            let answer = self.answer(ctx, query, touches);
            let kinds: Vec<EventKind> =
                touches.iter().map(|touch| strongest_kind(ctx, &self.blend.weights, touch.item)).collect();
            let mut sums = Vec::new();
            items
                .iter()
                .map(|&item| {
                    if answer.total.get(item) <= 0.0 || query.kind.anchors().contains(&item) {
                        return Explanation::plain(reason, 0.0);
                    }
                    self.blend.shares(touches, &answer.scales, item, &mut sums);
                    self.add_live_shares(ctx, touches, item, &mut sums);
                    let factor = self.factor(ctx, answer.trend_at, item);
                    let share = |((touch, kind), sum): ((&Touch, &EventKind), &f32)| HistoryShare {
                        item: touch.item,
                        kind: *kind,
                        share: sum * factor,
                    };
                    Explanation::of_shares(
                        reason,
                        touches.iter().zip(&kinds).zip(&sums).map(share).collect(),
                        top,
                    )
                })
                .collect()
        })
    }

    fn settled(&self) -> Option<serde_json::Value> {
        let (parts, trend) = (self.choice.parts.clone(), self.choice.trend);
        serde_json::to_value(Params { parts, trend, ..self.params.clone() }).ok()
    }

    fn chosen(&self) -> Option<serde_json::Value> {
        serde_json::to_value(&self.choice).ok()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(LiveCounts::new(self.blend.weights.clone(), TrendTable::clock_of(&self.blend.trend))))
    }
}
