//! Payment gateways behind one trait: what the shop asks of them, and what they answer.
//!
//! A gateway is asked outside of every transaction. All it says, at once or later by webhook, is a [`Report`]: how the
//! payment stands as far as the gateway knows. Reports only ever add up, so they may come twice and in any order.

pub mod alipay;
mod choose;
mod keys;
mod remote;
mod report;
pub mod sandbox;
mod signed;
pub mod stripe;
mod webhook;
pub mod wechat;

use std::sync::Arc;

use async_trait::async_trait;

pub use choose::{SetupError, choose};
pub use keys::{KeyError, SigningKey, VerifyingKey};
pub use remote::{Remote, RemoteSettings};
pub use report::{Decline, Notice, RefundReport, Report, Stage, Target};
pub use webhook::{Delivery, Reply, Verified, WebhookRejected};

use crate::domain::money::{Currency, Money};
use crate::domain::payment::{Payment, Refund};

/// What the shop shows of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the configuration, in payments and in webhook addresses.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The currencies it takes.
    pub currencies: Vec<Currency>,
    /// Whether money can be promised first and taken later.
    pub supports_authorize: bool,
    /// Whether less than everything can be given back.
    pub supports_partial_refund: bool,
}

/// What a payment is for, in the words the buyer reads at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// The order's number.
    pub order_number: String,
    /// One line: shop and order.
    pub description: String,
}

/// Why a gateway did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The buyer's means of payment was refused.
    #[error("the payment was declined: {}", .0.code)]
    Declined(Decline),
    /// No answer in time, or the circuit breaker is open. Whether it was done is not known: ask again with the same key.
    #[error("the gateway does not answer: {0}")]
    Unavailable(String),
    /// It will not do this, however often it is asked.
    #[error("the gateway refused the request: {code}: {detail}")]
    Refused {
        /// The gateway's own code.
        code: String,
        /// In its words.
        detail: String,
    },
    /// It does not know this payment.
    #[error("the gateway knows no such payment")]
    Unknown,
    /// The answer is not of the documented form, or its signature is wrong. Nothing can be concluded from it.
    #[error("the gateway's answer cannot be trusted: {0}")]
    BadAnswer(String),
    /// The gateway has no such operation.
    #[error("the gateway does not offer {0}")]
    Unsupported(&'static str),
}

/// A payment gateway. Every write carries a key of ours (the id of the payment or the refund), so asking again after
/// silence never does anything twice.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// What the shop shows of it.
    fn profile(&self) -> &Profile;

    /// False while its circuit breaker is open.
    fn healthy(&self) -> bool {
        true
    }

    /// Begins a payment, or begins the same one again.
    async fn create(&self, payment: &Payment, purpose: &Purpose) -> Result<Report, GatewayError>;

    /// Asks how a payment stands.
    ///
    /// # Errors
    /// [`GatewayError::Unknown`] when it was never begun there, as far as the gateway can tell.
    async fn verify(&self, payment: &Payment) -> Result<Report, GatewayError>;

    /// Takes promised money, all or some of it; the rest is given back to the buyer.
    async fn capture(&self, payment: &Payment, amount: Money) -> Result<Report, GatewayError>;

    /// Calls a payment off. A payment that was taken meanwhile stays taken: the report says so.
    async fn void(&self, payment: &Payment) -> Result<Report, GatewayError>;

    /// Gives money back. `again` tells that the same refund may have been asked for before.
    async fn refund(
        &self,
        payment: &Payment,
        refund: &Refund,
        again: bool,
    ) -> Result<RefundReport, GatewayError>;

    /// Checks the signature and the age of a webhook over its raw body, before anything in it is believed.
    fn parse_webhook(&self, delivery: &Delivery<'_>) -> Result<Verified, WebhookRejected>;

    /// Reads what a verified webhook said. `None` when it is about nothing the shop keeps.
    ///
    /// # Errors
    /// What is wrong with it, when it is not of the documented form.
    fn read_notice(&self, payload: &str) -> Result<Option<Notice>, String>;

    /// What the gateway wants to hear: that a webhook was taken in, or that it should come again.
    fn reply(&self, taken: bool) -> Reply {
        Reply::json(taken)
    }
}

/// The gateways on offer, the preferred first.
#[derive(Clone, Default)]
pub struct Gateways(Vec<Arc<dyn Gateway>>);

impl Gateways {
    pub fn new(offered: Vec<Arc<dyn Gateway>>) -> Self {
        Self(offered)
    }

    /// The gateway of that name.
    pub fn find(&self, id: &str) -> Option<&Arc<dyn Gateway>> {
        self.0.iter().find(|gateway| gateway.profile().id == id)
    }

    /// Every gateway, the preferred first.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Gateway>> {
        self.0.iter()
    }
}
