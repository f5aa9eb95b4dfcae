//! Beginning a payment: saved first, then told to the gateway under its own id.

use url::Url;

use super::events::{Entry, decline_in};
use super::settle::Source;
use super::{Done, Payments, Problem, ServiceError, checked_key, refusal};
use crate::domain::caller::Caller;
use crate::domain::error::InvalidValue;
use crate::domain::ids::{OrderId, PaymentId};
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderStatus};
use crate::domain::payment::{Payment, PaymentEventKind, PaymentStatus, PaymentTerms};
use crate::domain::{limits, text};
use crate::payments::{Decline, GatewayError, Report, Stage};
use crate::services::error::Mistakes;
use crate::services::fingerprint::fingerprint;
use crate::storage::UnitOfWork;
use crate::storage::checkout::KeyClaim;

/// A payment as asked for.
#[derive(Debug, Clone)]
pub struct Initialization {
    pub order: OrderId,
    pub gateway: String,
    /// All that is due when left out.
    pub amount: Option<Money>,
    /// Take the money at once, or only have it promised.
    pub capture_now: bool,
    pub return_url: Option<String>,
    /// The means the buyer chose beforehand, by the gateway's token for it.
    pub method: Option<String>,
    pub idempotency_key: String,
}

impl Payments {
    /// Begins a payment of an order. The same key with the same request gives the same payment, and goes on with it
    /// where an earlier call got no answer. Another payment of the order that was begun but not made is called off.
    pub async fn initialize(&self, caller: &Caller, request: Initialization) -> Result<Done, ServiceError> {
        let order = self.orders.order(caller, request.order).await?;
        let order =
            order.ok_or_else(|| ServiceError::refuse(["orderId"], Problem::NotFound { what: "order" }))?;
        let (request, terms) = self.check(&order, request)?;
        // Keys are the order's own: those of other buyers are none of its business.
        let key = format!("initialize:{}:{}", order.id, request.idempotency_key);
        if self.storage.payment_by_key(&key).await?.is_none() {
            self.call_off_open(&order, &key).await?;
        }
        let id = self.open(&request, &terms, &key).await?;
        let (payment, order) = self.found(id).await?;
        self.begin(&order, payment).await
    }

    fn check(
        &self,
        order: &Order,
        mut request: Initialization,
    ) -> Result<(Initialization, PaymentTerms), ServiceError> {
        let mut mistakes = Mistakes::default();
        let currency = order.cost.currency;
        request.idempotency_key = checked_key(&request.idempotency_key)?;
        match self.gateways.find(&request.gateway).map(|gateway| gateway.profile()) {
            None => mistakes.add(["gateway"], Problem::NotFound { what: "payment gateway" }),
            Some(profile) => {
                if !profile.currencies.contains(&currency) {
                    let reason = format!("{} takes no {}", profile.name, currency.code());
                    mistakes.add(["gateway"], Problem::Unfit { reason });
                }
                if !request.capture_now && !profile.supports_authorize {
                    let reason = format!("{} takes money at once or not at all", profile.name);
                    mistakes.add(["captureNow"], Problem::Unfit { reason });
                }
            }
        }
        if let Some(amount) = request.amount {
            if amount.currency() != currency {
                let (expected, actual) = (currency, amount.currency());
                mistakes.add(["amount"], InvalidValue::CurrencyMismatch { expected, actual });
            } else if amount.minor() <= 0 {
                mistakes.add(["amount"], Problem::OutOfRange { min: 1, max: order.due().minor() });
            }
        }
        let return_url = request.return_url.as_deref().map(|url| self.return_url(url)).transpose();
        let return_url = mistakes.check(["returnUrl"], return_url).flatten();
        let method =
            request.method.as_deref().map(|token| text::line("paymentMethod", token, limits::CLIENT_KEY));
        let method = mistakes.check(["paymentMethod"], method.transpose()).flatten();
        mistakes.done()?;
        let terms = PaymentTerms { capture_now: request.capture_now, return_url, method };
        Ok((request, terms))
    }

    /// An address that a gateway may send the buyer back to: one of the shop's own pages, so that nobody can borrow the
    /// gateway's good name to lead buyers astray.
    pub fn return_url(&self, url: &str) -> Result<String, Problem> {
        let wrong = || Problem::Malformed { expected: "must be an address of this shop" };
        if url.len() > limits::URL {
            return Err(wrong());
        }
        let parsed = Url::parse(url).map_err(|_| wrong())?;
        let origin = parsed.origin().ascii_serialization();
        let known = matches!(parsed.scheme(), "http" | "https")
            && parsed.username().is_empty()
            && self.settings.return_origins.contains(&origin);
        if known { Ok(parsed.into()) } else { Err(wrong()) }
    }

