//! The one path by which statements reach the database: counted, translated, chunked.

use std::ops::DerefMut as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Transaction};
use uuid::Uuid;

use super::{Db, Row, dialect};
use crate::domain::time::Timestamp;
use crate::storage::error::Result;
use crate::storage::sql::statements::{replace_marks, row_width, with_list, with_rows};
use crate::storage::sql::translate::translate;

type Connection = <Db as sqlx::Database>::Connection;
pub(super) type Query = sqlx::query::Query<'static, Db, <Db as sqlx::Database>::Arguments>;

/// Values in one list or rows in one statement: far below what either database allows, large enough to be fast.
const CHUNK: usize = 512;
/// Parameters in one statement; SQLite allows 32,766.
const MAX_PARAMETERS: usize = 30_000;

/// A connection, counted.
pub(super) struct Link {
    held: Held,
    executed: Arc<AtomicU64>,
}

enum Held {
    Pooled(PoolConnection<Db>),
    Transaction(Transaction<'static, Db>),
}

impl Link {
    pub(super) const fn pooled(connection: PoolConnection<Db>, executed: Arc<AtomicU64>) -> Self {
        Self { held: Held::Pooled(connection), executed }
    }

    pub(super) const fn transaction(transaction: Transaction<'static, Db>, executed: Arc<AtomicU64>) -> Self {
        Self { held: Held::Transaction(transaction), executed }
    }

    pub(super) async fn commit(self) -> Result<()> {
        match self.held {
            Held::Transaction(transaction) => transaction.commit().await.map_err(translate),
            Held::Pooled(_) => Ok(()),
        }
    }

    fn connection(&mut self) -> &mut Connection {
        self.executed.fetch_add(1, Ordering::Relaxed);
        match &mut self.held {
            Held::Pooled(connection) => connection.deref_mut(),
            Held::Transaction(transaction) => transaction.deref_mut(),
        }
    }

    /// Every row.
    pub(super) async fn all(
        &mut self,
        query: sqlx::query::Query<'_, Db, <Db as sqlx::Database>::Arguments>,
    ) -> Result<Vec<Row>> {
        query.fetch_all(self.connection()).await.map_err(translate)
    }

    /// The first row, if any.
    pub(super) async fn optional(&mut self, query: Query) -> Result<Option<Row>> {
        query.fetch_optional(self.connection()).await.map_err(translate)
    }

    /// The first row of a statement that always has one.
    pub(super) async fn one(&mut self, query: Query) -> Result<Row> {
        query.fetch_one(self.connection()).await.map_err(translate)
    }

    /// How many rows were written.
    pub(super) async fn run(&mut self, query: Query) -> Result<u64> {
        query.execute(self.connection()).await.map(|done| done.rows_affected()).map_err(translate)
    }

    /// Every row for a list of keys; more than fit into one statement are asked for in several.
    pub(super) async fn listed(&mut self, sql: &'static str, keys: Vec<String>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for keys in keys.chunks(CHUNK) {
            rows.extend(self.all(list_query(sql, keys, |query| query)).await?);
        }
        Ok(rows)
    }

    /// Writes rows, several in a statement, and returns what the statements return.
    pub(super) async fn rows<T>(
        &mut self,
        sql: &'static str,
        values: &[T],
        bind: impl Fn(Query, &T) -> Query,
    ) -> Result<Vec<Row>> {
        let mut returned = Vec::new();
        for values in values.chunks(chunk_of(sql)) {
            returned.extend(self.all(rows_query(sql, values, &bind)).await?);
        }
        Ok(returned)
    }

    /// Writes rows, several in a statement.
    pub(super) async fn run_rows<T>(
        &mut self,
        sql: &'static str,
        values: &[T],
        bind: impl Fn(Query, &T) -> Query,
    ) -> Result<u64> {
        let mut written = 0;
        for values in values.chunks(chunk_of(sql)) {
            written += self.run(rows_query(sql, values, &bind)).await?;
        }
        Ok(written)
    }
}

/// A statement, ready for its parameters.
pub(super) fn query(sql: &'static str) -> Query {
    if sql.contains("$LOCK") || sql.contains("$S") {
        return text_query(marked(sql), true);
    }
    sqlx::query(sql)
}

/// A statement with a list, its own parameters bound by `bind`. The list is filled up to a power of two with its
/// last key, so that few different texts have to be prepared.
pub(super) fn list_query(sql: &'static str, keys: &[String], bind: impl FnOnce(Query) -> Query) -> Query {
    let count = keys.len().next_power_of_two();
    let query = bind(text_query((dialect::PARAMETERS)(with_list(&marked(sql), count)), true));
    let padding = keys.last().into_iter().cycle();
    keys.iter().chain(padding).take(count).fold(query, |query, key| query.bind(key.clone()))
}

/// A statement put together from constant parts.
pub(super) fn text_query(sql: String, persistent: bool) -> Query {
    sqlx::query(AssertSqlSafe(sql)).persistent(persistent)
}

fn marked(sql: &str) -> String {
    replace_marks(sql, dialect::LOCK_ROW, dialect::SKIP_LOCKED, dialect::SETTLED)
}

fn chunk_of(sql: &str) -> usize {
    let width = sql.split_once("$ROWS").map_or(1, |(head, _)| row_width(head));
    CHUNK.min(MAX_PARAMETERS / width.max(1))
}

fn rows_query<T>(sql: &'static str, values: &[T], bind: &impl Fn(Query, &T) -> Query) -> Query {
    // Texts for odd numbers of rows are not worth a place among the prepared ones.
    let text = (dialect::PARAMETERS)(with_rows(sql, values.len()));
    let query = text_query(text, values.len().is_power_of_two());
    values.iter().fold(query, bind)
}

/// Binding the shop's types.
pub(super) trait Bind: Sized {
    fn id(self, id: impl Into<Uuid>) -> Self;
    fn maybe_id(self, id: Option<impl Into<Uuid>>) -> Self;
    fn time(self, time: Timestamp) -> Self;
    fn maybe_time(self, time: Option<Timestamp>) -> Self;
    fn text(self, text: &str) -> Self;
    fn maybe_text(self, text: Option<&str>) -> Self;
    fn count(self, count: usize) -> Self;
}

impl Bind for Query {
    fn id(self, id: impl Into<Uuid>) -> Self {
        self.bind(id.into().to_string())
    }

    fn maybe_id(self, id: Option<impl Into<Uuid>>) -> Self {
        self.bind(id.map(|id| id.into().to_string()))
    }

    fn time(self, time: Timestamp) -> Self {
        self.bind(time.as_millis())
    }

    fn maybe_time(self, time: Option<Timestamp>) -> Self {
        self.bind(time.map(Timestamp::as_millis))
    }

    fn text(self, text: &str) -> Self {
        self.bind(text.to_owned())
    }

    fn maybe_text(self, text: Option<&str>) -> Self {
        self.bind(text.map(str::to_owned))
    }

    fn count(self, count: usize) -> Self {
        self.bind(i64::try_from(count).unwrap_or(i64::MAX))
    }
}
