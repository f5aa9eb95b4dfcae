//! Measuring through the API: the story as it is told, a purchase followed from list to figure, and what is refused.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::domain::experiment::Experiment;
use shelfwise::domain::interaction::InteractionKind;
use shelfwise::graphql::global_id::GlobalId;

use super::carts::deliver;
use super::{Api, codes};
use crate::support::measuring::tell;

const FIGURES: &str =
    "strategyId requests impressions clicks cartAdds purchases revenue { amount currency minorUnits }
    clickThroughRate conversionRate catalogCoverage fallbackRate cacheHitRate p50Ms p95Ms p99Ms";
/// The two days of the story.
const DAYS: &str = r#"range: {from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z"}"#;
const POINTS: &str = "{ at impressions clicks purchases clickThroughRate }";

async fn measured() -> (Api, Caller) {
    let api = Api::start().await;
    tell(&api.shop).await;
    let reader = api.staff("reader", [Permission::MetricsRead, Permission::ExperimentsManage]).await;
    (api, reader)
}

#[tokio::test]
async fn strategies_are_measured_in_a_range() {
    let (api, reader) = measured().await;
    let asked = format!(
        r#"{{ strategyMetrics(strategyIds: ["popular", "ensemble"], {DAYS}) {{ {FIGURES}
            days: series {POINTS} weeks: series(bucket: WEEK) {POINTS} }} }}"#
    );
    insta::assert_json_snapshot!("strategies_measured", api.data(&reader, &asked).await);

    let experiment = api.shop.store.experiment_by_key("home").await.unwrap().unwrap().id.global();
    let within = format!(
        "{{ strategies {{ id metrics({DAYS}, experimentId: \"{}\") {{ strategyId requests }} }} }}",
        experiment.as_str()
    );
    let within = api.data(&reader, &within).await;
    let served: Vec<&Value> =
        within["strategies"].as_array().unwrap().iter().map(|one| &one["metrics"]).collect();
    assert!(served.contains(&&json!({"strategyId": "popular", "requests": 3})), "{served:?}");
    assert!(served.contains(&&json!({"strategyId": "ensemble", "requests": 0})), "{served:?}");
}

#[tokio::test]
async fn an_experiment_tells_what_it_found() {
    let (api, reader) = measured().await;
    let asked = format!(
        r#"{{ experiment(key: "home") {{ key
            clicks: results {{ sampleRatioPValue variants {{ variantKey users liftPercent confidenceLow confidenceHigh
                pValue metrics {{ {FIGURES} }} }} }}
            buyers: results(goal: CONVERSION_RATE) {{ variants {{ liftPercent pValue }} }}
            revenue: results(goal: REVENUE_PER_USER) {{ variants {{ liftPercent pValue }} }} }} }}"#
    );
    insta::assert_json_snapshot!("an_experiments_results", api.data(&reader, &asked).await);
}

#[tokio::test]
async fn the_dashboard_shows_the_shop_at_a_glance() {
    let (api, reader) = measured().await;
    let asked = format!(
        "{{ dashboard({DAYS}) {{ range {{ from to }} orders revenue {{ amount }} averageOrderValue {{ amount }}
            activeUsers conversionRate recommendationRevenueShare
            lowStock(atMost: 2) {{ sku availableQuantity }} topProducts(first: 1) {{ slug }}
            strategies {{ strategyId requests }} cache {{ entries hits misses evictions hitRate }} }} }}"
    );
    insta::assert_json_snapshot!("a_dashboard", api.data(&reader, &asked).await);
}

#[tokio::test]
async fn what_cannot_be_measured_is_refused_by_name() {
    let (api, reader) = measured().await;
    for (asked, argument) in [
        (r#"strategyMetrics(range: {from: "2026-01-02T00:00:00Z", to: "2026-01-02T00:00:00Z"})"#, "range"),
        (r#"strategyMetrics(range: {from: "2024-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z"})"#, "range"),
        (r#"strategyMetrics(strategyIds: ["popular", "nonsense"])"#, "strategyIds"),
    ] {
        let refused = api.run(&reader, &format!("{{ {asked} {{ requests }} }}")).await;
        assert_eq!(refused["errors"][0]["extensions"]["argument"], argument, "{refused}");
    }
    let fine = r#"{ strategyMetrics(range: {from: "2025-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z"})
        { series(bucket: HOUR) { at } } }"#;
    let refused = api.run(&reader, fine).await;
    assert_eq!(refused["errors"][0]["extensions"]["argument"], "bucket", "{refused}");
    for asked in
        ["lowStock(first: 101) { sku }", "lowStock(atMost: -1) { sku }", "topProducts(first: 0) { id }"]
    {
        let refused = api.run(&reader, &format!("{{ dashboard({DAYS}) {{ {asked} }} }}")).await;
        assert_eq!(codes(&refused), ["OUT_OF_RANGE"], "{asked}");
    }
    let unknown = r#"{ strategies { metrics(experimentId: "x") { requests } } }"#;
    assert_eq!(api.run(&reader, unknown).await["errors"][0]["extensions"]["argument"], "experimentId");
}

#[tokio::test]
async fn lists_that_no_range_reaches_are_forgotten() {
    let (api, reader) = measured().await;
    assert_eq!(api.services.metrics.forget().await.unwrap(), 0);
    // The story's first day is 401 days ago then, its second day 400.
    api.shop.pass(Duration::from_secs(393 * 86_400));
    assert_eq!(api.services.metrics.forget().await.unwrap(), 4);
    let left =
        format!(r#"{{ strategyMetrics(strategyIds: ["popular"], {DAYS}) {{ requests catalogCoverage }} }}"#);
    let left = api.data(&reader, &left).await;
    assert_eq!(left["strategyMetrics"], json!([{"requests": 1, "catalogCoverage": 0.25}]));
}

#[tokio::test]
async fn any_number_of_strategies_and_experiments_is_measured_by_the_same_statements() {
    let (api, reader) = measured().await;
    let home = api.shop.store.experiment_by_key("home").await.unwrap().unwrap();
    let mut work = api.shop.begin().await;
    for number in 0..20 {
        let one = Experiment { id: api.shop.id(), key: format!("other-{number}"), ..home.clone() };
        work.insert_experiment(&one).await.unwrap();
    }
    work.save().await.unwrap();
    api.live.shutdown().await;
    let count = async |asked: String| {
        let before = api.shop.store.statements_executed();
        api.data(&reader, &asked).await;
        api.shop.store.statements_executed() - before
    };
    let all = format!("{{ strategies {{ metrics({DAYS}) {{ {FIGURES} series {POINTS} }} }} }}");
    let one =
        format!(r#"{{ strategyMetrics(strategyIds: ["popular"], {DAYS}) {{ {FIGURES} series {POINTS} }} }}"#);
    assert_eq!((count(all).await, count(one).await), (4, 4));
    let results = |first: usize| {
        format!(
            "{{ experiments(first: {first}) {{ nodes {{ results {{ sampleRatioPValue
                variants {{ users pValue metrics {{ {FIGURES} series {POINTS} }} }} }} }} }} }}"
        )
    };
    assert_eq!((count(results(1)).await, count(results(20)).await), (6, 6));
    let dashboard = format!(
        "{{ dashboard({DAYS}) {{ orders revenue {{ amount }} averageOrderValue {{ amount }} activeUsers conversionRate
            recommendationRevenueShare strategies {{ requests clicks }} cache {{ hits }} }} }}"
    );
    assert_eq!(count(dashboard).await, 4);
}

