//! A strategy that panics costs its own answer only.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use std::sync::Arc;

use shelfwise_strategies::delta::DeltaLimits;
use shelfwise_strategies::event::ItemIdx;
use shelfwise_strategies::recommender::Recommender;
use shelfwise_strategies::request::{FallbackReason, Settings};
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::{Context, Explanation, Kind, Query, Strategy};
use shelfwise_strategies::top::TopK;
use support::{dataset, registry, request, shown, train};

/// Offers a product, then breaks down.
struct Fragile;

impl Strategy for Fragile {
    fn id(&self) -> &'static str {
        "fragile"
    }

    fn supports(&self, _kind: &Kind) -> bool {
        true
    }

    fn confidence(&self, _ctx: &Context<'_>, _query: &Query<'_>) -> f32 {
        1.0
    }

    fn score(&self, ctx: &Context<'_>, _query: &Query<'_>, out: &mut TopK) {
        let mut sums = ctx.scratch.accumulator(ctx.item_count());
        sums.add(0, 1.0);
        out.offer(ctx.mask, 39, 1.0e9);
        panic!("a defect in a plug-in");
    }

    fn rescore(&self, _ctx: &Context<'_>, _query: &Query<'_>, _items: &[ItemIdx], out: &mut [f32]) {
        out.fill(f32::INFINITY);
        panic!("a defect in a plug-in");
    }

    fn explain(
        &self,
        _ctx: &Context<'_>,
        _query: &Query<'_>,
        _items: &[ItemIdx],
        _top: usize,
    ) -> Vec<Explanation> {
        panic!("a defect in a plug-in");
    }
}

/// A shop whose strategy `broken` is fragile.
fn shop_with(broken: &str) -> Recommender {
    let snapshot = Snapshot::new(1, Arc::new(dataset()));
    let mut models = train(&registry(), snapshot.dataset());
    models.insert(broken, "1", Arc::new(Fragile));
    let recommender = Recommender::new(snapshot.clone(), Settings::default(), DeltaLimits::default());
    recommender.publish(snapshot, models, recommender.mark());
    recommender
}

#[test]
fn others_answer_for_a_strategy_that_breaks_down_and_the_list_says_so() {
    let recommender = shop_with("fragile");
    let list = recommender.recommend(&request(Kind::ForUser, 0, "fragile"));
    assert_eq!(list.fallback, FallbackReason::StrategyError);
    assert_eq!(list.items.len(), 10);
    assert!(list.items.iter().all(|ranked| &*ranked.source != "fragile"));
    let again = recommender.recommend(&request(Kind::ForUser, 0, "collaborative"));
    assert_eq!(again.fallback, FallbackReason::None, "the thread that broke down goes on serving");
}

#[test]
fn an_ensemble_goes_on_without_the_member_that_breaks_down() {
    let whole = shop_with("fragile").recommend(&request(Kind::ForUser, 0, "ensemble"));
    assert_eq!(whole.fallback, FallbackReason::None);
    let part = shop_with("collaborative").recommend(&request(Kind::ForUser, 0, "ensemble"));
    assert_eq!(part.fallback, FallbackReason::StrategyError);
    assert_eq!(part.items.len(), 10);
    assert!(part.items.iter().all(|ranked| ranked.score.is_finite()), "{:?}", shown(&part));
}
