//! Random histories: whatever happens in whatever order, stock, money and states add up after every step.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use shelfwise::domain::ids::{OrderId, VariantId};
use shelfwise::domain::order::{Order, OrderStatus};
use shelfwise::services::error::ServiceError;
use shelfwise::services::orders::{GivenBack, ParcelDraft};

use super::Buyer;
use crate::api::Api;
use crate::support::shop::Shop;

const PIECES: u32 = 12;

/// Something that happens; the numbers choose an order, modulo how many there are.
#[derive(Debug, Clone)]
enum Step {
    Buy { pieces: i64 },
    Pay { order: usize, all: bool },
    PayLate { order: usize },
    Cancel { order: usize },
    Expire,
    Refund { order: usize, part: i64, lines: bool, restock: bool },
    Send { order: usize },
    Confirm { order: usize },
    Deliver { pieces: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let order = 0_usize..8;
    prop_oneof![
        4 => (1_i64..6).prop_map(|pieces| Step::Buy { pieces }),
        4 => (order.clone(), prop::bool::weighted(0.8)).prop_map(|(order, all)| Step::Pay { order, all }),
        1 => order.clone().prop_map(|order| Step::PayLate { order }),
        2 => order.clone().prop_map(|order| Step::Cancel { order }),
        1 => Just(Step::Expire),
        3 => (order.clone(), 1_i64..4, any::<bool>(), any::<bool>())
            .prop_map(|(order, part, lines, restock)| Step::Refund { order, part, lines, restock }),
        2 => order.clone().prop_map(|order| Step::Send { order }),
        1 => order.prop_map(|order| Step::Confirm { order }),
        1 => (1_u32..5).prop_map(|pieces| Step::Deliver { pieces }),
    ]
}

struct World {
    api: Api,
    staff: shelfwise::domain::caller::Caller,
    variant: VariantId,
    orders: Vec<OrderId>,
    /// Pieces that ever came in from outside.
    came_in: i64,
    /// Pieces that were paid back, and that the shop did not want on its shelf again.
    written_off: HashMap<OrderId, i64>,
}

/// A refusal is one of the possible answers; anything else that fails is a defect.
fn answered<T>(answer: Result<T, ServiceError>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(ServiceError::Refused(_)) => None,
        Err(error) => panic!("{error:?}"),
    }
}

impl World {
    async fn open(shop: Shop) -> Self {
        let api = Api::over(shop).await;
        let mut mug = api.shop.product("mug");
        mug.variants[0].stock.on_hand = PIECES;
        api.shop.stock(&[&mug]).await;
        let staff = api.staff("staff", [shelfwise::domain::caller::Permission::OrdersManage]).await;
        let variant = mug.variants[0].id;
        let written_off = HashMap::new();
        Self { api, staff, variant, orders: Vec::new(), came_in: i64::from(PIECES), written_off }
    }

    async fn order(&self, number: usize) -> Option<Order> {
        let id = *self.orders.get(number.checked_rem(self.orders.len())?)?;
        self.api.shop.store.orders(&[id]).await.unwrap().remove(&id)
    }

    async fn capture(&self, order: &Order, minor: i64) {
        let orders = &self.api.services.orders;
        let mut unit = self.api.shop.begin().await;
        let settled = orders.captured(unit.as_mut(), order.id, minor).await.unwrap();
        unit.save().await.unwrap();
        orders.tell(settled.news).await;
    }

    async fn refund(&mut self, order: &Order, part: i64, by_line: bool, restock: bool) {
        let orders = &self.api.services.orders;
        let lines = self.api.shop.store.order_lines_of(&[order.id]).await.unwrap().remove(&order.id).unwrap();
        let left = order.paid_minor - order.refunded_minor;
        let given = GivenBack {
            amount_minor: (left / part).max(1),
            lines: if by_line { &[(lines[0].id, 1)] } else { &[] },
            restock,
            actor: None,
            reason: None,
        };
        let mut unit = self.api.shop.begin().await;
        if let Some(settled) = answered(orders.refunded(unit.as_mut(), order.id, given).await) {
            unit.save().await.unwrap();
            orders.tell(settled.news).await;
            if by_line && !restock && order.status.is_sale() {
                *self.written_off.entry(order.id).or_default() += 1;
            }
        }
    }

