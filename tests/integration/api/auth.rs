//! Field by field: whatever the schema marks with `@auth` refuses every caller it should.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{ConstDirective, TypeKind, TypeSystemDefinition};
use serde_json::Value;
use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::domain::review::{Review, ReviewStatus};
use shelfwise::domain::text::Email;
use shelfwise::graphql;
use shelfwise::graphql::global_id::GlobalId;

use super::{Api, codes, nobody};

/// What `@auth` asks of a field's caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    Permission(Permission),
    OwnerOrStaff,
    SignedIn,
}

macro_rules! author {
    ($field:literal) => {
        concat!(r#"{ product(by: {slug: "mug"}) { reviews { nodes { author { "#, $field, " } } } } }")
    };
}

/// How to reach each guarded field, and for `ownerOrStaff` the permission staff needs; elsewhere the permission that
/// what leads to the field asks for. The owner is Maria, who wrote
/// the review of the mug and ordered one; her id stands for "MARIA", the order's for "ORDER".
pub(super) const REACHED_BY: &[(&str, &str, Option<Permission>)] = &[
    (
        "Mutation.brandSave",
        r#"mutation { brandSave(slug: "new", name: "New") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.exportStart",
        "mutation { exportStart(kind: PRODUCTS, format: CSV) { userErrors { code } } }",
        None,
    ),
    (
        "Mutation.importStart",
        r#"mutation { importStart(kind: PRODUCTS, format: CSV, sourceUrl: "https://127.0.0.1/") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.reviewModerate",
        r#"mutation { reviewModerate(reviewId: "x", status: REJECTED) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.reviewSubmit",
        r#"mutation { reviewSubmit(productId: "x", rating: 5) { userErrors { code } } }"#,
        None,
    ),
    (
        "Experiment.results",
        r#"{ experiment(key: "ensemble-or-collaborative") { results { sampleRatioPValue } } }"#,
        Some(Permission::ExperimentsManage),
    ),
    ("Query.dashboard", "{ dashboard(range: {}) { orders } }", None),
    ("Query.strategyMetrics", "{ strategyMetrics { requests } }", None),
    ("StrategyInfo.metrics", "{ strategies { metrics { requests } } }", None),
    ("Subscription.strategyMetricsChanged", "subscription { strategyMetricsChanged { requests } }", None),
    ("Query.job", r#"{ job(id: "x") { status } }"#, None),
    ("Query.reviewQueue", "{ reviewQueue { nodes { id } } }", None),
    ("Subscription.jobProgress", r#"subscription { jobProgress(jobId: "x") { status } }"#, None),
    (
        "Mutation.webhookCreate",
        r#"mutation { webhookCreate(url: "https://example.org", events: []) { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.webhookDelete", r#"mutation { webhookDelete(id: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.webhookDeliveryRetry",
        r#"mutation { webhookDeliveryRetry(deliveryId: "x") { userErrors { code } } }"#,
        None,
    ),
    ("Query.webhooks", "{ webhooks { id } }", None),
    ("Mutation.accountDelete", r#"mutation { accountDelete(password: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.apiKeyCreate",
        r#"mutation { apiKeyCreate(name: "", permissions: []) { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.apiKeyRevoke", r#"mutation { apiKeyRevoke(id: "x") { userErrors { code } } }"#, None),
    ("Mutation.deadLetterRetry", r#"mutation { deadLetterRetry(id: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.emailChangeRequest",
        r#"mutation { emailChangeRequest(newEmail: "x", password: "x") { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.notificationsMarkRead", "mutation { notificationsMarkRead { userErrors { code } } }", None),
    (
        "Mutation.passwordChange",
        r#"mutation { passwordChange(currentPassword: "x", newPassword: "x") { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.sessionRevoke", r#"mutation { sessionRevoke(id: "x") { userErrors { code } } }"#, None),
    ("Query.deadLetters", "{ deadLetters { id } }", None),
    ("Query.mailbox", "{ mailbox { nodes { id } } }", None),
    ("Subscription.notificationReceived", "subscription { notificationReceived { id } }", None),
    ("User.notifications", author!("notifications { unreadCount }"), Some(Permission::UsersManage)),
    ("Viewer.apiKeys", "{ viewer { apiKeys { id } } }", None),
    ("Viewer.sessions", "{ viewer { sessions { id } } }", None),
    ("Mutation.addressDelete", r#"mutation { addressDelete(id: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.addressSave",
        r#"mutation { addressSave(input: {name: "", line1: "", city: "", country: "DE"}) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.categorySave",
        r#"mutation { categorySave(input: {slug: "new", name: "New"}) { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.cartMerge", r#"mutation { cartMerge(guestCartToken: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.fulfillmentTrackingUpdate",
        r#"mutation { fulfillmentTrackingUpdate(fulfillmentId: "x") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.orderCancel",
        r#"mutation { orderCancel(orderId: "ORDER") { userErrors { code } } }"#,
        Some(Permission::OrdersManage),
    ),
    (
        "Mutation.orderConfirmReceipt",
        r#"mutation { orderConfirmReceipt(orderId: "ORDER") { userErrors { code } } }"#,
        Some(Permission::OrdersManage),
    ),
    (
        "Mutation.orderFulfill",
        r#"mutation { orderFulfill(input: {orderId: "x"}) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.voucherSave",
        r#"mutation { voucherSave(input: {code: "", kind: FREE_SHIPPING}) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.paymentCapture",
        r#"mutation { paymentCapture(paymentId: "x", idempotencyKey: "k") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.paymentRefund",
        r#"mutation { paymentRefund(input: {paymentId: "x", idempotencyKey: "k"}) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.paymentVoid",
        r#"mutation { paymentVoid(paymentId: "x", idempotencyKey: "k") { userErrors { code } } }"#,
        None,
    ),
    (
        "Payment.events",
        r#"{ order(number: "G-1", email: "guest@example.org") { payments { events { id } } } }"#,
        None,
    ),
    (
        "Payment.idempotencyKey",
        r#"{ order(number: "G-1", email: "guest@example.org") { payments { idempotencyKey } } }"#,
        None,
    ),
    ("Query.orders", "{ orders { totalCount } }", None),
    ("Query.vouchers", "{ vouchers { code } }", None),
    ("Mutation.jobCancel", r#"mutation { jobCancel(id: "x") { userErrors { code } } }"#, None),
    ("User.cart", author!("cart { id }"), Some(Permission::UsersManage)),
    ("User.orders", author!("orders { totalCount }"), Some(Permission::OrdersManage)),
    ("Mutation.logout", "mutation { logout { success } }", None),
    ("Mutation.productCreate", "mutation { productCreate(input: {}) { userErrors { code } } }", None),
    (
        "Mutation.productStatusSet",
        r#"mutation { productStatusSet(id: "x", status: ACTIVE) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.productUpdate",
        r#"mutation { productUpdate(id: "x", input: {}) { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.productsBulkUpsert", "mutation { productsBulkUpsert(inputs: []) { created } }", None),
    (
        "Mutation.profileUpdate",
        r#"mutation { profileUpdate(displayName: "") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.stockAdjust",
        r#"mutation { stockAdjust(variantId: "x", delta: 1, idempotencyKey: "k") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.userPermissionsSet",
        r#"mutation { userPermissionsSet(userId: "x", role: STAFF, permissions: []) { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.wishlistAdd", r#"mutation { wishlistAdd(productId: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.wishlistRemove",
        r#"mutation { wishlistRemove(productId: "x") { userErrors { code } } }"#,
        None,
    ),
    ("Product.version", r#"{ product(by: {slug: "mug"}) { version } }"#, None),
    ("ProductVariant.stock", r#"{ product(by: {slug: "mug"}) { variants { stock { onHand } } } }"#, None),
    (
        "Mutation.experimentComplete",
        r#"mutation { experimentComplete(id: "x") { userErrors { code } } }"#,
        None,
    ),
    ("Mutation.experimentCreate", "mutation { experimentCreate(input: {}) { userErrors { code } } }", None),
    ("Mutation.experimentPause", r#"mutation { experimentPause(id: "x") { userErrors { code } } }"#, None),
    ("Mutation.experimentStart", r#"mutation { experimentStart(id: "x") { userErrors { code } } }"#, None),
    (
        "Mutation.experimentUpdate",
        r#"mutation { experimentUpdate(id: "x", input: {}) { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.merchandisingRulesUpdate",
        "mutation { merchandisingRulesUpdate(input: {}) { userErrors { code } } }",
        None,
    ),
    ("Query.merchandisingRules", "{ merchandisingRules { diversity } }", None),
    ("Mutation.recommendationCacheClear", "mutation { recommendationCacheClear { success } }", None),
    (
        "Mutation.strategyTrain",
        r#"mutation { strategyTrain(strategyId: "x") { userErrors { code } } }"#,
        None,
    ),
    (
        "Mutation.strategyUpdate",
        r#"mutation { strategyUpdate(strategyId: "x") { userErrors { code } } }"#,
        None,
    ),
    ("Query.experiment", r#"{ experiment(key: "x") { id } }"#, None),
    ("Query.experiments", "{ experiments { totalCount } }", None),
    (
        "Query.recommendations",
        r#"{ recommendations(userId: "MARIA") { fallback } }"#,
        Some(Permission::RecommendationsManage),
    ),
    ("StrategyInfo.config", "{ strategies { config } }", None),
    ("StrategyInfo.trainingRuns", "{ strategies { trainingRuns { id } } }", None),
    (
        "Subscription.recommendationUpdates",
        r#"subscription { recommendationUpdates(userId: "MARIA") { sequence } }"#,
        Some(Permission::RecommendationsManage),
    ),
    (
        "User.recommendations",
        author!("recommendations { fallback }"),
        Some(Permission::RecommendationsManage),
    ),
    ("Query.users", "{ users { totalCount } }", None),
    ("User.addresses", author!("addresses { id }"), Some(Permission::UsersManage)),
    ("User.email", author!("email"), Some(Permission::UsersManage)),
    ("User.emailVerified", author!("emailVerified"), Some(Permission::UsersManage)),
    ("User.phone", author!("phone"), Some(Permission::UsersManage)),
    ("User.preferences", author!("preferences { updatedAt }"), Some(Permission::UsersManage)),
    ("User.viewHistory", author!("viewHistory { nodes { viewCount } }"), Some(Permission::UsersManage)),
    ("User.wishlist", author!("wishlist { totalCount }"), Some(Permission::UsersManage)),
];

fn rule(directive: &ConstDirective) -> Rule {
    let argument = |name: &str| directive.get_argument(name).map(|value| value.node.to_string());
    if argument("signedIn").as_deref() == Some("true") {
        return Rule::SignedIn;
    }
    if argument("ownerOrStaff").as_deref() == Some("true") {
        return Rule::OwnerOrStaff;
    }
    let listed = argument("requires").expect("@auth says what it requires");
    let name = listed.trim_matches(['[', ']']);
    Rule::Permission(Permission::from_name(name).expect("one permission"))
}

pub(super) fn guarded_fields() -> BTreeMap<String, Rule> {
    let document = parse_schema(graphql::sdl()).expect("the schema parses");
    let mut found = BTreeMap::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let TypeKind::Object(object) = &definition.node.kind else { continue };
        for field in &object.fields {
            for directive in
                field.node.directives.iter().filter(|directive| directive.node.name.node == "auth")
            {
                let name = format!("{}.{}", definition.node.name.node, field.node.name.node);
                found.insert(name, rule(&directive.node));
            }
        }
    }
    found
}

async fn shop_with_a_review() -> (Api, Caller) {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let review = Review {
        id: api.shop.id(),
        product_id: mug.product.id,
        user_id: maria.user(),
        rating: 5,
        title: None,
        body: "holds coffee".to_owned(),
        verified_purchase: false,
        status: ReviewStatus::Published,
        created_at: api.shop.now(),
        updated_at: api.shop.now(),
    };
    let order = api.shop.order("O-1", maria.user(), &[&mug]);
    let mut guests = api.shop.order("G-1", None, &[&mug]);
    guests.order.email = Some(Email::parse("guest@example.org").expect("an address"));
    let payment = api.shop.payment(&guests.order);
    let mut work = api.shop.begin().await;
    work.insert_order(&order).await.expect("an order");
    work.insert_order(&guests).await.expect("a guest's order");
    work.insert_payment(&payment).await.expect("its payment");
    work.save_review(&review).await.expect("a review");
    work.save().await.expect("saved");
    (api, maria)
}

/// The refusals among the errors, each once: a field of a list is refused in every row.
pub(super) fn refusals(response: &Value) -> Vec<&str> {
    let mut codes = codes(response);
    codes.retain(|code| ["UNAUTHENTICATED", "FORBIDDEN"].contains(code));
    codes.dedup();
    codes
}

#[tokio::test]
async fn every_guarded_field_is_in_the_table_and_nothing_else() {
    let guarded: BTreeSet<String> = guarded_fields().into_keys().collect();
    let tested: BTreeSet<String> = REACHED_BY.iter().map(|(field, ..)| (*field).to_owned()).collect();
    assert_eq!(guarded, tested, "left: fields with @auth in the schema; right: rows of REACHED_BY");
}

#[tokio::test]
async fn every_guarded_field_refuses_everybody_but_those_it_names() {
    let (api, maria) = shop_with_a_review().await;
    let other = api.customer("other").await;
    let maria_id = maria.user().expect("signed in").global().to_string();
    let orders = api.data(&maria, "{ me { orders { nodes { id } } } }").await;
    let order_id = orders["me"]["orders"]["nodes"][0]["id"].as_str().expect("an order").to_owned();
    let rules = guarded_fields();
    for (field, operation, staff_permission) in REACHED_BY {
        let rule = &rules[*field];
        let operation = &operation.replace("MARIA", &maria_id).replace("ORDER", &order_id);
        let anonymous = api.run(&nobody(), operation).await;
        assert_eq!(refusals(&anonymous), ["UNAUTHENTICATED"], "{field} without a token");
        let needed = match rule {
            Rule::SignedIn => {
                assert!(refusals(&api.run(&other, operation).await).is_empty(), "{field} for a customer");
                continue;
            }
            Rule::Permission(permission) => *permission,
            Rule::OwnerOrStaff => {
                let owner = api.run(&maria, operation).await;
                assert_eq!(owner.get("errors"), None, "{field} for its owner");
                staff_permission.expect("the permission that stands in for ownership")
            }
        };
        assert_eq!(
            refusals(&api.run(&other, operation).await),
            ["FORBIDDEN"],
            "{field} for another customer"
        );
        let without = Permission::ALL.into_iter().filter(|permission| *permission != needed);
        let without = api.staff(&format!("{field}-without"), without).await;
        assert_eq!(refusals(&api.run(&without, operation).await), ["FORBIDDEN"], "{field} for wrong staff");
        let with = api
            .staff(&format!("{field}-with"), [Some(needed), *staff_permission].into_iter().flatten())
            .await;
        assert!(refusals(&api.run(&with, operation).await).is_empty(), "{field} for staff with {needed:?}");
    }
}
