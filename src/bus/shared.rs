//! The bus between the processes of a shop: what is said here goes to the others in parcels, and theirs come in.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{Bus, Carrier, CarrierError, LocalBus, MAX_PARCEL, Mailbox, Message, Parcels, Topic};

/// Messages that wait to be sent before the others are only told that they have missed some.
const OUTGOING: usize = 4_096;
/// The longest message as JSON, and what a parcel needs beside its messages.
const MAX_MESSAGE: usize = 120;
const WRAPPING: usize = 100;
const PARCEL: usize = (MAX_PARCEL - WRAPPING) / MAX_MESSAGE;
/// Between attempts while the line is down.
const RETRY: Duration = Duration::from_secs(1);

/// Delivers within this process at once, and to the others a moment later.
pub struct SharedBus {
    local: Arc<LocalBus>,
    outgoing: mpsc::Sender<Message>,
    overflown: Arc<AtomicBool>,
    closing: CancellationToken,
}

#[derive(Debug, Serialize, Deserialize)]
struct Parcel {
    from: Uuid,
    /// Whether messages of that process are missing before these.
    lagged: bool,
    messages: Vec<Message>,
}

impl SharedBus {
    /// Begins to send and to listen, in two of `tasks` that end once the bus is closed. `process` tells this process's
    /// own parcels from those of others.
    pub fn start(carrier: Arc<dyn Carrier>, process: Uuid, tasks: &TaskTracker) -> Self {
        let (outgoing, waiting) = mpsc::channel(OUTGOING);
        let (local, closing) = (Arc::<LocalBus>::default(), CancellationToken::new());
        let overflown = Arc::<AtomicBool>::default();
        let sending = Sending {
            carrier: Arc::clone(&carrier),
            process,
            overflown: Arc::clone(&overflown),
            closing: closing.clone(),
        };
        tasks.spawn(sending.run(waiting));
        let receiving = Receiving { carrier, process, local: Arc::clone(&local) };
        tasks.spawn(closing.clone().run_until_cancelled_owned(receiving.run()));
        Self { local, outgoing, overflown, closing }
    }
}

impl Bus for SharedBus {
    fn publish_here(&self, message: Message) {
        self.local.publish_here(message);
    }

    fn publish_elsewhere(&self, message: Message) {
        if self.outgoing.try_send(message).is_err() {
            self.overflown.store(true, Ordering::Release);
        }
    }

    fn subscribe(&self, topics: &[Topic]) -> Box<dyn Mailbox> {
        self.local.subscribe(topics)
    }

    fn close(&self) {
        self.local.close();
        self.closing.cancel();
    }
}

struct Sending {
    carrier: Arc<dyn Carrier>,
    process: Uuid,
    overflown: Arc<AtomicBool>,
    closing: CancellationToken,
}

impl Sending {
    /// Sends what waits until the bus is closed, and then the rest.
    async fn run(self, mut waiting: mpsc::Receiver<Message>) {
        let (mut batch, mut failed) = (Vec::with_capacity(PARCEL), false);
        loop {
            batch.clear();
            if failed {
                let Some(()) = self.closing.run_until_cancelled(tokio::time::sleep(RETRY)).await else {
                    return;
                };
                // What has piled up is told as one: something is missing.
                while waiting.try_recv().is_ok() {}
            } else {
                let received = self.closing.run_until_cancelled(waiting.recv_many(&mut batch, PARCEL)).await;
                if received.is_none() {
                    waiting.close();
                    waiting.recv_many(&mut batch, PARCEL).await;
                }
                if batch.is_empty() {
                    return;
                }
            }
            let mut said = HashSet::new();
            batch.retain(|message| said.insert(*message));
            let lagged = self.overflown.swap(false, Ordering::AcqRel) || failed;
            match self.send(lagged, &batch).await {
                Ok(()) => failed = false,
                Err(error) => {
                    if !failed {
                        tracing::warn!(
                            error = &*error,
                            "other instances are not told of changes for the moment"
                        );
                    }
                    failed = true;
                }
            }
        }
    }

    async fn send(&self, lagged: bool, messages: &[Message]) -> Result<(), Box<dyn std::error::Error>> {
        let parcel = Parcel { from: self.process, lagged, messages: messages.to_vec() };
        Ok(self.carrier.send(&serde_json::to_string(&parcel)?).await?)
    }
}

struct Receiving {
    carrier: Arc<dyn Carrier>,
    process: Uuid,
    local: Arc<LocalBus>,
}

