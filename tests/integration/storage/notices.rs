//! The bus between instances over a real PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use shelfwise::bus::{Bus, Delivery, Mailbox, Message, SharedBus, Topic};
use shelfwise::storage::sql::{ConnectOptions, PostgresNotices};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::support::postgres::Database;

const ORDER: Topic = Topic::Order(Uuid::from_u128(5));

fn bus(database: &Database, process: u128, tasks: &TaskTracker) -> SharedBus {
    let notices = PostgresNotices::new(&ConnectOptions::new(&database.url)).unwrap().unwrap();
    SharedBus::start(Arc::new(notices), Uuid::from_u128(process), tasks)
}

async fn next(mailbox: &mut Box<dyn Mailbox>) -> Delivery {
    tokio::time::timeout(Duration::from_secs(30), mailbox.next())
        .await
        .expect("in time")
        .expect("an open bus")
}

/// Says it until it is heard: a listener that has just begun, or begins again, tells that as a gap.
async fn heard(here: &SharedBus, far: &mut Box<dyn Mailbox>) {
    for _ in 0..600 {
        here.publish(Message::about(ORDER));
        tokio::time::sleep(Duration::from_millis(50)).await;
        while let Some(delivery) = far.try_next() {
            if delivery == Delivery::Message(Message::about(ORDER)) {
                return;
            }
        }
    }
    panic!("nothing arrives");
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_hear_each_other_and_are_told_when_the_line_was_cut() {
    let Some(database) = Database::create().await else { return };
    let tasks = TaskTracker::new();
    let (here, there) = (bus(&database, 1, &tasks), bus(&database, 2, &tasks));
    let mut far = there.subscribe(&[ORDER]);
    heard(&here, &mut far).await;
    while far.try_next().is_some() {}

    for number in 0..500 {
        here.publish(Message::of(Topic::Stock, Uuid::from_u128(number)));
    }
    here.publish(Message::about(ORDER));
    assert_eq!(next(&mut far).await, Delivery::Message(Message::about(ORDER)));

    let mut admin = PgConnection::connect(&database.url).await.unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
               AND pid <> pg_backend_pid()";
    admin.execute(cut).await.unwrap();
    assert_eq!(next(&mut far).await, Delivery::Lagged);
    heard(&here, &mut far).await;

    here.close();
    there.close();
    tasks.close();
    tokio::time::timeout(Duration::from_secs(30), tasks.wait()).await.expect("both end");
}

#[test]
fn an_embedded_database_has_no_line() {
    assert!(PostgresNotices::new(&ConnectOptions::new("sqlite:shop.db")).unwrap().is_none());
}
