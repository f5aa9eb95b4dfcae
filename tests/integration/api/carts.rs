//! Carts: filled by guests and users, checked against price and stock, merged at sign-in, lowered by vouchers.

use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::graphql::global_id::GlobalId;

use super::{Api, nobody, user_errors};
use crate::support::build::euro;
use crate::support::shop::Shop;

pub(crate) const CART: &str = "id version currency totalQuantity
    lines { id quantity unitPrice { amount } unitPriceWhenAdded { amount } subtotal { amount } discount { amount }
        total { amount } variant { sku } }
    cost { subtotal { amount } discount { amount } shipping { amount } tax { amount } taxIncluded total { amount }
        taxLines { name rate amount { amount } } }
    vouchers { code discount { amount } description }
    email shippingAddress { name city country } shippingOptions { id price { amount } } shippingOption { id }
    problems { code path } carbonFootprintKg expiresAt";

/// A guest with the token of the cart in `payload`.
pub(crate) fn guest(payload: &Value) -> Caller {
    let token = payload["cartToken"].as_str().expect("a token").to_owned();
    Caller { cart_token: Some(token), ..nobody() }
}

/// Puts a number of pieces of a product's first variant into the caller's cart.
pub(crate) async fn add(api: &Api, caller: &Caller, slug: &str, quantity: i64) -> Value {
    let product = api.shop.store.product_by_slug(slug).await.unwrap().unwrap();
    let variants = api.shop.store.variants_of(&[product.id]).await.unwrap();
    let variant = variants[&product.id][0].id.global();
    let operation = format!(
        "mutation Add($lines: [CartLineInput!]!) {{ cartLinesAdd(lines: $lines) {{
            cart {{ {CART} }} cartToken warnings {{ code message }} userErrors {{ code path message }} }} }}"
    );
    let lines = json!({"lines": [{"variantId": variant.as_str(), "quantity": quantity}]});
    let response = api.run_with(caller, &operation, lines).await;
    assert_eq!(response.get("errors"), None);
    response["data"]["cartLinesAdd"].clone()
}

/// Fills in what a checkout needs besides goods.
pub(crate) async fn deliver(api: &Api, caller: &Caller) -> Value {
    let operation = format!(
        r#"mutation {{ cartDeliveryUpdate(email: "ann@example.org", shippingOptionId: "standard", shippingAddress: {{
            name: "Ann", line1: "Road 1", city: "Ulm", country: "DE"}}) {{
            cart {{ {CART} }} userErrors {{ code path message }} }} }}"#
    );
    let payload = api.data(caller, &operation).await["cartDeliveryUpdate"].clone();
    assert_eq!(payload["userErrors"], json!([]));
    payload["cart"].clone()
}

async fn merge(api: &Api, caller: &Caller, token: &str, strategy: &str) -> Value {
    let operation = format!(
        r#"mutation {{ cartMerge(guestCartToken: "{token}", strategy: {strategy}) {{
            cart {{ id lines {{ quantity variant {{ sku }} }} }} warnings {{ code }} userErrors {{ code path }} }} }}"#
    );
    api.data(caller, &operation).await["cartMerge"].clone()
}

fn quantities(payload: &Value) -> Vec<(String, i64)> {
    let lines = payload["cart"]["lines"].as_array().unwrap();
    let line = |line: &Value| {
        (line["variant"]["sku"].as_str().unwrap().to_owned(), line["quantity"].as_i64().unwrap())
    };
    let mut quantities: Vec<_> = lines.iter().map(line).collect();
    quantities.sort();
    quantities
}

