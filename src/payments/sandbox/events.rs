//! The sandbox's webhooks: small JSON events about one payment.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{PaymentId, RefundId};
use crate::domain::payment::{Payment, RefundStatus};
use crate::payments::{Decline, Notice, RefundReport, Report, Stage, Target};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    #[serde(rename = "payment.authorized")]
    Authorized,
    #[serde(rename = "payment.captured")]
    Captured,
    #[serde(rename = "payment.failed")]
    Failed,
    #[serde(rename = "payment.voided")]
    Voided,
    #[serde(rename = "refund.succeeded")]
    RefundSucceeded,
    #[serde(rename = "refund.failed")]
    RefundFailed,
    #[serde(rename = "chargeback")]
    Chargeback,
}

/// An event as it is sent. `amount` is in minor units: taken in all, or given back by this refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: EventKind,
    pub payment: String,
    pub amount: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<String>,
}

/// The sandbox's name for a payment.
pub(super) fn reference(payment: PaymentId) -> String {
    format!("sbx_{}", payment.uuid().simple())
}

impl Event {
    /// An event about the whole payment. One of a kind has one id, so that telling it again changes nothing.
    pub fn about(payment: &Payment, kind: EventKind) -> Self {
        let id = format!("sbx_evt_{}_{kind:?}", payment.id.uuid().simple()).to_lowercase();
        Self { id, kind, payment: payment.id.to_string(), amount: payment.amount_minor, refund: None }
    }

    /// An event about one of its refunds, ours or one made at the gateway.
    pub fn about_refund(payment: &Payment, refund: Option<RefundId>, kind: EventKind, amount: i64) -> Self {
        let whole = Self::about(payment, kind);
        let name = match refund {
            Some(refund) => refund.uuid().simple().to_string(),
            None => format!("other_{amount}"),
        };
        Self { id: format!("{}_{name}", whole.id), amount, refund: refund.map(|id| id.to_string()), ..whole }
    }

    pub(super) fn to_json(&self) -> String {
        // Plain fields of text and numbers: writing them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    pub(super) fn notice(&self) -> Result<Notice, String> {
        let payment: PaymentId = self.payment.parse().map_err(|_| "not a payment's id")?;
        let refund = self.refund.as_deref().map(str::parse).transpose().map_err(|_| "not a refund's id")?;
        let report = match self.kind {
            EventKind::Authorized => Report::at(Stage::Authorized),
            EventKind::Captured => Report::captured(self.amount),
            EventKind::Failed => Report {
                decline: Some(Decline { code: "declined_by_buyer".to_owned(), retryable: true }),
                ..Report::at(Stage::Failed)
            },
            EventKind::Voided => Report::at(Stage::Voided),
            EventKind::RefundSucceeded | EventKind::RefundFailed | EventKind::Chargeback => {
                let failed = self.kind == EventKind::RefundFailed;
                let status = if failed { RefundStatus::Failed } else { RefundStatus::Succeeded };
                let told = RefundReport {
                    refund,
                    gateway_id: Some(self.id.clone()),
                    amount_minor: Some(self.amount),
                    status,
                    chargeback: self.kind == EventKind::Chargeback,
                };
                Report { refunds: vec![told], ..Report::at(Stage::Pending) }
            }
        };
        let report = report.named(reference(payment));
        Ok(Notice { target: Target { payment: Some(payment), reference: None }, report })
    }
}
