//! Changing the catalogue.

use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};

use super::{Api, user_errors};

const CREATE: &str = "mutation($input: ProductInput!) { productCreate(input: $input) {
    product { id slug status name version brand { name } category { slug } tags attributes { key label value }
        price { amount } compareAtPrice { amount } variants { id sku name price { amount } stock { onHand } }
        sustainability { grade carbonFootprintKg } }
    userErrors { __typename message path code }
} }";
const UPDATE: &str = "mutation($id: ID!, $input: ProductInput!, $version: Int) {
    productUpdate(id: $id, input: $input, expectedVersion: $version) {
        product { slug name version description price { amount } variants { sku price { amount } stock { onHand } } }
        userErrors { __typename message path code ... on VersionConflictError { currentVersion } }
    } }";
const BULK: &str = "mutation($inputs: [ProductInput!]!, $policy: BulkErrorPolicy!) {
    productsBulkUpsert(inputs: $inputs, errorPolicy: $policy) {
        created updated rows { index product { slug name } userErrors { path code } } userErrors { path code }
    } }";

async fn managed() -> (Api, Caller) {
    let api = Api::start().await;
    let manager = api.staff("manager", [Permission::ProductsManage]).await;
    (api, manager)
}

fn mug() -> Value {
    json!({"name": "Café mug", "variants": [{"sku": "mug-1", "price": {"amount": "12.50", "currency": "EUR"}, "onHand": 5}]})
}

async fn create(api: &Api, caller: &Caller, input: Value) -> Value {
    api.run_with(caller, CREATE, json!({"input": input})).await["data"]["productCreate"].clone()
}

#[tokio::test]
async fn a_product_is_made_from_all_that_can_be_said_about_it() {
    let (api, manager) = managed().await;
    api.data(
        &manager,
        r#"mutation { categorySave(input: {slug: "mugs", name: "Mugs"}) { category { id } } }"#,
    )
    .await;
    let mut input = mug();
    input["status"] = json!("ACTIVE");
    input["brandSlug"] = json!("nordic-home");
    input["categorySlug"] = json!("mugs");
    input["tags"] = json!(["Gift", "gift "]);
    input["attributes"] = json!([{"key": "colour", "value": "red"}]);
    input["variants"][0]["compareAtPrice"] = json!({"amount": "15", "currency": "EUR"});
    input["sustainability"] =
        json!({"score": 61, "carbonFootprintKg": "0.64", "recyclable": true, "biodegradable": false});
    insta::assert_json_snapshot!("a_product_is_made", create(&api, &manager, input).await);
}

#[tokio::test]
async fn everything_wrong_with_a_product_is_told_with_its_place() {
    let (api, manager) = managed().await;
    let input = json!({
        "slug": "Not A Slug", "categorySlug": "nowhere", "tags": ["x".repeat(100)],
        "variants": [
            {"sku": "a b", "price": {"amount": "1.999", "currency": "EUR"}},
            {"sku": "b", "price": {"amount": "1", "currency": "USD"}, "onHand": -1, "weightGrams": -5},
            {"sku": "c", "price": {"amount": "5", "currency": "EUR"}, "compareAtPrice": {"amount": "4", "currency": "EUR"}},
        ],
        "sustainability": {"score": 101, "recyclable": true, "biodegradable": true},
    });
    let told = user_errors(&create(&api, &manager, input).await);
    insta::assert_snapshot!("everything_wrong_with_a_product", told.join("\n"));
}

#[tokio::test]
async fn two_products_of_one_name_get_slugs_of_their_own_but_never_one_sku() {
    let (api, manager) = managed().await;
    assert_eq!(create(&api, &manager, mug()).await["product"]["slug"], "cafe-mug");
    let mut second = mug();
    second["variants"][0]["sku"] = json!("mug-2");
    assert_eq!(create(&api, &manager, second.clone()).await["product"]["slug"], "cafe-mug-2");
    second["name"] = json!("杯子");
    let refused = create(&api, &manager, second).await;
    assert_eq!(user_errors(&refused), ["input: ALREADY_EXISTS"]);
}

#[tokio::test]
async fn an_update_replaces_what_it_names_and_refuses_a_version_that_is_past() {
    let (api, manager) = managed().await;
    let id = create(&api, &manager, mug()).await["product"]["id"].clone();
    let input = json!({"description": "Holds\ncoffee", "variants": [
        {"sku": "mug-xl", "price": {"amount": "20", "currency": "EUR"}, "onHand": 2},
        {"sku": "MUG-1", "price": {"amount": "11", "currency": "EUR"}, "onHand": 9},
    ]});
    let variables = json!({"id": id, "input": input, "version": 1});
    let changed = api.run_with(&manager, UPDATE, variables.clone()).await;
    insta::assert_json_snapshot!("an_update_replaces_what_it_names", changed);
    let conflict = api.run_with(&manager, UPDATE, variables).await;
    insta::assert_json_snapshot!("an_update_of_a_past_version", conflict);
    let gone = json!({"id": id, "input": {"variants": [{"sku": "MUG-1", "price": {"amount": "11", "currency": "EUR"}}]}});
    let left =
        api.run_with(&manager, UPDATE, gone).await["data"]["productUpdate"]["product"]["variants"].clone();
    assert_eq!(left, json!([{"sku": "MUG-1", "price": {"amount": "11.00"}, "stock": {"onHand": 9}}]));
}

