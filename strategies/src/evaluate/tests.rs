//! Splits keep their promises, and the runner measures what it says.

use std::collections::BTreeMap;

use super::split::{Label, by_labels, by_session, by_time, last_out_labels, validation_by_time};
use super::*;
use crate::dataset::Dataset;
use crate::event::{DAY_MS, Event, EventKind};
use crate::item::ItemFeatures;
use crate::registry::Registry;
use crate::train::{Cancel, Silent};

fn items(count: usize) -> Vec<ItemFeatures> {
    vec![ItemFeatures { active: true, in_stock: true, ..ItemFeatures::default() }; count]
}

fn purchases(rows: &[(u32, u32, i64)], item_count: usize, users: usize) -> Dataset {
    let events: Vec<Event> = rows
        .iter()
        .map(|(user, item, day)| Event::new(*user, *item, EventKind::Purchase, day * DAY_MS))
        .collect();
    Dataset::new(items(item_count), users, BTreeMap::new(), &events).unwrap()
}

fn evaluate(split: &Split) -> Report {
    let registry = Registry::standard();
    let options = Options {
        contenders: vec![Contender::standard("popular")],
        rounds: 50,
        ..Options::standard(&registry)
    };
    run(split, &registry, &options, &NoStopwatch, &Silent, &Cancel::default()).unwrap()
}

#[test]
fn a_time_split_tells_new_repeated_and_unseen_products_apart() {
    let data =
        purchases(&[(0, 0, 1), (1, 1, 2), (0, 0, 11), (0, 1, 12), (0, 1, 13), (0, 2, 14), (2, 1, 15)], 3, 3);
    let split = by_time(&data, 10 * DAY_MS).unwrap();
    let relevant: Vec<_> =
        split.slices.iter().map(|slice| (slice.name.as_str(), slice.asks[0].relevant.clone())).collect();
    assert_eq!(relevant, [("new", vec![1]), ("repeat", vec![0]), ("cold items", vec![2])]);
    assert_eq!(split.train.event_count(), 2);
    assert!(
        split.slices.iter().all(|slice| slice.asks.len() == 1),
        "shoppers without a history are not judged"
    );
}

#[test]
fn a_product_that_comes_after_the_cut_does_not_tell_when() {
    let mut catalogue = items(2);
    catalogue[1].created_at = 15 * DAY_MS;
    let event = |user, item, day| Event::new(user, item, EventKind::Purchase, day * DAY_MS);
    let data = Dataset::new(catalogue, 1, BTreeMap::new(), &[event(0, 0, 1), event(0, 1, 15)]).unwrap();
    let split = by_time(&data, 10 * DAY_MS).unwrap();
    assert_eq!(split.train.items()[1].created_at, 10 * DAY_MS);
}

#[test]
fn a_validation_split_never_sees_the_test_part() {
    let data = purchases(&[(0, 0, 1), (1, 1, 1), (0, 1, 25), (0, 2, 45)], 3, 2);
    let split = validation_by_time(&data, 40 * DAY_MS, 30).unwrap();
    assert_eq!(split.slices[0].asks[0].relevant, [1]);
    assert_eq!(split.train.event_count(), 2);
}

#[test]
fn a_cut_with_nothing_behind_it_is_refused_with_a_hint() {
    let error = by_time(&purchases(&[(0, 0, 1)], 1, 1), 10 * DAY_MS).err().unwrap();
    assert!(error.to_string().contains("move the cut"), "{error}");
}

#[test]
fn leave_last_out_asks_with_the_validation_event_known_but_not_trained_on() {
    let data = purchases(&[(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 0, 1), (1, 1, 2)], 3, 2);
    let labels = last_out_labels(&data);
    assert_eq!(labels, [Label::Train, Label::Valid, Label::Test, Label::Train, Label::Train]);
    let split = by_labels(&data, &labels, Label::Test, "leave-last-out").unwrap();
    assert_eq!(split.train.event_count(), 3);
    let ask = &split.slices[0].asks[0];
    assert_eq!((ask.relevant.as_slice(), ask.history), ([2].as_slice(), 2));
    let valid = by_labels(&data, &labels, Label::Valid, "leave-last-out").unwrap();
    assert_eq!(valid.slices[0].asks[0].relevant, [1]);
}

