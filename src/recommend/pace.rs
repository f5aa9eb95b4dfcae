//! When to recompute a pushed list: at once after a quiet spell, else at most once an interval, the latest state wins.

use std::time::Duration;

use tokio::time::Instant;

/// Why a list was pushed. When several changes fall into one push, the one nearest to the shopper names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    StockChanged,
    CatalogChanged,
    ModelTrained,
    ExperimentChanged,
    Interaction,
    Subscribed,
}

/// The shortest and longest time between two pushes that a subscriber may ask for.
pub const INTERVAL_BOUNDS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(60));

/// Decides when a subscriber's list is due.
#[derive(Debug)]
pub struct Pacer {
    interval: Duration,
    last_run: Option<Instant>,
    pending: Option<Trigger>,
}

impl Pacer {
    /// A pacer that owes the first list at once; `interval` is brought within [`INTERVAL_BOUNDS`].
    pub fn new(interval: Duration) -> Self {
        let interval = interval.clamp(INTERVAL_BOUNDS.0, INTERVAL_BOUNDS.1);
        Self { interval, last_run: None, pending: Some(Trigger::Subscribed) }
    }

    /// Notes that something changed.
    pub fn note(&mut self, trigger: Trigger) {
        self.pending = self.pending.max(Some(trigger));
    }

    /// When the next list is due; `None` while nothing changed.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        self.pending?;
        Some(self.last_run.map_or(now, |last| (last + self.interval).max(now)))
    }

    /// Takes the pending change if its list is due now.
    pub fn take(&mut self, now: Instant) -> Option<Trigger> {
        if self.due(now)? > now {
            return None;
        }
        self.last_run = Some(now);
        self.pending.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(100);

    #[tokio::test(start_paused = true)]
    async fn the_first_list_and_the_first_change_after_a_quiet_spell_are_due_at_once() {
        let mut pacer = Pacer::new(INTERVAL);
        assert_eq!(pacer.take(Instant::now()), Some(Trigger::Subscribed));
        assert_eq!(pacer.due(Instant::now()), None);
        tokio::time::advance(INTERVAL * 3).await;
        pacer.note(Trigger::Interaction);
        assert_eq!(pacer.take(Instant::now()), Some(Trigger::Interaction));
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_changes_makes_one_list_an_interval_later() {
        let mut pacer = Pacer::new(INTERVAL);
        let start = Instant::now();
        pacer.take(start);
        for _ in 0..50 {
            tokio::time::advance(Duration::from_millis(1)).await;
            pacer.note(Trigger::Interaction);
            assert_eq!(pacer.take(Instant::now()), None);
        }
        assert_eq!(pacer.due(Instant::now()), Some(start + INTERVAL));
        tokio::time::advance(Duration::from_millis(50)).await;
        assert_eq!(pacer.take(Instant::now()), Some(Trigger::Interaction));
        assert_eq!(pacer.due(Instant::now()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_shoppers_own_deed_names_a_push_that_has_several_causes() {
        let mut pacer = Pacer::new(INTERVAL);
        pacer.take(Instant::now());
        tokio::time::advance(INTERVAL).await;
        pacer.note(Trigger::Interaction);
        pacer.note(Trigger::StockChanged);
        assert_eq!(pacer.take(Instant::now()), Some(Trigger::Interaction));
    }

    #[test]
    fn the_interval_is_bounded_both_ways() {
        assert_eq!(Pacer::new(Duration::ZERO).interval, INTERVAL_BOUNDS.0);
        assert_eq!(Pacer::new(Duration::from_secs(3600)).interval, INTERVAL_BOUNDS.1);
    }
}
