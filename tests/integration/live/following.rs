//! What others write into the store reaches a shop that is open: imports, and what happens at other instances.

use std::time::Duration;

use futures_util::StreamExt as _;
use shelfwise::bus::{Delivery, Message, Topic};
use shelfwise::domain::experiment::{Experiment, ExperimentStatus};
use shelfwise::domain::interaction::InteractionKind::{Cart, Purchase, View};
use shelfwise::domain::interaction::Subject;
use shelfwise::domain::people::{Preferences, User, Visitor};
use shelfwise::domain::recommendation::MerchandisingRules;
use shelfwise::recommend::announce_import;
use shelfwise_strategies::request::FallbackReason;
use uuid::Uuid;

use super::shop::{
    CATEGORIES, NOW, PRODUCTS, Shop, ask, category, deed, ids, person, product, product_record, shopper, user,
};

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

/// Waits likewise, and says again and again that there is something: PostgreSQL holds deeds back while an older
/// transaction is open on the server.
async fn told_until(shop: &Shop, what: &str, done: impl Fn() -> bool) {
    for _ in 0..600 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        shop.live.bus().publish_elsewhere(Message::about(Topic::Activity));
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

#[tokio::test(flavor = "multi_thread")]
async fn on_a_bus_other_instances_know_at_once_what_would_take_an_hour_to_find() {
    let Some((shop, other)) = Shop::two_on_a_bus().await else { return };
    let shows = |number| other.shown(shopper(0), 100).contains(&product(number));
    assert!(shows(1));
    let mut words = other.live.bus().subscribe(&[Topic::Elsewhere]);
    let mut lists = std::pin::pin!(other.live.watch(ask(shopper(0), 100), Duration::from_millis(50)));
    lists.next().await.unwrap().unwrap();
    shop.record(shopper(0), 1, Purchase).await;
    told_until(&shop, "the purchase", || !shows(1)).await;
    let pushed = tokio::time::timeout(Duration::from_secs(30), lists.next()).await;
    assert_eq!(pushed.unwrap().unwrap().unwrap().removed, [product(1)]);
    let heard: Vec<_> = std::iter::from_fn(|| words.try_next()).collect();
    assert!(heard.contains(&Delivery::Message(Message::about(Topic::Activity))), "{heard:?}");

    let taste = Preferences { categories: vec![category(1)], ..Preferences::default() };
    let newcomer = Subject::User(user(70));
    let mut unit = shop.store.begin().await.unwrap();
    unit.insert_user(&User { preferences: taste.clone(), ..person(70) }).await.unwrap();
    unit.save().await.unwrap();
    shop.live.taste_changed(user(70), &taste);
    let shelf: Vec<_> = (0..PRODUCTS).filter(|number| number % CATEGORIES == 1).map(product).collect();
    let leads = || ids(&other.list(newcomer, 5)).iter().all(|id| shelf.contains(id));
    until("the taste", leads).await;

    let rules =
        MerchandisingRules { pinned: vec![product(4)], ..MerchandisingRules::clone(&shop.live.rules()) };
    shop.live.set_rules(rules).await.unwrap();
    until("the rules", || other.shown(shopper(3), 5).first() == Some(&product(4))).await;

    shop.live.update_strategy("content_based", Some(false), None).await.unwrap();
    until("the strategy", || other.live.model_version("content_based").is_none()).await;

    let running = shop.store.running_experiments().await.unwrap().remove(0);
    assert!(other.live.assignment(shopper(0)).is_some());
    let paused = Experiment { status: ExperimentStatus::Paused, ..running };
    let mut unit = shop.store.begin().await.unwrap();
    unit.update_experiment(&paused, None).await.unwrap();
    unit.save().await.unwrap();
    shop.live.experiments_changed().await.unwrap();
    until("the pause", || other.live.assignment(shopper(0)).is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_signs_in_at_one_instance_is_the_user_at_the_other() {
    let Some((shop, other)) = Shop::two_on_a_bus().await else { return };
    let visitor = Visitor { id: Uuid::from_u128(0xF1).into(), user_id: None, created_at: NOW };
    let mut unit = shop.store.begin().await.unwrap();
    unit.insert_visitor(&visitor).await.unwrap();
    unit.save().await.unwrap();
    shop.record(Subject::Visitor(visitor.id), 1, Cart).await;
    told_until(&shop, "the cart", || {
        other.list(Subject::Visitor(visitor.id), 5).list.fallback == FallbackReason::None
    })
    .await;
    let mut unit = shop.store.begin().await.unwrap();
    unit.insert_user(&person(71)).await.unwrap();
    assert!(unit.link_visitor(visitor.id, user(71)).await.unwrap());
    unit.save().await.unwrap();
    let newcomer = Subject::User(user(71));
    assert_eq!(other.list(newcomer, 5).list.fallback, FallbackReason::ColdStartUser);
    shop.live.visitor_linked(visitor.id, user(71));
    until("who they are", || other.list(newcomer, 5).list.fallback == FallbackReason::None).await;
}
