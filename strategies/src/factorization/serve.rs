//! Answering with item factors: the shopper's vector is folded in from the live history at every
//! question and never stored.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::ials::{Ials, Memory, SolveRow};
use crate::dense::{System, add_scaled, dot, vectorised};
use crate::event::{EventKind, InteractionWeights, ItemIdx, Millis};
use crate::learn::query::{input_weights, shop_time, strongest_kind, with_touches};
use crate::learn::touches::{Emphasis, Recency, Touch};
use crate::learn::trend::{LiveTrend, TrendTable};
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Online, Query, ReasonKind};
use crate::top::TopK;

/// How a history becomes a vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fold {
    /// The least squares solution iALS would give the shopper.
    LeastSquares {
        /// What was minimised.
        loss: Ials,
        /// `α₀ H'H`.
        gram: System,
    },
    /// The sum of the history's factors.
    Projection,
}

/// Item factors with all it takes to answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FactorModel {
    pub(crate) weights: InteractionWeights,
    pub(crate) emphasis: Emphasis,
    pub(crate) longest_history: usize,
    pub(crate) input: Recency,
    pub(crate) items: Catalogue,
    pub(crate) fold: Fold,
    pub(crate) trend: TrendTable,
}

#[derive(Default)]
struct Workspace {
    memory: Memory,
    indices: Vec<u32>,
    values: Vec<f32>,
    vector: Vec<f32>,
}

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

impl FactorModel {
    /// Folds a history in; false when nothing of it is known. Afterwards the workspace holds the
    /// vector and, for least squares, the factored system.
    fn fold_in(&self, touches: &[Touch], workspace: &mut Workspace) -> bool {
        let Workspace { memory, indices, values, vector } = workspace;
        indices.clear();
        values.clear();
        for (touch, weight) in input_weights(touches, self.input) {
            if weight > 0.0
                && let Some(row) = self.items.row_of(touch.item)
            {
                indices.push(row);
                values.push(weight);
            }
        }
        vector.clear();
        vector.resize(self.items.rows().stride(), 0.0);
        if indices.is_empty() {
            return false;
        }
        match &self.fold {
            Fold::LeastSquares { loss, gram } => {
                let ridge = loss.ridge_of(values.iter().sum(), self.items.len());
                vectorised(SolveRow {
                    memory,
                    gram,
                    ridge,
                    block: None,
                    indices,
                    values,
                    other: self.items.rows(),
                    out: vector,
                });
            }
            Fold::Projection => {
                for (&index, &weight) in indices.iter().zip(&*values) {
                    add_scaled(vector, weight, self.items.rows().row(index as usize));
                }
            }
        }
        true
    }

    /// Scores of all products for a history, for validation.
    pub(crate) fn score_all(&self, touches: &[Touch], mut each: impl FnMut(u32, f32)) {
        let mut workspace = WORKSPACE.take();
        if self.fold_in(touches, &mut workspace) {
            self.items.for_each_product(&workspace.vector, &mut each);
        }
        WORKSPACE.replace(workspace);
    }

    pub(crate) fn supports(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::ForUser | Kind::SimilarTo(_) | Kind::Basket(_) | Kind::Session)
    }

    /// Collects what the question is about, folds it in and hands both to `work`, unless nothing of
    /// it is known.
    fn with_vector<R>(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        work: impl FnOnce(&[Touch], &mut Workspace) -> R,
    ) -> Option<R> {
        with_touches(ctx, query, &self.weights, &self.emphasis, self.longest_history, |touches| {
            let mut workspace = WORKSPACE.take();
            let result = self.fold_in(touches, &mut workspace).then(|| work(touches, &mut workspace));
            WORKSPACE.replace(workspace);
            result
        })
    }

    fn trend_at(&self, ctx: &Context<'_>, query: &Query<'_>) -> Option<Millis> {
        (query.kind.anchors().is_empty() && self.trend.shape().is_some()).then(|| shop_time(ctx))
    }

    fn factor(&self, ctx: &Context<'_>, trend_at: Option<Millis>, item: ItemIdx) -> f32 {
        trend_at.map_or(1.0, |at| {
            let live = ctx.overlay::<LiveTrend>().map_or((0.0, 0.0), |live| live.risen(item));
            self.trend.factor(item, at, live)
        })
    }

    pub(crate) fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        with_touches(ctx, query, &self.weights, &self.emphasis, self.longest_history, |touches| {
            let known = touches.iter().filter(|touch| self.items.knows(touch.item)).count() as f32;
            if query.kind.anchors().is_empty() { known / (known + 3.0) } else { known / (known + 0.5) }
        })
    }

    pub(crate) fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        self.with_vector(ctx, query, |_, workspace| {
            let trend_at = self.trend_at(ctx, query);
            let anchors = query.kind.anchors();
            self.items.search(&workspace.vector, 0.0, |item, score| {
                // The trend only ever lowers a score, so what is too low without it needs no more.
                if !anchors.contains(&item) {
                    out.offer(ctx.mask, item, score * self.factor(ctx, trend_at, item));
                }
                out.threshold()
            });
        });
    }

    pub(crate) fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        out.fill(0.0);
        self.with_vector(ctx, query, |_, workspace| {
            let trend_at = self.trend_at(ctx, query);
            for (&item, out) in items.iter().zip(out) {
                if let Some(row) = self.items.get(item)
                    && !query.kind.anchors().contains(&item)
                {
                    let score = dot(row, &workspace.vector);
                    *out = if score > 0.0 { score * self.factor(ctx, trend_at, item) } else { 0.0 };
                }
            }
        });
    }

    /// The shares are exact: the score is `h_i' A^-1 Σ_j w_j h_j`, a sum over the history.
    pub(crate) fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let nothing = || items.iter().map(|_| Explanation::plain(ReasonKind::SimilarUsers, 0.0)).collect();
        self.with_vector(ctx, query, |touches, workspace| {
            let trend_at = self.trend_at(ctx, query);
            let kinds: Vec<EventKind> =
                touches.iter().map(|touch| strongest_kind(ctx, &self.weights, touch.item)).collect();
            let mut direction = Vec::new();
            items
                .iter()
                .map(|&item| {
                    let Some(row) = self.items.get(item) else {
                        return Explanation::plain(ReasonKind::SimilarUsers, 0.0);
                    };
                    if query.kind.anchors().contains(&item) || dot(row, &workspace.vector) <= 0.0 {
                        return Explanation::plain(ReasonKind::SimilarUsers, 0.0);
                    }
                    direction.clear();
                    direction.extend_from_slice(row);
                    if matches!(self.fold, Fold::LeastSquares { .. }) {
                        workspace.memory.system.solve(&mut direction);
                    }
                    let factor = self.factor(ctx, trend_at, item);
                    let shares = input_weights(touches, self.input)
                        .zip(&kinds)
                        .map(|((touch, weight), &kind)| {
                            let part = self.items.get(touch.item).map_or(0.0, |row| dot(row, &direction));
                            HistoryShare { item: touch.item, kind, share: factor * weight * part }
                        })
                        .collect();
                    Explanation::of_shares(ReasonKind::SimilarUsers, shares, top)
                })
                .collect()
        })
        .unwrap_or_else(nothing)
    }

    pub(crate) fn online(&self) -> Option<Box<dyn Online>> {
        self.trend.shape()?;
        Some(Box::new(LiveTrend::new(TrendTable::clock_of(&self.trend))))
    }
}
