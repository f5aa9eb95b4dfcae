//! What shoppers do is in the store and in the next list.

use std::time::Duration;

use shelfwise::domain::interaction::InteractionKind::{
    Cart, Click, Dismiss, Impression, Like, Purchase, View,
};
use shelfwise::storage::PageRequest;
use shelfwise::storage::interactions::InteractionCursor;

use super::shop::{NOW, PRODUCTS, Shop, deed, product, product_record, shopper, user, variant};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_changes_the_next_answer() {
    let shop = Shop::open().await;
    let before = shop.shown(shopper(0), 5);
    // Shopper 0 keeps to shelf 0; now they discover shelf 1.
    for number in [1, 4, 7] {
        shop.record(shopper(0), number, Like).await;
    }
    let after = shop.shown(shopper(0), 5);
    assert_ne!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bought_or_dismissed_is_gone_at_once() {
    let shop = Shop::open().await;
    for kind in [Purchase, Dismiss] {
        let first = shop.shown(shopper(1), 5)[0];
        let number = first.uuid().as_u128() - 0xA000;
        shop.record(shopper(1), number, kind).await;
        assert!(!shop.shown(shopper(1), 100).contains(&first), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_or_sold_out_is_gone_at_once_and_comes_back() {
    let shop = Shop::open().await;
    let first = shop.shown(shopper(1), 5)[0];
    let number = first.uuid().as_u128() - 0xA000;

    let mut unit = shop.store.begin().await.unwrap();
    unit.adjust_stock(variant(number), -10, NOW).await.unwrap();
    unit.save().await.unwrap();
    shop.live.stock_changed(&[first]).await.unwrap();
    assert!(!shop.shown(shopper(1), 100).contains(&first));

    let mut unit = shop.store.begin().await.unwrap();
    unit.adjust_stock(variant(number), 3, NOW).await.unwrap();
    unit.save().await.unwrap();
    shop.live.stock_changed(&[first]).await.unwrap();
    assert!(shop.shown(shopper(1), 100).contains(&first));

    let mut hidden = product_record(number, NOW).product;
    hidden.status = shelfwise::domain::catalogue::ProductStatus::Inactive;
    let mut unit = shop.store.begin().await.unwrap();
    unit.update_product(&hidden, None).await.unwrap();
    unit.save().await.unwrap();
    shop.live.products_changed(&[first]).await.unwrap();
    assert!(!shop.shown(shopper(1), 100).contains(&first));
    assert!(!shop.live.is_visible(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_product_can_be_recommended_at_once() {
    let shop = Shop::open().await;
    let fresh = product(PRODUCTS);
    assert!(!shop.live.is_visible(fresh));
    let mut unit = shop.store.begin().await.unwrap();
    unit.insert_product(&product_record(PRODUCTS, NOW)).await.unwrap();
    unit.save().await.unwrap();
    shop.live.products_changed(&[fresh]).await.unwrap();
    assert!(shop.shown(shopper(0), 100).contains(&fresh));
    shop.record(shopper(0), PRODUCTS, View).await;
    assert!(shop.live.is_available(fresh));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_event_is_counted_once() {
    let shop = Shop::open().await;
    let view = deed(shopper(0), 3, View, NOW);
    let first = shop.live.record(&[view.clone(), view.clone()]).await.unwrap();
    assert_eq!((first.accepted.len(), first.duplicates), (1, 1));
    let again = shop.live.record(&[view]).await.unwrap();
    assert_eq!((again.accepted.len(), again.duplicates), (0, 1));
    let history = shop.store.view_history(shopper(0), &PageRequest::first(10, None)).await.unwrap();
    assert_eq!(history.edges[0].node.view_count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn impressions_are_kept_but_change_no_list() {
    let shop = Shop::open().await;
    assert!(!shop.list(shopper(2), 5).cached);
    shop.record(shopper(2), 3, Impression).await;
    assert!(shop.list(shopper(2), 5).cached);
    shop.record(shopper(2), 3, Click).await;
    assert!(!shop.list(shopper(2), 5).cached);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_recorded_survives_a_restart() {
    let shop = Shop::open().await;
    let bought = shop.shown(shopper(1), 1)[0];
    shop.record(shopper(1), bought.uuid().as_u128() - 0xA000, Purchase).await;
    shop.record(shopper(0), 1, Cart).await;
    let (before, other) = (shop.shown(shopper(0), 10), shop.shown(shopper(1), 100));
    assert!(!other.contains(&bought));

    let shop = shop.reopened().await;
    shop.trained().await;
    assert!(!shop.shown(shopper(1), 100).contains(&bought));
    assert_eq!(shop.shown(shopper(0), 10).len(), before.len());
    let log = shop.store.interactions_since(InteractionCursor::START, 1_000).await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.subject.user_id() == Some(user(1))).count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_during_a_restart_is_neither_lost_nor_counted_twice() {
    let shop = Shop::open().await;
    shop.record(shopper(4), 2, Like).await;
    let shop = shop.reopened().await;
    // Behaviour may still be loading behind; what is recorded meanwhile must be in the new world.
    let first = shop.shown(shopper(4), 1)[0];
    shop.record(shopper(4), first.uuid().as_u128() - 0xA000, Purchase).await;
    shop.trained().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!shop.shown(shopper(4), 100).contains(&first));
}
