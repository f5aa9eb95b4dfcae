//! The store on SQLite.

#[expect(clippy::duplicate_mod, reason = "compiled once for each database on purpose")]
#[path = "store/mod.rs"]
mod store;

pub(super) use store::SqlStore;

use super::dialect::sqlite as dialect;

type Db = sqlx::Sqlite;
