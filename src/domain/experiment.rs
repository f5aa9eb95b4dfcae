//! Experiments: which strategies compete, for how much of the traffic.

use super::{error::InvalidValue, ids::ExperimentId, limits, time::Timestamp};

/// Where an experiment is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExperimentStatus {
    /// Being prepared.
    Draft,
    /// Assigning shoppers.
    Running,
    /// Not assigning for now.
    Paused,
    /// Over.
    Completed,
}

impl ExperimentStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Running, Self::Paused, Self::Completed];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Completed => "COMPLETED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether an experiment may go from here to `next`.
    pub fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Paused, Self::Running)
                | (Self::Running, Self::Paused)
                | (Self::Running | Self::Paused, Self::Completed)
        )
    }
}

/// Strategies that compete. Assignment is a hash of salt and subject: stable, and needs no store.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its id.
    pub id: ExperimentId,
    /// Its short name. Unique.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Where it is in its life.
    pub status: ExperimentStatus,
    /// The arms.
    pub variants: Vec<ExperimentVariant>,
    /// The share of shoppers in it, 0 to 100.
    pub traffic_percent: f64,
    /// What makes its assignment independent of other experiments'.
    pub salt: String,
    /// The arm that won.
    pub winner_key: Option<String>,
    /// When it first ran.
    pub started_at: Option<Timestamp>,
    /// When it was completed.
    pub ended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Rises by one with every change, for optimistic locking; starts at 1.
    pub version: i64,
}

/// An arm of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentVariant {
    /// Its short name; unique in the experiment.
    pub key: String,
    /// The strategy it serves.
    pub strategy_id: String,
    /// Its share against the other arms'.
    pub weight: f64,
    /// What it configures differently, as JSON text.
    pub config: Option<String>,
}

impl Experiment {
    /// Checks the arms and the traffic.
    ///
    /// # Errors
    /// When there are no arms, too many, two of one key, a weight that is not a positive number,
    /// or a share of the traffic outside 0 to 100.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.variants.is_empty() {
            return Err(InvalidValue::Required { what: "variants" });
        }
        if self.variants.len() > limits::EXPERIMENT_VARIANTS {
            return Err(InvalidValue::TooMany { what: "variants", max: limits::EXPERIMENT_VARIANTS });
        }
        if self.variants.iter().any(|variant| !variant.weight.is_finite() || variant.weight <= 0.0) {
            return Err(InvalidValue::Malformed { what: "weight", expected: "must be a positive number" });
        }
        if !(0.0..=100.0).contains(&self.traffic_percent) {
            return Err(InvalidValue::OutOfRange { what: "trafficPercent", min: 0, max: 100 });
        }
        let mut keys: Vec<_> = self.variants.iter().map(|variant| variant.key.as_str()).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(InvalidValue::Malformed { what: "variants", expected: "must have different keys" });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_experiment_stays_completed() {
        for next in ExperimentStatus::ALL {
            assert!(!ExperimentStatus::Completed.can_become(next));
            assert_eq!(ExperimentStatus::from_name(next.as_str()), Some(next));
        }
        assert!(ExperimentStatus::Draft.can_become(ExperimentStatus::Running));
        assert!(!ExperimentStatus::Draft.can_become(ExperimentStatus::Paused));
    }
}
