//! Checkout through the API: one order for one key, at the total the buyer saw.

use serde_json::{Value, json};
use shelfwise::domain::caller::Caller;
use shelfwise::domain::interaction::{InteractionKind, Subject};

use super::carts::{add, deliver, guest};
use super::{Api, nobody, user_errors};

const CHECKOUT: &str = "mutation Checkout($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) {
    replayed cart { problems { code } }
    order { id number status allowedTransitions paymentStatus email placedAt expiresAt note version
        lines { productName sku quantity unitPrice { amount } discount { amount } tax { amount } total { amount } }
        cost { subtotal { amount } shipping { amount } tax { amount } total { amount } }
        shippingAddress { city } shippingOption { id price { amount } } events { kind from to } }
    userErrors { code path message ... on PriceChangedError { expected { amount } actual { amount } }
        ... on InsufficientStockError { requested available variant { sku } } } } }";

/// The input of a checkout of `cart` for `total`.
pub(crate) fn input(cart: &Value, total: &str, key: &str) -> Value {
    json!({"input": {
        "cartId": cart["id"], "expectedTotal": {"amount": total, "currency": "EUR"},
        "gateway": "sandbox", "idempotencyKey": key,
    }})
}

pub(crate) async fn check_out(api: &Api, caller: &Caller, input: Value) -> Value {
    let response = api.run_with(caller, CHECKOUT, input).await;
    assert_eq!(response.get("errors"), None);
    response["data"]["checkoutComplete"].clone()
}

/// A signed-in buyer's order of some mugs.
pub(crate) async fn place(api: &Api, caller: &Caller, pieces: i64) -> Value {
    add(api, caller, "mug", pieces).await;
    let cart = deliver(api, caller).await;
    let total = cart["cost"]["total"]["amount"].as_str().unwrap();
    let placed = check_out(api, caller, input(&cart, total, cart["id"].as_str().unwrap())).await;
    assert_eq!(placed["userErrors"], json!([]));
    placed["order"].clone()
}

