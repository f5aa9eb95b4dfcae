//! What time itself does: orders nobody paid for end, forgotten carts go, old keys are dropped.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Checkout, ServiceError};

/// Rows of each kind in one sweep; what is left waits for the next.
const BATCH: usize = 200;
/// How long a repeated request still finds the result of the first.
const KEY_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What a sweep ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub orders: usize,
    pub carts: u64,
    pub keys: u64,
}

impl Checkout {
    /// Ends what has run out by the shop's clock.
    ///
    /// # Errors
    /// When the store fails; what was ended before stays ended.
    pub async fn sweep(&self) -> Result<Swept, ServiceError> {
        let orders = self.orders.expire_overdue(BATCH).await?;
        let carts = self.carts.sweep(BATCH).await?;
        let mut unit = self.storage.begin().await?;
        let keys = unit.remove_keys(self.context.now() - KEY_LIFE).await?;
        unit.save().await?;
        Ok(Swept { orders, carts, keys })
    }

    /// Sweeps now and then until told to stop.
    pub async fn keep_sweeping(self: Arc<Self>, every: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            match self.sweep().await {
                Ok(swept) if swept == Swept::default() => {}
                Ok(swept) => tracing::info!(?swept, "ended what had run out"),
                Err(error) => tracing::error!(%error, "a sweep failed; the next one tries again"),
            }
        }
    }
}
