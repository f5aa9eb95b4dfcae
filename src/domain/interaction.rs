//! What shoppers do with products, how much each deed weighs, and how that weight fades.

use std::{fmt, time::Duration};

use uuid::Uuid;

use super::{
    ids::{OrderId, ProductId, RecommendationId, UserId, VisitorId},
    time::Timestamp,
};

/// Who did it: a user, or a visitor nobody knows yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A registered person.
    User(UserId),
    /// An anonymous shopper.
    Visitor(VisitorId),
}

impl Subject {
    /// The id, whichever kind it is.
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::User(id) => id.uuid(),
            Self::Visitor(id) => id.uuid(),
        }
    }

    /// The user, if it is one.
    pub const fn user_id(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Visitor(_) => None,
        }
    }

    /// Whether nobody knows who it is.
    pub const fn is_visitor(self) -> bool {
        matches!(self, Self::Visitor(_))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid(), f)
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InteractionKind {
    /// Looked at the product, for some time.
    View,
    /// Liked it.
    Like,
    /// Put it into the cart.
    Cart,
    /// Bought it. Written by the server only.
    Purchase,
    /// Took a like back.
    Unlike,
    /// Does not want to see it again.
    Dismiss,
    /// Was shown it.
    Impression,
    /// Followed it from a list.
    Click,
}

impl InteractionKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::View,
        Self::Like,
        Self::Cart,
        Self::Purchase,
        Self::Unlike,
        Self::Dismiss,
        Self::Impression,
        Self::Click,
    ];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "VIEW",
            Self::Like => "LIKE",
            Self::Cart => "CART",
            Self::Purchase => "PURCHASE",
            Self::Unlike => "UNLIKE",
            Self::Dismiss => "DISMISS",
            Self::Impression => "IMPRESSION",
            Self::Click => "CLICK",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it says that the shopper wants the product.
    pub const fn is_positive(self) -> bool {
        matches!(self, Self::View | Self::Like | Self::Cart | Self::Purchase)
    }
}

/// How much each kind of deed says about taste, and how fast that fades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InteractionWeights {
    /// Of a view.
    pub view: f64,
    /// Of a like.
    pub like: f64,
    /// Of putting into the cart.
    pub cart: f64,
    /// Of a purchase.
    pub purchase: f64,
    /// λ in exp(−λ · age in days).
    pub decay_per_day: f64,
}

impl Default for InteractionWeights {
    fn default() -> Self {
        Self { view: 1.0, like: 2.0, cart: 3.0, purchase: 5.0, decay_per_day: 0.1 }
    }
}

impl InteractionWeights {
    /// The weight of a fresh deed; nothing for those that do not express a wish.
    pub const fn of(&self, kind: InteractionKind) -> f64 {
        match kind {
            InteractionKind::View => self.view,
            InteractionKind::Like => self.like,
            InteractionKind::Cart => self.cart,
            InteractionKind::Purchase => self.purchase,
            InteractionKind::Unlike
            | InteractionKind::Dismiss
            | InteractionKind::Impression
            | InteractionKind::Click => 0.0,
        }
    }

    /// The weight after `age`.
    pub fn decayed(&self, kind: InteractionKind, age: Duration) -> f64 {
        const SECONDS_PER_DAY: f64 = 86_400.0;
        self.of(kind) * (-self.decay_per_day * age.as_secs_f64() / SECONDS_PER_DAY).exp()
    }
}

/// One deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// Made by the client or, failing that, by the server: a second deed of the same subject
    /// with the same id is the same deed. At most 128 characters.
    pub event_id: String,
    /// Who did it.
    pub subject: Subject,
    /// With which product.
    pub product_id: ProductId,
    /// What they did.
    pub kind: InteractionKind,
    /// When.
    pub occurred_at: Timestamp,
    /// How long they looked, for a view.
    pub duration_ms: Option<u64>,
    /// How many they took, for a cart or a purchase; otherwise 1.
    pub quantity: u32,
    /// The list that led here.
    pub recommendation_id: Option<RecommendationId>,
    /// The place in that list, from 0.
    pub position: Option<u32>,
    /// The order, for a purchase.
    pub order_id: Option<OrderId>,
    /// What else the client wanted kept, as JSON text.
    pub context: Option<String>,
}

/// All the views of one product by one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewHistoryEntry {
    /// What was viewed.
    pub product_id: ProductId,
    /// The first time.
    pub first_viewed_at: Timestamp,
    /// The last time.
    pub last_viewed_at: Timestamp,
    /// How often.
    pub view_count: i64,
    /// How long in all.
    pub total_duration_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_one_two_three_five() {
        let weights = InteractionWeights::default();
        let kinds =
            [InteractionKind::View, InteractionKind::Like, InteractionKind::Cart, InteractionKind::Purchase];
        assert_eq!(kinds.map(|kind| weights.of(kind)), [1.0, 2.0, 3.0, 5.0]);
        assert!(InteractionKind::ALL.into_iter().all(|kind| kind.is_positive() == (weights.of(kind) > 0.0)));
    }

    #[test]
    fn a_purchase_fades_exponentially() {
        let weights = InteractionWeights::default();
        let ten_days = Duration::from_secs(10 * 86_400);
        let weight = weights.decayed(InteractionKind::Purchase, ten_days);
        assert!((weight - 5.0 * (-1.0_f64).exp()).abs() < 1e-12);
    }
}