#[tokio::test]
async fn a_guest_buys_what_is_in_the_cart_and_finds_the_order_again() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let first = add(&api, &nobody(), "mug", 2).await;
    let ann = guest(&first);
    let cart = deliver(&api, &ann).await;
    let placed = check_out(&api, &ann, input(&cart, "25.00", "key-1")).await;
    insta::assert_json_snapshot!("a_guests_checkout", placed);
    let again = check_out(&api, &ann, input(&cart, "25.00", "key-1")).await;
    assert_eq!((&again["replayed"], &again["order"]["id"]), (&json!(true), &placed["order"]["id"]));
    let other = check_out(&api, &ann, input(&cart, "25.01", "key-1")).await;
    assert_eq!(user_errors(&other), ["input.idempotencyKey: IDEMPOTENCY_KEY_REUSED"]);
    let anew = check_out(&api, &ann, input(&cart, "25.00", "key-2")).await;
    assert_eq!(user_errors(&anew), ["input.cartId: CART_COMPLETED"]);

    let (id, number) = (&placed["order"]["id"], &placed["order"]["number"]);
    let find = |arguments: String| format!("{{ order({arguments}) {{ id }} }}");
    for (caller, arguments, found) in [
        (&ann, format!("id: {id}"), true),
        (&ann, format!("number: {number}"), true),
        (&nobody(), format!("id: {id}"), false),
        (&nobody(), format!("number: {number}"), false),
        (&nobody(), format!(r#"number: {number}, email: "ANN@example.org""#), true),
        (&nobody(), format!(r#"number: {number}, email: "bob@example.org""#), false),
    ] {
        let seen = api.data(caller, &find(arguments.clone())).await;
        assert_eq!(!seen["order"].is_null(), found, "{arguments}");
    }
}

#[tokio::test]
async fn a_total_that_changed_places_no_order() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    add(&api, &maria, "mug", 1).await;
    let cart = deliver(&api, &maria).await;
    let refused = check_out(&api, &maria, input(&cart, "14.99", "k")).await;
    insta::assert_json_snapshot!("a_total_that_changed", refused["userErrors"]);
    assert_eq!(refused["order"], Value::Null);
    let mut work = api.shop.begin().await;
    work.adjust_stock(mug.variants[0].id, -10, api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    let refused = check_out(&api, &maria, input(&cart, "15.00", "k")).await;
    insta::assert_json_snapshot!("goods_that_are_gone", refused["userErrors"]);
    let mut work = api.shop.begin().await;
    work.adjust_stock(mug.variants[0].id, 1, api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    let placed = check_out(&api, &maria, input(&cart, "15.00", "k")).await;
    assert_eq!(placed["replayed"], false, "a key whose request was refused may be used again");
    assert_eq!(placed["order"]["status"], "CREATED");
}

#[tokio::test]
async fn what_a_checkout_lacks_is_told_at_once() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let first = add(&api, &nobody(), "mug", 1).await;
    let ann = guest(&first);
    let refused = check_out(&api, &ann, input(&first["cart"], "10.00", "k")).await;
    assert_eq!(
        user_errors(&refused),
        [
            "input.cartId.email: REQUIRED",
            "input.cartId.shippingAddress: REQUIRED",
            "input.cartId.shippingOption: REQUIRED"
        ]
    );
    let strange = json!({"input": {"cartId": first["cart"]["id"], "gateway": "barter", "idempotencyKey": "",
        "expectedTotal": {"amount": "-1", "currency": "USD"}, "note": "\u{202e}evil"}});
    assert_eq!(
        user_errors(&check_out(&api, &ann, strange).await),
        [
            "input.idempotencyKey: REQUIRED",
            "input.note: INVALID",
            "input.expectedTotal: CURRENCY_MISMATCH",
            "input.gateway: NOT_FOUND"
        ]
    );
    let foreign = check_out(&api, &nobody(), input(&first["cart"], "10.00", "k")).await;
    assert_eq!(user_errors(&foreign), ["input.cartId: NOT_FOUND"]);
}

#[tokio::test]
async fn a_purchase_is_known_to_the_recommender_with_its_order() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    api.live.products_changed(&[mug.product.id]).await.unwrap();
    let maria = api.customer("maria").await;
    let order = place(&api, &maria, 3).await;
    let subject = Subject::User(maria.user().unwrap());
    let deeds = api.shop.store.recent_interactions(subject, 10).await.unwrap();
    let kinds: Vec<_> =
        deeds.iter().map(|deed| (deed.kind, deed.quantity, deed.order_id.is_some())).collect();
    assert!(kinds.contains(&(InteractionKind::Cart, 3, false)), "{kinds:?}");
    assert!(kinds.contains(&(InteractionKind::Purchase, 3, true)), "{kinds:?}");
    assert_eq!(order["status"], "CREATED");
}

#[tokio::test]
async fn an_order_that_costs_nothing_is_paid_at_once() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let staff = api.staff("staff", [shelfwise::domain::caller::Permission::OrdersManage]).await;
    for voucher in
        [r#"code: "ALL", kind: PERCENTAGE, percent: "100""#, r#"code: "SHIP", kind: FREE_SHIPPING"#]
    {
        let save = format!("mutation {{ voucherSave(input: {{{voucher}}}) {{ userErrors {{ code }} }} }}");
        api.data(&staff, &save).await;
    }
    let maria = api.customer("maria").await;
    add(&api, &maria, "mug", 2).await;
    for code in ["ALL", "SHIP"] {
        let apply = format!(r#"mutation {{ cartVoucherApply(code: "{code}") {{ userErrors {{ code }} }} }}"#);
        api.data(&maria, &apply).await;
    }
    let cart = deliver(&api, &maria).await;
    assert_eq!(cart["cost"]["total"]["amount"], "0.00");
    let placed = check_out(&api, &maria, input(&cart, "0", "free")).await;
    assert_eq!(placed["order"]["status"], "PAID");
    let variant = mug.variants[0].id;
    let stock = api.shop.store.variants(&[variant]).await.unwrap()[&variant].stock;
    assert_eq!((stock.on_hand, stock.reserved), (8, 0));
}
