//! WeChat Pay's objects, as far as the shop reads them.

use serde::Deserialize;
use uuid::Uuid;

use crate::domain::ids::{PaymentId, RefundId};
use crate::domain::payment::RefundStatus;
use crate::payments::{Decline, GatewayError, RefundReport, Report, Stage};

#[derive(Debug, Deserialize)]
pub(super) struct CodeUrl {
    pub(super) code_url: String,
}

#[derive(Debug, Deserialize)]
struct Amount {
    total: i64,
    currency: Option<String>,
}

/// A transaction, in answers and in notices.
#[derive(Debug, Deserialize)]
pub(super) struct Transaction {
    pub(super) mchid: String,
    out_trade_no: String,
    pub(super) transaction_id: Option<String>,
    trade_state: String,
    amount: Option<Amount>,
}

impl Transaction {
    pub(super) fn ours(&self) -> Option<PaymentId> {
        Uuid::try_parse(&self.out_trade_no).ok().map(PaymentId)
    }

    pub(super) fn report(&self) -> Result<Report, GatewayError> {
        let mut report = match self.trade_state.as_str() {
            // REFUND is said of what was paid and then given back, wholly or in part.
            "SUCCESS" | "REFUND" => {
                let amount = self
                    .amount
                    .as_ref()
                    .filter(|amount| amount.currency.as_deref().unwrap_or("CNY") == "CNY");
                let amount = amount.ok_or_else(|| {
                    GatewayError::BadAnswer("a paid transaction without its amount".to_owned())
                })?;
                Report::captured(amount.total)
            }
            "CLOSED" | "REVOKED" => Report::at(Stage::Voided),
            "PAYERROR" => Report {
                decline: Some(Decline { code: "PAYERROR".to_owned(), retryable: true }),
                ..Report::at(Stage::Pending)
            },
            _ => Report::at(Stage::Pending),
        };
        report.reference.clone_from(&self.transaction_id);
        Ok(report)
    }
}

#[derive(Debug, Deserialize)]
struct RefundAmount {
    refund: i64,
}

/// A refund: answers say `status`, notices `refund_status`.
#[derive(Debug, Deserialize)]
pub(super) struct WeChatRefund {
    refund_id: String,
    out_refund_no: String,
    pub(super) out_trade_no: Option<String>,
    pub(super) transaction_id: Option<String>,
    pub(super) mchid: Option<String>,
    #[serde(alias = "refund_status")]
    status: String,
    amount: RefundAmount,
}

impl WeChatRefund {
    pub(super) fn report(&self) -> RefundReport {
        let status = match self.status.as_str() {
            "SUCCESS" => RefundStatus::Succeeded,
            "CLOSED" => RefundStatus::Failed,
            // ABNORMAL: the buyer's card cannot take it; the merchant resolves that at WeChat.
            _ => RefundStatus::Pending,
        };
        RefundReport {
            refund: Uuid::try_parse(&self.out_refund_no).ok().map(RefundId),
            gateway_id: Some(self.refund_id.clone()),
            amount_minor: Some(self.amount.refund),
            status,
            chargeback: false,
        }
    }
}

/// An answer that is not a success.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    code: String,
    message: Option<String>,
}

impl Failure {
    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    pub(super) fn into_error(self) -> GatewayError {
        match self.code.as_str() {
            "SYSTEM_ERROR" | "FREQUENCY_LIMITED" | "FREQUENCY_LIMIT_EXCEED" => {
                GatewayError::Unavailable(self.code)
            }
            _ => GatewayError::Refused { code: self.code, detail: self.message.unwrap_or_default() },
        }
    }
}
