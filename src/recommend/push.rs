//! Turns a mailbox of changes into a stream of lists: paced, coalesced, and only those that differ from the last.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::Instant;

use super::pace::{Pacer, Trigger};
use crate::bus::{Delivery, Mailbox, Message, Topic};

/// A list as the pusher needs to see it.
pub trait Listed {
    type Id: Copy + Eq + Hash;

    /// What is on the list, best first.
    fn ids(&self) -> Vec<Self::Id>;
}

/// A list that differs from the one pushed before.
#[derive(Debug, PartialEq)]
pub struct Pushed<L: Listed> {
    /// 1 for the first list, then one more each time.
    pub sequence: u64,
    pub trigger: Trigger,
    pub list: L,
    pub added: Vec<L::Id>,
    pub removed: Vec<L::Id>,
}

/// Computes the list anew when told to, and can say that a change does not touch it.
pub trait Source: Send {
    type List: Listed;
    type Error;

    fn compute(&mut self) -> impl Future<Output = Result<Self::List, Self::Error>> + Send;

    /// Whether `message` can change a list of these ids; when in doubt, yes.
    fn concerns(&self, message: &Message, ids: &[<Self::List as Listed>::Id]) -> bool;
}

struct State<S: Source> {
    source: S,
    mailbox: Box<dyn Mailbox>,
    pacer: Pacer,
    sequence: u64,
    ids: Vec<<S::List as Listed>::Id>,
    failed: bool,
}

/// The stream: the first list at once, then each that differs, at most one an interval. It ends when the bus closes,
/// or after the first error.
pub fn pushes<S>(
    source: S,
    mailbox: Box<dyn Mailbox>,
    interval: Duration,
) -> impl Stream<Item = Result<Pushed<S::List>, S::Error>> + Send
where
    S: Source + 'static,
    S::List: Send,
    S::Error: Send,
    <S::List as Listed>::Id: Send,
{
    let pacer = Pacer::new(interval);
    let state = State { source, mailbox, pacer, sequence: 0, ids: Vec::new(), failed: false };
    unfold(state, |mut state| async move { state.next().await.map(|item| (item, state)) })
}

