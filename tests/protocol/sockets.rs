//! The graphql-transport-ws protocol message by message: every close code, back-pressure, and the end of the server.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shelfwise::http::{HttpSettings, SocketSettings};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Server, server, settings};

const PATIENCE: Duration = Duration::from_secs(10);

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

async fn dial(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| Socket(socket))
}

const SPEAKING: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

impl Socket {
    async fn open(server: &Server) -> Self {
        dial(server.listen().await, &[SPEAKING]).await.unwrap()
    }

    /// Opens a socket and has `connection_init` acknowledged.
    async fn ready(server: &Server, payload: Value) -> Self {
        let mut socket = Self::open(server).await;
        socket.send(&json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(socket.next().await, json!({"type": "connection_ack"}));
        socket
    }

    async fn send(&mut self, message: &Value) {
        self.0.send(Message::Text(message.to_string().into())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(&json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    async fn frame(&mut self) -> Option<Result<Message, Error>> {
        tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something arrives in time")
    }

    async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a message, got {other:?}"),
            }
        }
    }

    /// Reads until the server closes and gives the code and the reason.
    async fn closed(mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("expected a close, got {other:?}"),
            }
        }
    }
}

fn with(socket: SocketSettings) -> Server {
    server(HttpSettings { socket, ..settings() })
}

#[tokio::test]
async fn a_socket_without_our_sub_protocol_is_closed_with_4406() {
    let server = server(settings());
    let socket = dial(server.listen().await, &[]).await.unwrap();
    assert_eq!(socket.closed().await.0, 4406);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_open_a_socket() {
    let address = server(settings()).listen().await;
    let refused = dial(address, &[SPEAKING, ("origin", "https://evil.example")]).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == StatusCode::FORBIDDEN));
    let own = format!("http://{address}");
    assert!(dial(address, &[SPEAKING, ("origin", &own)]).await.is_ok());

    let mut open = settings();
    open.allowed_origins = vec!["https://shop.example".into()];
    let address = server(open).listen().await;
    assert!(dial(address, &[SPEAKING, ("origin", "https://shop.example")]).await.is_ok());
}

#[tokio::test]
async fn silence_instead_of_connection_init_is_closed_with_4408() {
    let server =
        with(SocketSettings { init_timeout: Duration::from_millis(50), ..SocketSettings::default() });
    assert_eq!(Socket::open(&server).await.closed().await.0, 4408);
    let mut patient = Socket::ready(&server, json!({})).await;
    tokio::time::sleep(Duration::from_millis(120)).await;
    patient.subscribe("1", "{ hello }").await;
    assert_eq!(patient.next().await["type"], "next");
}

#[tokio::test]
async fn a_second_connection_init_is_closed_with_4429() {
    let mut socket = Socket::ready(&server(settings()), json!(null)).await;
    socket.send(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.closed().await.0, 4429);
}

#[tokio::test]
async fn subscribing_before_the_acknowledgement_is_closed_with_4401() {
    let mut socket = Socket::open(&server(settings())).await;
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(socket.closed().await, (4401, "connection_init has to come first".to_owned()));
}

#[tokio::test]
async fn credentials_decide_how_the_socket_is_refused() {
    for (token, code) in [("wrong", 4401), ("expired", 4401), ("blocked", 4403), ("down", 4500)] {
        let mut socket = Socket::open(&server(settings())).await;
        let payload = json!({"authorization": format!("Bearer {token}")});
        socket.send(&json!({"type": "connection_init", "payload": payload})).await;
        let (found, reason) = socket.closed().await;
        assert_eq!(found, code, "{token}");
        assert!(!reason.contains("hunter2"));
    }
}

#[tokio::test]
async fn an_access_token_that_ends_takes_the_socket_with_it() {
    let server = server(settings());
    let mut socket = Socket::ready(&server, json!({"authorization": "Bearer short"})).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["type"], "next");
    assert_eq!(socket.closed().await, (4401, "the access token has expired".to_owned()));
}

#[tokio::test]
async fn a_session_that_is_revoked_meanwhile_loses_its_socket() {
    let server = with(SocketSettings { keep_alive: Duration::from_millis(40), ..SocketSettings::default() });
    let socket = Socket::ready(&server, json!({"authorization": "Bearer revoked"})).await;
    assert_eq!(socket.closed().await.0, 4401);
}

