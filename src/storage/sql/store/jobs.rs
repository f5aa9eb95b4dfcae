//! Background jobs.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, list_query, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobStatus};
use crate::domain::time::Timestamp;
use crate::storage::error::Result;
use crate::storage::jobs::{JobProgress, JobStore, JobWork};
use crate::storage::sql::statements::jobs as sql;

#[async_trait]
impl JobStore for SqlStore {
    async fn jobs(&self, ids: &[JobId]) -> Result<HashMap<JobId, Job>> {
        self.load(sql::JOBS_BY_ID, keys(ids), |row| job(row).map(|job| (job.id, job))).await
    }

    async fn jobs_in_status(&self, status: JobStatus, limit: usize) -> Result<Vec<Job>> {
        let query = query(sql::JOBS_IN_STATUS).text(status.as_str()).count(limit);
        self.read().await?.all(query).await?.iter().map(job).collect()
    }
}

#[async_trait]
impl JobWork for SqlUnit {
    async fn insert_job(&mut self, job: &Job) -> Result<()> {
        let query = query(sql::INSERT_JOB)
            .id(job.id)
            .text(&job.kind)
            .text(job.status.as_str())
            .text(&job.payload)
            .bind(job.processed)
            .bind(job.total)
            .bind(job.failed)
            .maybe_text(job.result_url.as_deref())
            .maybe_text(job.errors.as_deref())
            .maybe_id(job.created_by)
            .bind(i64::from(job.attempts))
            .bind(i64::from(job.max_attempts))
            .time(job.run_at)
            .maybe_time(job.locked_until)
            .time(job.created_at)
            .maybe_time(job.started_at)
            .maybe_time(job.finished_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn claim_job(&mut self, kinds: &[&str], lease: Duration, now: Timestamp) -> Result<Option<Job>> {
        if kinds.is_empty() {
            return Ok(None);
        }
        self.link.run(query(sql::GIVE_UP_JOBS).time(now)).await?;
        let query = list_query(sql::CLAIM_JOB, &keys(kinds), |query| query.time(now).time(now + lease));
        let row = self.link.optional(query).await?;
        row.as_ref().map(job).transpose()
    }

    async fn update_job_progress(
        &mut self,
        id: JobId,
        progress: JobProgress,
        lease: Duration,
        now: Timestamp,
    ) -> Result<bool> {
        let query = query(sql::UPDATE_JOB_PROGRESS)
            .id(id)
            .bind(progress.processed)
            .bind(progress.total)
            .bind(progress.failed)
            .time(now + lease);
        Ok(self.link.run(query).await? > 0)
    }

    async fn cancel_job(&mut self, id: JobId, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::CANCEL_JOB).id(id).time(now)).await? > 0)
    }

    async fn finish_job(
        &mut self,
        id: JobId,
        status: JobStatus,
        result_url: Option<&str>,
        errors: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let query = query(sql::FINISH_JOB)
            .id(id)
            .text(status.as_str())
            .maybe_text(result_url)
            .maybe_text(errors)
            .time(now);
        self.link.run(query).await.map(|_| ())
    }

    async fn retry_job(
        &mut self,
        id: JobId,
        run_at: Timestamp,
        errors: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<JobStatus>> {
        let query = query(sql::RETRY_JOB).id(id).time(run_at).maybe_text(errors).time(now);
        let Some(row) = self.link.optional(query).await? else { return Ok(None) };
        Fields::of(&row).named("job status", JobStatus::from_name).map(Some)
    }
}

fn job(row: &Row) -> Result<Job> {
    let mut fields = Fields::of(row);
    Ok(Job {
        id: fields.id()?,
        kind: fields.text()?,
        status: fields.named("job status", JobStatus::from_name)?,
        payload: fields.text()?,
        processed: fields.int()?,
        total: fields.maybe_int()?,
        failed: fields.int()?,
        result_url: fields.maybe_text()?,
        errors: fields.maybe_text()?,
        created_by: fields.maybe_id()?,
        attempts: fields.small("attempts")?,
        max_attempts: fields.small("attempts")?,
        run_at: fields.time()?,
        locked_until: fields.maybe_time()?,
        created_at: fields.time()?,
        started_at: fields.maybe_time()?,
        finished_at: fields.maybe_time()?,
    })
}
