//! The real API over real connections: notifications that reach a socket, and the files of exports.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shelfwise::domain::caller::Role;
use shelfwise::domain::ids::JobId;
use shelfwise::domain::notification::{Notification, NotificationKind};
use shelfwise::graphql::global_id;
use shelfwise::graphql::limits::Limits;
use shelfwise::graphql::scope::Scope;
use shelfwise::http::{AlwaysReady, Authenticator, HttpSettings, Parts, exports, router, serve};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::accounts::{login, register};
use super::carts::{add, deliver};
use super::checkout::{check_out, input};
use super::{Api, nobody};
use crate::support::on_both;

const PASSWORD: &str = "correct horse battery";
const PATIENCE: Duration = Duration::from_secs(20);

/// The shop behind its transports.
fn front(api: &Api, shutdown: CancellationToken) -> Router {
    let authenticator = Arc::clone(&api.services.accounts) as Arc<dyn Authenticator>;
    router(Parts {
        executor: api.schema.clone(),
        authenticator: Arc::clone(&authenticator),
        scope: Arc::new(Scope::new(Arc::clone(&api.shop.store))),
        readiness: Arc::new(AlwaysReady),
        limits: Arc::new(Limits::default()),
        settings: HttpSettings::default(),
        context: api.shop.context.clone(),
        shutdown,
        sockets: TaskTracker::new(),
        extra: exports::routes(authenticator, Arc::clone(&api.services.transfers)),
    })
}

/// A socket on which somebody follows their notifications.
async fn follow(address: SocketAddr, token: &str) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let say = |message: Value| Message::Text(message.to_string().into());
    let hello = json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}});
    socket.send(say(hello)).await.unwrap();
    assert_eq!(heard(&mut socket).await.unwrap()["type"], "connection_ack");
    let query =
        "subscription { notificationReceived { kind title body readAt order { number } product { slug } } }";
    socket.send(say(json!({"type": "subscribe", "id": "1", "payload": {"query": query}}))).await.unwrap();
    // Answered once what came before was taken in.
    let ping = json!({"type": "ping"});
    socket.send(say(ping)).await.unwrap();
    assert_eq!(heard(&mut socket).await.unwrap()["type"], "pong");
    socket
}

/// The next message; none when the socket is closed.
async fn heard(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Option<Value> {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.expect("something arrives in time") {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).ok(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return None,
        }
    }
}

on_both! {
    async fn a_notification_reaches_the_open_sockets_of_its_reader_and_nobody_elses(shop: Shop) {
        let api = Api::over(shop).await;
        api.shop.stock(&[&api.shop.product("mug")]).await;
        let [maria, paul] = [register(&api, "maria@example.org", PASSWORD).await,
            register(&api, "paul@example.org", PASSWORD).await];
        let token = |payload: &Value| payload["session"]["accessToken"].as_str().unwrap().to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let app = front(&api, stop.clone());
        tokio::spawn(serve(listener, app, stop.clone(), TaskTracker::new(), PATIENCE));
        let mut hers = [follow(address, &token(&maria)).await, follow(address, &token(&maria)).await];
        let mut his = follow(address, &token(&paul)).await;
        // The subscription looks up where it begins; nothing tells from outside when it has.
        tokio::time::sleep(Duration::from_millis(300)).await;

        let buyer = api.bearer(&maria).await;
        add(&api, &buyer, "mug", 1).await;
        let cart = deliver(&api, &buyer).await;
        let mut request = input(&cart, cart["cost"]["total"]["amount"].as_str().unwrap(), "key");
        request["input"]["paymentMethod"] = json!("card_succeeds");
        let order = check_out(&api, &buyer, request).await["order"].clone();
        api.shop.pass(Duration::from_secs(1));
        api.outbox.drain().await.unwrap();

        for socket in &mut hers {
            let mut kinds = Vec::new();
            for _ in 0..2 {
                let told = heard(socket).await.unwrap();
                assert_eq!((&told["type"], &told["id"]), (&json!("next"), &json!("1")), "{told}");
                let notice = &told["payload"]["data"]["notificationReceived"];
                assert_eq!((&notice["order"]["number"], &notice["readAt"]), (&order["number"], &Value::Null));
                kinds.push(notice["kind"].as_str().unwrap().to_owned());
            }
            // Both came about in the same moment.
            kinds.sort_unstable();
            assert_eq!(kinds, ["ORDER_STATUS", "PAYMENT"]);
        }
        // Of his own he hears, and of nothing before it.
        let his_id = api.bearer(&paul).await.user().unwrap();
        let notice = Notification {
            id: api.shop.id(),
            user_id: his_id,
            kind: NotificationKind::System,
            title: "for Paul alone".to_owned(),
            body: String::new(),
            order_id: None,
            product_id: None,
            read_at: None,
            created_at: api.shop.now(),
        };
        let mut work = api.shop.begin().await;
        work.insert_notifications(&[notice]).await.unwrap();
        work.save().await.unwrap();
        api.services.notifications.mark_read(his_id, Some(&[])).await.unwrap();
        let told = heard(&mut his).await.unwrap();
        assert_eq!(told["payload"]["data"]["notificationReceived"]["title"], "for Paul alone");
        stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_an_export_is_fetched_by_its_owner_until_its_time_has_run_out() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let accounts = &api.services.accounts;
    let boss = "boss@example.org";
    accounts.create_account(boss, "Boss", PASSWORD, Role::Admin, Default::default()).await.unwrap();
    let token = async || {
        let payload = login(&api, &nobody(), boss, PASSWORD).await;
        payload["session"]["accessToken"].as_str().unwrap().to_owned()
    };
    let app = front(&api, CancellationToken::new());
    let start = "mutation { exportStart(kind: STOCK, format: CSV) { job { id } userErrors { code } } }";
    let clerk = api.bearer(&login(&api, &nobody(), boss, PASSWORD).await).await;
    let job = api.data(&clerk, start).await["exportStart"]["job"].clone();
    assert!(api.transfers.step().await.unwrap());
    let id: JobId = global_id::read(job["id"].as_str().unwrap()).unwrap();
    let fetch = async |token: Option<&str>| {
        let mut request = Request::get(format!("/exports/{id}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (parts.status, String::from_utf8_lossy(&bytes).into_owned())
    };
    assert_eq!(fetch(None).await.0, StatusCode::UNAUTHORIZED);
    let (status, file) = fetch(Some(&token().await)).await;
    assert_eq!((status, file.lines().next()), (StatusCode::OK, Some("sku,on_hand,reserved,available")));
    api.shop.pass(Duration::from_secs(24 * 3600));
    let (status, refusal) = fetch(Some(&token().await)).await;
    assert_eq!(status, StatusCode::GONE);
    assert!(refusal.contains("EXPORT_EXPIRED"), "{refusal}");
}
