//! Orders once they are placed: seen by those they concern, paid, sent, called off, given back.
//!
//! What payments change goes through [`Orders::captured`], [`Orders::refunded`] and [`Orders::payment_moved`]. They
//! work inside the caller's unit of work, so that money, stock, history and messages are saved together or not at
//! all:
//!
//! ```ignore
//! let mut unit = storage.begin().await?;
//! let settled = orders.captured(unit.as_mut(), payment.order_id, amount_minor).await?; // locks the order
//! unit.payment_for_update(payment.id).await?; /* … update_payment, insert_payment_event … */
//! unit.save().await?;
//! orders.tell(settled.news).await;
//! ```
//! The order is locked first, then the payment, everywhere. Where money has to go back (paid after the goods were
//! gone, paid twice, called off after it was paid), the unit posts [`Message::SettleUp`]; payments take it up.

mod access;
mod cancel;
mod fulfil;
mod history;
mod settle;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub(in crate::services) use fulfil::pieces_going_back;
pub use fulfil::{ParcelDraft, PieceCount, TrackingReport};
pub(super) use history::{Entry, PLACED, rising};
pub use settle::{GivenBack, Settlement};
pub use watch::{StatusChange, StockLevel};

use super::error::{Problem, ServiceError};
use super::messages::Message;
use crate::bus::{Bus, Message as BusMessage, Topic};
use crate::context::Context;
use crate::domain::ids::{OrderId, ProductId, UserId, VariantId};
use crate::domain::order::{Order, OrderStatus};
use crate::recommend::Recommendations;
use crate::storage::{Storage, UnitOfWork};

/// The use cases of orders.
pub struct Orders {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
    live: Arc<Recommendations>,
    patience: Patience,
}

/// How long goods are held for an order that is not paid yet.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// While nothing is promised.
    pub unpaid: Duration,
    /// While a gateway promises all that is due.
    pub promised: Duration,
}

/// What a unit of work changed, to be told with [`Orders::tell`] once the unit is saved.
#[must_use = "nobody hears of a change that is not told"]
#[derive(Debug, Default)]
pub struct News {
    orders: Vec<(OrderId, Option<UserId>)>,
    variants: BTreeSet<VariantId>,
    products: BTreeSet<ProductId>,
}

impl News {
    pub(super) fn of(order: &Order) -> Self {
        Self { orders: vec![(order.id, order.user_id)], ..Self::default() }
    }

    /// Notes that the stock of a variant moved.
    pub(super) fn stock(&mut self, variant: VariantId, product: ProductId) {
        self.variants.insert(variant);
        self.products.insert(product);
    }
}

impl Orders {
    pub fn new(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        context: Context,
        live: Arc<Recommendations>,
        patience: Patience,
    ) -> Self {
        Self { storage, bus, context, live, patience }
    }

    /// Wakes everybody who follows what a saved unit changed.
    pub async fn tell(&self, news: News) {
        if !news.orders.is_empty() {
            self.bus.publish(BusMessage::about(Topic::Measures));
        }
        for (order, user) in news.orders {
            self.bus.publish(BusMessage::about(Topic::Order(order.uuid())));
            if let Some(user) = user {
                self.bus.publish(BusMessage::of(Topic::OrdersOf(user.uuid()), order.uuid()));
            }
        }
        let products: Vec<ProductId> = news.products.into_iter().collect();
        if !products.is_empty()
            && let Err(error) = self.live.stock_changed(&products).await
        {
            // The change is saved; the next training reads it from the store.
            tracing::error!(%error, "the recommender could not read changed stock");
        }
        for variant in news.variants {
            self.bus.publish(BusMessage::of(Topic::Stock, variant.uuid()));
        }
    }

    async fn post(&self, unit: &mut dyn UnitOfWork, message: Message) -> Result<(), ServiceError> {
        Ok(unit.post(&[message.to_outbox(&self.context)]).await?)
    }
}

/// Refuses a step that the table of the states does not list.
fn check_step(from: OrderStatus, to: OrderStatus) -> Result<(), ServiceError> {
    if from.can_become(to) {
        return Ok(());
    }
    let allowed = from.allowed_transitions().iter().map(|status| status.as_str()).collect();
    let problem = Problem::IllegalTransition { from: from.as_str(), to: to.as_str(), allowed };
    Err(ServiceError::refuse(["orderId"], problem))
}

fn check_version(order: &Order, expected: Option<i64>) -> Result<(), ServiceError> {
    match expected {
        Some(expected) if expected != order.version => {
            let problem = Problem::VersionConflict { current: order.version };
            Err(ServiceError::refuse(["expectedVersion"], problem))
        }
        _ => Ok(()),
    }
}
