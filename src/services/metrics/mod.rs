//! Measuring: how strategies and experiments do, and how the shop trades, over spans that callers choose.

pub mod buckets;
mod forget;
pub mod results;
pub mod significance;
mod watch;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::error::{Problem, ServiceError};
use crate::bus::Bus;
use crate::cache::CacheStats;
use crate::config::Config;
use crate::context::Context;
use crate::domain::ids::{ProductId, VariantId};
use crate::domain::limits;
use crate::domain::money::Currency;
use crate::domain::time::{DAY_MS, Timestamp};
use crate::recommend::Recommendations;
use crate::storage::Storage;
use crate::storage::metrics::{Cohort, Credit};

pub use watch::Measured;

/// The span when the caller names none.
const DEFAULT_SPAN: Duration = Duration::from_secs(30 * 86_400);

/// The use cases of measuring.
pub struct Metrics {
    storage: Arc<dyn Storage>,
    live: Arc<Recommendations>,
    bus: Arc<dyn Bus>,
    context: Context,
    credit: Credit,
}

/// A span as asked for: an open end is the present, an open beginning thirty days before the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpanRequest {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Metrics {
    pub fn new(
        storage: Arc<dyn Storage>,
        live: Arc<Recommendations>,
        bus: Arc<dyn Bus>,
        context: Context,
        currency: Currency,
        config: &Config,
    ) -> Self {
        let days = u64::from(config.recommendations.attribution_days);
        let credit = Credit { within: Duration::from_secs(days * 86_400), currency };
        Self { storage, live, bus, context, credit }
    }

    /// What counts as the doing of a list.
    pub fn credit(&self) -> Credit {
        self.credit
    }

    /// The span meant, its end excluded.
    ///
    /// # Errors
    /// When it ends before it begins, or is too long.
    pub fn span(&self, asked: SpanRequest) -> Result<Range<Timestamp>, Problem> {
        // What happens this very millisecond is part of the present.
        let to = asked.to.unwrap_or_else(|| self.context.now() + Duration::from_millis(1));
        let from = asked.from.unwrap_or(to - DEFAULT_SPAN);
        if from >= to {
            return Err(Problem::Malformed { expected: "from must lie before to" });
        }
        if to.since(from) > Duration::from_millis(limits::METRICS_DAYS * DAY_MS as u64) {
            return Err(Problem::Malformed { expected: "a range has at most 400 days" });
        }
        Ok(from..to)
    }

    /// The strategies of these names, every registered one when none is named; in the registry's order.
    ///
    /// # Errors
    /// When there are too many names, or one that nothing is registered under.
    pub fn strategies(&self, named: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
        let states = self.live.strategy_states();
        if let Some(names) = &named {
            if names.len() > limits::PAGE {
                return Err(Problem::TooMany { max: limits::PAGE });
            }
            if names.iter().any(|name| states.iter().all(|state| state.id != name)) {
                return Err(Problem::NotFound { what: "strategy" });
            }
        }
        let wanted = |id: &str| named.as_ref().is_none_or(|names| names.iter().any(|name| name == id));
        Ok(states.iter().map(|state| state.id).filter(|id| wanted(id)).map(str::to_owned).collect())
    }

    /// How the cache of lists has done since this process started.
    pub fn cache(&self) -> CacheStats {
        self.live.cache_stats()
    }

    /// The products that brought in most in a span.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn best_sellers(
        &self,
        span: Range<Timestamp>,
        limit: usize,
    ) -> Result<Vec<ProductId>, ServiceError> {
        Ok(self.storage.best_sellers(span, self.credit.currency, limit).await?)
    }

    /// Variants on sale of which at most so many pieces are free.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn scarce_variants(&self, at_most: u32, limit: usize) -> Result<Vec<VariantId>, ServiceError> {
        Ok(self.storage.scarce_variants(at_most, limit).await?)
    }

    fn cohorts(&self, strategies: &[String], span: &Range<Timestamp>) -> Vec<Cohort> {
        let cohort = |strategy: &String| Cohort::Strategy {
            strategy_id: strategy.clone(),
            span: span.clone(),
            experiment_key: None,
        };
        strategies.iter().map(cohort).collect()
    }
}
