//! Which products each strategy showed today: noted once, however many lists hold them.

use std::collections::{HashMap, HashSet};

use crate::domain::ids::ProductId;
use crate::domain::recommendation::{ServedRecommendation, ShownProduct};
use crate::domain::time::DAY_MS;

/// Notes kept in memory at most; past that they are taken afresh, and the store leaves what it has as it is.
const MOST: usize = 500_000;

/// Strategy, experiment, arm.
type Origin = (String, Option<String>, Option<String>);

/// What is noted already.
#[derive(Debug, Default)]
pub(super) struct Shown {
    day: i64,
    noted: HashMap<Origin, HashSet<ProductId>>,
    size: usize,
}

impl Shown {
    /// The products of these lists that were not noted before; they are from now on.
    pub(super) fn news(&mut self, lists: &[ServedRecommendation]) -> Vec<ShownProduct> {
        let mut news = Vec::new();
        for list in lists {
            let day = list.served_at.as_millis().div_euclid(DAY_MS);
            if day != self.day || self.size > MOST {
                *self = Self { day, ..Self::default() };
            }
            let origin = (list.strategy_id.clone(), list.experiment_key.clone(), list.variant_key.clone());
            let noted = self.noted.entry(origin).or_default();
            for item in &list.items {
                if noted.insert(item.product_id) {
                    self.size += 1;
                    news.push(ShownProduct {
                        strategy_id: list.strategy_id.clone(),
                        experiment_key: list.experiment_key.clone(),
                        variant_key: list.variant_key.clone(),
                        at: list.served_at,
                        product_id: item.product_id,
                    });
                }
            }
        }
        news
    }

    /// Forgets every note, as after one that the store did not take.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::recommendation::ServedItem;
    use crate::domain::time::Timestamp;

    fn list(strategy: &str, day: i64, products: &[u128]) -> ServedRecommendation {
        let item = |id: &u128| ServedItem {
            product_id: Uuid::from_u128(*id).into(),
            score: 0.5,
            source: strategy.to_owned(),
            propensity: None,
        };
        ServedRecommendation {
            id: Uuid::from_u128(1).into(),
            subject: None,
            strategy_id: strategy.to_owned(),
            experiment_key: None,
            variant_key: None,
            model_version: None,
            fallback: None,
            cached: false,
            took_micros: 1,
            items: products.iter().map(item).collect(),
            served_at: Timestamp::from_millis(day * DAY_MS + 5),
        }
    }

    fn noted(news: &[ShownProduct]) -> Vec<(&str, u128)> {
        news.iter().map(|one| (one.strategy_id.as_str(), one.product_id.uuid().as_u128())).collect()
    }

    #[test]
    fn a_product_is_noted_once_a_strategy_and_day() {
        let mut shown = Shown::default();
        let first =
            shown.news(&[list("popular", 1, &[1, 2]), list("popular", 1, &[2, 3]), list("session", 1, &[3])]);
        assert_eq!(noted(&first), [("popular", 1), ("popular", 2), ("popular", 3), ("session", 3)]);
        assert!(shown.news(&[list("popular", 1, &[3, 1])]).is_empty());
        assert_eq!(noted(&shown.news(&[list("popular", 2, &[3])])), [("popular", 3)]);
        shown.forget();
        assert_eq!(noted(&shown.news(&[list("popular", 2, &[3])])), [("popular", 3)]);
    }
}