#[tokio::test]
async fn a_product_moves_through_its_life_by_the_rules() {
    let (api, manager) = managed().await;
    let id = create(&api, &manager, mug()).await["product"]["id"].clone();
    let set = async |status: &str| {
        let operation = format!(
            "mutation {{ productStatusSet(id: {id}, status: {status}) {{ product {{ status }} userErrors {{ message path \
             code }} }} }}"
        );
        api.data(&manager, &operation).await["productStatusSet"].clone()
    };
    let refused = set("ACTIVE").await;
    assert_eq!(user_errors(&refused), ["status: ILLEGAL_TRANSITION"]);
    assert_eq!(
        refused["userErrors"][0]["message"],
        "DRAFT cannot become ACTIVE; allowed next: PENDING_REVIEW, DISCONTINUED"
    );
    for status in ["PENDING_REVIEW", "APPROVED", "ACTIVE", "INACTIVE", "DISCONTINUED"] {
        assert_eq!(set(status).await["product"]["status"], status);
    }
}

#[tokio::test]
async fn bulk_rows_succeed_or_fail_each_for_itself_unless_told_otherwise() {
    let (api, manager) = managed().await;
    let mut good = mug();
    good["slug"] = json!("mug");
    let bad = json!({"name": "No variants"});
    let both = json!({"inputs": [good, bad], "policy": "REJECT_EVERYTHING"});
    let refused = api.run_with(&manager, BULK, both).await["data"]["productsBulkUpsert"].clone();
    assert_eq!((&refused["created"], &refused["rows"][0]["product"]), (&json!(0), &Value::Null));
    let mut renamed = good.clone();
    renamed["name"] = json!("Renamed");
    let rows = json!({"inputs": [good, bad], "policy": "REJECT_FAILED_ROWS"});
    let first = api.run_with(&manager, BULK, rows).await["data"]["productsBulkUpsert"].clone();
    insta::assert_json_snapshot!("bulk_rows_fail_each_for_itself", first);
    let again = json!({"inputs": [renamed], "policy": "REJECT_EVERYTHING"});
    let second = api.run_with(&manager, BULK, again).await["data"]["productsBulkUpsert"].clone();
    assert_eq!((&second["updated"], &second["rows"][0]["product"]["name"]), (&json!(1), &json!("Renamed")));
}

#[tokio::test]
async fn stock_is_corrected_once_for_each_key() {
    let (api, manager) = managed().await;
    let product = create(&api, &manager, mug()).await["product"].clone();
    let id = product["variants"][0]["id"].clone();
    let adjust = async |delta: i32, key: &str| {
        let operation = format!(
            "mutation {{ stockAdjust(variantId: {id}, delta: {delta}, reason: \"count\", idempotencyKey: \"{key}\") {{ \
             variant {{ stock {{ onHand }} }} userErrors {{ message path code }} }} }}"
        );
        api.data(&manager, &operation).await["stockAdjust"].clone()
    };
    assert_eq!(adjust(-2, "a").await["variant"]["stock"]["onHand"], 3);
    assert_eq!(adjust(-2, "a").await["variant"]["stock"]["onHand"], 3);
    assert_eq!(user_errors(&adjust(-1, "a").await), ["idempotencyKey: IDEMPOTENCY_KEY_REUSED"]);
    assert_eq!(user_errors(&adjust(-4, "b").await), ["delta: INSUFFICIENT_STOCK"]);
    assert_eq!(adjust(-3, "b").await["variant"]["stock"]["onHand"], 0);
    assert_eq!(user_errors(&adjust(0, "c").await), ["delta: INVALID"]);
}

#[tokio::test]
async fn categories_form_a_tree_without_loops() {
    let (api, manager) = managed().await;
    let save = async |id: Option<&Value>, slug: &str, parent: Option<&Value>| {
        let id = id.map_or(String::new(), |id| format!("id: {id}, "));
        let parent = parent.map_or(String::new(), |parent| format!(", parentId: {parent}"));
        let operation = format!(
            "mutation {{ categorySave({id}input: {{slug: \"{slug}\", name: \"{slug}\"{parent}}}) {{ category {{ id slug \
             ancestors {{ slug }} }} userErrors {{ message path code }} }} }}"
        );
        api.data(&manager, &operation).await["categorySave"].clone()
    };
    let root = save(None, "root", None).await["category"]["id"].clone();
    let leaf = save(None, "leaf", Some(&root)).await["category"].clone();
    assert_eq!(leaf["ancestors"], json!([{"slug": "root"}]));
    assert_eq!(user_errors(&save(Some(&root), "root", Some(&leaf["id"])).await), ["input.parentId: INVALID"]);
    assert_eq!(user_errors(&save(None, "leaf", None).await), ["input.slug: ALREADY_EXISTS"]);
    assert_eq!(save(Some(&leaf["id"]), "twig", None).await["category"]["ancestors"], json!([]));
}
