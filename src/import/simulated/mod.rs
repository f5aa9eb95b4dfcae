//! A simulated shop into the store: the first run's catalogue, shoppers and months of behaviour.

mod catalogue;
mod history;
mod shoppers;

use std::sync::Arc;

use shelfwise_strategies::simulate::{Config, Shop, SimulateError};

use crate::context::{Context, ManualClock, SeededEntropy};
use crate::domain::error::InvalidValue;
use crate::domain::ids::{ProductId, VariantId};
use crate::domain::interaction::Subject;
use crate::domain::time::Timestamp;
use crate::storage::{Storage, StorageError};

pub use shoppers::{DEMO_ADMIN, DEMO_PASSWORD, DEMO_SHOPPERS, demo_external_ids};

/// Why the shop could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Simulation(#[from] SimulateError),
    #[error("the simulation made what the shop does not take")]
    Invalid(#[from] InvalidValue),
    #[error("the store failed")]
    Storage(#[from] StorageError),
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeded {
    pub products: u64,
    pub shoppers: u64,
    pub interactions: u64,
    pub orders: u64,
    pub reviews: u64,
}

/// A product as the history refers to it.
struct Stocked {
    id: ProductId,
    name: String,
    variants: Vec<(VariantId, String)>,
}

/// Simulates the shop and writes it; `progress` gets the share done, 0 to 1. `demo_password_hash` opens the demo
/// accounts; without one they cannot sign in. Ids too come from the seed, so that one configuration fills two empty
/// stores alike.
pub async fn seed(
    config: Config,
    storage: &dyn Storage,
    demo_password_hash: Option<&str>,
    progress: &(dyn Fn(f64) + Send + Sync),
) -> Result<Seeded, SeedError> {
    let clock = Arc::new(ManualClock::at(Timestamp(config.end_ms)));
    let context = &Context::new(clock, Arc::new(SeededEntropy::new(config.seed)));
    let shop = Shop::new(config)?;
    let products = catalogue::write(&shop, storage, context).await?;
    progress(0.2);
    let subjects = shoppers::write(&shop, storage, context, demo_password_hash).await?;
    progress(0.25);
    let mut seeded =
        Seeded { products: products.len() as u64, shoppers: subjects.len() as u64, ..Seeded::default() };
    let cast = Cast { products: &products, subjects: &subjects };
    history::write(&shop, &cast, storage, context, &mut seeded, &|share| progress(0.25 + 0.75 * share))
        .await?;
    progress(1.0);
    Ok(seeded)
}

/// Who and what the events speak of, by index.
struct Cast<'a> {
    products: &'a [Stocked],
    subjects: &'a [Subject],
}
