//! The store: the storage contract over the statements. Compiled once for each database.

mod carts;
mod catalogue;
mod catalogue_bulk;
mod catalogue_write;
mod checkout;
mod delivery;
mod experiments;
mod fields;
mod interactions;
mod jobs;
mod link;
mod listing;
mod metrics;
mod orders;
mod payments;
mod people;
mod people_write;
mod product_list;
mod recommendations;
mod reviews;
mod sessions;
mod webhooks;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::{Db, dialect};
use crate::storage::error::Result;
use crate::storage::sql::translate::translate;
use crate::storage::unit_of_work::UnitOfWork;
use crate::storage::{Storage, Turn};
use link::Link;

type Pool = sqlx::Pool<Db>;
type Row = <Db as sqlx::Database>::Row;

/// The store on one database.
pub(in crate::storage::sql) struct SqlStore {
    readers: Pool,
    writers: Pool,
    executed: Arc<AtomicU64>,
}

/// A unit of work: a transaction.
struct SqlUnit {
    link: Link,
}

impl SqlStore {
    pub(in crate::storage::sql) fn new(readers: Pool, writers: Pool) -> Self {
        Self { readers, writers, executed: Arc::default() }
    }

    async fn read(&self) -> Result<Link> {
        let connection = self.readers.acquire().await.map_err(translate)?;
        Ok(Link::pooled(connection, Arc::clone(&self.executed)))
    }

    /// Loads rows by key into a map. Nothing is asked for no keys.
    async fn load<K: Eq + Hash, V>(
        &self,
        sql: &'static str,
        keys: Vec<String>,
        read: fn(&Row) -> Result<(K, V)>,
    ) -> Result<HashMap<K, V>> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        self.read().await?.listed(sql, keys).await?.iter().map(read).collect()
    }

    /// Loads rows by the key of what they belong to, in the statement's order. Nothing is asked for no keys.
    async fn load_groups<K: Eq + Hash, V>(
        &self,
        sql: &'static str,
        keys: Vec<String>,
        read: fn(&Row) -> Result<(K, V)>,
    ) -> Result<HashMap<K, Vec<V>>> {
        let mut groups: HashMap<K, Vec<V>> = HashMap::new();
        if keys.is_empty() {
            return Ok(groups);
        }
        for row in self.read().await?.listed(sql, keys).await? {
            let (key, value) = read(&row)?;
            groups.entry(key).or_default().push(value);
        }
        Ok(groups)
    }
}

#[async_trait]
impl Storage for SqlStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>> {
        let transaction = self.writers.begin_with(dialect::BEGIN).await.map_err(translate)?;
        Ok(Box::new(SqlUnit { link: Link::transaction(transaction, Arc::clone(&self.executed)) }))
    }

    async fn ping(&self) -> Result<()> {
        self.read().await?.run(link::query("SELECT 1")).await.map(|_| ())
    }

    async fn is_empty(&self) -> Result<bool> {
        let sql = crate::storage::sql::statements::catalogue::ANY_PRODUCT;
        Ok(self.read().await?.optional(link::query(sql)).await?.is_none())
    }

    async fn turn(&self) -> Result<Turn> {
        let Some(sql) = dialect::TURN else { return Ok(Box::new(())) };
        // Out of the pool for good: dropping it closes it, and that gives up the turn.
        let mut connection = self.writers.acquire().await.map_err(translate)?.detach();
        sqlx::query(sql).execute(&mut connection).await.map_err(translate)?;
        Ok(Box::new(connection))
    }

    fn statements_executed(&self) -> u64 {
        self.executed.load(Ordering::Relaxed)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

#[async_trait]
impl UnitOfWork for SqlUnit {
    async fn save(self: Box<Self>) -> Result<()> {
        self.link.commit().await
    }
}

/// Keys of a list, sorted and without repetition, so that rows come back once and locks are taken in one order.
fn keys<T: std::fmt::Display>(ids: &[T]) -> Vec<String> {
    let mut keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
