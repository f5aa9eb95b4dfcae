//! The last step: ranks, scores that never rise, and explanations that sum to them.

use std::sync::Arc;

use crate::engine::{Slot, Source};
use crate::event::ItemIdx;
use crate::models::Installed;
use crate::request::{Ranked, Request};
use crate::strategy::{Context, Explanation, Kind, Query, ReasonKind};

pub(super) fn finish(ctx: &Context<'_>, request: &Request, count: usize, slots: Vec<Slot>) -> Vec<Ranked> {
    let mut explanations = match request.explain {
        Some(top) => explain_by_source(ctx, count, top, &slots),
        None => slots.iter().map(|_| None).collect(),
    };
    let mut ceiling = 1.0f32;
    let mut items = Vec::with_capacity(slots.len());
    for (index, slot) in slots.into_iter().enumerate() {
        // Variety may put a lesser product first; the score shown follows the rank.
        let score = slot.score.clamp(0.0, ceiling);
        ceiling = score;
        let (source, otherwise) = match &slot.source {
            Source::Pinned => (Arc::from("pinned"), ReasonKind::Pinned),
            Source::Model { model, .. } => (Arc::clone(model.name()), ReasonKind::Popular),
        };
        let explanation = explanations[index].take().unwrap_or_else(|| Explanation::plain(otherwise, score));
        let explanation = fit(explanation, score);
        items.push(Ranked {
            item: slot.item,
            score,
            rank: index + 1,
            source,
            reason: explanation.reason,
            because: explanation.because,
            rest: explanation.rest,
            contributions: explanation.strategies,
            terms: explanation.terms,
        });
    }
    items
}

/// Asks each source once for all its products: what it has to work out is the same for all of them.
fn explain_by_source(
    ctx: &Context<'_>,
    count: usize,
    top: usize,
    slots: &[Slot],
) -> Vec<Option<Explanation>> {
    let mut explanations: Vec<Option<Explanation>> = slots.iter().map(|_| None).collect();
    let mut start = 0;
    while start < slots.len() {
        let Source::Model { model, question } = &slots[start].source else {
            start += 1;
            continue;
        };
        let length = slots[start..].iter().take_while(|slot| same(&slot.source, model, question)).count();
        let items: Vec<ItemIdx> = slots[start..start + length].iter().map(|slot| slot.item).collect();
        let query = Query { kind: question, count };
        let answers = model.explain(ctx, &query, &items, top);
        for (slot, answer) in explanations[start..start + length].iter_mut().zip(answers) {
            *slot = Some(answer);
        }
        start += length;
    }
    explanations
}

fn same(source: &Source, model: &Installed, question: &Arc<Kind>) -> bool {
    matches!(source, Source::Model { model: other, question: asked }
        if other.name() == model.name() && Arc::ptr_eq(asked, question))
}

/// Scales an explanation to the score shown. One that explains nothing leaves all of it in `rest`.
fn fit(mut explanation: Explanation, score: f32) -> Explanation {
    if explanation.score > 0.0 && explanation.score.is_finite() {
        explanation.scale(score / explanation.score);
    } else {
        explanation.because.clear();
        explanation.strategies.clear();
        explanation.rest = score;
    }
    explanation
}