#[tokio::test]
async fn a_purchase_is_followed_from_the_list_to_the_figures_as_it_happens() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    api.live.products_changed(&[mug.product.id]).await.unwrap();
    let reader = api.staff("reader", [Permission::MetricsRead]).await;
    let maria = api.customer("maria").await;
    let user = maria.user().unwrap().global();
    let list = format!(
        r#"{{ recommendations(userId: "{}", count: 5) {{ id strategyId items {{ product {{ id }} }} }} }}"#,
        user.as_str()
    );
    let list = api.data(&maria, &list).await["recommendations"].clone();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    api.live.flush().await;
    let strategy = list["strategyId"].as_str().unwrap();
    let figures =
        "strategyId requests impressions clicks cartAdds purchases revenue { amount } conversionRate";
    let mut changes = api.stream(
        &reader,
        &format!(r#"subscription {{ strategyMetricsChanged(strategyIds: ["{strategy}"]) {{ {figures} }} }}"#),
    );
    let mut told = async || {
        let event = tokio::time::timeout(Duration::from_secs(10), changes.next()).await.expect("an event");
        let event = event.expect("the stream goes on");
        assert_eq!(event.get("errors"), None);
        event["data"]["strategyMetricsChanged"].clone()
    };
    let expected = |clicks: i64, carts: i64, purchases: i64, revenue: &str| {
        json!({
            "strategyId": strategy, "requests": 1, "impressions": 1, "clicks": clicks, "cartAdds": carts,
            "purchases": purchases, "revenue": {"amount": revenue}, "conversionRate": purchases as f64,
        })
    };
    assert_eq!(told().await, expected(0, 0, 0, "0.00"), "at once");

    let deed = json!({"input": {
        "productId": mug.product.id.global().as_str(), "type": InteractionKind::Click.as_str(),
        "recommendationId": list["id"],
    }});
    let click = "mutation($input: InteractionInput!) { recordInteraction(input: $input) { accepted } }";
    assert_eq!(api.run_with(&maria, click, deed).await["data"]["recordInteraction"]["accepted"], 1);
    assert_eq!(told().await, expected(1, 0, 0, "0.00"));

    let lines = json!({"lines": [{
        "variantId": mug.variants[0].id.global().as_str(), "quantity": 2, "recommendationId": list["id"],
    }]});
    let add = "mutation($lines: [CartLineInput!]!) { cartLinesAdd(lines: $lines) { userErrors { code } } }";
    assert_eq!(api.run_with(&maria, add, lines).await["data"]["cartLinesAdd"]["userErrors"], json!([]));
    assert_eq!(told().await, expected(1, 1, 0, "0.00"));

    let cart = deliver(&api, &maria).await;
    let input = json!({"input": {
        "cartId": cart["id"], "expectedTotal": {"amount": cart["cost"]["total"]["amount"], "currency": "EUR"},
        "gateway": "sandbox", "idempotencyKey": "k", "paymentMethod": "card_succeeds",
    }});
    let buy =
        "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { order { status } } }";
    assert_eq!(api.run_with(&maria, buy, input).await["data"]["checkoutComplete"]["order"]["status"], "PAID");
    assert_eq!(told().await, expected(1, 1, 1, "20.00"));

    // Shipping is part of the revenue of the shop, but nothing a list has earned.
    let dashboard = "{ dashboard(range: {}) { orders revenue { amount } activeUsers conversionRate
        recommendationRevenueShare topProducts { slug } } }";
    let glance = api.data(&reader, dashboard).await["dashboard"].clone();
    assert_eq!(
        glance,
        json!({
            "orders": 1, "revenue": {"amount": "25.00"}, "activeUsers": 1, "conversionRate": 1.0,
            "recommendationRevenueShare": 1.0, "topProducts": [{"slug": "mug"}],
        })
    );
}
