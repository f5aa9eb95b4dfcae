//! Imports and exports, and how far they are.

use async_graphql::{Context, Enum, ID, Object, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt};

use crate::domain::caller::Permission as Right;
use crate::domain::ids::JobId;
use crate::domain::job;
use crate::graphql::auth::{Requires, SignedIn, auth, caller, only, while_signed_in};
use crate::graphql::catalogue::{BulkErrorPolicy, id_argument};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::{self, GlobalId};
use crate::graphql::recommendations::JobStatus;
use crate::graphql::scalars::{DateTime, Long, Url};
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::error::{Mistake, Problem, ServiceError};
use crate::services::transfers::{self, row_errors};

/// What an import or an export moves.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "transfers::TransferKind")]
pub enum TransferKind {
    Products,
    /// What lies where; exports only.
    Stock,
    Orders,
    Interactions,
}

/// How rows are written.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "transfers::TransferFormat")]
pub enum TransferFormat {
    /// With a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// A piece of work done behind a request.
pub struct Job(job::Job);

impl From<job::Job> for Job {
    fn from(job: job::Job) -> Self {
        Self(job)
    }
}

#[Object]
impl Job {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// `import` or `export`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    async fn status(&self) -> JobStatus {
        self.0.status.into()
    }

    /// Rows done.
    async fn processed(&self) -> Long {
        self.0.processed.into()
    }

    /// Rows in all, once known.
    async fn total(&self) -> Option<Long> {
        self.0.total.map(Into::into)
    }

    /// Rows that did not come in.
    async fn failed(&self) -> Long {
        self.0.failed.into()
    }

    /// Where an export can be fetched, with the caller's own access token: a path of this server. Null before it is
    /// written and after its time has run out.
    async fn result_url(&self, ctx: &Context<'_>) -> Option<&str> {
        services(ctx).transfers.is_ready(&self.0).then_some(self.0.result_url.as_deref())?
    }

    /// Until when it can be fetched; then the file is removed, and the path answers EXPORT_EXPIRED.
    async fn result_expires_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        services(ctx).transfers.expires_at(&self.0).map(Into::into)
    }

    /// The first rows that did not come in, with line and column as the path, or why nothing did.
    async fn errors(&self) -> Vec<UserError> {
        let told = |row: transfers::RowError| {
            let line = (row.line > 0).then(|| row.line.to_string());
            let column = (!row.column.is_empty()).then_some(row.column);
            let place = line.into_iter().chain(column);
            UserError::from_mistake(Mistake::at(place, Problem::Unfit { reason: row.reason }), &[])
        };
        row_errors(&self.0).into_iter().map(told).collect()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }
}

#[derive(SimpleObject)]
struct JobPayload {
    job: Option<Job>,
    user_errors: Vec<UserError>,
}

impl JobPayload {
    fn of(answer: Result<job::Job, ServiceError>) -> GraphqlResult<Self> {
        Ok(match outcome(answer, &[])? {
            Ok(job) => Self { job: Some(Job(job)), user_errors: Vec::new() },
            Err(user_errors) => Self { job: None, user_errors },
        })
    }
}

#[derive(Default)]
pub struct JobQuery;

#[Object]
impl JobQuery {
    /// A job the user asked for, or one that moves what the user manages.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn job(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<Option<Job>> {
        let id: JobId = global_id::decode(&id).map_err(|problem| GraphqlError::about("id", &problem))?;
        Ok(services(ctx).transfers.job(caller(ctx), id).await?.map(Job))
    }
}

#[derive(Default)]
pub struct JobMutation;

#[Object]
impl JobMutation {
    /// Fetches a file (plain or gzip, at most 256 MB) and loads it, behind the request. The columns are those of
    /// docs/IMPORT.md. Orders also need ORDERS_MANAGE, interactions USERS_MANAGE.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn import_start(
        &self,
        ctx: &Context<'_>,
        kind: TransferKind,
        format: TransferFormat,
        #[graphql(desc = "https, and in the public network.")] source_url: Url,
        #[graphql(default_with = "BulkErrorPolicy::RejectFailedRows")] error_policy: BulkErrorPolicy,
    ) -> GraphqlResult<JobPayload> {
        let transfers = &services(ctx).transfers;
        let (kind, format, policy) = (kind.into(), format.into(), error_policy.into());
        JobPayload::of(transfers.start_import(caller(ctx), kind, format, source_url.0, policy).await)
    }

    /// Writes everything of one kind into a file, behind the request. Orders also need ORDERS_MANAGE, interactions
    /// USERS_MANAGE.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn export_start(
        &self,
        ctx: &Context<'_>,
        kind: TransferKind,
        format: TransferFormat,
    ) -> GraphqlResult<JobPayload> {
        let transfers = &services(ctx).transfers;
        JobPayload::of(transfers.start_export(caller(ctx), kind.into(), format.into()).await)
    }

    /// Calls off a job that waits or runs; what it loaded before stays. A job that has ended is returned as it is.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn job_cancel(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<JobPayload> {
        JobPayload::of(match id_argument::<JobId>("id", &id) {
            Ok(id) => services(ctx).transfers.cancel(caller(ctx), id).await,
            Err(error) => Err(error),
        })
    }
}

#[derive(Default)]
pub struct JobSubscription;

#[Subscription]
impl JobSubscription {
    /// A job as it is now, and whenever it has got further, until it has ended.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn job_progress(
        &self,
        ctx: &Context<'_>,
        job_id: ID,
    ) -> Result<impl Stream<Item = GraphqlResult<Job>> + use<>, GraphqlError> {
        let id = id_argument::<JobId>("jobId", &job_id)?;
        let steps = services(ctx).transfers.follow(caller(ctx), id).await?;
        Ok(while_signed_in(ctx, steps.map(|job| job.map(Job).map_err(GraphqlError::from))))
    }
}
