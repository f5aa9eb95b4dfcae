//! Many at once: no piece is sold twice, no voucher used too often, no key places two orders.

use std::sync::Arc;
use std::time::Duration;

use shelfwise::domain::ids::VariantId;
use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::order::OrderStatus;
use shelfwise::services::carts::{MergeStrategy, VoucherDraft, VoucherKindDraft};
use shelfwise::services::error::{Problem, ServiceError};
use shelfwise::storage::orders::OrderFilter;
use tokio::task::JoinSet;

use super::{Buyer, pieces, problems};
use crate::api::{Api, nobody};
use crate::support::on_both;

/// Pieces on hand and promised.
async fn stock(api: &Api, variant: VariantId) -> (u32, u32) {
    let stock = api.shop.store.variants(&[variant]).await.unwrap()[&variant].stock;
    (stock.on_hand, stock.reserved)
}

/// A shop that sells mugs, a number of them.
async fn mugs(shop: crate::support::shop::Shop, count: u32) -> (Arc<Api>, VariantId) {
    let api = Api::over(shop).await;
    let mut mug = api.shop.product("mug");
    mug.variants[0].stock.on_hand = count;
    api.shop.stock(&[&mug]).await;
    (Arc::new(api), mug.variants[0].id)
}

/// All of them check out at once; the keys are their places.
async fn rush(
    api: &Arc<Api>,
    buyers: Vec<Buyer>,
) -> Vec<Result<shelfwise::services::checkout::Placed, ServiceError>> {
    let mut running = JoinSet::new();
    for (place, buyer) in buyers.into_iter().enumerate() {
        let api = Arc::clone(api);
        running.spawn(async move { buyer.check_out(&api, &format!("key-{place}")).await });
    }
    running.join_all().await
}

async fn buyers(api: &Arc<Api>, variant: VariantId, count: usize) -> Vec<Buyer> {
    let mut buyers = Vec::with_capacity(count);
    for _ in 0..count {
        buyers.push(Buyer::guest(api, variant, 1).await);
    }
    buyers
}

async fn sells_exactly(shop: crate::support::shop::Shop, count: u32, clients: usize) {
    let (api, variant) = mugs(shop, count).await;
    let buyers = buyers(&api, variant, clients).await;
    let answers = rush(&api, buyers).await;
    let mut sold = Vec::new();
    for answer in answers {
        match answer {
            Ok(placed) => sold.push(placed.order),
            refused => {
                let told = problems(refused);
                assert!(matches!(told[..], [Problem::Shortage { requested: 1, .. }]), "{told:?}");
            }
        }
    }
    assert_eq!(sold.len(), count as usize);
    assert_eq!(stock(&api, variant).await, (count, count));
    let mut paying = JoinSet::new();
    for order in sold {
        let api = Arc::clone(&api);
        paying.spawn(async move {
            let mut unit = api.shop.begin().await;
            let orders = &api.services.orders;
            let settled = orders.captured(unit.as_mut(), order.id, order.cost.total_minor).await.unwrap();
            unit.save().await.unwrap();
            assert_eq!(settled.order.status, OrderStatus::Paid);
            orders.tell(settled.news).await;
        });
    }
    paying.join_all().await;
    assert_eq!(stock(&api, variant).await, (0, 0));
    let moved = api.shop.store.stock_movements(variant, 100).await.unwrap();
    assert_eq!(moved.iter().map(|movement| movement.delta).sum::<i64>(), -i64::from(count));
}

/// A voucher for a tenth of the price.
fn tenth_off(code: &str, usage_limit: Option<i64>, per_user_limit: Option<i64>) -> VoucherDraft {
    VoucherDraft {
        code: code.to_owned(),
        description: None,
        kind: VoucherKindDraft::Percentage(100_000),
        min_subtotal: None,
        starts_at: None,
        ends_at: None,
        usage_limit,
        per_user_limit,
        active: true,
    }
}

