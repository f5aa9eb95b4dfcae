//! The limits as a client meets them: the number, the limit, and that hostile documents cost next to nothing.

use std::fmt::Write;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::json;
use shelfwise::graphql::limits::Limits;

use crate::support::{Answer, Server, server, server_with, settings};

fn with(limits: Limits) -> Server {
    server_with(settings(), limits)
}

fn assert_refused(answer: &Answer, code: &str, cost: u64, limit: u64) {
    let extensions = &answer.json()["errors"][0]["extensions"];
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    assert_eq!(
        (&extensions["code"], &extensions["cost"], &extensions["limit"]),
        (&json!(code), &json!(cost), &json!(limit)),
        "{}",
        answer.text()
    );
    assert!(answer.message().contains(&cost.to_string()), "{}", answer.message());
    assert!(answer.message().ends_with(&format!("the limit is {limit}")), "{}", answer.message());
}

async fn cost_of(query: &str, variables: serde_json::Value) -> u64 {
    let server = with(Limits { complexity: 0, ..Limits::default() });
    let answer = server.post(&json!({"query": query, "variables": variables})).await;
    assert_eq!(answer.code(), "OPERATION_TOO_COMPLEX", "{}", answer.text());
    answer.json()["errors"][0]["extensions"]["cost"].as_u64().unwrap()
}

#[tokio::test]
async fn the_cost_is_the_declared_one_times_the_page() {
    let none = json!({});
    // One for `shelf`, then page × (1 for the field + 10 for the declared leaf).
    assert_eq!(cost_of("{ shelf { items(first: 20) { id expensive } } }", none.clone()).await, 1 + 20 * 11);
    assert_eq!(cost_of("{ shelf { items { id expensive } } }", none.clone()).await, 1 + 5 * 11);
    assert_eq!(cost_of("{ shelf { pick(ids: [1, 2, 3]) { id } } }", none).await, 1 + 3 * 2);
    let query =
        "query($n: Int, $ids: [Int!]! = [7]) { shelf { items(first: $n) { id } pick(ids: $ids) { id } } }";
    assert_eq!(cost_of(query, json!({"n": 30})).await, 1 + 30 + 2);
    assert_eq!(cost_of(query, json!({"n": 30, "ids": [1, 2]})).await, 1 + 30 + 4);
}

#[tokio::test]
async fn an_integer_beyond_32_bits_is_told_by_the_name_of_its_argument() {
    let query = "query($ids: [Int!]!) { shelf { pick(ids: $ids) { id } } }";
    for (query, ids, place) in [
        (query, json!([1, 3_000_000_000_i64]), "ids.1"),
        (query, json!([-2_147_483_649_i64]), "ids.0"),
        (query, json!([u64::MAX]), "ids.0"),
        ("{ shelf { items(first: 3000000000) { id } } }", json!([]), "first"),
    ] {
        let variables = if query.starts_with("query") { json!({"ids": ids}) } else { json!({}) };
        let answer = server(settings()).post(&json!({"query": query, "variables": variables})).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "GRAPHQL_VALIDATION_FAILED".into())
        );
        let message = answer.message();
        assert!(message.starts_with(&format!("Invalid value for argument \"{place}\"")), "{message}");
    }
}

#[tokio::test]
async fn fragments_cost_what_they_stand_for() {
    let query = "{ shelf { ...A ... on Shelf { again: shelf { ...A } } } } fragment A on Shelf { items(first: 9) { id } }";
    assert_eq!(cost_of(query, json!({})).await, 1 + 9 + 1 + 9);
}

#[tokio::test]
async fn pages_inside_pages_multiply_without_overflow() {
    let inner =
        (0..10).fold("items(first: 100) { id }".to_owned(), |inner, _| format!("shelf {{ {inner} }}"));
    assert_eq!(with(Limits::default()).query(&format!("{{ {inner} }}")).await.status, StatusCode::OK);
    let query = "{ shelf { items(first: 2147483647) { id } } }";
    assert_refused(
        &with(Limits::default()).query(query).await,
        "OPERATION_TOO_COMPLEX",
        2_147_483_648,
        5_000,
    );
}

#[tokio::test]
async fn a_negative_page_makes_nothing_cheaper() {
    let query = "{ shelf { items(first: -1000) { expensive } } }";
    assert_eq!(cost_of(query, json!({})).await, 1 + 11);
}

#[tokio::test]
async fn each_limit_is_told_with_its_number() {
    let server = with(Limits { depth: 4, aliases: 2, root_fields: 3, directives: 1, ..Limits::default() });
    let deep = "{ shelf { shelf { shelf { items { id } } } } }";
    assert_refused(&server.query(deep).await, "OPERATION_TOO_DEEP", 5, 4);
    let aliased = "{ a: hello b: hello ...F } fragment F on Query { c: hello }";
    assert_refused(&server.query(aliased).await, "TOO_MANY_ALIASES", 3, 2);
    let wide = "{ hello whoami ...F } fragment F on Query { long slow }";
    assert_refused(&server.query(wide).await, "TOO_MANY_ROOT_FIELDS", 4, 3);
    let directed = "{ hello @include(if: true) @skip(if: false) }";
    assert_refused(&server.query(directed).await, "DOCUMENT_TOO_LARGE", 2, 1);
}

