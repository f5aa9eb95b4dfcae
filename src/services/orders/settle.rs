//! What payments do to orders, inside the unit of work of whoever keeps the payments.

use std::collections::BTreeMap;

use super::access::missing;
use super::history::{Entry, PAYMENT, REFUND, STATUS_CHANGED};
use super::{Message, News, Orders, Problem, ServiceError};
use crate::domain::ids::{OrderId, OrderLineId, UserId, VariantId};
use crate::domain::order::{Order, OrderLine, OrderStatus};
use crate::domain::payment::{Payment, PaymentStatus};
use crate::storage::UnitOfWork;
use crate::storage::carts::Redemption;
use crate::storage::checkout::StockMovement;

/// What became of an order.
#[derive(Debug)]
pub struct Settlement {
    /// As it will be once the unit is saved.
    pub order: Order,
    /// What has to go back, in minor units; then `Message::SettleUp` was posted as well.
    pub owed_back_minor: i64,
    /// For [`Orders::tell`], once the unit is saved.
    pub news: News,
}

/// Money that a gateway has given back.
#[derive(Debug, Clone, Copy)]
pub struct GivenBack<'a> {
    pub amount_minor: i64,
    /// For which pieces; empty for an amount alone.
    pub lines: &'a [(OrderLineId, u32)],
    /// Whether the pieces go back on the shelf. Without lines, a refund of everything puts back what was not sent yet.
    pub restock: bool,
    /// Who asked for it.
    pub actor: Option<UserId>,
    pub reason: Option<&'a str>,
}

/// What an order that was paid got.
enum Taken {
    All,
    /// And why.
    Nothing(&'static str),
}

pub(super) const SALE: &str = "SALE";
pub(super) const RESTOCK: &str = "RESTOCK";

impl Orders {
    /// A gateway took `amount_minor` for an order. Once all of it is paid the goods leave the stock and the order is
    /// PAID. An order whose reservation had run out gets its goods if they are still there and the vouchers it was
    /// priced with are not used up; otherwise, and for whatever was paid beyond the total, money is owed back.
    ///
    /// # Errors
    /// When there is no such order, or the store fails.
    pub async fn captured(
        &self,
        unit: &mut dyn UnitOfWork,
        order: OrderId,
        amount_minor: i64,
    ) -> Result<Settlement, ServiceError> {
        let mut order = unit.order_for_update(order).await?.ok_or_else(missing)?;
        let before = order.status;
        order.paid_minor = order.paid_minor.saturating_add(amount_minor);
        order.payment_status = order.payment_standing(PaymentStatus::Pending);
        let mut news = News::of(&order);
        let paid = order.money(amount_minor);
        let mut entries =
            vec![Entry { kind: PAYMENT, message: Some(format!("paid {paid}")), ..Entry::default() }];
        let waits = matches!(before, OrderStatus::Created | OrderStatus::Expired);
        if waits && order.paid_minor - order.refunded_minor >= order.cost.total_minor {
            match self.take_goods(unit, &order, &mut news).await? {
                Taken::All => {
                    entries.extend(self.now_paid(&mut order));
                    self.post(unit, Message::OrderPaid { order: order.id }).await?;
                }
                Taken::Nothing(because) => {
                    let message = format!("paid too late, and {because}: the money goes back");
                    entries.push(Entry { kind: PAYMENT, message: Some(message), ..Entry::default() });
                }
            }
        }
        self.finish(unit, order, entries, news).await
    }

    /// A payment of an order, given as it is now, moved without money: begun, promised, failed, let go. While all that
    /// is due is promised the goods are held for as long as promises last; once it no longer is, as long as for anybody.
    ///
    /// # Errors
    /// When there is no such order, or the store fails.
    pub async fn payment_moved(
        &self,
        unit: &mut dyn UnitOfWork,
        moved: &Payment,
        status: PaymentStatus,
        message: &str,
    ) -> Result<Settlement, ServiceError> {
        let mut order = unit.order_for_update(moved.order_id).await?.ok_or_else(missing)?;
        if let Some(end) = order.expires_at {
            let others = unit.payments_of_order(order.id).await?;
            let now = others.iter().filter(|other| other.id != moved.id).chain([moved]);
            let promised = now.filter(|payment| payment.status == PaymentStatus::Authorized);
            let promised = promised.fold(0_i64, |sum, payment| sum.saturating_add(payment.amount_minor));
            let held = self.context.now() + self.patience.promised;
            let unpaid = self.context.now() + self.patience.unpaid;
            let covered = promised >= order.due().minor();
            order.expires_at = Some(if covered { end.max(held) } else { end.min(unpaid) });
        }
        order.payment_status = order.payment_standing(status);
        let news = News::of(&order);
        let entry = Entry { kind: PAYMENT, message: Some(message.to_owned()), ..Entry::default() };
        self.finish(unit, order, vec![entry], news).await
    }

