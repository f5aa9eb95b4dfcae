//! Several changes as one: all of them are saved, or none is.

use async_trait::async_trait;

use super::carts::CartWork;
use super::catalogue::CatalogueWork;
use super::checkout::CheckoutWork;
use super::delivery::DeliveryWork;
use super::error::Result;
use super::experiments::ExperimentWork;
use super::interactions::InteractionWork;
use super::jobs::JobWork;
use super::metrics::MetricsWork;
use super::orders::OrderWork;
use super::payments::PaymentWork;
use super::people::PeopleWork;
use super::recommendations::RecommendationWork;
use super::reviews::ReviewWork;
use super::sessions::SessionWork;
use super::webhooks::WebhookWork;

/// Changes that belong together. They become visible, and durable, with [`save`](Self::save); a unit that is dropped
/// leaves no trace. After an error nothing more can be done with the unit but to drop it; only `VersionConflict` and
/// `InsufficientStock` leave it as it was, because nothing was written.
#[async_trait]
pub trait UnitOfWork:
    CatalogueWork
    + ReviewWork
    + PeopleWork
    + SessionWork
    + InteractionWork
    + OrderWork
    + ExperimentWork
    + RecommendationWork
    + MetricsWork
    + JobWork
    + CartWork
    + CheckoutWork
    + PaymentWork
    + DeliveryWork
    + WebhookWork
    + Send
{
    /// Saves every change. Once it returns, they survive the death of the process and of the machine.
    ///
    /// # Errors
    /// `Unavailable` when the connection is lost: then it is not known whether they were saved.
    async fn save(self: Box<Self>) -> Result<()>;
}
