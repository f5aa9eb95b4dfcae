//! The plug-in of `docs/STRATEGIES.md` at work.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use serde_json::json;
use shelfwise_strategies::event::{Event, EventKind};
use shelfwise_strategies::strategy::Kind;
use support::{NOW, item, registry, request, shop, shown};

#[test]
fn the_example_recommends_the_shoppers_brands_and_says_why() {
    let recommender = shop(&registry());
    let newcomer = recommender.add_user(None);
    recommender.observe(&Event::new(newcomer, 3, EventKind::Cart, NOW)).unwrap();
    let list = recommender.recommend(&request(Kind::ForUser, newcomer, "same_brand"));
    let own: Vec<_> = list.items.iter().filter(|ranked| &*ranked.source == "same_brand").collect();
    assert!(own.len() >= 5);
    for ranked in own {
        assert_eq!(item(ranked.item).brand, item(3).brand);
        assert_eq!(ranked.because[0].item, 3);
        assert!((ranked.because[0].share - ranked.score).abs() < 1e-4);
    }
}

#[test]
fn the_example_learns_from_a_like_and_a_new_product_at_once() {
    let recommender = shop(&registry());
    let newcomer = recommender.add_user(None);
    recommender.observe(&Event::new(newcomer, 3, EventKind::Cart, NOW)).unwrap();
    let new = recommender.add_item(&item(8));
    for user in 0..20 {
        recommender.observe(&Event::new(user, new, EventKind::Like, NOW)).unwrap();
    }
    let list = recommender.recommend(&request(Kind::ForUser, newcomer, "same_brand"));
    assert_eq!(shown(&list)[0], new);
}

#[test]
fn the_example_refuses_a_key_it_does_not_know() {
    let registry = registry();
    let entry = registry.get("same_brand").unwrap();
    let message = entry.check(&json!({ "bonus": 1 })).unwrap_err().to_string();
    assert!(message.contains("bonus"), "{message}");
}

#[test]
fn the_document_shows_the_code_that_runs_here() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).unwrap();
    let between = |text: &str, begin: &str, end: &str| {
        let start = text.find(begin).unwrap() + begin.len();
        text[start..start + text[start..].find(end).unwrap()].trim().to_owned()
    };
    let here = between(&read("tests/support/same_brand.rs"), "// begin example\n", "// end example");
    let there = between(&read("../docs/STRATEGIES.md"), "```rust\n", "```");
    assert!(
        here == there,
        "copy the code between the marks of tests/support/same_brand.rs into docs/STRATEGIES.md"
    );
}
