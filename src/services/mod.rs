//! Use cases, one file each: what the shop does, whoever asks and over whatever transport.

pub mod accounts;
pub mod carts;
pub mod catalogue;
pub mod checkout;
pub mod error;
pub mod experiments;
mod fingerprint;
pub mod interactions;
pub mod merchandising;
pub mod messages;
pub mod metrics;
pub mod notifications;
pub mod orders;
pub mod outbox;
pub mod payments;
pub mod recommendations;
pub mod reviews;
pub mod transfers;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use carts::Carts;
use catalogue::Catalogue;
use checkout::Checkout;
use error::ServiceError;
use experiments::Experiments;
use interactions::Interactions;
use metrics::Metrics;
use notifications::Notifications;
use orders::{Orders, Patience};
use outbox::Outbox;
use payments::{PaymentSettings, Payments};
use recommendations::Recommender;
use reviews::Reviews;
use transfers::Transfers;
use webhooks::Webhooks;

use crate::bus::Bus;
use crate::config::Config;
use crate::context::Context;
use crate::domain::money::parse_currency;
use crate::outward::Outward;
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
    pub checkout: Arc<Checkout>,
    pub payments: Arc<Payments>,
    pub recommender: Recommender,
    pub interactions: Interactions,
    pub experiments: Experiments,
    pub metrics: Arc<Metrics>,
    pub notifications: Notifications,
    pub outbox: Outbox,
    pub reviews: Reviews,
    pub transfers: Arc<Transfers>,
    pub webhooks: Webhooks,
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
        let accounts = Accounts::open(Arc::clone(&storage), context.clone(), &config.auth).await?;
        accounts.inform(Arc::clone(&recommendations));
        let carts = Carts::new(
            Arc::clone(&storage),
            Arc::clone(&bus),
            context.clone(),
            Arc::clone(&recommendations),
            config,
        )?;
        let live = Arc::clone(&recommendations);
        let patience = Patience {
            unpaid: Duration::from_secs(u64::from(config.checkout.reservation_minutes) * 60),
            promised: Duration::from_secs(u64::from(config.payments.promised_hours) * 60 * 60),
        };
        let orders = Orders::new(Arc::clone(&storage), Arc::clone(&bus), context.clone(), live, patience);
        let (carts, orders) = (Arc::new(carts), Arc::new(orders));
        accounts.answer_for(Arc::clone(&orders));
        let payments = Arc::new(open_payments(&storage, &context, &orders, config).await?);
        let checkout = Checkout::new(
            Arc::clone(&storage),
            context.clone(),
            Arc::clone(&recommendations),
            Arc::clone(&carts),
            Arc::clone(&orders),
            Arc::clone(&payments) as _,
            config,
        );
        let live = Arc::clone(&recommendations);
        let outward = Outward::new(config.outward.allow_private)
            .map_err(|error| ServiceError::Internal(format!("calls to other servers: {error}")))?;
        let webhooks = Webhooks::new(Arc::clone(&storage), context.clone(), outward.clone());
        let transfers = Transfers::new(
            Arc::clone(&storage),
            Arc::clone(&bus),
            context.clone(),
            outward,
            transfers::Files::new(config.transfer_folder(), config.export_life()),
        );
        let notifications = Notifications::new(Arc::clone(&storage), Arc::clone(&bus), context.clone());
        let metrics = Metrics::new(
            Arc::clone(&storage),
            Arc::clone(&live),
            Arc::clone(&bus),
            context.clone(),
            currency,
            config,
        );
        let catalogue = Catalogue::new(Arc::clone(&storage), bus, context.clone(), currency, live);
        let live = Arc::clone(&recommendations);
        Ok(Self {
            recommender: Recommender::new(Arc::clone(&recommendations), currency),
            interactions: Interactions::new(recommendations, context.clone()),
            experiments: Experiments::new(Arc::clone(&storage), live, context.clone()),
            metrics: Arc::new(metrics),
            notifications,
            transfers: Arc::new(transfers),
            webhooks,
            reviews: Reviews::new(Arc::clone(&storage), context.clone()),
            outbox: Outbox::new(Arc::clone(&storage), context.clone()),
            context,
            storage,
            catalogue,
            accounts: Arc::new(accounts),
            carts,
            orders,
            checkout: Arc::new(checkout),
            payments,
        })
    }
}

/// Opens payments with the gateways that the settings name.
async fn open_payments(
    storage: &Arc<dyn Storage>,
    context: &Context,
    orders: &Arc<Orders>,
    config: &Config,
) -> Result<Payments, ServiceError> {
    let secret = sandbox_secret(storage.as_ref(), context, config).await?;
    let (gateways, sandbox) = crate::payments::choose(config, context, secret.into_bytes())
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let settings = PaymentSettings {
        shop_name: config.shop.name.clone(),
        return_origins: own_origins(config),
        patience: Duration::from_secs(config.payments.patience_seconds),
    };
    let (storage, orders) = (Arc::clone(storage), Arc::clone(orders));
    Ok(Payments::new(storage, context.clone(), orders, gateways, sandbox, settings))
}

/// The secret of the settings, else one made at first start and kept in the database.
async fn sandbox_secret(
    storage: &dyn Storage,
    context: &Context,
    config: &Config,
) -> Result<String, ServiceError> {
    if !config.sandbox.secret.is_empty() {
        return Ok(config.sandbox.secret.clone());
    }
    let fresh: String = context.random_bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut unit = storage.begin().await?;
    let kept = unit.setting_or_insert("payments.sandbox_secret", &fresh, context.now()).await?;
    unit.save().await?;
    Ok(kept)
}

/// Where buyers may be sent back to: the shop's own pages and those of the origins that may call it.
fn own_origins(config: &Config) -> Vec<String> {
    let addresses = std::iter::once(config.public_url()).chain(config.server.allowed_origins.iter().cloned());
    addresses
        .filter_map(|address| Some(url::Url::parse(&address).ok()?.origin().ascii_serialization()))
        .collect()
}
