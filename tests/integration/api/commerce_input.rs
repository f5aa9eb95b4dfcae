//! What the mutations around orders, payments and the catalogue must refuse: each value with its place and its code,
//! none with a fault.

use serde_json::{Value, json};
use shelfwise::domain::caller::Permission;
use shelfwise::domain::ids::{
    FulfillmentId, NotificationId, OrderId, OrderLineId, OutboxMessageId, PaymentId, ProductId, ReviewId,
    VariantId,
};
use shelfwise::graphql::global_id::GlobalId;

use super::checkout::place;
use super::{Api, user_errors};

const BIDI: &str = "\u{202e}live";

/// What was wrong as "path: CODE". A value that its type cannot hold is told before anything runs, by its path.
fn told(response: &Value) -> Vec<String> {
    let Some(errors) = response["errors"].as_array() else { return user_errors(&response["data"]["done"]) };
    let told = |error: &Value| {
        let message = error["message"].as_str().unwrap_or_default();
        let path =
            message.strip_prefix("Invalid value for argument \"").and_then(|rest| rest.split('"').next());
        path.map_or_else(|| error.to_string(), |path| format!("{path}: not of its type"))
    };
    errors.iter().map(told).collect()
}

fn set(mut base: Value, field: &str, value: Value) -> Value {
    base[field] = value;
    base
}

