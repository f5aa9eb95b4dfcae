//! Orders that end without goods: called off by somebody, or never paid for.

use super::access::missing;
use super::history::{Entry, STATUS_CHANGED};
use super::{Message, News, Orders, Problem, ServiceError, check_step, check_version};
use crate::domain::caller::Caller;
use crate::domain::ids::OrderId;
use crate::domain::limits;
use crate::domain::order::{Order, OrderStatus};
use crate::domain::text;
use crate::services::error::WHOLE;
use crate::storage::orders::OrderFilter;
use crate::storage::{PageRequest, UnitOfWork};

impl Orders {
    /// Calls an order off before anything of it was sent. Reserved goods are let go, sold ones go back on the shelf,
    /// vouchers may be used again; money that was paid is owed back.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: OrderId,
        reason: Option<&str>,
        expected_version: Option<i64>,
    ) -> Result<Order, ServiceError> {
        self.to_change(caller, id).await?;
        let reason = text::optional_line("reason", reason.unwrap_or_default(), limits::SHORT_TEXT)
            .map_err(|invalid| ServiceError::refuse(["reason"], invalid))?;
        let mut unit = self.storage.begin().await?;
        let mut order = unit.order_for_update(id).await?.ok_or_else(missing)?;
        check_version(&order, expected_version)?;
        check_step(order.status, OrderStatus::Cancelled)?;
        let before = order.status;
        let mut news = News::of(&order);
        if before.is_sale() {
            let lines = unit.lines_of_order(id).await?;
            let back: Vec<_> = lines.iter().map(|line| (line, line.kept())).collect();
            self.put_back(unit.as_mut(), &order, &back, caller.user(), &mut news).await?;
        } else {
            self.let_go(unit.as_mut(), &order, &mut news).await?;
        }
        unit.return_vouchers(id, self.context.now()).await?;
        order.status = OrderStatus::Cancelled;
        order.cancelled_at = Some(self.context.now());
        order.cancel_reason = reason.clone();
        order.expires_at = None;
        self.post(unit.as_mut(), Message::OrderCancelled { order: id }).await?;
        self.ask_to_settle(unit.as_mut(), &order).await?;
        let step = Some((Some(before), order.status));
        let entry = Entry { kind: STATUS_CHANGED, step, actor: caller.user(), message: reason };
        let settled = self.finish(unit.as_mut(), order, vec![entry], news).await?;
        unit.save().await?;
        self.tell(settled.news).await;
        Ok(settled.order)
    }

    /// Calls off whatever the caller ordered here that was not sent yet: their account is about to be closed.
    ///
    /// # Errors
    /// When part of an order is on its way: the rest could neither be sent nor called off.
    pub async fn call_off_all(&self, caller: &Caller) -> Result<(), ServiceError> {
        let user = caller.user().ok_or(ServiceError::Unauthenticated)?;
        let of = |statuses: &[OrderStatus]| OrderFilter {
            user_id: Some(user),
            statuses: statuses.to_vec(),
            ..OrderFilter::default()
        };
        if self.count(&of(&[OrderStatus::PartiallyShipped])).await? > 0 {
            return Err(ServiceError::refuse(WHOLE, Problem::OrderPartlyShipped));
        }
        let open = of(&[OrderStatus::Created, OrderStatus::Paid]);
        let mut after = None;
        loop {
            let page =
                self.storage.list_orders(&open, &PageRequest::first(limits::PAGE, after.take())).await?;
            let more = page.has_next;
            after = page.edges.last().map(|edge| edge.cursor.clone());
            // Imported orders have no address and wait for nothing.
            for order in page.into_nodes().into_iter().filter(|order| order.shipping_address.is_some()) {
                self.cancel(caller, order.id, Some("the account was closed"), None).await?;
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Ends orders whose reservation has run out: their goods and vouchers are free again. At most `limit` of them,
    /// each in a unit of its own; returns how many there were.
    ///
    /// # Errors
    /// When the store fails; those before stay ended.
    pub async fn expire_overdue(&self, limit: usize) -> Result<usize, ServiceError> {
        let mut ended = 0;
        for overdue in self.storage.overdue_orders(self.context.now(), limit).await? {
            let now = self.context.now();
            let mut unit = self.storage.begin().await?;
            let Some(mut order) = unit.order_for_update(overdue.id).await? else { continue };
            let is_due = order.expires_at.is_some_and(|end| end <= now);
            if order.status != OrderStatus::Created || !is_due {
                continue;
            }
            let mut news = News::of(&order);
            self.let_go(unit.as_mut(), &order, &mut news).await?;
            unit.return_vouchers(order.id, now).await?;
            order.status = OrderStatus::Expired;
            order.expires_at = None;
            self.post(unit.as_mut(), Message::OrderExpired { order: order.id }).await?;
            self.ask_to_settle(unit.as_mut(), &order).await?;
            let step = Some((Some(OrderStatus::Created), order.status));
            let entry = Entry { kind: STATUS_CHANGED, step, ..Entry::default() };
            let settled = self.finish(unit.as_mut(), order, vec![entry], news).await?;
            unit.save().await?;
            self.tell(settled.news).await;
            ended += 1;
        }
        Ok(ended)
    }

    /// Frees what an order holds.
    async fn let_go(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        news: &mut News,
    ) -> Result<(), ServiceError> {
        unit.release_stock(order.id, self.context.now()).await?;
        for line in unit.lines_of_order(order.id).await? {
            news.stock(line.variant_id, line.product_id);
        }
        Ok(())
    }

    /// Payments that are only promised have to be let go even when nothing is owed back.
    async fn ask_to_settle(&self, unit: &mut dyn UnitOfWork, order: &Order) -> Result<(), ServiceError> {
        if order.owed_back().minor() > 0 {
            return Ok(()); // Asked for with the rest of the change.
        }
        self.post(unit, Message::SettleUp { order: order.id }).await
    }
}
