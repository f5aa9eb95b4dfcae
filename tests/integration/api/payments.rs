//! Payments through the API: begun at checkout, declined with a typed error, given back by staff.

use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};

use super::carts::{add, deliver};
use super::{Api, user_errors};

const CHECKOUT: &str = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) {
    order { id status paymentStatus paidTotal { amount } }
    payment { id status nextAction { __typename ... on PaymentRedirect { url } } }
    userErrors { __typename code path ... on PaymentDeclinedError { gateway gatewayCode retryable } } } }";
const INITIALIZE: &str = "mutation($input: PaymentInitializeInput!) { paymentInitialize(input: $input) {
    payment { id status gateway { id healthy } amount { amount } capturedAmount { amount } }
    order { status paymentStatus payments { status } }
    userErrors { __typename code path ... on PaymentDeclinedError { gateway gatewayCode retryable } } } }";
const REFUND: &str = "mutation($input: PaymentRefundInput!) { paymentRefund(input: $input) {
    payment { status refundedAmount { amount } events { kind amount { amount } } }
    order { refundedTotal { amount } refunds { status reason amount { amount } lines { sku } payment { status } } }
    userErrors { code path } } }";

async fn check_out(api: &Api, caller: &Caller, method: Option<&str>) -> Value {
    add(api, caller, "mug", 2).await;
    let cart = deliver(api, caller).await;
    let input = json!({"input": {
        "cartId": cart["id"], "expectedTotal": {"amount": cart["cost"]["total"]["amount"], "currency": "EUR"},
        "gateway": "sandbox", "idempotencyKey": cart["id"], "paymentMethod": method,
    }});
    let response = api.run_with(caller, CHECKOUT, input).await;
    assert_eq!(response.get("errors"), None);
    response["data"]["checkoutComplete"].clone()
}

async fn initialize(api: &Api, caller: &Caller, order: &Value, method: &str, key: &str) -> Value {
    let input = json!({"input": {
        "orderId": order["id"], "gateway": "sandbox", "paymentMethod": method, "idempotencyKey": key,
    }});
    let response = api.run_with(caller, INITIALIZE, input).await;
    assert_eq!(response.get("errors"), None);
    response["data"]["paymentInitialize"].clone()
}

async fn shop() -> (Api, Caller) {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let maria = api.customer("maria").await;
    (api, maria)
}

#[tokio::test]
async fn a_chosen_card_pays_at_checkout() {
    let (api, maria) = shop().await;
    let placed = check_out(&api, &maria, Some("card_succeeds")).await;
    assert_eq!(placed["userErrors"], json!([]));
    assert_eq!((&placed["order"]["status"], &placed["payment"]["status"]), (&json!("PAID"), &json!("PAID")));
    let gateways =
        api.data(&maria, "{ paymentGateways(currency: \"EUR\") { id supportsAuthorize healthy } }").await;
    assert_eq!(
        gateways["paymentGateways"],
        json!([{"id": "sandbox", "supportsAuthorize": true, "healthy": true}])
    );
    assert_eq!(
        api.data(&maria, "{ paymentGateways(currency: \"XPF\") { id } }").await["paymentGateways"],
        json!([])
    );
}

#[tokio::test]
async fn without_a_card_the_buyer_is_sent_to_a_page_and_a_declined_card_is_told_with_its_code() {
    let (api, maria) = shop().await;
    let placed = check_out(&api, &maria, None).await;
    assert_eq!(placed["payment"]["nextAction"]["__typename"], "PaymentRedirect");
    assert_eq!(placed["order"]["paymentStatus"], "PENDING");
    let order = &placed["order"];
    let declined = initialize(&api, &maria, order, "card_insufficient_funds", "one").await;
    assert_eq!(
        declined["userErrors"],
        json!([{"__typename": "PaymentDeclinedError", "code": "PAYMENT_DECLINED", "path": ["input"],
            "gateway": "sandbox", "gatewayCode": "insufficient_funds", "retryable": true}])
    );
    assert_eq!(declined["payment"]["status"], "FAILED");
    let silent = initialize(&api, &maria, order, "card_timeout", "two").await;
    assert_eq!(user_errors(&silent), ["input: GATEWAY_UNAVAILABLE"]);
    let id = &silent["payment"]["id"];
    let verify = format!(
        "mutation {{ paymentVerify(paymentId: {id}) {{ payment {{ status }} userErrors {{ code path }} }} }}"
    );
    let verified = api.data(&maria, &verify).await;
    assert_eq!(verified["paymentVerify"]["payment"]["status"], "PAID");
    let found = api
        .data(&maria, &format!("{{ node(id: {id}) {{ ... on Payment {{ order {{ status }} }} }} }}"))
        .await;
    assert_eq!(found["node"]["order"]["status"], "PAID");
    let other = api.customer("other").await;
    let hidden = api.data(&other, &format!("{{ node(id: {id}) {{ id }} }}")).await;
    assert_eq!(hidden["node"], Value::Null);
    let refused = api.data(&other, &verify).await;
    assert_eq!(user_errors(&refused["paymentVerify"])[0], "paymentId: NOT_FOUND");
}

#[tokio::test]
async fn staff_give_money_back_by_amount_and_never_too_much() {
    let (api, maria) = shop().await;
    let placed = check_out(&api, &maria, Some("card_succeeds")).await;
    let staff = api.staff("till", [Permission::PaymentsManage]).await;
    let refund = |amount: &str, key: &str| {
        json!({"input": {"paymentId": placed["payment"]["id"], "idempotencyKey": key, "reason": "broken",
            "amount": {"amount": amount, "currency": "EUR"}}})
    };
    let back = api.run_with(&staff, REFUND, refund("5.00", "one")).await["data"]["paymentRefund"].clone();
    assert_eq!(back["userErrors"], json!([]));
    assert_eq!(back["payment"]["status"], "PARTIALLY_REFUNDED");
    let kinds: Vec<_> =
        back["payment"]["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["INITIALIZED", "CAPTURED", "REFUND_REQUESTED", "REFUNDED"]);
    assert_eq!(back["order"]["refundedTotal"]["amount"], "5.00");
    assert_eq!(back["order"]["refunds"][0]["status"], "SUCCEEDED");
    for (amount, expected) in [
        ("20.01", "input.amount: AMOUNT_TOO_LARGE"),
        ("0.00", "input.amount: OUT_OF_RANGE"),
        ("-1.00", "input.amount: OUT_OF_RANGE"),
        ("1.001", "input.amount: INVALID"),
        ("99999999999999999999", "input.amount: OUT_OF_RANGE"),
    ] {
        let refused = api.run_with(&staff, REFUND, refund(amount, "two")).await;
        assert_eq!(user_errors(&refused["data"]["paymentRefund"]), [expected], "{amount}");
    }
}
