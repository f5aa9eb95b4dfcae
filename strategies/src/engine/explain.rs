//! The last step: ranks, scores that never rise, and explanations that sum to them.

use std::sync::Arc;

use crate::engine::{Slot, Source};
use crate::request::{Ranked, Request};
use crate::strategy::{Context, Explanation, Query, ReasonKind};

pub(super) fn finish(ctx: &Context<'_>, request: &Request, count: usize, slots: Vec<Slot>) -> Vec<Ranked> {
    let mut ceiling = 1.0f32;
    slots
        .into_iter()
        .enumerate()
        .map(|(index, slot)| {
            // Variety may put a lesser product first; the score shown follows the rank.
            let score = slot.score.clamp(0.0, ceiling);
            ceiling = score;
            ranked(ctx, request, count, index + 1, score, &slot)
        })
        .collect()
}

fn ranked(
    ctx: &Context<'_>,
    request: &Request,
    count: usize,
    rank: usize,
    score: f32,
    slot: &Slot,
) -> Ranked {
    let (source, explanation) = match &slot.source {
        Source::Pinned => (Arc::from("pinned"), Explanation::plain(ReasonKind::Pinned, score)),
        Source::Model { model, question } => {
            let query = Query { kind: question, count };
            let explanation = request
                .explain
                .and_then(|top| model.explain(ctx, &query, slot.item, top))
                .unwrap_or_else(|| Explanation::plain(ReasonKind::Popular, score));
            (Arc::clone(model.name()), explanation)
        }
    };
    let explanation = fit(explanation, score);
    Ranked {
        item: slot.item,
        score,
        rank,
        source,
        reason: explanation.reason,
        because: explanation.because,
        rest: explanation.rest,
        contributions: explanation.strategies,
        terms: explanation.terms,
    }
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
