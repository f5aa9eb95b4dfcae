//! The shop's merchandising rules in force: kept in the store, read at start and before every training.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Recommendations;
use crate::bus::{Message, Topic};
use crate::domain::ids::ProductId;
use crate::domain::recommendation::MerchandisingRules;
use crate::domain::time::Timestamp;
use crate::storage::StorageError;

const KEY: &str = "recommendations.merchandising";

/// The rules as the store keeps them.
#[derive(Serialize, Deserialize)]
struct Kept {
    diversity: f64,
    sustainability_boost: f64,
    category_cap: Option<usize>,
    exploration_slots: usize,
    pinned: Vec<Uuid>,
    boosted: Vec<(Uuid, f64)>,
    updated_at: Option<i64>,
}

impl From<&MerchandisingRules> for Kept {
    fn from(rules: &MerchandisingRules) -> Self {
        Self {
            diversity: rules.diversity,
            sustainability_boost: rules.sustainability_boost,
            category_cap: rules.category_cap,
            exploration_slots: rules.exploration_slots,
            pinned: rules.pinned.iter().map(|id| id.0).collect(),
            boosted: rules.boosted.iter().map(|(id, by)| (id.0, *by)).collect(),
            updated_at: rules.updated_at.map(Timestamp::as_millis),
        }
    }
}

impl From<Kept> for MerchandisingRules {
    fn from(kept: Kept) -> Self {
        Self {
            diversity: kept.diversity,
            sustainability_boost: kept.sustainability_boost,
            category_cap: kept.category_cap,
            exploration_slots: kept.exploration_slots,
            pinned: kept.pinned.into_iter().map(ProductId).collect(),
            boosted: kept.boosted.into_iter().map(|(id, by)| (ProductId(id), by)).collect(),
            updated_at: kept.updated_at.map(Timestamp::from_millis),
        }
    }
}

impl Recommendations {
    /// The rules in force.
    pub fn rules(&self) -> Arc<MerchandisingRules> {
        self.rules.load_full()
    }

    /// Puts other rules in force, here and now and at the next start. Lists that are being watched follow.
    ///
    /// # Errors
    /// When the store fails; then the old rules stay.
    pub async fn set_rules(&self, rules: MerchandisingRules) -> Result<(), StorageError> {
        let _one_at_a_time = self.settings.lock().await;
        let now = self.context.now();
        let rules = MerchandisingRules { updated_at: Some(now), ..rules };
        let text = serde_json::json!(Kept::from(&rules)).to_string();
        let mut unit = self.store.begin().await?;
        unit.save_setting(KEY, &text, now).await?;
        unit.save().await?;
        self.rules.store(Arc::new(rules));
        self.models_changed();
        self.bus.publish_elsewhere(Message::about(Topic::Models));
        Ok(())
    }

    /// Takes over what the store holds: another process may have changed it.
    pub(super) async fn read_rules(&self) -> Result<(), StorageError> {
        let _one_at_a_time = self.settings.lock().await;
        let Some(text) = self.store.setting(KEY).await? else { return Ok(()) };
        match serde_json::from_str::<Kept>(&text) {
            Ok(kept) => {
                let rules = MerchandisingRules::from(kept);
                if *self.rules.load_full() != rules {
                    self.rules.store(Arc::new(rules));
                    self.models_changed();
                }
            }
            // A shop without its pins is better than no shop.
            Err(error) => tracing::error!(%error, "the merchandising rules in the store cannot be read"),
        }
        Ok(())
    }

    /// Whether there is such a product, on sale or not.
    pub fn knows_product(&self, product: ProductId) -> bool {
        self.world.load().roster().products.number(product).is_some()
    }
}