    /// A gateway gave money back. Once all of it went back the order is REFUNDED, where its state allows.
    ///
    /// # Errors
    /// When a line is not the order's or has fewer pieces left than are paid back; when the amount is more than was
    /// paid; when there is no such order, or the store fails.
    pub async fn refunded(
        &self,
        unit: &mut dyn UnitOfWork,
        order: OrderId,
        given: GivenBack<'_>,
    ) -> Result<Settlement, ServiceError> {
        let mut order = unit.order_for_update(order).await?.ok_or_else(missing)?;
        let before = order.status;
        if given.amount_minor < 0 || given.amount_minor > order.paid_minor - order.refunded_minor {
            let max = order.paid_minor - order.refunded_minor;
            return Err(ServiceError::refuse(["amount"], Problem::OutOfRange { min: 0, max }));
        }
        order.refunded_minor += given.amount_minor;
        order.payment_status = order.payment_standing(order.payment_status);
        let all = order.refunded_minor >= order.paid_minor && before.can_become(OrderStatus::Refunded);
        let mut news = News::of(&order);
        let lines = unit.lines_of_order(order.id).await?;
        let (changed, back) = returned(&lines, &given, all)?;
        if !changed.is_empty() {
            unit.update_order_lines(&changed).await?;
        }
        // What was called off is on the shelf already.
        if given.restock && before.is_sale() {
            self.put_back(unit, &order, &back, given.actor, &mut news).await?;
        }
        let amount = order.money(given.amount_minor);
        let message = match given.reason {
            Some(reason) => format!("gave back {amount}: {reason}"),
            None => format!("gave back {amount}"),
        };
        let mut entries =
            vec![Entry { kind: REFUND, actor: given.actor, message: Some(message), ..Entry::default() }];
        if all {
            order.status = OrderStatus::Refunded;
            let step = Some((Some(before), order.status));
            entries.push(Entry { kind: STATUS_CHANGED, step, actor: given.actor, message: None });
        } else if before == OrderStatus::PartiallyShipped && nothing_to_send(&lines, &changed) {
            // What was not sent is not wanted any more.
            order.status = OrderStatus::Shipped;
            let step = Some((Some(before), order.status));
            entries.push(Entry { kind: STATUS_CHANGED, step, actor: given.actor, message: None });
        }
        self.finish(unit, order, entries, news).await
    }

    /// Marks an order as paid and says so in its history.
    pub(in crate::services) fn now_paid(&self, order: &mut Order) -> Option<Entry> {
        let step = Some((Some(order.status), OrderStatus::Paid));
        order.status = OrderStatus::Paid;
        order.payment_status = order.payment_standing(PaymentStatus::Paid);
        order.expires_at = None;
        Some(Entry { kind: STATUS_CHANGED, step, ..Entry::default() })
    }

    /// Takes what an order holds off the shelf; one that had run out needs its goods and its vouchers once more, and
    /// gets both or neither.
    async fn take_goods(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        news: &mut News,
    ) -> Result<Taken, ServiceError> {
        let now = self.context.now();
        let lines = unit.lines_of_order(order.id).await?;
        let pieces: Vec<(VariantId, u32)> =
            lines.iter().map(|line| (line.variant_id, line.quantity)).collect();
        let held = unit.take_reserved_stock(order.id, now).await?;
        if !held {
            if !unit.reserve_stock(order.id, &pieces, now).await?.is_empty() {
                return Ok(Taken::Nothing("the goods are gone"));
            }
            if unit.redeem_again(order.id).await? == Redemption::Refused {
                unit.release_stock(order.id, now).await?;
                return Ok(Taken::Nothing("its voucher is used up"));
            }
            if !unit.take_reserved_stock(order.id, now).await? {
                return Ok(Taken::Nothing("there is nothing in it"));
            }
        }
        let moved: Vec<_> = lines.iter().map(|line| (line, line.quantity)).collect();
        self.record(unit, order, &moved, SALE, None, news).await?;
        Ok(Taken::All)
    }

