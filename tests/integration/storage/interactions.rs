//! Behaviour: counted once, kept in order, reflected in statistics at once.

use std::time::Duration;

use shelfwise::domain::interaction::{Interaction, InteractionKind, Subject};
use shelfwise::domain::order::{OrderLine, OrderStatus};
use shelfwise::storage::interactions::InteractionCursor;
use shelfwise::storage::{PageRequest, StorageError};

use crate::support::on_both;

on_both! {
    async fn an_event_sent_twice_counts_once(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let (ann, bob) = (Subject::User(shop.id()), Subject::Visitor(shop.id()));
        let view = Interaction {
            duration_ms: Some(3_000),
            ..shop.interaction(ann, mug.product.id, InteractionKind::View)
        };
        let of_bob = Interaction { subject: bob, ..view.clone() };
        let mut work = shop.begin().await;
        let first = work.record_interactions(&[view.clone(), view.clone(), of_bob], shop.now()).await.unwrap();
        let second = work.record_interactions(std::slice::from_ref(&view), shop.now()).await.unwrap();
        work.save().await.unwrap();
        assert_eq!((first.accepted, first.duplicates), (vec![0, 2], 1));
        assert_eq!((second.accepted, second.duplicates), (vec![], 1));
        let stats = shop.store.product_stats(&[mug.product.id]).await.unwrap()[&mug.product.id];
        assert_eq!((stats.view_count, stats.unique_viewers, stats.average_view_duration_ms()), (2, 2, 3_000));
        assert_eq!(shop.store.count_interactions().await.unwrap(), 2);
    }

    async fn statistics_follow_every_kind(shop: &Shop) {
        use InteractionKind as Kind;
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = Subject::User(shop.id());
        let one = |kind| shop.interaction(ann, mug.product.id, kind);
        let bought = Interaction { quantity: 6, order_id: Some(shop.id()), ..one(Kind::Purchase) };
        let all = [one(Kind::View), one(Kind::View), one(Kind::Like), one(Kind::Like), one(Kind::Unlike), one(Kind::Cart),
            bought, one(Kind::Dismiss), one(Kind::Impression), one(Kind::Click)];
        let mut work = shop.begin().await;
        work.record_interactions(&all, shop.now()).await.unwrap();
        work.record_interactions(&[one(Kind::Unlike), one(Kind::Unlike)], shop.now()).await.unwrap();
        work.save().await.unwrap();
        let stats = shop.store.product_stats(&[mug.product.id]).await.unwrap()[&mug.product.id];
        assert_eq!((stats.view_count, stats.unique_viewers, stats.timed_views), (2, 1, 0));
        assert_eq!((stats.like_count, stats.cart_count), (0, 1), "likes never fall below nothing");
        assert_eq!((stats.purchase_count, stats.units_sold), (1, 6));
        assert_eq!(stats.last_viewed_at, Some(shop.now()));
        assert!(stats.trend_score > 0.0);
    }

    async fn a_product_that_does_not_exist_refuses_the_whole_batch(shop: &Shop) {
        let mut work = shop.begin().await;
        let ghost = shop.interaction(Subject::User(shop.id()), shop.id(), InteractionKind::View);
        assert!(matches!(work.record_interactions(&[ghost], shop.now()).await, Err(StorageError::Missing { .. })));
    }

    async fn the_log_is_read_to_its_end_in_the_order_it_was_written(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = Subject::User(shop.id());
        for _ in 0..3 {
            let batch: Vec<_> =
                (0..4).map(|_| shop.interaction(ann, mug.product.id, InteractionKind::View)).collect();
            let mut work = shop.begin().await;
            work.record_interactions(&batch, shop.now()).await.unwrap();
            work.save().await.unwrap();
        }
        let mut cursor = InteractionCursor::START;
        let mut read = Vec::new();
        // On PostgreSQL a transaction that is still open anywhere on the server, such as another test's, holds the
        // log back; what it holds back comes with a later call.
        for _ in 0..1_000 {
            let page = shop.store.interactions_since(cursor, 5).await.unwrap();
            match page.last() {
                Some(last) => cursor = last.cursor,
                None if read.len() >= 12 => break,
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
            read.extend(page);
        }
        assert_eq!(read.len(), 12);
        assert!(read.windows(2).all(|pair| pair[0].cursor < pair[1].cursor));
        assert!(read.iter().all(|one| one.subject == ann && one.product_id == mug.product.id));
    }

    async fn view_history_has_one_entry_a_product(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let ann = Subject::User(shop.id());
        let first = shop.now();
        for record in [&mug, &cup, &mug] {
            shop.pass(Duration::from_secs(60));
            let view = Interaction {
                duration_ms: Some(1_000),
                ..shop.interaction(ann, record.product.id, InteractionKind::View)
            };
            let mut work = shop.begin().await;
            work.record_interactions(&[view], shop.now()).await.unwrap();
            work.save().await.unwrap();
        }
        let page = shop.store.view_history(ann, &PageRequest::first(1, None)).await.unwrap();
        let entry = page.edges[0].node;
        assert_eq!((entry.product_id, entry.view_count, entry.total_duration_ms), (mug.product.id, 2, 2_000));
        assert_eq!(entry.first_viewed_at, first + Duration::from_secs(60));
        assert_eq!(entry.last_viewed_at, shop.now());
        let next = PageRequest::first(5, Some(page.edges[0].cursor.clone()));
        let rest = shop.store.view_history(ann, &next).await.unwrap();
        assert_eq!(rest.into_nodes()[0].product_id, cup.product.id);
    }

    async fn what_somebody_bought_is_known(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let ann = shop.id();
        let order = shop.id();
        let buy = Interaction {
            order_id: Some(order),
            ..shop.interaction(Subject::User(ann), mug.product.id, InteractionKind::Purchase)
        };
        let look = shop.interaction(Subject::User(ann), cup.product.id, InteractionKind::View);
        let mut work = shop.begin().await;
        work.record_interactions(&[buy, look], shop.now()).await.unwrap();
        work.save().await.unwrap();
        assert!(!shop.store.has_purchased(ann, mug.product.id).await.unwrap(), "behaviour alone buys nothing");
        assert_eq!(shop.store.purchased_products(ann, 10).await.unwrap(), [(mug.product.id, shop.now())]);
        let recent = shop.store.recent_interactions(Subject::User(ann), 10).await.unwrap();
        assert_eq!(recent.len(), 2);
        assert!(recent.iter().any(|one| one.order_id == Some(order)));
    }

    async fn only_paid_orders_that_were_kept_are_purchases(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let ann = shop.join("ann").await;
        for status in OrderStatus::ALL {
            let mut record = shop.order(status.as_str(), Some(ann.id), &[&mug]);
            record.order.status = status;
            let mut work = shop.begin().await;
            work.insert_order(&record).await.unwrap();
            work.save().await.unwrap();
            let bought = shop.store.has_purchased(ann.id, mug.product.id).await.unwrap();
            assert_eq!(bought, status.is_sale(), "{status:?}");
            let gone = OrderLine { refunded_quantity: 1, ..record.lines[0].clone() };
            let mut work = shop.begin().await;
            work.update_order_lines(&[gone]).await.unwrap();
            work.save().await.unwrap();
            assert!(!shop.store.has_purchased(ann.id, mug.product.id).await.unwrap(), "{status:?}, paid back");
        }
        assert!(!shop.store.has_purchased(ann.id, cup.product.id).await.unwrap());
    }

    async fn recording_a_hundred_costs_as_many_statements_as_recording_one(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = Subject::User(shop.id());
        let mut costs = Vec::new();
        for count in [1, 100] {
            let batch: Vec<_> =
                (0..count).map(|_| shop.interaction(ann, mug.product.id, InteractionKind::View)).collect();
            let mut work = shop.begin().await;
            let before = shop.store.statements_executed();
            work.record_interactions(&batch, shop.now()).await.unwrap();
            costs.push(shop.store.statements_executed() - before);
            work.save().await.unwrap();
        }
        assert_eq!(costs, [3, 3]);
    }
}
