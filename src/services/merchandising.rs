//! Rules that shape every list of the shop: what staff may set.

use std::sync::Arc;

use super::error::{Mistakes, Problem, ServiceError};
use super::recommendations::{MAX_BOOST, Recommender};
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
            let Some(share) = given else { continue };
            if (0.0..=1.0).contains(&share) {
                *kept = share;
            } else {
                mistakes.add([field], Problem::OutOfRange { min: 0, max: 1 });
            }
        }
        let most = limits::PAGE as i64;
        let mut places = |field: &'static str, given: i64, least: i64| {
            let fits = Some(given).filter(|given| (least..=most).contains(given));
            let fits = fits.ok_or(Problem::OutOfRange { min: least, max: most });
            usize::try_from(mistakes.check([field], fits)?).ok()
        };
        if let Some(cap) = change.category_cap {
            rules.category_cap = cap.and_then(|cap| places("maxPerCategory", cap, 1));
        }
        if let Some(slots) = change.exploration_slots {
            rules.exploration_slots = places("newProductSlots", slots, 0).unwrap_or_default();
        }
        if let Some(pinned) = change.pinned {
            self.check_products("pinnedProductIds", pinned.iter().copied(), MAX_PINNED, &mut mistakes);
            rules.pinned = pinned;
        }
        if let Some(boosted) = change.boosted {
            let ids = boosted.iter().map(|(id, _)| *id);
            self.check_products("boostedProducts", ids, limits::PAGE, &mut mistakes);
            for (at, _) in boosted.iter().enumerate().filter(|(_, (_, by))| !(0.0..=MAX_BOOST).contains(by)) {
                let problem = Problem::OutOfRange { min: 0, max: MAX_BOOST as i64 };
                mistakes.add(["boostedProducts", &at.to_string(), "by"], problem);
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