#[tokio::test]
async fn every_bad_value_around_an_order_is_told_by_its_place() {
    let api = Api::start().await;
    let (mug, pot) = (api.shop.product("mug"), api.shop.product("pot"));
    api.shop.stock(&[&mug, &pot]).await;
    let boss = api.staff("boss", Permission::ALL).await;
    let order = place(&api, &boss, 2).await;
    let pay = format!(
        r#"mutation {{ paymentInitialize(input: {{orderId: {}, gateway: "sandbox", paymentMethod: "card_succeeds",
            idempotencyKey: "paid"}}) {{ payment {{ id status }} order {{ lines {{ id }} }} userErrors {{ code }} }} }}"#,
        order["id"]
    );
    let paid = api.data(&boss, &pay).await["paymentInitialize"].clone();
    let (payment, line) = (&paid["payment"]["id"], &paid["order"]["lines"][0]["id"]);
    let long = "x".repeat(1 << 20);
    let euro = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let (product, variant) = (mug.product.id.global().to_string(), mug.variants[0].id.global().to_string());
    macro_rules! unknown {
        ($id:ty) => {
            json!(api.shop.id::<$id>().global().to_string())
        };
    }

    let cancel = "$id: ID!, $reason: String, $version: Int) { done: orderCancel(orderId: $id, reason: $reason, expectedVersion: $version)";
    let confirm = "$id: ID!) { done: orderConfirmReceipt(orderId: $id)";
    let send = "$input: OrderFulfillInput!) { done: orderFulfill(input: $input)";
    let track = "$id: ID!, $carrier: String, $number: String, $location: String, $words: String) {
        done: fulfillmentTrackingUpdate(fulfillmentId: $id, carrier: $carrier, trackingNumber: $number, location: $location, description: $words)";
    let initialize = "$input: PaymentInitializeInput!) { done: paymentInitialize(input: $input)";
    let verify = "$id: ID!) { done: paymentVerify(paymentId: $id)";
    let capture = "$id: ID!, $amount: MoneyInput, $key: String!) { done: paymentCapture(paymentId: $id, amount: $amount, idempotencyKey: $key)";
    let void = "$id: ID!, $key: String!) { done: paymentVoid(paymentId: $id, idempotencyKey: $key)";
    let refund = "$input: PaymentRefundInput!) { done: paymentRefund(input: $input)";
    let voucher = "$input: VoucherInput!) { done: voucherSave(input: $input)";
    let review = "$id: ID!, $rating: Int!, $title: String, $body: String) { done: reviewSubmit(productId: $id, rating: $rating, title: $title, body: $body)";
    let moderate = "$id: ID!) { done: reviewModerate(reviewId: $id, status: PUBLISHED)";
    let stock = "$id: ID!, $delta: Int!, $reason: String, $key: String!) { done: stockAdjust(variantId: $id, delta: $delta, reason: $reason, idempotencyKey: $key)";
    let category = "$id: ID, $input: CategoryInput!) { done: categorySave(id: $id, input: $input)";
    let brand = "$slug: String!, $name: String!) { done: brandSave(slug: $slug, name: $name)";
    let create = "$input: ProductInput!) { done: productCreate(input: $input)";
    let update = "$id: ID!, $input: ProductInput!, $version: Int) { done: productUpdate(id: $id, input: $input, expectedVersion: $version)";
    let wish = "$id: ID!) { done: wishlistAdd(productId: $id)";
    let read = "$ids: [ID!]) { done: notificationsMarkRead(ids: $ids)";
    let retry = "$id: ID!) { done: deadLetterRetry(id: $id)";
    let address = "$id: ID, $input: AddressInput!) { done: addressSave(id: $id, input: $input)";
    let hook = "$url: URL!) { done: webhookCreate(url: $url, events: [ORDER_CREATED])";
    let key = "$name: String!) { done: apiKeyCreate(name: $name, permissions: [])";
    let close = "$password: String!) { done: accountDelete(password: $password)";
    let resend = "$email: String!) { done: emailVerificationResend(email: $email)";
    let reset =
        "$token: String!, $password: String!) { done: passwordReset(token: $token, newPassword: $password)";

    let parcel = |lines: Value| json!({"input": {"orderId": order["id"], "lines": lines}});
    let piece = |line: &Value, quantity: i64| json!([{"orderLineId": line, "quantity": quantity}]);
    let labelled = |field: &str, text: &str| json!({"input": {"orderId": order["id"], field: text}});
    let begin = |field: &str, value: Value| json!({"input": set(json!({"orderId": order["id"], "gateway": "sandbox", "idempotencyKey": "k"}), field, value)});
    let back = |field: &str, value: Value| json!({"input": set(json!({"paymentId": payment, "idempotencyKey": "k"}), field, value)});
    let offer = |field: &str, value: Value| json!({"input": set(json!({"code": "X", "kind": "FIXED", "amount": euro("1")}), field, value)});
    let opinion = |field: &str, value: Value| set(json!({"id": product, "rating": 5}), field, value);
    let correct =
        |field: &str, value: Value| set(json!({"id": variant, "delta": 1, "key": "k"}), field, value);
    let tree = |field: &str, value: Value| json!({"input": set(json!({"slug": "new", "name": "New"}), field, value)});
    let goods = |field: &str, value: Value| {
        let variants = json!([{"sku": "new", "price": euro("1")}]);
        json!({"input": set(json!({"name": "New", "variants": variants}), field, value)})
    };
    let priced = |field: &str, value: Value| {
        goods("variants", json!([set(json!({"sku": "new", "price": euro("1")}), field, value)]))
    };
    let home = |field: &str, value: Value| json!({"input": set(json!({"name": "Ann", "line1": "Road 1", "city": "Ulm", "country": "DE"}), field, value)});
    let many: Vec<Value> = (0..101).map(|_| unknown!(NotificationId)).collect();

    let table: Vec<(&str, Value, &str)> = vec![
        (cancel, json!({"id": product}), "orderId: INVALID"),
        (cancel, json!({"id": "\0"}), "orderId: INVALID"),
        (cancel, json!({"id": long}), "orderId: INVALID"),
        (cancel, json!({"id": unknown!(OrderId)}), "orderId: NOT_FOUND"),
        (cancel, json!({"id": order["id"], "reason": long}), "reason: OUT_OF_RANGE"),
        (cancel, json!({"id": order["id"], "reason": "a\0b"}), "reason: INVALID"),
        (cancel, json!({"id": order["id"], "reason": BIDI}), "reason: INVALID"),
        (cancel, json!({"id": order["id"], "version": -1}), "expectedVersion: VERSION_CONFLICT"),
        (confirm, json!({"id": unknown!(OrderId)}), "orderId: NOT_FOUND"),
        (confirm, json!({"id": order["id"]}), "orderId: ILLEGAL_TRANSITION"),
        (send, parcel(json!([])), "input.lines: REQUIRED"),
        (send, parcel(piece(line, 0)), "input.lines.0.quantity: OUT_OF_RANGE"),
        (send, parcel(piece(line, -1)), "input.lines.0.quantity: OUT_OF_RANGE"),
        (send, parcel(piece(line, 2_147_483_647)), "input.lines.0.quantity: OUT_OF_RANGE"),
        (send, parcel(piece(&unknown!(OrderLineId), 1)), "input.lines.0.orderLineId: NOT_FOUND"),
        (send, parcel(piece(&json!(product), 1)), "input.lines.0.orderLineId: INVALID"),
        (send, labelled("carrier", BIDI), "input.carrier: INVALID"),
        (send, labelled("trackingNumber", &long), "input.trackingNumber: OUT_OF_RANGE"),
        (track, json!({"id": unknown!(FulfillmentId)}), "fulfillmentId: NOT_FOUND"),
        (track, json!({"id": unknown!(FulfillmentId), "location": "a\0b"}), "location: INVALID"),
        (track, json!({"id": unknown!(FulfillmentId), "words": long}), "description: OUT_OF_RANGE"),
        (initialize, begin("orderId", unknown!(OrderId)), "input.orderId: NOT_FOUND"),
        (initialize, begin("gateway", json!(long)), "input.gateway: NOT_FOUND"),
        (initialize, begin("amount", euro("0")), "input.amount: OUT_OF_RANGE"),
        (initialize, begin("amount", euro("-1")), "input.amount: OUT_OF_RANGE"),
        (initialize, begin("amount", euro("99999999999999999999")), "input.amount: OUT_OF_RANGE"),
        (initialize, begin("amount", euro("NaN")), "input.amount.amount: not of its type"),
        (initialize, begin("amount", euro("1.005")), "input.amount: INVALID"),
        (initialize, begin("idempotencyKey", json!(long)), "input.idempotencyKey: OUT_OF_RANGE"),
        (verify, json!({"id": unknown!(PaymentId)}), "paymentId: NOT_FOUND"),
        (capture, json!({"id": unknown!(PaymentId), "key": "k"}), "paymentId: NOT_FOUND"),
        (capture, json!({"id": payment, "key": ""}), "idempotencyKey: REQUIRED"),
        (capture, json!({"id": payment, "key": "k", "amount": euro("-1")}), "amount: OUT_OF_RANGE"),
        (capture, json!({"id": payment, "key": "k", "amount": euro("9999")}), "amount: AMOUNT_TOO_LARGE"),
        (void, json!({"id": payment, "key": "a\0b"}), "idempotencyKey: INVALID"),
        (void, json!({"id": unknown!(PaymentId), "key": "k"}), "paymentId: NOT_FOUND"),
        (refund, back("paymentId", unknown!(PaymentId)), "input.paymentId: NOT_FOUND"),
        (refund, back("amount", euro("0")), "input.amount: OUT_OF_RANGE"),
        (refund, back("amount", euro("-0.01")), "input.amount: OUT_OF_RANGE"),
        (refund, back("amount", euro("25.01")), "input.amount: AMOUNT_TOO_LARGE"),
        (refund, back("amount", euro("1e400")), "input.amount.amount: not of its type"),
        (
            refund,
            back("amount", json!({"amount": "1", "currency": "USD"})),
            "input.amount: CURRENCY_MISMATCH",
        ),
        (refund, back("lines", piece(line, 0)), "input.lines.0.quantity: OUT_OF_RANGE"),
        (refund, back("lines", piece(line, -1)), "input.lines.0.quantity: OUT_OF_RANGE"),
        (refund, back("lines", piece(line, 3)), "input.lines.0.quantity: OUT_OF_RANGE"),
        (refund, back("lines", piece(&unknown!(OrderLineId), 1)), "input.lines.0.orderLineId: NOT_FOUND"),
        (refund, back("reason", json!(BIDI)), "input.reason: INVALID"),
        (refund, back("idempotencyKey", json!("a\0b")), "input.idempotencyKey: INVALID"),
        (voucher, offer("code", json!(long)), "input.code: OUT_OF_RANGE"),
        (voucher, offer("code", json!(BIDI)), "input.code: INVALID"),
        (voucher, offer("amount", euro("0")), "input.amount: OUT_OF_RANGE"),
        (voucher, offer("amount", euro("-5")), "input.amount: OUT_OF_RANGE"),
        (voucher, offer("usageLimit", json!(0)), "input.usageLimit: OUT_OF_RANGE"),
        (voucher, offer("perUserLimit", json!(-1)), "input.perUserLimit: OUT_OF_RANGE"),
        (voucher, offer("description", json!("a\0b")), "input.description: INVALID"),
        (
            voucher,
            json!({"input": {"code": "X", "kind": "PERCENTAGE", "percent": "NaN"}}),
            "input.percent: not of its type",
        ),
        (
            voucher,
            json!({"input": {"code": "X", "kind": "PERCENTAGE", "percent": "-1"}}),
            "input.percent: INVALID",
        ),
        (review, opinion("rating", json!(0)), "rating: OUT_OF_RANGE"),
        (review, opinion("rating", json!(-2_147_483_648_i64)), "rating: OUT_OF_RANGE"),
        (review, opinion("rating", json!(4.5)), "rating: not of its type"),
        (review, opinion("title", json!("a\0b")), "title: INVALID"),
        (review, opinion("body", json!(long)), "body: OUT_OF_RANGE"),
        (review, opinion("body", json!(BIDI)), "body: INVALID"),
        (review, opinion("id", unknown!(ProductId)), "productId: NOT_FOUND"),
        (review, opinion("id", json!(variant)), "productId: INVALID"),
        (moderate, json!({"id": unknown!(ReviewId)}), "reviewId: NOT_FOUND"),
        (stock, correct("delta", json!(0)), "delta: INVALID"),
        (stock, correct("delta", json!(2_147_483_647)), "delta: OUT_OF_RANGE"),
        (stock, correct("delta", json!(-2_147_483_648_i64)), "delta: OUT_OF_RANGE"),
        (stock, correct("id", unknown!(VariantId)), "variantId: NOT_FOUND"),
        (stock, correct("reason", json!(long)), "reason: OUT_OF_RANGE"),
        (stock, correct("key", json!(BIDI)), "idempotencyKey: INVALID"),
        (category, tree("slug", json!("Not A Slug")), "input.slug: INVALID"),
        (category, tree("name", json!("a\0b")), "input.name: INVALID"),
        (category, tree("name", json!(long)), "input.name: OUT_OF_RANGE"),
        (category, tree("parentId", json!(product)), "input.parentId: INVALID"),
        (brand, json!({"slug": "new", "name": BIDI}), "name: INVALID"),
        (brand, json!({"slug": "", "name": "New"}), "slug: REQUIRED"),
        (create, goods("name", json!("a\0b")), "input.name: INVALID"),
        (create, goods("name", json!(BIDI)), "input.name: INVALID"),
        (create, goods("description", json!(long)), "input.description: OUT_OF_RANGE"),
        (create, goods("variants", json!([])), "input.variants: REQUIRED"),
        (create, priced("price", euro("-1")), "input.variants.0.price: OUT_OF_RANGE"),
        (create, priced("price", euro("99999999999999999")), "input.variants.0.price: OUT_OF_RANGE"),
        (create, priced("price", euro("NaN")), "input.variants.0.price.amount: not of its type"),
        (create, priced("onHand", json!(-1)), "input.variants.0.onHand: OUT_OF_RANGE"),
        (create, priced("sku", json!("\0")), "input.variants.0.sku: INVALID"),
        (update, json!({"id": unknown!(ProductId), "input": {"name": "New"}}), "id: NOT_FOUND"),
        (
            update,
            json!({"id": product, "input": {"name": "New"}, "version": 0}),
            "expectedVersion: VERSION_CONFLICT",
        ),
        (wish, json!({"id": unknown!(ProductId)}), "productId: NOT_FOUND"),
        (wish, json!({"id": "\0"}), "productId: INVALID"),
        (read, json!({"ids": many}), "ids: TOO_MANY_ITEMS"),
        (read, json!({"ids": [product]}), "ids.0: INVALID"),
        (retry, json!({"id": unknown!(OutboxMessageId)}), "id: NOT_FOUND"),
        (address, home("line1", json!(long)), "input.line1: OUT_OF_RANGE"),
        (address, home("city", json!(BIDI)), "input.city: INVALID"),
        (address, home("postalCode", json!("a\0b")), "input.postalCode: INVALID"),
        (hook, json!({"url": "https://127.0.0.1:1\u{202e}/"}), "url: not of its type"),
        (key, json!({"name": "a\0b"}), "name: INVALID"),
        (key, json!({"name": long}), "name: OUT_OF_RANGE"),
        (close, json!({"password": long}), "password: INVALID_CREDENTIALS"),
        (resend, json!({"email": long}), "email: OUT_OF_RANGE"),
        (resend, json!({"email": "a\0b@example.org"}), "email: INVALID"),
        (reset, json!({"token": long, "password": "x"}), "token: TOKEN_INVALID"),
    ];
    let mut wrong = Vec::new();
    for (mutation, variables, expected) in table {
        let operation = format!("mutation Bad({mutation} {{ userErrors {{ code path }} }} }}");
        let shown: String = variables.to_string().chars().take(120).collect();
        let told = told(&api.run_with(&boss, &operation, variables).await);
        if told != [expected] {
            let name =
                mutation.split("done: ").nth(1).and_then(|rest| rest.split('(').next()).unwrap_or(mutation);
            wrong.push(format!("{name} {shown}\n    expected {expected}, told {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let after = api
        .data(&boss, &format!("{{ order(id: {}) {{ status refundedTotal {{ amount }} }} }}", order["id"]))
        .await;
    assert_eq!(
        after["order"],
        json!({"status": "PAID", "refundedTotal": {"amount": "0.00"}}),
        "none of it did anything"
    );
}