    /// Writes the payment, or finds the one the key made before.
    async fn open(
        &self,
        request: &Initialization,
        terms: &PaymentTerms,
        key: &str,
    ) -> Result<PaymentId, ServiceError> {
        let now = self.context.now();
        let print = fingerprint(&[
            &request.order.to_string(),
            &request.gateway,
            &request.amount.map(|amount| amount.to_string()).unwrap_or_default(),
            if terms.capture_now { "capture" } else { "authorize" },
            terms.return_url.as_deref().unwrap_or_default(),
            terms.method.as_deref().unwrap_or_default(),
        ]);
        let mut unit = self.storage.begin().await?;
        match unit.claim_key("payment.initialize", key, &print, now).await? {
            KeyClaim::New => {}
            KeyClaim::Done(kept) => {
                return kept.parse().map_err(|_| ServiceError::Internal("a kept result".to_owned()));
            }
            KeyClaim::Reused => {
                return Err(ServiceError::refuse(["idempotencyKey"], Problem::IdempotencyKeyReused));
            }
        }
        let gone = || ServiceError::refuse(["orderId"], Problem::NotFound { what: "order" });
        let order = unit.order_for_update(request.order).await?.ok_or_else(gone)?;
        let amount = due(unit.as_mut(), &order, request.amount).await?;
        let payment = Payment {
            id: self.context.new_id(),
            order_id: order.id,
            gateway: request.gateway.clone(),
            status: PaymentStatus::Pending,
            currency: order.cost.currency,
            amount_minor: amount,
            captured_minor: 0,
            refunded_minor: 0,
            gateway_reference: None,
            terms: terms.clone(),
            next_action: None,
            idempotency_key: key.to_owned(),
            created_at: now,
            updated_at: now,
            // Before its first version, so that its history begins here.
            version: 0,
        };
        unit.insert_payment(&payment).await?;
        let begun = Entry::amount(PaymentEventKind::Initialized, amount);
        self.note(unit.as_mut(), &payment, vec![begun], None).await?;
        let message = format!("payment begun with {}", payment.gateway);
        let status = PaymentStatus::Pending;
        let settled = self.orders.payment_moved(unit.as_mut(), &payment, status, &message).await?;
        unit.keep_result("payment.initialize", key, &payment.id.to_string()).await?;
        unit.save().await?;
        self.orders.tell(settled.news).await;
        Ok(payment.id)
    }

    /// Tells the gateway of a saved payment, unless it has answered before. Does no harm when it is done twice.
    pub(super) async fn begin(&self, order: &Order, payment: Payment) -> Result<Done, ServiceError> {
        let waits = payment.status == PaymentStatus::Pending
            && payment.gateway_reference.is_none()
            && payment.next_action.is_none();
        if !waits {
            let refusal = self.failure_of(&payment).await?;
            return Ok(Done { payment, refusal });
        }
        let gateway = self.gateway_of(&payment)?;
        let (report, failure) = match gateway.create(&payment, &self.purpose(order)).await {
            Ok(report) => (report, None),
            Err(error) => match failed(&error) {
                Some(report) => (report, Some(error)),
                // Nobody knows what became of it: it stays pending and is asked about.
                None => return Ok(Done { refusal: Some(refusal(&payment.gateway, error)), payment }),
            },
        };
        let payment = self.settle(payment.id, &report, Source::Answer).await?;
        let refusal = match failure {
            Some(error) => Some(refusal(&payment.gateway, error)),
            None => self.failure_of(&payment).await?,
        };
        Ok(Done { payment, refusal })
    }

    /// Why a payment failed, as its history tells; none when it did not.
    async fn failure_of(&self, payment: &Payment) -> Result<Option<ServiceError>, ServiceError> {
        if payment.status != PaymentStatus::Failed {
            return Ok(None);
        }
        let events = self.storage.payment_events_of(&[payment.id]).await?.remove(&payment.id);
        let decline = decline_in(events.as_deref().unwrap_or_default());
        let decline = decline.unwrap_or(Decline { code: "declined".to_owned(), retryable: false });
        Ok(Some(refusal(&payment.gateway, GatewayError::Declined(decline))))
    }

    /// Calls off what was begun for an order and not made, so that it cannot be paid twice; but for what the same key
    /// began a moment ago, by the first of two clicks.
    async fn call_off_open(&self, order: &Order, key: &str) -> Result<(), ServiceError> {
        let payments = self.storage.payments_of(&[order.id]).await?.remove(&order.id).unwrap_or_default();
        let in_the_way = |one: &Payment| one.status == PaymentStatus::Pending && one.idempotency_key != key;
        for payment in payments.into_iter().filter(in_the_way) {
            let gateway = self.gateway_of(&payment)?;
            let report = match gateway.void(&payment).await {
                Ok(report) => report,
                Err(GatewayError::Unknown) => Report::at(Stage::Voided),
                Err(error) => return Err(refusal(&payment.gateway, error)),
            };
            self.settle(payment.id, &report, Source::Answer).await?;
        }
        Ok(())
    }
}

/// What a failure says about the payment itself: that it failed, where it says so.
fn failed(error: &GatewayError) -> Option<Report> {
    let decline = match error {
        GatewayError::Declined(decline) => decline.clone(),
        GatewayError::Refused { code, .. } => Decline { code: code.clone(), retryable: false },
        GatewayError::Unsupported(_) => Decline { code: "unsupported".to_owned(), retryable: false },
        GatewayError::Unavailable(_) | GatewayError::BadAnswer(_) | GatewayError::Unknown => return None,
    };
    Some(Report { decline: Some(decline), ..Report::at(Stage::Failed) })
}

/// How much a new payment is for: at most what is due and not promised already.
async fn due(unit: &mut dyn UnitOfWork, order: &Order, asked: Option<Money>) -> Result<i64, ServiceError> {
    if order.status != OrderStatus::Created {
        let (from, to) = (order.status.as_str(), OrderStatus::Paid.as_str());
        let allowed = order.status.allowed_transitions().iter().map(|status| status.as_str()).collect();
        return Err(ServiceError::refuse(["orderId"], Problem::IllegalTransition { from, to, allowed }));
    }
    let open =
        |payment: &Payment| matches!(payment.status, PaymentStatus::Pending | PaymentStatus::Authorized);
    let promised: i64 = unit
        .payments_of_order(order.id)
        .await?
        .iter()
        .filter(|payment| open(payment))
        .map(|payment| payment.amount_minor)
        .sum();
    let left = order.due().minor().saturating_sub(promised);
    let amount = asked.map_or(left, Money::minor);
    if amount > left || amount <= 0 {
        return Err(ServiceError::refuse(
            ["amount"],
            Problem::AmountTooLarge { left: order.money(left.max(0)) },
        ));
    }
    Ok(amount)
}
