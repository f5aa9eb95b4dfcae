//! What a simulated shop promises: the same seed the same shop, sound data, tastes worth learning.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;

const END: i64 = 1_767_225_600_000;

fn shop(products: u32, users: u32, days: u32, seed: u64) -> Shop {
    Shop::new(Config { products, users, days, seed, end_ms: END }).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_shop_to_the_byte_and_another_seed_another() {
    let text = |seed| {
        let shop = shop(80, 40, 30, seed);
        let products: Vec<_> = shop.catalogue().collect();
        let shoppers: Vec<_> = shop.shoppers().collect();
        let events: Vec<_> = shop.events().collect();
        serde_json::to_string(&(shop.categories(), shop.brands(), products, shoppers, events)).unwrap()
    };
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}

#[test]
fn sizes_out_of_range_are_refused_by_name() {
    let config = Config { products: 0, ..Config::small(END) };
    assert_eq!(Shop::new(config).err().unwrap().to_string(), "products must be between 1 and 5000000");
}

#[test]
fn the_shop_of_a_first_run_has_a_plausible_funnel_and_a_long_tail() {
    let shop = Shop::new(Config::small(END)).unwrap();
    let mut counts = HashMap::<&str, usize>::new();
    let mut views = vec![0u32; 600];
    let mut lines = 0;
    let mut again = 0;
    let mut bought = HashSet::new();
    for event in shop.events() {
        let kind = match &event.action {
            Action::View { product, .. } => {
                views[*product as usize] += 1;
                "view"
            }
            Action::Like { .. } => "like",
            Action::Dismiss { .. } => "dismiss",
            Action::Cart { .. } => "cart",
            Action::Order(order) => {
                lines += order.lines.len();
                again +=
                    order.lines.iter().filter(|line| !bought.insert((event.shopper, line.product))).count();
                "order"
            }
            Action::Return { .. } => "return",
            Action::Review { .. } => "review",
        };
        *counts.entry(kind).or_default() += 1;
    }
    let share = |kind: &str, of: &str| counts[kind] as f64 / counts[of] as f64;
    assert!((10_000..80_000).contains(&counts["view"]), "{counts:?}");
    assert!((0.03..0.15).contains(&share("like", "view")), "{counts:?}");
    assert!((0.04..0.20).contains(&share("cart", "view")), "{counts:?}");
    assert!((0.10..0.60).contains(&share("order", "cart")), "{counts:?}");
    assert!((1.3..4.0).contains(&(lines as f64 / counts["order"] as f64)), "{lines} {counts:?}");
    assert!((0.01..0.20).contains(&(counts["return"] as f64 / lines as f64)), "{counts:?}");
    assert!((0.05..0.20).contains(&(counts["review"] as f64 / lines as f64)), "{counts:?}");
    assert!((0.02..0.40).contains(&(again as f64 / lines as f64)), "{again} of {lines} bought again");
    views.sort_unstable_by(|a, b| b.cmp(a));
    let top_fifth: u32 = views[..120].iter().sum();
    let top_share = f64::from(top_fifth) / f64::from(views.iter().sum::<u32>());
    assert!((0.45..0.85).contains(&top_share), "the top fifth draws {top_share:.2} of the views");
    assert!(views.iter().filter(|count| **count > 0).count() > 480);
}

#[test]
fn products_seen_together_share_a_style_far_more_often_than_popularity_explains() {
    let shop = shop(1_200, 500, 90, 5);
    let mut seen: HashMap<u32, Vec<u32>> = HashMap::new();
    for event in shop.events() {
        if let Action::Cart { product, .. } = event.action {
            seen.entry(event.shopper).or_default().push(product);
        }
    }
    let style = |product| shop.hidden_styles(product, 0).unwrap().0;
    let mut everything: Vec<u32> = seen.values().flatten().copied().collect();
    everything.sort_unstable();
    let (mut same, mut pairs) = (0usize, 0usize);
    for basket in seen.values() {
        for (at, one) in basket.iter().enumerate() {
            for other in &basket[at + 1..] {
                pairs += usize::from(one != other);
                same += usize::from(one != other && style(*one) == style(*other));
            }
        }
    }
    let mut by_style = [0f64; 8];
    for product in &everything {
        by_style[usize::from(style(*product))] += 1.0 / everything.len() as f64;
    }
    let expected: f64 = by_style.iter().map(|share| share * share).sum();
    let observed = same as f64 / pairs as f64;
    assert!(observed > 1.7 * expected, "same style {observed:.3}, by popularity alone {expected:.3}");
}

#[test]
fn co_purchases_predict_the_next_purchase_better_than_popularity() {
    let shop = shop(600, 600, 120, 9);
    let mut history: HashMap<u32, Vec<u32>> = HashMap::new();
    for event in shop.events() {
        if let Action::Cart { product, .. } = event.action {
            let items = history.entry(event.shopper).or_default();
            if !items.contains(&product) {
                items.push(product);
            }
        }
    }
    let mut popular = HashMap::<u32, f64>::new();
    let mut together = HashMap::<(u32, u32), f64>::new();
    let known = |items: &[u32]| items[..items.len().saturating_sub(1)].to_vec();
    for items in history.values() {
        let items = known(items);
        for one in &items {
            *popular.entry(*one).or_default() += 1.0;
            for other in &items {
                *together.entry((*one, *other)).or_default() += 1.0;
            }
        }
    }
    let (mut hits_together, mut hits_popular, mut users) = (0, 0, 0);
    for items in history.values().filter(|items| items.len() >= 4) {
        let target = items[items.len() - 1];
        let past = known(items);
        let top20 = |score: &dyn Fn(u32) -> f64| {
            let mut ranked: Vec<(f64, u32)> = popular
                .keys()
                .filter(|item| !past.contains(item))
                .map(|item| (score(*item), *item))
                .collect();
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            ranked.iter().take(20).any(|(_, item)| *item == target)
        };
        users += 1;
        hits_popular += usize::from(top20(&|item| popular[&item]));
        hits_together += usize::from(top20(&|item| {
            let pairs = past.iter().filter_map(|one| {
                Some(together.get(&(*one, item))? / (popular[one] * popular[&item]).sqrt())
            });
            pairs.sum()
        }));
    }
    assert!(users > 200, "{users}");
    assert!(
        hits_together as f64 > 1.5 * hits_popular as f64,
        "together {hits_together}, popular {hits_popular} of {users}"
    );
}

#[test]
fn a_hundred_thousand_products_have_unique_slugs_names_and_skus() {
    let shop = shop(100_000, 10, 1, 3);
    let (mut slugs, mut names, mut skus) = (HashSet::new(), HashSet::new(), HashSet::new());
    for product in shop.catalogue() {
        assert!(slugs.insert(product.slug.clone()), "{}", product.slug);
        assert!(names.insert(product.name.clone()), "{}", product.name);
        for variant in product.variants {
            assert!(skus.insert(variant.sku.clone()), "{}", variant.sku);
        }
    }
}

#[test]
fn descriptions_are_whole_sentences_without_leftover_marks() {
    for product in shop(400, 10, 1, 8).catalogue() {
        assert!(!product.description.contains(['{', '}']), "{}", product.description);
        assert!(product.description.ends_with('.'), "{}", product.description);
        assert!(
            (2..=4).contains(&product.description.matches(". ").count().saturating_add(1)),
            "{}",
            product.description
        );
        assert!(product.picture.parse::<PictureSpec>().is_ok(), "{}", product.picture);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_small_shop_is_sound(products in 1u32..150, users in 1u32..60, days in 1u32..40, seed: u64) {
        let shop = shop(products, users, days, seed);
        let categories = shop.categories();
        let known: HashSet<_> = categories.iter().map(|category| category.slug.clone()).collect();
        prop_assert_eq!(known.len(), categories.len());
        for category in &categories {
            prop_assert!(category.parent.as_ref().is_none_or(|parent| known.contains(parent)));
        }
        let brands: HashSet<_> = shop.brands().iter().map(|brand| brand.slug.clone()).collect();
        let catalogue: Vec<_> = shop.catalogue().collect();
        for product in &catalogue {
            prop_assert!(known.contains(&product.category) && brands.contains(&product.brand));
            prop_assert!(!product.variants.is_empty() && product.created_at_ms < END);
            prop_assert!(product.sustainability.score <= 100 && product.sustainability.carbon_kg > 0.0);
            for variant in &product.variants {
                prop_assert!(variant.price > 0 && variant.compare_at_price.is_none_or(|old| old > variant.price));
            }
        }
        let emails: Vec<_> = shop.shoppers().filter_map(|shopper| shopper.account).map(|account| account.email).collect();
        prop_assert_eq!(emails.iter().collect::<HashSet<_>>().len(), users as usize);
        let start = shop.config().start_ms();
        let mut last = start;
        let mut viewed = HashSet::new();
        let mut orders: HashMap<u64, (u32, Order)> = HashMap::new();
        for event in shop.events() {
            prop_assert!(last <= event.at_ms && event.at_ms < END);
            last = event.at_ms;
            prop_assert!(event.shopper < shop.shopper_count());
            match event.action {
                Action::View { product, duration_ms } => {
                    prop_assert!(duration_ms > 0 && catalogue[product as usize].created_at_ms <= event.at_ms);
                    viewed.insert((event.shopper, product));
                }
                Action::Like { product } | Action::Dismiss { product } => prop_assert!(viewed.contains(&(event.shopper, product))),
                Action::Cart { product, variant, quantity } => {
                    prop_assert!(viewed.contains(&(event.shopper, product)) && quantity > 0);
                    prop_assert!(usize::from(variant) < catalogue[product as usize].variants.len());
                }
                Action::Order(order) => {
                    prop_assert!(!order.lines.is_empty() && order.total() > 0);
                    for line in &order.lines {
                        prop_assert!(viewed.contains(&(event.shopper, line.product)));
                        prop_assert_eq!(line.unit_price, catalogue[line.product as usize].variants[usize::from(line.variant)].price);
                    }
                    prop_assert!(orders.insert(order.number, (event.shopper, order)).is_none());
                }
                Action::Return { order, product, .. } => {
                    let (buyer, order) = &orders[&order];
                    prop_assert!(*buyer == event.shopper && order.lines.iter().any(|line| line.product == product));
                }
                Action::Review { rating, .. } => prop_assert!((1..=5).contains(&rating)),
            }
        }
    }
}
