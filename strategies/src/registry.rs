//! The strategies by name, each with its typed configuration. A new strategy is one line here.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::error::StrategyError;
use crate::persist::{self, Model};
use crate::train::{Dimension, FitJob, Trainer};

type LoadFn = fn(&[u8]) -> Result<Arc<dyn Model>, StrategyError>;
type FitFn = fn(&FitJob<'_>, &Value) -> Result<Arc<dyn Model>, StrategyError>;

/// A registered strategy.
#[derive(Clone)]
pub struct Registration {
    /// Its name.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    default_params: fn() -> Result<Value, StrategyError>,
    check: fn(&Value) -> Result<(), StrategyError>,
    fit: FitFn,
    load: LoadFn,
    search_space: fn() -> Vec<Dimension>,
}

impl Registration {
    /// The registration of a trainer.
    #[must_use]
    pub fn of<T: Trainer>() -> Self {
        Self {
            id: T::ID,
            name: T::NAME,
            summary: T::SUMMARY,
            default_params: || {
                // Through text: as a value 3.62 would be the double next to its float, 3.619999885559082.
                let text = serde_json::to_string(&T::Params::default());
                text.and_then(|text| serde_json::from_str(&text)).map_err(|error| config_error(T::ID, &error))
            },
            check: |params| typed::<T>(params).map(|_| ()),
            fit: |job, params| Ok(Arc::new(T::fit(job, &typed::<T>(params)?)?)),
            load: |bytes| Ok(Arc::new(persist::decode::<T::Model>(bytes, T::ID)?)),
            search_space: T::search_space,
        }
    }

    /// The default configuration in full.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn default_params(&self) -> Result<Value, StrategyError> {
        (self.default_params)()
    }

    /// What tuning may vary.
    #[must_use]
    pub fn search_space(&self) -> Vec<Dimension> {
        (self.search_space)()
    }

    /// Refuses a configuration that does not fit, naming the key.
    ///
    /// # Errors
    /// [`StrategyError::Config`].
    pub fn check(&self, params: &Value) -> Result<(), StrategyError> {
        (self.check)(params)
    }

    /// Trains a model; `null` as configuration means the default.
    ///
    /// # Errors
    /// When the configuration is refused, the training fails or is cancelled.
    pub fn fit(&self, job: &FitJob<'_>, params: &Value) -> Result<Arc<dyn Model>, StrategyError> {
        (self.fit)(job, params)
    }
}

/// Every strategy the program knows.
#[derive(Clone, Default)]
pub struct Registry {
    entries: Vec<Registration>,
}

impl Registry {
    /// The built-in strategies.
    #[must_use]
    pub fn standard() -> Self {
        let mut registry = Self::default();
        registry.add::<crate::popular::PopularTrainer>();
        registry.add::<crate::trending::TrendingTrainer>();
        registry.add::<crate::content::ContentTrainer>();
        registry.add::<crate::session::SessionTrainer>();
        registry.add::<crate::bought_together::BoughtTogetherTrainer>();
        registry.add::<crate::buy_it_again::BuyItAgainTrainer>();
        registry.add::<crate::newest::NewestTrainer>();
        registry.add::<crate::collaborative::CollaborativeTrainer>();
        registry.add::<crate::factorization::MatrixFactorizationTrainer>();
        registry.add::<crate::factorization::TruncatedSvdTrainer>();
        registry.add::<crate::neural::NeuralTrainer>();
        registry.add::<crate::ensemble::EnsembleTrainer>();
        registry.add::<crate::ab_assigned::AbAssignedTrainer>();
        registry.add::<crate::bandit::BanditTrainer>();
        registry
    }

    /// Registers a strategy, in place of an earlier one of its name.
    pub fn add<T: Trainer>(&mut self) {
        self.entries.retain(|entry| entry.id != T::ID);
        self.entries.push(Registration::of::<T>());
    }

    /// All registrations in order.
    #[must_use]
    pub fn entries(&self) -> &[Registration] {
        &self.entries
    }

    /// The registration of that name.
    ///
    /// # Errors
    /// [`StrategyError::Unknown`], which names the known ones.
    pub fn get(&self, id: &str) -> Result<&Registration, StrategyError> {
        self.entries.iter().find(|entry| entry.id == id).ok_or_else(|| StrategyError::Unknown {
            id: id.to_owned(),
            known: self.entries.iter().map(|entry| entry.id).collect::<Vec<_>>().join(", "),
        })
    }

    /// Trains the strategy of that name.
    ///
    /// # Errors
    /// When the name or configuration is unknown, the training fails or is cancelled.
    pub fn fit(&self, id: &str, job: &FitJob<'_>, params: &Value) -> Result<Arc<dyn Model>, StrategyError> {
        self.get(id)?.fit(job, params)
    }

    /// A model from the bytes that [`Model::encode`] gave.
    ///
    /// # Errors
    /// When the name is unknown or the bytes are not a model of that strategy.
    pub fn load(&self, id: &str, encoded: &[u8]) -> Result<Arc<dyn Model>, StrategyError> {
        (self.get(id)?.load)(encoded)
    }
}

fn typed<T: Trainer>(params: &Value) -> Result<T::Params, StrategyError> {
    if params.is_null() {
        return Ok(T::Params::default());
    }
    T::Params::deserialize(params).map_err(|error| config_error(T::ID, &error))
}

fn config_error(id: &str, error: &serde_json::Error) -> StrategyError {
    StrategyError::Config { id: id.to_owned(), message: error.to_string() }
}
