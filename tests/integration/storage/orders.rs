//! Orders, their history, returns.

use std::time::Duration;

use shelfwise::domain::order::{OrderEvent, OrderStatus, Return, ShippingOption, TaxLine};
use shelfwise::storage::orders::{Followed, OrderFilter};
use shelfwise::storage::{PageRequest, StorageError};

use crate::support::build::euro;
use crate::support::on_both;

on_both! {
    async fn an_order_comes_back_as_it_was_placed(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let ann = shop.join("ann").await;
        let mut record = shop.order("1001", Some(ann.id), &[&mug, &cup]);
        record.order.cost.tax_lines =
            vec![TaxLine { name: "VAT".into(), rate_millionths: 190_000, amount_minor: 319 }];
        record.order.shipping_option = Some(ShippingOption {
            id: "standard".into(),
            name: "Standard".into(),
            carrier: "DHL".into(),
            price: euro(490),
            min_days: Some(2),
            max_days: None,
        });
        let mut work = shop.begin().await;
        work.insert_order(&record).await.unwrap();
        work.save().await.unwrap();
        let id = record.order.id;
        assert_eq!(shop.store.orders(&[id]).await.unwrap()[&id], record.order);
        assert_eq!(shop.store.order_lines_of(&[id]).await.unwrap()[&id], record.lines);
        let line = &record.lines[0];
        assert_eq!(shop.store.order_lines(&[line.id]).await.unwrap()[&line.id], *line);
        assert_eq!(shop.store.order_by_number("1001").await.unwrap(), Some(record.order.clone()));
        let mut work = shop.begin().await;
        let again = work.insert_order(&shop.order("1001", None, &[&mug])).await.unwrap_err();
        assert!(matches!(again, StorageError::Conflict { what: "order number" }), "{again:?}");
    }

    async fn orders_imported_twice_are_there_once(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let batch = |numbers: &[&str]| -> Vec<_> {
            numbers.iter().map(|number| shop.order(number, None, &[&mug])).collect()
        };
        let mut work = shop.begin().await;
        assert_eq!(work.insert_orders(&batch(&["1", "2"])).await.unwrap(), [0, 1]);
        let second = batch(&["2", "3"]);
        assert_eq!(work.insert_orders(&second).await.unwrap(), [1]);
        let back = Return {
            id: shop.id(),
            number: "C1".into(),
            position: 0,
            order_id: None,
            user_id: None,
            product_id: mug.product.id,
            variant_id: mug.variants[0].id,
            quantity: 1,
            amount: euro(1000),
            returned_at: shop.now(),
        };
        let again = Return { id: shop.id(), ..back.clone() };
        let other = Return { id: shop.id(), position: 1, ..back.clone() };
        assert_eq!(work.insert_returns(&[back]).await.unwrap(), [0]);
        assert_eq!(work.insert_returns(&[again, other]).await.unwrap(), [1]);
        work.save().await.unwrap();
        assert_eq!(shop.store.count_orders(&OrderFilter::default()).await.unwrap(), 3);
        let id = second[1].order.id;
        assert_eq!(shop.store.order_lines_of(&[id]).await.unwrap()[&id].len(), 1);
    }

    async fn orders_are_listed_latest_first_and_filtered(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = shop.join("ann").await;
        let mut work = shop.begin().await;
        for (number, user) in [("A-1", Some(ann.id)), ("A-2", None), ("B_1", Some(ann.id))] {
            shop.pass(Duration::from_secs(60));
            work.insert_order(&shop.order(number, user, &[&mug])).await.unwrap();
        }
        work.save().await.unwrap();
        let all = OrderFilter::default;
        for (filter, expected) in [
            (all(), vec!["B_1", "A-2", "A-1"]),
            (OrderFilter { user_id: Some(ann.id), ..all() }, vec!["B_1", "A-1"]),
            (OrderFilter { number: Some("A-".into()), ..all() }, vec!["A-2", "A-1"]),
            (OrderFilter { statuses: vec![OrderStatus::Created], ..all() }, vec![]),
            (OrderFilter { placed_at: Some(shop.now()..=shop.now()), ..all() }, vec!["B_1"]),
            (OrderFilter { min_total_minor: Some(1001), ..all() }, vec![]),
            (OrderFilter { max_total_minor: Some(1000), ..all() }, vec!["B_1", "A-2", "A-1"]),
        ] {
            let page = shop.store.list_orders(&filter, &PageRequest::first(10, None)).await.unwrap();
            let numbers: Vec<_> = page.edges.iter().map(|edge| edge.node.number.as_str()).collect();
            assert_eq!(numbers, expected, "{filter:?}");
            let count = shop.store.count_orders(&filter).await.unwrap();
            assert_eq!(usize::try_from(count).unwrap(), expected.len());
        }
    }

    async fn an_order_changed_meanwhile_is_not_overwritten(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let record = shop.order("1", None, &[&mug]);
        let mut work = shop.begin().await;
        work.insert_order(&record).await.unwrap();
        let mut order = work.order_for_update(record.order.id).await.unwrap().unwrap();
        order.status = OrderStatus::Shipped;
        let shipped = work.update_order(&order).await.unwrap();
        assert_eq!(shipped.version, 2);
        let stale = work.update_order(&order).await.unwrap_err();
        assert!(matches!(stale, StorageError::VersionConflict { current: 2 }), "{stale:?}");
        let mut lines = work.lines_of_order(order.id).await.unwrap();
        lines[0].fulfilled_quantity = 1;
        work.update_order_lines(&lines).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.orders(&[order.id]).await.unwrap()[&order.id], shipped);
        assert_eq!(shop.store.order_lines_of(&[order.id]).await.unwrap()[&order.id], lines);
    }

    async fn history_can_be_caught_up_with(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = shop.join("ann").await;
        let (mine, other) = (shop.order("1", Some(ann.id), &[&mug]), shop.order("2", None, &[&mug]));
        let mut work = shop.begin().await;
        work.insert_order(&mine).await.unwrap();
        work.insert_order(&other).await.unwrap();
        let mut events = Vec::new();
        for (order, to) in [(&mine, OrderStatus::Paid), (&other, OrderStatus::Paid), (&mine, OrderStatus::Shipped)] {
            shop.pass(Duration::from_secs(1));
            let event = OrderEvent {
                id: shop.id(),
                order_id: order.order.id,
                kind: "STATUS_CHANGED".into(),
                from: Some(OrderStatus::Created),
                to: Some(to),
                actor_id: None,
                message: None,
                created_at: shop.now(),
            };
            work.insert_order_event(&event).await.unwrap();
            events.push(event);
        }
        work.save().await.unwrap();
        let mine_id = mine.order.id;
        let seen = shop.store.order_events_since(Followed::OrdersOf(ann.id), None, 10).await.unwrap();
        assert_eq!(seen, [events[0].clone(), events[2].clone()]);
        let later = shop.store.order_events_since(Followed::Order(mine_id), Some(events[0].id), 10).await.unwrap();
        assert_eq!(later, events[2..]);
        assert_eq!(shop.store.order_events_of(&[mine_id]).await.unwrap()[&mine_id].len(), 2);
    }
}