#[tokio::test]
async fn a_guest_gets_a_cart_and_its_token_once() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let first = add(&api, &nobody(), "mug", 2).await;
    insta::assert_json_snapshot!("a_guests_cart", first);
    let ann = guest(&first);
    let again = add(&api, &ann, "mug", 1).await;
    assert_eq!((&again["cart"]["totalQuantity"], &again["cartToken"]), (&json!(3), &Value::Null));
    let id = &first["cart"]["id"];
    let seen =
        api.data(&ann, &format!("{{ viewer {{ cart {{ id }} }} cart(id: {id}) {{ version }} }}")).await;
    assert_eq!(seen, json!({"viewer": {"cart": {"id": id}}, "cart": {"version": 3}}));
    let both = format!("{{ viewer {{ cart {{ id }} }} cart(id: {id}) {{ version }} }}");
    let hidden = api.data(&nobody(), &both).await;
    assert_eq!(hidden, json!({"viewer": {"cart": null}, "cart": null}));
    let token = ann.cart_token.unwrap();
    let stored = api.shop.store.cart_by_token(&token).await.unwrap();
    assert_eq!(stored, None, "the token itself is not kept");
}

#[tokio::test]
async fn lines_are_changed_removed_and_cleared_under_the_version_the_client_saw() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug"), &api.shop.product("pot")]).await;
    let maria = api.customer("maria").await;
    add(&api, &maria, "mug", 2).await;
    let cart = add(&api, &maria, "pot", 1).await["cart"].clone();
    let (mug, pot) = (&cart["lines"][0]["id"], &cart["lines"][1]["id"]);
    let update = |version: i64| {
        format!(
            "mutation {{ cartLinesUpdate(lines: [{{lineId: {mug}, quantity: 5}}, {{lineId: {pot}, quantity: 0}}],
            expectedVersion: {version}) {{ cart {{ version lines {{ quantity }} }}
            userErrors {{ code path ... on VersionConflictError {{ currentVersion }} }} }} }}"
        )
    };
    let stale = api.data(&maria, &update(1)).await["cartLinesUpdate"].clone();
    assert_eq!(
        stale["userErrors"],
        json!([{"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "currentVersion": cart["version"]}])
    );
    let version = cart["version"].as_i64().unwrap();
    let updated = api.data(&maria, &update(version)).await["cartLinesUpdate"].clone();
    assert_eq!(updated["cart"], json!({"version": version + 1, "lines": [{"quantity": 5}]}));
    let operation = format!(
        "mutation {{ cartLinesRemove(lineIds: [{mug}]) {{ cart {{ totalQuantity problems {{ code }} }} }} }}"
    );
    let removed = api.data(&maria, &operation).await["cartLinesRemove"]["cart"].clone();
    assert_eq!(removed["totalQuantity"], 0);
    assert_eq!(removed["problems"][0]["code"], "CART_EMPTY");
    add(&api, &maria, "pot", 1).await;
    let cleared = api.data(&maria, "mutation { cartClear { cart { totalQuantity } } }").await;
    assert_eq!(cleared["cartClear"]["cart"]["totalQuantity"], 0);
}

#[tokio::test]
async fn price_and_stock_are_checked_at_every_step() {
    let api = Api::start().await;
    let (mug, pot, hat) = (api.shop.product("mug"), api.shop.product("pot"), api.shop.product("hat"));
    api.shop.stock(&[&mug, &pot, &hat]).await;
    let maria = api.customer("maria").await;
    let much = add(&api, &maria, "mug", 25).await;
    assert_eq!(much["warnings"][0]["code"], "QUANTITY_REDUCED");
    assert_eq!(much["cart"]["totalQuantity"], 10);
    add(&api, &maria, "pot", 1).await;
    add(&api, &maria, "hat", 3).await;
    let mut work = api.shop.begin().await;
    let dearer = shelfwise::domain::catalogue::Variant { price: euro(1250), ..mug.variants[0].clone() };
    work.save_variants(mug.product.id, &[dearer], api.shop.now()).await.unwrap();
    let hidden = shelfwise::domain::catalogue::Product {
        status: shelfwise::domain::catalogue::ProductStatus::Inactive,
        ..pot.product.clone()
    };
    work.update_product(&hidden, None).await.unwrap();
    work.adjust_stock(hat.variants[0].id, -10, api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    let read = api.data(&maria, &format!("{{ me {{ cart {{ {CART} }} }} }}")).await["me"]["cart"].clone();
    insta::assert_json_snapshot!("a_cart_whose_goods_changed", read);
    let changed = add(&api, &maria, "mug", 0).await;
    assert_eq!(user_errors(&changed), ["lines.0.quantity: OUT_OF_RANGE"]);
    let operation = r#"mutation { cartDeliveryUpdate(email: "m@example.org") { warnings { code message }
        cart { lines { variant { sku } } } } }"#;
    let changed = api.data(&maria, operation).await["cartDeliveryUpdate"].clone();
    let codes: Vec<&str> =
        changed["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["PRICE_CHANGED", "LINE_REMOVED"]);
    assert_eq!(changed["cart"]["lines"].as_array().unwrap().len(), 2, "what is sold out stays");
    let sold_out = add(&api, &maria, "hat", 1).await;
    assert_eq!(user_errors(&sold_out), ["lines.0.variantId: INSUFFICIENT_STOCK"]);
}

#[tokio::test]
async fn a_guests_cart_comes_along_at_sign_in_however_often_it_is_asked_for() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug"), &api.shop.product("pot")]).await;
    for (strategy, expected) in [
        ("MERGE_MAX", vec![("MUG", 3), ("POT", 1)]),
        ("MERGE_SUM", vec![("MUG", 5), ("POT", 1)]),
        ("USE_GUEST", vec![("MUG", 2), ("POT", 1)]),
        ("USE_EXISTING", vec![("MUG", 3)]),
    ] {
        let maria = api.customer(strategy).await;
        add(&api, &maria, "mug", 3).await;
        let first = add(&api, &nobody(), "mug", 2).await;
        add(&api, &guest(&first), "pot", 1).await;
        let token = first["cartToken"].as_str().unwrap();
        let expected: Vec<(String, i64)> =
            expected.into_iter().map(|(sku, quantity)| (sku.to_owned(), quantity)).collect();
        for _ in 0..3 {
            let merged = merge(&api, &maria, token, strategy).await;
            assert_eq!(quantities(&merged), expected, "{strategy}");
        }
        let taken = api.data(&guest(&first), "{ viewer { cart { id } } }").await;
        assert_eq!(taken["viewer"]["cart"], Value::Null, "the token opens nothing any more");
    }
    let newcomer = api.customer("newcomer").await;
    let first = add(&api, &nobody(), "mug", 2).await;
    let token = first["cartToken"].as_str().unwrap();
    let adopted = merge(&api, &newcomer, token, "MERGE_MAX").await;
    assert_eq!(adopted["cart"]["id"], first["cart"]["id"]);
    let thief = api.customer("thief").await;
    assert_eq!(
        user_errors(&merge(&api, &thief, token, "MERGE_MAX").await),
        ["guestCartToken: TOKEN_INVALID"]
    );
    assert_eq!(user_errors(&merge(&api, &thief, "x", "MERGE_MAX").await), ["guestCartToken: TOKEN_INVALID"]);
}

#[tokio::test]
async fn vouchers_lower_a_cart_within_their_limits() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let staff = api.staff("staff", [Permission::OrdersManage]).await;
    let save = r#"mutation { a: voucherSave(input: {code: "tea-10", kind: PERCENTAGE, percent: "10", description: "Tea time"}) {
            voucher { code percent usedCount active } userErrors { code path } }
        b: voucherSave(input: {code: "FIVER", kind: FIXED, amount: {amount: "5", currency: "EUR"},
            minSubtotal: {amount: "25", currency: "EUR"}, perUserLimit: 1}) { voucher { code } userErrors { code } }
        c: voucherSave(input: {code: "ship", kind: FREE_SHIPPING, endsAt: "2025-01-01T00:00:00Z"}) { voucher { code } }
        wrong: voucherSave(input: {code: "a b", kind: PERCENTAGE, percent: "101", usageLimit: 0}) {
            userErrors { code path } } }"#;
    insta::assert_json_snapshot!("vouchers_are_saved", api.data(&staff, save).await);
    let maria = api.customer("maria").await;
    add(&api, &maria, "mug", 2).await;
    let apply = |code: &str| {
        format!(
            r#"mutation {{ cartVoucherApply(code: "{code}") {{ cart {{ cost {{ discount {{ amount }} }} vouchers {{ code }} }}
            userErrors {{ code path message }} }} }}"#
        )
    };
    for (code, told) in [
        ("fiver", "code: VOUCHER_NOT_APPLICABLE"),
        ("SHIP", "code: VOUCHER_NOT_APPLICABLE"),
        ("nothing", "code: NOT_FOUND"),
        ("\\u0000", "code: INVALID"),
    ] {
        let refused = api.data(&maria, &apply(code)).await["cartVoucherApply"].clone();
        assert_eq!(user_errors(&refused), [told], "{code}");
    }
    let applied = api.data(&maria, &apply(" Tea-10 ")).await["cartVoucherApply"]["cart"].clone();
    assert_eq!(applied["cost"]["discount"]["amount"], "2.00");
    add(&api, &maria, "mug", 1).await;
    let applied = api.data(&maria, &apply("FIVER")).await["cartVoucherApply"]["cart"].clone();
    assert_eq!(applied["cost"]["discount"]["amount"], "8.00");
    let removed = r#"mutation { cartVoucherRemove(code: "TEA-10") { cart { vouchers { code } } userErrors { code } } }"#;
    let removed = api.data(&maria, removed).await["cartVoucherRemove"].clone();
    assert_eq!(removed["cart"]["vouchers"], json!([{"code": "FIVER"}]));
    let guest_cart = add(&api, &nobody(), "mug", 3).await;
    let refused = api.data(&guest(&guest_cart), &apply("FIVER")).await["cartVoucherApply"].clone();
    assert_eq!(user_errors(&refused), ["code: VOUCHER_NOT_APPLICABLE"]);
}

