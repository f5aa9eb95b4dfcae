//! What is too old to be measured is removed.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Metrics;
use crate::domain::limits;
use crate::services::error::ServiceError;

/// Time between two looks for lists that are too old.
const EVERY: Duration = Duration::from_secs(3_600);
/// Lists removed in one transaction: others write in between.
const BATCH: usize = 5_000;

impl Metrics {
    /// Removes lists that no range can reach any more, and notes of what they showed. Returns how many lists.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget(&self) -> Result<u64, ServiceError> {
        let kept = Duration::from_secs(limits::METRICS_DAYS * 86_400);
        let before = self.context.now() - kept;
        let mut forgotten = 0;
        loop {
            let mut unit = self.storage.begin().await?;
            let removed = unit.remove_recommendations(before, BATCH).await?;
            if removed == 0 {
                unit.remove_shown(before).await?;
            }
            unit.save().await?;
            forgotten += removed;
            if removed == 0 {
                return Ok(forgotten);
            }
        }
    }

    /// Forgets now and then, until told to stop.
    pub async fn keep_forgetting(self: Arc<Self>, stop: CancellationToken) {
        loop {
            match self.forget().await {
                Ok(0) => {}
                Ok(lists) => tracing::info!(lists, "removed lists served too long ago to be measured"),
                Err(error) => tracing::error!(%error, "old lists were not removed; they wait an hour"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
