//! Payments: begun, taken, called off, given back, and kept in step with what gateways say.
//!
//! No gateway is asked inside a unit of work. What is about to be asked is saved first (a payment, or a refund whose
//! amount is reserved), then the gateway is asked under our id as its key, then its report is settled in a unit of its
//! own. Whatever dies in between is asked again: by the same client's repeat, or by the reconciliation.

mod act;
mod begin;
mod cashier;
mod events;
mod notices;
mod reconcile;
mod refund;
mod settle;
mod settle_up;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

pub use act::CaptureRequest;
pub use begin::Initialization;
pub use notices::Received;
pub use reconcile::Reconciled;
pub use refund::RefundRequest;

use super::error::{Mistake, Problem, ServiceError};
use super::orders::Orders;
use crate::context::Context;
use crate::domain::caller::{Caller, Permission};
use crate::domain::ids::PaymentId;
use crate::domain::money::Currency;
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::domain::{limits, text};
use crate::payments::sandbox::Sandbox;
use crate::payments::{Gateway, GatewayError, Gateways, Profile, Purpose};
use crate::storage::Storage;

/// The use cases of payments.
pub struct Payments {
    storage: Arc<dyn Storage>,
    context: Context,
    orders: Arc<Orders>,
    gateways: Gateways,
    sandbox: Option<Arc<Sandbox>>,
    settings: PaymentSettings,
    /// Wakes the reconciliation when there is something to settle up.
    wake: Notify,
}

/// What the shop itself decides about payments.
#[derive(Debug, Clone)]
pub struct PaymentSettings {
    /// In what buyers read at the gateway.
    pub shop_name: String,
    /// Origins that a gateway may send buyers back to.
    pub return_origins: Vec<String>,
    /// How long a payment may wait before its gateway is asked.
    pub patience: Duration,
}

/// What became of a step.
#[derive(Debug)]
pub struct Done {
    /// The payment as it is now.
    pub payment: Payment,
    /// Why the gateway did not do it, or not yet; asking again with the same key goes on.
    pub refusal: Option<ServiceError>,
}

/// A gateway, as shown to buyers.
#[derive(Debug, Clone)]
pub struct Offer {
    pub profile: Profile,
    pub healthy: bool,
}

impl Payments {
    pub fn new(
        storage: Arc<dyn Storage>,
        context: Context,
        orders: Arc<Orders>,
        gateways: Gateways,
        sandbox: Option<Arc<Sandbox>>,
        settings: PaymentSettings,
    ) -> Self {
        Self { storage, context, orders, gateways, sandbox, settings, wake: Notify::new() }
    }

    /// The gateways on offer, the preferred first; only those that take `currency`, where one is given.
    pub fn offers(&self, currency: Option<Currency>) -> Vec<Offer> {
        let offer = |gateway: &Arc<dyn Gateway>| Offer {
            profile: gateway.profile().clone(),
            healthy: gateway.healthy(),
        };
        let takes =
            |offer: &Offer| currency.is_none_or(|currency| offer.profile.currencies.contains(&currency));
        self.gateways.iter().map(offer).filter(takes).collect()
    }

    /// The gateway of that name, as shown to buyers.
    pub fn offer(&self, id: &str) -> Option<Offer> {
        let gateway = self.gateways.find(id)?;
        Some(Offer { profile: gateway.profile().clone(), healthy: gateway.healthy() })
    }

    /// The sandbox, where it is on offer.
    pub fn sandbox(&self) -> Option<&Arc<Sandbox>> {
        self.sandbox.as_ref()
    }

    /// A payment with its order, if the caller may see it.
    pub async fn payment(
        &self,
        caller: &Caller,
        id: PaymentId,
    ) -> Result<Option<(Payment, Order)>, ServiceError> {
        let Some((payment, order)) = self.find(id).await? else { return Ok(None) };
        let seen = caller.may(Permission::PaymentsManage) || self.orders.may_see(caller, &order).await?;
        Ok(seen.then_some((payment, order)))
    }

    async fn find(&self, id: PaymentId) -> Result<Option<(Payment, Order)>, ServiceError> {
        let Some(payment) = self.storage.payments(&[id]).await?.remove(&id) else { return Ok(None) };
        let order = self.storage.orders(&[payment.order_id]).await?.remove(&payment.order_id);
        Ok(order.map(|order| (payment, order)))
    }

    async fn found(&self, id: PaymentId) -> Result<(Payment, Order), ServiceError> {
        self.find(id).await?.ok_or_else(no_payment)
    }

    fn gateway_of(&self, payment: &Payment) -> Result<&Arc<dyn Gateway>, ServiceError> {
        // A gateway that was switched off still owes answers about the payments it took.
        self.gateways.find(&payment.gateway).ok_or_else(unavailable)
    }

    fn purpose(&self, order: &Order) -> Purpose {
        Purpose {
            order_number: order.number.clone(),
            description: format!("{}, order {}", self.settings.shop_name, order.number),
        }
    }
}

fn no_payment() -> ServiceError {
    ServiceError::refuse(["paymentId"], Problem::NotFound { what: "payment" })
}

/// Tells that the gateway has to be asked again later.
fn unavailable() -> ServiceError {
    ServiceError::refuse(super::error::WHOLE, Problem::GatewayUnavailable)
}

fn checked_key(key: &str) -> Result<String, ServiceError> {
    text::line("idempotencyKey", key, limits::CLIENT_KEY)
        .map_err(|invalid| Mistake::at(["idempotencyKey"], invalid).into())
}

/// What a gateway's failure means for whoever asked. A refusal is told with the gateway's own code.
fn refusal(gateway: &str, error: GatewayError) -> ServiceError {
    match error {
        GatewayError::Declined(decline) => declined(gateway, Some(decline.code), decline.retryable),
        GatewayError::Refused { code, detail } => {
            tracing::warn!(gateway, code, detail, "the gateway refused a request");
            declined(gateway, Some(code), false)
        }
        GatewayError::Unsupported(what) => {
            let reason = format!("{gateway} does not offer {what}");
            ServiceError::refuse(super::error::WHOLE, Problem::Unfit { reason })
        }
        silent @ (GatewayError::Unavailable(_) | GatewayError::BadAnswer(_) | GatewayError::Unknown) => {
            tracing::warn!(gateway, error = %silent, "the gateway gave no answer to work with");
            unavailable()
        }
    }
}

fn declined(gateway: &str, gateway_code: Option<String>, retryable: bool) -> ServiceError {
    let problem = Problem::PaymentDeclined { gateway: gateway.to_owned(), gateway_code, retryable };
    ServiceError::refuse(super::error::WHOLE, problem)
}
