//! What every registered strategy promises, whatever it computes.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::engine::user_state;
use shelfwise_strategies::event::{DAY_MS, Event, EventKind, HistoryEvent};
use shelfwise_strategies::item::{ItemFeatures, Preferences};
use shelfwise_strategies::mask::{Filter, Mask};
use shelfwise_strategies::models::ModelSet;
use shelfwise_strategies::persist::{ModelHeader, read_model, write_model};
use shelfwise_strategies::recommender::Recommender;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::request::{FallbackReason, RankedList, Request, Shopper};
use shelfwise_strategies::scratch::Scratch;
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::{Context, Kind, Query, ReasonKind};
use shelfwise_strategies::train::Cancel;
use support::{
    ITEMS, NOW, USERS, dataset, events, item, items, job, kinds, registry, request, serve, serve_at, shop,
    shown, train,
};

fn ids() -> Vec<&'static str> {
    registry().entries().iter().map(|entry| entry.id).collect()
}

/// Strategies whose subject is what was bought before.
const REPEATS: [&str; 1] = ["buy_it_again"];

fn assert_sound(list: &RankedList, count: usize, context: &str) {
    assert!(list.items.len() <= count, "{context}: more than asked for");
    let mut seen = std::collections::BTreeSet::new();
    let mut ceiling = 1.0f32;
    for (index, ranked) in list.items.iter().enumerate() {
        assert!(seen.insert(ranked.item), "{context}: {} twice", ranked.item);
        assert_eq!(ranked.rank, index + 1, "{context}");
        assert!(ranked.score.is_finite() && ranked.score >= 0.0, "{context}: {}", ranked.score);
        assert!(ranked.score <= ceiling, "{context}: scores rise at rank {}", ranked.rank);
        ceiling = ranked.score;
        let shares: f32 = ranked.because.iter().map(|share| share.share).sum();
        let sum = shares + ranked.rest;
        assert!((sum - ranked.score).abs() < 1e-4, "{context}: shares {sum}, score {}", ranked.score);
        if !ranked.contributions.is_empty() {
            let sum: f32 = ranked.contributions.iter().map(|part| part.weight * part.score).sum();
            assert!((sum - ranked.score).abs() < 1e-4, "{context}: parts {sum}, score {}", ranked.score);
        }
        assert!(ranked.because.iter().all(|share| share.share.is_finite()), "{context}");
    }
}

#[test]
fn lists_are_short_enough_sorted_finite_without_repeats_and_explained_to_the_last_digit() {
    let recommender = shop(&registry());
    for id in ids() {
        for kind in kinds() {
            for user in 0..6 {
                for (diversity, boost, cap) in [(0.0, 0.0, None), (0.5, 0.7, Some(3))] {
                    let mut request = request(kind.clone(), user, id);
                    request.diversity = diversity;
                    request.sustainability_boost = boost;
                    request.category_cap = cap;
                    request.explain = Some(2);
                    let list = recommender.recommend(&request);
                    assert_sound(&list, request.count, &format!("{id} {kind:?} user {user}"));
                }
            }
        }
    }
}

#[test]
fn nothing_forbidden_is_ever_shown() {
    let recommender = shop(&registry());
    recommender.set_available(6, false, true);
    recommender.set_available(7, true, false);
    recommender.observe(&Event::new(0, 8, EventKind::Dismiss, NOW)).unwrap();
    let bought: Vec<u32> = dataset()
        .history(0)
        .iter()
        .filter(|event| event.kind == EventKind::Purchase)
        .map(|event| event.item)
        .collect();
    assert!(!bought.is_empty());
    for id in ids() {
        for kind in kinds() {
            let mut request = request(kind.clone(), 0, id);
            request.count = ITEMS as usize;
            request.filter.exclude = vec![10, 11];
            request.pins = vec![6, 8, 10];
            request.exploration_slots = 2;
            let list = recommender.recommend(&request);
            let context = format!("{id} {kind:?}: {:?}", shown(&list));
            for ranked in &list.items {
                assert!(![6, 7, 8, 10, 11].contains(&ranked.item), "{context}");
                let repeat = REPEATS.contains(&&*ranked.source);
                assert!(repeat || !bought.contains(&ranked.item), "{context}: {} was bought", ranked.item);
                assert!(
                    matches!(kind, Kind::Search(_)) || !kind.anchors().contains(&ranked.item),
                    "{context}: an answer repeats the question"
                );
            }
        }
    }
}

