//! Beginning payments: cards, keys, repeats, silence.

use std::sync::Arc;

use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::{PaymentEventKind as Kind, PaymentStatus};
use shelfwise::payments::sandbox::Card;
use shelfwise::services::error::Problem;
use shelfwise::services::payments::Initialization;
use tokio::task::JoinSet;

use super::{MINUTE, Till, problem};
use crate::support::build::euro;
use crate::support::on_both;

on_both! {
    async fn a_payment_that_succeeds_pays_the_order_and_takes_its_goods(shop: &Shop) {
        let till = Till::open(shop).await;
        let done = till.pay(Card::Succeeds, "one").await;
        assert!(done.refusal.is_none());
        assert_eq!((done.payment.status, done.payment.captured_minor), (PaymentStatus::Paid, 2000));
        let order = till.order().await;
        assert_eq!((order.status, order.payment_status), (OrderStatus::Paid, PaymentStatus::Paid));
        assert_eq!((order.paid_minor, order.expires_at), (2000, None));
        assert_eq!(till.stock().await, (8, 0));
        assert_eq!(till.history(done.payment.id).await, [Kind::Initialized, Kind::Captured]);
        let again = till.services.payments.initialize(&till.buyer, till.request(Some(Card::Succeeds), "two")).await;
        assert!(matches!(problem(again.unwrap_err()), Problem::IllegalTransition { .. }), "nothing is due any more");
    }

    async fn one_key_is_one_payment_and_other_input_is_refused(shop: &Shop) {
        let till = Till::open(shop).await;
        let first = till.pay(Card::Succeeds, "one").await.payment;
        assert_eq!(till.pay(Card::Succeeds, "one").await.payment, first);
        let other = till.request(Some(Card::Timeout), "one");
        let refused = till.services.payments.initialize(&till.buyer, other).await.unwrap_err();
        assert_eq!(problem(refused), Problem::IdempotencyKeyReused);
    }

    async fn twenty_tabs_with_one_key_make_one_payment(shop: &Shop) {
        let till = Till::open(shop).await;
        let mut tabs = JoinSet::new();
        for _ in 0..20 {
            let (services, buyer) = (Arc::clone(&till.services), till.buyer.clone());
            let request = till.request(Some(Card::Succeeds), "one");
            tabs.spawn(async move { services.payments.initialize(&buyer, request).await.unwrap().payment.id });
        }
        let mut ids = tabs.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(till.order().await.paid_minor, 2000);
        assert_eq!(till.history(ids[0]).await, [Kind::Initialized, Kind::Captured]);
    }

    async fn twenty_clicks_end_on_one_page_that_is_still_open(shop: &Shop) {
        let till = Till::open(shop).await;
        let mut clicks = JoinSet::new();
        for _ in 0..20 {
            let (services, buyer, request) = (Arc::clone(&till.services), till.buyer.clone(), till.request(None, "one"));
            clicks.spawn(async move { services.payments.initialize(&buyer, request).await.unwrap().payment.id });
        }
        let mut ids = clicks.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let payment = till.payment(ids[0]).await;
        assert_eq!(payment.status, PaymentStatus::Pending, "no click called off what another one had begun");
        assert!(payment.next_action.is_some());
        assert_eq!(till.history(ids[0]).await, [Kind::Initialized, Kind::ActionRequired]);
    }

    async fn twenty_tabs_with_keys_of_their_own_take_the_money_once(shop: &Shop) {
        let till = Till::open(shop).await;
        let mut tabs = JoinSet::new();
        for number in 0..20 {
            let (services, buyer) = (Arc::clone(&till.services), till.buyer.clone());
            let request = till.request(Some(Card::Succeeds), &format!("key-{number}"));
            tabs.spawn(async move { services.payments.initialize(&buyer, request).await.is_ok() });
        }
        let begun = tabs.join_all().await.into_iter().filter(|ok| *ok).count();
        assert!(begun >= 1);
        for _ in 0..3 {
            till.services.payments.reconcile().await.unwrap();
        }
        let order = till.order().await;
        assert_eq!((order.status, order.paid_minor - order.refunded_minor), (OrderStatus::Paid, 2000));
        assert_eq!(till.stock().await, (8, 0));
    }

    async fn a_declined_card_is_told_with_its_code_and_another_one_may_follow(shop: &Shop) {
        let till = Till::open(shop).await;
        for _ in 0..2 {
            let done = till.pay(Card::InsufficientFunds, "one").await;
            assert_eq!(done.payment.status, PaymentStatus::Failed);
            let expected = Problem::PaymentDeclined {
                gateway: "sandbox".into(), gateway_code: Some("insufficient_funds".into()), retryable: true,
            };
            assert_eq!(problem(done.refusal.unwrap()), expected, "a repeat is told the same");
        }
        assert_eq!(till.order().await.payment_status, PaymentStatus::Failed);
        assert_eq!(till.pay(Card::Succeeds, "two").await.payment.status, PaymentStatus::Paid);
        assert_eq!(till.order().await.status, OrderStatus::Paid);
    }

    async fn silence_leaves_a_payment_pending_until_the_gateway_is_asked_again(shop: &Shop) {
        let till = Till::open(shop).await;
        let done = till.pay(Card::Timeout, "one").await;
        assert_eq!(done.payment.status, PaymentStatus::Pending);
        assert_eq!(problem(done.refusal.unwrap()), Problem::GatewayUnavailable);
        let asked = till.services.payments.verify(&till.buyer, done.payment.id).await.unwrap();
        assert_eq!(asked.payment.status, PaymentStatus::Paid);
        assert_eq!(till.order().await.status, OrderStatus::Paid);
    }

    async fn what_nobody_asks_about_the_reconciliation_does(shop: &Shop) {
        let till = Till::open(shop).await;
        let silent = till.pay(Card::Timeout, "one").await.payment;
        assert_eq!(till.services.payments.reconcile().await.unwrap().payments, 0, "too early");
        shop.pass(3 * MINUTE);
        assert_eq!(till.services.payments.reconcile().await.unwrap().payments, 1);
        assert_eq!(till.payment(silent.id).await.status, PaymentStatus::Paid);
        assert_eq!(till.services.payments.reconcile().await.unwrap().payments, 0);
    }

    async fn a_payment_begun_anew_calls_the_open_one_off(shop: &Shop) {
        let till = Till::open(shop).await;
        let open = till.redirected("one").await;
        assert_eq!(till.order().await.payment_status, PaymentStatus::Pending);
        assert_eq!(till.pay(Card::Succeeds, "two").await.payment.status, PaymentStatus::Paid);
        assert_eq!(till.payment(open.id).await.status, PaymentStatus::Voided);
        assert_eq!(till.order().await.paid_minor, 2000);
    }

    async fn bad_input_is_refused_by_the_field_it_is_in(shop: &Shop) {
        let till = Till::open(shop).await;
        let with = |change: fn(&mut Initialization)| {
            let mut request = till.request(Some(Card::Succeeds), "one");
            change(&mut request);
            request
        };
        let cases = [
            ("gateway", with(|request| request.gateway = "bank".into())),
            ("amount", with(|request| request.amount = Some(euro(0)))),
            ("amount", with(|request| request.amount = Some(euro(-5)))),
            ("amount", with(|request| request.amount = Some(euro(2001)))),
            ("amount", with(|request| request.amount = Some(euro(i64::MAX)))),
            ("amount", with(|request| request.amount = Some(Money::new(5, Currency::USD)))),
            ("returnUrl", with(|request| request.return_url = Some("https://evil.example/".into()))),
            ("returnUrl", with(|request| request.return_url = Some("javascript:alert(1)".into()))),
            ("returnUrl", with(|request| request.return_url = Some("x".repeat(1 << 20)))),
            ("paymentMethod", with(|request| request.method = Some("x".repeat(1 << 20)))),
            ("paymentMethod", with(|request| request.method = Some("a\0b".into()))),
            ("idempotencyKey", with(|request| request.idempotency_key = String::new())),
            ("idempotencyKey", with(|request| request.idempotency_key = "\u{202e}k".into())),
            ("orderId", with(|request| request.order = uuid::Uuid::from_u128(5).into())),
        ];
        for (field, request) in cases {
            let refused = till.services.payments.initialize(&till.buyer, request).await.unwrap_err();
            let shelfwise::services::error::ServiceError::Refused(mistakes) = refused else { panic!("{refused:?}") };
            assert_eq!(mistakes[0].path.first().map(String::as_str), Some(field), "{mistakes:?}");
        }
        let own = with(|request| request.return_url = Some("http://127.0.0.1:8080/orders?x=1".into()));
        assert!(till.services.payments.initialize(&till.buyer, own).await.is_ok());
    }

    async fn nobody_pays_or_sees_the_payments_of_others(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let stranger = crate::payments::signed_in(shop, &shop.join("eve").await);
        let request = till.request(Some(Card::Succeeds), "two");
        let refused = till.services.payments.initialize(&stranger, request).await.unwrap_err();
        assert!(matches!(problem(refused), Problem::NotFound { what: "order" }));
        let refused = till.services.payments.verify(&stranger, payment.id).await.unwrap_err();
        assert!(matches!(problem(refused), Problem::NotFound { what: "payment" }));
    }
}
