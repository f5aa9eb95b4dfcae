//! Behaviour: the log, view history, and the statistics that follow it.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::fields::Fields;
use super::link::{Bind as _, query};
use super::listing::{KeyKind, SortKey, push_key_columns, push_page, read_page};
use super::{Db, Row, SqlStore, SqlUnit};
use crate::domain::ids::{ProductId, UserId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject, ViewHistoryEntry};
use crate::domain::time::Timestamp;
use crate::storage::error::Result;
use crate::storage::interactions::{
    InteractionCursor, InteractionStore, InteractionWork, LoggedInteraction, Recorded,
};
use crate::storage::page::{Page, PageRequest};
use crate::storage::sql::statements::interactions as sql;
use crate::storage::sql::tally::Tally;

#[async_trait]
impl InteractionStore for SqlStore {
    async fn interactions_since(
        &self,
        after: InteractionCursor,
        limit: usize,
    ) -> Result<Vec<LoggedInteraction>> {
        let query = query(sql::INTERACTIONS_SINCE).bind(after.transaction).bind(after.sequence).count(limit);
        self.read().await?.all(query).await?.iter().map(logged).collect()
    }

    async fn recent_interactions(&self, subject: Subject, limit: usize) -> Result<Vec<LoggedInteraction>> {
        let query = query(sql::RECENT_INTERACTIONS).id(subject.uuid()).count(limit);
        self.read().await?.all(query).await?.iter().map(logged).collect()
    }

    async fn purchased_products(&self, user: UserId, limit: usize) -> Result<Vec<(ProductId, Timestamp)>> {
        let rows = self.read().await?.all(query(sql::PURCHASED_PRODUCTS).id(user).count(limit)).await?;
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row);
                Ok((fields.id()?, fields.time()?))
            })
            .collect()
    }

    async fn has_purchased(&self, user: UserId, product: ProductId) -> Result<bool> {
        let query = query(sql::HAS_PURCHASED).id(user).id(product);
        Ok(self.read().await?.optional(query).await?.is_some())
    }

    async fn count_interactions(&self) -> Result<i64> {
        Fields::of(&self.read().await?.one(query(sql::COUNT_INTERACTIONS)).await?).int()
    }

    async fn view_history(&self, subject: Subject, page: &PageRequest) -> Result<Page<ViewHistoryEntry>> {
        let sort_keys = [
            SortKey::new("last_viewed_at", KeyKind::Integer, true),
            SortKey::new("product_id", KeyKind::Text, true),
        ];
        let mut builder = QueryBuilder::<Db>::new(
            "SELECT product_id, first_viewed_at, last_viewed_at, view_count, total_duration_ms",
        );
        push_key_columns(&mut builder, &sort_keys);
        builder.push(" FROM view_history WHERE subject_id = ").push_bind(subject.to_string());
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, 5, false, view).await
    }
}

#[async_trait]
impl InteractionWork for SqlUnit {
    async fn record_interactions(
        &mut self,
        interactions: &[Interaction],
        now: Timestamp,
    ) -> Result<Recorded> {
        let rows = self
            .link
            .rows(sql::INSERT_INTERACTIONS, interactions, |query, interaction| {
                query
                    .id(interaction.subject.uuid())
                    .bind(interaction.subject.is_visitor())
                    .text(&interaction.event_id)
                    .id(interaction.product_id)
                    .text(interaction.kind.as_str())
                    .time(interaction.occurred_at)
                    .time(now)
                    .bind(interaction.duration_ms.map(|millis| i64::try_from(millis).unwrap_or(i64::MAX)))
                    .bind(i64::from(interaction.quantity))
                    .maybe_id(interaction.recommendation_id)
                    .bind(interaction.position.map(i64::from))
                    .maybe_id(interaction.order_id)
                    .maybe_text(interaction.context.as_deref())
            })
            .await?;
        let mut written = HashSet::with_capacity(rows.len());
        for row in &rows {
            let mut fields = Fields::of(row);
            written.insert((fields.id::<uuid::Uuid>()?, fields.text()?));
        }
        let mut recorded = Recorded::default();
        for (index, interaction) in interactions.iter().enumerate() {
            // Taken out of the set, so that a repetition within the list is a duplicate too.
            if written.remove(&(interaction.subject.uuid(), interaction.event_id.clone())) {
                recorded.accepted.push(index);
            } else {
                recorded.duplicates += 1;
            }
        }
        let accepted: Vec<_> =
            recorded.accepted.iter().filter_map(|index| interactions.get(*index)).collect();
        let new_viewers = self.add_views(&accepted).await?;
        self.add_stats(&accepted, &new_viewers).await?;
        Ok(recorded)
    }
}

