//! What a question is about, as one weighted mixture of products and stated terms.

use crate::content::index::LiveIndex;
use crate::content::{ContentBased, text};
use crate::event::{EventKind, ItemIdx};
use crate::scratch::{Accumulator, Lease};
use crate::strategy::{Context, Kind, Query};

/// A product of the mixture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) item: ItemIdx,
    /// Parts of all sources and of what is stated sum to 1.
    pub(super) part: f32,
    pub(super) kind: EventKind,
    log_price: f32,
    sustainability: Option<f32>,
}

/// The mixture.
pub(super) struct Taste<'s> {
    pub(super) sources: Vec<Source>,
    /// Weight per term; only the heaviest are kept.
    pub(super) terms: Lease<'s, Accumulator>,
    stated: Vec<(u32, f32)>,
}

/// A product's score in parts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) text: f32,
    pub(super) price: f32,
    pub(super) sustainability: f32,
}

impl<'s> Taste<'s> {
    pub(super) fn new(
        ctx: &Context<'s>,
        query: &Query<'_>,
        model: &ContentBased,
        live: Option<&LiveIndex>,
    ) -> Self {
        let mut sources = sources(ctx, query, model);
        let stated = stated(ctx, query, model, live);
        let stated_part = match (sources.is_empty(), stated.is_empty()) {
            (_, true) => 0.0,
            (true, false) => 1.0,
            (false, false) => model.params.stated_part.clamp(0.0, 1.0),
        };
        for source in &mut sources {
            source.part *= 1.0 - stated_part;
        }
        let mut all = ctx.scratch.accumulator(model.index.term_count(live));
        for source in &sources {
            for (term, weight) in model.index.vector(live, source.item) {
                all.add(term, source.part * weight);
            }
        }
        let stated: Vec<(u32, f32)> =
            stated.into_iter().map(|(term, weight)| (term, stated_part * weight)).collect();
        for &(term, weight) in &stated {
            all.add(term, weight);
        }
        let mut heaviest = ctx.scratch.indices();
        heaviest.extend_from_slice(all.touched());
        heaviest.sort_unstable_by(|&a, &b| all.get(b).total_cmp(&all.get(a)).then(a.cmp(&b)));
        heaviest.truncate(model.params.query_terms.max(1));
        let mut terms = ctx.scratch.accumulator(model.index.term_count(live));
        for &term in heaviest.iter() {
            terms.add(term, all.get(term));
        }
        Self { sources, terms, stated }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.terms.touched().is_empty()
    }

    /// Whether the product is one the mixture is made of: a product is no news to whoever knows it.
    pub(super) fn contains(&self, item: ItemIdx) -> bool {
        self.sources.iter().any(|source| source.item == item)
    }

    /// The score of a product: `None` when it shares no term, or is part of the question.
    pub(super) fn score(
        &self,
        ctx: &Context<'_>,
        model: &ContentBased,
        live: Option<&LiveIndex>,
        item: ItemIdx,
    ) -> Option<f32> {
        if self.contains(item) {
            return None;
        }
        let text: f32 =
            model.index.vector(live, item).map(|(term, weight)| weight * self.terms.get(term)).sum();
        if text <= 0.0 {
            return None;
        }
        let traits = Traits::of(ctx, item);
        let (mut price, mut sustainability) = (0.0, 0.0);
        for source in &self.sources {
            price += source.part * source.price_fit(&traits);
            sustainability += source.part * source.sustainability_fit(&traits);
        }
        Some(model.params.combine(Parts { text, price, sustainability }))
    }

    /// The part of a product's score that each source contributes.
    pub(super) fn shares(
        &self,
        ctx: &Context<'_>,
        model: &ContentBased,
        live: Option<&LiveIndex>,
        item: ItemIdx,
    ) -> Vec<f32> {
        let mut vector = ctx.scratch.accumulator(model.index.term_count(live));
        for (term, weight) in model.index.vector(live, item) {
            if self.terms.contains(term) {
                vector.add(term, weight);
            }
        }
        let traits = Traits::of(ctx, item);
        let share = |source: &Source| {
            let text: f32 =
                model.index.vector(live, source.item).map(|(term, weight)| weight * vector.get(term)).sum();
            source.part
                * model.params.combine(Parts {
                    text,
                    price: source.price_fit(&traits),
                    sustainability: source.sustainability_fit(&traits),
                })
        };
        self.sources.iter().map(share).collect()
    }

