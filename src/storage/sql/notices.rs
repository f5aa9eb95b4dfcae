//! Messages between processes that share a PostgreSQL database: LISTEN and NOTIFY.

use async_trait::async_trait;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};

use super::ConnectOptions;
use super::connect::postgres_server;
use crate::bus::{Carrier, CarrierError, Parcels};
use crate::storage::error::Result;

const CHANNEL: &str = "shelfwise";

/// Carries parcels over a PostgreSQL database, on two connections of its own: a listener keeps one for itself.
pub struct PostgresNotices {
    pool: PgPool,
}

impl PostgresNotices {
    /// Over the database of `options`, where that is a PostgreSQL; connects when it is first used.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn new(options: &ConnectOptions) -> Result<Option<Self>> {
        let Some(server) = postgres_server(&options.url)? else { return Ok(None) };
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(options.acquire_timeout)
            // A line without traffic is no reason to hang up.
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(server);
        Ok(Some(Self { pool }))
    }
}

fn cut(error: sqlx::Error) -> CarrierError {
    CarrierError(Box::new(error))
}

#[async_trait]
impl Carrier for PostgresNotices {
    async fn send(&self, parcel: &str) -> std::result::Result<(), CarrierError> {
        let sql = "SELECT pg_notify($1, $2)";
        sqlx::query(sql).bind(CHANNEL).bind(parcel).execute(&self.pool).await.map_err(cut)?;
        Ok(())
    }

    async fn listen(&self) -> std::result::Result<Box<dyn Parcels>, CarrierError> {
        let mut listener = PgListener::connect_with(&self.pool).await.map_err(cut)?;
        listener.listen(CHANNEL).await.map_err(cut)?;
        Ok(Box::new(Notices(listener)))
    }
}

struct Notices(PgListener);

#[async_trait]
impl Parcels for Notices {
    async fn next(&mut self) -> std::result::Result<Option<String>, CarrierError> {
        let notice = self.0.try_recv().await.map_err(cut)?;
        Ok(notice.map(|notice| notice.payload().to_owned()))
    }
}
