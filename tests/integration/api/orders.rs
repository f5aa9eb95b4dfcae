//! Orders through the API: paid, sent in parts, called off, confirmed, followed.

use futures_util::StreamExt;
use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::domain::ids::OrderId;
use shelfwise::graphql::global_id::{self, GlobalId};

use super::carts::{add, deliver, guest};
use super::checkout::{check_out, input, place};
use super::{Api, codes, nobody, user_errors};

impl Api {
    /// A gateway takes money for an order.
    async fn pay(&self, order: &Value, minor: i64) {
        let id: OrderId = global_id::read(order["id"].as_str().unwrap()).unwrap();
        let mut unit = self.shop.begin().await;
        let settled = self.services.orders.captured(unit.as_mut(), id, minor).await.unwrap();
        unit.save().await.unwrap();
        self.services.orders.tell(settled.news).await;
    }
}

async fn change(api: &Api, caller: &Caller, mutation: &str) -> Value {
    let operation = format!(
        "mutation {{ change: {mutation} {{ order {{ status version allowedTransitions cancelReason
            lines {{ quantity fulfilledQuantity }} fulfillments {{ id status carrier trackingNumber
            lines {{ quantity orderLine {{ sku }} }} trackingEvents {{ status description location }} }}
            events {{ kind from to message actor {{ displayName }} }} }}
        userErrors {{ code path message ... on TransitionError {{ from to allowed }} }} }} }}"
    );
    api.data(caller, &operation).await["change"].clone()
}

/// A guest with their order of one mug.
async fn guests_order(api: &Api) -> (Caller, Value) {
    let first = add(api, &nobody(), "mug", 1).await;
    let ann = guest(&first);
    let cart = deliver(api, &ann).await;
    let order = check_out(api, &ann, input(&cart, "15.00", "k")).await["order"].clone();
    (ann, order)
}

