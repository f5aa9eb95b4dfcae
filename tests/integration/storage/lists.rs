//! Lists of products: filters, words, sorting, pages in both directions, facets.

use shelfwise::domain::catalogue::{Product, ProductAttribute, ProductStatus};
use shelfwise::domain::sustainability::Sustainability;
use shelfwise::storage::catalogue::{ProductFilter, ProductQuery, ProductSort, ProductSortField, Search};
use shelfwise::storage::{Page, PageRequest, StorageError};

use crate::support::build::euro;
use crate::support::on_both;
use crate::support::shop::Shop;

fn search(text: &str) -> Option<Search> {
    Some(Search { text: text.to_owned(), any_word: false })
}

fn ask(filter: ProductFilter, words: Option<Search>, sort: &[(ProductSortField, bool)]) -> ProductQuery {
    let sort = sort.iter().map(|(field, descending)| ProductSort { field: *field, descending: *descending });
    ProductQuery { filter, search: words, sort: sort.collect(), page: PageRequest::first(100, None) }
}

fn slugs(page: &Page<Product>) -> Vec<&str> {
    page.edges.iter().map(|edge| edge.node.slug.as_str()).collect()
}

/// Three products that differ in everything a list may ask for.
async fn assortment(shop: &Shop) {
    let kitchen = shop.category("kitchen", None);
    let cups = shop.category("cups", Some(kitchen.id));
    let brand = shop.brand("acme");
    let mut work = shop.begin().await;
    work.upsert_categories(&[kitchen.clone(), cups.clone()]).await.unwrap();
    work.upsert_brands(std::slice::from_ref(&brand)).await.unwrap();
    let colour =
        |value: &str| ProductAttribute { key: "colour".into(), label: "Colour".into(), value: value.into() };
    for (slug, price, score) in [("mug", 1000, Some(90)), ("cup", 500, Some(20)), ("pot", 3000, None)] {
        shop.pass(std::time::Duration::from_secs(1));
        let mut record = shop.product(slug);
        record.variants[0].price = euro(price);
        record.product.sustainability = score.map(|score| Sustainability {
            score,
            carbon_grams: Some(i64::from(100 - score) * 10),
            recyclable: score > 50,
            biodegradable: false,
            certifications: vec![],
            source: None,
        });
        match slug {
            "mug" => {
                record.product.category_id = Some(cups.id);
                record.product.brand_id = Some(brand.id);
                record.product.tags = vec!["tea".into()];
                record.product.attributes = vec![colour("green")];
                record.product.description = "Holds hot chocolate".into();
            }
            "cup" => {
                record.product.category_id = Some(cups.id);
                record.product.attributes = vec![colour("red")];
                record.variants[0].stock.on_hand = 0;
            }
            _ => {
                record.product.name = "Crème pot with tea".into();
                record.product.category_id = Some(kitchen.id);
                record.product.status = ProductStatus::Inactive;
                record.variants[0].compare_at_price = Some(euro(4000));
            }
        }
        work.insert_product(&record).await.unwrap();
    }
    work.save().await.unwrap();
}

