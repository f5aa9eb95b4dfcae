//! Promised money: taken or let go, never both.

use shelfwise::domain::money::Money;
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::{Payment, PaymentEventKind as Kind, PaymentStatus};
use shelfwise::payments::sandbox::Card;
use shelfwise::services::error::Problem;
use shelfwise::services::payments::CaptureRequest;

use super::{MINUTE, Till, problem};
use crate::support::build::euro;
use crate::support::on_both;

async fn promised(till: &Till<'_>) -> Payment {
    let mut request = till.request(Some(Card::Succeeds), "one");
    request.capture_now = false;
    let payment = till.services.payments.initialize(&till.buyer, request).await.unwrap().payment;
    assert_eq!(payment.status, PaymentStatus::Authorized);
    payment
}

fn take(payment: &Payment, amount: Option<Money>, key: &str) -> CaptureRequest {
    CaptureRequest { payment: payment.id, amount, idempotency_key: key.to_owned() }
}

on_both! {
    async fn promised_money_is_taken_once(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = promised(&till).await;
        assert_eq!(till.order().await.payment_status, PaymentStatus::Authorized);
        let payments = &till.services.payments;
        let too_much = payments.capture(&take(&payment, Some(euro(2001)), "take")).await.unwrap_err();
        assert_eq!(problem(too_much), Problem::AmountTooLarge { left: euro(2000) });
        let done = payments.capture(&take(&payment, None, "take")).await.unwrap();
        assert_eq!((done.payment.status, done.payment.captured_minor), (PaymentStatus::Paid, 2000));
        assert_eq!(payments.capture(&take(&payment, None, "take")).await.unwrap().payment, done.payment);
        let reused = payments.capture(&take(&payment, Some(euro(5)), "take")).await.unwrap_err();
        assert_eq!(problem(reused), Problem::IdempotencyKeyReused);
        let again = payments.capture(&take(&payment, None, "other")).await.unwrap_err();
        assert_eq!(problem(again), Problem::PaymentState { state: "PAID" });
        assert_eq!(till.order().await.status, OrderStatus::Paid);
        assert_eq!(till.history(payment.id).await, [Kind::Initialized, Kind::Authorized, Kind::Captured]);
    }

    async fn less_than_was_promised_may_be_taken(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = promised(&till).await;
        let done = till.services.payments.capture(&take(&payment, Some(euro(1500)), "take")).await.unwrap();
        assert_eq!((done.payment.status, done.payment.captured_minor), (PaymentStatus::PartiallyPaid, 1500));
        let order = till.order().await;
        assert_eq!((order.status, order.payment_status), (OrderStatus::Created, PaymentStatus::PartiallyPaid));
    }

    async fn promised_money_is_let_go(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = promised(&till).await;
        for _ in 0..2 {
            let done = till.services.payments.void(payment.id, "off").await.unwrap();
            assert_eq!(done.payment.status, PaymentStatus::Voided);
        }
        let late = till.services.payments.capture(&take(&payment, None, "take")).await.unwrap_err();
        assert_eq!(problem(late), Problem::PaymentState { state: "VOIDED" });
        assert_eq!(till.order().await.payment_status, PaymentStatus::Voided);
    }

    async fn promised_money_holds_the_goods_for_days_and_a_part_of_it_does_not(shop: &Shop) {
        let till = Till::open(shop).await;
        let day = 24 * 60 * MINUTE;
        let mut request = till.request(Some(Card::Succeeds), "part");
        (request.capture_now, request.amount) = (false, Some(euro(1)));
        let part = till.services.payments.initialize(&till.buyer, request).await.unwrap().payment;
        assert_eq!(till.order().await.expires_at, Some(shop.now() + 15 * MINUTE), "a cent holds nothing");
        let mut request = till.request(Some(Card::Succeeds), "rest");
        request.capture_now = false;
        let rest = till.services.payments.initialize(&till.buyer, request).await.unwrap().payment;
        shop.pass(5 * day);
        assert_eq!(till.services.orders.expire_overdue(10).await.unwrap(), 0);
        assert_eq!(till.stock().await, (10, 2));
        // Once part of it is let go the order has as long as any other.
        till.services.payments.void(rest.id, "off").await.unwrap();
        assert_eq!(till.order().await.expires_at, Some(shop.now() + 30 * MINUTE));
        shop.pass(31 * MINUTE);
        assert_eq!(till.services.orders.expire_overdue(10).await.unwrap(), 1);
        till.services.payments.reconcile().await.unwrap();
        assert_eq!((till.payment(part.id).await.status, till.stock().await), (PaymentStatus::Voided, (10, 0)));
    }

    async fn nothing_is_taken_for_an_order_that_was_called_off(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = promised(&till).await;
        till.services.orders.cancel(&till.buyer, till.order, None, None).await.unwrap();
        let refused = till.services.payments.capture(&take(&payment, None, "take")).await.unwrap_err();
        assert!(matches!(problem(refused), Problem::IllegalTransition { from: "CANCELLED", to: "PAID", .. }));
        till.services.payments.reconcile().await.unwrap();
        assert_eq!(till.payment(payment.id).await.status, PaymentStatus::Voided);
        assert_eq!(till.order().await.paid_minor, 0);
    }

    async fn of_taking_and_letting_go_at_once_one_wins(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = promised(&till).await;
        let payments = &till.services.payments;
        let request = take(&payment, None, "take");
        let (taken, off) = tokio::join!(payments.capture(&request), payments.void(payment.id, "off"));
        let won = |outcome: &Result<shelfwise::services::payments::Done, _>| {
            outcome.as_ref().is_ok_and(|done| done.refusal.is_none())
        };
        assert_ne!(won(&taken), won(&off), "{taken:?} {off:?}");
        let (payment, order) = (till.payment(payment.id).await, till.order().await);
        if won(&taken) {
            assert_eq!((payment.status, order.status), (PaymentStatus::Paid, OrderStatus::Paid));
        } else {
            assert_eq!((payment.status, order.status), (PaymentStatus::Voided, OrderStatus::Created));
            assert_eq!(order.paid_minor, 0);
        }
    }
}
