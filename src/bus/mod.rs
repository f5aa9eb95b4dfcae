//! The bus: wakes whoever waits for a change, in this process or (behind the same trait) across instances.
//!
//! A message says what changed, never what it changed to: the receiver asks the store or the recommender. So a lost
//! message costs nothing as long as the receiver learns that it lost one, and that is the contract here.

mod local;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use uuid::Uuid;

pub use local::LocalBus;

/// What a subscriber can listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// A change: where, and of which object when the topic covers several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Tells every subscriber of the message's topic; never blocks and never fails.
    fn publish(&self, message: Message);

    /// A mailbox for `topics`: every message published after this call arrives in it, or a [`Delivery::Lagged`] in
    /// place of those that did not fit.
    fn subscribe(&self, topics: &[Topic]) -> Box<dyn Mailbox>;

    /// Ends every subscription, as at shutdown.
    fn close(&self);
}

impl fmt::Debug for dyn Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bus")
    }
}
