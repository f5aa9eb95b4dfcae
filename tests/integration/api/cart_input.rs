//! What carts and checkouts must refuse: each value with its place and its code, none with a fault.

use serde_json::{Value, json};
use shelfwise::graphql::global_id::GlobalId;

use super::carts::{add, guest};
use super::{Api, nobody, user_errors};

#[tokio::test]
async fn every_bad_value_is_told_by_its_place() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let first = add(&api, &nobody(), "mug", 1).await;
    let ann = guest(&first);
    let variant = mug.variants[0].id.global().to_string();
    let product = mug.product.id.global().to_string();
    let stranger = api.shop.id::<shelfwise::domain::ids::VariantId>().global().to_string();
    let line = first["cart"]["lines"][0]["id"].clone();
    let long = "x".repeat(200_000);
    let address = |field: &str, value: &str| {
        let mut address = json!({"name": "Ann", "line1": "Road 1", "city": "Ulm", "country": "DE"});
        address[field] = value.into();
        json!({"shippingAddress": address})
    };
    let lines =
        |variant: &str, quantity: i64| json!({"lines": [{"variantId": variant, "quantity": quantity}]});
    let update = |line: &Value, quantity: i64| json!({"lines": [{"lineId": line, "quantity": quantity}]});
    let add = "$lines: [CartLineInput!]!) { done: cartLinesAdd(lines: $lines)";
    let set = "$lines: [CartLineUpdateInput!]!) { done: cartLinesUpdate(lines: $lines)";
    let deliver = "$email: String, $shippingAddress: AddressInput, $option: ID) { done: cartDeliveryUpdate(email: $email, \
        shippingAddress: $shippingAddress, shippingOptionId: $option)";
    let voucher = "$code: String!) { done: cartVoucherApply(code: $code)";
    let crowd: Vec<Value> = (0..101).map(|_| json!({"variantId": variant})).collect();
    let table: Vec<(&str, Value, &str)> = vec![
        (add, lines(&variant, 0), "lines.0.quantity: OUT_OF_RANGE"),
        (add, lines(&variant, -1), "lines.0.quantity: OUT_OF_RANGE"),
        (add, lines(&variant, 1_000), "lines.0.quantity: OUT_OF_RANGE"),
        (add, lines(&variant, 2_147_483_647), "lines.0.quantity: OUT_OF_RANGE"),
        (add, lines(&variant, 999), "lines.0.quantity: OUT_OF_RANGE"),
        (add, lines(&product, 1), "lines.0.variantId: INVALID"),
        (add, lines(&stranger, 1), "lines.0.variantId: NOT_FOUND"),
        (add, lines("\0", 1), "lines.0.variantId: INVALID"),
        (add, lines(&long, 1), "lines.0.variantId: INVALID"),
        (add, json!({"lines": []}), "lines: REQUIRED"),
        (add, json!({"lines": crowd}), "lines: TOO_MANY_ITEMS"),
        (
            add,
            json!({"lines": [{"variantId": variant, "recommendationId": "x"}]}),
            "lines.0.recommendationId: INVALID",
        ),
        (set, update(&line, -1), "lines.0.quantity: OUT_OF_RANGE"),
        (set, update(&line, 1_000), "lines.0.quantity: OUT_OF_RANGE"),
        (set, update(&json!(variant), 1), "lines.0.lineId: INVALID"),
        (deliver, json!({"email": "nobody"}), "email: INVALID"),
        (deliver, json!({"email": long}), "email: OUT_OF_RANGE"),
        (deliver, json!({"option": "pigeon"}), "shippingOptionId: NOT_FOUND"),
        (deliver, json!({"option": ""}), "shippingOptionId: REQUIRED"),
        (deliver, address("name", ""), "shippingAddress.name: REQUIRED"),
        (deliver, address("line1", "a\0b"), "shippingAddress.line1: INVALID"),
        (deliver, address("city", "\u{202e}mlU"), "shippingAddress.city: INVALID"),
        (deliver, address("line2", &long), "shippingAddress.line2: OUT_OF_RANGE"),
        (deliver, address("phone", "call me"), "shippingAddress.phone: INVALID"),
        (voucher, json!({"code": ""}), "code: REQUIRED"),
        (voucher, json!({"code": long}), "code: OUT_OF_RANGE"),
        (voucher, json!({"code": "ä"}), "code: INVALID"),
        (voucher, json!({"code": "\u{2066}TEA"}), "code: INVALID"),
    ];
    for (mutation, variables, told) in table {
        let operation = format!("mutation Bad({mutation} {{ userErrors {{ code path }} }} }}");
        let shown: String = variables.to_string().chars().take(120).collect();
        let response = api.run_with(&ann, &operation, variables).await;
        assert_eq!(response.get("errors"), None, "{mutation} {shown}");
        assert_eq!(user_errors(&response["data"]["done"]), [told], "{mutation} {shown}");
    }
}
