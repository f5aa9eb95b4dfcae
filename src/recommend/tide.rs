//! How far everybody's behaviour has moved on, in steps that cached lists can be keyed by.
//!
//! A shopper's own deeds change their lists at once. What others do moves them a little and all the time; were every
//! such event a new key, a busy shop would never find a cached list. So their events count in steps: a list from the
//! cache is at most one step behind the crowd.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::domain::time::Timestamp;

/// Counts events, and the steps they are grouped in.
#[derive(Debug)]
pub(super) struct Tide {
    settle_ms: i64,
    events: AtomicU64,
    seen: AtomicU64,
    step: AtomicU64,
    stepped_at: AtomicI64,
}

impl Tide {
    /// A tide whose steps are at least `settle` long; zero makes every event a step.
    pub(super) fn new(settle: Duration) -> Self {
        Self {
            settle_ms: i64::try_from(settle.as_millis()).unwrap_or(i64::MAX),
            events: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            step: AtomicU64::new(0),
            stepped_at: AtomicI64::new(i64::MIN),
        }
    }

    /// Counts events.
    pub(super) fn rise(&self, events: u64) {
        self.events.fetch_add(events, Ordering::AcqRel);
    }

    /// The exact number of events so far.
    pub(super) fn events(&self) -> u64 {
        self.events.load(Ordering::Acquire)
    }

    /// The step that `now` belongs to: a new one when something happened and the last began long enough ago.
    pub(super) fn step(&self, now: Timestamp) -> u64 {
        let events = self.events();
        if self.settle_ms == 0 {
            return events;
        }
        let (seen, stepped_at) = (self.seen.load(Ordering::Acquire), self.stepped_at.load(Ordering::Acquire));
        let settled = now.as_millis().saturating_sub(stepped_at) >= self.settle_ms;
        // Whoever exchanges first takes the step; the others see it on their next look.
        if events != seen
            && settled
            && self.seen.compare_exchange(seen, events, Ordering::AcqRel, Ordering::Acquire).is_ok()
        {
            self.stepped_at.store(now.as_millis(), Ordering::Release);
            return self.step.fetch_add(1, Ordering::AcqRel) + 1;
        }
        self.step.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_step_is_taken_at_most_once_a_while_and_only_when_something_happened() {
        let tide = Tide::new(Duration::from_secs(1));
        assert_eq!(tide.step(at(0)), 0);
        tide.rise(1);
        assert_eq!(tide.step(at(10)), 1);
        tide.rise(5);
        assert_eq!(tide.step(at(900)), 1);
        assert_eq!(tide.step(at(1_010)), 2);
        assert_eq!(tide.step(at(9_000)), 2);
        assert_eq!(tide.events(), 6);
    }

    #[test]
    fn without_a_while_every_event_is_a_step() {
        let tide = Tide::new(Duration::ZERO);
        tide.rise(1);
        assert_eq!(tide.step(at(0)), 1);
        tide.rise(1);
        assert_eq!(tide.step(at(0)), 2);
    }
}
