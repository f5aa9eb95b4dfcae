//! Stripe: PaymentIntents confirmed in the buyer's browser, refunds, and webhooks with a timestamped HMAC.

mod amounts;
mod objects;
mod webhook;

use async_trait::async_trait;
use reqwest::Method;
use serde::de::DeserializeOwned;

use self::amounts::{from_stripe, to_stripe};
use self::objects::{ErrorBody, Intent, List, StripeRefund};
use super::remote::{Answer, Remote};
use super::{
    Delivery, Gateway, GatewayError, Notice, Profile, Purpose, RefundReport, Report, Verified,
    WebhookRejected,
};
use crate::context::Context;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::{Payment, Refund};

/// The version whose objects this module reads; without it an account's own default would decide.
const API_VERSION: &str = "2024-06-20";
/// Refunds looked through for one that may have been asked for before.
const REFUNDS_LISTED: &str = "100";

/// What the account's console says.
#[derive(Clone)]
pub struct StripeSettings {
    /// Where the API is; another address only in tests.
    pub base_url: String,
    pub secret_key: String,
    pub publishable_key: String,
    pub webhook_secret: String,
    pub currencies: Vec<Currency>,
}

/// The gateway.
pub struct Stripe {
    profile: Profile,
    settings: StripeSettings,
    remote: Remote,
    context: Context,
}

type Form = Vec<(&'static str, String)>;

impl Stripe {
    pub fn new(settings: StripeSettings, remote: Remote, context: Context) -> Self {
        let profile = Profile {
            id: "stripe",
            name: "Stripe",
            currencies: settings.currencies.clone(),
            supports_authorize: true,
            supports_partial_refund: true,
        };
        Self { profile, settings, remote, context }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        form: &Form,
        key: Option<&str>,
    ) -> Result<Result<T, ErrorBody>, GatewayError> {
        let url = format!("{}{path}", self.settings.base_url.trim_end_matches('/'));
        let answer = self
            .remote
            .send(|| {
                let mut request = self
                    .remote
                    .client()
                    .request(method.clone(), url.as_str())
                    .bearer_auth(&self.settings.secret_key)
                    .header("Stripe-Version", API_VERSION);
                if let Some(key) = key {
                    request = request.header("Idempotency-Key", key).form(form);
                }
                request.build().map_err(|error| GatewayError::BadAnswer(error.without_url().to_string()))
            })
            .await?;
        read(&answer)
    }

    async fn intent(
        &self,
        path: &str,
        form: &Form,
        key: &str,
        payment: &Payment,
    ) -> Result<Report, GatewayError> {
        match self.call::<Intent>(Method::POST, path, form, Some(key)).await? {
            Ok(intent) => self.report(&intent, payment.currency),
            Err(body) => match (body.payment_intent(), body.into_error()) {
                // It refuses because the payment went another way meanwhile: that way is the answer.
                (Some(intent), GatewayError::Refused { code, .. })
                    if code == "payment_intent_unexpected_state" =>
                {
                    self.report(&intent, payment.currency)
                }
                (_, error) => Err(error),
            },
        }
    }

    fn report(&self, intent: &Intent, currency: Currency) -> Result<Report, GatewayError> {
        intent.report(currency, &self.settings.publishable_key)
    }

    /// A refund asked for before whose answer never came. Stripe forgets idempotency keys after a day.
    async fn known_refund(
        &self,
        reference: &str,
        refund: &Refund,
    ) -> Result<Option<StripeRefund>, GatewayError> {
        let path = format!("/v1/refunds?payment_intent={reference}&limit={REFUNDS_LISTED}");
        let list = self.call::<List<StripeRefund>>(Method::GET, &path, &Form::new(), None).await?;
        let list = list.map_err(ErrorBody::into_error)?;
        Ok(list.data.into_iter().find(|known| known.ours() == Some(refund.id)))
    }
}

/// The object asked for, or what was wrong.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<Result<T, ErrorBody>, GatewayError> {
    let malformed = |error: serde_json::Error| GatewayError::BadAnswer(error.to_string());
    if answer.is_success() {
        return serde_json::from_slice(&answer.body).map(Ok).map_err(malformed);
    }
    let body = ErrorBody::read(&answer.body).map_err(malformed)?;
    Ok(Err(body))
}

