//! The bus: wakes whoever waits for a change, in this process or, over a [`Carrier`], in every process of the shop.
//!
//! A message says what changed, never what it changed to: the receiver asks the store or the recommender. So a lost
//! message costs nothing as long as the receiver learns that it lost one, and that is the contract here.

mod local;
mod shared;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use local::LocalBus;
pub use shared::SharedBus;

/// What a subscriber can listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// One shopper, user or visitor: their behaviour or stated taste.
    Shopper(Uuid),
    /// Trained models, and strategies switched on, off or configured anew.
    Models,
    /// Products: what exists, what is visible, what it costs.
    Catalogue,
    /// Whether products can be bought.
    Stock,
    /// Experiments: started, paused, completed, split differently.
    Experiments,
    /// Behaviour of anybody: what trending lists follow.
    Activity,
    /// What measuring counts: lists served, deeds and orders that may be credited to them.
    Measures,
    /// One order.
    Order(Uuid),
    /// Every order of one user.
    OrdersOf(Uuid),
    /// One cart.
    Cart(Uuid),
    /// The messages to one user.
    Notifications(Uuid),
    /// One background job.
    Job(Uuid),
    /// Whatever another process says, under the topic it says it about.
    Elsewhere,
}

impl Topic {
    /// Whether lists come of it. A process tells its own subscribers once it has followed the store that far: on the
    /// word of another they would compute a list that knows nothing new.
    const fn is_followed(self) -> bool {
        matches!(self, Self::Shopper(_) | Self::Models | Self::Catalogue | Self::Experiments | Self::Activity)
    }
}

/// A change: where, and of which object when the topic covers several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    pub topic: Topic,
    pub subject: Option<Uuid>,
}

impl Message {
    pub const fn about(topic: Topic) -> Self {
        Self { topic, subject: None }
    }

    pub const fn of(topic: Topic, subject: Uuid) -> Self {
        Self { topic, subject: Some(subject) }
    }
}

/// What a subscriber gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// A change.
    Message(Message),
    /// More changed than the mailbox holds: anything subscribed to may have changed.
    Lagged,
}

/// The end a subscriber holds; dropping it ends the subscription.
pub trait Mailbox: Send {
    /// The next delivery, oldest first; `None` once the bus is closed and everything was delivered.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Delivery>> + Send + '_>>;

    /// What waits already, without waiting.
    fn try_next(&mut self) -> Option<Delivery>;
}

/// Publishes changes and hands out mailboxes.
pub trait Bus: Send + Sync {
    /// Tells the subscribers of the message's topic in every process; never blocks and never fails.
    fn publish(&self, message: Message) {
        self.publish_here(message);
        self.publish_elsewhere(message);
    }

    /// Tells the subscribers in this process.
    fn publish_here(&self, message: Message);

    /// Tells the other processes, where there may be some.
    fn publish_elsewhere(&self, _message: Message) {}

    /// A mailbox for `topics`: every message published after this call arrives in it, or a [`Delivery::Lagged`] in
    /// place of those that did not fit.
    fn subscribe(&self, topics: &[Topic]) -> Box<dyn Mailbox>;

    /// Ends every subscription, as at shutdown.
    fn close(&self);
}

/// Carries parcels between the processes of a shop, over what they share anyway.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Sends a parcel of at most [`MAX_PARCEL`] bytes to every process that listens, this one included.
    ///
    /// # Errors
    /// When it cannot be sent; nothing is tried again.
    async fn send(&self, parcel: &str) -> Result<(), CarrierError>;

    /// Listens: every parcel sent after this has returned arrives.
    ///
    /// # Errors
    /// When nothing can be received now.
    async fn listen(&self) -> Result<Box<dyn Parcels>, CarrierError>;
}

/// Parcels as they arrive.
#[async_trait]
pub trait Parcels: Send {
    /// The next parcel, or `None` where the line was cut and some are missing.
    ///
    /// # Errors
    /// When nothing can be received any more.
    async fn next(&mut self) -> Result<Option<String>, CarrierError>;
}

/// Bytes of a parcel at most.
pub const MAX_PARCEL: usize = 7_900;

/// Parcels cannot be carried.
#[derive(Debug, thiserror::Error)]
#[error("the line to other instances is down")]
pub struct CarrierError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl fmt::Debug for dyn Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bus")
    }
}
