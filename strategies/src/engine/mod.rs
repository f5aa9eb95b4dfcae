//! From a request to a list: choose the model, ask it, apply the rules, fill the gaps, explain.

mod explain;
mod fill;
pub mod rerank;

use std::sync::Arc;

use crate::delta::Delta;
use crate::event::ItemIdx;
use crate::mask::Mask;
use crate::models::{Installed, ModelSet};
use crate::request::{FallbackReason, RankedList, Request, Settings, Shopper};
use crate::scratch::Scratch;
use crate::snapshot::Snapshot;
use crate::strategy::{Assignment, Context, Kind, Overlays, Query};
use crate::user::UserState;

/// The most products one list may hold.
pub const MAX_COUNT: usize = 1_000;
/// Re-ranking looks at this many candidates at least, when it is asked for.
const RERANK_POOL: usize = 100;
/// A model may hand over to another this many times.
const MAX_DELEGATIONS: usize = 3;

/// Everything a request is answered from. All of it stays as it is while the request runs.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The past.
    pub snapshot: &'a Snapshot,
    /// What happened since.
    pub delta: &'a Delta,
    /// The models.
    pub models: &'a ModelSet,
    /// What they learned since.
    pub overlays: &'a Overlays,
    /// The shop's settings.
    pub settings: &'a Settings,
}

/// A product on its way into the list.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) item: ItemIdx,
    /// Score shown.
    pub(crate) score: f32,
    pub(crate) source: Source,
}

/// Who filled a slot, with the question it was asked.
#[derive(Clone)]
pub(crate) enum Source {
    Model { model: Installed, question: Arc<Kind> },
    Pinned,
}

/// Who asks, as the models see them.
#[must_use]
pub fn user_state<'a>(snapshot: &'a Snapshot, delta: &'a Delta, request: &'a Request) -> UserState<'a> {
    let mut user = match &request.shopper {
        Shopper::Known(index) => UserState {
            index: Some(*index),
            past: snapshot.dataset().history(*index),
            live: delta.history(*index),
            stated: delta.preferences(*index).or_else(|| snapshot.dataset().preferences(*index)),
            call: None,
        },
        Shopper::Events(events) => UserState::of_events(events),
        Shopper::Unknown => UserState::default(),
    };
    user.call = request.preferences.as_ref();
    user
}

/// Answers a request.
#[must_use]
pub fn recommend(world: &World<'_>, request: &Request, scratch: &Scratch) -> RankedList {
    let user = user_state(world.snapshot, world.delta, request);
    let requested =
        request.strategy.as_deref().unwrap_or_else(|| world.settings.default_strategy(&request.kind));
    let strict = Mask::new(world.delta, &user, &request.filter, false, scratch);
    let count = request.count.min(MAX_COUNT);
    let mut ctx = Context::new(world, user, &strict, scratch, request.now, request.seed);
    ctx.unit = &request.unit;
    ctx.experiment = request.experiment.as_deref();
    let query = Query { kind: &request.kind, count };
    let choice = choose(world.models, requested, &ctx, &query);

    let lenient;
    let mut slots = Vec::with_capacity(count);
    let mut fallback = FallbackReason::None;
    match &choice.model {
        None => fallback = FallbackReason::StrategyNotTrained,
        Some(model) if !model.supports(&request.kind) => {
            fallback = FallbackReason::StrategyUnsupported;
        }
        Some(model) => {
            if model.strategy().recommends_purchased() {
                lenient = Mask::new(world.delta, &user, &request.filter, true, scratch);
                ctx.mask = &lenient;
            }
            ask(&ctx, model, request, world.settings, count, &mut slots);
            ctx.mask = &strict;
        }
    }
    if ctx.failed.get() {
        fallback = FallbackReason::StrategyError;
    }
    fill::pin(&strict, request, count, &mut slots);
    let mut room = rerank::Room::new(ctx.columns(), request.category_cap);
    room.keep(&mut slots);
    if slots.len() < count && request.fallback {
        let before = slots.len();
        fill::fill(world, &ctx, request, choice.model.as_ref(), count, &mut room, &mut slots);
        if fallback == FallbackReason::None && (slots.len() > before || slots.is_empty()) {
            fallback = if user.is_cold() && matches!(request.kind, Kind::ForUser | Kind::Session) {
                FallbackReason::ColdStartUser
            } else {
                FallbackReason::TooFewResults
            };
        }
    }
    if request.exploration_slots > 0 {
        fill::explore(world, &strict, request, count, &mut slots);
    }

    let served = slots
        .iter()
        .find_map(|slot| match &slot.source {
            Source::Model { model, .. } => Some(model.clone()),
            Source::Pinned => None,
        })
        .filter(|_| !matches!(fallback, FallbackReason::None | FallbackReason::TooFewResults))
        .or(choice.model);
    RankedList {
        requested: requested.to_owned(),
        served: served.as_ref().map_or_else(|| requested.into(), |model| Arc::clone(model.name())),
        model_version: served.as_ref().map_or_else(|| "".into(), |model| Arc::clone(model.version())),
        snapshot_version: world.snapshot.version(),
        fallback,
        assignment: choice.assignment,
        propensity: choice.propensity,
        items: explain::finish(&ctx, request, count, slots),
    }
}

struct Choice {
    model: Option<Installed>,
    assignment: Option<Assignment>,
    propensity: Option<f32>,
}

/// The model that answers, after those that choose have chosen.
fn choose(models: &ModelSet, requested: &str, ctx: &Context<'_>, query: &Query<'_>) -> Choice {
    let mut choice = Choice { model: models.get(requested).cloned(), assignment: None, propensity: None };
    for _ in 0..MAX_DELEGATIONS {
        let Some(next) = choice.model.as_ref().and_then(|model| model.delegate(ctx, query)) else {
            break;
        };
        choice.model = models.get(&next.strategy).cloned();
        choice.assignment = next.assignment.or(choice.assignment);
        choice.propensity = match (choice.propensity, next.propensity) {
            (Some(outer), Some(inner)) => Some(outer * inner),
            (outer, inner) => outer.or(inner),
        };
    }
    choice
}

/// Asks one model and applies the rules to its answer.
fn ask(
    ctx: &Context<'_>,
    model: &Installed,
    request: &Request,
    settings: &Settings,
    count: usize,
    slots: &mut Vec<Slot>,
) {
    let rules = rerank::Rules::new(ctx, request, settings);
    let pool = if rules.is_neutral() { count } else { count.max(RERANK_POOL) };
    let query = Query { kind: &request.kind, count: pool };
    let mut top = ctx.scratch.top(pool);
    model.score(ctx, &query, &mut top);
    let candidates = top.sorted();
    let Some(best) = candidates.first().map(|first| first.score) else {
        return;
    };
    let question = Arc::new(request.kind.clone());
    slots.extend(candidates.iter().map(|candidate| Slot {
        item: candidate.item,
        score: candidate.score / best,
        source: Source::Model { model: model.clone(), question: Arc::clone(&question) },
    }));
    rules.apply(count, slots);
}
