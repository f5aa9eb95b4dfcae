//! GraphQL over HTTP: what goes in, what is refused, and what the refusal looks like.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

use crate::support::{get, post, server, settings};

#[tokio::test]
async fn a_query_is_answered_in_the_accepted_media_type() {
    let answer = server(settings()).query("{ hello }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/graphql-response+json; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.text(), r#"{"data":{"hello":"world"}}"#);
}

#[tokio::test]
async fn a_request_error_has_no_data_and_its_status_depends_on_the_media_type() {
    let server = server(settings());
    let answer = server.query("{ nothing }").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.json().get("data").is_none());
    assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");

    let mut request = post(&json!({"query": "{"}).to_string());
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
    let answer = server.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.json().get("data").is_none());
    assert_eq!(answer.code(), "GRAPHQL_PARSE_FAILED");
    assert!(answer.message().starts_with("syntax error: expected"), "{}", answer.message());
}

#[tokio::test]
async fn a_partial_result_is_a_success_with_errors() {
    let answer = server(settings()).query("{ hello maybeRefused }").await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    assert_eq!(json["data"], json!({"hello": "world", "maybeRefused": null}));
    assert_eq!((answer.code().as_str(), &json["errors"][0]["path"]), ("NOT_FOUND", &json!(["maybeRefused"])));
}

#[tokio::test]
async fn a_result_that_is_null_after_execution_keeps_its_data_entry() {
    let answer = server(settings()).query("{ hello refused }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.json().get("data").is_some_and(serde_json::Value::is_null));
}

#[tokio::test]
async fn internal_failures_and_panics_say_nothing_but_the_request_id() {
    let server = server(settings());
    let mut request = post(&json!({"query": "{ broken }"}).to_string());
    request.headers_mut().insert("x-request-id", "trace-me".parse().unwrap());
    let answer = server.send(request).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::OK, "INTERNAL"));
    assert!(!answer.text().contains("hunter2"), "{}", answer.text());
    assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], "trace-me");
    assert_eq!(answer.header("x-request-id"), "trace-me");

    let answer = server.query("{ panics }").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
    assert!(!answer.text().contains("hunter2"), "{}", answer.text());
}

