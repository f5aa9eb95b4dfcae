//! The migrations, compiled in: the binary brings its schema along.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrationType, Migrator};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($version:literal $number:literal $name:literal),+ $(,)?) => {
        /// The steps of the schema on SQLite, in order.
        pub const fn sqlite_migrations() -> &'static [Migration] {
            &[$(Migration {
                version: $version,
                name: $name,
                sql: include_str!(concat!("../../../migrations/sqlite/", $number, "_", $name, ".sql")),
            }),+]
        }

        /// The steps of the schema on PostgreSQL, in order.
        pub const fn postgres_migrations() -> &'static [Migration] {
            &[$(Migration {
                version: $version,
                name: $name,
                sql: include_str!(concat!("../../../migrations/postgres/", $number, "_", $name, ".sql")),
            }),+]
        }
    };
}

migrations! {
    1 "0001" "catalogue",
    2 "0002" "people",
    3 "0003" "interactions",
    4 "0004" "orders",
    5 "0005" "recommender",
    6 "0006" "jobs",
    7 "0007" "commerce",
    8 "0008" "payments",
    9 "0009" "delivery",
    10 "0010" "payment_terms",
    11 "0011" "mailbox",
    12 "0012" "webhooks",
    13 "0013" "arrivals",
    14 "0014" "returned_vouchers",
    15 "0015" "measuring",
}

/// What applies those steps that are missing, under a lock, and refuses a database whose steps were edited.
pub(super) fn migrator(migrations: &'static [Migration]) -> Migrator {
    let steps = migrations.iter().map(|step| {
        sqlx::migrate::Migration::new(
            step.version,
            Cow::Borrowed(step.name),
            MigrationType::Simple,
            step.sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(steps.collect())
}
