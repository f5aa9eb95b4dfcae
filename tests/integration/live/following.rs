//! What others write into the store reaches a shop that is open: imports, and what happens at other instances.

use std::time::Duration;

use shelfwise::domain::interaction::InteractionKind::{Purchase, View};
use shelfwise::recommend::announce_import;

use super::shop::{Shop, deed, product, product_record, shopper};

/// Waits until the other instance shows what `done` expects.
async fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} never arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shopper_does_at_one_instance_changes_their_list_at_the_other() {
    let shop = Shop::open().await;
    let other = shop.another_instance().await;
    let shows = |number| other.shown(shopper(0), 100).contains(&product(number));
    assert!(shows(1));
    shop.record(shopper(0), 1, Purchase).await;
    until("the purchase", || !shows(1)).await;
    assert!(!shop.shown(shopper(0), 100).contains(&product(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_counted_twice_however_the_two_take_turns() {
    let shop = Shop::open().await;
    let other = shop.another_instance().await;
    let before = other.live.known_deeds();
    for round in 0..20 {
        let here = if round % 2 == 0 { &shop } else { &other };
        here.record(shopper(round % 5), 3 + round % 7, View).await;
        here.clock.advance(Duration::from_millis(7));
    }
    until("the last view", || other.live.known_deeds() >= before + 20).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(other.live.known_deeds(), before + 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_put_on_sale_or_sold_out_elsewhere_is_so_here() {
    let shop = Shop::open().await;
    let other = shop.another_instance().await;
    shop.clock.advance(Duration::from_secs(60));
    let mut unit = shop.store.begin().await.unwrap();
    unit.insert_product(&product_record(100, shop.context.now())).await.unwrap();
    unit.save().await.unwrap();
    until("the new product", || other.live.is_available(product(100))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_makes_an_open_shop_read_everything_anew() {
    let shop = Shop::open().await;
    let other = shop.another_instance().await;
    let rounds = other.live.training_rounds();
    let mut unit = shop.store.begin().await.unwrap();
    let deeds: Vec<_> = (0..5).map(|number| deed(shopper(number), 2, Purchase, shop.context.now())).collect();
    unit.record_interactions(&deeds, shop.context.now()).await.unwrap();
    unit.save().await.unwrap();
    announce_import(shop.store.as_ref(), &shop.context).await.unwrap();
    until("the round of training", || other.live.training_rounds() > rounds).await;
    // On PostgreSQL the log holds deeds back while any older transaction is open on the server: they follow later.
    until("the imported deed", || !other.shown(shopper(0), 100).contains(&product(2))).await;
    let all = usize::try_from(shop.store.count_interactions().await.unwrap()).unwrap();
    until("the last imported deed", || other.live.known_deeds() >= all).await;
    assert_eq!(other.live.known_deeds(), all);
}