#[tokio::test]
async fn a_missing_or_null_required_variable_is_refused_before_execution() {
    let server = server(settings());
    for variables in [json!({}), json!({"text": null})] {
        let body = json!({"query": "query Q($text: String!) { echo(text: $text) }", "variables": variables});
        let answer = server.post(&body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
        assert!(answer.message().contains("\"$text\" of required type \"String!\""));
    }
    let body = json!({"query": "query Q($text: String!) { echo(text: $text) }", "variables": {"text": 7}});
    assert_eq!(server.post(&body).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_operation_is_chosen_by_name() {
    let server = server(settings());
    let query = "query A { hello } query B { echo(text: \"b\") }";
    let answer = server.post(&json!({"query": query, "operationName": "B"})).await;
    assert_eq!(answer.json()["data"], json!({"echo": "b"}));
    for name in [json!(null), json!(""), json!("C")] {
        let answer = server.post(&json!({"query": query, "operationName": name})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
    }
    let answer = server.post(&json!({"query": "{ hello }", "operationName": "A"})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn get_answers_queries_only() {
    let server = server(settings());
    let answer = server.send(get("/graphql?query=%7Bhello%7D")).await;
    assert_eq!((answer.status, answer.json()["data"]["hello"].as_str()), (StatusCode::OK, Some("world")));
    let answer = server.send(get("/graphql?query=mutation%7Bbump%7D")).await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    let answer = server.send(get("/graphql?query=subscription%7Bforever%7D")).await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET"));
    assert_eq!(server.send(get("/graphql")).await.status, StatusCode::BAD_REQUEST);
    let answer = server.query("mutation { bump }").await;
    assert_eq!(answer.json()["data"]["bump"], 1);
}

#[tokio::test]
async fn a_browser_that_opens_the_endpoint_is_sent_to_graphiql() {
    let mut request = get("/graphql");
    request.headers_mut().insert(header::ACCEPT, "text/html,*/*;q=0.8".parse().unwrap());
    let answer = server(settings()).send(request).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/graphiql"));
}

#[tokio::test]
async fn other_methods_and_subscriptions_by_post_are_refused_with_what_is_allowed() {
    let server = server(settings());
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = Request::builder().method(method).uri("/graphql").body(Body::empty()).unwrap();
        let answer = server.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
        assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
    }
    assert_eq!(server.query("subscription { forever }").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_a_browser_can_send_across_sites_without_asking_is_refused() {
    let server = server(settings());
    let body = r#"{"query":"mutation { bump }"}"#;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let mut request = Request::post("/graphql");
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE")
        );
    }
    let mut request = get("/graphql?query=%7Bhello%7D");
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(server.send(request).await.status, StatusCode::FORBIDDEN);
    let mut request = post(body);
    request.headers_mut().insert(header::HOST, "shop.example".parse().unwrap());
    request.headers_mut().insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    assert_eq!(server.send(request).await.code(), "CROSS_SITE_REFUSED");
}

#[tokio::test]
async fn only_configured_origins_pass_a_preflight() {
    let preflight = |origin: &str| {
        Request::options("/graphql")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
            .body(Body::empty())
            .unwrap()
    };
    let answer = server(settings()).send(preflight("https://shop.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");

    let mut open = settings();
    open.allowed_origins = vec!["https://shop.example".into()];
    let open = server(open);
    let answer = open.send(preflight("https://shop.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    let answer = open.send(preflight("https://evil.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn batches_and_unacceptable_types_are_refused_clearly() {
    let server = server(settings());
    let answer = server.send(post(r#"[{"query":"{hello}"},{"query":"{hello}"}]"#)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    assert!(answer.message().contains("batches are not supported"));
    let mut request = post(r#"{"query":"{hello}"}"#);
    request.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());
    assert_eq!(server.send(request).await.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_whether_its_length_is_announced_or_not() {
    let mut small = settings();
    small.body_bytes = 200;
    let server = server(small);
    let body = json!({"query": "{ hello }", "extensions": {"padding": "x".repeat(300)}}).to_string();
    let mut announced = post(&body);
    announced.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
    let answer = server.send(announced).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    assert!(answer.message().contains("the limit is 200"));
    assert_eq!(server.send(post(&body)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_bad_token_is_an_error_and_never_an_anonymous_caller() {
    let server = server(settings());
    let ask = |token: &str| {
        let mut request = post(r#"{"query":"{ whoami }"}"#);
        request.headers_mut().insert(header::AUTHORIZATION, token.parse().unwrap());
        request
    };
    assert_eq!(server.send(ask("Bearer good")).await.json()["data"]["whoami"], "user");
    assert_eq!(server.query("{ whoami }").await.json()["data"]["whoami"], "anonymous");
    for token in ["Bearer wrong", "Bearer expired", "Basic abc", "Bearer "] {
        let answer = server.send(ask(token)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            "{token}"
        );
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
    assert_eq!(server.send(ask("Bearer blocked")).await.status, StatusCode::FORBIDDEN);
    let answer = server.send(ask("Bearer down")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.text().contains("hunter2"));
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_given_up() {
    let mut impatient = settings();
    impatient.request_timeout = Duration::from_millis(50);
    let answer = server(impatient).query("{ slow }").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::GATEWAY_TIMEOUT, "TIMED_OUT"));
}

#[tokio::test]
async fn too_many_requests_from_one_address_have_to_wait() {
    let mut strict = settings();
    (strict.rate_per_second, strict.rate_burst) = (1, 2);
    let server = server(strict);
    assert_eq!(server.query("{ hello }").await.status, StatusCode::OK);
    assert_eq!(server.query("{ hello }").await.status, StatusCode::OK);
    let answer = server.query("{ hello }").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(server.send(get("/healthz")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_read_it() {
    let server = server(settings());
    let ask = |query: &str| {
        let mut request = post(&json!({ "query": query }).to_string());
        request.headers_mut().insert(header::ACCEPT_ENCODING, "gzip".parse().unwrap());
        request
    };
    let answer = server.send(ask("{ long }")).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.bytes.len() < 500);
    assert_eq!(server.send(ask("{ hello }")).await.header("content-encoding"), "");
}
