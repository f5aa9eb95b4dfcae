//! Works through imports and exports, one at a time, under a lease that it renews while it tells how far it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::import::Import;
use super::{EXPORT, Files, IMPORT, RowError, Task, export, task};
use crate::bus::{Bus, Message, Topic};
use crate::context::Context;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobStatus};
use crate::domain::money::Currency;
use crate::outward::{Outward, OutwardError};
use crate::services::error::ServiceError;
use crate::storage::jobs::JobProgress;
use crate::storage::{Storage, StorageError};

/// Longer than the longest pause between two renewals.
const LEASE: Duration = Duration::from_secs(60);
/// How often progress is told, and the lease renewed.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// How often an idle worker looks.
const PAUSE: Duration = Duration::from_secs(2);
/// How often files whose time has run out are removed.
const SWEPT_EVERY: Duration = Duration::from_secs(15 * 60);
/// Before a job that failed for no fault of its own is begun again.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// No total is known yet.
const UNKNOWN: i64 = -1;

/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The file's own fault: trying again would change nothing.
    #[error("{0}")]
    Refused(String),
    #[error("the store failed: {0}")]
    Store(#[from] StorageError),
    #[error("a file cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Outward(#[from] OutwardError),
    #[error("the work was cut short: {0}")]
    CutShort(String),
}

impl Failure {
    fn is_final(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Outward(OutwardError::Status(status)) => (400..500).contains(status),
            Self::Outward(error) => {
                matches!(error, OutwardError::NotAllowed(_) | OutwardError::TooLarge(_))
            }
            Self::Store(_) | Self::File(_) | Self::CutShort(_) => false,
        }
    }
}

/// How far a job is, written by whoever works and read by whoever tells.
pub(super) struct Progress {
    processed: AtomicU64,
    failed: AtomicU64,
    total: AtomicI64,
}

impl Progress {
    fn new() -> Self {
        Self { processed: AtomicU64::new(0), failed: AtomicU64::new(0), total: AtomicI64::new(UNKNOWN) }
    }

    pub(super) fn expect(&self, total: i64) {
        self.total.store(total, Ordering::Relaxed);
    }

    pub(super) fn done(&self, rows: usize) {
        self.processed.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, rows: u64) {
        self.failed.store(rows, Ordering::Relaxed);
    }

    fn now(&self) -> JobProgress {
        let count = |rows: &AtomicU64| i64::try_from(rows.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        let total = Some(self.total.load(Ordering::Relaxed)).filter(|total| *total != UNKNOWN);
        JobProgress { processed: count(&self.processed), total, failed: count(&self.failed) }
    }
}

/// Works through transfers. Several may run, in one process or in many that share the folder.
pub struct TransferWorker {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
    outward: Outward,
    files: Files,
    currency: Currency,
}

impl TransferWorker {
    pub fn new(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        context: Context,
        outward: Outward,
        files: Files,
        currency: Currency,
    ) -> Self {
        Self { storage, bus, context, outward, files, currency }
    }

    /// Works until `stop`. What it is at is left then, and begun anew by whoever finds its lease run out.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.work(&stop), self.clean_up(&stop));
    }

    /// Removes files whose time has run out. Returns how many.
    ///
    /// # Errors
    /// When the store fails; the next time takes up the rest.
    pub async fn sweep(&self) -> Result<usize, ServiceError> {
        self.files.sweep(self.storage.as_ref(), self.context.now()).await
    }

    async fn clean_up(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.sweep().await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "removed files whose time had run out"),
                Err(error) => tracing::error!(%error, "old files cannot be removed"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(SWEPT_EVERY) => {}
            }
        }
    }

    async fn work(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let worked = tokio::select! {
                () = stop.cancelled() => return,
                worked = self.step() => worked,
            };
            let worked = worked.unwrap_or_else(|error| {
                tracing::error!(%error, "the jobs cannot be read");
                false
            });
            if !worked {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }

    /// Does the job that has waited longest. False when none waits.
    ///
    /// # Errors
    /// When the store fails; the job comes again then.
    pub async fn step(&self) -> Result<bool, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let job = unit.claim_job(&[EXPORT, IMPORT], LEASE, self.context.now()).await?;
        unit.save().await?;
        let Some(job) = job else { return Ok(false) };
        self.tell(job.id);
        let progress = Progress::new();
        let work = self.carry_out(&job, &progress);
        tokio::pin!(work);
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                () = tokio::time::sleep(TOLD_EVERY) => {
                    if !self.keep(job.id, &progress).await? {
                        // Called off, or another worker has it.
                        return Ok(true);
                    }
                }
            }
        };
        if self.keep(job.id, &progress).await? {
            self.end(&job, outcome).await?;
        }
        Ok(true)
    }

    async fn carry_out(&self, job: &Job, progress: &Progress) -> Result<Vec<RowError>, Failure> {
        let unreadable = || Failure::Refused("the job's task does not read".to_owned());
        let task: Task = task(job).ok_or_else(unreadable)?;
        tokio::fs::create_dir_all(self.files.folder()).await?;
        let path = self.files.of(job.id, task.format);
        if job.kind == EXPORT {
            export::run(self.storage.as_ref(), &task, &path, progress).await?;
            return Ok(Vec::new());
        }
        let import = Import {
            storage: self.storage.as_ref(),
            context: &self.context,
            outward: &self.outward,
            currency: self.currency,
        };
        import.run(&task, &path, progress).await
    }

    async fn keep(&self, id: JobId, progress: &Progress) -> Result<bool, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let ours = unit.update_job_progress(id, progress.now(), LEASE, self.context.now()).await?;
        unit.save().await?;
        self.tell(id);
        Ok(ours)
    }

    async fn end(&self, job: &Job, outcome: Result<Vec<RowError>, Failure>) -> Result<(), ServiceError> {
        let now = self.context.now();
        let mut unit = self.storage.begin().await?;
        match outcome {
            Ok(errors) => {
                let result = (job.kind == EXPORT).then(|| format!("/exports/{}", job.id));
                let errors = (!errors.is_empty()).then(|| written(&errors));
                let (result, errors) = (result.as_deref(), errors.as_deref());
                unit.finish_job(job.id, JobStatus::Succeeded, result, errors, now).await?;
            }
            Err(failure) => {
                tracing::warn!(job = %job.id, kind = job.kind, %failure, "a job failed");
                let whole = RowError { line: 0, column: String::new(), reason: failure.to_string() };
                let errors = written(&[whole]);
                if failure.is_final() {
                    unit.finish_job(job.id, JobStatus::Failed, None, Some(&errors), now).await?;
                } else {
                    unit.retry_job(job.id, now + RETRY_AFTER, Some(&errors), now).await?;
                }
            }
        }
        unit.save().await?;
        self.tell(job.id);
        Ok(())
    }

    fn tell(&self, id: JobId) {
        self.bus.publish(Message::about(Topic::Job(id.uuid())));
    }
}

fn written(errors: &[RowError]) -> String {
    serde_json::to_string(errors).unwrap_or_default()
}
