//! The strategies as staff see them: enabled or not, configured how, trained when.

use std::sync::Arc;

use serde_json::Value;
use shelfwise_strategies::registry::Registry;

use super::Recommendations;
use super::start::StartError;
use crate::bus::{Message, Topic};
use crate::domain::recommendation::{StrategySetting, TrainingRun};
use crate::domain::time::Timestamp;
use crate::storage::StorageError;

/// A registered strategy with what staff chose for it.
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyState {
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    pub enabled: bool,
    /// The configuration in full: staff's choice over the defaults.
    pub params: Value,
    /// Staff's choice alone: what is kept, so that better defaults reach it.
    chosen: Value,
}

/// A strategy cannot be changed or trained as asked.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("no strategy is called {0:?}")]
    Unknown(String),
    #[error("the configuration does not fit: {0}")]
    Config(String),
    #[error("the strategy that answers by default cannot be switched off")]
    Default,
    #[error("the strategy is switched off")]
    SwitchedOff,
    #[error("the store failed")]
    Storage(#[from] StorageError),
}

/// The states of all registered strategies, in the registry's order.
pub(super) fn states(
    registry: &Registry,
    settings: &[StrategySetting],
) -> Result<Vec<StrategyState>, StartError> {
    registry
        .entries()
        .iter()
        .map(|entry| {
            let refuse = |reason: String| StartError::Config { id: entry.id.to_owned(), reason };
            let setting = settings.iter().find(|setting| setting.strategy_id == entry.id);
            let chosen = match setting.and_then(|setting| setting.config.as_deref()) {
                Some(text) => serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?,
                None => Value::Null,
            };
            let defaults = entry.default_params().map_err(|error| refuse(error.to_string()))?;
            let params = merged(defaults, &chosen);
            entry.check(&params).map_err(|error| refuse(error.to_string()))?;
            Ok(StrategyState {
                id: entry.id,
                name: entry.name,
                summary: entry.summary,
                enabled: setting.is_none_or(|setting| setting.enabled),
                params,
                chosen,
            })
        })
        .collect()
}

/// The defaults with the keys of `chosen` in their place.
fn merged(mut defaults: Value, chosen: &Value) -> Value {
    if let (Value::Object(defaults), Value::Object(chosen)) = (&mut defaults, chosen) {
        for (key, value) in chosen {
            defaults.insert(key.clone(), value.clone());
        }
    }
    defaults
}

impl Recommendations {
    /// Every registered strategy, in the registry's order.
    pub fn strategy_states(&self) -> Arc<Vec<StrategyState>> {
        self.states.load_full()
    }

    /// The strategy of that id.
    pub fn strategy_state(&self, id: &str) -> Option<StrategyState> {
        self.states.load().iter().find(|state| state.id == id).cloned()
    }

    /// The version of the model that serves; `None` when there is none.
    pub fn model_version(&self, id: &str) -> Option<String> {
        let models = self.world.load().engine.models();
        models.get(id).map(|model| model.version().to_string())
    }

    /// When the model that serves was trained.
    pub fn trained_at(&self, id: &str) -> Option<Timestamp> {
        let version = self.model_version(id)?;
        let at = chrono::DateTime::parse_from_rfc3339(&version).ok()?;
        Some(Timestamp::from_millis(at.timestamp_millis()))
    }

    pub(super) fn is_enabled(&self, id: &str) -> bool {
        self.states.load().iter().any(|state| state.id == id && state.enabled)
    }

    pub(super) fn params_of(&self, id: &str) -> Option<Value> {
        self.states.load().iter().find(|state| state.id == id).map(|state| state.params.clone())
    }

    /// Queues a training; the strategy is trained with all others, for models are only comparable when they know the
    /// same past.
    ///
    /// # Errors
    /// When the strategy is unknown or switched off, or the store fails.
    pub async fn train_soon(&self, id: &str) -> Result<TrainingRun, UpdateError> {
        let state = self.strategy_state(id).ok_or_else(|| UpdateError::Unknown(id.to_owned()))?;
        if !state.enabled {
            return Err(UpdateError::SwitchedOff);
        }
        let run = self.new_run(id);
        self.save_run(&run).await?;
        let queued = self.training.queue(run.clone());
        if queued.id != run.id {
            // Somebody was faster: theirs will be carried out, ours need not.
            self.call_off(run).await?;
        }
        Ok(queued)
    }

