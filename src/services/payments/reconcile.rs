//! What is still open is asked about until it is not: notices, payments, refunds, orders to settle up.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::refund::Reserved;
use super::settle::Source;
use super::{Payments, ServiceError};
use crate::domain::payment::{PaymentStatus, RefundStatus};
use crate::services::messages::{Message, PAYMENT_TOPICS};

/// Rows of each kind in one round; what is left waits for the next.
const BATCH: usize = 100;
/// How long a message is held by whoever took it: longer than a gateway may take to answer.
const LEASE: Duration = Duration::from_secs(120);
/// Attempts at a message before it is left to staff.
const ATTEMPTS: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// What a round went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciled {
    pub notices: usize,
    pub payments: usize,
    pub refunds: usize,
    pub orders: usize,
}

impl Payments {
    /// One round over everything that has been open for longer than a gateway needs to answer. What fails is logged and
    /// comes again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reconcile(&self) -> Result<Reconciled, ServiceError> {
        let mut done = Reconciled { orders: self.settle_up_asked().await?, ..Reconciled::default() };
        for notice in self.storage.open_notices(BATCH).await? {
            let settled = self.settle_notice(&notice).await;
            log(settled, "a notice could not be settled");
            done.notices += 1;
        }
        let before = self.context.now() - self.settings.patience;
        for payment in self.storage.payments_in_status(PaymentStatus::Pending, before, BATCH).await? {
            let Some(order) = self.storage.orders(&[payment.order_id]).await?.remove(&payment.order_id)
            else {
                continue;
            };
            let asked = self.enquire(payment, &order, Source::Enquiry).await;
            log(asked.map(drop), "a payment could not be asked about");
            done.payments += 1;
        }
        for refund in self.storage.refunds_in_status(RefundStatus::Pending, before, BATCH).await? {
            let (payment, _) = self.found(refund.payment_id).await?;
            let asked = self.ask_for(Reserved { payment, refund }, true).await;
            log(asked.map(drop), "a refund could not be asked for again");
            done.refunds += 1;
        }
        Ok(done)
    }

    /// Takes up the orders that want to be settled up.
    async fn settle_up_asked(&self) -> Result<usize, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let now = self.context.now();
        let taken = unit.take_messages(&PAYMENT_TOPICS, ATTEMPTS, BATCH, LEASE, now).await?;
        unit.save().await?;
        let count = taken.len();
        for row in taken {
            let outcome = match Message::read(&row) {
                Ok(Message::SettleUp { order }) => {
                    self.settle_up(order).await.map_err(|error| error.to_string())
                }
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            };
            let now = self.context.now();
            let mut unit = self.storage.begin().await?;
            match outcome {
                Ok(()) => unit.mark_sent(row.id, now).await?,
                Err(error) => {
                    tracing::warn!(error, attempt = row.attempts, "an order could not be settled up yet");
                    let doubled = FIRST_PAUSE * 2_u32.saturating_pow(row.attempts.saturating_sub(1).min(12));
                    unit.postpone(row.id, now + doubled.min(LONGEST_PAUSE), &error).await?;
                }
            }
            unit.save().await?;
        }
        Ok(count)
    }

    /// Reconciles now and then, and at once when an order wants to be settled up, until told to stop.
    pub async fn keep_reconciling(self: Arc<Self>, every: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wake.notified() => {}
                _ = ticks.tick() => {}
            }
            match self.reconcile().await {
                Ok(done) if done == Reconciled::default() => {}
                Ok(done) => tracing::info!(?done, "reconciled payments"),
                Err(error) => {
                    tracing::error!(%error, "payments could not be reconciled; the next round tries again");
                }
            }
        }
    }
}

fn log(outcome: Result<(), ServiceError>, what: &'static str) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "{what}");
    }
}
