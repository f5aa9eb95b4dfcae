//! Both databases have the same tables and columns, and understand every statement.

use std::collections::{BTreeMap, BTreeSet};

use shelfwise::storage::sql::statements::{for_postgres, for_sqlite};
use shelfwise::storage::sql::{ConnectOptions, connect, postgres_migrations, sqlite_migrations};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _, SqliteConnection,
};

use crate::support::shop::Shop;

type Tables = BTreeMap<String, BTreeSet<String>>;

/// Words are indexed in each database's own way.
fn comparable(tables: Tables) -> Tables {
    tables
        .into_iter()
        .filter(|(table, _)| {
            !table.starts_with("product_search")
                && !table.starts_with("_sqlx")
                && !table.starts_with("sqlite_")
        })
        .collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let shop = Shop::on_sqlite().await;
    let mut connection = SqliteConnection::connect(&shop.url).await.unwrap();
    let rows = connection
        .fetch_all(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
        )
        .await
        .unwrap();
    let mut on_sqlite = Tables::new();
    for row in rows {
        on_sqlite.entry(row.get(0)).or_default().insert(row.get(1));
    }

    let Some(shop) = Shop::on_postgres().await else { return };
    let mut connection = PgConnection::connect(&shop.url).await.unwrap();
    let rows = connection
        .fetch_all("SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_schema = 'public'")
        .await
        .unwrap();
    let mut on_postgres = Tables::new();
    for row in rows {
        on_postgres.entry(row.get(0)).or_default().insert(row.get(1));
    }
    assert_eq!(comparable(on_sqlite), comparable(on_postgres));
}

#[test]
fn both_databases_have_the_same_migrations_under_the_numbers_their_order_says() {
    let names = |steps: &[shelfwise::storage::sql::Migration]| -> Vec<(i64, &str)> {
        steps.iter().map(|step| (step.version, step.name)).collect()
    };
    assert_eq!(names(sqlite_migrations()), names(postgres_migrations()));
    assert!((1..).zip(sqlite_migrations()).all(|(number, step)| step.version == number));
}

#[tokio::test]
async fn sqlite_understands_every_statement() {
    let shop = Shop::on_sqlite().await;
    let mut connection = SqliteConnection::connect(&shop.url).await.unwrap();
    for statement in for_sqlite() {
        let prepared = connection.prepare(AssertSqlSafe(statement.sql.clone()).into_sql_str()).await;
        assert!(prepared.is_ok(), "{}: {:?}\n{}", statement.name, prepared.err(), statement.sql);
    }
}

#[tokio::test]
async fn postgres_understands_every_statement() {
    let Some(shop) = Shop::on_postgres().await else { return };
    let mut connection = PgConnection::connect(&shop.url).await.unwrap();
    for statement in for_postgres() {
        let prepared = connection.prepare(AssertSqlSafe(statement.sql.clone()).into_sql_str()).await;
        assert!(prepared.is_ok(), "{}: {:?}\n{}", statement.name, prepared.err(), statement.sql);
    }
}

#[tokio::test]
async fn opening_a_store_again_finds_everything_in_place() {
    let shop = Shop::on_sqlite().await;
    shop.stock(&[&shop.product("mug")]).await;
    let again = connect(&ConnectOptions::new(shop.url.clone())).await.unwrap();
    assert!(!again.is_empty().await.unwrap());
}

#[tokio::test]
async fn a_url_of_an_unknown_kind_is_refused() {
    assert!(connect(&ConnectOptions::new("mysql://localhost/shop")).await.is_err());
}

#[tokio::test]
async fn a_store_in_memory_is_good_enough_for_small_tests() {
    let store = connect(&ConnectOptions::new("sqlite::memory:")).await.unwrap();
    store.ping().await.unwrap();
    assert!(store.is_empty().await.unwrap());
}
