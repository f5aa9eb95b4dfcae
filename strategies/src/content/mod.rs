//! What is like what the shopper knows, by text, category, brand, attributes, price and sustainability.
//!
//! It needs no other shopper, so that a product is recommended from the moment it exists.

mod index;
mod taste;
mod text;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::content::index::{Index, LiveIndex};
use crate::content::taste::{Parts, Taste};
use crate::delta::Delta;
use crate::error::StrategyError;
use crate::event::{Event, InteractionWeights, ItemIdx};
use crate::item::ItemFeatures;
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Online, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `content_based`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContentParams {
    /// Part of the score owed to price.
    pub price_part: f32,
    /// Part of the score owed to a like sustainability score.
    pub sustainability_part: f32,
    /// Part of the taste owed to stated preferences, when there is a history too.
    pub stated_part: f32,
    /// Half-life of the history; `null` keeps the shop's.
    pub half_life_days: Option<f32>,
    /// Heaviest products of the history that make up the taste.
    pub max_history: usize,
    /// Terms kept per product.
    pub max_terms: usize,
    /// Terms kept per question.
    pub query_terms: usize,
    /// Products kept per term.
    pub max_postings: usize,
}

impl Default for ContentParams {
    fn default() -> Self {
        Self {
            price_part: 0.12,
            sustainability_part: 0.03,
            stated_part: 0.4,
            half_life_days: None,
            max_history: 20,
            max_terms: 32,
            query_terms: 32,
            max_postings: 2_000,
        }
    }
}

impl ContentParams {
    fn combine(&self, parts: Parts) -> f32 {
        let text_part = 1.0 - self.price_part - self.sustainability_part;
        text_part * parts.text
            + self.price_part * parts.price
            + self.sustainability_part * parts.sustainability
    }
}

/// Indexes the catalogue.
pub struct ContentTrainer;

impl Trainer for ContentTrainer {
    const ID: &'static str = "content_based";
    const NAME: &'static str = "Similar content";
    const SUMMARY: &'static str = "products whose text, category, brand and price fit the shopper's taste";
    type Params = ContentParams;
    type Model = ContentBased;

    fn fit(job: &FitJob<'_>, params: &ContentParams) -> Result<ContentBased, StrategyError> {
        let parts = [params.price_part, params.sustainability_part, params.stated_part];
        if parts.iter().any(|part| !(0.0..=1.0).contains(part)) || parts[0] + parts[1] >= 1.0 {
            return Err(StrategyError::Config {
                id: Self::ID.to_owned(),
                message: "price_part, sustainability_part and stated_part lie between 0 and 1, \
                          and the first two sum to less than 1"
                    .to_owned(),
            });
        }
        let weights = match params.half_life_days {
            Some(days) => job.weights.half_life_days(Some(days)),
            None => job.weights.clone(),
        };
        let index = Index::build(job, params.max_terms, params.max_postings)?;
        job.progress.report("indexed texts", 1.0);
        Ok(ContentBased { params: params.clone(), weights, index: Arc::new(index) })
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "price_part", range: Range::Linear(0.0, 0.4) },
            Dimension { key: "half_life_days", range: Range::Log(3.0, 365.0) },
            Dimension { key: "max_history", range: Range::Integer(5, 50) },
        ]
    }
}

/// The indexed catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContentBased {
    params: ContentParams,
    weights: InteractionWeights,
    index: Arc<Index>,
}

/// Products added or changed since training.
struct ContentOnline {
    index: Arc<Index>,
    live: LiveIndex,
}

impl Online for ContentOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, _event: &Event) {}

    fn item_changed(&mut self, _delta: &Delta, item: ItemIdx, features: &ItemFeatures) {
        self.index.place(&mut self.live, item, features);
    }
}

/// Postings read for one question, and for each of its terms at least.
const READ: usize = 4_000;
const LEAST_READ: usize = 100;

impl ContentBased {
    fn live<'a>(ctx: &Context<'a>) -> Option<&'a LiveIndex> {
        ctx.overlay::<ContentOnline>().map(|overlay| &overlay.live)
    }

    /// Collects whatever shares a weighty term, then scores the most promising exactly.
    fn search(&self, ctx: &Context<'_>, taste: &Taste<'_>, live: Option<&LiveIndex>, out: &mut TopK) {
        let mut sums = ctx.scratch.accumulator(ctx.item_count());
        let terms = taste.terms.touched();
        // What a question costs must not grow with the shop: the strongest bearers come first.
        let each = (READ / terms.len().max(1)).max(LEAST_READ);
        for &term in terms {
            let weight = taste.terms.get(term);
            for (item, bears) in self.index.postings(live, term, each) {
                sums.add(item, weight * bears);
            }
        }
        let mut promising = ctx.scratch.top(out.capacity() + 25);
        for (item, sum) in sums.iter() {
            if !taste.contains(item) {
                promising.offer(ctx.mask, item, sum);
            }
        }
        for candidate in promising.sorted() {
            if let Some(score) = taste.score(ctx, self, live, candidate.item) {
                out.offer(ctx.mask, candidate.item, score);
            }
        }
    }
}

impl Strategy for ContentBased {
    fn id(&self) -> &'static str {
        ContentTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        !matches!(kind, Kind::Trending { .. })
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        let taste = Taste::new(ctx, query, self, Self::live(ctx));
        if taste.is_empty() { 0.0 } else { 0.5 }
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let live = Self::live(ctx);
        let taste = Taste::new(ctx, query, self, live);
        if let Kind::Search(items) = query.kind {
            for &item in items {
                if let Some(score) = taste.score(ctx, self, live, item) {
                    out.offer(ctx.mask, item, score);
                }
            }
        } else if !taste.is_empty() {
            self.search(ctx, &taste, live, out);
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let live = Self::live(ctx);
        let taste = Taste::new(ctx, query, self, live);
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = taste.score(ctx, self, live, item).unwrap_or(0.0);
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let live = Self::live(ctx);
        let taste = Taste::new(ctx, query, self, live);
        items.iter().map(|&item| self.explain_one(ctx, &taste, live, item, top)).collect()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(ContentOnline { index: Arc::clone(&self.index), live: LiveIndex::default() }))
    }
}

impl ContentBased {
    fn explain_one(
        &self,
        ctx: &Context<'_>,
        taste: &Taste<'_>,
        live: Option<&LiveIndex>,
        item: ItemIdx,
        top: usize,
    ) -> Explanation {
        let Some(score) = taste.score(ctx, self, live, item) else {
            return Explanation::plain(ReasonKind::SemanticMatch, 0.0);
        };
        let shares = taste.shares(ctx, self, live, item);
        let because: Vec<HistoryShare> = taste
            .sources
            .iter()
            .zip(&shares)
            .map(|(source, &share)| HistoryShare { item: source.item, kind: source.kind, share })
            .collect();
        let category = ctx.columns().leaf_category(item);
        let same_category = category.is_some()
            && (taste.has_stated()
                || taste.sources.iter().any(|source| ctx.columns().leaf_category(source.item) == category));
        let reason = if same_category { ReasonKind::SameCategory } else { ReasonKind::SemanticMatch };
        let mut explanation = Explanation::of_shares(reason, because, top);
        // What stated taste adds belongs to no product of the history.
        explanation.rest += score - explanation.score;
        explanation.score = score;
        explanation.terms = taste.shared_terms(self, live, item, top);
        explanation
    }
}
