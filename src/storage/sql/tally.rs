//! What a batch of interactions adds to the statistics of one product.

use crate::domain::interaction::{Interaction, InteractionKind, InteractionWeights};
use crate::domain::time::{DAY_MS, Timestamp};

/// After so long, an interaction moves a product half as much.
const TREND_HALF_LIFE_MS: f64 = (7 * DAY_MS) as f64;
/// 2028-01-01: trend scores are kept as of this moment. An interaction's share is doubled for every half-life it
/// comes later, which ranks products as letting all older shares fade would, and needs no row to be touched again.
/// The range of a double covers twenty years on either side.
const TREND_LANDMARK: Timestamp = Timestamp(1_830_297_600_000);

/// Counts to add.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Tally {
    pub(super) views: i64,
    pub(super) timed_views: i64,
    pub(super) view_duration_ms: i64,
    pub(super) likes: i64,
    pub(super) carts: i64,
    pub(super) purchases: i64,
    pub(super) units: i64,
    pub(super) last_viewed_at: Option<Timestamp>,
    pub(super) trend: f64,
}

impl Tally {
    pub(super) fn count(&mut self, interaction: &Interaction) {
        match interaction.kind {
            InteractionKind::View => {
                self.views += 1;
                if let Some(millis) = interaction.duration_ms {
                    self.timed_views += 1;
                    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
                    self.view_duration_ms = self.view_duration_ms.saturating_add(millis);
                }
                self.last_viewed_at = self.last_viewed_at.max(Some(interaction.occurred_at));
            }
            InteractionKind::Like => self.likes += 1,
            InteractionKind::Unlike => self.likes -= 1,
            InteractionKind::Cart => self.carts += 1,
            InteractionKind::Purchase => {
                self.purchases += 1;
                self.units += i64::from(interaction.quantity);
            }
            InteractionKind::Dismiss | InteractionKind::Impression | InteractionKind::Click => {}
        }
        self.trend += InteractionWeights::default().of(interaction.kind) * freshness(interaction.occurred_at);
    }
}

fn freshness(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a millisecond more or less is nothing beside a week")]
    let distance = at.as_millis().saturating_sub(TREND_LANDMARK.as_millis()) as f64;
    (distance / TREND_HALF_LIFE_MS).clamp(-1000.0, 1000.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_later_counts_twice_as_much() {
        let earlier = freshness(Timestamp(1_291_191_960_000));
        let later = freshness(Timestamp(1_291_191_960_000 + 7 * DAY_MS));
        assert!(earlier > 0.0 && (later / earlier - 2.0).abs() < 1e-9);
    }
}
