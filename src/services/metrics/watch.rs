//! Figures of strategies as they change.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::Instant;

use super::{Metrics, SpanRequest};
use crate::bus::{Mailbox, Topic};
use crate::domain::time::Timestamp;
use crate::services::error::{Problem, ServiceError};
use crate::storage::metrics::ListFigures;

/// The shortest time between two readings.
const INTERVAL: Duration = Duration::from_secs(1);
/// Readings of one subscriber take at most this part of the time: one in so many.
const SHARE: u32 = 10;

/// How a strategy has done up to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub strategy_id: String,
    pub span: Range<Timestamp>,
    pub figures: ListFigures,
}

struct Watcher {
    metrics: Arc<Metrics>,
    strategies: Vec<String>,
    asked: SpanRequest,
    mailbox: Box<dyn Mailbox>,
    last: HashMap<String, ListFigures>,
    waiting: VecDeque<Measured>,
    /// When the next reading may begin; none before the first.
    due: Option<Instant>,
}

impl Metrics {
    /// The figures of these strategies at once, one after the other, then those that change, as they do. The span's
    /// open end moves on with the time.
    ///
    /// # Errors
    /// When the span does not fit.
    pub fn watch(
        self: &Arc<Self>,
        strategies: Vec<String>,
        asked: SpanRequest,
    ) -> Result<impl Stream<Item = Result<Measured, ServiceError>> + Send + use<>, Problem> {
        self.span(asked)?;
        let watcher = Watcher {
            metrics: Arc::clone(self),
            strategies,
            asked,
            // Subscribed before the first reading, so that nothing falls between the two.
            mailbox: self.bus.subscribe(&[Topic::Measures]),
            last: HashMap::new(),
            waiting: VecDeque::new(),
            due: None,
        };
        Ok(unfold(Some(watcher), |watcher| async move {
            let mut watcher = watcher?;
            match watcher.next().await? {
                Ok(measured) => Some((Ok(measured), Some(watcher))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

impl Watcher {
    async fn next(&mut self) -> Option<Result<Measured, ServiceError>> {
        loop {
            if let Some(measured) = self.waiting.pop_front() {
                return Some(Ok(measured));
            }
            if let Some(due) = self.due {
                self.mailbox.next().await?;
                tokio::time::sleep_until(due).await;
            }
            // Whatever waits now happened before the reading and is covered by it.
            while self.mailbox.try_next().is_some() {}
            let began = Instant::now();
            if let Err(error) = self.read().await {
                return Some(Err(error));
            }
            let ended = Instant::now();
            self.due = Some(ended + INTERVAL.max((ended - began) * SHARE));
        }
    }

    async fn read(&mut self) -> Result<(), ServiceError> {
        // It fitted once: what moved since can only have made it too long.
        let span =
            self.metrics.span(self.asked).map_err(|problem| ServiceError::refuse(["range"], problem))?;
        let cohorts = self.metrics.cohorts(&self.strategies, &span);
        let mut found = self.metrics.storage.list_figures(&cohorts, self.metrics.credit).await?;
        for (strategy, cohort) in self.strategies.iter().zip(&cohorts) {
            let figures = found.remove(cohort).unwrap_or_default();
            if self.last.insert(strategy.clone(), figures) != Some(figures) {
                self.waiting.push_back(Measured {
                    strategy_id: strategy.clone(),
                    span: span.clone(),
                    figures,
                });
            }
        }
        Ok(())
    }
}
