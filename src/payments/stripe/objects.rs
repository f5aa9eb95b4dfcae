//! Stripe's objects, as far as the shop reads them.

use serde::Deserialize;

use super::shop_amount;
use crate::domain::ids::{PaymentId, RefundId};
use crate::domain::money::Currency;
use crate::domain::payment::{PaymentNextAction, RefundStatus};
use crate::payments::{Decline, GatewayError, RefundReport, Report, Stage};

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Metadata {
    payment_id: Option<String>,
    refund_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    status: String,
    currency: String,
    #[serde(default)]
    amount_received: i64,
    client_secret: Option<String>,
    next_action: Option<NextAction>,
    last_payment_error: Option<ErrorDetail>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Clone, Deserialize)]
struct NextAction {
    redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Debug, Clone, Deserialize)]
struct RedirectToUrl {
    url: Option<String>,
}

impl Intent {
    /// Our payment, as we named it when it was made.
    pub(super) fn ours(&self) -> Option<PaymentId> {
        self.metadata.payment_id.as_deref()?.parse().ok()
    }

    pub(super) fn currency(&self) -> Option<Currency> {
        Currency::from_code(&self.currency.to_uppercase())
    }

    pub(super) fn report(&self, currency: Currency, publishable_key: &str) -> Result<Report, GatewayError> {
        if self.currency() != Some(currency) {
            return Err(GatewayError::BadAnswer(format!("a payment in {}", self.currency)));
        }
        let stage = match self.status.as_str() {
            "succeeded" => Stage::Captured,
            "requires_capture" => Stage::Authorized,
            "canceled" => Stage::Voided,
            // A refused attempt leaves the intent open for another one.
            _ => Stage::Pending,
        };
        let captured_minor =
            (stage == Stage::Captured).then(|| shop_amount(self.amount_received, currency)).transpose()?;
        let decline = self.last_payment_error.as_ref().filter(|_| stage == Stage::Pending);
        Ok(Report {
            reference: Some(self.id.clone()),
            stage,
            captured_minor,
            next_action: (stage == Stage::Pending).then(|| self.next(publishable_key)).flatten(),
            decline: decline.map(ErrorDetail::decline),
            ..Report::default()
        })
    }

    fn next(&self, publishable_key: &str) -> Option<PaymentNextAction> {
        let redirect = self.next_action.as_ref().and_then(|next| next.redirect_to_url.as_ref());
        if let Some(url) = redirect.and_then(|redirect| redirect.url.clone()) {
            return Some(PaymentNextAction::Redirect { url, expires_at: None });
        }
        // Without money on its way there is something for the buyer to do in Stripe's widget.
        (self.status != "processing").then_some(())?;
        self.client_secret.clone().map(|client_secret| PaymentNextAction::ClientSecret {
            client_secret,
            publishable_key: publishable_key.to_owned(),
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct StripeRefund {
    id: String,
    amount: i64,
    pub(super) currency: String,
    pub(super) payment_intent: Option<String>,
    status: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

impl StripeRefund {
    pub(super) fn ours(&self) -> Option<RefundId> {
        self.metadata.refund_id.as_deref()?.parse().ok()
    }

    pub(super) fn report(&self, currency: Currency) -> Result<RefundReport, GatewayError> {
        let status = match self.status.as_deref() {
            Some("succeeded") => RefundStatus::Succeeded,
            Some("failed" | "canceled") => RefundStatus::Failed,
            _ => RefundStatus::Pending,
        };
        Ok(RefundReport {
            refund: self.ours(),
            gateway_id: Some(self.id.clone()),
            amount_minor: Some(shop_amount(self.amount, currency)?),
            status,
            chargeback: false,
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) payment_intent: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

#[derive(Debug, Clone, Deserialize)]
struct ErrorEnvelope {
    error: ErrorBody,
}

/// The `error` of an answer that is not a success.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(flatten)]
    detail: ErrorDetail,
    payment_intent: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ErrorDetail {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
}

/// Refusals that no other card of the buyer's and no later attempt would mend.
const HOPELESS: [&str; 5] = ["fraudulent", "stolen_card", "lost_card", "merchant_blacklist", "pickup_card"];

impl ErrorDetail {
    fn decline(&self) -> Decline {
        let code = self.decline_code.as_ref().or(self.code.as_ref());
        let code = code.cloned().unwrap_or_else(|| "declined".to_owned());
        Decline { retryable: !HOPELESS.contains(&code.as_str()), code }
    }
}

impl ErrorBody {
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice::<ErrorEnvelope>(body).map(|envelope| envelope.error)
    }

    pub(super) fn payment_intent(&self) -> Option<Intent> {
        serde_json::from_value(self.payment_intent.clone()?).ok()
    }

    pub(super) fn status_says_missing(&self) -> bool {
        self.detail.code.as_deref() == Some("resource_missing")
    }

    pub(super) fn into_error(self) -> GatewayError {
        let code = self.detail.code.clone().or(self.detail.kind.clone()).unwrap_or_default();
        match self.detail.kind.as_deref() {
            Some("card_error") => GatewayError::Declined(self.detail.decline()),
            Some("api_error") => GatewayError::Unavailable(code),
            // The same request is still being worked on under this key.
            _ if code == "lock_timeout" || code == "idempotency_key_in_use" => {
                GatewayError::Unavailable(code)
            }
            _ => GatewayError::Refused { code, detail: self.detail.message.unwrap_or_default() },
        }
    }
}
