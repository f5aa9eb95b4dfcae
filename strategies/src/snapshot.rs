//! The immutable, versioned past that models were trained on and queries read from.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::event::{ItemIdx, Millis};

/// A data set with a version and the counters every strategy may want.
#[derive(Clone, Debug)]
pub struct Snapshot {
    version: u64,
    dataset: Arc<Dataset>,
    latest: Millis,
    interactions: Vec<u32>,
}

impl Snapshot {
    /// Wraps a data set; `version` must rise with every published snapshot.
    #[must_use]
    pub fn new(version: u64, dataset: Arc<Dataset>) -> Self {
        let mut interactions = vec![0u32; dataset.item_count()];
        for event in dataset.events() {
            if event.kind.is_positive() {
                interactions[event.item as usize] += 1;
            }
        }
        Self { version, latest: dataset.latest(), dataset, interactions }
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The data.
    #[must_use]
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// Time of the latest event.
    #[must_use]
    pub fn latest(&self) -> Millis {
        self.latest
    }

    /// How many positive events a product has had; 0 for a product newer than the snapshot.
    #[must_use]
    pub fn interactions(&self, item: ItemIdx) -> u32 {
        self.interactions.get(item as usize).copied().unwrap_or(0)
    }
}
