//! Rankings worked out by hand on shops small enough to check on paper.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use std::collections::BTreeMap;

use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::event::{DAY_MS, Event, EventKind};
use shelfwise_strategies::item::ItemFeatures;
use shelfwise_strategies::recommender::Recommender;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::request::{RankedList, Request, Shopper};
use shelfwise_strategies::strategy::{Kind, Window};
use support::{NOW, serve, shown};

fn named(title: &str, category: u32) -> ItemFeatures {
    ItemFeatures {
        title: title.to_owned(),
        categories: vec![category],
        price_minor: 1_000,
        active: true,
        in_stock: true,
        ..ItemFeatures::default()
    }
}

fn shop(items: &[ItemFeatures], users: usize, events: &[Event]) -> Recommender {
    let data = Dataset::new(items.to_vec(), users, BTreeMap::new(), events).unwrap();
    serve(&Registry::standard(), data)
}

fn ask(recommender: &Recommender, kind: Kind, user: u32, strategy: &str) -> RankedList {
    let mut request = Request::new(kind, Shopper::Known(user), 10, NOW).strategy(strategy);
    request.fallback = false;
    recommender.recommend(&request)
}

#[test]
fn popular_weighs_five_views_like_one_purchase_and_halves_with_the_half_life() {
    let view = |item, days: i64| Event::new(0, item, EventKind::View, NOW - days * DAY_MS);
    let mut events = vec![Event::new(0, 0, EventKind::Purchase, NOW)];
    // Four views today weigh 4; six views of a month ago weigh 3.
    events.extend((0..4).map(|_| view(1, 0)));
    events.extend((0..6).map(|_| view(2, 30)));
    let items = vec![named("a", 1); 4];
    let list = ask(&shop(&items, 2, &events), Kind::ForUser, 1, "popular");
    assert_eq!(shown(&list), [0, 1, 2]);
    let scores: Vec<f32> = list.items.iter().map(|ranked| ranked.score).collect();
    assert!((scores[1] - 0.8).abs() < 1e-5 && (scores[2] - 0.6).abs() < 1e-5, "{scores:?}");
}

#[test]
fn what_sold_years_ago_is_popular_in_its_old_order_behind_a_deed_of_today() {
    let sale =
        |item, days: i64| Event::new(0, item, EventKind::Purchase, NOW - 15 * 365 * DAY_MS - days * DAY_MS);
    // Half a year of silence lies between the second product and the others.
    let events = [sale(1, 180), sale(2, 0), sale(2, 0), sale(3, 0)];
    let recommender = shop(&vec![named("a", 1); 5], 2, &events);
    assert_eq!(shown(&ask(&recommender, Kind::ForUser, 1, "popular")), [2, 3, 1]);
    recommender.observe(&Event::new(0, 4, EventKind::View, NOW)).unwrap();
    let list = ask(&recommender, Kind::ForUser, 1, "popular");
    assert_eq!(shown(&list), [4, 2, 3, 1]);
    assert!(list.items.iter().all(|ranked| ranked.score > 0.0 && ranked.score <= 1.0), "{list:?}");
}

#[test]
fn bought_together_divides_joint_orders_by_chance_and_shrinkage() {
    // Orders: {0,1} {0,1} {0,2} {0,2} {2} {2} {2} {2}: 1 and 2 share two orders with 0 each,
    // but 2 is everywhere.
    let mut events = Vec::new();
    for (order, items) in [[0, 1], [0, 1], [0, 2], [0, 2], [2, 2], [2, 2], [2, 2], [2, 2]].iter().enumerate()
    {
        for &item in items {
            let at = NOW - (8 - order as i64) * DAY_MS;
            events.push(Event::new(0, item, EventKind::Purchase, at).group(order as u64 + 1));
        }
    }
    let recommender = shop(&vec![named("a", 1); 3], 2, &events);
    let list = ask(&recommender, Kind::SimilarTo(0), 1, "bought_together");
    assert_eq!(shown(&list), [1, 2]);
    // (2 / (4 * 6 / 8 + 10)) / (2 / (4 * 2 / 8 + 10)) = 11 / 13
    assert!((list.items[1].score - 11.0 / 13.0).abs() < 1e-5, "{}", list.items[1].score);
    assert_eq!(list.items[0].because[0].item, 0);
}