impl SqlUnit {
    /// Adds views to the history of those who viewed. Returns how many saw each product for the first time.
    async fn add_views(&mut self, interactions: &[&Interaction]) -> Result<HashMap<ProductId, i64>> {
        let mut views: BTreeMap<(Subject, ProductId), ViewHistoryEntry> = BTreeMap::new();
        for interaction in interactions.iter().filter(|one| one.kind == InteractionKind::View) {
            let duration = interaction.duration_ms.and_then(|millis| i64::try_from(millis).ok()).unwrap_or(0);
            let at = interaction.occurred_at;
            let entry =
                views.entry((interaction.subject, interaction.product_id)).or_insert(ViewHistoryEntry {
                    product_id: interaction.product_id,
                    first_viewed_at: at,
                    last_viewed_at: at,
                    view_count: 0,
                    total_duration_ms: 0,
                });
            entry.first_viewed_at = entry.first_viewed_at.min(at);
            entry.last_viewed_at = entry.last_viewed_at.max(at);
            entry.view_count += 1;
            entry.total_duration_ms = entry.total_duration_ms.saturating_add(duration);
        }
        let entries: Vec<_> = views.iter().map(|((subject, _), entry)| (subject.uuid(), *entry)).collect();
        let rows = self
            .link
            .rows(sql::ADD_VIEWS, &entries, |query, (subject, entry)| {
                query
                    .id(*subject)
                    .id(entry.product_id)
                    .time(entry.first_viewed_at)
                    .time(entry.last_viewed_at)
                    .bind(entry.view_count)
                    .bind(entry.total_duration_ms)
            })
            .await?;
        let added: HashMap<_, _> =
            entries.iter().map(|(subject, entry)| ((*subject, entry.product_id), entry.view_count)).collect();
        let mut new_viewers = HashMap::new();
        for row in &rows {
            let mut fields = Fields::of(row);
            let key = (fields.id()?, fields.id::<ProductId>()?);
            if added.get(&key) == Some(&fields.int()?) {
                *new_viewers.entry(key.1).or_default() += 1;
            }
        }
        Ok(new_viewers)
    }

    async fn add_stats(
        &mut self,
        interactions: &[&Interaction],
        new_viewers: &HashMap<ProductId, i64>,
    ) -> Result<()> {
        // By rising id: two units that touch the same products lock them in the same order.
        let mut tallies: BTreeMap<ProductId, Tally> = BTreeMap::new();
        for interaction in interactions {
            tallies.entry(interaction.product_id).or_default().count(interaction);
        }
        let tallies: Vec<_> = tallies.into_iter().collect();
        self.link
            .run_rows(sql::ADD_STATS, &tallies, |query, (product, tally)| {
                query
                    .id(*product)
                    .bind(tally.views)
                    .bind(new_viewers.get(product).copied().unwrap_or(0))
                    .bind(tally.timed_views)
                    .bind(tally.view_duration_ms)
                    .bind(tally.likes)
                    .bind(tally.carts)
                    .bind(tally.purchases)
                    .bind(tally.units)
                    .maybe_time(tally.last_viewed_at)
                    .bind(tally.trend)
            })
            .await
            .map(|_| ())
    }
}

fn logged(row: &Row) -> Result<LoggedInteraction> {
    let mut fields = Fields::of(row);
    let cursor = InteractionCursor { transaction: fields.int()?, sequence: fields.int()? };
    let subject: uuid::Uuid = fields.id()?;
    let subject =
        if fields.flag()? { Subject::Visitor(subject.into()) } else { Subject::User(subject.into()) };
    Ok(LoggedInteraction {
        cursor,
        subject,
        product_id: fields.id()?,
        kind: fields.named("interaction kind", InteractionKind::from_name)?,
        occurred_at: fields.time()?,
        duration_ms: fields.maybe_small("duration")?,
        quantity: fields.small("quantity")?,
        order_id: fields.maybe_id()?,
        recommendation_id: fields.maybe_id()?,
    })
}

fn view(row: &Row) -> Result<ViewHistoryEntry> {
    let mut fields = Fields::of(row);
    Ok(ViewHistoryEntry {
        product_id: fields.id()?,
        first_viewed_at: fields.time()?,
        last_viewed_at: fields.time()?,
        view_count: fields.int()?,
        total_duration_ms: fields.int()?,
    })
}
