//! Sending orders: parcels with all or some of the pieces, what carriers report, and the buyer's word that it came.

use std::collections::BTreeMap;

use super::access::missing;
use super::history::{Entry, SHIPMENT, STATUS_CHANGED};
use super::{Message, News, Orders, Problem, ServiceError, check_step};
use crate::domain::caller::Caller;
use crate::domain::catalogue::check_quantity;
use crate::domain::fulfillment::{Fulfillment, FulfillmentStatus, TrackingEvent};
use crate::domain::ids::{FulfillmentId, OrderId, OrderLineId};
use crate::domain::limits;
use crate::domain::order::{Order, OrderLine, OrderStatus};
use crate::domain::payment::RefundStatus;
use crate::domain::text;
use crate::services::error::{Mistakes, refused_write};
use crate::storage::UnitOfWork;

/// Some pieces of a line.
#[derive(Debug, Clone, Copy)]
pub struct PieceCount {
    pub line: OrderLineId,
    pub quantity: i64,
}

/// A parcel as it is handed to a carrier.
#[derive(Debug, Clone, Default)]
pub struct ParcelDraft {
    /// What is in it; all that is left when `None`.
    pub lines: Option<Vec<PieceCount>>,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    /// Whether to write to the buyer.
    pub notify: bool,
}

/// What a carrier says, or staff correct.
#[derive(Debug, Clone, Default)]
pub struct TrackingReport {
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub status: Option<FulfillmentStatus>,
    pub location: Option<String>,
    pub description: Option<String>,
}

impl Orders {
    /// Sends a parcel. The order is PARTIALLY_SHIPPED, or SHIPPED once nothing is left to send.
    pub async fn fulfil(
        &self,
        caller: &Caller,
        id: OrderId,
        draft: ParcelDraft,
    ) -> Result<Order, ServiceError> {
        let mut mistakes = Mistakes::default();
        let mut short = |field, text| short_text(&mut mistakes, field, text);
        let carrier = short("carrier", draft.carrier);
        let tracking_number = short("trackingNumber", draft.tracking_number);
        mistakes.done()?;
        let now = self.context.now();
        let mut unit = self.storage.begin().await?;
        let mut order = unit.order_for_update(id).await?.ok_or_else(missing)?;
        let lines = unit.lines_of_order(id).await?;
        let going_back = pieces_going_back(unit.as_mut(), id).await?;
        let packed = packed(&lines, &going_back, draft.lines.as_deref())?;
        let sent: Vec<OrderLine> = packed
            .iter()
            .map(|(line, pieces)| OrderLine {
                fulfilled_quantity: line.fulfilled_quantity + pieces,
                ..(*line).clone()
            })
            .collect();
        let left =
            lines.iter().map(|line| sent.iter().find(|sent| sent.id == line.id).unwrap_or(line).to_fulfill());
        let all = left.sum::<u32>() == 0;
        let before = order.status;
        let after = if all { OrderStatus::Shipped } else { OrderStatus::PartiallyShipped };
        if before != after {
            check_step(before, after)?;
        }
        if packed.is_empty() {
            return Err(ServiceError::refuse(["lines"], Problem::Required));
        }
        let parcel = Fulfillment {
            id: self.context.new_id(),
            order_id: id,
            status: FulfillmentStatus::Pending,
            lines: packed.iter().map(|(line, pieces)| (line.id, *pieces)).collect(),
            carrier,
            tracking_number,
            tracking_url: draft.tracking_url,
            created_at: now,
            updated_at: now,
        };
        unit.update_order_lines(&sent).await?;
        unit.save_fulfillment(&parcel).await.map_err(|error| refused_write(error, ["orderId"]))?;
        let pieces: u32 = packed.iter().map(|(_, pieces)| pieces).sum();
        let message = Some(match pieces {
            1 => "1 piece is on its way".to_owned(),
            _ => format!("{pieces} pieces are on their way"),
        });
        let mut entries = vec![Entry { kind: SHIPMENT, actor: caller.user(), message, ..Entry::default() }];
        if before != after {
            order.status = after;
            let step = Some((Some(before), after));
            entries.push(Entry { kind: STATUS_CHANGED, step, actor: caller.user(), message: None });
        }
        let shipped = Message::OrderShipped { order: id, fulfillment: parcel.id, notify: draft.notify };
        self.post(unit.as_mut(), shipped).await?;
        let news = News::of(&order);
        let settled = self.finish(unit.as_mut(), order, entries, news).await?;
        unit.save().await?;
        self.tell(settled.news).await;
        Ok(settled.order)
    }

