//! When training is due, and one at a time: on a schedule, after enough events, on demand.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shelfwise_strategies::train::Cancel;
use tokio::sync::Notify;

use crate::domain::recommendation::TrainingRun;
use crate::domain::time::Timestamp;

/// How far the round that is under way has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundProgress {
    /// The strategy that is being trained.
    pub strategy: String,
    /// Strategies done before it.
    pub done: usize,
    /// Strategies of this round.
    pub strategies: usize,
}

/// What the trainer is asked to do, shared between those who ask and the one who does it.
#[derive(Debug)]
pub(super) struct Training {
    every: Duration,
    after_events: u64,
    events: AtomicU64,
    reload: AtomicBool,
    wake: Notify,
    queued: Mutex<Vec<TrainingRun>>,
    cancel: Mutex<Cancel>,
    progress: Mutex<Option<RoundProgress>>,
    rounds: AtomicU64,
    measured: Mutex<Option<Timestamp>>,
}

/// Why a round begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Round {
    /// Runs that somebody waits for.
    pub(super) queued: Vec<TrainingRun>,
    /// Whether the data have to be read from the store, because the live log missed something.
    pub(super) reload: bool,
}

impl Training {
    pub(super) fn new(every: Duration, after_events: u64) -> Self {
        Self {
            every: every.max(Duration::from_secs(1)),
            after_events: after_events.max(1),
            events: AtomicU64::new(0),
            reload: AtomicBool::new(false),
            wake: Notify::new(),
            queued: Mutex::new(Vec::new()),
            cancel: Mutex::new(Cancel::default()),
            progress: Mutex::new(None),
            rounds: AtomicU64::new(0),
            measured: Mutex::new(None),
        }
    }

    /// Counts events since the last training; enough of them start one.
    pub(super) fn count_events(&self, events: u64) {
        let before = self.events.fetch_add(events, Ordering::AcqRel);
        if before < self.after_events && before + events >= self.after_events {
            self.wake.notify_one();
        }
    }

    /// Asks for a round that reads everything from the store again.
    pub(super) fn demand_reload(&self) {
        if !self.reload.swap(true, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }

    /// Queues a run, unless one of its strategy waits already: then that one is returned.
    pub(super) fn queue(&self, run: TrainingRun) -> TrainingRun {
        let mut queued = self.queued();
        if let Some(waiting) = queued.iter().find(|waiting| waiting.strategy_id == run.strategy_id) {
            return waiting.clone();
        }
        queued.push(run.clone());
        self.wake.notify_one();
        run
    }

    /// Waits until a round is due. Events in small numbers wait for the schedule; no events, no round.
    pub(super) async fn next_round(&self) -> Round {
        let mut due = tokio::time::Instant::now() + self.every;
        loop {
            let queued = std::mem::take(&mut *self.queued());
            let reload = self.reload.swap(false, Ordering::AcqRel);
            let events = self.events.load(Ordering::Acquire);
            let late = tokio::time::Instant::now() >= due;
            if !queued.is_empty() || reload || events >= self.after_events || (late && events > 0) {
                self.events.store(0, Ordering::Release);
                return Round { queued, reload };
            }
            if late {
                due += self.every;
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep_until(due) => {}
            }
        }
    }

    /// The flag that ends the running round, a fresh one for each.
    pub(super) fn begin(&self) -> Cancel {
        let cancel = Cancel::default();
        *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        cancel
    }

    /// Notes which strategy the round has come to.
    pub(super) fn come_to(&self, progress: RoundProgress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    /// Notes that the round is over, whatever its outcome.
    pub(super) fn end(&self) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.rounds.fetch_add(1, Ordering::AcqRel);
    }

    /// How far the running round is; `None` between rounds.
    pub(super) fn progress(&self) -> Option<RoundProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Rounds that are over.
    pub(super) fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::Acquire)
    }

    /// Whether the last measurement on held-out data is `every` ago, or there was none.
    pub(super) fn measurement_is_due(&self, now: Timestamp, every: Duration) -> bool {
        let measured = *self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.is_none_or(|last| now.as_millis() - last.as_millis() >= every.as_millis() as i64)
    }

    /// Notes a measurement on held-out data.
    pub(super) fn measured(&self, now: Timestamp) {
        *self.measured.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// Ends the running round soon.
    pub(super) fn cancel(&self) {
        self.cancel.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    fn queued(&self) -> MutexGuard<'_, Vec<TrainingRun>> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;
    use crate::domain::job::JobStatus;

    fn run(strategy: &str, id: u128) -> TrainingRun {
        TrainingRun {
            id: Uuid::from_u128(id).into(),
            strategy_id: strategy.to_owned(),
            status: JobStatus::Queued,
            model_version: None,
            interactions: 0,
            users: 0,
            products: 0,
            started_at: Timestamp::EPOCH,
            finished_at: None,
            offline: None,
            error: None,
        }
    }

    fn training() -> Training {
        Training::new(Duration::from_secs(60), 100)
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_shop_is_not_trained_again() {
        let training = training();
        let round = tokio::time::timeout(Duration::from_secs(3600), training.next_round());
        assert!(round.await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn few_events_wait_for_the_schedule_and_many_do_not() {
        let training = training();
        training.count_events(1);
        assert!(training.next_round().now_or_never().is_none());
        let began = tokio::time::Instant::now();
        training.next_round().await;
        assert_eq!(began.elapsed(), Duration::from_secs(60));
        training.count_events(99);
        assert!(training.next_round().now_or_never().is_none());
        training.count_events(1);
        assert!(training.next_round().now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_asked_for_twice_is_queued_once_and_starts_a_round() {
        let training = training();
        assert_eq!(training.queue(run("popular", 1)).id, Uuid::from_u128(1).into());
        assert_eq!(training.queue(run("popular", 2)).id, Uuid::from_u128(1).into());
        training.queue(run("ensemble", 3));
        let round = training.next_round().now_or_never().unwrap();
        assert_eq!(round.queued.len(), 2);
    }

    #[test]
    fn cancelling_ends_the_running_round_and_not_the_next() {
        let training = training();
        let first = training.begin();
        training.cancel();
        assert!(first.is_cancelled());
        assert!(!training.begin().is_cancelled());
    }
}
