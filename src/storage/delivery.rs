//! The contract of what leaves the shop: parcels, notifications, messages.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::fulfillment::{Fulfillment, TrackingEvent};
use crate::domain::ids::{FulfillmentId, NotificationId, OrderId, OutboxMessageId, UserId};
use crate::domain::notification::{Mail, Notification, OutboxMessage};
use crate::domain::time::Timestamp;

/// Reading what leaves the shop.
#[async_trait]
pub trait DeliveryStore {
    /// Parcels by id.
    async fn fulfillments(&self, ids: &[FulfillmentId]) -> Result<HashMap<FulfillmentId, Fulfillment>>;
    /// The parcels of each order, oldest first.
    async fn fulfillments_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Fulfillment>>>;
    /// What carriers said about each parcel, oldest first.
    async fn tracking_events_of(
        &self,
        fulfillments: &[FulfillmentId],
    ) -> Result<HashMap<FulfillmentId, Vec<TrackingEvent>>>;
    /// Notifications by id.
    async fn notifications(&self, ids: &[NotificationId]) -> Result<HashMap<NotificationId, Notification>>;
    /// A page of a user's notifications, newest first.
    async fn notifications_of(
        &self,
        user: UserId,
        unread_only: bool,
        page: &PageRequest,
    ) -> Result<Page<Notification>>;
    /// How many notifications a user has not read.
    async fn count_unread(&self, user: UserId) -> Result<i64>;
    /// Messages that could not be sent in `attempts` tries, newest first: the dead letters.
    async fn dead_letters(&self, attempts: u32, limit: usize) -> Result<Vec<OutboxMessage>>;
    /// A page of the mail kept instead of being sent, the latest first.
    async fn mailbox(&self, page: &PageRequest) -> Result<Page<Mail>>;
}

/// Changing what leaves the shop.
#[async_trait]
pub trait DeliveryWork {
    /// A parcel as this unit sees it.
    async fn fulfillment(&mut self, id: FulfillmentId) -> Result<Option<Fulfillment>>;
    /// Adds a parcel, or replaces the one of that id.
    ///
    /// # Errors
    /// `Missing` when the order does not exist.
    async fn save_fulfillment(&mut self, fulfillment: &Fulfillment) -> Result<()>;
    /// Adds what a carrier said. False when it was said before.
    async fn insert_tracking_event(&mut self, event: &TrackingEvent) -> Result<bool>;
    /// Adds notifications.
    async fn insert_notifications(&mut self, notifications: &[Notification]) -> Result<()>;
    /// Marks a user's notifications as read: these, or all. Returns how many were not.
    async fn mark_read(
        &mut self,
        user: UserId,
        ids: Option<&[NotificationId]>,
        now: Timestamp,
    ) -> Result<u64>;
    /// Writes messages to be sent once the unit is saved. One whose id is there already stays as it is.
    async fn post(&mut self, messages: &[OutboxMessage]) -> Result<()>;
    /// Takes the messages that have been due longest, counts the attempt and holds them for `lease`. No two senders
    /// get the same one, but one whose sender died comes again: at least once, not exactly once.
    async fn take_messages(
        &mut self,
        topics: &[&str],
        max_attempts: u32,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>>;
    /// Marks a message as sent.
    async fn mark_sent(&mut self, id: OutboxMessageId, now: Timestamp) -> Result<()>;
    /// Puts a message back to be tried again.
    async fn postpone(&mut self, id: OutboxMessageId, until: Timestamp, error: &str) -> Result<()>;
    /// Lets a message that was not sent be tried anew, from the first attempt. False when it was sent, or is unknown.
    async fn revive_message(&mut self, id: OutboxMessageId, now: Timestamp) -> Result<bool>;
    /// Removes messages sent before `before`. Returns how many.
    async fn remove_sent(&mut self, before: Timestamp) -> Result<u64>;
    /// Keeps a mail instead of sending it. Nothing happens when it is kept already.
    async fn keep_mail(&mut self, mail: &Mail) -> Result<()>;
    /// Removes mail kept before `before`. Returns how many.
    async fn remove_mail(&mut self, before: Timestamp) -> Result<u64>;
}
