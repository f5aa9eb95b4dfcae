//! Imports and exports as jobs behind the requests: asked for, followed, fetched.

mod export;
mod files;
mod import;
mod rows;
mod worker;

use std::sync::Arc;

use futures_util::Stream;
use serde::{Deserialize, Serialize};

pub use files::{ExportFile, Files};
pub use worker::TransferWorker;

use super::error::{Problem, ServiceError};
use crate::bus::{Bus, Message, Topic};
use crate::context::Context;
use crate::domain::caller::{Caller, Permission};
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobStatus};
use crate::domain::time::Timestamp;
use crate::outward::{Outward, OutwardError};
use crate::services::catalogue::BulkPolicy;
use crate::storage::Storage;

const EXPORT: &str = "export";
const IMPORT: &str = "import";
/// Times a job is begun before it is given up.
const ATTEMPTS: u32 = 3;

/// What is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransferKind {
    Products,
    Stock,
    Orders,
    Interactions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransferFormat {
    Csv,
    Jsonl,
}

impl TransferKind {
    /// Who may move it. Orders and behaviour name people.
    pub const fn right(self) -> Permission {
        match self {
            Self::Products | Self::Stock => Permission::ProductsManage,
            Self::Orders => Permission::OrdersManage,
            Self::Interactions => Permission::UsersManage,
        }
    }
}

impl TransferFormat {
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// A job's payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    kind: TransferKind,
    format: TransferFormat,
    /// Where an import comes from.
    source: Option<String>,
    /// Whether one bad row refuses the whole file.
    #[serde(default)]
    all_or_nothing: bool,
}

/// A row that did not come in, as kept with the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// In the file, its header being line 1; 0 for the file as a whole.
    pub line: u64,
    pub column: String,
    pub reason: String,
}

/// The errors kept with a job.
pub fn row_errors(job: &Job) -> Vec<RowError> {
    job.errors.as_deref().and_then(|errors| serde_json::from_str(errors).ok()).unwrap_or_default()
}

/// The use cases of transfers.
pub struct Transfers {
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    context: Context,
    outward: Outward,
    files: Files,
}

impl Transfers {
    pub fn new(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        context: Context,
        outward: Outward,
        files: Files,
    ) -> Self {
        Self { storage, bus, context, outward, files }
    }

    /// Asks for a file with everything of one kind.
    pub async fn start_export(
        &self,
        caller: &Caller,
        kind: TransferKind,
        format: TransferFormat,
    ) -> Result<Job, ServiceError> {
        self.start(caller, EXPORT, Task { kind, format, source: None, all_or_nothing: false }).await
    }

    /// Asks for a file to be fetched and loaded.
    pub async fn start_import(
        &self,
        caller: &Caller,
        kind: TransferKind,
        format: TransferFormat,
        source: String,
        policy: BulkPolicy,
    ) -> Result<Job, ServiceError> {
        if kind == TransferKind::Stock {
            let expected = "comes with the products: import PRODUCTS";
            return Err(ServiceError::refuse(["kind"], Problem::Malformed { expected }));
        }
        if let Err(OutwardError::NotAllowed(expected)) = self.outward.check(&source) {
            return Err(ServiceError::refuse(["sourceUrl"], Problem::Malformed { expected }));
        }
        let all_or_nothing = policy == BulkPolicy::RejectEverything;
        self.start(caller, IMPORT, Task { kind, format, source: Some(source), all_or_nothing }).await
    }

    async fn start(&self, caller: &Caller, kind: &str, task: Task) -> Result<Job, ServiceError> {
        if !caller.may(task.kind.right()) {
            return Err(ServiceError::Forbidden);
        }
        let now = self.context.now();
        let payload = serde_json::to_string(&task)
            .map_err(|error| ServiceError::Internal(format!("a job cannot be written: {error}")))?;
        let job = Job {
            id: self.context.new_id(),
            kind: kind.to_owned(),
            status: JobStatus::Queued,
            payload,
            processed: 0,
            total: None,
            failed: 0,
            result_url: None,
            errors: None,
            created_by: caller.user(),
            attempts: 0,
            max_attempts: ATTEMPTS,
            run_at: now,
            locked_until: None,
            created_at: now,
            started_at: None,
            finished_at: None,
        };
        let mut unit = self.storage.begin().await?;
        unit.insert_job(&job).await?;
        unit.save().await?;
        Ok(job)
    }

