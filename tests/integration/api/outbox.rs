//! What follows from what was saved: carried out whatever dies, repeated with patience, given up in the open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use serde_json::json;
use shelfwise::bus::{Bus, LocalBus};
use shelfwise::domain::caller::Permission;
use shelfwise::domain::notification::Mail;
use shelfwise::domain::order::Order;
use shelfwise::domain::text::Email;
use shelfwise::mail::{MailError, Mailer, Stationery};
use shelfwise::outward::Outward;
use shelfwise::services::messages::Message;
use shelfwise::services::outbox::{Clerk, MAX_ATTEMPTS, OutboxWorker};
use shelfwise::storage::orders::OrderRecord;

use super::{Api, nobody};

/// A mail server that is down for a while.
struct Moody {
    refusals: AtomicUsize,
    taken: AtomicUsize,
}

#[async_trait]
impl Mailer for Moody {
    async fn send(&self, _: &Mail) -> Result<(), MailError> {
        let left = self.refusals.load(Ordering::SeqCst);
        if left > 0 {
            self.refusals.store(left - 1, Ordering::SeqCst);
            return Err(MailError::NotTaken("421 try later".to_owned()));
        }
        self.taken.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn worker(api: &Api, refusals: usize) -> (OutboxWorker, Arc<Moody>) {
    let mailer = Arc::new(Moody { refusals: refusals.into(), taken: 0.into() });
    let store = || Arc::clone(&api.shop.store);
    let context = || api.shop.context.clone();
    let stationery = Stationery::new("Shelfwise").expect("the layouts parse");
    let clerk = Clerk::new(store(), context(), stationery, "https://shop.example".to_owned());
    let bus: Arc<dyn Bus> = Arc::new(LocalBus::new());
    let outward = Outward::new(false).expect("a client");
    (OutboxWorker::new(store(), bus, context(), clerk, Arc::clone(&mailer) as _, outward), mailer)
}

async fn post(api: &Api, message: Message) {
    let mut work = api.shop.begin().await;
    work.post(&[message.to_outbox(&api.shop.context)]).await.unwrap();
    work.save().await.unwrap();
}

#[tokio::test]
async fn a_letter_that_is_refused_is_tried_again_and_then_listed_until_staff_let_it_go() {
    let api = Api::start().await;
    let user = api.shop.join("maria").await;
    let (worker, mailer) = worker(&api, MAX_ATTEMPTS as usize);
    post(&api, Message::PasswordChangedLetter { user: user.id }).await;
    for _ in 0..MAX_ATTEMPTS + 3 {
        worker.drain().await.unwrap();
        api.shop.pass(Duration::from_secs(2 * 60 * 60));
    }
    assert_eq!(mailer.taken.load(Ordering::SeqCst), 0);
    let staff = api.staff("staff", [Permission::SettingsManage]).await;
    let list = "{ deadLetters { id topic attempts error payload } }";
    let dead = api.data(&staff, list).await["deadLetters"].clone();
    let expected = json!(["mail.password_changed", 12, "the mail server did not take it: 421 try later"]);
    assert_eq!(json!([dead[0]["topic"], dead[0]["attempts"], dead[0]["error"]]), expected);
    let retry = format!("mutation {{ deadLetterRetry(id: {}) {{ success }} }}", dead[0]["id"]);
    assert_eq!(api.data(&staff, &retry).await["deadLetterRetry"]["success"], true);
    worker.drain().await.unwrap();
    assert_eq!(mailer.taken.load(Ordering::SeqCst), 1);
    assert_eq!(api.data(&staff, list).await["deadLetters"], json!([]));
}

#[tokio::test]
async fn what_a_dead_worker_held_comes_again_once_its_lease_is_over() {
    let api = Api::start().await;
    let user = api.shop.join("maria").await;
    post(&api, Message::PasswordChangedLetter { user: user.id }).await;
    // Taken, and never heard of again.
    let mut work = api.shop.begin().await;
    let lease = Duration::from_secs(5 * 60);
    let held = work.take_messages(&["mail.password_changed"], 12, 10, lease, api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(held.len(), 1);
    assert!(api.letters().await.is_empty());
    api.shop.pass(lease);
    assert_eq!(api.letters().await.len(), 1);
}

fn order_of(api: &Api, email: &str) -> OrderRecord {
    let mug = api.shop.product("mug");
    let record = api.shop.order("S-1001", None, &[&mug]);
    let order = Order { email: Some(Email::parse(email).unwrap()), ..record.order };
    OrderRecord { order, lines: record.lines }
}

#[tokio::test]
async fn an_order_is_confirmed_by_letter_and_told_to_its_user_once() {
    let api = Api::start().await;
    let maria = api.customer("maria").await;
    let mut record = order_of(&api, "maria@example.org");
    record.order.user_id = maria.user();
    let mut work = api.shop.begin().await;
    work.insert_order(&record).await.unwrap();
    work.save().await.unwrap();
    let event = Message::OrderPlaced { order: record.order.id }.to_outbox(&api.shop.context);
    let news = api.services.notifications.follow(maria.user().unwrap()).await.unwrap();
    let mut news = std::pin::pin!(news);
    for _ in 0..2 {
        let mut work = api.shop.begin().await;
        // Posted twice, as by a client that repeats itself within the unit's key.
        work.post(std::slice::from_ref(&event)).await.unwrap();
        work.save().await.unwrap();
        api.outbox.drain().await.unwrap();
    }
    let letters = api.letters().await;
    assert_eq!(letters.len(), 1);
    insta::assert_snapshot!("order_confirmation", letters[0].text);
    let received =
        tokio::time::timeout(Duration::from_secs(10), news.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(received.title, "Order S-1001 received");
    let seen = api.data(&maria, "{ me { notifications { unreadCount nodes { kind title body } } } }").await;
    insta::assert_json_snapshot!("order_notification", seen);
}

#[tokio::test]
async fn a_guest_is_written_to_and_nobody_else_hears_of_the_order() {
    let api = Api::start().await;
    let record = order_of(&api, "guest@example.org");
    let mut work = api.shop.begin().await;
    work.insert_order(&record).await.unwrap();
    work.save().await.unwrap();
    post(&api, Message::OrderPaid { order: record.order.id }).await;
    let letters = api.letters().await;
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "guest@example.org"));
    assert_eq!(letters[0].subject, "Payment received for order S-1001");
    assert_eq!(api.data(&nobody(), "{ me { id } }").await["me"], json!(null));
}
