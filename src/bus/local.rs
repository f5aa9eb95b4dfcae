//! The bus within one process: a bounded mailbox for each subscriber, a table of topics.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::Notify;

use super::{Bus, Delivery, Mailbox, Message, Topic};

/// Messages that wait for one subscriber before the rest is replaced by one [`Delivery::Lagged`].
const MAILBOX_CAPACITY: usize = 64;

/// Delivers within this process.
#[derive(Default)]
pub struct LocalBus {
    topics: Arc<RwLock<HashMap<Topic, Vec<Arc<Slot>>>>>,
}

#[derive(Default)]
struct Slot {
    queue: Mutex<Queue>,
    wake: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Message>,
    lagged: bool,
    closed: bool,
}

impl Queue {
    /// One word in place of everything that waits.
    fn lag(&mut self) {
        self.waiting.clear();
        self.lagged = true;
    }
}

struct LocalMailbox {
    slot: Arc<Slot>,
    topics: Vec<Topic>,
    table: Arc<RwLock<HashMap<Topic, Vec<Arc<Slot>>>>>,
}

impl Slot {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, message: Message) {
        {
            let mut queue = self.queue();
            // The same change twice in a row tells the reader nothing new.
            if queue.waiting.back() == Some(&message) {
                return;
            }
            if queue.waiting.len() < MAILBOX_CAPACITY {
                queue.waiting.push_back(message);
            } else {
                queue.lag();
            }
        }
        self.wake.notify_one();
    }

    fn lag(&self) {
        self.queue().lag();
        self.wake.notify_one();
    }

    fn take(&self) -> Option<Delivery> {
        let mut queue = self.queue();
        if std::mem::take(&mut queue.lagged) {
            return Some(Delivery::Lagged);
        }
        queue.waiting.pop_front().map(Delivery::Message)
    }
}

impl LocalBus {
    pub fn new() -> Self {
        Self::default()
    }

    /// Topics somebody listens to; for tests and metrics.
    pub fn topic_count(&self) -> usize {
        self.topics.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Puts a message into the mailboxes of `topic`, whatever it is about.
    pub(super) fn deliver(&self, topic: Topic, message: Message) {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        for slot in topics.get(&topic).into_iter().flatten() {
            slot.put(message);
        }
    }

    /// Tells everybody that they have missed something.
    pub(super) fn lag(&self) {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        for slot in topics.values().flatten() {
            slot.lag();
        }
    }
}

impl Bus for LocalBus {
    fn publish_here(&self, message: Message) {
        self.deliver(message.topic, message);
    }

    fn subscribe(&self, topics: &[Topic]) -> Box<dyn Mailbox> {
        let slot = Arc::new(Slot::default());
        let mut topics = topics.to_vec();
        topics.dedup();
        let mut table = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        for topic in &topics {
            table.entry(*topic).or_default().push(Arc::clone(&slot));
        }
        drop(table);
        Box::new(LocalMailbox { slot, topics, table: Arc::clone(&self.topics) })
    }

    fn close(&self) {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        for slot in topics.values().flatten() {
            slot.queue().closed = true;
            slot.wake.notify_one();
        }
    }
}

impl Mailbox for LocalMailbox {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Delivery>> + Send + '_>> {
        Box::pin(async move {
            loop {
                if let Some(delivery) = self.slot.take() {
                    return Some(delivery);
                }
                if self.slot.queue().closed {
                    return None;
                }
                // A permit left by a message that came since `take` makes this return at once.
                self.slot.wake.notified().await;
            }
        })
    }

    fn try_next(&mut self) -> Option<Delivery> {
        self.slot.take()
    }
}

impl Drop for LocalMailbox {
    fn drop(&mut self) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        for topic in &self.topics {
            if let Some(slots) = table.get_mut(topic) {
                slots.retain(|slot| !Arc::ptr_eq(slot, &self.slot));
                if slots.is_empty() {
                    table.remove(topic);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn shopper(number: u128) -> Topic {
        Topic::Shopper(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_message_reaches_the_subscribers_of_its_topic_and_nobody_else() {
        let bus = LocalBus::new();
        let (mut ann, mut ben) = (bus.subscribe(&[shopper(1), Topic::Models]), bus.subscribe(&[shopper(2)]));
        bus.publish(Message::about(shopper(1)));
        bus.publish(Message::about(Topic::Models));
        assert_eq!(ann.next().await, Some(Delivery::Message(Message::about(shopper(1)))));
        assert_eq!(ann.next().await, Some(Delivery::Message(Message::about(Topic::Models))));
        assert_eq!((ann.try_next(), ben.try_next()), (None, None));
    }

    #[tokio::test]
    async fn a_subscriber_that_falls_behind_is_told_so_and_keeps_what_comes_after() {
        let bus = LocalBus::new();
        let mut mailbox = bus.subscribe(&[Topic::Stock]);
        for number in 0..1000 {
            bus.publish(Message::of(Topic::Stock, Uuid::from_u128(number)));
        }
        assert_eq!(mailbox.next().await, Some(Delivery::Lagged));
        let mut rest = 0;
        while mailbox.try_next().is_some() {
            rest += 1;
        }
        assert!(rest < MAILBOX_CAPACITY);
        bus.publish(Message::about(Topic::Stock));
        assert_eq!(mailbox.next().await, Some(Delivery::Message(Message::about(Topic::Stock))));
    }

    #[tokio::test]
    async fn a_waiting_subscriber_wakes_when_a_message_comes() {
        let bus = Arc::new(LocalBus::new());
        let mut mailbox = bus.subscribe(&[Topic::Catalogue]);
        let waiting = tokio::spawn(async move { mailbox.next().await });
        tokio::task::yield_now().await;
        bus.publish(Message::about(Topic::Catalogue));
        assert_eq!(waiting.await.unwrap(), Some(Delivery::Message(Message::about(Topic::Catalogue))));
    }

    #[tokio::test]
    async fn a_dropped_mailbox_leaves_nothing_behind() {
        let bus = LocalBus::new();
        let mailbox = bus.subscribe(&[shopper(1), Topic::Models]);
        assert_eq!(bus.topic_count(), 2);
        drop(mailbox);
        assert_eq!(bus.topic_count(), 0);
    }

    #[tokio::test]
    async fn closing_the_bus_ends_subscriptions_after_what_was_published() {
        let bus = LocalBus::new();
        let mut mailbox = bus.subscribe(&[Topic::Models]);
        bus.publish(Message::about(Topic::Models));
        bus.close();
        assert!(mailbox.next().await.is_some());
        assert_eq!(mailbox.next().await, None);
    }
}
