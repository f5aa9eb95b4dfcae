//! The plain models that every result is printed beside: hard to beat, so not beating them says much.

use super::Contender;
use crate::collaborative::{
    CollaborativeTrainer, Ease, ItemKnn, Params, PartKind, PartSpec, Recency, SequentialRules,
};
use crate::train::Trainer;

/// Products up to which the EASE baseline is worth its cubic training.
const EASE_ITEMS: usize = 6_000;

/// Item-kNN, sequential rules and, for catalogues it can invert, EASE: single parts of the
/// collaborative strategy with common settings, nothing chosen by the data.
#[must_use]
pub fn baselines(items: usize) -> Vec<Contender> {
    let knn = ItemKnn { shrink: 10.0, skew: 0.5, recency: Recency::Flat, neighbours: 200 };
    let rules = SequentialRules {
        window: 10,
        power: 1.0,
        backward: 0.0,
        normalisation: 0.5,
        shrink: 0.0,
        neighbours: 200,
    };
    let ease = Ease { ridge: 300.0, recency: Recency::Flat, neighbours: 500 };
    let mut all = vec![
        baseline("item-knn", PartKind::ItemKnn(knn), Recency::Flat),
        // Rules look back from where the shopper is: what was last done counts first.
        baseline("sequential-rules", PartKind::SequentialRules(rules), Recency::Steps(1.0)),
    ];
    if items <= EASE_ITEMS {
        all.push(baseline("ease", PartKind::Ease(ease), Recency::Flat));
    }
    all
}

fn baseline(name: &str, kind: PartKind, input: Recency) -> Contender {
    let params =
        Params { parts: vec![PartSpec { kind, input, weight: 1.0 }], emphasis: 0.0, ..Params::default() };
    Contender {
        name: name.to_owned(),
        strategy: CollaborativeTrainer::ID.to_owned(),
        // A configuration made of numbers can always be written.
        params: serde_json::to_value(params).unwrap_or_default(),
        judged: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;

    #[test]
    fn baselines_are_configurations_the_registry_accepts() {
        let registry = Registry::standard();
        for contender in baselines(100) {
            registry.get(&contender.strategy).unwrap().check(&contender.params).unwrap();
            assert!(contender.params.is_object(), "{}", contender.name);
        }
        assert_eq!(baselines(1_000_000).len(), 2);
    }
}