#[tokio::test]
async fn a_cart_tells_its_followers_of_every_change() {
    use futures_util::StreamExt;
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let first = add(&api, &nobody(), "mug", 1).await;
    let ann = guest(&first);
    let mut changes = api.stream(&ann, "subscription { cartChanged { totalQuantity } }");
    let seen = changes.next().await.unwrap();
    assert_eq!(seen["data"]["cartChanged"]["totalQuantity"], 1);
    add(&api, &ann, "mug", 4).await;
    let seen = changes.next().await.unwrap();
    assert_eq!(seen["data"]["cartChanged"]["totalQuantity"], 5);
}

#[tokio::test]
async fn signing_in_brings_the_guests_cart_along() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let (role, none) = (shelfwise::domain::caller::Role::Customer, std::iter::empty().collect());
    let password = "a long and quiet evening";
    let accounts = &api.services.accounts;
    accounts.create_account("maria@example.org", "Maria", password, role, none).await.unwrap();
    let sign_in = |token: &str| {
        format!(
            r#"mutation {{ login(input: {{email: "maria@example.org", password: "{password}", guestCartToken: "{token}"}}) {{
            session {{ accessToken }} cart {{ totalQuantity }} warnings {{ code }} userErrors {{ code path }} }} }}"#
        )
    };
    let first = add(&api, &nobody(), "mug", 2).await;
    let token = first["cartToken"].as_str().unwrap();
    for _ in 0..2 {
        let payload = api.data(&nobody(), &sign_in(token)).await["login"].clone();
        assert_eq!(payload["cart"]["totalQuantity"], 2);
        assert_eq!(payload["userErrors"], json!([]));
    }
    let second = add(&api, &nobody(), "mug", 3).await;
    let payload = api.data(&nobody(), &sign_in(second["cartToken"].as_str().unwrap())).await["login"].clone();
    assert_eq!(
        (&payload["cart"]["totalQuantity"], &payload["warnings"][0]["code"]),
        (&json!(3), &json!("LINES_MERGED"))
    );
    let payload = api.data(&nobody(), &sign_in("nonsense")).await["login"].clone();
    assert_eq!(user_errors(&payload), ["input.guestCartToken: TOKEN_INVALID"]);
    assert!(
        payload["session"]["accessToken"].is_string(),
        "a token that opens no cart does not undo the sign-in"
    );
}

