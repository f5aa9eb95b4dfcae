//! Many at once: what may happen once happens once, whoever else tries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use shelfwise::domain::interaction::{InteractionKind, Subject};
use shelfwise::storage::interactions::InteractionCursor;
use shelfwise::storage::sessions::{NextToken, Rotation};
use shelfwise::storage::sql::{ConnectOptions, connect};
use shelfwise::storage::{Storage, StorageError};
use tokio::task::JoinSet;

use super::jobs::job;
use super::sessions::sign_in;
use crate::support::on_both;
use crate::support::shop::Shop;

on_both! {
    async fn fifty_buyers_for_ten_pieces_get_ten(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let (variant, now) = (mug.variants[0].id, shop.now());
        let mut buyers = JoinSet::new();
        for _ in 0..50 {
            let store = Arc::clone(&shop.store);
            buyers.spawn(async move {
                let mut work = store.begin().await.unwrap();
                match work.adjust_stock(variant, -1, now).await {
                    Ok(_) => work.save().await.map(|()| true).unwrap(),
                    Err(StorageError::InsufficientStock { .. }) => false,
                    Err(error) => panic!("{error:?}"),
                }
            });
        }
        let sold = buyers.join_all().await.into_iter().filter(|got_one| *got_one).count();
        assert_eq!(sold, 10);
        assert_eq!(shop.store.variants(&[variant]).await.unwrap()[&variant].stock.on_hand, 0);
    }

    async fn an_event_sent_by_many_at_once_counts_once(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let like = shop.interaction(Subject::User(shop.id()), mug.product.id, InteractionKind::Like);
        let now = shop.now();
        let mut senders = JoinSet::new();
        for _ in 0..20 {
            let (store, like) = (Arc::clone(&shop.store), like.clone());
            senders.spawn(async move {
                let mut work = store.begin().await.unwrap();
                let recorded = work.record_interactions(&[like], now).await.unwrap();
                work.save().await.unwrap();
                recorded.accepted.len()
            });
        }
        assert_eq!(senders.join_all().await.into_iter().sum::<usize>(), 1);
        assert_eq!(shop.store.product_stats(&[mug.product.id]).await.unwrap()[&mug.product.id].like_count, 1);
    }

    async fn of_many_who_present_one_refresh_token_one_gets_the_next(shop: &Shop) {
        let session = sign_in(shop, "ann", "one").await;
        let now = shop.now();
        let mut clients = JoinSet::new();
        for number in 0..10 {
            let store = Arc::clone(&shop.store);
            clients.spawn(async move {
                let next = NextToken { hash: format!("next-{number}"), expires_at: now + Duration::from_secs(60) };
                let mut work = store.begin().await.unwrap();
                let rotation = work.rotate_refresh_token("one", &next, now).await.unwrap();
                work.save().await.unwrap();
                rotation
            });
        }
        let outcomes = clients.join_all().await;
        let rotated = outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Rotated(_))).count();
        let replayed = outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Replayed(_))).count();
        assert_eq!((rotated, replayed), (1, 9));
        assert!(shop.store.session(session.id).await.unwrap().unwrap().revoked_at.is_some());
    }

    async fn of_two_who_change_one_version_one_is_told(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let mut editors = JoinSet::new();
        for number in 0..8 {
            let (store, mut product) = (Arc::clone(&shop.store), mug.product.clone());
            product.name = format!("Mug {number}");
            editors.spawn(async move {
                let mut work = store.begin().await.unwrap();
                match work.update_product(&product, Some(1)).await {
                    Ok(_) => work.save().await.map(|()| true).unwrap(),
                    Err(StorageError::VersionConflict { current: 2 }) => false,
                    Err(error) => panic!("{error:?}"),
                }
            });
        }
        assert_eq!(editors.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }

    async fn no_two_workers_get_one_job(shop: &Shop) {
        let mut work = shop.begin().await;
        for _ in 0..20 {
            work.insert_job(&job(shop, "import")).await.unwrap();
        }
        work.save().await.unwrap();
        let now = shop.now();
        let mut workers = JoinSet::new();
        for _ in 0..4 {
            let store = Arc::clone(&shop.store);
            workers.spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let mut work = store.begin().await.unwrap();
                    let claimed = work.claim_job(&["import"], Duration::from_secs(60), now).await.unwrap();
                    work.save().await.unwrap();
                    let Some(job) = claimed else { break mine };
                    mine.push(job.id);
                }
            });
        }
        let mut claimed = workers.join_all().await.concat();
        claimed.sort_unstable();
        claimed.dedup();
        assert_eq!(claimed.len(), 20);
    }

    async fn a_reader_of_the_log_misses_nothing_while_others_write(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let now = shop.now();
        let mut writers = JoinSet::new();
        for _ in 0..8 {
            let store = Arc::clone(&shop.store);
            let events: Vec<_> = (0..25)
                .map(|_| shop.interaction(Subject::User(shop.id()), mug.product.id, InteractionKind::Click))
                .collect();
            writers.spawn(async move {
                for event in events {
                    let mut work = store.begin().await.unwrap();
                    work.record_interactions(&[event], now).await.unwrap();
                    tokio::task::yield_now().await;
                    work.save().await.unwrap();
                }
            });
        }
        let mut read = 0;
        let mut cursor = InteractionCursor::START;
        // On PostgreSQL any open transaction of the server, those of other tests too, may hold the end back a while.
        let patience = std::time::Instant::now() + Duration::from_secs(30);
        while read < 200 && std::time::Instant::now() < patience {
            while let Some(page) = next_page(&shop.store, cursor).await {
                read += page.len();
                cursor = page.last().unwrap().cursor;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        writers.join_all().await;
        assert!(next_page(&shop.store, cursor).await.is_none());
        assert_eq!(read, 200);
    }
}

async fn next_page(
    store: &Arc<dyn Storage>,
    cursor: InteractionCursor,
) -> Option<Vec<shelfwise::storage::interactions::LoggedInteraction>> {
    let page = store.interactions_since(cursor, 50).await.unwrap();
    (!page.is_empty()).then_some(page)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_instances_one_at_a_time_has_the_turn() {
    let Some(shop) = Shop::on_postgres().await else { return };
    let inside = Arc::new(AtomicU32::new(0));
    let mut instances = JoinSet::new();
    for _ in 0..4 {
        let (url, inside) = (shop.url.clone(), Arc::clone(&inside));
        instances.spawn(async move {
            let store =
                connect(&ConnectOptions { max_connections: 1, ..ConnectOptions::new(url) }).await.unwrap();
            let turn = store.turn().await.unwrap();
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "somebody else has the turn");
            // The turn takes no connection away from the work that it is for.
            assert!(store.is_empty().await.unwrap());
            tokio::time::sleep(Duration::from_millis(30)).await;
            inside.fetch_sub(1, Ordering::SeqCst);
            drop(turn);
        });
    }
    instances.join_all().await;
}
