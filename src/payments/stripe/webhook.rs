//! Stripe's events: `Stripe-Signature` over the raw body, then the object the event carries.

use serde::Deserialize;
use serde_json::Value;

use super::objects::{Dispute, Intent, StripeRefund};
use super::shop_amount;
use crate::domain::money::Currency;
use crate::domain::payment::RefundStatus;
use crate::domain::time::Timestamp;
use crate::payments::signed;
use crate::payments::{Delivery, Notice, RefundReport, Report, Stage, Target, Verified, WebhookRejected};

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: Value,
}

pub(super) fn verify(
    delivery: &Delivery<'_>,
    secret: &[u8],
    now: Timestamp,
) -> Result<Verified, WebhookRejected> {
    signed::check(delivery.header("stripe-signature"), delivery.body, secret, now)?;
    let payload = delivery.text()?;
    let event: Event =
        serde_json::from_str(payload).map_err(|_| WebhookRejected::Malformed("not an event of Stripe"))?;
    Ok(Verified { event_id: event.id, payload: payload.to_owned() })
}

pub(super) fn read(payload: &str, publishable_key: &str) -> Result<Option<Notice>, String> {
    let event: Event = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    match event.kind.as_str() {
        "payment_intent.succeeded"
        | "payment_intent.amount_capturable_updated"
        | "payment_intent.canceled"
        | "payment_intent.payment_failed"
        | "payment_intent.processing"
        | "payment_intent.requires_action" => intent(event.data.object, publishable_key).map(Some),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            refund(event.data.object).map(Some)
        }
        "charge.dispute.funds_withdrawn" => dispute(event.data.object).map(Some),
        _ => Ok(None),
    }
}

fn intent(object: Value, publishable_key: &str) -> Result<Notice, String> {
    let intent: Intent = serde_json::from_value(object).map_err(|error| error.to_string())?;
    let currency = intent.currency().ok_or("an unknown currency")?;
    let report = intent.report(currency, publishable_key).map_err(|error| error.to_string())?;
    Ok(Notice { target: Target { payment: intent.ours(), reference: Some(intent.id) }, report })
}

fn refund(object: Value) -> Result<Notice, String> {
    let refund: StripeRefund = serde_json::from_value(object).map_err(|error| error.to_string())?;
    let currency = currency(&refund.currency)?;
    let report = refund.report(currency).map_err(|error| error.to_string())?;
    let target = Target { payment: None, reference: refund.payment_intent };
    Ok(Notice { target, report: Report { refunds: vec![report], ..Report::at(Stage::Pending) } })
}

fn dispute(object: Value) -> Result<Notice, String> {
    let dispute: Dispute = serde_json::from_value(object).map_err(|error| error.to_string())?;
    let amount =
        shop_amount(dispute.amount, currency(&dispute.currency)?).map_err(|error| error.to_string())?;
    let back = RefundReport {
        refund: None,
        gateway_id: Some(dispute.id),
        amount_minor: Some(amount),
        status: RefundStatus::Succeeded,
        chargeback: true,
    };
    let target = Target { payment: None, reference: dispute.payment_intent };
    Ok(Notice { target, report: Report { refunds: vec![back], ..Report::at(Stage::Pending) } })
}

fn currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(&code.to_uppercase()).ok_or_else(|| format!("an unknown currency {code}"))
}
