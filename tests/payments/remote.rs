//! Timeouts, repeats, circuit breaker: how the shop behaves while a gateway misbehaves.

use std::time::{Duration, Instant};

use serde_json::json;
use shelfwise::domain::money::Currency;
use shelfwise::payments::{Gateway, GatewayError, Remote, RemoteSettings, Stage};

use crate::server::{Answer, Server};
use crate::stripe::{gateway, intent};
use crate::{client, payment, purpose};

const HASTY: RemoteSettings = RemoteSettings {
    timeout: Duration::from_millis(300),
    attempts: 2,
    breaker_failures: 4,
    breaker_pause: Duration::from_millis(400),
};

#[tokio::test]
async fn a_server_error_is_tried_again_under_the_same_key() {
    let server = Server::start(|number, _| match number {
        0 => Answer(503, vec![], "busy".to_owned()),
        1 => Answer::json(429, &json!({"error": {"type": "api_error"}})),
        _ => Answer::json(200, &intent("succeeded", 1990)),
    })
    .await;
    let gateway = gateway(&server.url, client());
    let report = gateway.create(&payment(1990, Currency::EUR), &purpose()).await.unwrap();
    assert_eq!((report.stage, report.captured_minor), (Stage::Captured, Some(1990)));
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter().all(|request| request.header("idempotency-key") == seen[0].header("idempotency-key"))
    );
    assert!(seen.iter().all(|request| request.body == seen[0].body));
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let server = Server::start(|_, _| {
        Answer::json(400, &json!({"error": {"type": "invalid_request_error", "code": "amount_too_small"}}))
    })
    .await;
    let refused = gateway(&server.url, client()).create(&payment(1, Currency::EUR), &purpose()).await;
    assert!(matches!(refused, Err(GatewayError::Refused { code, .. }) if code == "amount_too_small"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn silence_ends_in_time() {
    let server = Server::start(|_, _| Answer(0, vec![], String::new())).await;
    let gateway = gateway(&server.url, Remote::new(HASTY).unwrap());
    let started = Instant::now();
    let silent = gateway.create(&payment(1990, Currency::EUR), &purpose()).await;
    assert!(matches!(silent, Err(GatewayError::Unavailable(_))), "{silent:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_tells_no_secret() {
    let gateway = gateway("http://127.0.0.1:1", Remote::new(HASTY).unwrap());
    let Err(GatewayError::Unavailable(detail)) =
        gateway.create(&payment(1990, Currency::EUR), &purpose()).await
    else {
        panic!("nobody answers there")
    };
    assert!(!detail.contains("sk_test"), "{detail}");
}

#[tokio::test]
async fn the_circuit_breaker_opens_after_failures_and_closes_after_a_success() {
    let server = Server::start(|number, _| {
        if number < 4 {
            Answer(500, vec![], String::new())
        } else {
            Answer::json(200, &intent("succeeded", 5))
        }
    })
    .await;
    let gateway = gateway(&server.url, Remote::new(HASTY).unwrap());
    let payment = payment(5, Currency::EUR);
    assert!(gateway.healthy());
    for _ in 0..2 {
        assert!(matches!(gateway.create(&payment, &purpose()).await, Err(GatewayError::Unavailable(_))));
    }
    assert!(!gateway.healthy());
    assert!(matches!(gateway.create(&payment, &purpose()).await, Err(GatewayError::Unavailable(_))));
    assert_eq!(server.seen().len(), 4, "an open breaker asks nobody");
    tokio::time::sleep(HASTY.breaker_pause * 2).await;
    assert!(gateway.create(&payment, &purpose()).await.is_ok());
    assert!(gateway.healthy());
}

#[tokio::test]
async fn malformed_answers_are_told_as_such() {
    let bodies = ["", "<html>", "{}", "[1]", r#"{"id": 7}"#, "\u{0}"];
    for body in bodies {
        let server = Server::start(move |_, _| Answer(200, vec![], body.to_owned())).await;
        let odd = gateway(&server.url, client()).create(&payment(5, Currency::EUR), &purpose()).await;
        assert!(matches!(odd, Err(GatewayError::BadAnswer(_))), "{body:?}: {odd:?}");
    }
    let server = Server::start(|_, _| Answer(200, vec![], "x".repeat(2 << 20))).await;
    let hasty = gateway(&server.url, Remote::new(HASTY).unwrap());
    let long = hasty.create(&payment(5, Currency::EUR), &purpose()).await;
    assert!(matches!(long, Err(GatewayError::Unavailable(_))), "an endless answer is cut off");
}

#[tokio::test]
async fn a_gateway_cannot_send_the_shop_elsewhere() {
    let server = Server::start(|_, _| {
        Answer(302, vec![("location", "http://127.0.0.1:1/".to_owned())], "{}".to_owned())
    })
    .await;
    let moved = gateway(&server.url, client()).create(&payment(5, Currency::EUR), &purpose()).await;
    assert!(matches!(moved, Err(GatewayError::BadAnswer(_))), "{moved:?}");
}
