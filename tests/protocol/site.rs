//! What surrounds the API: health, metrics, security headers, request ids and the front end's place.

use std::time::Duration;

use axum::http::{Method, StatusCode, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{get, server, settings};

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_a_request_id() {
    let server = server(settings());
    for request in [get("/healthz"), get("/graphql?query=%7Bhello%7D"), get("/nowhere"), get("/")] {
        let answer = server.send(request).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
}

#[tokio::test]
async fn health_readiness_and_metrics_answer_in_plain_text() {
    let server = server(settings());
    assert_eq!(server.send(get("/healthz")).await.text(), "ok\n");
    assert_eq!(server.send(get("/readyz")).await.text(), "ready\n");
    server.query("{ hello }").await;
    let metrics = server.send(get("/metrics")).await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    let line = "shelfwise_http_responses_total{route=\"graphql\",status=\"2xx\"} 1";
    assert!(metrics.text().contains(line), "{}", metrics.text());
}

#[tokio::test]
async fn the_front_end_has_a_page_whether_it_is_built_or_not() {
    let server = server(settings());
    for path in ["/", "/graphiql", "/products/anything"] {
        let mut request = get(path);
        request.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());
        let answer = server.send(request).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, "text/html; charset=utf-8"),
            "{path}"
        );
    }
    let answer = server.send(get("/assets/missing.js")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let server = server(settings());
    for path in ["/", "/healthz", "/graphql?query=%7Bhello%7D"] {
        let mut request = get(path);
        *request.method_mut() = Method::HEAD;
        let answer = server.send(request).await;
        assert_eq!((answer.status, answer.bytes.len()), (StatusCode::OK, 0), "{path}");
    }
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish_and_refuses_new_connections() {
    let server = server(settings());
    let address = server.listen().await;
    let request = "GET /graphql?query=%7Bpause%7D HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.shutdown.cancel();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"data":{"pause":true}}"#), "{answer}");
    assert!(TcpStream::connect(address).await.is_err());
}
