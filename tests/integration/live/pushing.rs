//! Lists that are pushed when something changes them.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use shelfwise::domain::interaction::InteractionKind::{Dismiss, Like, Purchase};
use shelfwise::recommend::ask::{Ask, Question};
use shelfwise::recommend::pace::Trigger;
use shelfwise_strategies::strategy::Window;
use tokio::time::timeout;

use super::shop::{NOW, PRODUCTS, Shop, ask, product, product_record, shopper, variant};

const SOON: Duration = Duration::from_secs(10);
const INTERVAL: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_hears_of_an_event_that_another_client_records() {
    let shop = Shop::open().await;
    let mut updates = pin!(shop.live.watch(ask(shopper(0), 5), INTERVAL));
    let first = timeout(SOON, updates.next()).await.unwrap().unwrap().unwrap();
    assert_eq!((first.sequence, first.trigger, first.added.len()), (1, Trigger::Subscribed, 5));
    let gone = first.list.list.items[0].product;
    shop.record(shopper(0), gone.uuid().as_u128() - 0xA000, Purchase).await;
    let second = timeout(SOON, updates.next()).await.unwrap().unwrap().unwrap();
    assert_eq!((second.sequence, second.trigger), (2, Trigger::Interaction));
    assert!(second.removed.contains(&gone) && !second.added.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_and_what_changes_nothing_is_not_pushed() {
    let shop = Shop::open().await;
    let mut updates = pin!(shop.live.watch(ask(shopper(0), 5), INTERVAL));
    updates.next().await.unwrap().unwrap();
    shop.record(shopper(1), 4, Like).await;
    shop.live.stock_changed(&[product(1)]).await.unwrap();
    assert!(timeout(Duration::from_millis(300), updates.next()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_events_is_pushed_in_few_lists_the_last_of_which_is_right() {
    let shop = Shop::open().await;
    let mut updates = pin!(shop.live.watch(ask(shopper(0), 5), Duration::from_millis(200)));
    updates.next().await.unwrap().unwrap();
    for number in 10..20 {
        shop.record(shopper(0), number, Dismiss).await;
    }
    let mut pushed = Vec::new();
    while let Ok(Some(update)) = timeout(Duration::from_millis(800), updates.next()).await {
        pushed.push(update.unwrap());
    }
    assert!(pushed.len() <= 6, "{}", pushed.len());
    let last: Vec<_> = pushed.last().map(|update| super::shop::ids(&update.list)).unwrap_or_default();
    assert!(last.is_empty() || last == shop.shown(shopper(0), 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_sells_out_and_one_that_appears_are_pushed() {
    let shop = Shop::open().await;
    let mut updates = pin!(shop.live.watch(ask(shopper(0), 30), INTERVAL));
    let first = updates.next().await.unwrap().unwrap();
    let gone = first.list.list.items[0].product;
    let mut unit = shop.store.begin().await.unwrap();
    unit.adjust_stock(variant(gone.uuid().as_u128() - 0xA000), -10, NOW).await.unwrap();
    unit.save().await.unwrap();
    shop.live.stock_changed(&[gone]).await.unwrap();
    let update = timeout(SOON, updates.next()).await.unwrap().unwrap().unwrap();
    assert_eq!((update.trigger, update.removed), (Trigger::StockChanged, vec![gone]));

    let mut unit = shop.store.begin().await.unwrap();
    unit.insert_product(&product_record(PRODUCTS, NOW)).await.unwrap();
    unit.save().await.unwrap();
    shop.live.products_changed(&[product(PRODUCTS)]).await.unwrap();
    let update = timeout(SOON, updates.next()).await.unwrap().unwrap().unwrap();
    assert_eq!((update.trigger, update.added), (Trigger::CatalogChanged, vec![product(PRODUCTS)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rises_is_pushed_when_anybody_does_something() {
    let shop = Shop::open().await;
    let trending = Ask::new(Question::Trending(Window::Hour), None, 3);
    let mut updates = pin!(shop.live.watch(trending, INTERVAL));
    updates.next().await.unwrap().unwrap();
    for number in 0..6 {
        shop.record(shopper(number), 23, Purchase).await;
    }
    let update = timeout(SOON, updates.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(update.trigger, Trigger::Interaction);
    assert!(super::shop::ids(&update.list).contains(&product(23)));
}