    /// Terms that product and taste share, weightiest first.
    pub(super) fn shared_terms(
        &self,
        model: &ContentBased,
        live: Option<&LiveIndex>,
        item: ItemIdx,
        top: usize,
    ) -> Vec<String> {
        let mut shared: Vec<(f32, &str)> = model
            .index
            .vector(live, item)
            .map(|(term, weight)| (weight * self.terms.get(term), term))
            .filter(|&(weight, _)| weight > 0.0)
            .filter_map(|(weight, term)| Some((weight, model.index.word(live, term)?)))
            .filter(|(_, word)| text::is_readable(word))
            .collect();
        shared.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        shared.into_iter().take(top).map(|(_, word)| word.to_owned()).collect()
    }

    /// Whether anything was stated that reached the terms.
    pub(super) fn has_stated(&self) -> bool {
        !self.stated.is_empty()
    }
}

struct Traits {
    log_price: f32,
    sustainability: Option<f32>,
}

impl Traits {
    fn of(ctx: &Context<'_>, item: ItemIdx) -> Self {
        Self {
            log_price: (ctx.columns().price(item).max(1) as f32).ln(),
            sustainability: ctx.columns().sustainability(item).map(f32::from),
        }
    }
}

impl Source {
    fn new(ctx: &Context<'_>, item: ItemIdx, part: f32, kind: EventKind) -> Self {
        let Traits { log_price, sustainability } = Traits::of(ctx, item);
        Self { item, part, kind, log_price, sustainability }
    }

    /// 1 at the same price, a half where one is twice the other.
    fn price_fit(&self, other: &Traits) -> f32 {
        let octaves = (self.log_price - other.log_price) / std::f32::consts::LN_2;
        1.0 / (1.0 + octaves * octaves)
    }

    fn sustainability_fit(&self, other: &Traits) -> f32 {
        match (self.sustainability, other.sustainability) {
            (Some(mine), Some(theirs)) => 1.0 - (mine - theirs).abs() / 100.0,
            _ => 0.0,
        }
    }
}

fn sources(ctx: &Context<'_>, query: &Query<'_>, model: &ContentBased) -> Vec<Source> {
    let anchors = query.kind.anchors();
    if !anchors.is_empty() {
        let part = 1.0 / anchors.len() as f32;
        return anchors.iter().map(|&item| Source::new(ctx, item, part, EventKind::View)).collect();
    }
    if matches!(query.kind, Kind::Trending { .. }) {
        return Vec::new();
    }
    let mut history = ctx.user.weighted(&model.weights, ctx.now, ctx.scratch);
    history.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.item.cmp(&b.item)));
    history.truncate(model.params.max_history.max(1));
    let total: f32 = history.iter().map(|row| row.weight).sum();
    history.iter().map(|row| Source::new(ctx, row.item, row.weight / total, row.kind)).collect()
}

/// Stated categories and brands as a unit vector.
fn stated(
    ctx: &Context<'_>,
    query: &Query<'_>,
    model: &ContentBased,
    live: Option<&LiveIndex>,
) -> Vec<(u32, f32)> {
    if !query.kind.anchors().is_empty() {
        return Vec::new();
    }
    let mut terms: Vec<(u32, f32)> = ctx
        .user
        .preferences()
        .flat_map(text::stated_terms)
        .filter_map(|word| model.index.term(live, &word))
        .map(|term| (term, model.index.idf(term)))
        .collect();
    terms.sort_by_key(|&(term, _)| term);
    terms.dedup_by_key(|&mut (term, _)| term);
    let square: f32 = terms.iter().map(|&(_, weight)| weight * weight).sum();
    let scale = square.sqrt().recip();
    terms.iter_mut().for_each(|(_, weight)| *weight *= scale);
    terms
}
