//! The running experiment as strategies deal it, and the one a new shop begins with.

use std::sync::Arc;

use shelfwise_strategies::experiment::{Experiment as Dealt, Variant as DealtVariant};

use super::Recommendations;
use crate::bus::{Message, Topic};
use crate::domain::experiment::{Experiment, ExperimentStatus, ExperimentVariant};
use crate::domain::ids::ExperimentId;
use crate::storage::{Result, StorageError};

/// The experiment a new shop runs: is the ensemble worth it?
const DEFAULT_KEY: &str = "ensemble-or-collaborative";

impl Recommendations {
    /// To be called after experiments changed in the store: reads which one runs. Of several the first by key is
    /// dealt, so that a shopper is in one at a time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn experiments_changed(&self) -> Result<()> {
        self.read_experiments().await?;
        self.bus.publish_elsewhere(Message::about(Topic::Experiments));
        Ok(())
    }

    /// Takes over which experiment runs in the store.
    pub(super) async fn read_experiments(&self) -> Result<()> {
        let _one_at_a_time = self.settings.lock().await;
        let running = self.store.running_experiments().await?;
        let dealt = running.first().map(|experiment| Arc::new(as_dealt(experiment)));
        if **self.running.load() != dealt {
            self.running.store(Arc::new(dealt));
            self.models_version.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
            self.bus.publish_here(Message::about(Topic::Experiments));
        }
        Ok(())
    }

    /// The arm a shopper is in, as (experiment, variant, strategy); `None` when no experiment runs or they are not
    /// part of it.
    pub fn assignment(
        &self,
        shopper: crate::domain::interaction::Subject,
    ) -> Option<(String, String, String)> {
        let running = self.running.load();
        let experiment = running.as_ref().as_ref()?;
        let (variant, part) = experiment.assign(&shopper.to_string())?;
        part.map(|part| (part.experiment, part.variant, variant.strategy.clone()))
    }

    /// Gives a shop that never had an experiment its first one.
    pub(super) async fn seed_default_experiment(&self) -> Result<()> {
        if self.store.count_experiments(&ExperimentStatus::ALL).await? > 0 {
            return Ok(());
        }
        let now = self.context.now();
        let salt: [u8; 8] = self.context.random_bytes();
        let variant = |key: &str, strategy: &str| ExperimentVariant {
            key: key.to_owned(),
            strategy_id: strategy.to_owned(),
            weight: 0.5,
            config: None,
        };
        let experiment = Experiment {
            id: self.context.new_id::<ExperimentId>(),
            key: DEFAULT_KEY.to_owned(),
            name: "Ensemble or collaborative filtering".to_owned(),
            status: ExperimentStatus::Running,
            variants: vec![variant("ensemble", "ensemble"), variant("collaborative", "collaborative")],
            traffic_percent: 100.0,
            salt: u64::from_le_bytes(salt).to_string(),
            winner_key: None,
            started_at: Some(now),
            ended_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let mut unit = self.store.begin().await?;
        match unit.insert_experiment(&experiment).await {
            Ok(()) => unit.save().await,
            // Another instance that starts at the same time was faster.
            Err(StorageError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn as_dealt(experiment: &Experiment) -> Dealt {
    Dealt {
        key: experiment.key.clone(),
        salt: experiment.salt.clone(),
        traffic: (experiment.traffic_percent / 100.0).clamp(0.0, 1.0),
        variants: experiment
            .variants
            .iter()
            .map(|variant| DealtVariant {
                key: variant.key.clone(),
                strategy: variant.strategy_id.clone(),
                weight: variant.weight,
            })
            .collect(),
    }
}