#[test]
fn sessions_are_revealed_step_by_step_without_the_current_item() {
    let view = |user, item, minute: i64| Event::new(user, item, EventKind::View, minute * 60_000);
    let events = [
        view(0, 0, 0),
        view(0, 1, 1),
        view(0, 2, 2),
        view(1, 0, 1_000),
        view(1, 1, 1_001),
        view(1, 1, 1_002),
        view(1, 2, 1_003),
    ];
    let data = Dataset::new(items(3), 2, BTreeMap::new(), &events).unwrap();
    let split = by_session(&data, 900 * 60_000).unwrap();
    assert_eq!(split.train.event_count(), 3);
    assert_eq!(
        split.slices[0].asks.len(),
        2,
        "the repeated step is asked only where the current one is allowed"
    );
    assert_eq!(split.slices[1].asks.len(), 3);
    assert_eq!(split.slices[0].asks[0].filter.exclude, [0]);
}

#[test]
fn the_popular_strategy_is_measured_as_computed_by_hand() {
    // Item 0 is bought three times, item 1 twice, item 2 once. Shopper 3 knows item 2 and buys 1 next.
    let rows = [(0, 0, 1), (1, 0, 1), (2, 0, 1), (0, 1, 1), (1, 1, 1), (3, 2, 1), (3, 1, 11)];
    let report = evaluate(&by_time(&purchases(&rows, 3, 4), 10 * DAY_MS).unwrap());
    let slice = &report.slices[0];
    assert_eq!(slice.questions, 1);
    let value = |name: &str| report.value("popular", name).unwrap();
    assert_eq!(value("recall@10"), 1.0);
    assert_eq!(value("mrr@20"), 0.5);
    assert!((value("ndcg@10") - 1.0 / 3f64.log2()).abs() < 1e-9);
    let beyond = &slice.strategies[0].beyond;
    assert!((beyond.coverage - 2.0 / 3.0).abs() < 1e-9);
    assert!((beyond.popularity - 2.5).abs() < 1e-9);
    assert_eq!(report.data.train_users, 4);
}

#[test]
fn a_report_prints_as_text_json_and_a_page_without_outside_references() {
    let rows = [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 11), (0, 0, 11)];
    let report = evaluate(&by_time(&purchases(&rows, 2, 2), 10 * DAY_MS).unwrap());
    let text = report.to_text();
    assert!(
        text.contains("popular") && text.contains("ndcg@10") && text.contains("repeat: 1 questions"),
        "{text}"
    );
    let json: serde_json::Value = serde_json::to_value(&report).unwrap();
    assert!(json["slices"][0]["strategies"][0]["metrics"]["recall@20"]["mean"].is_number());
    let page = report.to_html();
    assert!(page.contains("<svg") && !page.contains("<script") && !page.contains("http"), "{page}");
}

#[test]
fn tuning_starts_from_the_default_and_reports_every_trial() {
    let rows = [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 11)];
    let split = by_time(&purchases(&rows, 2, 2), 10 * DAY_MS).unwrap();
    let registry = Registry::standard();
    let search = tune::Search {
        strategy: "popular".to_owned(),
        base: serde_json::Value::Null,
        trials: 3,
        metric: "ndcg@10".to_owned(),
        seed: 1,
    };
    let options = Options { contenders: Vec::new(), ..Options::standard(&registry) };
    let tuned =
        tune::tune(&split, &registry, &search, &options, &NoStopwatch, &Silent, &Cancel::default()).unwrap();
    assert!(!tuned.trials.is_empty() && tuned.trials.len() <= 3);
    assert!(tuned.params().is_object());
}