impl Receiving {
    async fn run(self) {
        let mut warned = false;
        loop {
            let error = match self.carrier.listen().await {
                Ok(mut parcels) => {
                    warned = false;
                    // Nobody listened until now.
                    self.local.lag();
                    self.receive(parcels.as_mut()).await
                }
                Err(error) => error,
            };
            if !warned {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "other instances are not heard for the moment"
                );
            }
            warned = true;
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Takes in parcels until that fails.
    async fn receive(&self, parcels: &mut dyn Parcels) -> CarrierError {
        loop {
            match parcels.next().await {
                Ok(Some(parcel)) => self.open(&parcel),
                Ok(None) => self.local.lag(),
                Err(error) => return error,
            }
        }
    }

    fn open(&self, parcel: &str) {
        let Ok(parcel) = serde_json::from_str::<Parcel>(parcel) else {
            // Another version of the program speaks of what this one does not know.
            tracing::debug!("a message of another instance cannot be read");
            return self.local.lag();
        };
        if parcel.from == self.process {
            return;
        }
        if parcel.lagged {
            self.local.lag();
        }
        for message in parcel.messages {
            self.local.deliver(Topic::Elsewhere, message);
            if !message.topic.is_followed() {
                self.local.publish_here(message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use async_trait::async_trait;
    use tokio::sync::broadcast;

    use super::super::{CarrierError, Delivery};
    use super::*;

    /// A line that can be down.
    struct Line {
        wire: broadcast::Sender<String>,
        down: AtomicBool,
        sent: AtomicU32,
    }

    impl Line {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                wire: broadcast::channel(64).0,
                down: AtomicBool::new(false),
                sent: AtomicU32::new(0),
            })
        }
    }

    #[async_trait]
    impl Carrier for Line {
        async fn send(&self, parcel: &str) -> Result<(), CarrierError> {
            assert!(parcel.len() <= MAX_PARCEL, "{} bytes", parcel.len());
            if self.down.load(Ordering::Acquire) {
                return Err(CarrierError("the line is down".into()));
            }
            self.sent.fetch_add(1, Ordering::AcqRel);
            self.wire.send(parcel.to_owned()).map_err(|error| CarrierError(Box::new(error)))?;
            Ok(())
        }

        async fn listen(&self) -> Result<Box<dyn Parcels>, CarrierError> {
            Ok(Box::new(End(self.wire.subscribe())))
        }
    }

    struct End(broadcast::Receiver<String>);

    #[async_trait]
    impl Parcels for End {
        async fn next(&mut self) -> Result<Option<String>, CarrierError> {
            self.0.recv().await.map(Some).map_err(|error| CarrierError(Box::new(error)))
        }
    }

    const CART: Topic = Topic::Cart(Uuid::from_u128(7));
    const SHOPPER: Topic = Topic::Shopper(Uuid::from_u128(8));

    /// Two processes on one line, both listening.
    async fn two(line: &Arc<Line>, tasks: &TaskTracker) -> (SharedBus, SharedBus) {
        let bus =
            |number| SharedBus::start(Arc::clone(line) as Arc<dyn Carrier>, Uuid::from_u128(number), tasks);
        let both = (bus(1), bus(2));
        while line.wire.receiver_count() < 2 {
            tokio::task::yield_now().await;
        }
        both
    }

    async fn next(mailbox: &mut Box<dyn Mailbox>) -> Message {
        match mailbox.next().await {
            Some(Delivery::Message(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_is_published_reaches_every_process_once() {
        let (line, tasks) = (Line::new(), TaskTracker::new());
        let (here, there) = two(&line, &tasks).await;
        let (mut near, mut far) = (here.subscribe(&[CART, Topic::Stock]), there.subscribe(&[CART]));
        here.publish(Message::about(CART));
        assert_eq!(next(&mut near).await, Message::about(CART));
        assert_eq!(next(&mut far).await, Message::about(CART));
        there.publish(Message::about(Topic::Stock));
        assert_eq!(next(&mut near).await, Message::about(Topic::Stock), "and no echo before it");
    }

    #[tokio::test]
    async fn what_lists_come_of_is_left_to_the_one_who_follows_the_store() {
        let (line, tasks) = (Line::new(), TaskTracker::new());
        let (here, there) = two(&line, &tasks).await;
        let mut follower = there.subscribe(&[Topic::Elsewhere]);
        let mut watcher = there.subscribe(&[SHOPPER, CART]);
        let linked = Message::of(SHOPPER, Uuid::from_u128(9));
        here.publish(linked);
        here.publish_here(Message::about(Topic::Activity));
        here.publish(Message::about(CART));
        assert_eq!(next(&mut follower).await, linked);
        assert_eq!(next(&mut follower).await, Message::about(CART));
        assert_eq!(next(&mut watcher).await, Message::about(CART));
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_was_down_is_told_as_a_gap() {
        let (line, tasks) = (Line::new(), TaskTracker::new());
        let (here, there) = two(&line, &tasks).await;
        let mut far = there.subscribe(&[CART]);
        line.down.store(true, Ordering::Release);
        here.publish(Message::about(CART));
        tokio::time::sleep(RETRY * 3).await;
        assert_eq!(far.try_next(), None);
        line.down.store(false, Ordering::Release);
        assert_eq!(far.next().await, Some(Delivery::Lagged));
        here.publish(Message::about(CART));
        assert_eq!(next(&mut far).await, Message::about(CART));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_told_as_a_gap_too() {
        let (line, tasks) = (Line::new(), TaskTracker::new());
        let (_here, there) = two(&line, &tasks).await;
        let mut far = there.subscribe(&[CART]);
        line.wire.send(r#"{"from":"of another version"}"#.to_owned()).unwrap();
        assert_eq!(far.next().await, Some(Delivery::Lagged));
    }

    #[tokio::test]
    async fn a_flood_travels_in_few_parcels_and_loses_nothing_unsaid() {
        let (line, tasks) = (Line::new(), TaskTracker::new());
        let (here, there) = two(&line, &tasks).await;
        let mut far = there.subscribe(&[CART, Topic::Models]);
        for number in 0..OUTGOING as u128 * 2 {
            let order = Uuid::from_u128(u128::MAX - number);
            here.publish(Message::of(Topic::OrdersOf(order), order));
        }
        here.publish_elsewhere(Message::about(CART));
        assert_eq!(far.next().await, Some(Delivery::Lagged), "more than the queue holds");
        assert!(line.sent.load(Ordering::Acquire) as usize <= OUTGOING / PARCEL + 2);
    }

    #[tokio::test]
    async fn closing_sends_what_waits_and_ends_the_tasks() {
        let (line, tasks) = (Line::new(), TaskTracker::new());
        let (here, there) = two(&line, &tasks).await;
        let mut far = there.subscribe(&[CART]);
        here.publish(Message::about(CART));
        here.close();
        assert_eq!(next(&mut far).await, Message::about(CART));
        there.close();
        tasks.close();
        tasks.wait().await;
        assert_eq!(far.next().await, None);
    }
}
