//! Filling the slots a model left empty, pinning, and room for the new.

use std::sync::Arc;

use crate::engine::rerank::Room;
use crate::engine::{RERANK_POOL, Slot, Source, World};
use crate::event::DAY_MS;
use crate::experiment::mix;
use crate::mask::Mask;
use crate::models::Installed;
use crate::request::Request;
use crate::strategy::{Context, Kind, Query};

/// Puts the pinned products first, where the mask allows them.
pub(super) fn pin(mask: &Mask<'_>, request: &Request, count: usize, slots: &mut Vec<Slot>) {
    let mut at = 0;
    for (index, &item) in request.pins.iter().enumerate() {
        if at >= count || !mask.allows(item) || request.pins[..index].contains(&item) {
            continue;
        }
        slots.retain(|slot| slot.item != item);
        slots.insert(at, Slot { item, score: 1.0, source: Source::Pinned });
        at += 1;
    }
    slots.truncate(count);
}

/// Asks down the fallback chain until the list is full. What is there stays where it is.
pub(super) fn fill(
    world: &World<'_>,
    ctx: &Context<'_>,
    request: &Request,
    first: Option<&Installed>,
    count: usize,
    room: &mut Room<'_>,
    slots: &mut Vec<Slot>,
) {
    let anchor = request.kind.anchors().last().copied().or_else(|| ctx.user.last_item());
    let category = anchor.and_then(|item| ctx.columns().leaf_category(item));
    for step in &world.settings.fallback {
        if slots.len() >= count {
            return;
        }
        let Some(model) = world.models.get(&step.strategy) else {
            continue;
        };
        let Some(question) = step.question.kind(&request.kind, anchor, category) else {
            continue;
        };
        let asked_already =
            question == request.kind && first.is_some_and(|first| first.name() == model.name());
        if asked_already || !model.supports(&question) {
            continue;
        }
        append(ctx, model, &Arc::new(question), request, count, room, slots);
    }
}

fn append(
    ctx: &Context<'_>,
    model: &Installed,
    question: &Arc<Kind>,
    request: &Request,
    count: usize,
    room: &mut Room<'_>,
    slots: &mut Vec<Slot>,
) {
    // Asking for the gap and what is there already makes room for repeats of what is there.
    let mut wanted = count + request.kind.anchors().len();
    if room.is_bounded() {
        wanted = wanted.max(RERANK_POOL);
    }
    let query = Query { kind: question, count: wanted };
    let mut top = ctx.scratch.top(wanted);
    model.score(ctx, &query, &mut top);
    let ceiling = slots.last().map_or(1.0, |last| last.score);
    let taken = slots.len();
    let mut best = 0.0;
    for candidate in top.sorted() {
        if slots.len() >= count {
            break;
        }
        let known = slots.iter().any(|slot| slot.item == candidate.item);
        if known || request.kind.anchors().contains(&candidate.item) || !room.take(candidate.item) {
            continue;
        }
        if slots.len() == taken {
            best = candidate.score;
        }
        slots.push(Slot {
            item: candidate.item,
            score: ceiling * (candidate.score / best),
            source: Source::Model { model: model.clone(), question: Arc::clone(question) },
        });
    }
}

/// Gives the last slots to young products with few events, drawn by the seed.
pub(super) fn explore(
    world: &World<'_>,
    mask: &Mask<'_>,
    request: &Request,
    count: usize,
    slots: &mut Vec<Slot>,
) {
    let Some(newest) = world.models.get("newest") else {
        return;
    };
    let columns = world.delta.columns();
    let youngest = request.now - i64::from(world.settings.exploration_age_days) * DAY_MS;
    let wanted = request.exploration_slots.min(count);
    // New products have the highest indices, so the search is short however large the shop.
    let first = columns.len().saturating_sub(4_096) as u32;
    let mut young: Vec<u32> = (first..columns.len() as u32)
        .filter(|&item| columns.created_at(item) >= youngest && mask.allows(item))
        .filter(|item| !slots.iter().any(|slot| slot.item == *item))
        .filter(|item| !request.kind.anchors().contains(item))
        .collect();
    young.sort_by_key(|&item| mix(request.seed ^ u64::from(item)));
    // They come last and are served first: places of their category go to them.
    let mut room = Room::new(columns, request.category_cap);
    let young: Vec<u32> = young.into_iter().filter(|&item| room.take(item)).take(wanted).collect();
    room.keep(slots);
    slots.truncate(count - young.len());
    let question = Arc::new(request.kind.clone());
    let score = slots.last().map_or(1.0, |last| last.score);
    slots.extend(young.into_iter().map(|item| Slot {
        item,
        score,
        source: Source::Model { model: newest.clone(), question: Arc::clone(&question) },
    }));
}
