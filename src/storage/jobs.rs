//! The contract of background jobs: queued, claimed under a lease, retried, finished.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobStatus};
use crate::domain::time::Timestamp;

/// How far a job is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// Rows done.
    pub processed: i64,
    /// Rows in all, when known.
    pub total: Option<i64>,
    /// Rows refused.
    pub failed: i64,
}

/// Reading jobs.
#[async_trait]
pub trait JobStore {
    /// Jobs by id.
    async fn jobs(&self, ids: &[JobId]) -> Result<HashMap<JobId, Job>>;
    /// The latest jobs in one state, newest first: what waits, what was given up.
    async fn jobs_in_status(&self, status: JobStatus, limit: usize) -> Result<Vec<Job>>;
}

/// Changing jobs.
#[async_trait]
pub trait JobWork {
    /// Adds a job.
    async fn insert_job(&mut self, job: &Job) -> Result<()>;
    /// Takes the job that has been due longest among these kinds, counts the attempt and holds it for `lease`:
    /// one that waits, or one whose worker let its lease run out. `None` when nothing is due. No two workers get
    /// the same one.
    async fn claim_job(&mut self, kinds: &[&str], lease: Duration, now: Timestamp) -> Result<Option<Job>>;
    /// Notes how far a job is and renews its lease. False when it is no longer running: stop then.
    async fn update_job_progress(
        &mut self,
        id: JobId,
        progress: JobProgress,
        lease: Duration,
        now: Timestamp,
    ) -> Result<bool>;
    /// Calls off a job that waits or runs. False when it had ended, or there is none.
    async fn cancel_job(&mut self, id: JobId, now: Timestamp) -> Result<bool>;
    /// Ends a job that runs; one that was called off stays so. `errors` is JSON text.
    async fn finish_job(
        &mut self,
        id: JobId,
        status: JobStatus,
        result_url: Option<&str>,
        errors: Option<&str>,
        now: Timestamp,
    ) -> Result<()>;
    /// Puts a job that runs back to be tried again at `run_at`, or gives it up when its attempts are used up. Returns
    /// the state it has then; `None` when no such job runs.
    async fn retry_job(
        &mut self,
        id: JobId,
        run_at: Timestamp,
        errors: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<JobStatus>>;
}
