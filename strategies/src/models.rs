//! The installed models by name: an immutable set that is replaced as a whole.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::ItemIdx;
use crate::strategy::{Context, Delegation, Explanation, Kind, Query, Strategy};
use crate::top::TopK;

/// Strategies made of strategies may nest this deep; beyond it a part counts as absent, which also
/// ends circles.
const MAX_DEPTH: u8 = 4;

static NEXT_INSTALL: AtomicU64 = AtomicU64::new(1);

/// One installed model. Ask it through this type, not directly: it shows the model its overlay, and a model that panics
/// counts as one that has nothing to say.
#[derive(Clone)]
pub struct Installed {
    name: Arc<str>,
    version: Arc<str>,
    install: u64,
    strategy: Arc<dyn Strategy>,
}

impl Installed {
    /// The name it is installed under.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Version of the model, as given at installation.
    #[must_use]
    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    /// The model.
    #[must_use]
    pub fn strategy(&self) -> &Arc<dyn Strategy> {
        &self.strategy
    }

    pub(crate) fn install_number(&self) -> u64 {
        self.install
    }

    /// See [`Strategy::supports`].
    #[must_use]
    pub fn supports(&self, kind: &Kind) -> bool {
        self.strategy.supports(kind)
    }

    /// See [`Strategy::confidence`]; 0 when nested too deep.
    #[must_use]
    pub fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        self.enter(ctx, || self.strategy.confidence(ctx, query)).unwrap_or(0.0)
    }

    /// See [`Strategy::score`]; offers nothing when nested too deep.
    pub fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let held = out.capacity();
        if self.enter(ctx, || self.strategy.score(ctx, query, out)).is_none() {
            out.reset(held);
        }
    }

    /// See [`Strategy::rescore`]; all 0 when nested too deep.
    pub fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        out.fill(0.0);
        if self.enter(ctx, || self.strategy.rescore(ctx, query, items, out)).is_none() {
            out.fill(0.0);
        }
    }

    /// See [`Strategy::explain`]; empty when nested too deep.
    #[must_use]
    pub fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        self.enter(ctx, || self.strategy.explain(ctx, query, items, top)).unwrap_or_default()
    }

    /// See [`Strategy::delegate`].
    #[must_use]
    pub fn delegate(&self, ctx: &Context<'_>, query: &Query<'_>) -> Option<Delegation> {
        self.enter(ctx, || self.strategy.delegate(ctx, query)).flatten()
    }

    fn enter<T>(&self, ctx: &Context<'_>, ask: impl FnOnce() -> T) -> Option<T> {
        let depth = ctx.depth.get();
        if depth >= MAX_DEPTH {
            return None;
        }
        ctx.depth.set(depth + 1);
        let outer = ctx.install.replace(self.install);
        // What a model shares with others are cells and leases of scratch memory, which are whole whenever it stops.
        let answer = catch_unwind(AssertUnwindSafe(ask));
        ctx.install.set(outer);
        ctx.depth.set(depth);
        if answer.is_err() {
            ctx.failed.set(true);
        }
        answer.ok()
    }
}

/// Installed models by name.
#[derive(Clone, Default)]
pub struct ModelSet {
    models: BTreeMap<Arc<str>, Installed>,
}

impl ModelSet {
    /// Installs a model under `name`, in place of an earlier one of that name.
    pub fn insert(&mut self, name: &str, version: &str, strategy: Arc<dyn Strategy>) {
        let name: Arc<str> = name.into();
        let installed = Installed {
            name: Arc::clone(&name),
            version: version.into(),
            install: NEXT_INSTALL.fetch_add(1, Ordering::Relaxed),
            strategy,
        };
        self.models.insert(name, installed);
    }

    /// Takes a model out; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.models.remove(name).is_some()
    }

    /// The model of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Installed> {
        self.models.get(name)
    }

    /// All models, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Installed> {
        self.models.values()
    }

    /// Number of models.
    #[must_use]
    pub fn len(&self) -> usize {
        self.models.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }
}
