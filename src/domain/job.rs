//! Work done behind a request: imports, exports, trainings.

use super::{
    ids::{JobId, UserId},
    time::Timestamp,
};

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Waiting.
    Queued,
    /// Being done.
    Running,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
    /// Called off.
    Cancelled,
}

impl JobStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// A piece of work done behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What kind of work: the name its worker listens to.
    pub kind: String,
    /// How it stands.
    pub status: JobStatus,
    /// What is to be done, as JSON text.
    pub payload: String,
    /// Rows done.
    pub processed: i64,
    /// Rows in all, when known.
    pub total: Option<i64>,
    /// Rows refused.
    pub failed: i64,
    /// What came out: a path or a URL.
    pub result_url: Option<String>,
    /// The first errors, as JSON text.
    pub errors: Option<String>,
    /// Who asked for it.
    pub created_by: Option<UserId>,
    /// Times it was begun.
    pub attempts: u32,
    /// Times it may be begun before it is given up.
    pub max_attempts: u32,
    /// When it may next be begun.
    pub run_at: Timestamp,
    /// Until when its worker holds it; past that, another may begin it anew.
    pub locked_until: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}
