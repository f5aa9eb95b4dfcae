//! Orders and stock as they change: streams that read the store when the bus says that something happened.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream::unfold;

use super::{Orders, Problem, ServiceError};
use crate::bus::{Delivery, Mailbox, Topic};
use crate::domain::caller::Caller;
use crate::domain::catalogue::Variant;
use crate::domain::ids::{OrderEventId, OrderId, VariantId};
use crate::domain::limits;
use crate::domain::order::{OrderEvent, OrderStatus};
use crate::domain::time::Timestamp;
use crate::storage::orders::Followed;

/// Events read at once.
const BATCH: usize = 100;

/// An order took another status.
#[derive(Debug, Clone)]
pub struct StatusChange {
    pub event: OrderEventId,
    pub order: OrderId,
    pub from: Option<OrderStatus>,
    pub to: OrderStatus,
    pub at: Timestamp,
}

/// How many pieces of a variant can be bought now.
#[derive(Debug, Clone)]
pub struct StockLevel {
    pub variant: Arc<Variant>,
    pub at: Timestamp,
}

impl Orders {
    /// The least id an event of this millisecond can have.
    fn first_of_now(&self) -> OrderEventId {
        let millis = u64::try_from(self.context.now().as_millis()).unwrap_or_default();
        OrderEventId(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
    }

    /// The changes of status of one order the caller may see, or of all of a user's: those behind `since` at once,
    /// then each as it happens. Without `since` only what happens from now on.
    ///
    /// # Errors
    /// When the caller may not see the order, when a guest names none, or when the store fails.
    pub async fn follow(
        self: &Arc<Self>,
        caller: &Caller,
        order: Option<OrderId>,
        since: Option<OrderEventId>,
    ) -> Result<impl Stream<Item = Result<StatusChange, ServiceError>> + Send + use<>, ServiceError> {
        let (followed, topic) = match order {
            Some(id) => {
                self.order(caller, id).await?.ok_or_else(super::access::missing)?;
                (Followed::Order(id), Topic::Order(id.uuid()))
            }
            None => {
                let user = caller.user().ok_or(ServiceError::Unauthenticated)?;
                (Followed::OrdersOf(user), Topic::OrdersOf(user.uuid()))
            }
        };
        // Subscribed before the first reading, so that nothing falls between the two.
        let mailbox = self.bus.subscribe(&[topic]);
        let begin = since.unwrap_or_else(|| self.first_of_now());
        let follower = Follower {
            orders: Arc::clone(self),
            followed,
            last: begin,
            mailbox,
            waiting: VecDeque::new(),
            is_first: since.is_some(),
        };
        Ok(unfold(Some(follower), |follower| async move {
            let mut follower = follower?;
            match follower.next().await? {
                Ok(change) => Some((Ok(change), Some(follower))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }

    /// How many pieces of each variant can be bought, now and after each change.
    ///
    /// # Errors
    /// When none or too many are named.
    pub fn follow_stock(
        self: &Arc<Self>,
        variants: Vec<VariantId>,
    ) -> Result<impl Stream<Item = Result<StockLevel, ServiceError>> + Send + use<>, ServiceError> {
        if variants.is_empty() {
            return Err(ServiceError::refuse(["variantIds"], Problem::Required));
        }
        if variants.len() > limits::PAGE {
            return Err(ServiceError::refuse(["variantIds"], Problem::TooMany { max: limits::PAGE }));
        }
        let watcher = StockWatcher {
            mailbox: self.bus.subscribe(&[Topic::Stock]),
            orders: Arc::clone(self),
            changed: variants.iter().copied().collect(),
            variants,
            last: HashMap::new(),
            waiting: VecDeque::new(),
        };
        Ok(unfold(Some(watcher), |watcher| async move {
            let mut watcher = watcher?;
            match watcher.next().await? {
                Ok(level) => Some((Ok(level), Some(watcher))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

struct Follower {
    orders: Arc<Orders>,
    followed: Followed,
    last: OrderEventId,
    mailbox: Box<dyn Mailbox>,
    waiting: VecDeque<StatusChange>,
    is_first: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Result<StatusChange, ServiceError>> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return Some(Ok(change));
            }
            if !std::mem::take(&mut self.is_first) {
                self.mailbox.next().await?;
            }
            while self.mailbox.try_next().is_some() {}
            if let Err(error) = self.read().await {
                return Some(Err(error));
            }
        }
    }

    async fn read(&mut self) -> Result<(), ServiceError> {
        let store = &self.orders.storage;
        loop {
            let events = store.order_events_since(self.followed, Some(self.last), BATCH).await?;
            let read = events.len();
            self.last = events.last().map_or(self.last, |event| event.id);
            self.waiting.extend(events.into_iter().filter_map(status_change));
            if read < BATCH {
                return Ok(());
            }
        }
    }
}

fn status_change(event: OrderEvent) -> Option<StatusChange> {
    let to = event.to?;
    Some(StatusChange { event: event.id, order: event.order_id, from: event.from, to, at: event.created_at })
}

struct StockWatcher {
    orders: Arc<Orders>,
    mailbox: Box<dyn Mailbox>,
    variants: Vec<VariantId>,
    changed: HashSet<VariantId>,
    last: HashMap<VariantId, u32>,
    waiting: VecDeque<StockLevel>,
}

impl StockWatcher {
    async fn next(&mut self) -> Option<Result<StockLevel, ServiceError>> {
        loop {
            if let Some(level) = self.waiting.pop_front() {
                return Some(Ok(level));
            }
            while self.changed.is_empty() {
                let delivery = self.mailbox.next().await?;
                self.note(delivery);
            }
            while let Some(delivery) = self.mailbox.try_next() {
                self.note(delivery);
            }
            if let Err(error) = self.read().await {
                return Some(Err(error));
            }
        }
    }

    fn note(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Lagged => self.changed.extend(self.variants.iter().copied()),
            Delivery::Message(message) => {
                let named = message.subject.map(VariantId::from);
                self.changed.extend(named.filter(|variant| self.variants.contains(variant)));
            }
        }
    }

    async fn read(&mut self) -> Result<(), ServiceError> {
        let asked: Vec<VariantId> = self.changed.drain().collect();
        let mut found = self.orders.storage.variants(&asked).await?;
        let now = self.orders.context.now();
        for id in self.variants.iter().filter(|id| asked.contains(id)) {
            let Some(variant) = found.remove(id) else { continue };
            let available = variant.stock.available();
            if self.last.insert(*id, available) != Some(available) {
                self.waiting.push_back(StockLevel { variant: Arc::new(variant), at: now });
            }
        }
        Ok(())
    }
}
