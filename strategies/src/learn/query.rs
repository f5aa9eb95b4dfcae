//! Reading the history a question is about, as every trained model does.

use std::cell::RefCell;

use super::touches::{Collector, Emphasis, Recency, Touch};
use crate::event::{EventKind, InteractionWeights, ItemIdx, Millis};
use crate::strategy::{Context, Kind, Query};

/// A pause longer than this ends a session.
const SESSION_GAP_MS: i64 = 30 * 60 * 1_000;
/// The latest events of a session that are read.
const SESSION_EVENTS: usize = 50;

thread_local! {
    static COLLECTOR: RefCell<Collector> = RefCell::default();
}

/// Collects what the question is about, the products it names or else the shopper's history, and
/// hands it to `work`. Allocates nothing once the thread is warm.
pub(crate) fn with_touches<R>(
    ctx: &Context<'_>,
    query: &Query<'_>,
    weights: &InteractionWeights,
    emphasis: &Emphasis,
    longest: usize,
    work: impl FnOnce(&[Touch]) -> R,
) -> R {
    let mut collector = COLLECTOR.take();
    let anchors = query.kind.anchors();
    if anchors.is_empty() {
        if matches!(query.kind, Kind::Session) {
            collector.collect(ctx.user.session(SESSION_GAP_MS, SESSION_EVENTS), weights, ctx.now);
        } else {
            collector.collect(ctx.user.events(), weights, ctx.now);
            let newest = collector.touches.last().map_or(0.0, |touch| touch.age_days);
            for &item in ctx.user.preferences().flat_map(|stated| &stated.liked_items) {
                if collector.touches.iter().all(|touch| touch.item != item) {
                    collector.touches.push(Touch {
                        item,
                        strength: weights.like,
                        age_days: newest,
                        steps: 0,
                    });
                }
            }
        }
        collector.truncate(longest);
        for touch in &mut collector.touches {
            touch.strength = emphasis.of(touch.strength);
        }
    } else {
        collector.touches.clear();
        for &item in anchors {
            if collector.touches.iter().all(|touch| touch.item != item) {
                collector.touches.push(Touch { item, strength: 1.0, age_days: 0.0, steps: 0 });
            }
        }
    }
    let result = work(&collector.touches);
    COLLECTOR.replace(collector);
    result
}

/// The touches with their weights under `recency`. Ages count from the latest touch, so that a
/// history that ended long ago does not fade to nothing: within one history only proportions matter.
pub(crate) fn input_weights(touches: &[Touch], recency: Recency) -> impl Iterator<Item = (&Touch, f32)> {
    let newest = touches.iter().map(|touch| touch.age_days).fold(f32::INFINITY, f32::min);
    touches.iter().map(move |touch| {
        (touch, recency.weight(&Touch { age_days: touch.age_days - newest, ..*touch }) * touch.strength)
    })
}

/// The latest moment the shop has heard of: a shop that stands still does not lose its trends.
pub(crate) fn shop_time(ctx: &Context<'_>) -> Millis {
    let live = ctx.delta.log().last().map_or(Millis::MIN, |event| event.at);
    ctx.now.min(ctx.snapshot.latest().max(live))
}

/// The weightiest thing the shopper did with a product; a view for products the question names.
pub(crate) fn strongest_kind(ctx: &Context<'_>, weights: &InteractionWeights, item: ItemIdx) -> EventKind {
    ctx.user
        .events()
        .filter(|event| event.item == item)
        .map(|event| event.kind)
        .max_by(|a, b| weights.base(*a, 0.0).total_cmp(&weights.base(*b, 0.0)))
        .unwrap_or(EventKind::View)
}