on_both! {
    async fn every_condition_narrows_the_list(shop: &Shop) {
        assortment(shop).await;
        let all = ProductFilter::default;
        let mug = shop.store.product_by_slug("mug").await.unwrap().unwrap();
        let cases: Vec<(ProductFilter, &[&str])> = vec![
            (all(), &["cup", "mug", "pot"]),
            (ProductFilter { ids: Some(vec![mug.id]), ..all() }, &["mug"]),
            (ProductFilter { ids: Some(vec![]), ..all() }, &[]),
            (ProductFilter { statuses: vec![ProductStatus::Active], ..all() }, &["cup", "mug"]),
            (ProductFilter { category_slugs: vec!["kitchen".into()], ..all() }, &["cup", "mug", "pot"]),
            (ProductFilter { category_slugs: vec!["cups".into()], ..all() }, &["cup", "mug"]),
            (ProductFilter { brand_slugs: vec!["acme".into()], ..all() }, &["mug"]),
            (ProductFilter { tags: vec!["tea".into(), "x".into()], ..all() }, &["mug"]),
            (ProductFilter { min_price_minor: Some(501), ..all() }, &["mug", "pot"]),
            (ProductFilter { max_price_minor: Some(1000), ..all() }, &["cup", "mug"]),
            (ProductFilter { in_stock: Some(true), ..all() }, &["mug", "pot"]),
            (ProductFilter { in_stock: Some(false), ..all() }, &["cup"]),
            (ProductFilter { on_sale: Some(true), ..all() }, &["pot"]),
            (ProductFilter { on_sale: Some(false), ..all() }, &["cup", "mug"]),
            (ProductFilter { min_rating: Some(1.0), ..all() }, &[]),
            (ProductFilter { min_sustainability_score: Some(50), ..all() }, &["mug"]),
            (ProductFilter { max_carbon_grams: Some(800), ..all() }, &["cup", "mug"]),
            (ProductFilter { recyclable: Some(false), ..all() }, &["cup"]),
            (ProductFilter { biodegradable: Some(false), ..all() }, &["cup", "mug"]),
            (ProductFilter { attributes: vec![("colour".into(), vec!["red".into(), "blue".into()])], ..all() }, &["cup"]),
            (ProductFilter { attributes: vec![("colour".into(), vec![]), ("size".into(), vec!["L".into()])], ..all() }, &[]),
            (ProductFilter { created_at: Some(mug.created_at..=mug.created_at), ..all() }, &["mug"]),
            (ProductFilter { updated_at: Some(shop.now()..=shop.now()), ..all() }, &["pot"]),
        ];
        for (filter, expected) in cases {
            let query = ask(filter, None, &[(ProductSortField::Name, false)]);
            // The name of the pot begins with c, so the expected order is by slug.
            let page = shop.store.list_products(&query).await.unwrap();
            let mut found = slugs(&page);
            found.sort_unstable();
            assert_eq!(found, expected, "{:?}", query.filter);
            let count = shop.store.count_products(&query.filter, None).await.unwrap();
            assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{:?}", query.filter);
        }
    }

    async fn words_match_from_their_beginning_whatever_their_case_and_accents(shop: &Shop) {
        assortment(shop).await;
        for (text, expected) in [
            ("MUG", vec!["mug"]),
            ("creme", vec!["pot"]),
            ("CRÈ po", vec!["pot"]),
            ("choc", vec!["mug"]),
            ("acme", vec!["mug"]),
            ("cups", vec!["cup", "mug"]),
            ("red", vec!["cup"]),
            ("mug pot", vec![]),
            ("\"*'); --", vec![]),
            ("", vec![]),
        ] {
            let query = ask(ProductFilter::default(), search(text), &[]);
            let page = shop.store.list_products(&query).await.unwrap();
            let mut found = slugs(&page);
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
            assert!(page.edges.iter().all(|edge| edge.score.is_some_and(|score| score > 0.0)));
            let count = shop.store.count_products(&query.filter, query.search.as_ref()).await.unwrap();
            assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{text}");
        }
        let any = Some(Search { text: "mug pot".into(), any_word: true });
        let page = shop.store.list_products(&ask(ProductFilter::default(), any, &[])).await.unwrap();
        assert_eq!(page.edges.len(), 2);
    }

    async fn a_word_in_the_name_counts_more_than_one_elsewhere(shop: &Shop) {
        assortment(shop).await;
        let page = shop.store.list_products(&ask(ProductFilter::default(), search("tea"), &[])).await.unwrap();
        assert_eq!(slugs(&page), ["pot", "mug"]);
    }

    async fn a_changed_product_is_found_by_its_new_words_only(shop: &Shop) {
        assortment(shop).await;
        let mut mug = shop.store.product_by_slug("mug").await.unwrap().unwrap();
        mug.name = "Goblet".into();
        mug.tags = vec!["wine".into()];
        let mut work = shop.begin().await;
        work.update_product(&mug, None).await.unwrap();
        work.save().await.unwrap();
        for (text, count) in [("goblet", 1), ("wine", 1), ("green", 1)] {
            assert_eq!(shop.store.count_products(&ProductFilter::default(), search(text).as_ref()).await.unwrap(), count, "{text}");
        }
        let tagged = ProductFilter { tags: vec!["tea".into()], ..ProductFilter::default() };
        assert_eq!(shop.store.count_products(&tagged, None).await.unwrap(), 0);
    }

    async fn lists_are_sorted_with_missing_values_last(shop: &Shop) {
        use ProductSortField as By;
        assortment(shop).await;
        for (sort, expected) in [
            (&[][..], ["pot", "cup", "mug"]),
            (&[(By::CreatedAt, false)], ["mug", "cup", "pot"]),
            (&[(By::Price, false)], ["cup", "mug", "pot"]),
            (&[(By::Price, true)], ["pot", "mug", "cup"]),
            (&[(By::Name, false)], ["pot", "cup", "mug"]),
            (&[(By::Sustainability, true)], ["mug", "cup", "pot"]),
            (&[(By::Sustainability, false)], ["cup", "mug", "pot"]),
            (&[(By::CarbonFootprint, false)], ["mug", "cup", "pot"]),
            (&[(By::CarbonFootprint, true)], ["cup", "mug", "pot"]),
            (&[(By::Rating, true), (By::Price, false)], ["cup", "mug", "pot"]),
            (&[(By::BestSelling, true), (By::Trending, true), (By::UpdatedAt, false)], ["mug", "cup", "pot"]),
        ] {
            let page = shop.store.list_products(&ask(ProductFilter::default(), None, sort)).await.unwrap();
            assert_eq!(slugs(&page), expected, "{sort:?}");
        }
    }

    async fn pages_put_together_are_the_list_in_both_directions(shop: &Shop) {
        let records: Vec<_> = (0..25)
            .map(|n| {
                let mut record = shop.product(&format!("mug-{n}"));
                record.variants[0].price = euro(i64::from(n % 4) * 100);
                record
            })
            .collect();
        shop.stock(&records.iter().collect::<Vec<_>>()).await;
        for (sort, words) in [
            (vec![(ProductSortField::Price, true), (ProductSortField::Name, false)], None),
            (vec![(ProductSortField::Price, false)], search("mug")),
            (vec![], search("mug")),
            (vec![(ProductSortField::Trending, true)], None),
        ] {
            let whole = shop.store.list_products(&ask(ProductFilter::default(), words.clone(), &sort)).await.unwrap();
            assert_eq!(whole.edges.len(), 25);
            let mut query = ask(ProductFilter::default(), words, &sort);
            let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
            query.page = PageRequest::first(7, None);
            loop {
                let page = shop.store.list_products(&query).await.unwrap();
                assert_eq!(page.has_previous, !forwards.is_empty());
                forwards.extend(page.edges.iter().map(|edge| edge.node.id));
                if !page.has_next { break }
                let cursor = page.edges.last().unwrap().cursor.to_string();
                query.page = PageRequest::first(7, Some(cursor.parse().unwrap()));
            }
            query.page = PageRequest::last(7, None);
            loop {
                let page = shop.store.list_products(&query).await.unwrap();
                backwards.extend(page.edges.iter().rev().map(|edge| edge.node.id));
                if !page.has_previous { break }
                query.page = PageRequest::last(7, page.edges.first().map(|edge| edge.cursor.clone()));
            }
            backwards.reverse();
            let expected: Vec<_> = whole.edges.iter().map(|edge| edge.node.id).collect();
            assert_eq!(forwards, expected);
            assert_eq!(backwards, expected);
        }
    }

    async fn a_cursor_of_another_list_is_refused(shop: &Shop) {
        assortment(shop).await;
        let by_price = shop.store
            .list_products(&ask(ProductFilter::default(), None, &[(ProductSortField::Price, false)])).await.unwrap();
        let mut query = ask(ProductFilter::default(), None, &[(ProductSortField::Name, false)]);
        query.page = PageRequest::first(1, Some(by_price.edges[0].cursor.clone()));
        assert!(matches!(shop.store.list_products(&query).await, Err(StorageError::BadCursor)));
    }

    async fn facets_count_what_the_list_holds(shop: &Shop) {
        assortment(shop).await;
        let filter = ProductFilter { statuses: vec![ProductStatus::Active], ..ProductFilter::default() };
        for words in [None, search("cups")] {
            let facets = shop.store.product_facets(&filter, words.as_ref(), 10).await.unwrap();
            let of = |key: &str| {
                let facet = facets.iter().find(|facet| facet.key == key).unwrap();
                facet.values.iter().map(|value| (value.value.as_str(), value.count)).collect::<Vec<_>>()
            };
            assert_eq!(of("category"), [("cups", 2)]);
            assert_eq!(of("brand"), [("acme", 1)]);
            assert_eq!(of("colour"), [("green", 1), ("red", 1)]);
        }
    }
}
