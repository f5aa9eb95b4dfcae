//! The catalogue: finding products for shoppers, keeping them for staff.

mod brands;
mod browse;
mod bulk;
mod categories;
mod change;
mod draft;
mod news;
mod stock;
mod suggest;

use std::sync::Arc;

pub use browse::{may_see, visible_statuses, words};
pub use bulk::{BulkOutcome, BulkPolicy, BulkRow};
pub use categories::CategoryChange;
pub use draft::{
    AttributeChange, ImageChange, OptionChange, ProductChange, SustainabilityChange, VariantChange,
};
pub use suggest::Suggestions;

use crate::bus::Bus;
use crate::context::Context;
use crate::domain::ids::ProductId;
use crate::domain::money::Currency;
use crate::recommend::Recommendations;
use crate::services::error::ServiceError;
use crate::services::messages::Message;
use crate::storage::{Storage, UnitOfWork};

/// The use cases of the catalogue.
pub struct Catalogue {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
    currency: Currency,
    live: Arc<Recommendations>,
}

impl Catalogue {
    pub fn new(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        context: Context,
        currency: Currency,
        live: Arc<Recommendations>,
    ) -> Self {
        Self { storage, bus, context, currency, live }
    }

    /// What every price of the shop is in.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Posts messages in the unit that saves what they tell of.
    async fn post(
        &self,
        unit: &mut dyn UnitOfWork,
        messages: impl IntoIterator<Item = Message>,
    ) -> Result<(), ServiceError> {
        let rows: Vec<_> = messages.into_iter().map(|one| one.to_outbox(&self.context)).collect();
        Ok(unit.post(&rows).await?)
    }

    /// Lets the recommender take in products that were added or changed, and everybody who follows them hear of it.
    async fn tell_of(&self, products: &[ProductId]) {
        if let Err(error) = self.live.products_changed(products).await {
            // The change is saved; the next training reads it from the store.
            tracing::error!(%error, "the recommender could not read changed products");
        }
    }
}
