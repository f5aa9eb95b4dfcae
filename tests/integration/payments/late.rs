//! Money that comes when the order no longer waits for it.

use shelfwise::domain::cart::{Voucher, VoucherKind};
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::PaymentStatus;
use shelfwise::payments::sandbox::{Card, Event, EventKind};

use super::{MINUTE, Till};
use crate::support::on_both;
use crate::support::shop::Shop;

/// A voucher for one use, which the order was priced with.
async fn voucher_used_by(till: &Till<'_>, shop: &Shop) -> Voucher {
    let voucher = Voucher {
        id: shop.id(),
        code: "ONCE".to_owned(),
        description: String::new(),
        kind: VoucherKind::Percentage(100_000),
        currency: None,
        min_subtotal_minor: None,
        starts_at: None,
        // Over before the money comes: it was good when the order was placed, and that counts.
        ends_at: Some(shop.now() + MINUTE),
        usage_limit: Some(1),
        per_user_limit: None,
        used_count: 0,
        active: true,
        created_at: shop.now(),
    };
    let mut work = shop.begin().await;
    work.insert_voucher(&voucher).await.unwrap();
    work.redeem_voucher(voucher.id, till.order, till.buyer.user(), shop.now()).await.unwrap();
    work.save().await.unwrap();
    voucher
}

/// All but one piece of what the order is about.
async fn goods_go(till: &Till<'_>, shop: &Shop) {
    let lines = shop.store.order_lines_of(&[till.order]).await.unwrap().remove(&till.order).unwrap();
    let mut work = shop.begin().await;
    work.adjust_stock(lines[0].variant_id, -9, shop.now()).await.unwrap();
    work.save().await.unwrap();
}

async fn times_used(shop: &Shop) -> u32 {
    shop.store.voucher_by_code("ONCE").await.unwrap().unwrap().used_count
}