#[tokio::test]
async fn malformed_messages_are_closed_with_4400_and_a_reason() {
    for (message, reason) in [
        ("nonsense", "JSON object"),
        ("[]", "JSON object"),
        (r#"{"type":"start"}"#, "no message has the type start"),
        (r#"{"type":"subscribe","payload":{"query":"{a}"}}"#, "needs an id"),
        (r#"{"type":"subscribe","id":"1","payload":{}}"#, "missing field `query`"),
        (r#"{"type":"subscribe","id":"1","payload":["{ hello }"]}"#, "has to be an object"),
        (r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#, "expected a string"),
        (r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#, "expected a map"),
    ] {
        let mut socket = Socket::ready(&server(settings()), json!({})).await;
        socket.0.send(Message::Text(message.into())).await.unwrap();
        let (code, text) = socket.closed().await;
        assert_eq!(code, 4400, "{message}");
        assert!(text.contains(reason), "{message}: {text}");
    }
    let mut socket = Socket::open(&server(settings())).await;
    socket.0.send(Message::Binary(vec![1, 2].into())).await.unwrap();
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test]
async fn an_id_in_use_is_closed_with_4409_and_a_finished_one_is_free_again() {
    let server = server(settings());
    let mut socket = Socket::ready(&server, json!({})).await;
    for _ in 0..2 {
        socket.subscribe("1", "{ hello }").await;
        assert_eq!(
            socket.next().await,
            json!({"type": "next", "id": "1", "payload": {"data": {"hello": "world"}}})
        );
        assert_eq!(socket.next().await, json!({"type": "complete", "id": "1"}));
    }
    socket.subscribe("1", "subscription { forever }").await;
    socket.subscribe("1", "{ hello }").await;
    let (code, reason) = socket.closed().await;
    assert_eq!((code, reason.contains("the id 1")), (4409, true));
}

#[tokio::test]
async fn completing_an_operation_stops_it_and_frees_its_id_at_once() {
    let mut socket = Socket::ready(&server(settings()), json!({})).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["payload"]["data"]["forever"], 0);
    socket.send(&json!({"type": "complete", "id": "1"})).await;
    socket.send(&json!({"type": "complete", "id": "unknown"})).await;
    socket.subscribe("1", "subscription { countdown(from: 1) }").await;
    let mut seen = Vec::new();
    loop {
        let message = socket.next().await;
        if message["type"] == "complete" {
            break;
        }
        seen.push(message["payload"]["data"].clone());
    }
    assert_eq!(seen.last(), Some(&json!({"countdown": 1})));
    assert_eq!(seen.iter().filter(|data| data.get("countdown").is_some()).count(), 1);
}

#[tokio::test]
async fn request_errors_end_an_operation_with_error_and_leave_the_socket_open() {
    let mut socket = Socket::ready(&server(settings()), json!({})).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ shelf { items(first: 9000) { id } } }", "OPERATION_TOO_COMPLEX"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        socket.subscribe("1", query).await;
        let message = socket.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{query}: {message}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{query}");
    }
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(socket.next().await["type"], "next");
}

#[tokio::test]
async fn a_resolvers_failure_comes_inside_a_result_and_hides_what_is_internal() {
    let mut socket = Socket::ready(&server(settings()), json!({})).await;
    socket.subscribe("1", "{ hello broken }").await;
    let message = socket.next().await;
    assert_eq!((&message["type"], &message["payload"]["data"]), (&json!("next"), &json!(null)));
    assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(!message.to_string().contains("hunter2"), "{message}");
    assert_eq!(socket.next().await["type"], "complete");

    socket.subscribe("2", "subscription { forbidden }").await;
    let message = socket.next().await;
    assert!(message.to_string().contains("FORBIDDEN"), "{message}");
    assert_eq!(socket.next().await["type"], "complete");
}

#[tokio::test]
async fn a_panic_ends_its_own_operation_only() {
    let mut socket = Socket::ready(&server(settings()), json!({})).await;
    socket.subscribe("p", "subscription { panics }").await;
    assert_eq!(socket.next().await["payload"]["data"]["panics"], 1);
    let message = socket.next().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("p")));
    assert!(!message.to_string().contains("hunter2"), "{message}");
    socket.subscribe("q", "{ hello }").await;
    assert_eq!(socket.next().await["payload"]["data"]["hello"], "world");
}

#[tokio::test]
async fn more_operations_than_allowed_are_refused_one_by_one() {
    let server = with(SocketSettings { operations: 2, ..SocketSettings::default() });
    let mut socket = Socket::ready(&server, json!({})).await;
    socket.subscribe("1", "{ slow }").await;
    socket.subscribe("2", "{ slow }").await;
    socket.subscribe("3", "{ hello }").await;
    let message = socket.next().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("3")));
    socket.send(&json!({"type": "complete", "id": "1"})).await;
    socket.subscribe("3", "{ hello }").await;
    assert_eq!(socket.next().await["type"], "next");
}