#[tokio::test]
async fn a_cart_filled_before_registering_is_there_after_the_first_sign_in_and_tells_nothing_before() {
    let api = Api::configured(Shop::of_this_run().await, true, &[("AUTH__VERIFIED_LOGIN", "false")]).await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    api.customer("taken").await;
    let register = async |email: &str, token: &str| {
        let input = json!({"input": {"email": email, "password": "a long and quiet evening", "displayName": "M",
            "guestCartToken": token}});
        let mutation = "mutation($input: RegisterInput!) { register(input: $input) { verificationSent userErrors { code } } }";
        api.run_with(&nobody(), mutation, input).await["data"]["register"].clone()
    };
    let mut answers = Vec::new();
    let mut guests = Vec::new();
    for email in ["maria@example.org", "taken@example.org"] {
        let first = add(&api, &nobody(), "mug", 2).await;
        let told = register(email, first["cartToken"].as_str().unwrap()).await;
        let seen = api.data(&guest(&first), "{ viewer { cart { totalQuantity } } }").await;
        answers.push((told, seen));
        guests.push(first);
    }
    assert_eq!(answers[0], answers[1], "the guest cannot tell which address was free");
    assert_eq!(answers[0].1["viewer"]["cart"]["totalQuantity"], 2);
    assert_eq!(register("other@example.org", "nonsense").await["verificationSent"], true);

    let token = api.token_for("maria@example.org").await;
    let verify = "mutation($token: String!) { emailVerify(token: $token) {
        session { accessToken } cart { id totalQuantity } userErrors { code path } } }";
    let verified =
        api.run_with(&nobody(), verify, json!({"token": token})).await["data"]["emailVerify"].clone();
    assert_eq!(verified["cart"], json!({"id": guests[0]["cart"]["id"], "totalQuantity": 2}));
    let taken = api.data(&guest(&guests[0]), "{ viewer { cart { id } } }").await;
    assert_eq!(taken["viewer"]["cart"], Value::Null, "it is hers now");

    // Whoever signs in with the password instead of the letter gets theirs the same way, and once.
    let second = add(&api, &nobody(), "mug", 3).await;
    register("paul@example.org", second["cartToken"].as_str().unwrap()).await;
    let login = r#"mutation { login(input: {email: "paul@example.org", password: "a long and quiet evening"}) {
        session { accessToken } cart { totalQuantity } userErrors { code } } }"#;
    for _ in 0..2 {
        assert_eq!(api.data(&nobody(), login).await["login"]["cart"]["totalQuantity"], 3);
    }
    let still = api.data(&guest(&guests[1]), "{ viewer { cart { totalQuantity } } }").await;
    assert_eq!(
        still["viewer"]["cart"]["totalQuantity"], 2,
        "nobody got the cart that came with a taken address"
    );
}

#[tokio::test]
async fn an_empty_cart_costs_nothing_wherever_it_would_go() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let first = add(&api, &nobody(), "mug", 1).await;
    let ann = guest(&first);
    assert_eq!(deliver(&api, &ann).await["cost"]["total"]["amount"], "15.00");
    let clear =
        "mutation { cartClear { cart { cost { shipping { amount } tax { amount } total { amount } } } } }";
    let cost = api.data(&ann, clear).await["cartClear"]["cart"]["cost"].clone();
    let nothing = json!({"amount": "0.00"});
    assert_eq!(cost, json!({"shipping": nothing, "tax": nothing, "total": nothing}));
}
