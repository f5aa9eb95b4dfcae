//! Reading the catalogue.

use serde_json::{Value, json};
use shelfwise::domain::caller::Permission;
use shelfwise::domain::catalogue::{Product, ProductAttribute, ProductStatus};
use shelfwise::domain::sustainability::Sustainability;
use shelfwise::storage::catalogue::ProductRecord;

use super::{Api, codes, nobody};
use crate::support::build::euro;

/// Mugs and a lamp in two categories, one draft among them.
async fn furnished() -> Api {
    let api = Api::start().await;
    let shop = &api.shop;
    let kitchen = shop.category("kitchen", None);
    let mugs = shop.category("mugs", Some(kitchen.id));
    let light = shop.category("light", None);
    let nordic = shop.brand("nordic");
    let mut work = shop.begin().await;
    work.upsert_categories(&[kitchen, mugs.clone(), light.clone()]).await.expect("categories");
    work.upsert_brands(std::slice::from_ref(&nordic)).await.expect("brands");
    work.save().await.expect("saved");
    let placed = |slug: &str, price: i64, change: &dyn Fn(&mut Product)| {
        let mut record: ProductRecord = shop.product(slug);
        record.variants[0].price = euro(price);
        change(&mut record.product);
        record
    };
    let colour =
        |value: &str| ProductAttribute { key: "colour".into(), label: "Colour".into(), value: value.into() };
    let red = placed("red-mug", 1250, &|product| {
        product.category_id = Some(mugs.id);
        product.brand_id = Some(nordic.id);
        product.tags = vec!["gift".into()];
        product.attributes = vec![colour("red")];
        product.sustainability = Some(Sustainability {
            score: 82,
            carbon_grams: Some(640),
            recyclable: true,
            biodegradable: false,
            certifications: vec!["B Corp".into()],
            source: None,
        });
    });
    let blue = placed("blue-mug", 900, &|product| {
        product.category_id = Some(mugs.id);
        product.attributes = vec![colour("blue")];
    });
    let lamp = placed("desk-lamp", 4900, &|product| product.category_id = Some(light.id));
    let draft = placed("secret-mug", 100, &|product| product.status = ProductStatus::Draft);
    shop.stock(&[&red, &blue, &lamp, &draft]).await;
    api
}

fn slugs(connection: &Value) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().expect("nodes selected");
    nodes.iter().filter_map(|node| node["slug"].as_str()).collect()
}

#[tokio::test]
async fn a_product_is_shown_with_everything_that_hangs_on_it() {
    let api = furnished().await;
    let response = api
        .run(
            &nobody(),
            r#"{ product(by: {slug: "red-mug"}) {
                __typename id slug status name description tags images { url alt } attributes { key label value }
                brand { id slug name }
                category { slug parent { slug } ancestors { slug } children { slug } productCount }
                variants { id sku name options { name value } price { amount currency minorUnits } availableQuantity
                    weightGrams product { slug } }
                defaultVariant { sku } price { amount currency minorUnits } compareAtPrice { amount }
                availableQuantity rating { average count histogram }
                reviews { totalCount nodes { rating } pageInfo { hasNextPage endCursor } }
                sustainability { score grade carbonFootprintKg recyclable biodegradable certifications source }
                stats { viewCount uniqueViewers averageViewDurationMs likeCount cartCount purchaseCount lastViewedAt }
                inWishlist createdAt updatedAt
            } }"#,
        )
        .await;
    insta::assert_json_snapshot!("a_product_is_shown_with_everything_that_hangs_on_it", response);
}

#[tokio::test]
async fn a_page_of_products_says_how_to_go_on() {
    let api = furnished().await;
    let response = api
        .run(
            &nobody(),
            "{ products(first: 2, sortBy: [{field: PRICE}]) {
                totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
                edges { cursor score node { slug } }
                facets { key label values { value label count selected } }
            } }",
        )
        .await;
    insta::assert_json_snapshot!("a_page_of_products_says_how_to_go_on", response);
}

