//! Carts, vouchers, promised stock, payments, parcels, messages.

use std::sync::Arc;
use std::time::Duration;

use shelfwise::domain::cart::{Cart, CartLine, CartStatus, Voucher, VoucherKind};
use shelfwise::domain::fulfillment::{Fulfillment, FulfillmentStatus, TrackingEvent};
use shelfwise::domain::ids::{OrderId, UserId};
use shelfwise::domain::money::Currency;
use shelfwise::domain::notification::{Notification, NotificationKind, OutboxMessage};
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::payment::{
    Payment, PaymentEvent, PaymentEventKind, PaymentNextAction, PaymentStatus, PaymentTerms, Refund,
    RefundStatus,
};
use shelfwise::storage::carts::Redemption;
use shelfwise::storage::checkout::{KeyClaim, Shortage, StockMovement};
use shelfwise::storage::payments::GatewayNotice;
use shelfwise::storage::{PageRequest, StorageError};
use tokio::task::JoinSet;

use crate::support::build::euro;
use crate::support::on_both;
use crate::support::shop::Shop;

const MINUTE: Duration = Duration::from_secs(60);

fn cart(shop: &Shop, user_id: Option<UserId>) -> Cart {
    Cart {
        id: shop.id(),
        token_hash: Some(shop.id::<uuid::Uuid>().to_string()),
        user_id,
        status: CartStatus::Active,
        currency: Currency::EUR,
        email: None,
        shipping_address: None,
        billing_address: None,
        shipping_option_id: None,
        order_id: None,
        created_at: shop.now(),
        updated_at: shop.now(),
        expires_at: Some(shop.now() + MINUTE),
        version: 1,
    }
}

fn voucher(shop: &Shop, code: &str, kind: VoucherKind) -> Voucher {
    Voucher {
        id: shop.id(),
        code: code.to_owned(),
        description: "tea time".into(),
        kind,
        currency: None,
        min_subtotal_minor: Some(100),
        starts_at: None,
        ends_at: None,
        usage_limit: Some(3),
        per_user_limit: Some(1),
        used_count: 0,
        active: true,
        created_at: shop.now(),
    }
}

/// Orders without lines, to hang things on.
async fn place(shop: &Shop, count: usize) -> Vec<OrderId> {
    let mut work = shop.begin().await;
    let mut ids = Vec::new();
    for number in 0..count {
        let mut record = shop.order(&format!("N-{number}"), None, &[]);
        record.order.status = OrderStatus::Created;
        record.order.expires_at = Some(shop.now() + MINUTE);
        work.insert_order(&record).await.unwrap();
        ids.push(record.order.id);
    }
    work.save().await.unwrap();
    ids
}

fn payment(shop: &Shop, order_id: OrderId, key: &str) -> Payment {
    Payment {
        id: shop.id(),
        order_id,
        gateway: "sandbox".into(),
        status: PaymentStatus::Pending,
        currency: Currency::EUR,
        amount_minor: 1000,
        captured_minor: 0,
        refunded_minor: 0,
        gateway_reference: None,
        terms: PaymentTerms {
            capture_now: false,
            return_url: Some("https://shop/back".into()),
            method: None,
        },
        next_action: Some(PaymentNextAction::Redirect {
            url: "https://pay".into(),
            expires_at: Some(shop.now()),
        }),
        idempotency_key: key.to_owned(),
        created_at: shop.now(),
        updated_at: shop.now(),
        version: 1,
    }
}