    /// Calls off a job that has not ended. What it loaded before stays.
    pub async fn cancel(&self, caller: &Caller, id: JobId) -> Result<Job, ServiceError> {
        let missing = || ServiceError::refuse(["id"], Problem::NotFound { what: "job" });
        self.job(caller, id).await?.ok_or_else(missing)?;
        let mut unit = self.storage.begin().await?;
        let cancelled = unit.cancel_job(id, self.context.now()).await?;
        unit.save().await?;
        if cancelled {
            self.bus.publish(Message::about(Topic::Job(id.uuid())));
            tracing::info!(job = %id, "a job was called off");
        }
        self.job(caller, id).await?.ok_or_else(missing)
    }

    /// A job, to whoever asked for it and to those who manage what it moves.
    pub async fn job(&self, caller: &Caller, id: JobId) -> Result<Option<Job>, ServiceError> {
        let job = self.storage.jobs(&[id]).await?.remove(&id);
        Ok(job.filter(|job| may_see(caller, job)))
    }

    /// A job now and whenever it has got further, until it has ended.
    pub async fn follow(
        &self,
        caller: &Caller,
        id: JobId,
    ) -> Result<impl Stream<Item = Result<Job, ServiceError>> + Send + use<>, ServiceError> {
        let mailbox = self.bus.subscribe(&[Topic::Job(id.uuid())]);
        let job = self.job(caller, id).await?;
        let job = job.ok_or_else(|| ServiceError::refuse(["jobId"], Problem::NotFound { what: "job" }))?;
        let state = (mailbox, Some(job), false, Arc::clone(&self.storage));
        Ok(futures_util::stream::unfold(state, move |(mut mailbox, first, ended, storage)| async move {
            if ended {
                return None;
            }
            let job = match first {
                Some(job) => Ok(job),
                None => {
                    mailbox.next().await?;
                    while mailbox.try_next().is_some() {}
                    match storage.jobs(&[id]).await {
                        Ok(mut jobs) => Ok(jobs.remove(&id)?),
                        Err(error) => Err(error.into()),
                    }
                }
            };
            let ended = job.as_ref().map_or(true, |job| job.status.is_final());
            Some((job, (mailbox, None, ended, storage)))
        }))
    }

    /// The file an export made; `None` when there is none, or not for this caller.
    pub async fn file(&self, caller: &Caller, id: JobId) -> Result<Option<ExportFile>, ServiceError> {
        let Some(job) = self.job(caller, id).await? else { return Ok(None) };
        let Some(task) = task(&job).filter(|_| job.kind == EXPORT && job.status == JobStatus::Succeeded)
        else {
            return Ok(None);
        };
        if self.expires_at(&job).is_some_and(|end| end <= self.context.now()) {
            return Ok(Some(ExportFile::Expired));
        }
        let extension = task.format.extension();
        let name = format!("{:?}.{extension}", task.kind).to_lowercase();
        Ok(Some(ExportFile::Ready { path: self.files.of(id, task.format), name }))
    }

    /// Until when the file of an export can be fetched; `None` for jobs that made none.
    pub fn expires_at(&self, job: &Job) -> Option<Timestamp> {
        job.result_url.as_ref()?;
        self.files.expire_at(job)
    }

    /// Whether there is something to fetch now.
    pub fn is_ready(&self, job: &Job) -> bool {
        self.expires_at(job).is_some_and(|end| self.context.now() < end)
    }
}

fn may_see(caller: &Caller, job: &Job) -> bool {
    let own = job.created_by.is_some_and(|creator| caller.is_user(creator));
    own || task(job).is_some_and(|task| caller.may(task.kind.right()))
}

fn task(job: &Job) -> Option<Task> {
    serde_json::from_str(&job.payload).ok()
}
