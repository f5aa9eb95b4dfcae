//! The open API's answers: one signed object a method, believed only under Alipay's signature over its exact text.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::domain::money::{Currency, Money};
use crate::payments::{GatewayError, Report, Stage, VerifyingKey};

/// What a method answered.
pub(super) enum Outcome {
    Done(Body),
    /// It will not, with its code for why.
    Refused {
        code: String,
        detail: String,
    },
}

/// The object of an answer.
pub(super) struct Body(String);

impl Body {
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, GatewayError> {
        serde_json::from_str(&self.0).map_err(|error| GatewayError::BadAnswer(error.to_string()))
    }
}

impl Outcome {
    pub(super) fn done(self) -> Result<Body, GatewayError> {
        match self {
            Self::Done(body) => Ok(body),
            Self::Refused { code, .. } if code == "ACQ.SYSTEM_ERROR" || code == "aop.ACQ.SYSTEM_ERROR" => {
                Err(GatewayError::Unavailable(code))
            }
            Self::Refused { code, detail } => Err(GatewayError::Refused { code, detail }),
        }
    }
}

#[derive(Deserialize)]
struct Head {
    code: String,
    msg: Option<String>,
    sub_code: Option<String>,
    sub_msg: Option<String>,
}

/// Checks the signature and tells success from refusal.
pub(super) fn read(text: &str, method: &str, key: &VerifyingKey) -> Result<Outcome, GatewayError> {
    let bad = |detail: &str| GatewayError::BadAnswer(detail.to_owned());
    let parts: HashMap<String, Box<RawValue>> =
        serde_json::from_str(text).map_err(|error| GatewayError::BadAnswer(error.to_string()))?;
    let name = format!("{}_response", method.replace('.', "_"));
    let body =
        parts.get(&name).or_else(|| parts.get("error_response")).ok_or_else(|| bad("no answer in it"))?;
    let signature = parts.get("sign").ok_or_else(|| bad("no signature"))?;
    let signature: String = serde_json::from_str(signature.get()).map_err(|_| bad("no signature"))?;
    if !key.verify(body.get().as_bytes(), &signature) {
        return Err(bad("its signature is wrong"));
    }
    let head: Head = serde_json::from_str(body.get()).map_err(|_| bad("no code in it"))?;
    match head.code.as_str() {
        "10000" => Ok(Outcome::Done(Body(body.get().to_owned()))),
        // The service itself is unavailable: whether it was done is not known.
        "20000" => Err(GatewayError::Unavailable(head.sub_code.unwrap_or(head.code))),
        _ => Ok(Outcome::Refused {
            code: head.sub_code.unwrap_or(head.code),
            detail: head.sub_msg.or(head.msg).unwrap_or_default(),
        }),
    }
}

/// A trade, in answers and in notices.
#[derive(Debug, Deserialize)]
pub(super) struct Trade {
    pub(super) trade_no: Option<String>,
    pub(super) trade_status: String,
    pub(super) total_amount: Option<String>,
    /// When it was paid, in answers.
    send_pay_date: Option<String>,
    /// When it was paid, in notices.
    gmt_payment: Option<String>,
    /// Given back so far, in notices.
    pub(super) refund_fee: Option<String>,
}

impl Trade {
    pub(super) fn report(&self) -> Result<Report, GatewayError> {
        let paid = self.send_pay_date.is_some() || self.gmt_payment.is_some();
        let stage = match self.trade_status.as_str() {
            "TRADE_SUCCESS" | "TRADE_FINISHED" => Stage::Captured,
            // Closed is said of what was never paid and of what was given back entirely.
            "TRADE_CLOSED" if paid || self.refund_fee.is_some() => Stage::Captured,
            "TRADE_CLOSED" => Stage::Voided,
            _ => Stage::Pending,
        };
        let total = self.total_amount.as_deref().map(yuan).transpose()?;
        if stage == Stage::Captured && total.is_none() {
            return Err(GatewayError::BadAnswer("a paid trade without its amount".to_owned()));
        }
        Ok(Report {
            reference: self.trade_no.clone(),
            stage,
            captured_minor: total.filter(|_| stage == Stage::Captured),
            refunded_minor: self.refund_fee.as_deref().map(yuan).transpose()?,
            ..Report::default()
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Refunded {
    pub(super) fund_change: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundState {
    pub(super) refund_status: Option<String>,
}

/// An amount in yuan, as fen.
pub(super) fn yuan(text: &str) -> Result<i64, GatewayError> {
    let amount = Money::parse_decimal(text, Currency::CNY);
    amount.map(Money::minor).map_err(|error| GatewayError::BadAnswer(error.to_string()))
}