#[tokio::test]
async fn pages_join_without_gap_or_repetition_in_both_directions() {
    let api = furnished().await;
    let page = async |arguments: &str| {
        let query = format!(
            "{{ products({arguments}, sortBy: [{{field: NAME}}]) {{ nodes {{ slug }} pageInfo {{ startCursor endCursor \
             hasNextPage hasPreviousPage }} }} }}"
        );
        api.data(&nobody(), &query).await["products"].clone()
    };
    let first = page("first: 2").await;
    assert_eq!(slugs(&first), ["blue-mug", "desk-lamp"]);
    let rest = page(&format!("first: 2, after: {}", first["pageInfo"]["endCursor"])).await;
    assert_eq!((slugs(&rest), &rest["pageInfo"]["hasNextPage"]), (vec!["red-mug"], &json!(false)));
    let back = page(&format!("last: 2, before: {}", rest["pageInfo"]["startCursor"])).await;
    assert_eq!(slugs(&back), ["blue-mug", "desk-lamp"]);
}

#[tokio::test]
async fn filters_hold_together_and_search_finds_words() {
    let api = furnished().await;
    let list = async |arguments: &str| {
        let query = format!("{{ products({arguments}) {{ nodes {{ slug }} totalCount }} }}");
        api.data(&nobody(), &query).await["products"].clone()
    };
    for (arguments, expected) in [
        (r#"filter: {categorySlugs: ["kitchen"]}, sortBy: [{field: PRICE}]"#, vec!["blue-mug", "red-mug"]),
        (r#"filter: {categorySlugs: ["kitchen"], price: {min: "10.00"}}"#, vec!["red-mug"]),
        (r#"filter: {attributes: [{key: "Colour", values: ["blue", "green"]}]}"#, vec!["blue-mug"]),
        (r#"filter: {tags: ["Gift"]}"#, vec!["red-mug"]),
        (r#"filter: {brandSlugs: ["nordic"]}"#, vec!["red-mug"]),
        ("filter: {minSustainabilityScore: 80, maxCarbonFootprintKg: \"0.7\"}", vec!["red-mug"]),
        ("filter: {maxCarbonFootprintKg: \"0.6\"}", vec![]),
        ("filter: {inStock: false}", vec![]),
        (r#"search: "lam""#, vec!["desk-lamp"]),
        (r#"search: "mug", sortBy: [{field: PRICE, direction: DESC}]"#, vec!["red-mug", "blue-mug"]),
        (r#"search: "secret""#, vec![]),
        (r#"search: "\" OR * ( NEAR""#, vec![]),
    ] {
        let found = list(arguments).await;
        assert_eq!(slugs(&found), expected, "{arguments}");
        assert_eq!(found["totalCount"], json!(expected.len()), "{arguments}");
    }
}

#[tokio::test]
async fn what_is_not_on_sale_is_for_those_who_manage_products() {
    let api = furnished().await;
    let manager = api.staff("manager", [Permission::ProductsManage]).await;
    let customer = api.customer("maria").await;
    let one = r#"{ product(by: {slug: "secret-mug"}) { slug } }"#;
    assert_eq!(api.data(&customer, one).await["product"], Value::Null);
    assert_eq!(api.data(&manager, one).await["product"]["slug"], "secret-mug");
    let drafts = "{ products(filter: {status: [DRAFT]}) { nodes { slug } } }";
    assert_eq!(codes(&api.run(&nobody(), drafts).await), ["UNAUTHENTICATED"]);
    assert_eq!(codes(&api.run(&customer, drafts).await), ["FORBIDDEN"]);
    assert_eq!(slugs(&api.data(&manager, drafts).await["products"]), ["secret-mug"]);
}

#[tokio::test]
async fn arguments_out_of_bounds_are_refused_by_name() {
    let api = furnished().await;
    for (operation, code, argument) in [
        ("{ products(first: 0) { totalCount } }", "OUT_OF_RANGE", "first"),
        ("{ products(first: 101) { totalCount } }", "OUT_OF_RANGE", "first"),
        ("{ products(last: -1) { totalCount } }", "OUT_OF_RANGE", "last"),
        ("{ products(first: 1, last: 1) { totalCount } }", "INVALID", "last"),
        (r#"{ products(after: "nonsense") { totalCount } }"#, "INVALID", "after"),
        ("{ products(filter: {minRating: 6}) { totalCount } }", "OUT_OF_RANGE", "filter"),
        (r#"{ products(filter: {price: {min: "2", max: "1"}}) { totalCount } }"#, "INVALID", "filter"),
        (r#"{ products(filter: {ids: ["nonsense"]}) { totalCount } }"#, "INVALID", "filter"),
        (r#"{ product(by: {id: "nonsense"}) { slug } }"#, "INVALID", "by"),
        (r#"{ node(id: "nonsense") { id } }"#, "INVALID", "id"),
        ("{ categories(maxDepth: 0) { slug } }", "OUT_OF_RANGE", "maxDepth"),
        ("{ brands(first: 1000) { slug } }", "OUT_OF_RANGE", "first"),
    ] {
        let response = api.run(&nobody(), operation).await;
        assert_eq!(codes(&response), [code], "{operation}");
        assert_eq!(response["errors"][0]["extensions"]["argument"], argument, "{operation}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let api = furnished().await;
    let query = "{ products(first: 1, sortBy: [{field: NAME}]) { pageInfo { endCursor } } }";
    let cursor = api.data(&nobody(), query).await["products"]["pageInfo"]["endCursor"].clone();
    let other = format!(
        "{{ products(after: {cursor}, sortBy: [{{field: PRICE}}]) {{ totalCount nodes {{ id }} }} }}"
    );
    assert_eq!(codes(&api.run(&nobody(), &other).await), ["INVALID"]);
}

#[tokio::test]
async fn every_object_is_found_by_its_global_id() {
    let api = furnished().await;
    let query =
        r#"{ product(by: {sku: "red-mug"}) { id brand { id } category { id } defaultVariant { id } } }"#;
    let product = api.data(&nobody(), query).await["product"].clone();
    let ids = json!({"ids": [product["id"], product["brand"]["id"], product["category"]["id"],
        product["defaultVariant"]["id"]]});
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let found = api.run_with(&nobody(), query, ids.clone()).await["data"]["nodes"].clone();
    let types: Vec<_> = found.as_array().unwrap().iter().map(|node| node["__typename"].clone()).collect();
    assert_eq!(types, ["Product", "Brand", "Category", "ProductVariant"]);
    assert_eq!(found[2]["id"], ids["ids"][2]);
}

#[tokio::test]
async fn the_tree_is_listed_parents_first() {
    let api = furnished().await;
    let query = r#"{ all: categories { slug productCount } roots: categories(maxDepth: 1) { slug }
        below: categories(rootSlug: "kitchen") { slug } brands { name } category(slug: "light") { name } }"#;
    insta::assert_json_snapshot!("the_tree_is_listed_parents_first", api.run(&nobody(), query).await);
}

#[tokio::test]
async fn suggestions_complete_the_last_word() {
    let api = furnished().await;
    let query = r#"{ searchSuggestions(query: "red m") { queries products { slug } categories { slug } }
        kit: searchSuggestions(query: "Kit") { categories { slug } } }"#;
    let found = api.data(&nobody(), query).await;
    assert_eq!(found["searchSuggestions"]["queries"], json!(["red mug"]));
    assert_eq!(found["searchSuggestions"]["products"], json!([{"slug": "red-mug"}]));
    assert_eq!(found["kit"]["categories"], json!([{"slug": "kitchen"}]));
}