on_both! {
    async fn a_cart_has_one_line_a_variant_and_rises_in_version(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = shop.join("ann").await;
        let mine = cart(shop, Some(ann.id));
        let line = |quantity| CartLine {
            id: shop.id(),
            variant_id: mug.variants[0].id,
            quantity,
            price_when_added_minor: 1000,
            recommendation_id: None,
            added_at: shop.now(),
        };
        let mut work = shop.begin().await;
        work.insert_cart(&mine).await.unwrap();
        let first = line(1);
        work.save_cart_lines(mine.id, std::slice::from_ref(&first)).await.unwrap();
        work.save_cart_lines(mine.id, &[line(5)]).await.unwrap();
        let updated = work.update_cart(&mine).await.unwrap();
        let stale = work.update_cart(&mine).await.unwrap_err();
        assert!(matches!(stale, StorageError::VersionConflict { current: 2 }), "{stale:?}");
        let (locked, lines) = work.cart_for_update(mine.id).await.unwrap().unwrap();
        assert_eq!((locked.version, lines.len(), lines[0].id, lines[0].quantity), (2, 1, first.id, 5));
        work.save().await.unwrap();
        assert_eq!(shop.store.active_cart_of(ann.id).await.unwrap(), Some(updated.clone()));
        let token = mine.token_hash.as_deref().unwrap();
        assert_eq!(shop.store.cart_by_token(token).await.unwrap(), Some(updated.clone()));
        assert_eq!(shop.store.carts(&[mine.id]).await.unwrap()[&mine.id], updated);

        let mut work = shop.begin().await;
        let second = work.insert_cart(&cart(shop, Some(ann.id))).await.unwrap_err();
        assert!(matches!(second, StorageError::Conflict { what: "active cart" }), "{second:?}");
        drop(work);
        let mut work = shop.begin().await;
        work.remove_cart_lines(mine.id, &[first.id]).await.unwrap();
        work.save().await.unwrap();
        assert!(shop.store.cart_lines_of(&[mine.id]).await.unwrap().is_empty());
    }

    async fn forgotten_carts_are_removed_with_all_they_hold(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let guest = cart(shop, None);
        let tea = voucher(shop, "TEA", VoucherKind::FreeShipping);
        let mut work = shop.begin().await;
        work.insert_cart(&guest).await.unwrap();
        work.insert_voucher(&tea).await.unwrap();
        assert!(work.add_cart_voucher(guest.id, tea.id, shop.now()).await.unwrap());
        assert!(!work.add_cart_voucher(guest.id, tea.id, shop.now()).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(shop.store.cart_vouchers_of(&[guest.id]).await.unwrap()[&guest.id], std::slice::from_ref(&tea));
        let mut work = shop.begin().await;
        assert_eq!(work.remove_expired_carts(shop.now(), 10).await.unwrap(), 0);
        assert_eq!(work.remove_expired_carts(shop.now() + MINUTE, 10).await.unwrap(), 1);
        assert!(!work.remove_cart_voucher(guest.id, tea.id).await.unwrap());
        work.save().await.unwrap();
        assert!(shop.store.carts(&[guest.id]).await.unwrap().is_empty());
    }

    async fn a_voucher_comes_back_as_written_and_keeps_its_limits(shop: &Shop) {
        let orders = place(shop, 5).await;
        let (ann, bob) = (shop.id::<UserId>(), shop.id::<UserId>());
        let tea = voucher(shop, "TEA", VoucherKind::Percentage(100_000));
        let mut fixed = voucher(shop, "FIVE", VoucherKind::Fixed(500));
        fixed.currency = Some(Currency::EUR);
        let mut work = shop.begin().await;
        work.insert_voucher(&tea).await.unwrap();
        work.insert_voucher(&fixed).await.unwrap();
        let now = shop.now();
        assert_eq!(work.redeem_voucher(tea.id, orders[0], Some(ann), now).await.unwrap(), Redemption::Redeemed);
        assert_eq!(work.redeem_voucher(tea.id, orders[0], Some(ann), now).await.unwrap(), Redemption::Redeemed);
        assert_eq!(work.redeem_voucher(tea.id, orders[1], Some(ann), now).await.unwrap(), Redemption::Refused);
        assert_eq!(work.redeem_voucher(tea.id, orders[2], Some(bob), now).await.unwrap(), Redemption::Redeemed);
        assert_eq!(work.redeem_voucher(tea.id, orders[3], None, now).await.unwrap(), Redemption::Redeemed);
        assert_eq!(work.redeem_voucher(tea.id, orders[4], None, now).await.unwrap(), Redemption::Refused);
        work.return_vouchers(orders[2], now).await.unwrap();
        work.return_vouchers(orders[2], now).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.voucher_by_code("TEA").await.unwrap(), Some(Voucher { used_count: 2, ..tea }));
        assert_eq!(shop.store.voucher_by_code("FIVE").await.unwrap(), Some(fixed));
        assert_eq!(shop.store.voucher_by_code("tea").await.unwrap(), None);
    }

    async fn a_use_that_was_given_back_is_counted_again_while_there_is_one_left(shop: &Shop) {
        let orders = place(shop, 3).await;
        let (ann, now) = (shop.id::<UserId>(), shop.now());
        let all = Voucher { usage_limit: Some(1), per_user_limit: None, ..voucher(shop, "ONE", VoucherKind::FreeShipping) };
        let each = Voucher { usage_limit: None, per_user_limit: Some(1), ..voucher(shop, "EACH", VoucherKind::FreeShipping) };
        let mut work = shop.begin().await;
        for voucher in [&all, &each] {
            work.insert_voucher(voucher).await.unwrap();
            assert_eq!(work.redeem_voucher(voucher.id, orders[0], Some(ann), now).await.unwrap(), Redemption::Redeemed);
        }
        assert_eq!(work.redeem_again(orders[0]).await.unwrap(), Redemption::Redeemed, "nothing was given back");
        work.return_vouchers(orders[0], now).await.unwrap();
        for _ in 0..2 {
            assert_eq!(work.redeem_again(orders[0]).await.unwrap(), Redemption::Redeemed);
        }
        work.return_vouchers(orders[0], now).await.unwrap();
        // Somebody else has the last use of one: then neither is counted.
        assert_eq!(work.redeem_voucher(all.id, orders[1], None, now).await.unwrap(), Redemption::Redeemed);
        assert_eq!(work.redeem_again(orders[0]).await.unwrap(), Redemption::Refused);
        work.return_vouchers(orders[1], now).await.unwrap();
        assert_eq!(work.redeem_voucher(each.id, orders[2], Some(ann), now).await.unwrap(), Redemption::Redeemed);
        assert_eq!(work.redeem_again(orders[0]).await.unwrap(), Redemption::Refused);
        work.save().await.unwrap();
        let used = async |code| shop.store.voucher_by_code(code).await.unwrap().unwrap().used_count;
        assert_eq!((used("ONE").await, used("EACH").await), (0, 1));
        assert_eq!(shop.store.voucher_uses_of(ann, &[all.id, each.id]).await.unwrap().len(), 1);
    }

    async fn stock_is_promised_all_or_none_and_let_go_once(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let orders = place(shop, 3).await;
        let (mugs, cups, now) = (mug.variants[0].id, cup.variants[0].id, shop.now());
        let mut work = shop.begin().await;
        assert!(work.reserve_stock(orders[0], &[(mugs, 2), (cups, 1), (mugs, 2)], now).await.unwrap().is_empty());
        let short = work.reserve_stock(orders[1], &[(cups, 1), (mugs, 7)], now).await.unwrap();
        assert_eq!(short, [Shortage { variant: mugs, requested: 7, available: 6 }]);
        assert!(!work.release_stock(orders[1], now).await.unwrap(), "nothing of it was promised");
        assert!(work.reserve_stock(orders[2], &[(mugs, 6)], now).await.unwrap().is_empty());
        assert!(work.take_reserved_stock(orders[0], now).await.unwrap());
        assert!(!work.take_reserved_stock(orders[0], now).await.unwrap());
        assert!(work.release_stock(orders[2], now).await.unwrap());
        work.restock(&[(cups, 1)], now).await.unwrap();
        let movement = StockMovement {
            id: shop.id(), variant_id: mugs, delta: -4, reason: "SALE".into(),
            order_id: Some(orders[0]), actor_id: None, created_at: now,
        };
        work.record_stock_movements(std::slice::from_ref(&movement)).await.unwrap();
        work.save().await.unwrap();
        let stock = shop.store.variants(&[mugs, cups]).await.unwrap();
        assert_eq!((stock[&mugs].stock.on_hand, stock[&mugs].stock.reserved), (6, 0));
        assert_eq!((stock[&cups].stock.on_hand, stock[&cups].stock.reserved), (10, 0));
        assert_eq!(shop.store.stock_movements(mugs, 10).await.unwrap(), [movement]);
        assert!(shop.store.overdue_orders(now, 10).await.unwrap().is_empty());
        assert_eq!(shop.store.overdue_orders(now + MINUTE, 2).await.unwrap().len(), 2);
    }

    async fn a_hundred_checkouts_for_ten_pieces_promise_exactly_ten(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let now = shop.now();
        let (mugs, cups) = (mug.variants[0].id, cup.variants[0].id);
        let mut buyers = JoinSet::new();
        for (number, order) in place(shop, 100).await.into_iter().enumerate() {
            let store = Arc::clone(&shop.store);
            // Half of them name the goods the other way round: they must not wait for each other for ever.
            let pieces = if number % 2 == 0 { [(mugs, 1), (cups, 1)] } else { [(cups, 1), (mugs, 1)] };
            buyers.spawn(async move {
                let mut work = store.begin().await.unwrap();
                let short = work.reserve_stock(order, &pieces, now).await.unwrap();
                work.save().await.unwrap();
                short.is_empty()
            });
        }
        assert_eq!(buyers.join_all().await.into_iter().filter(|got| *got).count(), 10);
        let stock = shop.store.variants(&[mugs, cups]).await.unwrap();
        assert!(stock.values().all(|variant| variant.stock.reserved == 10 && variant.stock.available() == 0));
    }

    async fn twenty_requests_with_one_key_do_the_work_once(shop: &Shop) {
        let now = shop.now();
        let mut tabs = JoinSet::new();
        for number in 0..20 {
            let store = Arc::clone(&shop.store);
            tabs.spawn(async move {
                let mut work = store.begin().await.unwrap();
                let claim = work.claim_key("checkout", "key", "input", now).await.unwrap();
                if claim == KeyClaim::New {
                    work.keep_result("checkout", "key", &format!("order {number}")).await.unwrap();
                }
                work.save().await.unwrap();
                claim
            });
        }
        let claims = tabs.join_all().await;
        assert_eq!(claims.iter().filter(|claim| **claim == KeyClaim::New).count(), 1);
        assert!(claims.iter().all(|claim| *claim != KeyClaim::Reused));
        let mut work = shop.begin().await;
        assert_eq!(work.claim_key("checkout", "key", "other input", now).await.unwrap(), KeyClaim::Reused);
        assert_eq!(work.claim_key("refund", "key", "other input", now).await.unwrap(), KeyClaim::New);
        assert_eq!(work.remove_keys(now + MINUTE).await.unwrap(), 2);
    }

    async fn a_payment_comes_back_as_written_and_is_made_once(shop: &Shop) {
        let order = place(shop, 1).await[0];
        let mut pay = payment(shop, order, "key");
        let mut work = shop.begin().await;
        work.insert_payment(&pay).await.unwrap();
        pay.status = PaymentStatus::Paid;
        pay.captured_minor = 1000;
        pay.gateway_reference = Some("ref".into());
        pay.next_action = None;
        let paid = work.update_payment(&pay).await.unwrap();
        assert!(matches!(work.update_payment(&pay).await, Err(StorageError::VersionConflict { current: 2 })));
        let event = PaymentEvent {
            id: shop.id(), payment_id: pay.id, kind: PaymentEventKind::Captured, amount_minor: Some(1000),
            gateway_event_id: Some("evt".into()), message: None, at: shop.now(),
        };
        work.insert_payment_event(&event).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.payments(&[pay.id]).await.unwrap()[&pay.id], paid);
        assert_eq!(shop.store.payment_by_reference("sandbox", "ref").await.unwrap(), Some(paid.clone()));
        assert_eq!(shop.store.payment_by_key("key").await.unwrap(), Some(paid.clone()));
        assert_eq!(shop.store.payments_of(&[order]).await.unwrap()[&order], std::slice::from_ref(&paid));
        assert_eq!(shop.store.payment_events_of(&[pay.id]).await.unwrap()[&pay.id], [event]);
        let waiting = shop.store.payments_in_status(PaymentStatus::Paid, shop.now() + MINUTE, 10).await.unwrap();
        assert_eq!(waiting, [paid]);
        let mut work = shop.begin().await;
        let again = work.insert_payment(&payment(shop, order, "key")).await.unwrap_err();
        assert!(matches!(again, StorageError::Conflict { what: "idempotency key" }), "{again:?}");
    }

    async fn more_than_was_taken_never_goes_back(shop: &Shop) {
        let order = place(shop, 1).await[0];
        let mut pay = payment(shop, order, "key");
        pay.captured_minor = 600;
        let mut work = shop.begin().await;
        work.insert_payment(&pay).await.unwrap();
        work.save().await.unwrap();
        let (id, now) = (pay.id, shop.now());
        let mut clerks = JoinSet::new();
        for number in 0..10 {
            let refund = Refund {
                id: shop.id(), payment_id: id, order_id: order, amount: euro(200), reason: None,
                status: RefundStatus::Pending, lines: vec![(shop.id(), 1)], restock: true,
                idempotency_key: format!("refund-{number}"), created_at: now, updated_at: now,
            };
            let store = Arc::clone(&shop.store);
            clerks.spawn(async move {
                let mut work = store.begin().await.unwrap();
                let mut pay = work.payment_for_update(id).await.unwrap().unwrap();
                if pay.refundable().minor() < refund.amount.minor() {
                    return false;
                }
                pay.refunded_minor += refund.amount.minor();
                work.update_payment(&pay).await.unwrap();
                work.insert_refund(&refund).await.unwrap();
                work.save().await.unwrap();
                true
            });
        }
        assert_eq!(clerks.join_all().await.into_iter().filter(|done| *done).count(), 3);
        let refunds = shop.store.refunds_of(&[order]).await.unwrap().remove(&order).unwrap();
        assert_eq!(refunds.len(), 3);
        let mut first = refunds[0].clone();
        first.status = RefundStatus::Succeeded;
        let mut work = shop.begin().await;
        assert_eq!(work.update_refund(&first).await.unwrap(), Some(first.clone()));
        assert_eq!(work.refunds_of_payment(id).await.unwrap().len(), 3);
        work.save().await.unwrap();
        assert_eq!(shop.store.refunds(&[first.id]).await.unwrap()[&first.id], first);
        let pending = shop.store.refunds_in_status(RefundStatus::Pending, now + MINUTE, 10).await.unwrap();
        assert_eq!(pending.len(), 2);
        let mut work = shop.begin().await;
        assert_eq!(work.payments_of_order(order).await.unwrap()[0].id, id);
        drop(work);
        // Even a defect above cannot pay back too much: the database refuses.
        let mut work = shop.begin().await;
        let mut pay = work.payment_for_update(id).await.unwrap().unwrap();
        pay.refunded_minor = 601;
        assert!(work.update_payment(&pay).await.is_err());
    }

    async fn a_notice_is_taken_in_once_and_settled_once(shop: &Shop) {
        let notice = GatewayNotice {
            gateway: "stripe".into(), event_id: "evt_1".into(), payload: "{}".into(), received_at: shop.now(),
        };
        let mut senders = JoinSet::new();
        for _ in 0..10 {
            let (store, notice, now) = (Arc::clone(&shop.store), notice.clone(), shop.now());
            senders.spawn(async move {
                let mut work = store.begin().await.unwrap();
                let new = work.insert_notice(&notice).await.unwrap();
                let settled = work.settle_notice("stripe", "evt_1", now).await.unwrap();
                work.save().await.unwrap();
                (usize::from(new), usize::from(settled))
            });
        }
        let outcomes = senders.join_all().await;
        assert_eq!(outcomes.iter().map(|one| one.0).sum::<usize>(), 1);
        assert_eq!(outcomes.iter().map(|one| one.1).sum::<usize>(), 1);
        assert!(shop.store.open_notices(10).await.unwrap().is_empty());
    }

    async fn parcels_and_what_carriers_say_come_back_as_written(shop: &Shop) {
        let order = place(shop, 1).await[0];
        let mut parcel = Fulfillment {
            id: shop.id(), order_id: order, status: FulfillmentStatus::Pending, lines: vec![(shop.id(), 2)],
            carrier: Some("DHL".into()), tracking_number: Some("1".into()), tracking_url: None,
            created_at: shop.now(), updated_at: shop.now(),
        };
        let event = TrackingEvent {
            id: shop.id(), fulfillment_id: parcel.id, status: FulfillmentStatus::InTransit,
            description: "left".into(), location: None, at: shop.now(),
        };
        let mut work = shop.begin().await;
        work.save_fulfillment(&parcel).await.unwrap();
        parcel.status = FulfillmentStatus::InTransit;
        work.save_fulfillment(&parcel).await.unwrap();
        assert!(work.insert_tracking_event(&event).await.unwrap());
        assert!(!work.insert_tracking_event(&event).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(shop.store.fulfillments_of(&[order]).await.unwrap()[&order], [parcel.clone()]);
        assert_eq!(shop.store.fulfillments(&[parcel.id]).await.unwrap()[&parcel.id], parcel);
        assert_eq!(shop.store.tracking_events_of(&[parcel.id]).await.unwrap()[&parcel.id], [event]);
    }

    async fn notifications_are_listed_newest_first_and_read(shop: &Shop) {
        let ann = shop.join("ann").await;
        let all: Vec<_> = (0..3)
            .map(|number| {
                shop.pass(MINUTE);
                Notification {
                    id: shop.id(), user_id: ann.id, kind: NotificationKind::OrderStatus,
                    title: format!("{number}"), body: String::new(), order_id: None, product_id: None,
                    read_at: None, created_at: shop.now(),
                }
            })
            .collect();
        let mut work = shop.begin().await;
        work.insert_notifications(&all).await.unwrap();
        assert_eq!(work.mark_read(ann.id, Some(&[all[0].id]), shop.now()).await.unwrap(), 1);
        work.save().await.unwrap();
        assert_eq!(shop.store.count_unread(ann.id).await.unwrap(), 2);
        let page = shop.store.notifications_of(ann.id, true, &PageRequest::first(1, None)).await.unwrap();
        assert!(page.has_next);
        assert_eq!(page.into_nodes(), all[2..]);
        assert_eq!(shop.store.notifications(&[all[1].id]).await.unwrap()[&all[1].id], all[1]);
        let mut work = shop.begin().await;
        assert_eq!(work.mark_read(ann.id, None, shop.now()).await.unwrap(), 2);
        assert_eq!(work.mark_read(ann.id, Some(&[]), shop.now()).await.unwrap(), 0);
    }

    async fn messages_are_sent_by_one_sender_and_tried_again(shop: &Shop) {
        let message = |topic: &str| OutboxMessage {
            id: shop.id(), topic: topic.into(), payload: "{}".into(), attempts: 0,
            available_at: shop.now(), created_at: shop.now(), error: None,
        };
        let (mail, other) = (message("mail"), message("other"));
        let mut work = shop.begin().await;
        work.post(&[mail.clone(), other]).await.unwrap();
        let taken = work.take_messages(&["mail"], 2, 10, MINUTE, shop.now()).await.unwrap();
        assert_eq!((taken.len(), taken[0].id, taken[0].attempts), (1, mail.id, 1));
        assert!(work.take_messages(&["mail"], 2, 10, MINUTE, shop.now()).await.unwrap().is_empty());
        work.postpone(mail.id, shop.now() + MINUTE, "refused").await.unwrap();
        shop.pass(MINUTE);
        assert_eq!(work.take_messages(&["mail"], 2, 10, MINUTE, shop.now()).await.unwrap()[0].attempts, 2);
        shop.pass(MINUTE);
        assert!(work.take_messages(&["mail"], 2, 10, MINUTE, shop.now()).await.unwrap().is_empty());
        work.save().await.unwrap();
        let dead = shop.store.dead_letters(2, 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].error.as_deref()), (1, Some("refused")));
        let mut work = shop.begin().await;
        work.mark_sent(mail.id, shop.now()).await.unwrap();
        assert_eq!(work.remove_sent(shop.now() + MINUTE).await.unwrap(), 1);
    }
}
