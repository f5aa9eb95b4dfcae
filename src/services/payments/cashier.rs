//! Payments as the checkout sees them.

use async_trait::async_trait;

use super::{Payments, Problem, ServiceError};
use crate::domain::money::Currency;
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::services::checkout::Cashier;

#[async_trait]
impl Cashier for Payments {
    fn takes(&self, gateway: &str, currency: Currency) -> bool {
        self.offer(gateway).is_some_and(|offer| offer.profile.currencies.contains(&currency))
    }

    fn checked_return_url(&self, url: &str) -> Result<String, Problem> {
        self.return_url(url)
    }

    async fn begin_payment(
        &self,
        order: &Order,
        payment: Payment,
    ) -> Result<(Payment, Option<ServiceError>), ServiceError> {
        let done = self.begin(order, payment).await?;
        Ok((done.payment, done.refusal))
    }
}
