//! The threads that train: one fewer than there are cores, and polite to those that serve.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Threads for training when `cores` are there: a core is always left to requests.
pub(super) fn threads(cores: usize) -> usize {
    cores.saturating_sub(1).max(1)
}

/// A pool of its own, so that neither requests nor the global pool wait behind a training.
pub(super) fn build() -> Result<ThreadPool, ThreadPoolBuildError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ThreadPoolBuilder::new()
        .num_threads(threads(cores))
        .thread_name(|number| format!("training-{number}"))
        .start_handler(|_| step_back())
        .build()
}

/// Lets the scheduler prefer every other thread.
#[cfg(target_os = "linux")]
fn step_back() {
    const LOW_PRIORITY: i32 = 10;
    // Without the right to lower a priority training runs at the usual one.
    let _ = rustix::process::setpriority_process(None, LOW_PRIORITY);
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_is_left_to_requests_where_there_is_more_than_one() {
        assert_eq!([threads(0), threads(1), threads(2), threads(8)], [1, 1, 1, 7]);
    }
}