    /// Notes where a parcel is, and by whom it is carried.
    pub async fn track(
        &self,
        caller: &Caller,
        id: FulfillmentId,
        report: TrackingReport,
    ) -> Result<Order, ServiceError> {
        let mut mistakes = Mistakes::default();
        let mut short = |field, text| short_text(&mut mistakes, field, text);
        let carrier = short("carrier", report.carrier);
        let tracking_number = short("trackingNumber", report.tracking_number);
        let location = short("location", report.location);
        let description = short("description", report.description);
        mistakes.done()?;
        let unknown = || ServiceError::refuse(["fulfillmentId"], Problem::NotFound { what: "fulfillment" });
        let parcel = self.storage.fulfillments(&[id]).await?.remove(&id).ok_or_else(unknown)?;
        let now = self.context.now();
        let mut unit = self.storage.begin().await?;
        // The order is the lock of its parcels: what was read before it may have changed.
        let order = unit.order_for_update(parcel.order_id).await?.ok_or_else(missing)?;
        let mut parcel = unit.fulfillment(id).await?.ok_or_else(unknown)?;
        if let Some(next) = report.status {
            if !parcel.status.can_become(next) {
                let allowed = parcel.status.allowed_transitions().iter().map(|one| one.as_str()).collect();
                let (from, to) = (parcel.status.as_str(), next.as_str());
                return Err(ServiceError::refuse(
                    ["status"],
                    Problem::IllegalTransition { from, to, allowed },
                ));
            }
            parcel.status = next;
        }
        parcel.carrier = carrier.or(parcel.carrier);
        parcel.tracking_number = tracking_number.or(parcel.tracking_number);
        parcel.updated_at = now;
        unit.save_fulfillment(&parcel).await?;
        let words = description.unwrap_or_else(|| parcel.status.as_str().to_lowercase().replace('_', " "));
        let event = TrackingEvent {
            id: self.context.new_id(),
            fulfillment_id: id,
            status: parcel.status,
            description: words.clone(),
            location,
            at: now,
        };
        unit.insert_tracking_event(&event).await?;
        let entry = Entry { kind: SHIPMENT, actor: caller.user(), message: Some(words), ..Entry::default() };
        let news = News::of(&order);
        let settled = self.finish(unit.as_mut(), order, vec![entry], news).await?;
        unit.save().await?;
        self.tell(settled.news).await;
        Ok(settled.order)
    }

    /// The buyer has everything: the order is COMPLETED.
    pub async fn confirm_receipt(&self, caller: &Caller, id: OrderId) -> Result<Order, ServiceError> {
        self.to_change(caller, id).await?;
        let mut unit = self.storage.begin().await?;
        let mut order = unit.order_for_update(id).await?.ok_or_else(missing)?;
        let before = order.status;
        check_step(before, OrderStatus::Completed)?;
        order.status = OrderStatus::Completed;
        self.post(unit.as_mut(), Message::OrderCompleted { order: id }).await?;
        let step = Some((Some(before), order.status));
        let entry = Entry { kind: STATUS_CHANGED, step, actor: caller.user(), message: None };
        let news = News::of(&order);
        let settled = self.finish(unit.as_mut(), order, vec![entry], news).await?;
        unit.save().await?;
        self.tell(settled.news).await;
        Ok(settled.order)
    }
}

fn short_text(mistakes: &mut Mistakes, field: &'static str, text: Option<String>) -> Option<String> {
    let read = text.map(|text| text::optional_line(field, &text, limits::NAME)).transpose();
    mistakes.check([field], read).flatten().flatten()
}

/// The pieces of an order that refunds name whose gateway has not said yet whether the money goes back. They are
/// neither sent meanwhile nor paid back a second time.
pub(in crate::services) async fn pieces_going_back(
    unit: &mut dyn UnitOfWork,
    order: OrderId,
) -> Result<BTreeMap<OrderLineId, u32>, ServiceError> {
    let mut pieces = BTreeMap::new();
    for payment in unit.payments_of_order(order).await? {
        let refunds = unit.refunds_of_payment(payment.id).await?.into_iter();
        for refund in refunds.filter(|refund| refund.status == RefundStatus::Pending) {
            for (line, quantity) in refund.lines {
                *pieces.entry(line).or_default() += quantity;
            }
        }
    }
    Ok(pieces)
}

/// What goes into a parcel: the pieces named, or all that are left.
fn packed<'a>(
    lines: &'a [OrderLine],
    going_back: &BTreeMap<OrderLineId, u32>,
    named: Option<&[PieceCount]>,
) -> Result<Vec<(&'a OrderLine, u32)>, ServiceError> {
    let to_send =
        |line: &OrderLine| line.to_fulfill().saturating_sub(going_back.get(&line.id).copied().unwrap_or(0));
    let Some(named) = named else {
        let left = lines.iter().map(|line| (line, to_send(line)));
        return Ok(left.filter(|(_, pieces)| *pieces > 0).collect());
    };
    if named.len() > limits::ORDER_LINES {
        return Err(ServiceError::refuse(["lines"], Problem::TooMany { max: limits::ORDER_LINES }));
    }
    let mut mistakes = Mistakes::default();
    let mut packed: Vec<(&OrderLine, u32)> = Vec::new();
    for (index, piece) in named.iter().enumerate() {
        let at = |field: &str| ["lines".to_owned(), index.to_string(), field.to_owned()];
        let Some(line) = lines.iter().find(|line| line.id == piece.line) else {
            mistakes.add(at("orderLineId"), Problem::NotFound { what: "line of this order" });
            continue;
        };
        let before: u32 = packed.iter().filter(|(one, _)| one.id == line.id).map(|(_, pieces)| pieces).sum();
        let left = to_send(line).saturating_sub(before);
        let pieces = check_quantity("quantity", piece.quantity, left);
        if let Some(pieces) = mistakes.check(at("quantity"), pieces) {
            match packed.iter_mut().find(|(one, _)| one.id == line.id) {
                Some((_, sum)) => *sum += pieces,
                None => packed.push((line, pieces)),
            }
        }
    }
    mistakes.done()?;
    Ok(packed)
}
