//! The real binary, killed in the middle of a stream of checkouts and payments: after a restart everything that was
//! acknowledged is there, and nothing twice; nor is any letter about it missing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

#[allow(dead_code, reason = "shared with the integration tests, which use more of it")]
#[path = "../integration/support/mod.rs"]
mod support;

mod buyers;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use shelfwise::bus::LocalBus;
use shelfwise::context::{Context, ManualClock, SeededEntropy};
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::PaymentStatus;
use shelfwise::domain::time::Timestamp;
use shelfwise::mail::{MailboxMailer, Stationery};
use shelfwise::outward::Outward;
use shelfwise::services::outbox::{Clerk, OutboxWorker};
use shelfwise::storage::PageRequest;
use shelfwise::storage::orders::OrderFilter;
use tokio::task::JoinSet;

use buyers::{Attempt, Buyer};
use server::Server;
use support::on_both;
use support::shop::Shop;

const BUYERS: usize = 6;
/// Acknowledged payments before the kill, so that it always falls into a stream under way.
const BEFORE_THE_KILL: usize = 12;
const PIECES: u32 = 100_000;
/// 2100-01-01: later than any lease of a server that ran today.
const LATER: Timestamp = Timestamp(4_102_444_800_000);
const PATIENCE: Duration = Duration::from_secs(120);

async fn survives(shop: Shop) {
    let mut mug = shop.product("mug");
    mug.variants[0].stock.on_hand = PIECES;
    shop.stock(&[&mug]).await;
    let variant = mug.variants[0].id;

    let first = Server::start(&shop.url).await;
    let (paid, dead) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut stream = JoinSet::new();
    for number in 0..BUYERS {
        let (url, paid, dead) = (first.url.clone(), Arc::clone(&paid), Arc::clone(&dead));
        stream.spawn(async move {
            let mut attempts = Vec::new();
            for round in 0.. {
                let mut attempt = Attempt::new(format!("buyer-{number}-{round}"));
                let buyer = Buyer::at(&url);
                let went = buyer.buy(&mut attempt, variant).await;
                attempts.push(attempt);
                match went {
                    Ok(()) => drop(paid.fetch_add(1, Ordering::SeqCst)),
                    Err(_) if dead.load(Ordering::SeqCst) => break,
                    Err(problem) => panic!("before the kill: {problem}"),
                }
            }
            attempts
        });
    }
    let enough = async {
        while paid.load(Ordering::SeqCst) < BEFORE_THE_KILL {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, enough).await.expect("buyers get on");
    dead.store(true, Ordering::SeqCst);
    first.kill();
    let attempts: Vec<Attempt> = stream.join_all().await.into_iter().flatten().collect();

    let second = Server::start(&shop.url).await;
    let buyer = Buyer::at(&second.url);
    let mut orders = BTreeSet::new();
    let mut resumed = 0;
    for attempt in &attempts {
        if let Some(order) = &attempt.order {
            let found = buyer.find(attempt, order).await;
            assert!(
                !attempt.was_paid || found["status"] == "PAID",
                "an acknowledged payment is gone: {found}"
            );
        }
        let Some(cart) = &attempt.cart else { continue };
        // The buyer repeats whatever was not acknowledged, and may repeat what was.
        let mut again = Attempt { order: None, was_paid: false, ..attempt.clone() };
        buyer.check_out(&mut again, cart).await.unwrap();
        resumed += usize::from(!attempt.was_paid);
        if let Some(order) = &attempt.order {
            assert_eq!(again.order.as_ref(), Some(order), "one key, one order");
        }
        let found = buyer.find(&again, again.order.as_ref().unwrap()).await;
        assert_eq!(found["status"], "PAID", "{found}");
        assert_eq!(found["paidTotal"], found["cost"]["total"]);
        assert_eq!(found["payments"].as_array().map(Vec::len), Some(1), "one order, one payment");
        assert!(orders.insert(again.order.unwrap()), "two keys, one order");
    }
    assert!(resumed > 0 || attempts.iter().any(|attempt| attempt.cart.is_none()), "the kill hit nobody");
    second.kill();
    for (order, subjects) in &letters_about(&shop, &orders).await {
        let expected = [format!("Payment received for order {order}"), format!("Your order {order}")];
        assert_eq!(subjects, &expected, "each letter of each order, once");
    }

    // Nothing beyond what the buyers know of, and every figure agrees.
    let filter = OrderFilter::default();
    assert_eq!(shop.store.count_orders(&filter).await.unwrap(), i64::try_from(orders.len()).unwrap());
    let mut after = None;
    loop {
        let page = shop.store.list_orders(&filter, &PageRequest::first(100, after)).await.unwrap();
        let ids: Vec<_> = page.edges.iter().map(|edge| edge.node.id).collect();
        let payments = shop.store.payments_of(&ids).await.unwrap();
        for edge in &page.edges {
            let order = &edge.node;
            assert_eq!((order.status, order.paid_minor), (OrderStatus::Paid, order.cost.total_minor));
            let taken: i64 = payments[&order.id].iter().map(|payment| payment.captured_minor).sum();
            assert_eq!(taken, order.cost.total_minor);
            assert!(payments[&order.id].iter().all(|payment| payment.status == PaymentStatus::Paid));
        }
        after = page.edges.last().map(|edge| edge.cursor.clone());
        if !page.has_next {
            break;
        }
    }
    let stock = shop.store.variants(&[variant]).await.unwrap()[&variant].stock;
    let sold = u32::try_from(orders.len()).unwrap();
    assert_eq!((stock.on_hand, stock.reserved), (PIECES - sold, 0));
}

/// The subjects of the letters about each order. What the killed worker held is due once its lease is over: a worker
/// of a later day carries it out.
async fn letters_about(shop: &Shop, orders: &BTreeSet<String>) -> BTreeMap<String, Vec<String>> {
    let later = Context::new(Arc::new(ManualClock::at(LATER)), Arc::new(SeededEntropy::new(1)));
    let store = || Arc::clone(&shop.store);
    let stationery = Stationery::new("Shelfwise").unwrap();
    let clerk = Clerk::new(store(), later.clone(), stationery, "https://shop.example".to_owned());
    let mailer = Arc::new(MailboxMailer::new(store()));
    let outward = Outward::new(false).unwrap();
    let worker = OutboxWorker::new(store(), Arc::new(LocalBus::new()), later, clerk, mailer, outward);
    worker.drain().await.unwrap();

    let mut letters: BTreeMap<String, Vec<String>> =
        orders.iter().map(|order| (order.clone(), Vec::new())).collect();
    let mut after = None;
    loop {
        let page = shop.store.mailbox(&PageRequest::first(100, after)).await.unwrap();
        for edge in &page.edges {
            let order = edge.node.subject.rsplit(' ').next().unwrap();
            letters.get_mut(order).expect("a letter about a known order").push(edge.node.subject.clone());
        }
        after = page.edges.last().map(|edge| edge.cursor.clone());
        if !page.has_next {
            break;
        }
    }
    letters.values_mut().for_each(|subjects| subjects.sort());
    letters
}

on_both! {
    async fn nothing_acknowledged_is_lost_or_doubled_when_the_shop_is_killed(shop: Shop) {
        survives(shop).await;
    }
}
