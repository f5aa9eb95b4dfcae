//! Elapsed time as a parameter: how long an answer took, measured by a clock that never goes back.

use std::time::{Duration, Instant};

/// Time since some fixed moment.
pub trait Ticks: Send + Sync {
    fn now(&self) -> Duration;
}

/// Time since the process began to count.
#[derive(Debug)]
pub struct ProcessTicks(Instant);

impl Default for ProcessTicks {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Ticks for ProcessTicks {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// For tests whose output must not vary: no time ever passes.
#[derive(Debug, Default)]
pub struct StoppedTicks;

impl Ticks for StoppedTicks {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}
