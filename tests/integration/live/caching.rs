//! The cache never answers with what is outdated.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use shelfwise::domain::interaction::InteractionKind::{
    self, Cart, Click, Dismiss, Like, Purchase, Unlike, View,
};

use super::shop::{PRODUCTS, Shop, ask, product, shopper, variant};

#[derive(Debug, Clone)]
enum Step {
    Ask { who: u128, count: usize },
    Deed { who: u128, what: u128, kind: InteractionKind },
    SellOut { what: u128 },
    Restock { what: u128 },
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(vec![View, Like, Unlike, Cart, Purchase, Dismiss, Click]);
    // Few, so that the same is asked twice.
    let count = prop::sample::select(vec![3, 11]);
    prop_oneof![
        4 => (0..4u128, count).prop_map(|(who, count)| Step::Ask { who, count }),
        3 => (0..4u128, 0..PRODUCTS, kind).prop_map(|(who, what, kind)| Step::Deed { who, what, kind }),
        1 => (0..PRODUCTS).prop_map(|what| Step::SellOut { what }),
        1 => (0..PRODUCTS).prop_map(|what| Step::Restock { what }),
    ]
}

async fn take(shop: &Shop, step: &Step) {
    match *step {
        Step::Ask { who, count } => {
            let asked = ask(shopper(who), count);
            let served = shop.live.recommend(&asked).unwrap();
            let fresh = shop.live.recompute(&asked).unwrap();
            let same = served.list.items == fresh.items
                || (served.cached && only_time_moved(&served.list.items, &fresh.items));
            assert!(same, "cached {:?}\nfresh {:?}", served.list.items, fresh.items);
        }
        Step::Deed { who, what, kind } => shop.record(shopper(who), what, kind).await,
        Step::SellOut { what } => stock(shop, what, -10).await,
        Step::Restock { what } => stock(shop, what, 10).await,
    }
}

/// Whether two lists hold the same products in the same order: scores decay by the millisecond.
fn only_time_moved(
    a: &[shelfwise::recommend::ask::Recommended],
    b: &[shelfwise::recommend::ask::Recommended],
) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| a.product == b.product && (a.score - b.score).abs() < 1e-4)
}

async fn stock(shop: &Shop, what: u128, by: i64) {
    let mut unit = shop.store.begin().await.unwrap();
    // Selling more than there is is refused, and then nothing has changed.
    if unit.adjust_stock(variant(what), by, shop.context.now()).await.is_ok() {
        unit.save().await.unwrap();
        shop.live.stock_changed(&[product(what)]).await.unwrap();
    }
}

#[test]
fn whatever_happens_a_cached_list_is_the_one_that_would_be_computed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&prop::collection::vec(step(), 1..40), |steps| {
        runtime.block_on(async {
            for step in &steps {
                take(&shop, step).await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
    let stats = shop.live.cache_stats();
    assert!(stats.hits > 0 && stats.misses > 0, "{stats:?}");
}

#[test]
fn a_repeated_question_is_answered_from_the_cache_until_it_is_cleared() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    assert!(!shop.list(shopper(0), 7).cached);
    let second = shop.list(shopper(0), 7);
    assert!(second.cached && !shop.list(shopper(0), 8).cached && !shop.list(shopper(3), 7).cached);
    shop.live.clear_cache();
    assert!(!shop.list(shopper(0), 7).cached);
}