impl<S: Source> State<S> {
    async fn next(&mut self) -> Option<Result<Pushed<S::List>, S::Error>> {
        if self.failed {
            return None;
        }
        loop {
            self.wait().await?;
            // Whatever waits now happened before the computation and is covered by it.
            while let Some(delivery) = self.mailbox.try_next() {
                self.note(delivery);
            }
            let Some(trigger) = self.pacer.take(Instant::now()) else { continue };
            match self.source.compute().await {
                Ok(list) => {
                    if let Some(pushed) = self.differing(trigger, list) {
                        return Some(Ok(pushed));
                    }
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }

    /// Returns once a list is due; `None` when the bus closed.
    async fn wait(&mut self) -> Option<()> {
        loop {
            let Some(due) = self.pacer.due(Instant::now()) else {
                let delivery = self.mailbox.next().await?;
                self.note(delivery);
                continue;
            };
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(due) => return Some(()),
                delivery = self.mailbox.next() => self.note(delivery?),
            }
        }
    }

    fn note(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Message(message) => {
                if self.source.concerns(&message, &self.ids) {
                    self.pacer.note(trigger(message.topic));
                }
            }
            // Nobody knows what was missed, so the strongest reason stands for all.
            Delivery::Lagged => self.pacer.note(Trigger::Interaction),
        }
    }

    fn differing(&mut self, trigger: Trigger, list: S::List) -> Option<Pushed<S::List>> {
        let ids = list.ids();
        if self.sequence > 0 && ids == self.ids {
            return None;
        }
        let (before, after): (HashSet<_>, HashSet<_>) =
            (self.ids.iter().copied().collect(), ids.iter().copied().collect());
        let added = ids.iter().copied().filter(|id| !before.contains(id)).collect();
        let removed = self.ids.iter().copied().filter(|id| !after.contains(id)).collect();
        self.ids = ids;
        self.sequence += 1;
        Some(Pushed { sequence: self.sequence, trigger, list, added, removed })
    }
}

fn trigger(topic: Topic) -> Trigger {
    match topic {
        Topic::Models => Trigger::ModelTrained,
        Topic::Catalogue => Trigger::CatalogChanged,
        Topic::Stock => Trigger::StockChanged,
        Topic::Experiments => Trigger::ExperimentChanged,
        _ => Trigger::Interaction,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::{FutureExt, StreamExt};
    use uuid::Uuid;

    use super::*;
    use crate::bus::{Bus, LocalBus};

    const INTERVAL: Duration = Duration::from_millis(100);
    const TOPIC: Topic = Topic::Shopper(Uuid::nil());

    impl Listed for Vec<u32> {
        type Id = u32;
        fn ids(&self) -> Vec<u32> {
            self.clone()
        }
    }

    #[derive(Clone, Default)]
    struct Shelf {
        list: Arc<Mutex<Vec<u32>>>,
        computed: Arc<Mutex<u32>>,
    }

    impl Source for Shelf {
        type List = Vec<u32>;
        type Error = &'static str;

        async fn compute(&mut self) -> Result<Vec<u32>, &'static str> {
            *self.computed.lock().unwrap() += 1;
            let list = self.list.lock().unwrap().clone();
            if list.contains(&13) { Err("unlucky") } else { Ok(list) }
        }

        fn concerns(&self, message: &Message, _: &[u32]) -> bool {
            message.topic != Topic::Stock
        }
    }

    impl Shelf {
        fn set(&self, list: &[u32]) {
            *self.list.lock().unwrap() = list.to_vec();
        }
    }

    fn shelf(list: &[u32]) -> (Shelf, LocalBus) {
        let shelf = Shelf::default();
        shelf.set(list);
        (shelf, LocalBus::new())
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_list_comes_at_once_and_a_change_says_what_came_and_went() {
        let (shelf, bus) = shelf(&[1, 2, 3]);
        let stream = pushes(shelf.clone(), bus.subscribe(&[TOPIC]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        let first = stream.next().await.unwrap().unwrap();
        assert_eq!((first.sequence, first.trigger, first.added), (1, Trigger::Subscribed, vec![1, 2, 3]));
        shelf.set(&[3, 4, 1]);
        bus.publish(Message::about(TOPIC));
        let second = stream.next().await.unwrap().unwrap();
        assert_eq!((second.sequence, second.trigger), (2, Trigger::Interaction));
        assert_eq!((second.added, second.removed), (vec![4], vec![2]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_that_leaves_the_list_alone_pushes_nothing() {
        let (shelf, bus) = shelf(&[1]);
        let stream = pushes(shelf.clone(), bus.subscribe(&[TOPIC]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        stream.next().await;
        bus.publish(Message::about(TOPIC));
        assert!(tokio::time::timeout(INTERVAL * 10, stream.next()).await.is_err());
        assert_eq!(*shelf.computed.lock().unwrap(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_storm_of_changes_costs_one_computation_an_interval() {
        let (shelf, bus) = shelf(&[0]);
        let bus = Arc::new(bus);
        let stream = pushes(shelf.clone(), bus.subscribe(&[TOPIC]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        stream.next().await;
        let storm = tokio::spawn({
            let (shelf, bus) = (shelf.clone(), Arc::clone(&bus));
            async move {
                for number in 1..=1000 {
                    shelf.set(&[number]);
                    bus.publish(Message::about(TOPIC));
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        });
        let mut last = vec![];
        while last != [1000] {
            last = stream.next().await.unwrap().unwrap().list;
        }
        storm.await.unwrap();
        assert!(*shelf.computed.lock().unwrap() <= 13, "{}", shelf.computed.lock().unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_fell_behind_gets_the_latest_list_only() {
        let (shelf, bus) = shelf(&[0]);
        let stream = pushes(shelf.clone(), bus.subscribe(&[TOPIC, Topic::Models]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        stream.next().await;
        for number in 1..=500 {
            shelf.set(&[number]);
            bus.publish(Message::about(if number % 2 == 0 { TOPIC } else { Topic::Models }));
        }
        assert_eq!(stream.next().await.unwrap().unwrap().list, [500]);
        tokio::time::advance(INTERVAL * 2).await;
        assert!(stream.next().now_or_never().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_that_does_not_concern_the_list_costs_nothing() {
        let (shelf, bus) = shelf(&[1]);
        let stream = pushes(shelf.clone(), bus.subscribe(&[Topic::Stock]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        stream.next().await;
        bus.publish(Message::about(Topic::Stock));
        assert!(tokio::time::timeout(INTERVAL * 10, stream.next()).await.is_err());
        assert_eq!(*shelf.computed.lock().unwrap(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_ends_the_stream_and_so_does_the_bus_closing() {
        let (broken, bus) = shelf(&[13]);
        let stream = pushes(broken, bus.subscribe(&[TOPIC]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        assert_eq!(stream.next().await, Some(Err("unlucky")));
        assert_eq!(stream.next().await, None);

        let (sound, bus) = shelf(&[1]);
        let stream = pushes(sound, bus.subscribe(&[TOPIC]), INTERVAL);
        let mut stream = std::pin::pin!(stream);
        stream.next().await;
        bus.close();
        assert_eq!(stream.next().await, None);
    }
}
