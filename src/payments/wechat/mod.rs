//! WeChat Pay, API v3: a code to scan (Native), queries, closing, refunds, and encrypted notices.

mod notice;
mod objects;
mod seal;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, FixedOffset};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::objects::{CodeUrl, Failure, Transaction, WeChatRefund};
use super::remote::{Answer, Remote};
use super::signed::is_fresh;
use super::{
    Delivery, Gateway, GatewayError, Notice, Profile, Purpose, RefundReport, Reply, Report, SigningKey,
    Stage, Verified, VerifyingKey, WebhookRejected,
};
use crate::context::Context;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::{Payment, PaymentNextAction, Refund};
use crate::domain::time::{MINUTE_MS, Timestamp};

const CHINA_AHEAD_SECONDS: i32 = 8 * 3600;
/// How long the code can be paid; past that a payment has to be begun anew.
const CODE_OPEN_MS: i64 = 30 * MINUTE_MS;

/// What the merchant platform says.
pub struct WeChatSettings {
    /// `https://api.mch.weixin.qq.com`; another address only in tests.
    pub base_url: String,
    pub app_id: String,
    pub merchant_id: String,
    /// The serial number of the merchant's own certificate.
    pub merchant_serial: String,
    pub key: SigningKey,
    /// WeChat's keys by the serial or id that its messages name.
    pub platform_keys: HashMap<String, VerifyingKey>,
    /// The APIv3 key, by which notices are encrypted.
    pub api_v3_key: [u8; 32],
    /// Where notices are sent: our webhook address.
    pub notify_url: String,
}

/// The gateway.
pub struct WeChatPay {
    profile: Profile,
    settings: WeChatSettings,
    remote: Remote,
    context: Context,
}

impl WeChatPay {
    pub fn new(settings: WeChatSettings, remote: Remote, context: Context) -> Self {
        let profile = Profile {
            id: "wechat",
            name: "WeChat Pay",
            currencies: vec![Currency::CNY],
            supports_authorize: false,
            supports_partial_refund: true,
        };
        Self { profile, settings, remote, context }
    }

    fn authorization(&self, method: &Method, path: &str, body: &str) -> Result<String, GatewayError> {
        let seconds = self.context.now().as_millis() / 1000;
        let nonce = super::signed::to_hex(&self.context.random_bytes::<16>());
        let message = format!("{method}\n{path}\n{seconds}\n{nonce}\n{body}\n");
        let signature = self.settings.key.sign(message.as_bytes());
        let signature =
            signature.ok_or_else(|| GatewayError::Unavailable("no randomness to sign with".to_owned()))?;
        let (merchant, serial) = (&self.settings.merchant_id, &self.settings.merchant_serial);
        Ok(format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{merchant}\",nonce_str=\"{nonce}\",signature=\"{signature}\",\
             timestamp=\"{seconds}\",serial_no=\"{serial}\""
        ))
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        content: Option<&Value>,
    ) -> Result<Answer, GatewayError> {
        let url = format!("{}{path}", self.settings.base_url.trim_end_matches('/'));
        let body = content.map(Value::to_string).unwrap_or_default();
        let answer = self
            .remote
            .send(|| {
                let mut request = self
                    .remote
                    .client()
                    .request(method.clone(), url.as_str())
                    .header("Authorization", self.authorization(&method, path, &body)?)
                    .header("Accept", "application/json");
                if content.is_some() {
                    request = request.header("Content-Type", "application/json").body(body.clone());
                }
                request.build().map_err(|error| GatewayError::BadAnswer(error.without_url().to_string()))
            })
            .await?;
        if answer.is_success() {
            let signed = |name| answer.header(name);
            self.check(signed, &answer.body)
                .map_err(|rejected| GatewayError::BadAnswer(rejected.to_string()))?;
        }
        Ok(answer)
    }

    /// Whether WeChat signed this body just now.
    fn check<'a>(
        &self,
        header: impl Fn(&'static str) -> Option<&'a str>,
        body: &[u8],
    ) -> Result<(), WebhookRejected> {
        let wanted = |name| header(name).ok_or(WebhookRejected::BadSignature);
        let (timestamp, nonce) = (wanted("wechatpay-timestamp")?, wanted("wechatpay-nonce")?);
        let (signature, serial) = (wanted("wechatpay-signature")?, wanted("wechatpay-serial")?);
        let key = self.settings.platform_keys.get(serial).ok_or(WebhookRejected::BadSignature)?;
        let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        if !key.verify(&message, signature) {
            return Err(WebhookRejected::BadSignature);
        }
        is_fresh(timestamp.parse().map_err(|_| WebhookRejected::BadSignature)?, self.context.now())
    }

    async fn query(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let (number, merchant) = (number(payment), &self.settings.merchant_id);
        let path = format!("/v3/pay/transactions/out-trade-no/{number}?mchid={merchant}");
        let answer = self.call(Method::GET, &path, None).await?;
        match read::<Transaction>(&answer)? {
            Ok(transaction) => transaction.report(),
            Err(failure) if failure.is("ORDER_NOT_EXIST") || failure.is("ORDERNOTEXIST") => {
                Err(GatewayError::Unknown)
            }
            Err(failure) => Err(failure.into_error()),
        }
    }
}

