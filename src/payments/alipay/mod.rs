//! Alipay: a signed link to its page, queries, refunds and closing over the open API, and form-encoded notices.
//!
//! Everything is signed with RSA2 (SHA-256 with RSA): ours with the shop's key, theirs with Alipay's.

mod notice;
mod signing;
mod wire;

use async_trait::async_trait;
use chrono::DateTime;
use serde_json::{Value, json};

use self::signing::{canonical, to_query};
use self::wire::{Outcome, RefundState, Trade};
use super::remote::Remote;
use super::{
    Delivery, Gateway, GatewayError, Notice, Profile, Purpose, RefundReport, Reply, Report, SigningKey,
    Stage, Verified, VerifyingKey, WebhookRejected,
};
use crate::context::Context;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::{Payment, PaymentNextAction, Refund, RefundStatus};
use crate::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};

/// Alipay reads times as China's.
const CHINA_AHEAD_MS: i64 = 8 * HOUR_MS;
/// How long the page takes the buyer's money; past that a payment has to be begun anew.
const PAGE_OPEN_MS: i64 = 30 * MINUTE_MS;

/// What the open platform's console says.
pub struct AlipaySettings {
    /// `https://openapi.alipay.com/gateway.do`, or the sandbox's.
    pub gateway_url: String,
    pub app_id: String,
    pub key: SigningKey,
    pub alipay_key: VerifyingKey,
    /// Where notices are sent: our webhook address.
    pub notify_url: String,
}

/// The gateway.
pub struct Alipay {
    profile: Profile,
    settings: AlipaySettings,
    remote: Remote,
    context: Context,
}

impl Alipay {
    pub fn new(settings: AlipaySettings, remote: Remote, context: Context) -> Self {
        let profile = Profile {
            id: "alipay",
            name: "Alipay",
            currencies: vec![Currency::CNY],
            supports_authorize: false,
            supports_partial_refund: true,
        };
        Self { profile, settings, remote, context }
    }

