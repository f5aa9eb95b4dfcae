//! Assignment to experiments: a pure function of salt, experiment and unit, so nothing is stored.

use serde::{Deserialize, Serialize};

use crate::strategy::Assignment;

/// An experiment between strategies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Its key.
    pub key: String,
    /// Changing it deals everyone anew.
    pub salt: String,
    /// Share of units that take part, 0 to 1.
    pub traffic: f64,
    /// The variants; the first serves whoever takes no part.
    pub variants: Vec<Variant>,
}

/// One arm of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its key.
    pub key: String,
    /// The model that serves it.
    pub strategy: String,
    /// Its weight among the variants.
    pub weight: f64,
}

impl Experiment {
    /// The variant that serves `unit`, and whether it counts as taking part.
    #[must_use]
    pub fn assign(&self, unit: &str) -> Option<(&Variant, Option<Assignment>)> {
        let first = self.variants.first()?;
        // Two independent draws: changing the traffic must not move anyone between variants.
        if bucket(&self.salt, &[&self.key, "traffic"], unit) >= self.traffic {
            return Some((first, None));
        }
        let total: f64 = self.variants.iter().map(|variant| variant.weight.max(0.0)).sum();
        let mut left = bucket(&self.salt, &[&self.key, "variant"], unit) * total;
        let chosen = self
            .variants
            .iter()
            .find(|variant| {
                left -= variant.weight.max(0.0);
                left < 0.0
            })
            .unwrap_or(first);
        let assignment = Assignment { experiment: self.key.clone(), variant: chosen.key.clone() };
        Some((chosen, Some(assignment)))
    }
}

/// A number in [0, 1) that is uniform over units and independent between salts and scopes.
#[must_use]
pub fn bucket(salt: &str, scope: &[&str], unit: &str) -> f64 {
    // FNV-1a over length-delimited parts, then a finaliser: FNV alone is weak in its high bits.
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut absorb = |part: &str| {
        for byte in (part.len() as u64).to_le_bytes().iter().chain(part.as_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    absorb(salt);
    for part in scope {
        absorb(part);
    }
    absorb(unit);
    (mix(hash) >> 11) as f64 / (1u64 << 53) as f64
}

/// Spreads every bit of a number over all 64 (the finaliser of splitmix64).
#[must_use]
pub(crate) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(traffic: f64) -> Experiment {
        let variant = |key: &str, weight| Variant { key: key.to_owned(), strategy: key.to_owned(), weight };
        Experiment {
            key: "home".to_owned(),
            salt: "s1".to_owned(),
            traffic,
            variants: vec![variant("a", 0.7), variant("b", 0.3)],
        }
    }

    fn share_of_b(experiment: &Experiment) -> f64 {
        let units = 20_000;
        let hits = (0..units)
            .filter(|unit| {
                experiment
                    .assign(&format!("user-{unit}"))
                    .is_some_and(|(variant, part)| part.is_some() && variant.key == "b")
            })
            .count();
        hits as f64 / f64::from(units)
    }

    #[test]
    fn variants_are_dealt_by_weight_and_stay_put() {
        let experiment = experiment(1.0);
        assert!((share_of_b(&experiment) - 0.3).abs() < 0.015);
        assert_eq!(experiment.assign("u"), experiment.assign("u"));
    }

    #[test]
    fn less_traffic_moves_nobody_between_variants() {
        let (full, part) = (experiment(1.0), experiment(0.5));
        assert!((share_of_b(&part) - 0.15).abs() < 0.015);
        for unit in 0..500 {
            let unit = unit.to_string();
            if let Some((_, Some(assignment))) = part.assign(&unit) {
                assert_eq!(full.assign(&unit).unwrap().1, Some(assignment));
            }
        }
    }

    #[test]
    fn an_experiment_without_variants_assigns_nobody() {
        let mut experiment = experiment(1.0);
        experiment.variants.clear();
        assert!(experiment.assign("u").is_none());
    }
}
