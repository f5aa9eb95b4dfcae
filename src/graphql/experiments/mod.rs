//! Experiments in the API: which strategies compete, for how much of the traffic.

mod results;
mod types;

use async_graphql::{Context, ID, Object, SimpleObject};

use self::types::{ExperimentConnection, ExperimentInput, ExperimentStatus};
use crate::domain::caller::Permission as Right;
use crate::domain::experiment as domain;
use crate::domain::ids::ExperimentId;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::connection::page;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::error::ServiceError;

pub(crate) use self::types::Experiment;

#[derive(Default)]
pub struct ExperimentQuery;

#[Object]
impl ExperimentQuery {
    /// The experiment of this key.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None)
    )]
    async fn experiment(&self, ctx: &Context<'_>, key: String) -> GraphqlResult<Option<Experiment>> {
        Ok(services(ctx).experiments.by_key(&key).await?.map(Experiment::from))
    }

    /// Experiments, newest first.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn experiments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        status: Option<Vec<ExperimentStatus>>,
    ) -> GraphqlResult<ExperimentConnection> {
        let page = page(first, after.as_deref(), None, None)?;
        let statuses: Vec<_> = status.unwrap_or_default().into_iter().map(Into::into).collect();
        let found = services(ctx).experiments.list(&statuses, &page).await?;
        Ok(ExperimentConnection::new(found, statuses))
    }
}

#[derive(SimpleObject, Default)]
struct ExperimentPayload {
    experiment: Option<Experiment>,
    user_errors: Vec<UserError>,
}

fn payload(
    answer: Result<domain::Experiment, ServiceError>,
    prefix: &[&str],
) -> GraphqlResult<ExperimentPayload> {
    Ok(match outcome(answer, prefix)? {
        Ok(experiment) => ExperimentPayload { experiment: Some(experiment.into()), user_errors: Vec::new() },
        Err(user_errors) => ExperimentPayload { experiment: None, user_errors },
    })
}

fn read(id: &ID) -> Result<ExperimentId, ServiceError> {
    global_id::decode(id).map_err(|problem| ServiceError::refuse(["id"], problem))
}

#[derive(Default)]
pub struct ExperimentMutation;

#[Object]
impl ExperimentMutation {
    /// Makes a draft.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None)
    )]
    async fn experiment_create(
        &self,
        ctx: &Context<'_>,
        input: ExperimentInput,
    ) -> GraphqlResult<ExperimentPayload> {
        payload(services(ctx).experiments.create(input.into()).await, &["input"])
    }

    /// Changes an experiment. Key and variants stay as they are once it has run. `expectedVersion` guards against lost
    /// updates.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None)
    )]
    async fn experiment_update(
        &self,
        ctx: &Context<'_>,
        id: ID,
        input: ExperimentInput,
        expected_version: Option<i32>,
    ) -> GraphqlResult<ExperimentPayload> {
        let answer = match read(&id) {
            Ok(id) => {
                let version = expected_version.map(i64::from);
                services(ctx).experiments.update(id, input.into(), version).await
            }
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }

    /// Begins to assign shoppers; one experiment runs at a time.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None)
    )]
    async fn experiment_start(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<ExperimentPayload> {
        let answer = match read(&id) {
            Ok(id) => services(ctx).experiments.start(id).await,
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }

    /// Assigns nobody for now.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None)
    )]
    async fn experiment_pause(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<ExperimentPayload> {
        let answer = match read(&id) {
            Ok(id) => services(ctx).experiments.pause(id).await,
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }

    /// Ends an experiment, with or without a winner.
    #[graphql(
        guard = "Requires(Right::ExperimentsManage)",
        directive = auth::apply(only(Right::ExperimentsManage), None, None)
    )]
    async fn experiment_complete(
        &self,
        ctx: &Context<'_>,
        id: ID,
        winner_key: Option<String>,
    ) -> GraphqlResult<ExperimentPayload> {
        let answer = match read(&id) {
            Ok(id) => services(ctx).experiments.complete(id, winner_key).await,
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }
}
