//! Giving money back: the amount is reserved under lock before the gateway is asked, so that all refunds together never
//! exceed what was taken.

use std::collections::BTreeMap;

use super::events::Entry;
use super::settle::Source;
use super::{Done, Payments, Problem, ServiceError, checked_key, no_payment, refusal};
use crate::domain::error::InvalidValue;
use crate::domain::ids::{OrderLineId, PaymentId, RefundId};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderLine};
use crate::domain::payment::{Payment, PaymentEventKind, Refund, RefundStatus};
use crate::domain::text;
use crate::payments::{GatewayError, RefundReport, Report, Stage};
use crate::services::fingerprint::fingerprint;
use crate::services::orders::pieces_going_back;
use crate::storage::UnitOfWork;
use crate::storage::checkout::KeyClaim;

/// A refund as asked for.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    pub payment: PaymentId,
    /// What the lines cost, or all that is left, when left out.
    pub amount: Option<Money>,
    /// For which pieces.
    pub lines: Vec<(OrderLineId, u32)>,
    pub reason: Option<String>,
    /// Whether the pieces go back on the shelf.
    pub restock: bool,
    pub idempotency_key: String,
}

/// A refund with what is needed to ask the gateway for it.
pub(super) struct Reserved {
    pub(super) payment: Payment,
    pub(super) refund: Refund,
}

impl Payments {
    /// Gives money back. The same key with the same request gives it back once; where an earlier call got no answer it
    /// goes on with it.
    pub async fn refund(&self, request: &RefundRequest) -> Result<Done, ServiceError> {
        let key = checked_key(&request.idempotency_key)?;
        let reason =
            text::optional_line("reason", request.reason.as_deref().unwrap_or_default(), limits::SHORT_TEXT)
                .map_err(|invalid| ServiceError::refuse(["reason"], invalid))?;
        if request.lines.len() > limits::PAGE {
            return Err(ServiceError::refuse(["lines"], Problem::TooMany { max: limits::PAGE }));
        }
        let (payment, _) = self.found(request.payment).await?;
        if let Some(amount) = request.amount {
            if amount.currency() != payment.currency {
                let (expected, actual) = (payment.currency, amount.currency());
                let mismatch = InvalidValue::CurrencyMismatch { expected, actual };
                return Err(ServiceError::refuse(["amount"], mismatch));
            }
            if amount.minor() <= 0 {
                let max = payment.refundable().minor();
                return Err(ServiceError::refuse(["amount"], Problem::OutOfRange { min: 1, max }));
            }
        }
        let (id, again) = self.reserve(request, &key, reason, &payment).await?;
        let refund = self.storage.refunds(&[id]).await?.remove(&id).ok_or_else(no_payment)?;
        let (payment, _) = self.found(request.payment).await?;
        self.ask_for(Reserved { payment, refund }, again).await
    }

    async fn reserve(
        &self,
        request: &RefundRequest,
        key: &str,
        reason: Option<String>,
        known: &Payment,
    ) -> Result<(RefundId, bool), ServiceError> {
        let now = self.context.now();
        let mut parts = vec![
            known.id.to_string(),
            request.amount.map(|amount| amount.to_string()).unwrap_or_default(),
            reason.clone().unwrap_or_default(),
            request.restock.to_string(),
        ];
        parts.extend(request.lines.iter().map(|(line, quantity)| format!("{line}={quantity}")));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let scope = "payment.refund";
        let mut unit = self.storage.begin().await?;
        match unit.claim_key(scope, key, &fingerprint(&parts), now).await? {
            KeyClaim::New => {}
            KeyClaim::Done(kept) => {
                let id = kept.parse().map_err(|_| ServiceError::Internal("a kept result".to_owned()))?;
                return Ok((id, true));
            }
            KeyClaim::Reused => {
                return Err(ServiceError::refuse(["idempotencyKey"], Problem::IdempotencyKeyReused));
            }
        }
        let order = unit.order_for_update(known.order_id).await?.ok_or_else(no_payment)?;
        let payment = unit.payment_for_update(known.id).await?.ok_or_else(no_payment)?;
        let left = payment.refundable();
        if left.is_zero() {
            return Err(ServiceError::refuse(["paymentId"], Problem::NotRefundable));
        }
        let of_lines = self.price_of(unit.as_mut(), &order, &request.lines).await?;
        let amount = request.amount.or(of_lines).unwrap_or(left);
        if amount.minor() > left.minor() {
            return Err(ServiceError::refuse(["amount"], Problem::AmountTooLarge { left }));
        }
        if amount.is_zero() {
            return Err(ServiceError::refuse(["lines"], Problem::NotRefundable));
        }
        let whole = amount.minor() == payment.captured_minor;
        if !whole && !self.gateway_of(&payment)?.profile().supports_partial_refund {
            let reason = format!("{} gives back everything or nothing", payment.gateway);
            return Err(ServiceError::refuse(["amount"], Problem::Unfit { reason }));
        }
        let refund = Refund {
            id: self.context.new_id(),
            payment_id: payment.id,
            order_id: order.id,
            amount,
            reason,
            status: RefundStatus::Pending,
            lines: request.lines.clone(),
            restock: request.restock,
            idempotency_key: format!("refund:{key}"),
            created_at: now,
            updated_at: now,
        };
        self.write(unit.as_mut(), payment, &refund).await?;
        unit.keep_result(scope, key, &refund.id.to_string()).await?;
        unit.save().await?;
        Ok((refund.id, false))
    }

