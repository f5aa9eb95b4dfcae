//! What the shop tells a user inside the shop: lists, reading, and news as it comes.

use std::sync::Arc;

use futures_util::{Stream, StreamExt};

use super::error::ServiceError;
use crate::bus::{Bus, Delivery, Message, Topic};
use crate::context::Context;
use crate::domain::ids::{NotificationId, UserId};
use crate::domain::notification::Notification;
use crate::storage::{Page, PageRequest, Storage};

/// Notifications a subscriber gets in one go at most; the rest follow with the next event.
const BURST: usize = 50;

/// The use cases of notifications.
pub struct Notifications {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
}

impl Notifications {
    pub fn new(storage: Arc<dyn Storage>, bus: Arc<dyn Bus>, context: Context) -> Self {
        Self { storage, bus, context }
    }

    /// A page of a user's notifications, newest first.
    pub async fn list(
        &self,
        user: UserId,
        unread_only: bool,
        page: &PageRequest,
    ) -> Result<Page<Notification>, ServiceError> {
        Ok(self.storage.notifications_of(user, unread_only, page).await?)
    }

    /// How many a user has not read.
    pub async fn unread(&self, user: UserId) -> Result<i64, ServiceError> {
        Ok(self.storage.count_unread(user).await?)
    }

    /// Marks the user's notifications as read: these, or all of them.
    pub async fn mark_read(&self, user: UserId, ids: Option<&[NotificationId]>) -> Result<(), ServiceError> {
        let mut unit = self.storage.begin().await?;
        unit.mark_read(user, ids, self.context.now()).await?;
        unit.save().await?;
        self.bus.publish(Message::about(Topic::Notifications(user.uuid())));
        Ok(())
    }

    /// Every notification to a user from now on, oldest first, each once.
    pub async fn follow(
        &self,
        user: UserId,
    ) -> Result<impl Stream<Item = Result<Notification, ServiceError>> + Send + use<>, ServiceError> {
        // Listening begins before the newest is looked up: what comes in between is not missed.
        let mailbox = self.bus.subscribe(&[Topic::Notifications(user.uuid())]);
        let latest = self.storage.notifications_of(user, false, &PageRequest::first(1, None)).await?;
        let seen = latest.edges.first().map(|edge| (edge.node.created_at, edge.node.id));
        let storage = Arc::clone(&self.storage);
        let batches = futures_util::stream::unfold((mailbox, seen, storage), move |state| async move {
            let (mut mailbox, seen, storage) = state;
            match mailbox.next().await? {
                Delivery::Message(_) | Delivery::Lagged => {}
            }
            while mailbox.try_next().is_some() {}
            let page = storage.notifications_of(user, false, &PageRequest::first(BURST, None)).await;
            Some(match page {
                Err(error) => (vec![Err(error.into())], (mailbox, seen, storage)),
                Ok(page) => {
                    let mut fresh: Vec<Notification> = page
                        .into_nodes()
                        .into_iter()
                        .filter(|one| seen.is_none_or(|seen| (one.created_at, one.id) > seen))
                        .collect();
                    fresh.reverse();
                    let seen = fresh.last().map(|one| (one.created_at, one.id)).or(seen);
                    (fresh.into_iter().map(Ok).collect(), (mailbox, seen, storage))
                }
            })
        });
        Ok(batches.flat_map(futures_util::stream::iter))
    }
}
