//! The recommender as a server uses it: live events, new products, publication of a new generation.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

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
use shelfwise_strategies::request::{Request, Settings, Shopper};
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::Kind;
use shelfwise_strategies::train::{Cancel, FitJob, NOTHING_SETTLED, Silent};

fn items(count: usize) -> Vec<ItemFeatures> {
    (0..count)
        .map(|index| ItemFeatures {
            categories: vec![(index % 3) as u32],
            price_minor: 100 * index as i64,
            created_at: (index as i64 - 10) * DAY_MS,
            active: true,
            in_stock: true,
            ..ItemFeatures::default()
        })
        .collect()
}

fn train(dataset: &Dataset) -> ModelSet {
    let mut models = ModelSet::default();
    for entry in Registry::standard().entries() {
        let job = FitJob {
            dataset,
            now: dataset.latest(),
            weights: &InteractionWeights::default(),
            seed: 7,
            progress: &Silent,
            cancel: &Cancel::default(),
            settled: &NOTHING_SETTLED,
        };
        models.insert(entry.id, "1", entry.fit(&job, &Value::Null).unwrap());
    }
    models
}

fn recommender() -> Recommender {
    let events = [
        Event::new(0, 1, EventKind::View, 0),
        Event::new(0, 2, EventKind::Purchase, 0),
        Event::new(1, 1, EventKind::Like, 0),
    ];
    let dataset = Dataset::new(items(6), 2, BTreeMap::new(), &events).unwrap();
    let snapshot = Snapshot::new(1, Arc::new(dataset));
    let models = train(snapshot.dataset());
    let recommender = Recommender::new(snapshot.clone(), Settings::default(), DeltaLimits::default());
    recommender.publish(snapshot, models, recommender.mark());
    recommender
}

fn shown(recommender: &Recommender, user: u32) -> Vec<u32> {
    let request = Request::new(Kind::ForUser, Shopper::Known(user), 10, 1_000).strategy("popular");
    let list = recommender.recommend(&request);
    list.items.iter().map(|ranked| ranked.item).collect()
}

#[test]
fn bought_dismissed_and_hidden_products_are_gone_at_once() {
    let recommender = recommender();
    assert_eq!(shown(&recommender, 0), [1, 5, 4, 3, 0]);
    recommender.observe(&Event::new(0, 5, EventKind::Dismiss, 500)).unwrap();
    recommender.set_available(4, false, true);
    recommender.set_available(3, true, false);
    assert_eq!(shown(&recommender, 0), [1, 0]);
}

#[test]
fn a_new_product_is_shown_at_once_and_survives_the_next_generation() {
    let recommender = recommender();
    let feature = ItemFeatures { created_at: 900, active: true, in_stock: true, ..ItemFeatures::default() };
    let new = recommender.add_item(&feature);
    let visitor = recommender.add_user(None);
    recommender.observe(&Event::new(visitor, new, EventKind::Cart, 900)).unwrap();
    assert_eq!(shown(&recommender, 1)[..2], [2, new]);

    let (dataset, mark) = recommender.compact().unwrap();
    let later = Event::new(visitor, 0, EventKind::Purchase, 950).amount(1.0);
    let version = recommender.observe(&later).unwrap();
    let models = train(&dataset);
    recommender.publish(Snapshot::new(2, Arc::new(dataset)), models, mark);
    assert!(shown(&recommender, 1).contains(&new));
    assert!(!shown(&recommender, visitor).contains(&0));
    assert!(recommender.user_version(visitor) >= version);
    assert_eq!(recommender.snapshot_version(), 2);
}

#[test]
fn an_event_of_an_unknown_product_is_refused() {
    let recommender = recommender();
    let stray = Event::new(0, 99, EventKind::View, 0);
    assert!(recommender.observe(&stray).is_err());
}
