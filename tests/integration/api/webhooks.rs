//! Other servers that hear of events: signed, repeated until they answer, listed.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::services::messages::Message;
use shelfwise::services::webhooks::signature;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Api, user_errors};
use crate::support::shop::Shop;

/// A server that keeps what it is sent and answers with these statuses in turn, the last one for ever.
async fn receiver(statuses: &'static [u16]) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let received: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&received);
    let turn = AtomicUsize::new(0);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut part = [0; 4096];
            // Small requests: head and body come together or one after the other.
            while let Ok(read @ 1..) = socket.read(&mut part).await {
                request.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&request);
                if text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.ends_with('}')) {
                    break;
                }
            }
            kept.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            let status = statuses[turn.fetch_add(1, Ordering::SeqCst).min(statuses.len() - 1)];
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (address, received)
}

async fn listening(api: &Api, staff: &Caller, address: SocketAddr, events: &str) -> Value {
    let create = format!(
        r#"mutation {{ webhookCreate(url: "http://{address}/hook", events: [{events}]) {{
            signingSecret webhook {{ id events active }} userErrors {{ path code }} }} }}"#
    );
    api.data(staff, &create).await["webhookCreate"].clone()
}

async fn deliveries(api: &Api, staff: &Caller) -> Value {
    let list = "{ webhooks { deliveries { id event status attempts responseStatus nextAttemptAt } } }";
    api.data(staff, list).await["webhooks"][0]["deliveries"].clone()
}

async fn order_paid(api: &Api) {
    let order = api.shop.order("S-1", None, &[]);
    let mut work = api.shop.begin().await;
    work.insert_order(&order).await.unwrap();
    let paid = Message::OrderPaid { order: order.order.id };
    work.post(&[paid.to_outbox(&api.shop.context)]).await.unwrap();
    work.save().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_hears_of_what_it_asked_for_and_can_tell_who_says_so() {
    let api = Api::start().await;
    let staff = api.staff("staff", [Permission::SettingsManage]).await;
    let (address, received) = receiver(&[204]).await;
    let made = listening(&api, &staff, address, "PAYMENT_SUCCEEDED, PAYMENT_SUCCEEDED").await;
    assert_eq!(made["webhook"]["events"], json!(["PAYMENT_SUCCEEDED"]));
    order_paid(&api).await;
    api.outbox.drain().await.unwrap();
    let sent = deliveries(&api, &staff).await;
    let expected = (&json!("PAYMENT_SUCCEEDED"), &json!("SUCCEEDED"), &json!(204));
    assert_eq!((&sent[0]["event"], &sent[0]["status"], &sent[0]["responseStatus"]), expected);
    let requests = received.lock().unwrap().clone();
    assert_eq!(requests.len(), 1);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    let signed = signature(made["signingSecret"].as_str().unwrap(), body, api.shop.now());
    assert!(head.contains(&format!("shelfwise-signature: {signed}")), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["event"], body["data"]["order"].is_string()), (&json!("PAYMENT_SUCCEEDED"), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_repeated_with_the_same_id_until_it_arrives() {
    let api = Api::start().await;
    let staff = api.staff("staff", [Permission::SettingsManage]).await;
    let (address, received) = receiver(&[500, 302, 200]).await;
    let made = listening(&api, &staff, address, "PAYMENT_SUCCEEDED").await;
    order_paid(&api).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        api.outbox.drain().await.unwrap();
        let sent = deliveries(&api, &staff).await;
        statuses.push((sent[0]["status"].clone(), sent[0]["responseStatus"].clone()));
        api.shop.pass(Duration::from_secs(60));
    }
    let (queued, done) = (json!("QUEUED"), json!("SUCCEEDED"));
    let last = (done, json!(200));
    assert_eq!(statuses, [(queued.clone(), json!(500)), (queued, json!(302)), last.clone(), last]);
    let ids: Vec<Value> = received
        .lock()
        .unwrap()
        .iter()
        .filter_map(|request| serde_json::from_str::<Value>(request.split_once("\r\n\r\n")?.1).ok())
        .map(|body| body["id"].clone())
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]));

    let delivery = deliveries(&api, &staff).await[0]["id"].clone();
    let retry = format!(
        "mutation {{ webhookDeliveryRetry(deliveryId: {delivery}) {{ success userErrors {{ path code }} }} }}"
    );
    assert_eq!(api.data(&staff, &retry).await["webhookDeliveryRetry"]["success"], true);
    let again = api.data(&staff, &retry).await;
    assert_eq!(user_errors(&again["webhookDeliveryRetry"]), ["deliveryId: NOT_FOUND"], "it waits already");
    api.outbox.drain().await.unwrap();
    assert_eq!(received.lock().unwrap().len(), 4);

    let id = &made["webhook"]["id"];
    let delete = format!("mutation {{ webhookDelete(id: {id}) {{ success }} }}");
    assert_eq!(api.data(&staff, &delete).await["webhookDelete"]["success"], true);
    assert_eq!(api.data(&staff, "{ webhooks { id } }").await["webhooks"], json!([]));
}

#[tokio::test]
async fn a_server_inside_the_network_is_refused() {
    let api = Api::with(Shop::of_this_run().await, false).await;
    let staff = api.staff("staff", [Permission::SettingsManage]).await;
    let refused = listening(&api, &staff, "127.0.0.1:80".parse().unwrap(), "").await;
    assert_eq!(user_errors(&refused), ["url: INVALID", "events: REQUIRED"]);
}

#[tokio::test]
async fn other_servers_hear_how_an_experiment_ended() {
    let api = Api::start().await;
    let staff = api.staff("boss", [Permission::SettingsManage, Permission::ExperimentsManage]).await;
    let (address, received) = receiver(&[200]).await;
    listening(&api, &staff, address, "EXPERIMENT_COMPLETED").await;
    let found = api.data(&staff, "{ experiments { nodes { id } } }").await;
    let id = found["experiments"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    let complete = format!(r#"mutation {{ experimentComplete(id: "{id}") {{ userErrors {{ code }} }} }}"#);
    assert_eq!(api.data(&staff, &complete).await["experimentComplete"]["userErrors"], json!([]));
    api.outbox.drain().await.unwrap();
    let told = received.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(r#""event":"EXPERIMENT_COMPLETED""#) && told[0].contains("experiment"),
        "{told:?}"
    );
}
