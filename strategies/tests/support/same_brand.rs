//! The complete plug-in of `docs/STRATEGIES.md`: what is written there is compiled and run.

// begin example
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use shelfwise_strategies::delta::Delta;
use shelfwise_strategies::error::StrategyError;
use shelfwise_strategies::event::{Event, EventKind, ItemIdx};
use shelfwise_strategies::item::ItemFeatures;
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::{
    Context, Explanation, HistoryShare, Kind, Online, Query, ReasonKind, Strategy,
};
use shelfwise_strategies::top::TopK;
use shelfwise_strategies::train::{FitJob, Trainer};
use shelfwise_strategies::user::Weighted;

/// Configuration of `same_brand`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SameBrandParams {
    /// A product of a brand counts this much more for each of its likes.
    like_bonus: f32,
}

impl Default for SameBrandParams {
    fn default() -> Self {
        Self { like_bonus: 0.1 }
    }
}

/// Groups the catalogue by brand and counts likes.
pub(crate) struct SameBrandTrainer;

impl Trainer for SameBrandTrainer {
    const ID: &'static str = "same_brand";
    const NAME: &'static str = "Same brand";
    const SUMMARY: &'static str = "products of the brands a shopper chooses";
    type Params = SameBrandParams;
    type Model = SameBrand;

    fn fit(job: &FitJob<'_>, params: &SameBrandParams) -> Result<SameBrand, StrategyError> {
        let mut by_brand: FxHashMap<u32, Vec<ItemIdx>> = FxHashMap::default();
        for (index, item) in job.dataset.items().iter().enumerate() {
            if let Some(brand) = item.brand {
                by_brand.entry(brand).or_default().push(index as ItemIdx);
            }
        }
        let mut likes = vec![0; job.dataset.item_count()];
        for event in job.dataset.events().filter(|event| event.kind == EventKind::Like) {
            likes[event.item as usize] += 1;
        }
        job.cancel.check()?;
        job.progress.report("grouped by brand", 1.0);
        Ok(SameBrand { params: params.clone(), by_brand: Arc::new(by_brand), likes })
    }
}

/// Products by brand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SameBrand {
    params: SameBrandParams,
    by_brand: Arc<FxHashMap<u32, Vec<ItemIdx>>>,
    likes: Vec<u32>,
}

/// What came after training.
#[derive(Default)]
struct SameBrandOnline {
    likes: FxHashMap<ItemIdx, u32>,
    added: FxHashMap<u32, Vec<ItemIdx>>,
}

impl Online for SameBrandOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, event: &Event) {
        if event.kind == EventKind::Like {
            *self.likes.entry(event.item).or_default() += 1;
        }
    }

    fn item_changed(&mut self, delta: &Delta, item: ItemIdx, features: &ItemFeatures) {
        let is_new = item as usize >= delta.base_item_count();
        if let Some(brand) = features.brand.filter(|_| is_new) {
            let list = self.added.entry(brand).or_default();
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
}

impl SameBrand {
    /// What one product of the history adds to the score of another.
    fn part(&self, ctx: &Context<'_>, own: ItemIdx, weight: f32, item: ItemIdx) -> f32 {
        let brand = ctx.columns().brand(own);
        if own == item || brand.is_none() || ctx.columns().brand(item) != brand {
            return 0.0;
        }
        let live = ctx.overlay::<SameBrandOnline>().and_then(|live| live.likes.get(&item)).copied();
        let likes = self.likes.get(item as usize).copied().unwrap_or(0) + live.unwrap_or(0);
        weight * (1.0 + self.params.like_bonus * likes as f32)
    }
}

impl Strategy for SameBrand {
    fn id(&self) -> &'static str {
        SameBrandTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::ForUser)
    }

    fn confidence(&self, ctx: &Context<'_>, _query: &Query<'_>) -> f32 {
        if ctx.user.is_cold() { 0.0 } else { 0.3 }
    }

    fn score(&self, ctx: &Context<'_>, _query: &Query<'_>, out: &mut TopK) {
        let history = ctx.user.weighted(&Default::default(), ctx.now, ctx.scratch);
        let added = ctx.overlay::<SameBrandOnline>().map(|live| &live.added);
        let mut sums = ctx.scratch.accumulator(ctx.item_count());
        for own in history.iter() {
            let Some(brand) = ctx.columns().brand(own.item) else { continue };
            let known = self.by_brand.get(&brand).into_iter().flatten();
            let fresh = added.and_then(|added| added.get(&brand)).into_iter().flatten();
            for &item in known.chain(fresh) {
                sums.add(item, self.part(ctx, own.item, own.weight, item));
            }
        }
        for (item, sum) in sums.iter() {
            out.offer(ctx.mask, item, sum);
        }
    }

    fn rescore(&self, ctx: &Context<'_>, _query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let history = ctx.user.weighted(&Default::default(), ctx.now, ctx.scratch);
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = history.iter().map(|own| self.part(ctx, own.item, own.weight, item)).sum();
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        _query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let history = ctx.user.weighted(&Default::default(), ctx.now, ctx.scratch);
        let explain = |&item: &ItemIdx| {
            let share = |own: &Weighted| HistoryShare {
                item: own.item,
                kind: own.kind,
                share: self.part(ctx, own.item, own.weight, item),
            };
            Explanation::of_shares(ReasonKind::SimilarItems, history.iter().map(share).collect(), top)
        };
        items.iter().map(explain).collect()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::<SameBrandOnline>::default())
    }
}
// end example
