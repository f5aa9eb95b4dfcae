//! A payment's history: every change, in the order in which it was written.

use super::{Payments, ServiceError};
use crate::domain::ids::PaymentEventId;
use crate::domain::payment::{Payment, PaymentEvent, PaymentEventKind};
use crate::payments::Decline;
use crate::services::orders::rising;
use crate::storage::UnitOfWork;

const RETRYABLE: &str = "; may be tried again";

/// A change to be noted.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) kind: PaymentEventKind,
    pub(super) amount_minor: Option<i64>,
    pub(super) message: Option<String>,
}

impl Entry {
    pub(super) const fn of(kind: PaymentEventKind) -> Self {
        Self { kind, amount_minor: None, message: None }
    }

    pub(super) const fn amount(kind: PaymentEventKind, amount_minor: i64) -> Self {
        Self { kind, amount_minor: Some(amount_minor), message: None }
    }

    pub(super) fn failed(decline: &Decline) -> Self {
        let suffix = if decline.retryable { RETRYABLE } else { "" };
        Self { message: Some(format!("{}{suffix}", decline.code)), ..Self::of(PaymentEventKind::Failed) }
    }

    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }
}

/// How a payment was declined, as its history tells.
pub(super) fn decline_in(events: &[PaymentEvent]) -> Option<Decline> {
    let failed = events.iter().rev().find(|event| event.kind == PaymentEventKind::Failed)?;
    let message = failed.message.as_deref()?;
    Some(match message.strip_suffix(RETRYABLE) {
        Some(code) => Decline { code: code.to_owned(), retryable: true },
        None => Decline { code: message.to_owned(), retryable: false },
    })
}

impl Payments {
    /// Notes changes of a locked payment, before its next version is written.
    pub(super) async fn note(
        &self,
        unit: &mut dyn UnitOfWork,
        payment: &Payment,
        entries: Vec<Entry>,
        gateway_event_id: Option<&str>,
    ) -> Result<(), ServiceError> {
        for (place, entry) in (0..).zip(entries) {
            let event = PaymentEvent {
                id: PaymentEventId(rising(self.context.new_id(), payment.version, place)),
                payment_id: payment.id,
                kind: entry.kind,
                amount_minor: entry.amount_minor,
                gateway_event_id: gateway_event_id.map(str::to_owned),
                message: entry.message,
                at: self.context.now(),
            };
            unit.insert_payment_event(&event).await?;
        }
        Ok(())
    }
}
