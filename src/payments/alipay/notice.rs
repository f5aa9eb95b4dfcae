//! Alipay's notices: form-encoded, signed over all their parameters.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use uuid::Uuid;

use super::CHINA_AHEAD_MS;
use super::signing::canonical;
use super::wire::Trade;
use crate::domain::ids::{PaymentId, RefundId};
use crate::domain::payment::RefundStatus;
use crate::domain::time::{HOUR_MS, Timestamp};
use crate::payments::{Delivery, Notice, RefundReport, Target, Verified, VerifyingKey, WebhookRejected};

/// Alipay repeats a notice over a day and a few minutes.
const OLDEST_MS: i64 = 26 * HOUR_MS;
const AHEAD_MS: i64 = HOUR_MS;
/// More than any notice has.
const MAX_PARAMETERS: usize = 100;

pub(super) fn verify(
    delivery: &Delivery<'_>,
    key: &VerifyingKey,
    app_id: &str,
    now: Timestamp,
) -> Result<Verified, WebhookRejected> {
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(delivery.body)
        .take(MAX_PARAMETERS + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if parameters.len() > MAX_PARAMETERS {
        return Err(WebhookRejected::Malformed("too many parameters"));
    }
    let map: BTreeMap<&str, &str> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if map.len() != parameters.len() {
        return Err(WebhookRejected::Malformed("a parameter comes twice"));
    }
    let signature = map.get("sign").ok_or(WebhookRejected::BadSignature)?;
    let signed = canonical(&parameters, &["sign", "sign_type"]);
    if map.get("sign_type") != Some(&"RSA2") || !key.verify(signed.as_bytes(), signature) {
        return Err(WebhookRejected::BadSignature);
    }
    // One key of Alipay's signs for every merchant's application.
    if map.get("app_id") != Some(&app_id) {
        return Err(WebhookRejected::Malformed("meant for another application"));
    }
    let sent = map.get("notify_time").and_then(|text| china_instant(text));
    let sent = sent.ok_or(WebhookRejected::Malformed("no time in it"))?;
    let age = now.as_millis().saturating_sub(sent);
    if !(-AHEAD_MS..=OLDEST_MS).contains(&age) {
        return Err(WebhookRejected::Stale);
    }
    let event_id = map.get("notify_id").filter(|id| !id.is_empty());
    let event_id = (*event_id.ok_or(WebhookRejected::Malformed("no id in it"))?).to_owned();
    let payload = serde_json::to_string(&map).map_err(|_| WebhookRejected::Malformed("not text"))?;
    Ok(Verified { event_id, payload })
}

pub(super) fn read(payload: &str) -> Result<Option<Notice>, String> {
    let map: BTreeMap<String, String> = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let trade: Trade = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let payment = map.get("out_trade_no").and_then(|number| Uuid::try_parse(number).ok()).map(PaymentId);
    let mut report = trade.report().map_err(|error| error.to_string())?;
    let refund = map.get("out_biz_no").and_then(|number| Uuid::try_parse(number).ok()).map(RefundId);
    if refund.is_some() && trade.refund_fee.is_some() {
        report.refunds.push(RefundReport {
            refund,
            gateway_id: None,
            // The notice tells the sum of all refunds; this one's amount is in our own record.
            amount_minor: None,
            status: RefundStatus::Succeeded,
            chargeback: false,
        });
    }
    Ok(Some(Notice { target: Target { payment, reference: trade.trade_no }, report }))
}

fn china_instant(text: &str) -> Option<i64> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(local.and_utc().timestamp_millis() - CHINA_AHEAD_MS)
}