    /// Puts pieces of an order back on the shelf.
    pub(super) async fn put_back(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        back: &[(&OrderLine, u32)],
        actor: Option<UserId>,
        news: &mut News,
    ) -> Result<(), ServiceError> {
        let back: Vec<_> = back.iter().copied().filter(|(_, quantity)| *quantity > 0).collect();
        if back.is_empty() {
            return Ok(());
        }
        let pieces: Vec<_> = back.iter().map(|(line, quantity)| (line.variant_id, *quantity)).collect();
        unit.restock(&pieces, self.context.now()).await?;
        self.record(unit, order, &back, RESTOCK, actor, news).await
    }

    async fn record(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        pieces: &[(&OrderLine, u32)],
        reason: &str,
        actor: Option<UserId>,
        news: &mut News,
    ) -> Result<(), ServiceError> {
        let sign = if reason == SALE { -1 } else { 1 };
        let movement = |(line, quantity): &(&OrderLine, u32)| StockMovement {
            id: self.context.new_id(),
            variant_id: line.variant_id,
            delta: sign * i64::from(*quantity),
            reason: reason.to_owned(),
            order_id: Some(order.id),
            actor_id: actor,
            created_at: self.context.now(),
        };
        let movements: Vec<StockMovement> = pieces.iter().map(movement).collect();
        unit.record_stock_movements(&movements).await?;
        for (line, _) in pieces {
            news.stock(line.variant_id, line.product_id);
        }
        Ok(())
    }

    /// Notes what happened, asks for money to go back where it has to, and writes the order.
    pub(super) async fn finish(
        &self,
        unit: &mut dyn UnitOfWork,
        mut order: Order,
        entries: Vec<Entry>,
        news: News,
    ) -> Result<Settlement, ServiceError> {
        self.note(unit, &order, entries).await?;
        let owed_back_minor = order.owed_back().minor();
        if owed_back_minor > 0 {
            self.post(unit, Message::SettleUp { order: order.id }).await?;
        }
        order.updated_at = self.context.now();
        let order = unit.update_order(&order).await?;
        Ok(Settlement { order, owed_back_minor, news })
    }
}

/// Whether every piece is on its way or paid back, once `changed` has taken the place of those lines.
fn nothing_to_send(lines: &[OrderLine], changed: &[OrderLine]) -> bool {
    let now = |line: &OrderLine| changed.iter().find(|one| one.id == line.id).unwrap_or(line).to_fulfill();
    lines.iter().all(|line| now(line) == 0)
}

type Returned<'a> = (Vec<OrderLine>, Vec<(&'a OrderLine, u32)>);

/// The lines as they are after a refund, and what came back of each.
fn returned<'a>(
    lines: &'a [OrderLine],
    given: &GivenBack<'_>,
    all: bool,
) -> Result<Returned<'a>, ServiceError> {
    if given.lines.is_empty() {
        if !all {
            return Ok((Vec::new(), Vec::new()));
        }
        let refunded = |line: &OrderLine| OrderLine { refunded_quantity: line.quantity, ..line.clone() };
        let unsent = lines.iter().map(|line| (line, line.to_fulfill()));
        return Ok((lines.iter().map(refunded).collect(), unsent.collect()));
    }
    let mut wanted = BTreeMap::<OrderLineId, u32>::new();
    for (line, quantity) in given.lines {
        let sum = wanted.entry(*line).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    let (mut changed, mut back) = (Vec::new(), Vec::new());
    for (id, quantity) in wanted {
        let unknown = || ServiceError::refuse(["lines"], Problem::NotFound { what: "line of this order" });
        let line = lines.iter().find(|line| line.id == id).ok_or_else(unknown)?;
        if quantity > line.kept() {
            let max = i64::from(line.kept());
            return Err(ServiceError::refuse(["lines"], Problem::OutOfRange { min: 1, max }));
        }
        changed.push(OrderLine { refunded_quantity: line.refunded_quantity + quantity, ..line.clone() });
        back.push((line, quantity));
    }
    Ok((changed, back))
}
