//! Everything a database holds, as text: for tests that something is in it no more.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

use super::shop::Shop;

/// A table and its rows, each a line.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) rows: Vec<String>,
}

const SQLITE_COLUMNS: &str = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%' AND t.name NOT LIKE 'product_search%' AND t.name NOT LIKE '_sqlx%' ORDER BY t.name, c.cid";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text FROM information_schema.columns \
    WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";

/// Every table of the shop's database.
pub(crate) async fn tables(shop: &Shop) -> Vec<Table> {
    macro_rules! read {
        ($connection:ty, $columns:expr) => {{
            let mut connection = <$connection>::connect(&shop.url).await.expect("the database answers");
            let columns = sqlx::query($columns).fetch_all(&mut connection).await.expect("its tables");
            let mut tables = std::collections::BTreeMap::<String, Vec<String>>::new();
            for row in columns {
                tables.entry(row.get(0)).or_default().push(row.get(1));
            }
            let mut found = Vec::new();
            for (name, columns) in tables {
                let text = |column: &String| format!("COALESCE(CAST(\"{column}\" AS TEXT), '')");
                let texts: Vec<String> = columns.iter().map(text).collect();
                let sql = format!("SELECT {} FROM \"{name}\"", texts.join(" || ' ' || "));
                let rows =
                    sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("its rows");
                found.push(Table { name, rows: rows.iter().map(|row| row.get(0)).collect() });
            }
            found
        }};
    }
    if shop.url.starts_with("sqlite:") {
        read!(SqliteConnection, SQLITE_COLUMNS)
    } else {
        read!(PgConnection, POSTGRES_COLUMNS)
    }
}
