//! A small shop that every test can reason about: two tastes, forty products, orders and sessions.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test binary uses a part of this, and a test stops at the first surprise"
)]

mod same_brand;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::delta::DeltaLimits;
use shelfwise_strategies::event::{DAY_MS, Event, EventKind, InteractionWeights};
use shelfwise_strategies::item::ItemFeatures;
use shelfwise_strategies::models::ModelSet;
use shelfwise_strategies::recommender::Recommender;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::request::{RankedList, Request, Settings, Shopper};
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::{Kind, Window};
use shelfwise_strategies::train::{Cancel, FitJob, NOTHING_SETTLED, Silent};

/// The time of every question.
pub(crate) const NOW: i64 = 100 * DAY_MS;
pub(crate) const ITEMS: u32 = 40;
pub(crate) const USERS: u32 = 24;

/// Even products are garden goods, odd ones kitchen goods.
pub(crate) fn item(index: u32) -> ItemFeatures {
    let garden = index.is_multiple_of(2);
    let words = ["spade", "hose", "glove", "seed", "lamp", "bench", "pot", "rake", "net", "kettle"];
    let word = words[(index / 2) as usize % words.len()];
    ItemFeatures {
        categories: vec![if garden { 10 } else { 20 }, 1],
        category_text: if garden { "Garden" } else { "Kitchen" }.to_owned(),
        brand: Some(index % 5),
        brand_text: format!("Maker{}", index % 5),
        price_minor: 500 + 250 * i64::from(index % 7),
        title: format!("{} {word} no {index}", if garden { "garden" } else { "kitchen" }),
        description: "made to last".to_owned(),
        tags: vec![word.to_owned()],
        attributes: vec![("colour".to_owned(), ["red", "green"][(index / 2 % 2) as usize].to_owned())],
        sustainability: (!index.is_multiple_of(3)).then_some((index * 2) as u8),
        carbon_grams: None,
        created_at: i64::from(index) * DAY_MS / 2,
        active: true,
        in_stock: true,
        embedding: None,
    }
}

/// The built-in strategies and the example of the documentation.
pub(crate) fn registry() -> Registry {
    let mut registry = Registry::standard();
    registry.add::<same_brand::SameBrandTrainer>();
    registry
}

pub(crate) fn items() -> Vec<ItemFeatures> {
    (0..ITEMS).map(item).collect()
}

/// Even shoppers garden, odd ones cook; each views, carts and orders along a fixed walk.
pub(crate) fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for user in 0..USERS {
        for step in 0..8u32 {
            let item = ((user / 2 * 3 + step * (1 + user % 3)) * 2 + user % 2) % ITEMS;
            let at = NOW - i64::from(60 - step * 7) * DAY_MS + i64::from(user) * 60_000;
            let session = u64::from(user * 100 + step / 3 + 1);
            let event = |kind, offset| Event::new(user, item, kind, at + offset);
            events.push(event(EventKind::View, 0).amount(15_000.0).group(session));
            if step % 2 == 0 {
                events.push(event(EventKind::Cart, 60_000).amount(1.0).group(session));
            }
            if step % 4 == 2 {
                let order = u64::from(1_000_000 + user * 100 + step);
                let partner = (item + 2) % ITEMS;
                events.push(event(EventKind::Purchase, 120_000).amount(1.0).group(order));
                let second = Event::new(user, partner, EventKind::Purchase, at + 120_000);
                events.push(second.amount(1.0).group(order));
            }
            if step == 7 {
                events.push(event(EventKind::Like, 90_000));
            }
        }
    }
    events
}

pub(crate) fn dataset() -> Dataset {
    Dataset::new(items(), USERS as usize, BTreeMap::new(), &events()).unwrap()
}

pub(crate) fn job<'a>(
    dataset: &'a Dataset,
    weights: &'a InteractionWeights,
    cancel: &'a Cancel,
) -> FitJob<'a> {
    FitJob {
        dataset,
        now: dataset.latest(),
        weights,
        seed: 7,
        progress: &Silent,
        cancel,
        settled: &NOTHING_SETTLED,
    }
}

/// Every registered strategy with its default configuration, trained right after the last event.
pub(crate) fn train(registry: &Registry, dataset: &Dataset) -> ModelSet {
    train_at(registry, dataset, dataset.latest())
}

fn train_at(registry: &Registry, dataset: &Dataset, now: i64) -> ModelSet {
    let (weights, cancel) = (InteractionWeights::default(), Cancel::default());
    let mut models = ModelSet::default();
    for entry in registry.entries() {
        let job = FitJob { now, ..job(dataset, &weights, &cancel) };
        let model = entry.fit(&job, &Value::Null);
        models.insert(entry.id, "1", model.unwrap_or_else(|error| panic!("{}: {error}", entry.id)));
    }
    models
}

pub(crate) fn serve(registry: &Registry, dataset: Dataset) -> Recommender {
    let now = dataset.latest();
    serve_at(registry, dataset, now)
}

/// The same, trained at `now`.
pub(crate) fn serve_at(registry: &Registry, dataset: Dataset, now: i64) -> Recommender {
    let snapshot = Snapshot::new(1, Arc::new(dataset));
    let models = train_at(registry, snapshot.dataset(), now);
    let recommender = Recommender::new(snapshot.clone(), Settings::default(), DeltaLimits::default());
    recommender.publish(snapshot, models, recommender.mark());
    recommender
}

pub(crate) fn shop(registry: &Registry) -> Recommender {
    serve(registry, dataset())
}

/// One question of every kind.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::ForUser,
        Kind::SimilarTo(4),
        Kind::Basket(vec![4, 8]),
        Kind::Session,
        Kind::Trending { window: Window::Month, category: None },
        Kind::Trending { window: Window::Week, category: Some(20) },
        Kind::Search(vec![1, 2, 3, 4, 5, 6, 30]),
    ]
}

pub(crate) fn request(kind: Kind, user: u32, strategy: &str) -> Request {
    let mut request = Request::new(kind, Shopper::Known(user), 10, NOW).strategy(strategy);
    request.unit = format!("user-{user}");
    request
}

pub(crate) fn shown(list: &RankedList) -> Vec<u32> {
    list.items.iter().map(|ranked| ranked.item).collect()
}
