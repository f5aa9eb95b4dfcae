//! Takes messages out of the outbox and carries them out: at least once, whatever happens to the process meanwhile.
//!
//! A message is held under a lease while it is worked on; one whose worker died comes again when the lease has run out.
//! What follows from an event is saved in the same unit that marks the event as done, so it happens exactly once. A
//! mail or a call to another server may happen twice when the process dies in between: both carry the message's id.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use super::letters::Clerk;
use super::{MAX_ATTEMPTS, delay};
use crate::bus::{self, Bus, Topic};
use crate::context::Context;
use crate::domain::ids::UserId;
use crate::domain::notification::{Notification, OutboxMessage};
use crate::domain::time::Timestamp;
use crate::domain::webhook::WebhookDelivery;
use crate::mail::Mailer;
use crate::outward::Outward;
use crate::services::error::ServiceError;
use crate::services::messages::{DELIVERY_TOPICS, EVENT_TOPICS, LETTER_TOPICS, Message};
use crate::storage::Storage;

/// Messages taken at once, and worked on side by side.
const BATCH: usize = 10;
/// Longer than the slowest mail server takes to refuse ten letters.
const LEASE: Duration = Duration::from_secs(5 * 60);
/// How often an idle worker looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Rows written in one unit, so that nobody else waits long for the database.
const CHUNK: usize = 500;
/// How long messages that were sent, and mail that was kept, are remembered.
const MEMORY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Rounds between two clean-ups.
const ROUNDS: u32 = 3_600;

/// What follows from an event.
#[derive(Debug, Default)]
pub(super) struct Consequences {
    pub(super) notifications: Vec<Notification>,
    pub(super) messages: Vec<OutboxMessage>,
    pub(super) deliveries: Vec<WebhookDelivery>,
}

