//! A checkout that breaks anywhere leaves no trace: order, stock, voucher, letter and what the recommender learns of it
//! are saved together or not at all.

use shelfwise::domain::interaction::{InteractionKind, Subject};
use shelfwise::services::carts::{VoucherDraft, VoucherKindDraft};
use shelfwise::services::error::ServiceError;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use super::{Buyer, pieces};
use crate::api::Api;
use crate::support::dump::tables;
use crate::support::on_both;
use crate::support::shop::Shop;

/// What a checkout writes, in that order; the last two are changed, all others are added to.
const WRITTEN: [&str; 10] = [
    "orders",
    "order_lines",
    "reservations",
    "voucher_redemptions",
    "order_events",
    "outbox",
    "payments",
    "interactions",
    "carts",
    "idempotency_keys",
];

async fn execute(shop: &Shop, statements: &[String]) {
    macro_rules! run {
        ($connection:ty) => {{
            let mut connection = <$connection>::connect(&shop.url).await.expect("the database answers");
            for statement in statements {
                let statement = AssertSqlSafe(statement.clone());
                sqlx::raw_sql(statement).execute(&mut connection).await.expect("a statement");
            }
        }};
    }
    if shop.url.starts_with("sqlite:") { run!(SqliteConnection) } else { run!(PgConnection) }
}

/// Lets the database itself refuse what is written to a table, once the row is there.
async fn refuse(shop: &Shop, table: &str) {
    let changes = if ["carts", "idempotency_keys"].contains(&table) { "UPDATE" } else { "INSERT" };
    let trigger = if shop.url.starts_with("sqlite:") {
        vec![format!(
            "CREATE TRIGGER refuse AFTER {changes} ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )]
    } else {
        vec![
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER refuse AFTER {changes} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
            ),
        ]
    };
    execute(shop, &trigger).await;
}

async fn allow(shop: &Shop, table: &str) {
    let on = if shop.url.starts_with("sqlite:") { String::new() } else { format!(" ON {table}") };
    execute(shop, &[format!("DROP TRIGGER refuse{on}")]).await;
}

/// Every row of every table.
async fn everything(shop: &Shop) -> Vec<(String, Vec<String>)> {
    let tables = tables(shop).await.into_iter();
    tables
        .map(|mut table| {
            table.rows.sort();
            (table.name, table.rows)
        })
        .collect()
}

on_both! {
    async fn a_checkout_that_breaks_after_any_of_its_rows_leaves_the_database_as_it_was(shop: Shop) {
        let api = Api::over(shop).await;
        let mug = api.shop.product("mug");
        api.shop.stock(&[&mug]).await;
        let draft = VoucherDraft {
            code: "TEN".to_owned(),
            description: None,
            kind: VoucherKindDraft::Percentage(100_000),
            min_subtotal: None,
            starts_at: None,
            ends_at: None,
            usage_limit: Some(1),
            per_user_limit: None,
            active: true,
        };
        api.services.carts.save_voucher(draft).await.unwrap();
        let maria = api.customer("maria").await;
        let carts = &api.services.carts;
        carts.add_lines(&maria, None, &[pieces(mug.variants[0].id, 2)], None).await.unwrap();
        carts.apply_voucher(&maria, None, "TEN").await.unwrap();
        let buyer = Buyer::ready(&api, maria.clone()).await;
        // It writes behind, now and then.
        api.live.shutdown().await;

        let before = everything(&api.shop).await;
        for table in WRITTEN {
            refuse(&api.shop, table).await;
            let broken = buyer.check_out(&api, "key").await;
            assert!(matches!(broken, Err(ServiceError::Storage(_))), "{table}: {broken:?}");
            allow(&api.shop, table).await;
            for (one, other) in before.iter().zip(everything(&api.shop).await) {
                assert_eq!(*one, other, "after a failure in {table}");
            }
        }

        // The same request, once nothing stands in its way.
        let placed = buyer.check_out(&api, "key").await.unwrap();
        assert!(!placed.replayed);
        let subject = Subject::User(maria.user().unwrap());
        let history = api.shop.store.recent_interactions(subject, 10).await.unwrap();
        let bought = history.iter().filter(|deed| deed.kind == InteractionKind::Purchase);
        assert_eq!(bought.count(), 1);
    }
}
