//! What the shop tells a user inside the shop: lists, reading, and news as it comes.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};

use super::error::ServiceError;
use crate::bus::{Bus, Delivery, Message, Topic};
use crate::context::Context;
use crate::domain::ids::{NotificationId, UserId};
use crate::domain::limits;
use crate::domain::notification::Notification;
use crate::storage::{Page, PageRequest, Storage};

/// Notifications a subscriber gets in one go at most; of more than that at once the oldest are in the list alone.
const BURST: usize = limits::PAGE;

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
        // Listening begins before the latest are looked up: what comes in between is not missed.
        let mailbox = self.bus.subscribe(&[Topic::Notifications(user.uuid())]);
        let known = self.storage.notifications_of(user, false, &PageRequest::first(BURST, None)).await?;
        let seen: HashSet<NotificationId> = known.into_nodes().iter().map(|one| one.id).collect();
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
                    // Told apart by their ids: of two made in one moment either may be saved first.
                    let latest: Vec<Notification> = page.into_nodes();
                    let now_seen = latest.iter().map(|one| one.id).collect();
                    let fresh: Vec<Notification> =
                        latest.into_iter().rev().filter(|one| !seen.contains(&one.id)).collect();
                    (fresh.into_iter().map(Ok).collect(), (mailbox, now_seen, storage))
                }
            })
        });
        Ok(batches.flat_map(futures_util::stream::iter))
    }
}