    /// Writes a refund and counts its amount as gone, before anybody is asked for it.
    pub(super) async fn write(
        &self,
        unit: &mut dyn UnitOfWork,
        mut payment: Payment,
        refund: &Refund,
    ) -> Result<Payment, ServiceError> {
        let amount = refund.amount.minor();
        let entry = Entry::amount(PaymentEventKind::RefundRequested, amount);
        self.note(unit, &payment, vec![entry], None).await?;
        unit.insert_refund(refund).await?;
        payment.refunded_minor += amount;
        payment.updated_at = self.context.now();
        Ok(unit.update_payment(&payment).await?)
    }

    /// What these pieces cost, as far as none of them was paid back or is about to be. `None` without lines.
    async fn price_of(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        wanted: &[(OrderLineId, u32)],
    ) -> Result<Option<Money>, ServiceError> {
        if wanted.is_empty() {
            return Ok(None);
        }
        let lines = unit.lines_of_order(order.id).await?;
        let mut gone: BTreeMap<OrderLineId, u32> =
            lines.iter().map(|line| (line.id, line.refunded_quantity)).collect();
        for (line, quantity) in pieces_going_back(unit, order.id).await? {
            *gone.entry(line).or_default() += quantity;
        }
        let mut sum = Money::zero(order.cost.currency);
        for (index, (id, quantity)) in wanted.iter().enumerate() {
            let place = |field: &str| ["lines".to_owned(), index.to_string(), field.to_owned()];
            let unknown = || Problem::NotFound { what: "line of this order" };
            let line = lines.iter().find(|line| line.id == *id);
            let line = line.ok_or_else(|| ServiceError::refuse(place("orderLineId"), unknown()))?;
            let before = gone.get(id).copied().unwrap_or(0);
            let left = line.quantity.saturating_sub(before);
            if *quantity == 0 || *quantity > left {
                let problem = Problem::OutOfRange { min: 1, max: i64::from(left) };
                return Err(ServiceError::refuse(place("quantity"), problem));
            }
            let price = order.money(share(line, before + quantity) - share(line, before));
            sum = sum.checked_add(price).map_err(|invalid| ServiceError::refuse(["lines"], invalid))?;
            gone.insert(*id, before + quantity);
        }
        Ok(Some(sum))
    }

    /// Asks the gateway for a refund that is reserved, and settles what it says.
    pub(super) async fn ask_for(&self, reserved: Reserved, again: bool) -> Result<Done, ServiceError> {
        let Reserved { payment, refund } = reserved;
        if refund.status != RefundStatus::Pending {
            let failed = refund.status == RefundStatus::Failed;
            let refused = failed.then(|| ServiceError::refuse(["paymentId"], Problem::NotRefundable));
            return Ok(Done { payment, refusal: refused });
        }
        let (told, failure) = match self.gateway_of(&payment)?.refund(&payment, &refund, again).await {
            Ok(told) => (told, None),
            Err(
                error @ (GatewayError::Declined(_)
                | GatewayError::Refused { .. }
                | GatewayError::Unsupported(_)),
            ) => {
                let told = RefundReport {
                    refund: Some(refund.id),
                    gateway_id: None,
                    amount_minor: None,
                    status: RefundStatus::Failed,
                    chargeback: false,
                };
                (told, Some(refusal(&payment.gateway, error)))
            }
            // Reserved and pending: it is asked for again.
            Err(error) => {
                if again {
                    let mut unit = self.storage.begin().await?;
                    unit.update_refund(&Refund { updated_at: self.context.now(), ..refund }).await?;
                    unit.save().await?;
                }
                return Ok(Done { refusal: Some(refusal(&payment.gateway, error)), payment });
            }
        };
        let report = Report { refunds: vec![told], ..Report::at(Stage::Pending) };
        let source = if again { Source::Enquiry } else { Source::Answer };
        let payment = self.settle(payment.id, &report, source).await?;
        Ok(Done { payment, refusal: failure })
    }
}

/// What the first `pieces` of a line cost. Rounded down, so that the shares of all pieces sum to the line exactly.
fn share(line: &OrderLine, pieces: u32) -> i64 {
    let product = i128::from(line.total_minor) * i128::from(pieces);
    i64::try_from(product / i128::from(line.quantity.max(1))).unwrap_or(line.total_minor)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(total_minor: i64, quantity: u32) -> OrderLine {
        let id = Uuid::from_u128(1);
        OrderLine {
            id: id.into(),
            order_id: id.into(),
            position: 0,
            product_id: id.into(),
            variant_id: id.into(),
            product_name: String::new(),
            sku: String::new(),
            quantity,
            fulfilled_quantity: 0,
            refunded_quantity: 0,
            unit_price_minor: 0,
            discount_minor: 0,
            tax_minor: 0,
            total_minor,
            recommendation_id: None,
        }
    }

    #[test]
    fn the_pieces_of_a_line_cost_what_the_line_costs() {
        let line = line(1000, 3);
        let each: Vec<i64> = (0..3).map(|before| share(&line, before + 1) - share(&line, before)).collect();
        assert_eq!(each, [333, 333, 334]);
        assert_eq!(share(&line, 3), 1000);
    }
}
