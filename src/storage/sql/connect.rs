//! Opening the store named by a URL.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::migrate::{migrator, postgres_migrations, sqlite_migrations};
use super::translate::translate;
use crate::storage::Storage;
use crate::storage::error::{Result, StorageError};

/// How to open the store.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// `sqlite:path`, `sqlite::memory:` (tests: one connection, so nothing can be read while a unit of work is
    /// open), or `postgres://user:password@host/database`.
    pub url: String,
    /// Connections at most: to PostgreSQL in all, to SQLite for reading beside the one for writing.
    pub max_connections: u32,
    /// How long a call waits for a connection, or for a locked SQLite file, before it gives up.
    pub acquire_timeout: Duration,
}

impl ConnectOptions {
    /// The usual numbers for `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_connections: 8, acquire_timeout: Duration::from_secs(10) }
    }
}

/// Opens the store and brings its schema up to date.
///
/// # Errors
/// `Unavailable` when the database does not answer; `Database` when the URL is of no known kind, or a step of the
/// schema fails or was edited after it was applied.
pub async fn connect(options: &ConnectOptions) -> Result<Arc<dyn Storage>> {
    let url = options.url.as_str();
    if url.starts_with("sqlite:") {
        sqlite(options).await
    } else if let Some(server) = postgres_server(url)? {
        postgres(options, server).await
    } else {
        Err(StorageError::Database("the database url must begin with sqlite: or postgres:".into()))
    }
}

/// The PostgreSQL server that a URL names, if it names one.
pub(super) fn postgres_server(url: &str) -> Result<Option<PgConnectOptions>> {
    if !(url.starts_with("postgres:") || url.starts_with("postgresql:")) {
        return Ok(None);
    }
    let server = PgConnectOptions::from_str(url).map_err(translate)?;
    Ok(Some(server.application_name("shelfwise").statement_cache_capacity(512)))
}

async fn sqlite(options: &ConnectOptions) -> Result<Arc<dyn Storage>> {
    let in_memory = options.url.contains(":memory:");
    let file = SqliteConnectOptions::from_str(&options.url)
        .map_err(translate)?
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(options.acquire_timeout)
        .journal_mode(SqliteJournalMode::Wal)
        // Every commit reaches the disk before it is acknowledged; NORMAL would lose the last ones with the power.
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(512)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-32768")
        .pragma("mmap_size", "268435456");
    let pool = |connections| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let writers = pool(1).connect_with(file.clone()).await.map_err(translate)?;
    migrator(sqlite_migrations()).run(&writers).await.map_err(migration_failed)?;
    let readers = if in_memory {
        writers.clone()
    } else {
        pool(options.max_connections).connect_lazy_with(file.pragma("query_only", "true"))
    };
    Ok(Arc::new(super::sqlite::SqlStore::new(readers, writers)))
}

async fn postgres(options: &ConnectOptions, server: PgConnectOptions) -> Result<Arc<dyn Storage>> {
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .connect_with(server)
        .await
        .map_err(translate)?;
    migrator(postgres_migrations()).run(&pool).await.map_err(migration_failed)?;
    Ok(Arc::new(super::postgres::SqlStore::new(pool.clone(), pool)))
}

fn migration_failed(error: sqlx::migrate::MigrateError) -> StorageError {
    match error {
        sqlx::migrate::MigrateError::Execute(error) => translate(error),
        other => StorageError::Database(Box::new(other)),
    }
}