on_both! {
    async fn an_expired_order_that_is_paid_late_uses_its_voucher_again(shop: &Shop) {
        let till = Till::open(shop).await;
        voucher_used_by(&till, shop).await;
        let payment = till.redirected("one").await;
        shop.pass(20 * MINUTE);
        till.services.orders.expire_overdue(10).await.unwrap();
        assert_eq!(times_used(shop).await, 0, "others may use it while nobody has paid");
        let approved = till.services.payments.sandbox().unwrap().decide(&payment, true);
        for _ in 0..2 {
            till.services.payments.receive("sandbox", &approved.delivery()).await.unwrap();
        }
        assert_eq!((till.order().await.status, till.stock().await), (OrderStatus::Paid, (8, 0)));
        assert_eq!(times_used(shop).await, 1);
    }

    async fn an_expired_order_whose_voucher_others_used_up_gets_the_money_back(shop: &Shop) {
        let till = Till::open(shop).await;
        let voucher = voucher_used_by(&till, shop).await;
        let payment = till.redirected("one").await;
        let other = shop.order("SW-2", None, &[]);
        shop.pass(20 * MINUTE);
        till.services.orders.expire_overdue(10).await.unwrap();
        let mut work = shop.begin().await;
        work.update_voucher(&Voucher { ends_at: None, ..voucher.clone() }).await.unwrap();
        work.insert_order(&other).await.unwrap();
        work.redeem_voucher(voucher.id, other.order.id, None, shop.now()).await.unwrap();
        work.save().await.unwrap();
        till.hear(&till.services.payments.sandbox().unwrap().decide(&payment, true)).await;
        let events = shop.store.order_events_of(&[till.order]).await.unwrap().remove(&till.order).unwrap();
        let told = |text: &str| events.iter().any(|event| event.message.as_deref().is_some_and(|m| m.contains(text)));
        assert!(told("its voucher is used up: the money goes back"), "{events:?}");
        till.services.payments.reconcile().await.unwrap();
        let order = till.order().await;
        assert_eq!((order.status, order.paid_minor, order.refunded_minor), (OrderStatus::Expired, 2000, 2000));
        assert_eq!((till.stock().await, times_used(shop).await), ((10, 0), 1));
    }

    async fn a_voucher_stays_given_back_when_the_goods_are_gone(shop: &Shop) {
        let till = Till::open(shop).await;
        voucher_used_by(&till, shop).await;
        let payment = till.redirected("one").await;
        shop.pass(20 * MINUTE);
        till.services.orders.expire_overdue(10).await.unwrap();
        goods_go(&till, shop).await;
        till.hear(&till.services.payments.sandbox().unwrap().decide(&payment, true)).await;
        till.services.payments.reconcile().await.unwrap();
        assert_eq!((till.order().await.refunded_minor, times_used(shop).await), (2000, 0));
    }

    async fn an_expired_order_gets_its_goods_if_they_are_still_there(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        shop.pass(20 * MINUTE);
        assert_eq!(till.services.orders.expire_overdue(10).await.unwrap(), 1);
        assert_eq!(till.stock().await, (10, 0));
        // The buyer approved before the shop called the payment off.
        till.hear(&till.services.payments.sandbox().unwrap().decide(&payment, true)).await;
        assert_eq!(till.order().await.status, OrderStatus::Paid);
        assert_eq!(till.stock().await, (8, 0));
        till.services.payments.reconcile().await.unwrap();
        assert_eq!(till.order().await.refunded_minor, 0);
    }

    async fn an_expired_order_whose_goods_are_gone_gets_the_money_back(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        shop.pass(20 * MINUTE);
        till.services.orders.expire_overdue(10).await.unwrap();
        goods_go(&till, shop).await;
        till.hear(&till.services.payments.sandbox().unwrap().decide(&payment, true)).await;
        assert_eq!(till.order().await.status, OrderStatus::Expired);
        for _ in 0..2 {
            till.services.payments.reconcile().await.unwrap();
        }
        let (payment, order) = (till.payment(payment.id).await, till.order().await);
        assert_eq!((payment.status, payment.refunded_minor), (PaymentStatus::Refunded, 2000));
        assert_eq!((order.paid_minor, order.refunded_minor), (2000, 2000));
        assert_eq!(till.refunds().await.len(), 1);
        assert_eq!(till.stock().await, (1, 0));
    }

    async fn a_payment_still_open_when_its_order_ends_is_called_off(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.redirected("one").await;
        shop.pass(20 * MINUTE);
        till.services.orders.expire_overdue(10).await.unwrap();
        assert_eq!(till.services.payments.reconcile().await.unwrap().orders, 1);
        assert_eq!(till.payment(payment.id).await.status, PaymentStatus::Voided);
    }

    async fn an_order_called_off_after_it_was_paid_gets_the_money_back(shop: &Shop) {
        let till = Till::open(shop).await;
        let payment = till.pay(Card::Succeeds, "one").await.payment;
        till.services.orders.cancel(&till.buyer, till.order, Some("changed my mind"), None).await.unwrap();
        till.services.payments.reconcile().await.unwrap();
        assert_eq!(till.payment(payment.id).await.status, PaymentStatus::Refunded);
        let order = till.order().await;
        assert_eq!((order.status, order.refunded_minor), (OrderStatus::Refunded, 2000));
        assert_eq!(till.stock().await, (10, 0), "put back once");
    }

    async fn what_was_paid_twice_goes_back_once(shop: &Shop) {
        let till = Till::open(shop).await;
        let first = till.redirected("one").await;
        let second = till.pay(Card::Succeeds, "two").await.payment;
        // The first was called off, but the gateway took it all the same.
        let sandbox = till.services.payments.sandbox().unwrap();
        till.hear(&sandbox.sign(&Event::about(&first, EventKind::Captured))).await;
        assert_eq!(till.order().await.paid_minor, 4000);
        for _ in 0..3 {
            till.services.payments.reconcile().await.unwrap();
        }
        let order = till.order().await;
        assert_eq!((order.status, order.paid_minor, order.refunded_minor), (OrderStatus::Paid, 4000, 2000));
        assert_eq!(order.payment_status, PaymentStatus::Paid);
        let held = till.payment(first.id).await.refundable().minor() + till.payment(second.id).await.refundable().minor();
        assert_eq!((held, till.refunds().await.len()), (2000, 1));
        assert_eq!(till.stock().await, (8, 0));
    }
}
