//! The one implementation of the storage contract: one text for each statement, for SQLite and PostgreSQL alike.
//!
//! `statements` holds the SQL, `store` the code around it. The code is written once against the names `Db`, `Row`
//! and `dialect`, and compiled twice: `sqlite.rs` and `postgres.rs` each include it with their own meaning of those
//! names. What must differ between the two is in `dialect.rs`, side by side.

mod connect;
mod dialect;
mod documents;
mod fold;
mod migrate;
mod notices;
mod postgres;
mod sqlite;
pub mod statements;
mod tally;
mod translate;

pub use connect::{ConnectOptions, connect};
pub use migrate::{Migration, postgres_migrations, sqlite_migrations};
pub use notices::PostgresNotices;
