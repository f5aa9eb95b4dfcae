//! What lists of a drawn strategy earn: whoever responds within the hour speaks for the strategy that was drawn.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::ids::RecommendationId;

/// How long a list may wait for a response before it has earned nothing.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Lists that wait at most; beyond it the oldest have earned nothing.
const MOST: usize = 50_000;

/// Lists that wait for a response, each with the strategy that was drawn for it.
#[derive(Debug, Default)]
pub(super) struct Rewards {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    drawn: HashMap<RecommendationId, String>,
    order: VecDeque<(Duration, RecommendationId)>,
}

impl Rewards {
    /// Waits for a response to a list served at `now`; gives back the strategies of lists whose time has run out.
    pub(super) fn expect(&self, id: RecommendationId, drawn: &str, now: Duration) -> Vec<String> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drawn.insert(id, drawn.to_owned());
        waiting.order.push_back((now, id));
        let mut given_up = Vec::new();
        while let Some(&(since, oldest)) = waiting.order.front() {
            if waiting.order.len() <= MOST && now.saturating_sub(since) < PATIENCE {
                break;
            }
            waiting.order.pop_front();
            given_up.extend(waiting.drawn.remove(&oldest));
        }
        given_up
    }

    /// The strategy drawn for a list that somebody responded to; `None` when it does not wait, or no longer.
    pub(super) fn answered(&self, id: RecommendationId) -> Option<String> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drawn.remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> RecommendationId {
        Uuid::from_u128(number).into()
    }

    #[test]
    fn a_response_counts_once_and_only_in_time() {
        let rewards = Rewards::default();
        assert!(rewards.expect(id(1), "popular", Duration::ZERO).is_empty());
        assert!(rewards.expect(id(2), "session", Duration::from_secs(10)).is_empty());
        assert_eq!(rewards.answered(id(1)).as_deref(), Some("popular"));
        assert_eq!(rewards.answered(id(1)), None);
        let later = PATIENCE + Duration::from_secs(11);
        assert_eq!(
            rewards.expect(id(3), "popular", later),
            ["session"],
            "an answered list is not given up too"
        );
        assert_eq!(rewards.answered(id(2)), None);
    }
}
