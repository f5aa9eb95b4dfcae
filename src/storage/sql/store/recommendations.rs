//! Served lists, training runs, settings.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, Query, list_query, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::{RecommendationId, TrainingRunId};
use crate::domain::interaction::Subject;
use crate::domain::job::JobStatus;
use crate::domain::recommendation::{ServedRecommendation, StrategySetting, TrainingRun};
use crate::domain::time::Timestamp;
use crate::storage::error::Result;
use crate::storage::recommendations::{RecommendationStore, RecommendationWork};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::recommendations as sql;

#[async_trait]
impl RecommendationStore for SqlStore {
    async fn served_recommendation(&self, id: RecommendationId) -> Result<Option<ServedRecommendation>> {
        let row = self.read().await?.optional(query(sql::SERVED_BY_ID).id(id)).await?;
        row.as_ref().map(served).transpose()
    }

    async fn served_recommendations(
        &self,
        span: RangeInclusive<Timestamp>,
        after: Option<RecommendationId>,
        limit: usize,
    ) -> Result<Vec<ServedRecommendation>> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let query = query(sql::SERVED_IN_SPAN).time(*span.start()).time(*span.end()).bind(after).count(limit);
        self.read().await?.all(query).await?.iter().map(served).collect()
    }

    async fn training_runs_of(
        &self,
        strategy_ids: &[String],
        limit: usize,
    ) -> Result<HashMap<String, Vec<TrainingRun>>> {
        let mut runs: HashMap<String, Vec<TrainingRun>> = HashMap::new();
        if strategy_ids.is_empty() {
            return Ok(runs);
        }
        let query = list_query(sql::TRAINING_RUNS_OF, &keys(strategy_ids), |query| query.count(limit));
        for row in &self.read().await?.all(query).await? {
            let run = training_run(row)?;
            runs.entry(run.strategy_id.clone()).or_default().push(run);
        }
        Ok(runs)
    }

    async fn training_runs(&self, ids: &[TrainingRunId]) -> Result<HashMap<TrainingRunId, TrainingRun>> {
        self.load(sql::TRAINING_RUNS_BY_ID, keys(ids), |row| training_run(row).map(|run| (run.id, run))).await
    }

    async fn strategy_settings(&self) -> Result<Vec<StrategySetting>> {
        let rows = self.read().await?.all(query(sql::STRATEGY_SETTINGS)).await?;
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row);
                Ok(StrategySetting {
                    strategy_id: fields.text()?,
                    enabled: fields.flag()?,
                    config: fields.maybe_text()?,
                    updated_at: fields.time()?,
                })
            })
            .collect()
    }

    async fn setting(&self, key: &str) -> Result<Option<String>> {
        let row = self.read().await?.optional(query(sql::SETTING).text(key)).await?;
        row.map(|row| Fields::of(&row).text()).transpose()
    }
}

#[async_trait]
impl RecommendationWork for SqlUnit {
    async fn record_recommendations(&mut self, served: &[ServedRecommendation]) -> Result<()> {
        self.link.run_rows(sql::INSERT_SERVED, served, bind_served).await.map(|_| ())
    }

    async fn remove_recommendations(&mut self, before: Timestamp, limit: usize) -> Result<u64> {
        self.link.run(query(sql::REMOVE_SERVED).time(before).count(limit)).await
    }

    async fn save_training_run(&mut self, run: &TrainingRun) -> Result<()> {
        let query = query(sql::SAVE_TRAINING_RUN)
            .id(run.id)
            .text(&run.strategy_id)
            .text(run.status.as_str())
            .maybe_text(run.model_version.as_deref())
            .bind(run.interactions)
            .bind(run.users)
            .bind(run.products)
            .time(run.started_at)
            .maybe_time(run.finished_at)
            .bind(run.offline.as_ref().map(|metrics| metrics.write()))
            .maybe_text(run.error.as_deref());
        self.link.run(query).await.map(|_| ())
    }

    async fn fail_unfinished_training_runs(&mut self, before: Timestamp, now: Timestamp) -> Result<u64> {
        self.link.run(query(sql::FAIL_UNFINISHED_RUNS).time(before).time(now)).await
    }

    async fn save_strategy_setting(&mut self, setting: &StrategySetting) -> Result<()> {
        let query = query(sql::SAVE_STRATEGY_SETTING)
            .text(&setting.strategy_id)
            .bind(setting.enabled)
            .maybe_text(setting.config.as_deref())
            .time(setting.updated_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn save_setting(&mut self, key: &str, value: &str, now: Timestamp) -> Result<()> {
        self.link.run(query(sql::SAVE_SETTING).text(key).text(value).time(now)).await.map(|_| ())
    }

    async fn setting_or_insert(&mut self, key: &str, value: &str, now: Timestamp) -> Result<String> {
        let row = self.link.one(query(sql::INSERT_SETTING).text(key).text(value).time(now)).await?;
        Fields::of(&row).text()
    }
}

fn bind_served(query: Query, served: &ServedRecommendation) -> Query {
    query
        .id(served.id)
        .maybe_id(served.subject.map(Subject::uuid))
        .bind(served.subject.is_some_and(Subject::is_visitor))
        .text(&served.strategy_id)
        .maybe_text(served.experiment_key.as_deref())
        .maybe_text(served.variant_key.as_deref())
        .maybe_text(served.model_version.as_deref())
        .maybe_text(served.fallback.as_deref())
        .bind(served.cached)
        .bind(served.took_micros)
        .count(served.items.len())
        .bind(served.items.write())
        .time(served.served_at)
}

fn served(row: &Row) -> Result<ServedRecommendation> {
    let mut fields = Fields::of(row);
    let id = fields.id()?;
    let subject: Option<uuid::Uuid> = fields.maybe_id()?;
    let is_visitor = fields.flag()?;
    Ok(ServedRecommendation {
        id,
        subject: subject.map(|subject| match is_visitor {
            true => Subject::Visitor(subject.into()),
            false => Subject::User(subject.into()),
        }),
        strategy_id: fields.text()?,
        experiment_key: fields.maybe_text()?,
        variant_key: fields.maybe_text()?,
        model_version: fields.maybe_text()?,
        fallback: fields.maybe_text()?,
        cached: fields.flag()?,
        took_micros: fields.int()?,
        items: fields.document("items")?,
        served_at: fields.time()?,
    })
}

fn training_run(row: &Row) -> Result<TrainingRun> {
    let mut fields = Fields::of(row);
    Ok(TrainingRun {
        strategy_id: fields.text()?,
        id: fields.id()?,
        status: fields.named("job status", JobStatus::from_name)?,
        model_version: fields.maybe_text()?,
        interactions: fields.int()?,
        users: fields.int()?,
        products: fields.int()?,
        started_at: fields.time()?,
        finished_at: fields.maybe_time()?,
        offline: fields.maybe_document("offline metrics")?,
        error: fields.maybe_text()?,
    })
}