fn reference(payment: &Payment) -> Result<&str, GatewayError> {
    let reference = payment.gateway_reference.as_deref().ok_or(GatewayError::Unknown)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if reference.bytes().all(plain) { Ok(reference) } else { Err(GatewayError::Unknown) }
}

fn amount(money: Money) -> Result<String, GatewayError> {
    to_stripe(money).map(|amount| amount.to_string()).ok_or_else(|| GatewayError::Refused {
        code: "amount_not_representable".to_owned(),
        detail: format!("{money} has a fraction that Stripe does not take"),
    })
}

#[async_trait]
impl Gateway for Stripe {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn healthy(&self) -> bool {
        self.remote.is_healthy()
    }

    async fn create(&self, payment: &Payment, purpose: &Purpose) -> Result<Report, GatewayError> {
        let id = payment.id.to_string();
        let mut form: Form = vec![
            ("amount", amount(Money::new(payment.amount_minor, payment.currency))?),
            ("currency", payment.currency.code().to_lowercase()),
            ("capture_method", if payment.terms.capture_now { "automatic" } else { "manual" }.to_owned()),
            ("automatic_payment_methods[enabled]", "true".to_owned()),
            ("description", purpose.description.clone()),
            ("metadata[payment_id]", id.clone()),
            ("metadata[order_number]", purpose.order_number.clone()),
        ];
        if let Some(method) = &payment.terms.method {
            form.extend([("payment_method", method.clone()), ("confirm", "true".to_owned())]);
            match &payment.terms.return_url {
                Some(url) => form.push(("return_url", url.clone())),
                None => form.push(("automatic_payment_methods[allow_redirects]", "never".to_owned())),
            }
        }
        self.intent("/v1/payment_intents", &form, &format!("create:{id}"), payment).await
    }

    async fn verify(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let path = format!("/v1/payment_intents/{}", reference(payment)?);
        match self.call::<Intent>(Method::GET, &path, &Form::new(), None).await? {
            Ok(intent) => self.report(&intent, payment.currency),
            Err(body) if body.status_says_missing() => Err(GatewayError::Unknown),
            Err(body) => Err(body.into_error()),
        }
    }

    async fn capture(&self, payment: &Payment, amount_taken: Money) -> Result<Report, GatewayError> {
        let path = format!("/v1/payment_intents/{}/capture", reference(payment)?);
        let form = vec![("amount_to_capture", amount(amount_taken)?)];
        let key = format!("capture:{}:{}", payment.id, amount_taken.minor());
        self.intent(&path, &form, &key, payment).await
    }

    async fn void(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let path = format!("/v1/payment_intents/{}/cancel", reference(payment)?);
        self.intent(&path, &Form::new(), &format!("cancel:{}", payment.id), payment).await
    }

    async fn refund(
        &self,
        payment: &Payment,
        refund: &Refund,
        again: bool,
    ) -> Result<RefundReport, GatewayError> {
        let reference = reference(payment)?;
        if again && let Some(known) = self.known_refund(reference, refund).await? {
            return known.report(payment.currency);
        }
        let form = vec![
            ("payment_intent", reference.to_owned()),
            ("amount", amount(refund.amount)?),
            ("reason", "requested_by_customer".to_owned()),
            ("metadata[refund_id]", refund.id.to_string()),
        ];
        let key = format!("refund:{}", refund.id);
        match self.call::<StripeRefund>(Method::POST, "/v1/refunds", &form, Some(&key)).await? {
            Ok(made) => made.report(payment.currency),
            Err(body) => Err(body.into_error()),
        }
    }

    fn parse_webhook(&self, delivery: &Delivery<'_>) -> Result<Verified, WebhookRejected> {
        webhook::verify(delivery, self.settings.webhook_secret.as_bytes(), self.context.now())
    }

    fn read_notice(&self, payload: &str) -> Result<Option<Notice>, String> {
        webhook::read(payload, &self.settings.publishable_key)
    }
}

/// An amount of Stripe's in the shop's minor units.
fn shop_amount(amount: i64, currency: Currency) -> Result<i64, GatewayError> {
    from_stripe(amount, currency)
        .ok_or_else(|| GatewayError::BadAnswer(format!("an amount of {amount} {}", currency.code())))
}