#[test]
fn a_category_cap_binds_strategies_fallbacks_and_new_products_alike() {
    let recommender = shop(&registry());
    let data = dataset();
    let leaf = |item: u32| data.items()[item as usize].categories.first().copied();
    for id in ids() {
        for kind in kinds() {
            let mut request = request(kind.clone(), 1, id);
            request.count = 12;
            request.category_cap = Some(2);
            request.pins = vec![9, 13];
            request.exploration_slots = 2;
            let list = recommender.recommend(&request);
            let most = list
                .items
                .iter()
                .map(|ranked| list.items.iter().filter(|other| leaf(other.item) == leaf(ranked.item)).count())
                .max();
            assert!(most <= Some(2), "{id} {kind:?}: {:?}", shown(&list));
        }
    }
}

#[test]
fn a_callers_filter_binds_strategies_and_fallbacks_alike() {
    let recommender = shop(&registry());
    for id in ids() {
        let mut request = request(Kind::ForUser, 1, id);
        request.count = ITEMS as usize;
        request.filter = Filter {
            categories: vec![10],
            price: Some((600, 1_500)),
            min_sustainability: Some(20),
            ..Filter::default()
        };
        for ranked in recommender.recommend(&request).items {
            let features = item(ranked.item);
            assert!(features.categories.contains(&10), "{id}");
            assert!((600..=1_500).contains(&features.price_minor), "{id}");
            assert!(features.sustainability >= Some(20), "{id}");
        }
    }
}

#[test]
fn one_seed_gives_one_list_across_trainings_and_across_saving() {
    let registry = registry();
    let (one, two) = (shop(&registry), shop(&registry));
    let data = dataset();
    let (weights, cancel) = Default::default();
    let mut loaded = ModelSet::default();
    for entry in registry.entries() {
        let model = entry.fit(&job(&data, &weights, &cancel), &Value::Null).unwrap();
        let header = ModelHeader {
            strategy: entry.id.to_owned(),
            version: "1".to_owned(),
            params: "null".to_owned(),
            snapshot_version: 1,
            item_count: u64::from(ITEMS),
        };
        let bytes = write_model(&header, model.as_ref()).unwrap();
        let (read, encoded) = read_model(&bytes).unwrap();
        assert_eq!(read, header);
        loaded.insert(entry.id, "1", registry.load(&read.strategy, &encoded).unwrap());
    }
    let three = serve(&Registry::default(), data);
    let snapshot = Snapshot::clone(&three.snapshot());
    three.publish(snapshot, loaded, three.mark());
    for id in ids() {
        for kind in kinds() {
            let request = request(kind.clone(), 3, id);
            let list = one.recommend(&request);
            assert_eq!(list, one.recommend(&request), "{id} {kind:?}: asked twice");
            assert_eq!(list, two.recommend(&request), "{id} {kind:?}: trained twice");
            assert_eq!(list, three.recommend(&request), "{id} {kind:?}: saved and loaded");
        }
    }
}

#[test]
fn nobody_in_particular_and_newcomers_get_a_full_list() {
    let recommender = shop(&registry());
    let newcomer = recommender.add_user(None);
    for id in ids() {
        for shopper in [Shopper::Unknown, Shopper::Known(newcomer), Shopper::Known(9_999)] {
            let request = Request::new(Kind::ForUser, shopper, 10, NOW).strategy(id);
            let list = recommender.recommend(&request);
            assert_eq!(list.items.len(), 10, "{id}");
            assert_sound(&list, 10, id);
        }
    }
}

#[test]
fn stated_taste_alone_makes_a_list_of_it() {
    let recommender = shop(&registry());
    let stated = Preferences { categories: vec![20], ..Preferences::default() };
    let newcomer = recommender.add_user(Some(stated));
    for id in ["content_based", "ensemble"] {
        let list = recommender.recommend(&request(Kind::ForUser, newcomer, id));
        assert_eq!(list.fallback, FallbackReason::None, "{id}");
        assert!(list.items.iter().all(|ranked| ranked.item % 2 == 1), "{id}: {:?}", shown(&list));
    }
}

