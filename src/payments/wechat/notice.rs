//! WeChat Pay's notices: an envelope around a transaction or a refund.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::objects::{Transaction, WeChatRefund};
use super::seal;
use crate::domain::ids::PaymentId;
use crate::payments::{Notice, Report, Stage, Target, Verified, WebhookRejected};

#[derive(Deserialize)]
struct Envelope {
    id: String,
    event_type: String,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    algorithm: String,
    ciphertext: String,
    nonce: String,
    #[serde(default)]
    associated_data: Option<String>,
}

/// A notice as it is kept: opened.
#[derive(Serialize, Deserialize)]
struct Opened {
    event_type: String,
    resource: Value,
}

pub(super) fn open(body: &[u8], key: &[u8; 32]) -> Result<Verified, WebhookRejected> {
    let malformed = WebhookRejected::Malformed("not a notice of WeChat Pay");
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| malformed)?;
    let resource = &envelope.resource;
    if resource.algorithm != "AEAD_AES_256_GCM" {
        return Err(malformed);
    }
    let associated = resource.associated_data.as_deref().unwrap_or_default();
    let plain = seal::open(key, &resource.nonce, associated, &resource.ciphertext);
    let plain = plain.ok_or(WebhookRejected::BadSignature)?;
    let resource = serde_json::from_str(&plain).map_err(|_| malformed)?;
    let opened = Opened { event_type: envelope.event_type, resource };
    let payload = serde_json::to_string(&opened).map_err(|_| malformed)?;
    Ok(Verified { event_id: envelope.id, payload })
}

pub(super) fn read(payload: &str, merchant_id: &str) -> Result<Option<Notice>, String> {
    let opened: Opened = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    if opened.event_type.starts_with("TRANSACTION.") {
        transaction(opened.resource, merchant_id).map(Some)
    } else if opened.event_type.starts_with("REFUND.") {
        refund(opened.resource, merchant_id).map(Some)
    } else {
        Ok(None)
    }
}

fn transaction(resource: Value, merchant_id: &str) -> Result<Notice, String> {
    let transaction: Transaction = serde_json::from_value(resource).map_err(|error| error.to_string())?;
    if transaction.mchid != merchant_id {
        return Err("meant for another merchant".to_owned());
    }
    let report = transaction.report().map_err(|error| error.to_string())?;
    let target = Target { payment: transaction.ours(), reference: transaction.transaction_id };
    Ok(Notice { target, report })
}

fn refund(resource: Value, merchant_id: &str) -> Result<Notice, String> {
    let refund: WeChatRefund = serde_json::from_value(resource).map_err(|error| error.to_string())?;
    if refund.mchid.as_deref().is_some_and(|merchant| merchant != merchant_id) {
        return Err("meant for another merchant".to_owned());
    }
    let payment = refund.out_trade_no.as_deref().and_then(|number| Uuid::try_parse(number).ok());
    let target = Target { payment: payment.map(PaymentId), reference: refund.transaction_id.clone() };
    let report = Report { refunds: vec![refund.report()], ..Report::at(Stage::Pending) };
    Ok(Notice { target, report })
}
