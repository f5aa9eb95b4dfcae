//! Merchandising rules: the shop's own shape of every list, which a request may overrule.

use serde_json::{Value, json};
use shelfwise::graphql::global_id::GlobalId;

use super::api::{Api, admin, names, shopper};
use super::shop::{product, user};

const UPDATE: &str = "mutation($input: MerchandisingRulesInput!) { merchandisingRulesUpdate(input: $input) \
    { merchandisingRules { diversity sustainabilityBoost maxPerCategory newProductSlots updatedAt \
      pinnedProducts { name } boostedProducts { by product { name } } } userErrors { code path } } }";
const FOR_YOU: &str = "query($id: ID!, $filter: RecommendationFilter) \
    { recommendations(userId: $id, count: 6, filter: $filter) { items { product { name } } } }";
const SIMILAR: &str =
    "query($id: ID!) { similarProducts(productId: $id, count: 6) { items { product { name } } } }";

async fn update(api: &Api, input: Value) -> Value {
    let answer = api.ask(admin(), UPDATE, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["merchandisingRulesUpdate"].clone()
}

async fn for_you(api: &Api, filter: Value) -> Vec<String> {
    names(&api.ask(shopper(0), FOR_YOU, json!({ "id": user(0).global(), "filter": filter })).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_pins_opens_every_shoppers_list_unless_the_request_pins_something_else() {
    let api = Api::open().await;
    let before = for_you(&api, Value::Null).await;
    assert_ne!(before[0], "Product 23");
    let pins = [product(23).global(), product(22).global()];
    let rules = update(&api, json!({ "pinnedProductIds": pins })).await;
    assert_eq!(rules["userErrors"], json!([]));
    let pinned = json!([{ "name": "Product 23" }, { "name": "Product 22" }]);
    assert_eq!(rules["merchandisingRules"]["pinnedProducts"], pinned);
    assert_eq!(rules["merchandisingRules"]["diversity"], 0.2);
    assert_eq!(for_you(&api, Value::Null).await[..2], ["Product 23", "Product 22"]);
    assert_eq!(for_you(&api, json!({ "pinnedProductIds": [] })).await, before);
    let own = json!({ "pinnedProductIds": [product(21).global()] });
    assert_eq!(for_you(&api, own).await[0], "Product 21");
    let similar = api.ask(admin(), SIMILAR, json!({ "id": product(0).global() })).await;
    let first = &similar["data"]["similarProducts"]["items"][0]["product"]["name"];
    assert_ne!(first, "Product 23", "what is like a product does not begin with what is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_change_field_by_field_and_outlive_the_process() {
    let api = Api::open().await;
    update(&api, json!({ "maxPerCategory": 2, "pinnedProductIds": [product(20).global()] })).await;
    let capped = for_you(&api, Value::Null).await;
    let of_category = |category: u128| {
        let number = |name: &String| name.rsplit(' ').next().and_then(|text| text.parse::<u128>().ok());
        capped[1..].iter().filter_map(number).filter(|number| number % 3 == category).count()
    };
    assert!((0..3).all(|category| of_category(category) <= 2), "{capped:?}");
    let boosts = json!([{ "productId": product(19).global(), "by": 10.0 }]);
    let rules = update(&api, json!({ "boostedProducts": boosts, "maxPerCategory": null })).await;
    let rules = &rules["merchandisingRules"];
    assert_eq!((&rules["maxPerCategory"], &rules["boostedProducts"][0]["by"]), (&Value::Null, &json!(10.0)));
    assert_eq!(rules["pinnedProducts"][0]["name"], "Product 20", "what is not named stays");
    let kept = api.shop.live.rules();
    let shop = api.shop.reopened().await;
    assert_eq!(shop.live.rules(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_out_of_bounds_are_refused_together_and_change_nothing() {
    let api = Api::open().await;
    let before = api.shop.live.rules();
    let wrong = json!({
        "diversity": 1.5, "sustainabilityBoost": -0.1, "maxPerCategory": 0, "newProductSlots": 101,
        "pinnedProductIds": [product(1).global(), product(99).global()],
        "boostedProducts": [{ "productId": product(2).global(), "by": 11.0 }],
    });
    let answer = update(&api, wrong).await;
    let paths: Vec<&Value> =
        answer["userErrors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(
        json!(paths),
        json!([
            ["input", "diversity"],
            ["input", "sustainabilityBoost"],
            ["input", "maxPerCategory"],
            ["input", "newProductSlots"],
            ["input", "pinnedProductIds", "1"],
            ["input", "boostedProducts", "0", "by"],
        ])
    );
    let foreign = json!({ "pinnedProductIds": [user(1).global()] });
    assert_eq!(
        update(&api, foreign).await["userErrors"][0]["path"],
        json!(["input", "pinnedProductIds", "0"])
    );
    assert_eq!(api.shop.live.rules(), before);
}
