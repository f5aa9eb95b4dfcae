//! Lists: what is on them, what they say about themselves, and what they cost.

use shelfwise::domain::ids::VisitorId;
use shelfwise::domain::interaction::InteractionKind::{Purchase, View};
use shelfwise::domain::interaction::Subject;
use shelfwise::domain::people::Preferences;
use shelfwise::recommend::ask::{Ask, AskError, Question};
use shelfwise_strategies::request::FallbackReason;
use shelfwise_strategies::strategy::Window;
use uuid::Uuid;

use super::shop::{CATEGORIES, Shop, ask, category, ids, product, shopper, user};

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_is_shown_what_neighbours_bought_and_never_what_is_owned() {
    let shop = Shop::open().await;
    let served = shop.list(shopper(0), 4);
    let owned = [0, 3, 6, 9].map(product);
    assert!(ids(&served).iter().all(|id| !owned.contains(id)));
    let first = &served.list.items[0];
    assert_eq!((first.product.uuid().as_u128() - 0xA000) % CATEGORIES, 0, "the shopper's own shelf first");
    assert_eq!((first.rank, &*first.source), (1, "collaborative"));
    assert!(first.because.iter().all(|part| owned.contains(&part.product) && part.deed == Purchase));
    assert!(first.text.starts_with("Because you bought"), "{}", first.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_full_as_long_as_the_shop_has_products() {
    let shop = Shop::open().await;
    let served = shop.list(shopper(0), 20);
    assert_eq!(served.list.items.len(), 20);
    assert!(served.list.items.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(served.list.items.iter().all(|item| (0.0..=1.0).contains(&item.score)));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_unknown_gets_what_is_popular_and_is_told_so() {
    let shop = Shop::open().await;
    let stranger = Subject::Visitor(VisitorId::from(Uuid::from_u128(1)));
    let served = shop.list(stranger, 5);
    assert_eq!(served.list.items.len(), 5);
    assert_eq!(served.list.fallback, FallbackReason::ColdStartUser);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_shop_answers_with_an_empty_list() {
    let shop = Shop::empty().await;
    let stranger = Subject::Visitor(VisitorId::from(Uuid::from_u128(1)));
    assert!(shop.list(stranger, 5).list.items.is_empty());
    let trending = Ask::new(Question::Trending(Window::Day), None, 5);
    assert!(shop.live.recommend(&trending).unwrap().list.items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_products_never_hold_the_product_itself() {
    let shop = Shop::open().await;
    let ask = Ask::new(Question::SimilarTo(product(3)), None, 10);
    let served = shop.live.recommend(&ask).unwrap();
    assert!(!served.list.items.is_empty() && !ids(&served).contains(&product(3)));
    let unknown = Ask::new(Question::SimilarTo(product(999)), None, 10);
    assert_eq!(shop.live.recommend(&unknown).unwrap_err(), AskError::UnknownProduct(product(999)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_holds_for_every_product_of_the_list() {
    let shop = Shop::open().await;
    let mut asked = ask(shopper(0), 20);
    asked.filter.categories = vec![category(2)];
    asked.filter.price = Some((1_500, 2_500));
    asked.filter.exclude = vec![product(8)];
    let served = shop.live.recommend(&asked).unwrap();
    assert_eq!(ids(&served).len(), 3, "products 5, 11 and 14");
    asked.filter.categories = vec![Uuid::from_u128(1).into()];
    assert!(shop.live.recommend(&asked).unwrap().list.items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_nobody_registered_is_refused() {
    let shop = Shop::open().await;
    let mut asked = ask(shopper(0), 5);
    asked.strategy = Some("astrology".to_owned());
    assert_eq!(shop.live.recommend(&asked).unwrap_err(), AskError::UnknownStrategy("astrology".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_hundred_costs_as_few_statements_as_a_list_of_one() {
    let shop = Shop::open().await;
    assert!(shop.live.knows(shopper(5)).await.unwrap());
    let before = shop.store.statements_executed();
    shop.live.recommend(&ask(shopper(5), 1)).unwrap();
    shop.live.recommend(&ask(shopper(5), 100)).unwrap();
    assert!(shop.live.knows(shopper(5)).await.unwrap());
    assert_eq!(shop.store.statements_executed(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_exist_is_not_known() {
    let shop = Shop::open().await;
    assert!(shop.live.knows(shopper(0)).await.unwrap());
    assert!(!shop.live.knows(shopper(999)).await.unwrap());
    assert!(!shop.live.knows(Subject::Visitor(Uuid::from_u128(5).into())).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stated_taste_shapes_the_next_list() {
    let shop = Shop::open().await;
    let newcomer = Subject::Visitor(VisitorId::from(Uuid::from_u128(77)));
    let mut asked = ask(newcomer, 5);
    asked.preferences = Some(Preferences { categories: vec![category(1)], ..Preferences::default() });
    let served = shop.live.recommend(&asked).unwrap();
    let first = served.list.items[0].product.uuid().as_u128() - 0xA000;
    assert_eq!(first % CATEGORIES, 1);
    let stated = Preferences { categories: vec![category(2)], ..Preferences::default() };
    let before = shop.list(shopper(0), 5);
    shop.live.taste_changed(user(0), &stated);
    let after = shop.list(shopper(0), 5);
    assert!(!before.cached && !after.cached);
}

#[tokio::test(flavor = "multi_thread")]
async fn served_lists_are_logged_with_all_that_figures_need() {
    let shop = Shop::open().await;
    shop.record(shopper(0), 3, View).await;
    let served = shop.list(shopper(0), 3);
    shop.live.flush().await;
    let logged = shop.store.served_recommendation(served.id).await.unwrap().unwrap();
    assert_eq!(logged.subject, Some(shopper(0)));
    assert_eq!(logged.items.len(), 3);
    assert_eq!((logged.strategy_id.as_str(), logged.cached), ("collaborative", false));
    let again = shop.list(shopper(0), 3);
    assert_ne!(again.id, served.id);
    shop.live.flush().await;
    assert!(shop.store.served_recommendation(again.id).await.unwrap().unwrap().cached);
    assert_eq!(shop.live.unlogged(), 0);
}
