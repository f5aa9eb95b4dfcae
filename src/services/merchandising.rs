//! Rules that shape every list of the shop: what staff may set.

use std::sync::Arc;

use super::error::{Mistakes, Problem, ServiceError};
use super::recommendations::{Recommender, boost, places, share};
use crate::domain::ids::ProductId;
use crate::domain::limits;
use crate::domain::recommendation::MerchandisingRules;

/// Products that may be pinned: a list of ten with more is no recommendation.
const MAX_PINNED: usize = 20;

/// What changes of the rules; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct RulesChange {
    pub diversity: Option<f64>,
    pub sustainability_boost: Option<f64>,
    pub category_cap: Option<Option<i64>>,
    pub exploration_slots: Option<i64>,
    pub pinned: Option<Vec<ProductId>>,
    pub boosted: Option<Vec<(ProductId, f64)>>,
}

impl Recommender {
    /// The rules in force.
    pub fn rules(&self) -> Arc<MerchandisingRules> {
        self.live.rules()
    }

    /// Changes the rules, for this moment's lists on.
    ///
    /// # Errors
    /// When a value is out of bounds or a product unknown, all of which are named at once, or the store fails.
    pub async fn update_rules(&self, change: RulesChange) -> Result<Arc<MerchandisingRules>, ServiceError> {
        let mut mistakes = Mistakes::default();
        let mut rules = MerchandisingRules::clone(&self.live.rules());
        let shares = [
            ("diversity", change.diversity, &mut rules.diversity),
            ("sustainabilityBoost", change.sustainability_boost, &mut rules.sustainability_boost),
        ];
        for (field, given, kept) in shares {
            if let Some(fits) = given.and_then(|given| mistakes.check([field], share(given))) {
                *kept = fits;
            }
        }
        if let Some(cap) = change.category_cap {
            rules.category_cap = cap.and_then(|cap| mistakes.check(["maxPerCategory"], places(cap, 1)));
        }
        if let Some(slots) = change.exploration_slots {
            rules.exploration_slots =
                mistakes.check(["newProductSlots"], places(slots, 0)).unwrap_or_default();
        }
        if let Some(pinned) = change.pinned {
            self.check_products("pinnedProductIds", pinned.iter().copied(), MAX_PINNED, &mut mistakes);
            rules.pinned = pinned;
        }
        if let Some(boosted) = change.boosted {
            let ids = boosted.iter().map(|(id, _)| *id);
            self.check_products("boostedProducts", ids, limits::PAGE, &mut mistakes);
            for (at, (_, by)) in boosted.iter().enumerate() {
                mistakes.check(["boostedProducts", &at.to_string(), "by"], boost(*by));
            }
            rules.boosted = boosted;
        }
        mistakes.done()?;
        self.live.set_rules(rules).await?;
        Ok(self.live.rules())
    }

    fn check_products(
        &self,
        field: &str,
        ids: impl ExactSizeIterator<Item = ProductId>,
        most: usize,
        mistakes: &mut Mistakes,
    ) {
        if ids.len() > most {
            mistakes.add([field], Problem::TooMany { max: most });
            return;
        }
        for (at, id) in ids.enumerate() {
            if !self.live.knows_product(id) {
                mistakes.add([field, &at.to_string()], Problem::NotFound { what: "product" });
            }
        }
    }
}