#[tokio::test]
async fn long_documents_lists_and_variable_maps_are_refused() {
    let server = with(Limits { tokens: 50, list_items: 3, variables: 2, ..Limits::default() });
    let long = format!("{{ {} }}", "hello ".repeat(60));
    assert_refused(&server.query(&long).await, "DOCUMENT_TOO_LARGE", 62, 50);
    let list = "{ shelf { pick(ids: [1, 2, 3, 4]) { id } } }";
    assert_refused(&server.query(list).await, "TOO_MANY_ITEMS", 4, 3);
    let query = "query($ids: [Int!]!) { shelf { pick(ids: $ids) { id } } }";
    let answer = server.post(&json!({"query": query, "variables": {"ids": [1, 2, 3, 4, 5]}})).await;
    assert_refused(&answer, "TOO_MANY_ITEMS", 5, 3);
    let nested = json!({"query": "{ hello }", "variables": {"x": {"y": [{"z": [1, 2, 3, 4]}]}}});
    assert_refused(&server.post(&nested).await, "TOO_MANY_ITEMS", 4, 3);
    let many = json!({"query": "{ hello }", "variables": {"a": 1, "b": 2, "c": 3}});
    assert_refused(&server.post(&many).await, "DOCUMENT_TOO_LARGE", 3, 2);
}

#[tokio::test]
async fn fragments_that_double_at_every_step_are_refused_at_once() {
    let mut document = "{ shelf { ...F0 } }".to_owned();
    for at in 0..25 {
        write!(document, " fragment F{at} on Shelf {{ a{at}: shelf {{ ...F{n} }} ...F{n} }}", n = at + 1)
            .unwrap();
    }
    document.push_str(" fragment F25 on Shelf { items { id } }");
    let started = Instant::now();
    let answer = with(Limits::default()).query(&document).await;
    assert!(started.elapsed() < Duration::from_millis(500), "took {:?}", started.elapsed());
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
}

#[tokio::test]
async fn a_hundred_fragments_in_a_row_and_cycles_end_in_an_error() {
    let server = with(Limits::default());
    let mut chain = "{ ...F0 }".to_owned();
    for at in 0..100 {
        write!(chain, " fragment F{at} on Query {{ ...F{} }}", at + 1).unwrap();
    }
    chain.push_str(" fragment F100 on Query { hello }");
    assert_refused(&server.query(&chain).await, "OPERATION_TOO_DEEP", 102, 32);

    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { hello ...A }";
    let answer = server.query(cycle).await;
    assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    assert!(answer.message().contains("spreads itself"), "{}", answer.message());
    let unused = "{ hello } fragment A on Query { ...A }";
    assert!(server.query(unused).await.message().contains("spreads itself"));
}

#[tokio::test]
async fn thousands_of_fragments_and_selection_sets_do_not_exhaust_the_stack() {
    let server = with(Limits { tokens: 1_000_000, ..Limits::default() });
    let mut chain = "{ ...F0 }".to_owned();
    for at in 0..5_000 {
        write!(chain, " fragment F{at} on Query {{ ...F{} }}", at + 1).unwrap();
    }
    chain.push_str(" fragment F5000 on Query { hello }");
    assert_eq!(server.query(&chain).await.code(), "OPERATION_TOO_DEEP");
    let deep = format!("{}hello{}", "{ shelf ".repeat(10_000), " }".repeat(10_000));
    assert_eq!(server.query(&deep).await.code(), "OPERATION_TOO_DEEP");
    let list = format!("{{ shelf {{ pick(ids: {}{}) {{ id }} }} }}", "[".repeat(9_000), "]".repeat(9_000));
    assert_eq!(server.query(&list).await.code(), "OPERATION_TOO_DEEP");
}

#[tokio::test]
async fn operations_that_are_not_run_are_bounded_too() {
    let server = with(Limits { selections: 20, ..Limits::default() });
    let other = "hello ".repeat(30);
    let body = json!({"query": format!("query A {{ hello }} query B {{ {other} }}"), "operationName": "A"});
    assert_refused(&server.post(&body).await, "OPERATION_TOO_COMPLEX", 31, 20);
}

#[tokio::test]
async fn graphiqls_introspection_passes_and_nested_introspection_does_not() {
    let server = with(Limits::default());
    let answer = server.query(INTROSPECTION).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.json().get("errors").is_none(), "{}", answer.text());
    assert_eq!(answer.json()["data"]["__schema"]["queryType"]["name"], "Query");
    let nested = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_refused(&server.query(nested).await, "OPERATION_TOO_DEEP", 3, 2);
    let repeated: String = (0..60).fold(String::new(), |mut all, at| {
        write!(all, " a{at}: __schema {{ types {{ name }} }}").unwrap();
        all
    });
    let many = with(Limits { aliases: 100, root_fields: 100, ..Limits::default() });
    assert_refused(&many.query(&format!("{{ {repeated} }}")).await, "OPERATION_TOO_COMPLEX", 6_000, 5_000);
}

/// What GraphiQL 5 asks for when it opens, with every option on.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } \
    mutationType { name kind } subscriptionType { name kind } types { ...FullType } \
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } } \
    fragment FullType on __Type { kind name description specifiedByURL isOneOf \
    fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } \
    type { ...TypeRef } isDeprecated deprecationReason } \
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } \
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
    possibleTypes { ...TypeRef } } \
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn measuring_the_largest_allowed_document_is_fast() {
    let server = server(settings());
    let fields: String = (0..400).map(|_| "shelf { items(first: 1) { id } } ").collect();
    let body = json!({ "query": format!("{{ {fields} }}") });
    server.post(&body).await;
    let started = Instant::now();
    for _ in 0..10 {
        assert_eq!(server.post(&body).await.code(), "TOO_MANY_ROOT_FIELDS");
    }
    // An unoptimised build on a busy machine; the release build needs a small part of this.
    assert!(started.elapsed() < Duration::from_secs(5), "took {:?}", started.elapsed());
}