    /// Switches a strategy on or off, configures it, or both; what is `None` stays. A new configuration takes effect
    /// with the training that this starts.
    ///
    /// # Errors
    /// When the strategy is unknown, is the default and would be switched off, the configuration does not fit, or
    /// the store fails.
    pub async fn update_strategy(
        &self,
        id: &str,
        enabled: Option<bool>,
        config: Option<&Value>,
    ) -> Result<StrategyState, UpdateError> {
        let entry = self.registry.get(id).map_err(|_| UpdateError::Unknown(id.to_owned()))?;
        let before = self.strategy_state(id).ok_or_else(|| UpdateError::Unknown(id.to_owned()))?;
        if enabled == Some(false) && id == self.options.default_strategy {
            return Err(UpdateError::Default);
        }
        let (params, chosen) = match config {
            None => (before.params.clone(), before.chosen.clone()),
            Some(chosen) if chosen.is_object() => {
                let defaults =
                    entry.default_params().map_err(|error| UpdateError::Config(error.to_string()))?;
                let params = merged(defaults, chosen);
                entry.check(&params).map_err(|error| UpdateError::Config(error.to_string()))?;
                (params, chosen.clone())
            }
            Some(_) => return Err(UpdateError::Config("an object is expected".to_owned())),
        };
        let after =
            StrategyState { enabled: enabled.unwrap_or(before.enabled), params, chosen, ..before.clone() };
        let setting = StrategySetting {
            strategy_id: id.to_owned(),
            enabled: after.enabled,
            config: after.chosen.is_object().then(|| after.chosen.to_string()),
            updated_at: self.context.now(),
        };
        {
            let _one_at_a_time = self.settings.lock().await;
            let mut unit = self.store.begin().await?;
            unit.save_strategy_setting(&setting).await?;
            unit.save().await?;
            self.states.rcu(|states| {
                let mut states = Vec::clone(states);
                for state in states.iter_mut().filter(|state| state.id == id) {
                    *state = after.clone();
                }
                states
            });
        }
        self.put_in_force(&before, &after).await?;
        self.bus.publish_elsewhere(Message::about(Topic::Models));
        Ok(after)
    }

    async fn put_in_force(&self, before: &StrategyState, after: &StrategyState) -> Result<(), UpdateError> {
        if !after.enabled {
            self.world.load().engine.uninstall(&[after.id]);
            self.models_changed();
        } else if after != before {
            self.train_soon(after.id).await?;
        }
        Ok(())
    }

    /// Takes over how strategies are set in the store: another process may have changed it.
    pub(super) async fn read_strategies(&self) -> Result<(), StorageError> {
        let (before, after) = {
            let _one_at_a_time = self.settings.lock().await;
            let settings = self.store.strategy_settings().await?;
            let after = match states(&self.registry, &settings) {
                Ok(after) => Arc::new(after),
                // Written by a program of another version: what is in force stays.
                Err(error) => {
                    tracing::error!(%error, "the settings of strategies in the store cannot be read");
                    return Ok(());
                }
            };
            (self.states.swap(Arc::clone(&after)), after)
        };
        for (before, after) in before.iter().zip(after.iter()).filter(|(before, after)| before != after) {
            tracing::info!(strategy = after.id, "set anew by another instance");
            match self.put_in_force(before, after).await {
                Ok(()) => {}
                Err(UpdateError::Storage(error)) => return Err(error),
                Err(error) => tracing::debug!(%error, "switched off again meanwhile"),
            }
        }
        Ok(())
    }

    async fn call_off(&self, run: TrainingRun) -> Result<(), StorageError> {
        let status = crate::domain::job::JobStatus::Cancelled;
        self.save_run(&TrainingRun { status, finished_at: Some(self.context.now()), ..run }).await
    }
}
