//! Checkout: a cart becomes an order in one transaction, in which nothing remote is called.
//!
//! Inside it: the client's key is claimed, the cart locked, the goods locked and priced anew, the total compared with
//! what the buyer saw, order and history written, stock reserved, vouchers counted, the payment written, messages
//! posted, purchases recorded for the recommender, the cart closed, the result kept under the key. Only once all that
//! is saved is the payment begun with its gateway, through [`Cashier`].

mod cashier;
mod number;
mod place;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

pub use cashier::Cashier;
pub use sweep::Swept;

use super::carts::Carts;
use super::error::{Mistakes, Problem, ServiceError, WHOLE};
use super::fingerprint::fingerprint;
use super::orders::Orders;
use crate::config::Config;
use crate::context::Context;
use crate::domain::caller::Caller;
use crate::domain::ids::{CartId, OrderId};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::domain::text;
use crate::recommend::Recommendations;
use crate::storage::{Storage, StorageError};

/// How often a checkout begins anew when its order's number turns out to be taken.
const ATTEMPTS: usize = 3;

/// The use cases of checking out.
pub struct Checkout {
    storage: Arc<dyn Storage>,
    context: Context,
    live: Arc<Recommendations>,
    carts: Arc<Carts>,
    orders: Arc<Orders>,
    cashier: Arc<dyn Cashier>,
    /// How long an order waits for its payment.
    patience: Duration,
}

/// A checkout as asked for.
#[derive(Debug, Clone)]
pub struct CheckoutRequest {
    pub cart: CartId,
    /// What the buyer saw.
    pub expected_total: Money,
    pub gateway: String,
    pub return_url: Option<String>,
    /// The means the buyer chose beforehand, by the gateway's token for it.
    pub payment_method: Option<String>,
    pub idempotency_key: String,
    pub note: Option<String>,
}

/// What became of a checkout.
#[derive(Debug)]
pub struct Placed {
    pub order: Order,
    /// None when there was nothing to pay.
    pub payment: Option<Payment>,
    /// Whether the key had placed the order before.
    pub replayed: bool,
    /// Why the payment could not be begun; the order stands, and its payment can be begun again.
    pub payment_refusal: Option<ServiceError>,
}

/// A request whose values are sound.
struct Checked {
    request: CheckoutRequest,
    scope: String,
    fingerprint: String,
}

impl Checkout {
    pub fn new(
        storage: Arc<dyn Storage>,
        context: Context,
        live: Arc<Recommendations>,
        carts: Arc<Carts>,
        orders: Arc<Orders>,
        cashier: Arc<dyn Cashier>,
        config: &Config,
    ) -> Self {
        let patience = Duration::from_secs(u64::from(config.checkout.reservation_minutes) * 60);
        Self { storage, context, live, carts, orders, cashier, patience }
    }

    /// Turns a cart into an order and begins its payment. The same key with the same request gives the same order.
    ///
    /// # Errors
    /// Everything that stops the checkout, at once: what the cart lacks, pieces that are gone, a total that changed,
    /// vouchers that are used up, a key that was used for another request.
    pub async fn complete(&self, caller: &Caller, request: CheckoutRequest) -> Result<Placed, ServiceError> {
        let cart = self.carts.accessible(caller, request.cart).await?;
        let checked = self.check(caller, request)?;
        let account_email = self.carts.account_email(&cart).await?;
        let tree = self.carts.tree().await?;
        let subject = self.carts.subject(caller).await?;
        let mut attempt = 1;
        let (order, replayed) = loop {
            let placing = self.place(caller, &checked, account_email.clone(), Arc::clone(&tree), subject);
            match placing.await {
                Err(ServiceError::Storage(StorageError::Conflict { .. })) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                done => break done?,
            }
        };
        self.begin_payment(order, replayed).await
    }

    fn check(&self, caller: &Caller, mut request: CheckoutRequest) -> Result<Checked, ServiceError> {
        let mut mistakes = Mistakes::default();
        let key = text::line("idempotencyKey", &request.idempotency_key, limits::CLIENT_KEY);
        request.idempotency_key = mistakes.check(["idempotencyKey"], key).unwrap_or_default();
        let note = request.note.as_deref().map(|note| text::paragraph("note", note, limits::SHORT_TEXT));
        request.note = mistakes.check(["note"], note.transpose()).flatten().filter(|note| !note.is_empty());
        let currency = self.carts.tariff().currency();
        if request.expected_total.currency() != currency {
            let (expected, actual) = (currency, request.expected_total.currency());
            let mismatch = crate::domain::error::InvalidValue::CurrencyMismatch { expected, actual };
            mistakes.add(["expectedTotal"], mismatch);
        } else if request.expected_total.minor() < 0 {
            mistakes.add(["expectedTotal"], Problem::OutOfRange { min: 0, max: i64::MAX });
        }
        let method = request.payment_method.as_deref();
        let method = method.map(|token| text::line("paymentMethod", token, limits::CLIENT_KEY));
        request.payment_method = mistakes.check(["paymentMethod"], method.transpose()).flatten();
        let return_url = request.return_url.as_deref().map(|url| self.cashier.checked_return_url(url));
        request.return_url = mistakes.check(["returnUrl"], return_url.transpose()).flatten();
        if !self.cashier.takes(&request.gateway, currency) {
            mistakes.add(["gateway"], Problem::NotFound { what: "payment gateway" });
        }
        mistakes.done()?;
        let scope = match caller.user() {
            Some(user) => format!("checkout:user:{user}"),
            None => format!("checkout:cart:{}", request.cart),
        };
        let total = request.expected_total;
        let fingerprint = fingerprint(&[
            &request.cart.to_string(),
            &total.to_string(),
            &request.gateway,
            request.return_url.as_deref().unwrap_or_default(),
            request.payment_method.as_deref().unwrap_or_default(),
            request.note.as_deref().unwrap_or_default(),
        ]);
        Ok(Checked { request, scope, fingerprint })
    }

    /// Begins the payment of an order that was just placed, or that an earlier call placed without getting this far.
    async fn begin_payment(&self, id: OrderId, replayed: bool) -> Result<Placed, ServiceError> {
        let lost = || ServiceError::Internal("an order that was placed is gone".to_owned());
        let order = self.storage.orders(&[id]).await?.remove(&id).ok_or_else(lost)?;
        let payments = self.storage.payments_of(&[id]).await?.remove(&id).unwrap_or_default();
        let Some(payment) = payments.into_iter().next() else {
            return Ok(Placed { order, payment: None, replayed, payment_refusal: None });
        };
        let (payment, payment_refusal) = match self.cashier.begin_payment(&order, payment.clone()).await {
            Ok(begun) => begun,
            // The order is saved and must not be lost to the client: its payment is begun again by whoever asks next.
            Err(error) => {
                tracing::error!(order = %order.id, %error, "the payment of a new order could not be begun");
                (payment, Some(ServiceError::refuse(WHOLE, Problem::GatewayUnavailable)))
            }
        };
        let order = self.storage.orders(&[id]).await?.remove(&id).ok_or_else(lost)?;
        Ok(Placed { order, payment: Some(payment), replayed, payment_refusal })
    }
}
