//! The outbox: what follows from what was saved, carried out behind the requests, and what staff see of it.

mod deliveries;
mod events;
mod letters;
mod worker;

use std::sync::Arc;
use std::time::Duration;

pub use letters::Clerk;
pub use worker::OutboxWorker;

use super::error::ServiceError;
use crate::context::Context;
use crate::domain::ids::OutboxMessageId;
use crate::domain::notification::{Mail, OutboxMessage};
use crate::services::error::Problem;
use crate::storage::{Page, PageRequest, Storage};

/// Attempts at a message before it is left for staff to look at: more than three hours at the delays below.
pub const MAX_ATTEMPTS: u32 = 12;
const FIRST_DELAY: Duration = Duration::from_secs(5);
const LONGEST_DELAY: Duration = Duration::from_secs(60 * 60);

/// What staff see of the outbox.
pub struct Outbox {
    storage: Arc<dyn Storage>,
    context: Context,
}

impl Outbox {
    pub fn new(storage: Arc<dyn Storage>, context: Context) -> Self {
        Self { storage, context }
    }

    /// Messages that were given up, the latest first.
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<OutboxMessage>, ServiceError> {
        Ok(self.storage.dead_letters(MAX_ATTEMPTS, limit).await?)
    }

    /// Lets a message that waits or was given up be tried at once.
    pub async fn retry(&self, id: OutboxMessageId) -> Result<(), ServiceError> {
        let mut unit = self.storage.begin().await?;
        let revived = unit.revive_message(id, self.context.now()).await?;
        unit.save().await?;
        match revived {
            true => Ok(()),
            false => Err(ServiceError::refuse(["id"], Problem::NotFound { what: "unsent message" })),
        }
    }

    /// Mail that was kept instead of being sent, the latest first.
    pub async fn mailbox(&self, page: &PageRequest) -> Result<Page<Mail>, ServiceError> {
        Ok(self.storage.mailbox(page).await?)
    }
}

/// How long to wait after so many attempts: doubled each time, up to an hour, and a little uneven, so that what failed
/// together does not come back together.
fn delay(attempts: u32, unevenness: u64) -> Duration {
    let doubled = FIRST_DELAY.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1).min(16)));
    let longest = doubled.min(LONGEST_DELAY);
    let spread = u64::try_from(longest.as_millis() / 5).unwrap_or(u64::MAX).max(1);
    longest + Duration::from_millis(unevenness % spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_further_and_further_apart() {
        let delays: Vec<u64> = (1..=12).map(|attempts| delay(attempts, 0).as_secs()).collect();
        assert_eq!(delays, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
        assert!(delay(3, u64::MAX) < Duration::from_secs(24));
    }
}
