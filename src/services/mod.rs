//! Use cases, one file each: what the shop does, whoever asks and over whatever transport.

pub mod accounts;
pub mod carts;
pub mod catalogue;
pub mod error;
pub mod experiments;
pub mod interactions;
pub mod messages;
pub mod orders;
pub mod recommendations;

use std::sync::Arc;

use accounts::Accounts;
use carts::Carts;
use catalogue::Catalogue;
use error::ServiceError;
use experiments::Experiments;
use interactions::Interactions;
use orders::Orders;
use recommendations::Recommender;

use crate::bus::Bus;
use crate::config::Config;
use crate::context::Context;
use crate::domain::money::parse_currency;
use crate::recommend::Recommendations;
use crate::storage::Storage;

/// Every use case, as the transport layers need them.
pub struct Services {
    /// Time, randomness and new ids.
    pub context: Context,
    /// For reading by id, in batches; everything else goes through a use case.
    pub storage: Arc<dyn Storage>,
    pub catalogue: Catalogue,
    pub accounts: Arc<Accounts>,
    pub carts: Arc<Carts>,
    pub orders: Arc<Orders>,
    pub recommender: Recommender,
    pub interactions: Interactions,
    pub experiments: Experiments,
}

impl Services {
    /// Opens the use cases over a store, a bus and the recommender, which hears of what they change.
    pub async fn open(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        recommendations: Arc<Recommendations>,
        context: Context,
        config: &Config,
    ) -> Result<Self, ServiceError> {
        let currency = parse_currency(&config.shop.currency)
            .map_err(|invalid| ServiceError::Internal(format!("shop.currency: {invalid}")))?;
        let accounts =
            Accounts::open(Arc::clone(&storage), Arc::clone(&bus), context.clone(), &config.auth).await?;
        accounts.inform(Arc::clone(&recommendations));
        let carts = Carts::new(
            Arc::clone(&storage),
            Arc::clone(&bus),
            context.clone(),
            Arc::clone(&recommendations),
            config,
        )?;
        let live = Arc::clone(&recommendations);
        let orders = Orders::new(Arc::clone(&storage), Arc::clone(&bus), context.clone(), live);
        let live = Arc::clone(&recommendations);
        let catalogue = Catalogue::new(Arc::clone(&storage), bus, context.clone(), currency, live);
        let live = Arc::clone(&recommendations);
        Ok(Self {
            recommender: Recommender::new(Arc::clone(&recommendations), currency),
            interactions: Interactions::new(recommendations, context.clone()),
            experiments: Experiments::new(Arc::clone(&storage), live, context.clone()),
            context,
            storage,
            catalogue,
            accounts: Arc::new(accounts),
            carts: Arc::new(carts),
            orders: Arc::new(orders),
        })
    }
}