#[tokio::test]
async fn an_order_goes_from_paid_over_two_parcels_to_completed() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug"), &api.shop.product("pot")]).await;
    let staff = api.staff("staff", [Permission::OrdersManage]).await;
    let maria = api.customer("maria").await;
    add(&api, &maria, "pot", 1).await;
    let order = place(&api, &maria, 3).await;
    let id = &order["id"];
    let line = api.data(&maria, &format!("{{ order(id: {id}) {{ lines {{ id sku }} }} }}")).await;
    let mugs = &line["order"]["lines"][1]["id"];
    let fulfill = |lines: &str| {
        format!(r#"orderFulfill(input: {{orderId: {id}, {lines} carrier: "DHL", trackingNumber: "123"}})"#)
    };
    let early = change(&api, &staff, &fulfill("")).await;
    insta::assert_json_snapshot!("nothing_is_sent_before_it_is_paid", early["userErrors"]);
    api.pay(&order, 4_500).await;
    let much = format!("lines: [{{orderLineId: {mugs}, quantity: 4}}],");
    let refused = change(&api, &staff, &fulfill(&much)).await;
    assert_eq!(user_errors(&refused), ["input.lines.0.quantity: OUT_OF_RANGE"]);
    let some = format!("lines: [{{orderLineId: {mugs}, quantity: 2}}],");
    let partly = change(&api, &staff, &fulfill(&some)).await;
    assert_eq!(partly["order"]["status"], "PARTIALLY_SHIPPED");
    let parcel = &partly["order"]["fulfillments"][0]["id"];
    let track = |status: &str| {
        format!(r#"fulfillmentTrackingUpdate(fulfillmentId: {parcel}, status: {status}, location: "Ulm")"#)
    };
    change(&api, &staff, &track("DELIVERED")).await;
    let backwards = change(&api, &staff, &track("IN_TRANSIT")).await;
    assert_eq!(user_errors(&backwards), ["status: ILLEGAL_TRANSITION"]);
    let sent = change(&api, &staff, &fulfill("")).await;
    assert_eq!(sent["order"]["status"], "SHIPPED");
    let late = change(&api, &maria, &format!("orderCancel(orderId: {id})")).await;
    assert_eq!(user_errors(&late), ["orderId: ILLEGAL_TRANSITION"]);
    let done = change(&api, &maria, &format!("orderConfirmReceipt(orderId: {id})")).await;
    insta::assert_json_snapshot!("an_order_to_its_end", done);
}

#[tokio::test]
async fn calling_an_order_off_frees_its_goods_and_asks_for_its_money() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let variant = mug.variants[0].id;
    let stock = async || {
        let stock = api.shop.store.variants(&[variant]).await.unwrap()[&variant].stock;
        (stock.on_hand, stock.reserved)
    };
    let unpaid = place(&api, &maria, 4).await;
    assert_eq!(stock().await, (10, 4));
    let stale = format!("orderCancel(orderId: {}, expectedVersion: 7)", unpaid["id"]);
    assert_eq!(user_errors(&change(&api, &maria, &stale).await), ["expectedVersion: VERSION_CONFLICT"]);
    let cancel = |order: &Value| format!(r#"orderCancel(orderId: {}, reason: "too slow")"#, order["id"]);
    let cancelled = change(&api, &maria, &cancel(&unpaid)).await["order"].clone();
    assert_eq!((&cancelled["status"], &cancelled["cancelReason"]), (&json!("CANCELLED"), &json!("too slow")));
    assert_eq!(stock().await, (10, 0));
    let paid = place(&api, &maria, 2).await;
    api.pay(&paid, 2_500).await;
    assert_eq!(stock().await, (8, 0));
    change(&api, &maria, &cancel(&paid)).await;
    assert_eq!(stock().await, (10, 0));
    let now = api.shop.now();
    let mut unit = api.shop.begin().await;
    let lease = std::time::Duration::from_secs(60);
    let due = unit.take_messages(&["payment.settle_up"], 5, 10, lease, now).await.unwrap();
    assert!(due.iter().any(|message| message.payload.contains("order")), "money is asked for");
}

#[tokio::test]
async fn an_order_nobody_pays_for_ends_and_late_money_still_buys_what_is_there() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let variant = mug.variants[0].id;
    let lucky = place(&api, &maria, 3).await;
    let unlucky = place(&api, &maria, 7).await;
    api.shop.pass(std::time::Duration::from_secs(29 * 60));
    assert_eq!(api.services.checkout.sweep().await.unwrap().orders, 0);
    api.shop.pass(std::time::Duration::from_secs(60));
    assert_eq!(api.services.checkout.sweep().await.unwrap().orders, 2);
    assert_eq!(api.services.checkout.sweep().await.unwrap().orders, 0);
    let stock = api.shop.store.variants(&[variant]).await.unwrap()[&variant].stock;
    assert_eq!((stock.on_hand, stock.reserved), (10, 0));
    api.pay(&lucky, 3_500).await;
    let mut work = api.shop.begin().await;
    work.adjust_stock(variant, -3, api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    api.pay(&unlucky, 7_000).await;
    let find = |order: &Value| {
        format!("{{ order(id: {}) {{ status paymentStatus events {{ kind to message }} }} }}", order["id"])
    };
    assert_eq!(api.data(&maria, &find(&lucky)).await["order"]["status"], "PAID");
    insta::assert_json_snapshot!(
        "money_that_came_too_late",
        api.data(&maria, &find(&unlucky)).await["order"]
    );
}

#[tokio::test]
async fn staff_find_orders_and_everybody_finds_their_own() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let staff = api.staff("staff", [Permission::OrdersManage]).await;
    let maria = api.customer("maria").await;
    let paul = api.customer("paul").await;
    let first = place(&api, &maria, 1).await;
    api.shop.pass(std::time::Duration::from_secs(1));
    place(&api, &paul, 2).await;
    api.pay(&first, 1_500).await;
    let count = async |filter: &str| {
        let operation = format!("{{ orders(filter: {{{filter}}}) {{ totalCount nodes {{ number }} }} }}");
        api.data(&staff, &operation).await["orders"]["totalCount"].clone()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("status: [PAID]").await, 1);
    assert_eq!(count(r#"total: {min: "20"}"#).await, 1);
    assert_eq!(count(&format!("number: {}", first["number"])).await, 1);
    assert_eq!(count(r#"placedAt: {from: "2026-01-01T00:00:01Z"}"#).await, 1);
    assert_eq!(count(r#"email: "ann@example.org""#).await, 2);
    let wrong = api.run(&staff, r#"{ orders(filter: {number: "\u0000"}) { totalCount } }"#).await;
    assert_eq!(codes(&wrong), ["INVALID"]);
    let own = api.data(
        &paul,
        "{ me { orders(status: [CREATED]) { totalCount nodes { cost { total { amount } } } } } }",
    );
    assert_eq!(own.await["me"]["orders"]["nodes"][0]["cost"]["total"]["amount"], "25.00");
    let hidden = format!("{{ order(id: {0}) {{ id }} node(id: {0}) {{ id }} }}", first["id"]);
    let hidden = api.data(&paul, &hidden).await;
    assert_eq!(hidden, json!({"order": null, "node": null}));
}

#[tokio::test]
async fn a_follower_catches_up_after_a_dropped_socket() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let maria = api.customer("maria").await;
    let event = "eventId from to order { status }";
    let mut live = api.stream(&maria, &format!("subscription {{ orderStatusChanged {{ {event} }} }}"));
    let first = tokio::spawn(async move { live.next().await });
    tokio::task::yield_now().await;
    api.shop.pass(std::time::Duration::from_millis(5));
    let order = place(&api, &maria, 1).await;
    let told = first.await.unwrap().unwrap()["data"]["orderStatusChanged"].clone();
    assert_eq!((&told["from"], &told["to"]), (&Value::Null, &json!("CREATED")));
    api.pay(&order, 1_500).await;
    let operation = format!(
        "subscription {{ orderStatusChanged(orderId: {}, sinceEventId: {}) {{ {event} }} }}",
        order["id"], told["eventId"]
    );
    let mut again = api.stream(&maria, &operation);
    let missed = again.next().await.unwrap()["data"]["orderStatusChanged"].clone();
    assert_eq!((&missed["from"], &missed["to"]), (&json!("CREATED"), &json!("PAID")));
    change(&api, &maria, &format!("orderCancel(orderId: {})", order["id"])).await;
    let next = again.next().await.unwrap()["data"]["orderStatusChanged"].clone();
    assert_eq!((&next["from"], &next["to"]), (&json!("PAID"), &json!("CANCELLED")));
    let paul = api.customer("paul").await;
    let foreign = api.stream(&paul, &operation).next().await.unwrap();
    assert_eq!(codes(&foreign), ["NOT_FOUND"]);
}

#[tokio::test]
async fn stock_is_followed_as_it_is_promised_and_freed() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let variant = GlobalId::global(mug.variants[0].id);
    let operation = format!(
        r#"subscription {{ stockChanged(variantIds: ["{}"]) {{ availableQuantity variant {{ sku }} }} }}"#,
        variant.as_str()
    );
    let mut levels = api.stream(&nobody(), &operation);
    let mut next = async || levels.next().await.unwrap()["data"]["stockChanged"]["availableQuantity"].clone();
    assert_eq!(next().await, 10);
    let order = place(&api, &maria, 4).await;
    assert_eq!(next().await, 6);
    change(&api, &maria, &format!("orderCancel(orderId: {})", order["id"])).await;
    assert_eq!(next().await, 10);
}

#[tokio::test]
async fn a_guest_calls_an_order_off_with_the_token_of_its_cart() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let (ann, order) = guests_order(&api).await;
    let cancel = format!("orderCancel(orderId: {})", order["id"]);
    let refused = api.run(&nobody(), &format!("mutation {{ {cancel} {{ userErrors {{ code }} }} }}")).await;
    assert_eq!(codes(&refused), ["UNAUTHENTICATED"]);
    assert_eq!(change(&api, &ann, &cancel).await["order"]["status"], "CANCELLED");
}

#[tokio::test]
async fn a_guest_follows_the_order_of_their_cart_and_no_other() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let (ann, order) = guests_order(&api).await;
    let zero = GlobalId::global(shelfwise::domain::ids::OrderEventId::from(uuid::Uuid::nil())).to_string();
    let follow = format!(
        "subscription {{ orderStatusChanged(orderId: {}, sinceEventId: \"{zero}\") {{ from to order {{ number }} }} }}",
        order["id"]
    );
    let mut seen = api.stream(&ann, &follow);
    assert_eq!(seen.next().await.unwrap()["data"]["orderStatusChanged"]["to"], "CREATED");
    api.pay(&order, 1_500).await;
    let paid = seen.next().await.unwrap()["data"]["orderStatusChanged"].clone();
    assert_eq!(paid, json!({"from": "CREATED", "to": "PAID", "order": {"number": order["number"]}}));
    let bob = guest(&add(&api, &nobody(), "mug", 1).await);
    for stranger in [bob, nobody(), api.customer("eve").await] {
        assert_eq!(codes(&api.run(&stranger, &follow).await), ["NOT_FOUND"]);
    }
    let all = "subscription { orderStatusChanged { to } }";
    assert_eq!(
        codes(&api.run(&ann, all).await),
        ["UNAUTHENTICATED"],
        "only a user has orders to follow all of"
    );
}
