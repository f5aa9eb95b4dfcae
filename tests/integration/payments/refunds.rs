//! Refunds: by amount or line, never more than was taken, whoever asks at once.

use std::sync::Arc;

use shelfwise::domain::error::InvalidValue;
use shelfwise::domain::ids::OrderLineId;
use shelfwise::domain::money::Money;
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::{Payment, PaymentStatus, RefundStatus};
use shelfwise::payments::sandbox::{Card, Event, EventKind};
use shelfwise::services::error::Problem;
use shelfwise::services::orders::{ParcelDraft, PieceCount};
use shelfwise::services::payments::RefundRequest;
use tokio::task::JoinSet;

use super::{MINUTE, Till, problem};
use crate::support::build::euro;
use crate::support::on_both;

fn back(payment: &Payment, amount: Option<Money>, key: &str) -> RefundRequest {
    RefundRequest {
        payment: payment.id,
        amount,
        lines: vec![],
        reason: Some("broken".into()),
        restock: true,
        idempotency_key: key.to_owned(),
    }
}

on_both! {
    async fn twenty_refunds_at_once_never_exceed_what_was_taken(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::Succeeds, "one").await.payment;
        let mut clerks = JoinSet::new();
        for number in 0..20 {
            let services = Arc::clone(&till.services);
            let request = back(&payment, Some(euro(300)), &format!("refund-{number}"));
            clerks.spawn(async move { services.payments.refund(&request).await });
        }
        let outcomes = clerks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 6);
        for outcome in outcomes {
            if let Err(refused) = outcome {
                assert_eq!(problem(refused), Problem::AmountTooLarge { left: euro(200) });
            }
        }
        let (payment, order) = (till.payment(payment.id).await, till.order().await);
        assert_eq!((payment.refunded_minor, order.refunded_minor), (1800, 1800));
        assert_eq!(payment.status, PaymentStatus::PartiallyRefunded);
        assert_eq!(order.payment_status, PaymentStatus::PartiallyRefunded);
        let rest = till.services.payments.refund(&back(&payment, None, "rest")).await.unwrap();
        assert_eq!((rest.payment.status, rest.payment.refunded_minor), (PaymentStatus::Refunded, 2000));
        assert_eq!(till.order().await.status, OrderStatus::Refunded);
        assert_eq!(till.stock().await, (10, 0), "everything went back, so what was not sent is on the shelf again");
        let nothing = till.services.payments.refund(&back(&payment, None, "more")).await.unwrap_err();
        assert_eq!(problem(nothing), Problem::NotRefundable);
    }

    async fn one_key_is_one_refund(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::Succeeds, "one").await.payment;
        let mut clicks = JoinSet::new();
        for _ in 0..10 {
            let (services, request) = (Arc::clone(&till.services), back(&payment, Some(euro(300)), "key"));
            clicks.spawn(async move { services.payments.refund(&request).await.unwrap() });
        }
        assert_eq!(clicks.join_all().await.len(), 10);
        assert_eq!(till.refunds().await.len(), 1);
        assert_eq!(till.payment(payment.id).await.refunded_minor, 300);
        let other = till.services.payments.refund(&back(&payment, Some(euro(301)), "key")).await.unwrap_err();
        assert_eq!(problem(other), Problem::IdempotencyKeyReused);
    }

    async fn pieces_of_a_line_are_paid_back_at_their_price_and_put_back(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::Succeeds, "one").await.payment;
        let line = shop.store.order_lines_of(&[till.order]).await.unwrap()[&till.order][0].id;
        let of_line = |line: OrderLineId, quantity, key: &str| {
            RefundRequest { lines: vec![(line, quantity)], ..back(&payment, None, key) }
        };
        let payments = &till.services.payments;
        let done = payments.refund(&of_line(line, 1, "first")).await.unwrap();
        assert_eq!(done.payment.refunded_minor, 1000);
        assert_eq!(till.stock().await, (9, 0));
        let lines = shop.store.order_lines_of(&[till.order]).await.unwrap();
        assert_eq!(lines[&till.order][0].refunded_quantity, 1);
        let too_many = payments.refund(&of_line(line, 2, "second")).await.unwrap_err();
        assert_eq!(problem(too_many), Problem::OutOfRange { min: 1, max: 1 });
        let none = payments.refund(&of_line(line, 0, "third")).await.unwrap_err();
        assert_eq!(problem(none), Problem::OutOfRange { min: 1, max: 1 });
        let foreign = payments.refund(&of_line(shop.id(), 1, "fourth")).await.unwrap_err();
        assert!(matches!(problem(foreign), Problem::NotFound { .. }));
        assert!(payments.refund(&of_line(line, 1, "fifth")).await.unwrap().refusal.is_none());
        assert_eq!(till.order().await.status, OrderStatus::Refunded);
        assert_eq!(till.stock().await, (10, 0));
    }

    async fn pieces_that_are_about_to_be_paid_back_are_not_sent(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::RefundPending, "one").await.payment;
        let line = shop.store.order_lines_of(&[till.order]).await.unwrap()[&till.order][0].id;
        let request = RefundRequest { lines: vec![(line, 1)], ..back(&payment, None, "one") };
        till.services.payments.refund(&request).await.unwrap();
        let orders = &till.services.orders;
        let both = ParcelDraft { lines: Some(vec![PieceCount { line, quantity: 2 }]), ..ParcelDraft::default() };
        let refused = orders.fulfil(&till.buyer, till.order, both).await.unwrap_err();
        assert_eq!(problem(refused), Problem::Value(InvalidValue::OutOfRange { what: "quantity", min: 1, max: 1 }));
        let sent = orders.fulfil(&till.buyer, till.order, ParcelDraft::default()).await.unwrap();
        assert_eq!(sent.status, OrderStatus::PartiallyShipped, "one is on its way, one waits for the gateway");
        let refund = till.refunds().await.remove(0);
        let told = Event::about_refund(&payment, Some(refund.id), EventKind::RefundSucceeded, refund.amount.minor());
        till.hear(&till.services.payments.sandbox().unwrap().sign(&told)).await;
        assert_eq!(till.order().await.status, OrderStatus::Shipped);
        assert_eq!(till.stock().await, (9, 0));
    }

    async fn a_refund_that_stays_open_is_settled_by_the_gateways_word(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::RefundPending, "one").await.payment;
        let done = till.services.payments.refund(&back(&payment, Some(euro(500)), "one")).await.unwrap();
        assert_eq!((done.payment.status, done.payment.refunded_minor), (PaymentStatus::Paid, 500), "reserved");
        assert_eq!(till.order().await.refunded_minor, 0, "not back yet");
        let other = till.services.payments.refund(&back(&payment, Some(euro(700)), "two")).await.unwrap();
        assert_eq!(other.payment.refunded_minor, 1200);
        let refunds = till.refunds().await;
        let sandbox = till.services.payments.sandbox().unwrap();
        let told = |index: usize, kind| {
            let refund = &refunds[index];
            sandbox.sign(&Event::about_refund(&payment, Some(refund.id), kind, refund.amount.minor()))
        };
        let of = |amount| refunds.iter().position(|refund| refund.amount.minor() == amount).unwrap();
        till.hear(&told(of(500), EventKind::RefundSucceeded)).await;
        till.hear(&told(of(700), EventKind::RefundFailed)).await;
        let (payment, order) = (till.payment(payment.id).await, till.order().await);
        assert_eq!((payment.refunded_minor, order.refunded_minor), (500, 500), "the failed one is free again");
        assert_eq!(payment.status, PaymentStatus::PartiallyRefunded);
    }

    async fn a_refund_the_gateway_refuses_fails_and_frees_its_amount(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::RefundRefused, "one").await.payment;
        let done = till.services.payments.refund(&back(&payment, None, "one")).await.unwrap();
        assert!(matches!(problem(done.refusal.unwrap()), Problem::PaymentDeclined { .. }));
        assert_eq!(till.payment(payment.id).await.refunded_minor, 0);
        assert_eq!(till.refunds().await[0].status, RefundStatus::Failed);
        assert_eq!(till.order().await.status, OrderStatus::Paid);
    }

    async fn a_refund_without_an_answer_is_asked_for_again(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::RefundTimeout, "one").await.payment;
        let silent = till.services.payments.refund(&back(&payment, Some(euro(500)), "one")).await.unwrap();
        assert_eq!(problem(silent.refusal.unwrap()), Problem::GatewayUnavailable);
        assert_eq!(till.refunds().await[0].status, RefundStatus::Pending);
        shop.pass(3 * MINUTE);
        assert_eq!(till.services.payments.reconcile().await.unwrap().refunds, 1);
        assert_eq!(till.refunds().await[0].status, RefundStatus::Succeeded);
        assert_eq!(till.order().await.refunded_minor, 500);
    }
}