#[test]
fn trending_puts_a_burst_before_a_steady_seller() {
    let mut events = Vec::new();
    for day in 0..90 {
        events.push(Event::new(0, 0, EventKind::View, NOW - day * DAY_MS));
        events.push(Event::new(0, 0, EventKind::View, NOW - day * DAY_MS));
    }
    events.extend((0..3).map(|hour| Event::new(0, 1, EventKind::View, NOW - hour * 3_600_000)));
    let recommender = shop(&vec![named("a", 1); 3], 2, &events);
    let kind = Kind::Trending { window: Window::Day, category: None };
    assert_eq!(shown(&ask(&recommender, kind, 1, "trending")), [1, 0]);
    let popular = ask(&recommender, Kind::ForUser, 1, "popular");
    assert_eq!(shown(&popular), [0, 1]);
}

#[test]
fn content_finds_the_twin_then_the_cousin_and_never_the_stranger() {
    let items = [
        named("red garden lantern", 1),
        named("red garden lantern large", 1),
        named("blue garden bench", 1),
        named("steel kettle", 2),
    ];
    let recommender = shop(&items, 1, &[]);
    let list = ask(&recommender, Kind::SimilarTo(0), 0, "content_based");
    assert_eq!(shown(&list), [1, 2]);
    assert!(list.items[0].terms.contains(&"lantern".to_owned()), "{:?}", list.items[0].terms);
}

#[test]
fn a_session_is_continued_as_the_sessions_that_share_its_latest_product_were() {
    let mut events = Vec::new();
    let mut session = |user: u32, items: &[u32]| {
        for (step, &item) in items.iter().enumerate() {
            let at = NOW - 10 * DAY_MS + step as i64 * 1_000;
            events.push(Event::new(user, item, EventKind::View, at).group(u64::from(user) + 1));
        }
    };
    session(0, &[0, 1, 2]);
    session(1, &[0, 1, 2]);
    session(2, &[0, 3, 4]);
    session(3, &[5, 4]);
    let recommender = shop(&vec![named("a", 1); 6], 5, &events);
    for (step, item) in [0, 1].into_iter().enumerate() {
        let view = Event::new(4, item, EventKind::View, NOW - 5_000 + step as i64).group(99);
        recommender.observe(&view).unwrap();
    }
    let list = ask(&recommender, Kind::Session, 4, "session");
    assert_eq!(shown(&list), [2, 3, 4]);
    assert_eq!(list.items[0].because[0].item, 1, "the latest product counts most");
}

#[test]
fn buy_it_again_prefers_what_is_bought_often_and_due() {
    let mut events = Vec::new();
    let mut buy =
        |item, days: i64| events.push(Event::new(0, item, EventKind::Purchase, NOW - days * DAY_MS));
    // 0 every thirty days and due today, 1 as often but bought yesterday, 2 once and overdue.
    for days in [90, 60, 30] {
        buy(0, days);
    }
    for days in [61, 31, 1] {
        buy(1, days);
    }
    buy(2, 45);
    let recommender = shop(&vec![named("a", 1); 4], 1, &events);
    let list = ask(&recommender, Kind::ForUser, 0, "buy_it_again");
    assert_eq!(shown(&list), [0, 2, 1]);
    recommender.observe(&Event::new(0, 0, EventKind::Purchase, NOW).amount(1.0)).unwrap();
    let after = ask(&recommender, Kind::ForUser, 0, "buy_it_again");
    assert_eq!(shown(&after), [2, 1], "just bought, no longer due");
}

#[test]
fn variety_brings_in_another_category_early() {
    let items = [named("a", 1), named("b", 1), named("c", 1), named("d", 2)];
    let mut events = Vec::new();
    for (item, count) in [(0, 10), (1, 9), (2, 8), (3, 7)] {
        events.extend((0..count).map(|_| Event::new(0, item, EventKind::View, NOW)));
    }
    let recommender = shop(&items, 2, &events);
    let mut request = Request::new(Kind::ForUser, Shopper::Known(1), 4, NOW).strategy("popular");
    assert_eq!(shown(&recommender.recommend(&request)), [0, 1, 2, 3]);
    request.diversity = 0.5;
    assert_eq!(shown(&recommender.recommend(&request)), [0, 3, 1, 2]);
    request.category_cap = Some(1);
    request.fallback = false;
    assert_eq!(shown(&recommender.recommend(&request)), [0, 3]);
}
