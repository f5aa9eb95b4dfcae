//! Where exports lie and imports wait, and how long.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::TransferFormat;
use crate::domain::ids::JobId;
use crate::domain::job::Job;
use crate::domain::limits;
use crate::domain::time::Timestamp;
use crate::services::error::ServiceError;
use crate::storage::Storage;

/// What became of the file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportFile {
    /// It lies there, to be saved under that name.
    Ready { path: PathBuf, name: String },
    /// Its time has run out.
    Expired,
}

/// The folder of transfers.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
    life: Duration,
}

impl Files {
    /// Files in `folder` that are kept for `life` after their job has ended.
    pub fn new(folder: PathBuf, life: Duration) -> Self {
        Self { folder, life }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn of(&self, job: JobId, format: TransferFormat) -> PathBuf {
        self.folder.join(format!("{job}.{}", format.extension()))
    }

    pub(super) fn expire_at(&self, job: &Job) -> Option<Timestamp> {
        job.finished_at.map(|end| end + self.life)
    }

    /// Removes what jobs left whose time has run out: exports, and what imports and broken exports left over. Files
    /// that no job of this shop is named by stay: they are somebody else's. Returns how many were removed.
    ///
    /// # Errors
    /// When the store fails. A file that cannot be removed stays for the next time.
    pub(super) async fn sweep(&self, storage: &dyn Storage, now: Timestamp) -> Result<usize, ServiceError> {
        let files = self.by_job().await;
        let jobs: Vec<JobId> = files.keys().copied().collect();
        let mut removed = 0;
        for some in jobs.chunks(limits::PAGE) {
            for job in storage.jobs(some).await?.values() {
                let over = job.status.is_final() && self.expire_at(job).is_none_or(|end| end <= now);
                let Some(paths) = files.get(&job.id).filter(|_| over) else { continue };
                for path in paths {
                    match tokio::fs::remove_file(path).await {
                        Ok(()) => removed += 1,
                        Err(error) => {
                            tracing::warn!(%error, path = %path.display(), "a file cannot be removed");
                        }
                    }
                }
            }
        }
        Ok(removed)
    }

    async fn by_job(&self) -> HashMap<JobId, Vec<PathBuf>> {
        let mut files = HashMap::<JobId, Vec<PathBuf>>::new();
        // There is no folder before the first job.
        let Ok(mut entries) = tokio::fs::read_dir(&self.folder).await else { return files };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let name = entry.file_name();
            let job = name.to_str().and_then(|name| name.split('.').next()).and_then(|id| id.parse().ok());
            if let Some(job) = job {
                files.entry(job).or_default().push(entry.path());
            }
        }
        files
    }
}