#[test]
fn an_empty_shop_gives_empty_lists() {
    for items in [Vec::new(), items()] {
        let count = items.len();
        let recommender = serve(&registry(), Dataset::new(items, 0, BTreeMap::new(), &[]).unwrap());
        for id in ids() {
            for kind in kinds() {
                let request = Request::new(kind.clone(), Shopper::Unknown, 10, NOW).strategy(id);
                let list = recommender.recommend(&request);
                assert_sound(&list, 10.min(count), &format!("{id} {kind:?}"));
            }
        }
    }
}

/// Asks models directly, without the engine's rules around them.
fn with_context<T>(recommender: &Recommender, user: u32, look: impl FnOnce(&Context<'_>) -> T) -> T {
    let request = Request::new(Kind::ForUser, Shopper::Known(user), 10, NOW);
    let scratch = Scratch::default();
    recommender.inspect(|world| {
        let user = user_state(world.snapshot, world.delta, &request);
        let filter = Filter { exclude_purchased: false, ..Filter::default() };
        let mask = Mask::new(world.delta, &user, &filter, true, &scratch);
        look(&Context::new(world, user, &mask, &scratch, NOW, 0))
    })
}

#[test]
fn scores_are_the_same_however_they_are_asked_for() {
    let recommender = shop(&registry());
    recommender.observe(&Event::new(2, 12, EventKind::Cart, NOW)).unwrap();
    for user in 0..4 {
        with_context(&recommender, user, |ctx| {
            for model in ctx.models.iter() {
                for kind in kinds().iter().filter(|kind| model.supports(kind)) {
                    let context = format!("{} {kind:?} user {user}", model.name());
                    let query = Query { kind, count: 15 };
                    let mut top = ctx.scratch.top(15);
                    model.score(ctx, &query, &mut top);
                    let offered = top.sorted().to_vec();
                    let items: Vec<u32> = offered.iter().map(|scored| scored.item).collect();
                    let mut again = vec![0.0; items.len()];
                    model.rescore(ctx, &query, &items, &mut again);
                    let told = model.explain(ctx, &query, &items, 100);
                    assert_eq!(told.len(), items.len(), "{context}");
                    for ((scored, again), told) in offered.iter().zip(again).zip(told) {
                        let slack = 1e-4 * scored.score.max(1.0);
                        assert!((scored.score - again).abs() < slack, "{context}: {scored:?} {again}");
                        assert!((told.score - again).abs() < slack, "{context}: {told:?} {again}");
                        let shares: f32 = told.because.iter().map(|share| share.share).sum();
                        assert!((shares + told.rest - told.score).abs() < slack, "{context}: {told:?}");
                    }
                }
            }
        });
    }
}

#[test]
fn a_new_product_can_be_shown_at_once_by_every_strategy() {
    let recommender = shop(&registry());
    let new = recommender.add_item(&ItemFeatures { created_at: NOW, ..item(4) });
    for id in ids() {
        let mut request = request(Kind::ForUser, 0, id);
        request.count = ITEMS as usize;
        let list = recommender.recommend(&request);
        assert!(shown(&list).contains(&new), "{id}: {:?}", shown(&list));
    }
    let similar = recommender.recommend(&request(Kind::SimilarTo(4), 0, "content_based"));
    assert_eq!(similar.items[0].item, new, "its twin is the most similar");
    assert_eq!(&*similar.items[0].source, "content_based");
}

#[test]
fn an_event_changes_the_next_answer_of_every_strategy() {
    for id in ids() {
        let recommender = shop(&registry());
        let before = recommender.recommend(&request(Kind::ForUser, 2, id));
        let first = before.items[0].item;
        let bought = Event::new(2, first, EventKind::Purchase, NOW).amount(1.0).group(77);
        recommender.observe(&bought).unwrap();
        let after = recommender.recommend(&request(Kind::ForUser, 2, id));
        assert_ne!(before.items, after.items, "{id}: a purchase changed nothing");
        let kept = after.items.iter().find(|ranked| ranked.item == first);
        assert!(kept.is_none_or(|ranked| REPEATS.contains(&&*ranked.source)), "{id}: bought, still shown");

        let second = after.items[0].item;
        recommender.observe(&Event::new(2, second, EventKind::Dismiss, NOW)).unwrap();
        let last = recommender.recommend(&request(Kind::ForUser, 2, id));
        assert!(!shown(&last).contains(&second), "{id}: dismissed, still shown");
    }
}

#[test]
fn a_new_interest_shows_in_the_next_list() {
    for id in ["content_based", "session", "collaborative", "matrix_factorization", "ensemble"] {
        let recommender = shop(&registry());
        if recommender.models().get(id).is_none() {
            continue;
        }
        // A gardener starts to look at kitchen goods.
        for (step, item) in [1, 3, 5, 7].into_iter().enumerate() {
            let at = NOW - 5_000 + step as i64 * 1_000;
            for kind in [EventKind::View, EventKind::Cart] {
                recommender.observe(&Event::new(0, item, kind, at).group(5)).unwrap();
            }
        }
        let list = recommender.recommend(&request(Kind::ForUser, 0, id));
        let kitchen = shown(&list).iter().take(5).filter(|item| *item % 2 == 1).count();
        assert!(kitchen >= 2, "{id}: {:?}", shown(&list));
    }
}

#[test]
fn a_shopper_who_is_only_a_list_of_events_is_served_like_one_who_is_known() {
    let recommender = shop(&registry());
    let events: Vec<HistoryEvent> = dataset().history(5).to_vec();
    for id in ids() {
        let mut known = request(Kind::ForUser, 5, id);
        known.explain = None;
        let mut listed = known.clone();
        listed.shopper = Shopper::Events(events.clone());
        let (known, listed) = (recommender.recommend(&known), recommender.recommend(&listed));
        assert_eq!(shown(&known), shown(&listed), "{id}");
    }
}

#[test]
fn an_unknown_key_or_name_is_refused_by_name() {
    let registry = registry();
    for entry in registry.entries() {
        let message = entry.check(&json!({ "neighbors_typo": 1 })).unwrap_err().to_string();
        assert!(message.contains("neighbors_typo") && message.contains(entry.id), "{message}");
        entry.check(&entry.default_params().unwrap()).unwrap();
    }
    let Err(error) = registry.get("colaborative") else { panic!("a typo was accepted") };
    assert!(error.to_string().contains("colaborative") && error.to_string().contains("popular"));
}

#[test]
fn every_tunable_setting_is_a_key_of_the_configuration() {
    for entry in registry().entries() {
        let defaults = entry.default_params().unwrap();
        for dimension in entry.search_space() {
            assert!(defaults.get(dimension.key).is_some(), "{}: {}", entry.id, dimension.key);
        }
    }
}

#[test]
fn a_cancelled_training_ends_with_the_error_or_was_already_done() {
    let (data, weights) = (dataset(), Default::default());
    let cancel = Cancel::default();
    cancel.cancel();
    for entry in registry().entries() {
        if let Err(error) = entry.fit(&job(&data, &weights, &cancel), &Value::Null) {
            assert!(error.to_string().contains("cancelled"), "{}: {error}", entry.id);
        }
    }
}

#[test]
fn pinned_products_come_first_and_new_ones_get_their_slots() {
    let recommender = shop(&registry());
    let new = recommender.add_item(&ItemFeatures { created_at: NOW - DAY_MS, ..item(9) });
    let mut request = request(Kind::ForUser, 0, "popular");
    request.pins = vec![33, 31];
    request.exploration_slots = 1;
    let list = recommender.recommend(&request);
    assert_eq!(shown(&list)[..2], [33, 31]);
    assert_eq!(list.items[0].reason, ReasonKind::Pinned);
    assert_eq!(shown(&list).last(), Some(&new));
    assert_eq!(list.items.len(), 10);
}

#[derive(Clone, Debug)]
enum Step {
    Event(u32, u32, EventKind),
    Available(u32, bool, bool),
    NewItem,
    NewUser,
    Republish,
}

fn step() -> impl Strategy<Value = Step> {
    use EventKind::*;
    let kind = prop::sample::select(vec![View, Like, Unlike, Cart, Purchase, Dismiss, Impression, Return]);
    prop_oneof![
        8 => (0..USERS + 2, 0..ITEMS + 4, kind).prop_map(|(user, item, kind)| Step::Event(user, item, kind)),
        3 => (0..ITEMS, any::<bool>(), any::<bool>()).prop_map(|(item, a, b)| Step::Available(item, a, b)),
        1 => Just(Step::NewItem),
        1 => Just(Step::NewUser),
        1 => Just(Step::Republish),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: what is hidden, sold out, bought or dismissed is never
    /// shown, by any strategy, and lists stay sound.
    #[test]
    fn live_changes_hold_for_every_strategy(steps in prop::collection::vec(step(), 1..40), user in 0..USERS) {
        let registry = registry();
        let recommender = shop(&registry);
        let mut out: BTreeMap<(u32, u32), EventKind> = BTreeMap::new();
        for user in 0..USERS {
            for event in dataset().history(user).iter().filter(|event| event.kind == EventKind::Purchase) {
                out.insert((user, event.item), event.kind);
            }
        }
        let mut available: BTreeMap<u32, bool> = BTreeMap::new();
        let mut version = 1;
        for (index, step) in steps.into_iter().enumerate() {
            match step {
                Step::Event(user, item, kind) => {
                    let event = Event::new(user, item, kind, NOW + index as i64 * 1_000);
                    let known = recommender.observe(&event).is_ok();
                    let final_word = matches!(kind, EventKind::Purchase | EventKind::Dismiss | EventKind::Return);
                    if known && final_word && out.get(&(user, item)) != Some(&EventKind::Dismiss) {
                        out.insert((user, item), kind);
                    }
                }
                Step::Available(item, active, stock) => {
                    recommender.set_available(item, active, stock);
                    available.insert(item, active && stock);
                }
                Step::NewItem => {
                    let _ = recommender.add_item(&ItemFeatures { created_at: NOW, ..item(3) });
                }
                Step::NewUser => {
                    let _ = recommender.add_user(None);
                }
                Step::Republish => {
                    let (data, mark) = recommender.compact().unwrap();
                    let models = train(&registry, &data);
                    version += 1;
                    recommender.publish(Snapshot::new(version, Arc::new(data)), models, mark);
                }
            }
        }
        for id in ids() {
            let mut request = request(Kind::ForUser, user, id);
            request.now = NOW + 100_000;
            request.count = 20;
            let list = recommender.recommend(&request);
            assert_sound(&list, 20, id);
            for ranked in &list.items {
                prop_assert!(available.get(&ranked.item).copied().unwrap_or(true), "{id} shows {}", ranked.item);
                match out.get(&(user, ranked.item)) {
                    None => {}
                    Some(EventKind::Purchase | EventKind::Return) => {
                        prop_assert!(REPEATS.contains(&&*ranked.source), "{id} shows bought {}", ranked.item);
                    }
                    Some(kind) => prop_assert!(false, "{id} shows {} after {kind:?}", ranked.item),
                }
            }
        }
    }
}

#[test]
fn default_configurations_read_as_people_write_numbers() {
    for entry in registry().entries() {
        let text = entry.default_params().unwrap().to_string();
        let longest = text.split(|letter: char| !letter.is_ascii_digit()).map(str::len).max();
        assert!(longest <= Some(10), "{}: {text}", entry.id);
    }
}

/// Strategies whose subject is the present moment.
const OF_THE_MOMENT: [&str; 3] = ["trending", "newest", "buy_it_again"];

/// The shop as it is today, with a past that ended so many days ago.
fn resting_for(days: i64) -> Recommender {
    let shifted = events().into_iter().map(|event| Event { at: event.at - days * DAY_MS, ..event });
    let data = Dataset::new(items(), USERS as usize, BTreeMap::new(), &shifted.collect::<Vec<_>>()).unwrap();
    serve_at(&registry(), data, NOW)
}

#[test]
fn a_past_that_ended_years_ago_recommends_as_one_that_ended_today() {
    let (fresh, old) = (resting_for(0), resting_for(15 * 365));
    for id in ids().into_iter().filter(|id| !OF_THE_MOMENT.contains(id)) {
        for kind in [Kind::ForUser, Kind::SimilarTo(4), Kind::Basket(vec![4, 8]), Kind::Session] {
            for user in 0..6 {
                let mut request = request(kind.clone(), user, id);
                request.fallback = false;
                let lists = [&old, &fresh].map(|shop| shown(&shop.recommend(&request)));
                assert_eq!(lists[0], lists[1], "{id}, {kind:?} for {user}");
            }
        }
    }
}
