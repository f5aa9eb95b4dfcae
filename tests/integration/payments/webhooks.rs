//! Webhooks: believed once, in any order, and not forgotten.

use std::sync::Arc;

use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::{PaymentEventKind as Kind, PaymentStatus};
use shelfwise::payments::sandbox::{Event, EventKind};
use shelfwise::payments::{Delivery, Gateway as _, WebhookRejected};
use shelfwise::services::payments::Received;
use shelfwise::storage::payments::GatewayNotice;
use tokio::task::JoinSet;

use super::{MINUTE, Till};
use crate::support::on_both;

on_both! {
    async fn the_same_news_twenty_times_at_once_is_settled_once(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let event = Arc::new(till.services.payments.sandbox().unwrap().decide(&payment, true));
        let mut senders = JoinSet::new();
        for _ in 0..20 {
            let (services, event) = (Arc::clone(&till.services), Arc::clone(&event));
            senders.spawn(async move {
                matches!(services.payments.receive("sandbox", &event.delivery()).await, Ok(Received::Taken(_)))
            });
        }
        assert!(senders.join_all().await.into_iter().all(|taken| taken), "each sender is told that it was heard");
        let order = till.order().await;
        assert_eq!((order.status, order.paid_minor), (OrderStatus::Paid, 2000));
        assert_eq!(till.history(payment.id).await, [Kind::Initialized, Kind::ActionRequired, Kind::Captured]);
        assert_eq!(till.stock().await, (8, 0));
        assert!(shop.store.open_notices(10).await.unwrap().is_empty());
    }

    async fn news_and_enquiry_at_once_take_the_money_once(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let event = till.services.payments.sandbox().unwrap().decide(&payment, true);
        let payments = &till.services.payments;
        let (verified, ()) = tokio::join!(payments.verify(&till.buyer, payment.id), till.hear(&event));
        verified.unwrap();
        assert_eq!(till.order().await.paid_minor, 2000);
        assert_eq!(till.history(payment.id).await, [Kind::Initialized, Kind::ActionRequired, Kind::Captured]);
    }

    async fn any_order_of_the_news_ends_the_same(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let sandbox = till.services.payments.sandbox().unwrap();
        // The refund was made in the gateway's console; its news overtakes that of the capture.
        till.hear(&sandbox.sign(&Event::about_refund(&payment, None, EventKind::RefundSucceeded, 500))).await;
        let early = till.payment(payment.id).await;
        assert_eq!((early.captured_minor, early.refunded_minor), (500, 500), "what went back was taken before");
        till.hear(&sandbox.sign(&Event::about(&payment, EventKind::Failed))).await;
        till.hear(&sandbox.sign(&Event::about(&payment, EventKind::Captured))).await;
        till.hear(&sandbox.sign(&Event::about(&payment, EventKind::Authorized))).await;
        till.hear(&sandbox.sign(&Event::about(&payment, EventKind::Voided))).await;
        let payment = till.payment(payment.id).await;
        assert_eq!(payment.status, PaymentStatus::PartiallyRefunded);
        assert_eq!((payment.captured_minor, payment.refunded_minor), (2000, 500));
        let order = till.order().await;
        assert_eq!((order.paid_minor, order.refunded_minor), (2000, 500));
        let refunds = till.refunds().await;
        assert_eq!((refunds.len(), refunds[0].amount.minor()), (1, 500));
    }

    async fn a_chargeback_is_counted_as_money_gone(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let sandbox = till.services.payments.sandbox().unwrap();
        till.hear(&sandbox.decide(&payment, true)).await;
        let event = sandbox.sign(&Event::about_refund(&payment, None, EventKind::Chargeback, 2000));
        till.hear(&event).await;
        till.hear(&event).await;
        let payment = till.payment(payment.id).await;
        assert_eq!((payment.status, payment.refunded_minor), (PaymentStatus::Refunded, 2000));
        assert_eq!(till.history(payment.id).await.last(), Some(&Kind::Chargeback));
        assert_eq!(till.order().await.status, OrderStatus::Refunded);
        assert_eq!(till.stock().await, (8, 0), "the goods are not back");
    }

    async fn what_is_not_signed_by_the_gateway_changes_nothing(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let payments = &till.services.payments;
        let genuine = payments.sandbox().unwrap().sign(&Event::about(&payment, EventKind::Captured));
        let unsigned = Delivery { headers: &[], body: &genuine.body };
        let rejected = Received::Rejected(WebhookRejected::BadSignature);
        assert_eq!(payments.receive("sandbox", &unsigned).await.unwrap(), rejected);
        assert_eq!(payments.receive("bank", &genuine.delivery()).await.unwrap(), Received::NoSuchGateway);
        shop.pass(6 * MINUTE);
        let stale = Received::Rejected(WebhookRejected::Stale);
        assert_eq!(payments.receive("sandbox", &genuine.delivery()).await.unwrap(), stale);
        assert_eq!(till.payment(payment.id).await.status, PaymentStatus::Pending);
        assert!(shop.store.open_notices(10).await.unwrap().is_empty());
    }

    async fn a_notice_that_was_kept_before_a_crash_is_settled_after_it(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        let sandbox = till.services.payments.sandbox().unwrap();
        let event = sandbox.sign(&Event::about(&payment, EventKind::Captured));
        let verified = sandbox.parse_webhook(&event.delivery()).unwrap();
        let mut work = shop.begin().await;
        let kept = |event_id: &str, payload: &str| GatewayNotice {
            gateway: "sandbox".into(), event_id: event_id.into(), payload: payload.into(), received_at: shop.now(),
        };
        assert!(work.insert_notice(&kept(&verified.event_id, &verified.payload)).await.unwrap());
        assert!(work.insert_notice(&kept("poison", "{}")).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(till.services.payments.reconcile().await.unwrap().notices, 2);
        assert_eq!(till.payment(payment.id).await.status, PaymentStatus::Paid);
        assert!(shop.store.open_notices(10).await.unwrap().is_empty(), "what cannot be read does not stay in the way");
    }
}