/// Why a message could not be carried out now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Unreadable(#[from] crate::services::messages::Unreadable),
    #[error("the store failed: {0}")]
    Store(#[from] crate::storage::StorageError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Letter(#[from] crate::mail::LetterError),
    #[error(transparent)]
    Mail(#[from] crate::mail::MailError),
    #[error(transparent)]
    Outward(#[from] crate::outward::OutwardError),
    #[error("the server answered {0}")]
    Answer(u16),
}

/// Carries messages out. Several may run, in one process or in many.
pub struct OutboxWorker {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) context: Context,
    pub(super) outward: Outward,
    bus: Arc<dyn Bus>,
    clerk: Clerk,
    mailer: Arc<dyn Mailer>,
}

impl OutboxWorker {
    pub fn new(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        context: Context,
        clerk: Clerk,
        mailer: Arc<dyn Mailer>,
        outward: Outward,
    ) -> Self {
        Self { storage, context, outward, bus, clerk, mailer }
    }

    /// Works until `stop`; what is begun is finished. Letters and deliveries have lanes of their own, so that a slow
    /// mail server holds nothing else up.
    pub async fn run(&self, stop: CancellationToken) {
        futures_util::join!(
            self.lane(&EVENT_TOPICS, &stop),
            self.lane(&LETTER_TOPICS, &stop),
            self.lane(&DELIVERY_TOPICS, &stop),
            self.clean_up(&stop),
        );
    }

    /// Carries out everything that is due now, and what follows from it. Returns how many messages that were.
    ///
    /// # Errors
    /// When the store fails. A message that cannot be carried out is none: it is put back for later.
    pub async fn drain(&self) -> Result<usize, ServiceError> {
        let mut all = 0;
        loop {
            let mut taken = 0;
            for topics in [&EVENT_TOPICS[..], &LETTER_TOPICS, &DELIVERY_TOPICS] {
                taken += self.step(topics).await?;
            }
            if taken == 0 {
                return Ok(all);
            }
            all += taken;
        }
    }

    async fn lane(&self, topics: &[&str], stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let taken = self.step(topics).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the outbox cannot be read");
                0
            });
            if taken < BATCH {
                pause(PAUSE, stop).await;
            }
        }
    }

    async fn clean_up(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.forget().await {
                tracing::error!(%error, "the outbox cannot be cleaned up");
            }
            pause(PAUSE.saturating_mul(ROUNDS), stop).await;
        }
    }

    async fn forget(&self) -> Result<(), ServiceError> {
        let before = self.context.now() - MEMORY;
        let mut unit = self.storage.begin().await?;
        unit.remove_sent(before).await?;
        unit.remove_mail(before).await?;
        unit.remove_deliveries(before).await?;
        unit.remove_ended_sessions(before).await?;
        Ok(unit.save().await?)
    }

    async fn step(&self, topics: &[&str]) -> Result<usize, ServiceError> {
        let now = self.context.now();
        let mut unit = self.storage.begin().await?;
        let rows = unit.take_messages(topics, MAX_ATTEMPTS, BATCH, LEASE, now).await?;
        unit.save().await?;
        let taken = rows.len();
        futures_util::stream::iter(rows).for_each_concurrent(BATCH, |row| self.handle(row)).await;
        Ok(taken)
    }

    async fn handle(&self, row: OutboxMessage) {
        let until = self.context.now() + delay(row.attempts, self.context.random_u64());
        let Err(failure) = self.carry_out(&row, until).await else { return };
        let (topic, attempts) = (&row.topic, row.attempts);
        if attempts >= MAX_ATTEMPTS {
            tracing::error!(message = %row.id, topic, %failure, "a message was given up");
        } else {
            tracing::warn!(message = %row.id, topic, attempts, %failure, "a message has to wait");
        }
        let put_back = async {
            let mut unit = self.storage.begin().await?;
            unit.postpone(row.id, until, &failure.to_string()).await?;
            unit.save().await
        };
        if let Err(error) = put_back.await {
            // It comes again when its lease has run out.
            tracing::error!(message = %row.id, %error, "a message could not be put back");
        }
    }

    async fn carry_out(&self, row: &OutboxMessage, next: Timestamp) -> Result<(), Failure> {
        let message = Message::read(row)?;
        if EVENT_TOPICS.contains(&row.topic.as_str()) {
            let mut consequences = self.consequences(row.id, &message).await?;
            self.add_deliveries(row.id, &message, &mut consequences).await?;
            return Ok(self.save_consequences(row, consequences).await?);
        }
        if let Message::WebhookDelivery { delivery } = message {
            self.deliver(row, delivery, next).await?;
        } else if let Some(mail) = self.clerk.write(row.id, &message).await? {
            self.mailer.send(&mail).await?;
        }
        let mut unit = self.storage.begin().await?;
        unit.mark_sent(row.id, self.context.now()).await?;
        Ok(unit.save().await?)
    }

    /// The ids of what follows derive from the event's, so that chunks saved before a crash are not saved twice.
    async fn save_consequences(
        &self,
        row: &OutboxMessage,
        consequences: Consequences,
    ) -> Result<(), ServiceError> {
        let Consequences { notifications, messages, deliveries } = consequences;
        let mut told: Vec<UserId> = notifications.iter().map(|one| one.user_id).collect();
        let mut unit = self.storage.begin().await?;
        unit.insert_deliveries(&deliveries).await?;
        for (written, (notifications, messages)) in chunks(&notifications, &messages).enumerate() {
            if written > 0 {
                unit.save().await?;
                unit = self.storage.begin().await?;
            }
            unit.insert_notifications(notifications).await?;
            unit.post(messages).await?;
        }
        unit.mark_sent(row.id, self.context.now()).await?;
        unit.save().await?;
        told.dedup();
        for user in told {
            self.bus.publish(bus::Message::about(Topic::Notifications(user.uuid())));
        }
        Ok(())
    }
}

fn chunks<'a, A, B>(first: &'a [A], second: &'a [B]) -> impl Iterator<Item = (&'a [A], &'a [B])> {
    let count = first.len().max(second.len()).div_ceil(CHUNK);
    (0..count).map(|index| (part(first, index), part(second, index)))
}

fn part<T>(rows: &[T], index: usize) -> &[T] {
    let end = rows.len().min((index + 1) * CHUNK);
    rows.get(index * CHUNK..end).unwrap_or_default()
}

async fn pause(time: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(time) => {}
    }
}