/// The shop's number for a payment at WeChat; at most 32 characters are allowed.
fn number(payment: &Payment) -> String {
    payment.id.uuid().simple().to_string()
}

fn china_time(at: Timestamp) -> Option<String> {
    let zone = FixedOffset::east_opt(CHINA_AHEAD_SECONDS)?;
    let time = DateTime::from_timestamp_millis(at.as_millis())?.with_timezone(&zone);
    Some(time.format("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<Result<T, Failure>, GatewayError> {
    let malformed = |error: serde_json::Error| GatewayError::BadAnswer(error.to_string());
    if answer.is_success() {
        serde_json::from_slice(&answer.body).map(Ok).map_err(malformed)
    } else {
        serde_json::from_slice(&answer.body).map(Err).map_err(malformed)
    }
}

#[async_trait]
impl Gateway for WeChatPay {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn healthy(&self) -> bool {
        self.remote.is_healthy()
    }

    async fn create(&self, payment: &Payment, purpose: &Purpose) -> Result<Report, GatewayError> {
        if !payment.terms.capture_now {
            return Err(GatewayError::Unsupported("promising money first and taking it later"));
        }
        let closes = Timestamp(payment.created_at.as_millis().saturating_add(CODE_OPEN_MS));
        let content = json!({
            "appid": self.settings.app_id,
            "mchid": self.settings.merchant_id,
            "description": purpose.description,
            "out_trade_no": number(payment),
            "time_expire": china_time(closes),
            "notify_url": self.settings.notify_url,
            "amount": { "total": payment.amount_minor, "currency": payment.currency.code() },
        });
        let answer = self.call(Method::POST, "/v3/pay/transactions/native", Some(&content)).await?;
        match read::<CodeUrl>(&answer)? {
            Ok(code) => Ok(Report {
                next_action: Some(PaymentNextAction::QrCode {
                    payload: code.code_url,
                    expires_at: Some(closes),
                }),
                ..Report::at(Stage::Pending)
            }),
            // Begun before and paid meanwhile.
            Err(failure) if failure.is("ORDERPAID") => self.query(payment).await,
            Err(failure) if failure.is("ORDER_CLOSED") => Ok(Report::at(Stage::Voided)),
            Err(failure) => Err(failure.into_error()),
        }
    }

    async fn verify(&self, payment: &Payment) -> Result<Report, GatewayError> {
        self.query(payment).await
    }

    async fn capture(&self, _: &Payment, _: Money) -> Result<Report, GatewayError> {
        Err(GatewayError::Unsupported("taking promised money"))
    }

    async fn void(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let path = format!("/v3/pay/transactions/out-trade-no/{}/close", number(payment));
        let content = json!({ "mchid": self.settings.merchant_id });
        let answer = self.call(Method::POST, &path, Some(&content)).await?;
        if answer.is_success() {
            return Ok(Report::at(Stage::Voided));
        }
        let failure: Failure = serde_json::from_slice(&answer.body)
            .map_err(|error| GatewayError::BadAnswer(error.to_string()))?;
        if failure.is("ORDERPAID") || failure.is("ORDER_CLOSED") {
            return self.query(payment).await;
        }
        Err(failure.into_error())
    }

    async fn refund(
        &self,
        payment: &Payment,
        refund: &Refund,
        _: bool,
    ) -> Result<RefundReport, GatewayError> {
        let content = json!({
            "out_trade_no": number(payment),
            "out_refund_no": refund.id.uuid().simple().to_string(),
            "reason": refund.reason.as_deref().unwrap_or("refund"),
            "notify_url": self.settings.notify_url,
            "amount": {
                "refund": refund.amount.minor(),
                "total": payment.amount_minor,
                "currency": payment.currency.code(),
            },
        });
        let answer = self.call(Method::POST, "/v3/refund/domestic/refunds", Some(&content)).await?;
        match read::<WeChatRefund>(&answer)? {
            Ok(made) => Ok(made.report()),
            Err(failure) => Err(failure.into_error()),
        }
    }

    fn parse_webhook(&self, delivery: &Delivery<'_>) -> Result<Verified, WebhookRejected> {
        self.check(|name| delivery.header(name), delivery.body)?;
        notice::open(delivery.body, &self.settings.api_v3_key)
    }

    fn read_notice(&self, payload: &str) -> Result<Option<Notice>, String> {
        notice::read(payload, &self.settings.merchant_id)
    }

    fn reply(&self, taken: bool) -> Reply {
        let (status, body) = if taken {
            (200, r#"{"code":"SUCCESS","message":""}"#)
        } else {
            (503, r#"{"code":"FAIL","message":"try again"}"#)
        };
        Reply { status, content_type: "application/json", body }
    }
}
