//! What checkout asks of payments: the one seam between the two.

use async_trait::async_trait;

use crate::domain::money::Currency;
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::services::error::{Problem, ServiceError};

/// Takes payments through gateways.
#[async_trait]
pub trait Cashier: Send + Sync {
    /// Whether a gateway of that name is on offer and takes that currency.
    fn takes(&self, gateway: &str, currency: Currency) -> bool;

    /// An address that a gateway may send the buyer back to, in its canonical form.
    ///
    /// # Errors
    /// When it is not one of the shop's own.
    fn checked_return_url(&self, url: &str) -> Result<String, Problem>;

    /// Begins a payment that is saved but that its gateway does not know yet, and returns it as it is afterwards, with
    /// the reason when the gateway declined it or did not answer. May be called again for the same payment, as after
    /// a crash: it is not taken twice.
    ///
    /// # Errors
    /// When what the gateway said cannot be saved.
    async fn begin_payment(
        &self,
        order: &Order,
        payment: Payment,
    ) -> Result<(Payment, Option<ServiceError>), ServiceError>;
}