#[tokio::test]
async fn pings_are_answered_with_their_payload_before_and_after_the_acknowledgement() {
    let mut socket = Socket::open(&server(settings())).await;
    socket.send(&json!({"type": "ping", "payload": {"at": 1}})).await;
    assert_eq!(socket.next().await, json!({"type": "pong", "payload": {"at": 1}}));
    socket.send(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.next().await, json!({"type": "connection_ack"}));
    socket.send(&json!({"type": "pong"})).await;
    socket.send(&json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn a_message_above_the_limit_is_closed_with_1009() {
    let server = with(SocketSettings { message_bytes: 1000, ..SocketSettings::default() });
    for size in [1_200, 50_000] {
        let mut socket = Socket::ready(&server, json!({})).await;
        socket.send(&json!({"type": "ping", "payload": {"padding": "x".repeat(size)}})).await;
        let (code, reason) = socket.closed().await;
        assert_eq!((code, reason.contains("1000 bytes")), (1009, true), "{size}: {reason}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_only_its_own_source_and_is_dropped() {
    let settings = SocketSettings { write_timeout: Duration::from_millis(300), ..SocketSettings::default() };
    let server = with(settings);
    let mut socket = Socket::ready(&server, json!({})).await;
    socket.subscribe("1", "subscription { flood }").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut before = server.produced.load(Ordering::SeqCst);
    // The source stands still once the network's buffers are full, until the write timeout ends it all.
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = server.produced.load(Ordering::SeqCst);
        if now == before {
            break;
        }
        before = now;
    }
    assert!(before < 100_000, "{before} kilobytes were produced for nobody");
    server.sockets.close();
    tokio::time::timeout(PATIENCE, server.sockets.wait()).await.expect("the socket is dropped");
    drop(socket);
}

#[tokio::test]
async fn a_peer_that_vanished_is_noticed() {
    let server = with(SocketSettings { keep_alive: Duration::from_millis(30), ..SocketSettings::default() });
    let socket = Socket::ready(&server, json!({})).await;
    // Nobody reads this socket, so nobody answers the pings either.
    server.sockets.close();
    tokio::time::timeout(PATIENCE, server.sockets.wait()).await.expect("the socket is given up");
    drop(socket);
}

#[tokio::test]
async fn stopping_the_server_closes_sockets_with_1001_and_can_be_waited_for() {
    let server = server(settings());
    let mut socket = Socket::ready(&server, json!({})).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["type"], "next");
    server.shutdown.cancel();
    server.sockets.close();
    let (closed, waited) =
        tokio::join!(socket.closed(), tokio::time::timeout(PATIENCE, server.sockets.wait()));
    assert_eq!((closed.0, waited.is_ok()), (1001, true));
}

#[tokio::test]
async fn operations_count_against_the_rate_limit_of_their_address() {
    let server = server(HttpSettings { rate_per_second: 1, rate_burst: 3, ..settings() });
    let mut socket = Socket::ready(&server, json!({})).await;
    let mut kinds = Vec::new();
    for id in 0..3 {
        socket.subscribe(&id.to_string(), "{ hello }").await;
        let message = socket.next().await;
        if message["type"] == "next" {
            socket.next().await;
        }
        kinds.push((message["type"].clone(), message["payload"][0]["extensions"]["code"].clone()));
    }
    assert_eq!(kinds[2], (json!("error"), json!("RATE_LIMITED")));
}

#[tokio::test]
async fn one_address_may_open_only_so_many_sockets() {
    let server = with(SocketSettings { sockets_per_address: 1, ..SocketSettings::default() });
    let address = server.listen().await;
    let first = dial(address, &[SPEAKING]).await.unwrap();
    let refused = dial(address, &[SPEAKING]).await;
    assert!(
        matches!(refused, Err(Error::Http(response)) if response.status() == StatusCode::TOO_MANY_REQUESTS)
    );
    drop(first);
    let reopened = async {
        while dial(address, &[SPEAKING]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reopened).await.expect("a closed socket makes room");
}
