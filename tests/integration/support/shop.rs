//! A shop of one test: a store of its own, a clock that moves when told to, ids that are the same every time.

use std::sync::Arc;
use std::time::Duration;

use shelfwise::context::{Context, ManualClock, SeededEntropy};
use shelfwise::domain::time::Timestamp;
use shelfwise::storage::sql::{ConnectOptions, connect};
use shelfwise::storage::{Storage, UnitOfWork};
use tempfile::TempDir;
use uuid::Uuid;

use super::postgres::Database;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);

/// Whether tests that run on one database are to run on PostgreSQL this time: `SHELFWISE_TEST_ON=postgres`.
pub(crate) fn on_postgres() -> bool {
    std::env::var("SHELFWISE_TEST_ON").is_ok_and(|database| database == "postgres")
}

/// A store with a clock and a source of ids.
pub(crate) struct Shop {
    pub(crate) store: Arc<dyn Storage>,
    pub(crate) context: Context,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) url: String,
    _folder: Option<TempDir>,
    _database: Option<Database>,
}

impl Shop {
    /// A shop in a file of its own.
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        Self::open(url, Some(folder), None).await
    }

    /// A shop in a database of its own; `None` when tests may do without PostgreSQL.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let database = Database::create().await?;
        Some(Self::open(database.url.clone(), None, Some(database)).await)
    }

    /// A shop on the database this run of the tests is about. Ids and clock are the same on both, so one set of
    /// snapshots holds for both.
    pub(crate) async fn of_this_run() -> Self {
        if on_postgres() { Self::on_postgres().await.expect("a PostgreSQL") } else { Self::on_sqlite().await }
    }

    async fn open(url: String, folder: Option<TempDir>, database: Option<Database>) -> Self {
        let store = connect(&ConnectOptions::new(url.clone())).await.expect("the store opens");
        let clock = Arc::new(ManualClock::at(START));
        let entropy = Arc::new(SeededEntropy::new(7));
        let context = Context::new(Arc::<ManualClock>::clone(&clock), entropy);
        Self { store, context, clock, url, _folder: folder, _database: database }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.now()
    }

    pub(crate) fn id<Id: From<Uuid>>(&self) -> Id {
        self.context.new_id()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(crate) async fn begin(&self) -> Box<dyn UnitOfWork> {
        self.store.begin().await.expect("a unit of work")
    }
}
