//! Asking about a payment, taking what was promised, calling off.

use super::settle::Source;
use super::settle_up::wants_no_payment;
use super::{Done, Payments, Problem, ServiceError, checked_key, no_payment, refusal, unavailable};
use crate::domain::caller::Caller;
use crate::domain::error::InvalidValue;
use crate::domain::ids::PaymentId;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderStatus};
use crate::domain::payment::{Payment, PaymentStatus};
use crate::payments::{GatewayError, Report, Stage};
use crate::services::fingerprint::fingerprint;
use crate::storage::checkout::KeyClaim;

/// Promised money to be taken.
#[derive(Debug, Clone)]
pub struct CaptureRequest {
    pub payment: PaymentId,
    /// All of it when left out.
    pub amount: Option<Money>,
    pub idempotency_key: String,
}

impl Payments {
    /// Asks the gateway how a payment stands: for a buyer back from its page before the webhook came.
    pub async fn verify(&self, caller: &Caller, id: PaymentId) -> Result<Done, ServiceError> {
        let (payment, order) = self.payment(caller, id).await?.ok_or_else(no_payment)?;
        self.enquire(payment, &order, Source::Answer).await
    }

    pub(super) async fn enquire(
        &self,
        payment: Payment,
        order: &Order,
        source: Source<'_>,
    ) -> Result<Done, ServiceError> {
        if !matches!(payment.status, PaymentStatus::Pending | PaymentStatus::Authorized) {
            return Ok(Done { payment, refusal: None });
        }
        let gateway = self.gateway_of(&payment)?;
        let report = match gateway.verify(&payment).await {
            Ok(report) => report,
            // The shop died before it could tell the gateway, or the gateway's answer was lost.
            Err(GatewayError::Unknown) if order.status == OrderStatus::Created => {
                return self.begin(order, payment).await;
            }
            Err(GatewayError::Unknown) => Report::at(Stage::Voided),
            Err(error) => {
                let refusal = Some(refusal(&payment.gateway, error));
                if matches!(source, Source::Enquiry) {
                    // Asked about in vain: the others that wait come first next time.
                    self.settle(payment.id, &Report::default(), source).await?;
                }
                return Ok(Done { payment, refusal });
            }
        };
        let payment = self.settle(payment.id, &report, source).await?;
        Ok(Done { payment, refusal: None })
    }

    /// Takes promised money. The same key with the same request takes it once.
    pub async fn capture(&self, request: &CaptureRequest) -> Result<Done, ServiceError> {
        let key = checked_key(&request.idempotency_key)?;
        let (payment, _) = self.found(request.payment).await?;
        let whole = Money::new(payment.amount_minor, payment.currency);
        let amount = request.amount.unwrap_or(whole);
        if amount.currency() != payment.currency {
            let (expected, actual) = (payment.currency, amount.currency());
            return Err(ServiceError::refuse(
                ["amount"],
                InvalidValue::CurrencyMismatch { expected, actual },
            ));
        }
        if amount.minor() <= 0 {
            return Err(ServiceError::refuse(["amount"], Problem::OutOfRange { min: 1, max: whole.minor() }));
        }
        if amount.minor() > whole.minor() {
            return Err(ServiceError::refuse(["amount"], Problem::AmountTooLarge { left: whole }));
        }
        let print = fingerprint(&[&payment.id.to_string(), &amount.to_string()]);
        let payment =
            self.claim("payment.capture", &key, &print, &payment, &[PaymentStatus::Authorized], true).await?;
        if payment.status != PaymentStatus::Authorized {
            return Ok(Done { payment, refusal: None });
        }
        let outcome = self.gateway_of(&payment)?.capture(&payment, amount).await;
        self.acted(payment, outcome, "taken", |payment| payment.captured_minor > 0).await
    }

    /// Calls a payment off that was not taken yet. The same key calls off once.
    pub async fn void(&self, id: PaymentId, idempotency_key: &str) -> Result<Done, ServiceError> {
        let key = checked_key(idempotency_key)?;
        let (payment, _) = self.found(id).await?;
        let open = [PaymentStatus::Pending, PaymentStatus::Authorized];
        let print = fingerprint(&[&payment.id.to_string()]);
        let payment = self.claim("payment.void", &key, &print, &payment, &open, false).await?;
        if !open.contains(&payment.status) {
            return Ok(Done { payment, refusal: None });
        }
        let outcome = match self.gateway_of(&payment)?.void(&payment).await {
            Err(GatewayError::Unknown) => Ok(Report::at(Stage::Voided)),
            outcome => outcome,
        };
        let off = |payment: &Payment| matches!(payment.status, PaymentStatus::Voided | PaymentStatus::Failed);
        self.acted(payment, outcome, "called off", off).await
    }

    /// Claims a client's key for a step that a payment may take only in one of `from`. A repeat finds the payment as it
    /// is now.
    async fn claim(
        &self,
        scope: &str,
        key: &str,
        print: &str,
        payment: &Payment,
        from: &[PaymentStatus],
        to_take: bool,
    ) -> Result<Payment, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let claim = unit.claim_key(scope, key, print, self.context.now()).await?;
        let order = unit.order_for_update(payment.order_id).await?.ok_or_else(no_payment)?;
        let payment = unit.payment_for_update(payment.id).await?.ok_or_else(no_payment)?;
        match claim {
            KeyClaim::Reused => Err(ServiceError::refuse(["idempotencyKey"], Problem::IdempotencyKeyReused)),
            KeyClaim::Done(_) => Ok(payment),
            KeyClaim::New if !from.contains(&payment.status) => {
                let state = payment.status.as_str();
                Err(ServiceError::refuse(["paymentId"], Problem::PaymentState { state }))
            }
            // It is about to be called off: nobody takes money for what is over or paid for already.
            KeyClaim::New if to_take && wants_no_payment(&order) => {
                let (from, to) = (order.status.as_str(), OrderStatus::Paid.as_str());
                let allowed = order.status.allowed_transitions().iter().map(|one| one.as_str()).collect();
                Err(ServiceError::refuse(["paymentId"], Problem::IllegalTransition { from, to, allowed }))
            }
            KeyClaim::New => {
                unit.keep_result(scope, key, &payment.id.to_string()).await?;
                unit.save().await?;
                Ok(payment)
            }
        }
    }

    /// Settles what a gateway made of a step, and tells when it went another way.
    async fn acted(
        &self,
        payment: Payment,
        outcome: Result<Report, GatewayError>,
        step: &'static str,
        is_so: impl Fn(&Payment) -> bool,
    ) -> Result<Done, ServiceError> {
        let report = match outcome {
            Ok(report) => report,
            Err(error) => return Ok(Done { refusal: Some(refusal(&payment.gateway, error)), payment }),
        };
        let payment = self.settle(payment.id, &report, Source::Answer).await?;
        let refusal = (!is_so(&payment)).then(|| {
            if payment.status == PaymentStatus::Pending || payment.status == PaymentStatus::Authorized {
                return unavailable();
            }
            tracing::info!(payment = %payment.id, status = payment.status.as_str(), step, "a payment went another way");
            ServiceError::refuse(["paymentId"], Problem::PaymentState { state: payment.status.as_str() })
        });
        Ok(Done { payment, refusal })
    }
}