on_both! {
    async fn a_hundred_buyers_of_ten_pieces_get_ten(shop: Shop) {
        sells_exactly(shop, 10, 100).await;
    }

    async fn of_fifty_who_want_the_last_piece_one_gets_it(shop: Shop) {
        sells_exactly(shop, 1, 50).await;
    }

    async fn twenty_tabs_with_one_key_place_one_order(shop: Shop) {
        let (api, variant) = mugs(shop, 100).await;
        let buyer = Buyer::guest(&api, variant, 2).await;
        let mut tabs = JoinSet::new();
        for _ in 0..20 {
            let (api, buyer) = (Arc::clone(&api), buyer.clone());
            tabs.spawn(async move { buyer.check_out(&api, "one").await.unwrap() });
        }
        let placed = tabs.join_all().await;
        assert_eq!(placed.iter().filter(|placed| !placed.replayed).count(), 1);
        assert!(placed.iter().all(|one| one.order.id == placed[0].order.id));
        assert_eq!(api.shop.store.count_orders(&OrderFilter::default()).await.unwrap(), 1);
        assert_eq!(stock(&api, variant).await, (100, 2));
        let other = Buyer { total: Money::new(1, Currency::EUR), ..buyer };
        assert_eq!(problems(other.check_out(&api, "one").await), [Problem::IdempotencyKeyReused]);
    }

    async fn a_voucher_for_ten_is_used_ten_times_by_a_hundred_who_try(shop: Shop) {
        let (api, variant) = mugs(shop, 1_000).await;
        let carts = &api.services.carts;
        let draft = tenth_off("TEN", Some(10), None);
        carts.save_voucher(draft).await.unwrap();
        let mut with_voucher = Vec::new();
        for buyer in buyers(&api, variant, 100).await {
            let change = carts.apply_voucher(&buyer.caller, None, "TEN").await.unwrap();
            let total = change.cart.money(change.cart.cost.total_minor);
            with_voucher.push(Buyer { total, ..buyer });
        }
        let answers = rush(&api, with_voucher).await;
        let used = answers.iter().filter(|answer| answer.is_ok()).count();
        for refused in answers.into_iter().filter(Result::is_err) {
            let told = problems(refused);
            assert!(matches!(told[..], [Problem::VoucherNotApplicable { .. }]), "{told:?}");
        }
        assert_eq!(used, 10);
        assert_eq!(stock(&api, variant).await, (1_000, 10));
        assert_eq!(api.shop.store.voucher_by_code("TEN").await.unwrap().unwrap().used_count, 10);
    }

    async fn a_voucher_for_one_each_is_used_once_by_a_user_with_many_carts(shop: Shop) {
        let (api, variant) = mugs(shop, 100).await;
        let carts = &api.services.carts;
        let draft = tenth_off("ONCE", None, Some(1));
        carts.save_voucher(draft).await.unwrap();
        let maria = api.customer("maria").await;
        let mut used = 0;
        for round in 0..3 {
            carts.add_lines(&maria, None, &[pieces(variant, 1)], None).await.unwrap();
            let ready = Buyer::ready(&api, maria.clone()).await;
            let Ok(change) = carts.apply_voucher(&maria, None, "ONCE").await else { continue };
            let total = change.cart.money(change.cart.cost.total_minor);
            used += usize::from(Buyer { total, ..ready }.check_out(&api, &format!("k{round}")).await.is_ok());
        }
        assert_eq!(used, 1);
    }

    async fn stock_corrected_from_twenty_tabs_under_one_key_moves_once(shop: Shop) {
        let (api, variant) = mugs(shop, 100).await;
        let mut tabs = JoinSet::new();
        for tab in 0..40 {
            let api = Arc::clone(&api);
            let key = if tab % 2 == 0 { "one".to_owned() } else { format!("key-{tab}") };
            let delta = if tab % 2 == 0 { -5 } else { 1 };
            tabs.spawn(async move {
                api.services.catalogue.adjust_stock(variant, delta, None, &key, None).await.unwrap();
            });
        }
        tabs.join_all().await;
        assert_eq!(stock(&api, variant).await, (115, 0));
        assert_eq!(api.shop.store.stock_movements(variant, 100).await.unwrap().len(), 21);
    }

    async fn money_and_time_race_for_an_order_and_one_wins(shop: Shop) {
        let (api, variant) = mugs(shop, 100).await;
        let mut orders = Vec::new();
        for buyer in buyers(&api, variant, 12).await {
            orders.push(buyer.check_out(&api, "k").await.unwrap().order);
        }
        api.shop.pass(Duration::from_secs(31 * 60));
        let mut running = JoinSet::new();
        for order in orders.clone() {
            let paid = Arc::clone(&api);
            running.spawn(async move {
                let mut unit = paid.shop.begin().await;
                let total = order.cost.total_minor;
                let settled = paid.services.orders.captured(unit.as_mut(), order.id, total).await.unwrap();
                unit.save().await.unwrap();
                paid.services.orders.tell(settled.news).await;
            });
            let swept = Arc::clone(&api);
            running.spawn(async move {
                swept.services.checkout.sweep().await.unwrap();
            });
        }
        running.join_all().await;
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        let after = api.shop.store.orders(&ids).await.unwrap();
        assert!(after.values().all(|order| order.status == OrderStatus::Paid && order.owed_back().minor() == 0));
        assert_eq!(stock(&api, variant).await, (88, 0));
    }

    async fn a_cart_filled_from_many_tabs_at_once_holds_everything(shop: Shop) {
        let (api, variant) = mugs(shop, 100).await;
        let maria = api.customer("maria").await;
        let mut tabs = JoinSet::new();
        for _ in 0..20 {
            let (api, maria) = (Arc::clone(&api), maria.clone());
            tabs.spawn(async move {
                api.services.carts.add_lines(&maria, None, &[pieces(variant, 1)], None).await.unwrap().cart.cart.id
            });
        }
        let carts = tabs.join_all().await;
        assert!(carts.iter().all(|cart| *cart == carts[0]));
        let cart = api.services.carts.own(&maria).await.unwrap().unwrap();
        assert_eq!(cart.lines[0].line.quantity, 20);
    }

    async fn a_guests_cart_comes_in_once_however_many_sign_in_at_once(shop: Shop) {
        let (api, variant) = mugs(shop, 100).await;
        let maria = api.customer("maria").await;
        let carts = &api.services.carts;
        carts.add_lines(&maria, None, &[pieces(variant, 3)], None).await.unwrap();
        let token = carts.add_lines(&nobody(), None, &[pieces(variant, 4)], None).await.unwrap().token.unwrap();
        let mut tabs = JoinSet::new();
        for _ in 0..10 {
            let (api, user, token) = (Arc::clone(&api), maria.user().unwrap(), token.clone());
            tabs.spawn(async move {
                api.services.carts.merge(user, &token, MergeStrategy::Sum).await.unwrap();
            });
        }
        tabs.join_all().await;
        assert_eq!(carts.own(&maria).await.unwrap().unwrap().lines[0].line.quantity, 7);
    }
}
