//! The contract of behaviour: what shoppers did, read back for people, for snapshots and for the live state.

use async_trait::async_trait;

use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::ids::{OrderId, ProductId, RecommendationId, UserId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject, ViewHistoryEntry};
use crate::domain::time::Timestamp;

/// How far the log of interactions was read. Later ones compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct InteractionCursor {
    /// The transaction that wrote it, where transactions overlap; 0 where they do not.
    pub transaction: i64,
    /// Its number.
    pub sequence: i64,
}

impl InteractionCursor {
    /// Before everything.
    pub const START: Self = Self { transaction: 0, sequence: 0 };
}

/// An interaction as the recommender needs it: small, for there are millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedInteraction {
    /// Its place in the log.
    pub cursor: InteractionCursor,
    /// Who.
    pub subject: Subject,
    /// With which product.
    pub product_id: ProductId,
    /// What.
    pub kind: InteractionKind,
    /// When.
    pub occurred_at: Timestamp,
    /// How long, for a view.
    pub duration_ms: Option<u64>,
    /// How many pieces.
    pub quantity: u32,
    /// The order, for a purchase: what was bought together.
    pub order_id: Option<OrderId>,
    /// The list that led here.
    pub recommendation_id: Option<RecommendationId>,
}

/// What became of interactions that were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Indices, into the list sent, of those that are new.
    pub accepted: Vec<usize>,
    /// How many were known already, or repeated within the list.
    pub duplicates: usize,
}

/// Reading behaviour.
#[async_trait]
pub trait InteractionStore {
    /// Interactions behind `after` in the order of the log, at most `limit`; empty when there are no more. None is
    /// ever skipped: one whose transaction is still open holds back those behind it until it ends.
    async fn interactions_since(
        &self,
        after: InteractionCursor,
        limit: usize,
    ) -> Result<Vec<LoggedInteraction>>;
    /// What a subject did last, newest first, at most `limit`.
    async fn recent_interactions(&self, subject: Subject, limit: usize) -> Result<Vec<LoggedInteraction>>;
    /// Every product a user ever bought, with the last time, at most `limit`, the latest first.
    async fn purchased_products(&self, user: UserId, limit: usize) -> Result<Vec<(ProductId, Timestamp)>>;
    /// Whether a user bought a product: paid for it, and did not get all of the money back.
    async fn has_purchased(&self, user: UserId, product: ProductId) -> Result<bool>;
    /// How many interactions there are.
    async fn count_interactions(&self) -> Result<i64>;
    /// A page of what a subject viewed, one entry a product, the latest viewed first.
    async fn view_history(&self, subject: Subject, page: &PageRequest) -> Result<Page<ViewHistoryEntry>>;
}

/// Writing behaviour.
#[async_trait]
pub trait InteractionWork {
    /// Writes interactions; those whose subject sent the same event id before are left out. View history and
    /// product statistics follow in the same unit. A handful of statements, however many rows.
    ///
    /// # Errors
    /// `Missing` when one of the products does not exist; then none is written.
    async fn record_interactions(&mut self, interactions: &[Interaction], now: Timestamp)
    -> Result<Recorded>;
}
