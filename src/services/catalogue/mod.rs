//! The catalogue: finding products for shoppers, keeping them for staff.

mod browse;
mod bulk;
mod categories;
mod change;
mod draft;
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

use crate::bus::{Bus, Message, Topic};
use crate::context::Context;
use crate::domain::ids::ProductId;
use crate::domain::money::Currency;
use crate::storage::Storage;

/// The use cases of the catalogue.
pub struct Catalogue {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
    currency: Currency,
}

impl Catalogue {
    pub fn new(storage: Arc<dyn Storage>, bus: Arc<dyn Bus>, context: Context, currency: Currency) -> Self {
        Self { storage, bus, context, currency }
    }

    /// What every price of the shop is in.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    fn tell_of(&self, product: ProductId) {
        self.bus.publish(Message::of(Topic::Catalogue, product.uuid()));
    }
}
