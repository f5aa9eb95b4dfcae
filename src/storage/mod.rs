//! What the shop keeps, as documented traits: nothing above this module knows which database runs.
//!
//! Reading goes through `&dyn Storage` and the traits it joins; each call is one statement unless it says
//! otherwise, and sees everything saved before it began. Writing goes through a [`UnitOfWork`], which ends in
//! [`save`](UnitOfWork::save) or leaves no trace. What is not found is `Ok(None)`, or absent from the map; an
//! error means that the call failed. Loads by many ids return maps, promise no order, accept repeated ids and
//! answer an empty list without asking the database.

pub mod carts;
pub mod catalogue;
pub mod checkout;
pub mod delivery;
pub mod error;
pub mod experiments;
pub mod interactions;
pub mod jobs;
pub mod metrics;
pub mod orders;
pub mod page;
pub mod payments;
pub mod people;
pub mod recommendations;
pub mod reviews;
pub mod sessions;
pub mod sql;
pub mod unit_of_work;
pub mod webhooks;

use async_trait::async_trait;

pub use error::{Result, StorageError};
pub use page::{Cursor, Edge, Page, PageRequest};
pub use unit_of_work::UnitOfWork;

/// The turn of one process, given up when it is dropped.
pub type Turn = Box<dyn Send + Sync>;

/// Everything the shop keeps. Cheap to share behind an `Arc`.
#[async_trait]
pub trait Storage:
    catalogue::CatalogueStore
    + reviews::ReviewStore
    + people::PeopleStore
    + sessions::SessionStore
    + interactions::InteractionStore
    + orders::OrderStore
    + experiments::ExperimentStore
    + recommendations::RecommendationStore
    + metrics::MetricsStore
    + jobs::JobStore
    + carts::CartStore
    + checkout::CheckoutStore
    + payments::PaymentStore
    + delivery::DeliveryStore
    + webhooks::WebhookStore
    + Send
    + Sync
{
    /// Begins a unit of work. On SQLite there is one at a time and further ones wait; so hold it briefly, and
    /// never across a call to anything remote.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when no connection comes free in time.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>>;

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when it does not.
    async fn ping(&self) -> Result<()>;

    /// Whether the shop has no product yet: a first run.
    async fn is_empty(&self) -> Result<bool>;

    /// Waits until no other process of the shop has the turn, and has it until the answer is dropped or this process
    /// ends: for work that must be done once. An embedded database serves one process, whose turn it always is.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when the database does not answer.
    async fn turn(&self) -> Result<Turn>;

    /// Statements sent to the database since the start, by this handle and its units of work. Read before and
    /// after an operation it tells what the operation cost; begin and commit are not counted.
    fn statements_executed(&self) -> u64;

    /// Waits for running statements and closes every connection.
    async fn close(&self);
}