    /// The parameters of a request, signed.
    fn signed(
        &self,
        method: &str,
        content: &Value,
        return_url: Option<&str>,
    ) -> Result<Vec<(String, String)>, GatewayError> {
        let mut parameters: Vec<(String, String)> = [
            ("app_id", self.settings.app_id.as_str()),
            ("method", method),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("version", "1.0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        parameters.push(("timestamp".to_owned(), china_time(self.context.now())));
        parameters.push(("biz_content".to_owned(), content.to_string()));
        if method == "alipay.trade.page.pay" {
            parameters.push(("notify_url".to_owned(), self.settings.notify_url.clone()));
            parameters.extend(return_url.map(|url| ("return_url".to_owned(), url.to_owned())));
        }
        let signature = self.settings.key.sign(canonical(&parameters, &[]).as_bytes());
        let signature =
            signature.ok_or_else(|| GatewayError::Unavailable("no randomness to sign with".to_owned()))?;
        parameters.push(("sign".to_owned(), signature));
        Ok(parameters)
    }

    async fn call(&self, method: &str, content: &Value) -> Result<Outcome, GatewayError> {
        let answer = self
            .remote
            .send(|| {
                let parameters = self.signed(method, content, None)?;
                let request = self.remote.client().post(&self.settings.gateway_url).form(&parameters);
                request.build().map_err(|error| GatewayError::BadAnswer(error.without_url().to_string()))
            })
            .await?;
        if !answer.is_success() {
            return Err(GatewayError::BadAnswer(format!("status {}", answer.status)));
        }
        wire::read(answer.text()?, method, &self.settings.alipay_key)
    }

    async fn refund_state(&self, payment: &Payment, refund: &Refund) -> Result<RefundStatus, GatewayError> {
        let content = json!({ "out_trade_no": number(payment), "out_request_no": refund.id.uuid().simple().to_string() });
        let found = self.call("alipay.trade.fastpay.refund.query", &content).await?.done()?;
        let state: RefundState = found.parse()?;
        Ok(if state.refund_status.as_deref() == Some("REFUND_SUCCESS") {
            RefundStatus::Succeeded
        } else {
            RefundStatus::Pending
        })
    }
}

/// The shop's number for a payment at Alipay.
fn number(payment: &Payment) -> String {
    payment.id.uuid().simple().to_string()
}

fn china_time(at: Timestamp) -> String {
    let shifted = DateTime::from_timestamp_millis(at.as_millis().saturating_add(CHINA_AHEAD_MS));
    shifted.unwrap_or_default().format("%Y-%m-%d %H:%M:%S").to_string()
}

fn page_closes(payment: &Payment) -> Timestamp {
    Timestamp(payment.created_at.as_millis().saturating_add(PAGE_OPEN_MS))
}

#[async_trait]
impl Gateway for Alipay {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn healthy(&self) -> bool {
        self.remote.is_healthy()
    }

    /// Makes the link; Alipay itself learns of the payment when the buyer opens it.
    async fn create(&self, payment: &Payment, purpose: &Purpose) -> Result<Report, GatewayError> {
        if !payment.terms.capture_now {
            return Err(GatewayError::Unsupported("promising money first and taking it later"));
        }
        let closes = page_closes(payment);
        let content = json!({
            "out_trade_no": number(payment),
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "total_amount": Money::new(payment.amount_minor, payment.currency).to_decimal(),
            "subject": purpose.description,
            "time_expire": china_time(closes),
        });
        let parameters =
            self.signed("alipay.trade.page.pay", &content, payment.terms.return_url.as_deref())?;
        let url = format!("{}?{}", self.settings.gateway_url, to_query(&parameters));
        Ok(Report {
            next_action: Some(PaymentNextAction::Redirect { url, expires_at: Some(closes) }),
            ..Report::at(Stage::Pending)
        })
    }

    async fn verify(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let content = json!({ "out_trade_no": number(payment) });
        match self.call("alipay.trade.query", &content).await? {
            // The page was never opened; it may still be.
            Outcome::Refused { code, .. } if code == "ACQ.TRADE_NOT_EXIST" => {
                let open = self.context.now() < page_closes(payment);
                Ok(Report::at(if open { Stage::Pending } else { Stage::Voided }))
            }
            outcome => outcome.done()?.parse::<Trade>()?.report(),
        }
    }

    async fn capture(&self, _: &Payment, _: Money) -> Result<Report, GatewayError> {
        Err(GatewayError::Unsupported("taking promised money"))
    }

    async fn void(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let content = json!({ "out_trade_no": number(payment) });
        match self.call("alipay.trade.close", &content).await? {
            Outcome::Done(_) => Ok(Report::at(Stage::Voided)),
            Outcome::Refused { code, .. } if code == "ACQ.TRADE_NOT_EXIST" => Ok(Report::at(Stage::Voided)),
            // Paid or closed meanwhile.
            Outcome::Refused { code, .. } if code == "ACQ.TRADE_STATUS_ERROR" => self.verify(payment).await,
            refused @ Outcome::Refused { .. } => {
                refused.done()?;
                Ok(Report::at(Stage::Pending))
            }
        }
    }

    async fn refund(
        &self,
        payment: &Payment,
        refund: &Refund,
        _: bool,
    ) -> Result<RefundReport, GatewayError> {
        let content = json!({
            "out_trade_no": number(payment),
            "out_request_no": refund.id.uuid().simple().to_string(),
            "refund_amount": refund.amount.to_decimal(),
            "refund_reason": refund.reason.as_deref().unwrap_or("refund"),
        });
        let made = self.call("alipay.trade.refund", &content).await?.done()?.parse::<wire::Refunded>()?;
        // Anything but Y is a repeat, or money still under way.
        let status = if made.fund_change.as_deref() == Some("Y") {
            RefundStatus::Succeeded
        } else {
            self.refund_state(payment, refund).await?
        };
        Ok(RefundReport {
            refund: Some(refund.id),
            gateway_id: None,
            amount_minor: Some(refund.amount.minor()),
            status,
            chargeback: false,
        })
    }

    fn parse_webhook(&self, delivery: &Delivery<'_>) -> Result<Verified, WebhookRejected> {
        notice::verify(delivery, &self.settings.alipay_key, &self.settings.app_id, self.context.now())
    }

    fn read_notice(&self, payload: &str) -> Result<Option<Notice>, String> {
        notice::read(payload)
    }

    fn reply(&self, taken: bool) -> Reply {
        let body = if taken { "success" } else { "failure" };
        Reply { status: 200, content_type: "text/plain; charset=utf-8", body }
    }
}