    async fn take(&mut self, step: &Step) {
        let services = std::sync::Arc::clone(&self.api.services);
        match *step {
            Step::Buy { pieces } => {
                let carts = &services.carts;
                let add = [super::pieces(self.variant, pieces)];
                let Some(made) = answered(carts.add_lines(&crate::api::nobody(), None, &add, None).await)
                else {
                    return;
                };
                let caller =
                    shelfwise::domain::caller::Caller { cart_token: made.token, ..crate::api::nobody() };
                let buyer = Buyer::ready(&self.api, caller).await;
                let placed = answered(buyer.check_out(&self.api, "k").await);
                self.orders.extend(placed.map(|placed| placed.order.id));
            }
            Step::Pay { order, all } => {
                let Some(order) = self.order(order).await else { return };
                let due = order.due().minor();
                let minor = if all { due } else { due / 2 };
                if minor > 0 && order.status == OrderStatus::Created {
                    self.capture(&order, minor).await;
                }
            }
            Step::PayLate { order } => {
                let Some(order) = self.order(order).await else { return };
                self.capture(&order, order.cost.total_minor).await;
            }
            Step::Cancel { order } => {
                let Some(order) = self.order(order).await else { return };
                answered(services.orders.cancel(&self.staff, order.id, None, None).await);
            }
            Step::Expire => {
                self.api.shop.pass(Duration::from_secs(31 * 60));
                services.checkout.sweep().await.unwrap();
            }
            Step::Refund { order, part, lines, restock } => {
                let Some(order) = self.order(order).await else { return };
                if order.paid_minor > order.refunded_minor {
                    self.refund(&order, part, lines, restock).await;
                }
            }
            Step::Send { order } => {
                let Some(order) = self.order(order).await else { return };
                answered(services.orders.fulfil(&self.staff, order.id, ParcelDraft::default()).await);
            }
            Step::Confirm { order } => {
                let Some(order) = self.order(order).await else { return };
                answered(services.orders.confirm_receipt(&self.staff, order.id).await);
            }
            Step::Deliver { pieces } => {
                let mut unit = self.api.shop.begin().await;
                unit.adjust_stock(self.variant, pieces.into(), self.api.shop.now()).await.unwrap();
                unit.save().await.unwrap();
                self.came_in += i64::from(pieces);
            }
        }
    }

    async fn check(&self) {
        let store = &self.api.shop.store;
        let stock = store.variants(&[self.variant]).await.unwrap()[&self.variant].stock;
        let orders = store.orders(&self.orders).await.unwrap();
        let lines = store.order_lines_of(&self.orders).await.unwrap();
        let events = store.order_events_of(&self.orders).await.unwrap();
        let promised: u32 = orders
            .values()
            .filter(|order| order.status == OrderStatus::Created)
            .flat_map(|order| &lines[&order.id])
            .map(|line| line.quantity)
            .sum();
        assert_eq!(stock.reserved, promised, "what waits for payment is what is promised");
        assert!(stock.reserved <= stock.on_hand);
        let moved = store.stock_movements(self.variant, 1_000).await.unwrap();
        let delta: i64 = moved.iter().map(|movement| movement.delta).sum();
        assert_eq!(i64::from(stock.on_hand), self.came_in + delta, "every piece is accounted for");
        let mut by_order = HashMap::<OrderId, i64>::new();
        for movement in &moved {
            *by_order.entry(movement.order_id.unwrap()).or_default() += movement.delta;
        }
        for (id, order) in &orders {
            let bought: i64 = lines[id].iter().map(|line| i64::from(line.quantity)).sum();
            let out = -by_order.get(id).copied().unwrap_or_default();
            assert!((0..=bought).contains(&out), "{out} of {bought} pieces are out");
            assert!(order.refunded_minor <= order.paid_minor);
            assert!(lines[id].iter().all(|line| line.fulfilled_quantity <= line.quantity));
            if order.status.is_sale() {
                assert!(order.paid_minor >= order.cost.total_minor);
                let kept: i64 = lines[id].iter().map(|line| i64::from(line.kept())).sum();
                assert!(out >= kept, "what was sold and kept has left the shop");
            }
            if matches!(order.status, OrderStatus::Created | OrderStatus::Expired | OrderStatus::Cancelled) {
                let written_off = self.written_off.get(id).copied().unwrap_or_default();
                assert_eq!(out, written_off, "{:?} holds nothing", order.status);
            }
            let mut status = None;
            for event in &events[id] {
                let Some(to) = event.to else { continue };
                assert_eq!(event.from, status, "the history is unbroken");
                assert!(status.is_none_or(|from: OrderStatus| from.can_become(to)));
                status = Some(to);
            }
            assert_eq!(status, Some(order.status));
        }
    }
}

/// Runs random histories, each in a shop of its own; a failing one is shortened.
fn hold<F: Future<Output = Option<Shop>>>(cases: u32, open: impl Fn() -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let histories = proptest::collection::vec(step(), 1..30);
    TestRunner::new(config)
        .run(&histories, |history| {
            runtime.block_on(async {
                let Some(shop) = open().await else { return };
                let mut world = World::open(shop).await;
                for step in &history {
                    world.take(step).await;
                    world.check().await;
                }
                world.api.live.shutdown().await;
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn stock_money_and_states_add_up_after_every_step_on_sqlite() {
    hold(8, async || Some(Shop::on_sqlite().await));
}

#[test]
fn stock_money_and_states_add_up_after_every_step_on_postgres() {
    hold(5, Shop::on_postgres);
}
