//! Experiments.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::fields::Fields;
use super::link::{Bind as _, query};
use super::listing::{KeyKind, SortKey, push_in, push_key_columns, push_page, read_page};
use super::{Db, Row, SqlStore, SqlUnit, keys};
use crate::domain::experiment::{Experiment, ExperimentStatus};
use crate::domain::ids::ExperimentId;
use crate::storage::error::{Result, StorageError};
use crate::storage::experiments::{ExperimentStore, ExperimentWork};
use crate::storage::page::{Page, PageRequest};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::experiments as sql;

/// Columns of `EXPERIMENT_COLUMNS`.
const EXPERIMENT_WIDTH: usize = 13;

#[async_trait]
impl ExperimentStore for SqlStore {
    async fn experiments(&self, ids: &[ExperimentId]) -> Result<HashMap<ExperimentId, Experiment>> {
        self.load(sql::EXPERIMENTS_BY_ID, keys(ids), |row| {
            experiment(row).map(|experiment| (experiment.id, experiment))
        })
        .await
    }

    async fn experiment_by_key(&self, key: &str) -> Result<Option<Experiment>> {
        let row = self.read().await?.optional(query(sql::EXPERIMENT_BY_KEY).text(key)).await?;
        row.as_ref().map(experiment).transpose()
    }

    async fn running_experiments(&self) -> Result<Vec<Experiment>> {
        self.read().await?.all(query(sql::RUNNING_EXPERIMENTS)).await?.iter().map(experiment).collect()
    }

    async fn list_experiments(
        &self,
        statuses: &[ExperimentStatus],
        page: &PageRequest,
    ) -> Result<Page<Experiment>> {
        let sort_keys =
            [SortKey::new("x.created_at", KeyKind::Integer, true), SortKey::new("x.id", KeyKind::Text, true)];
        let mut builder = QueryBuilder::<Db>::new("SELECT ");
        builder.push(sql::EXPERIMENT_COLUMNS);
        push_key_columns(&mut builder, &sort_keys);
        push_filter(&mut builder, statuses);
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, EXPERIMENT_WIDTH, false, experiment).await
    }

    async fn count_experiments(&self, statuses: &[ExperimentStatus]) -> Result<i64> {
        let mut builder = QueryBuilder::<Db>::new("SELECT COUNT(*)");
        push_filter(&mut builder, statuses);
        let rows = self.read().await?.all(builder.build()).await?;
        rows.first().map_or(Ok(0), |row| Fields::of(row).int())
    }
}

fn push_filter(builder: &mut QueryBuilder<Db>, statuses: &[ExperimentStatus]) {
    builder.push(" FROM experiments x WHERE 1 = 1");
    if !statuses.is_empty() {
        push_in(builder, "x.status", statuses.iter().map(|status| status.as_str()));
    }
}

#[async_trait]
impl ExperimentWork for SqlUnit {
    async fn insert_experiment(&mut self, experiment: &Experiment) -> Result<()> {
        let query = query(sql::INSERT_EXPERIMENT)
            .id(experiment.id)
            .text(&experiment.key)
            .text(&experiment.name)
            .text(experiment.status.as_str())
            .bind(experiment.variants.write())
            .bind(experiment.traffic_percent)
            .text(&experiment.salt)
            .maybe_text(experiment.winner_key.as_deref())
            .maybe_time(experiment.started_at)
            .maybe_time(experiment.ended_at)
            .time(experiment.created_at)
            .time(experiment.updated_at)
            .bind(1_i64);
        self.link.run(query).await.map(|_| ())
    }

    async fn update_experiment(
        &mut self,
        new: &Experiment,
        expected_version: Option<i64>,
    ) -> Result<Experiment> {
        let row = self.link.optional(query(sql::EXPERIMENT_FOR_UPDATE).id(new.id)).await?;
        let stored = experiment(&row.ok_or(StorageError::Missing { what: "experiment" })?)?;
        if expected_version.is_some_and(|expected| expected != stored.version) {
            return Err(StorageError::VersionConflict { current: stored.version });
        }
        let query = query(sql::UPDATE_EXPERIMENT)
            .id(new.id)
            .text(&new.key)
            .text(&new.name)
            .text(new.status.as_str())
            .bind(new.variants.write())
            .bind(new.traffic_percent)
            .maybe_text(new.winner_key.as_deref())
            .maybe_time(new.started_at)
            .maybe_time(new.ended_at)
            .time(new.updated_at);
        self.link.run(query).await?;
        Ok(Experiment {
            version: stored.version + 1,
            salt: stored.salt,
            created_at: stored.created_at,
            ..new.clone()
        })
    }
}

fn experiment(row: &Row) -> Result<Experiment> {
    let mut fields = Fields::of(row);
    Ok(Experiment {
        id: fields.id()?,
        key: fields.text()?,
        name: fields.text()?,
        status: fields.named("experiment status", ExperimentStatus::from_name)?,
        variants: fields.document("variants")?,
        traffic_percent: fields.real()?,
        salt: fields.text()?,
        winner_key: fields.maybe_text()?,
        started_at: fields.maybe_time()?,
        ended_at: fields.maybe_time()?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
        version: fields.int()?,
    })
}
