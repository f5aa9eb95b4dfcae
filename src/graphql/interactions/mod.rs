//! Behaviour in the API: what shoppers did with products.

mod mutation;

use async_graphql::Enum;

use crate::domain::interaction::InteractionKind;

pub use mutation::InteractionMutation;

/// Default weights VIEW 1, LIKE 2, CART 3, PURCHASE 5, decaying exponentially with age. PURCHASE is written by the
/// server only.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractionType {
    View,
    Like,
    Cart,
    Purchase,
    Unlike,
    Dismiss,
    Impression,
    Click,
}

impl From<InteractionType> for InteractionKind {
    fn from(kind: InteractionType) -> Self {
        match kind {
            InteractionType::View => Self::View,
            InteractionType::Like => Self::Like,
            InteractionType::Cart => Self::Cart,
            InteractionType::Purchase => Self::Purchase,
            InteractionType::Unlike => Self::Unlike,
            InteractionType::Dismiss => Self::Dismiss,
            InteractionType::Impression => Self::Impression,
            InteractionType::Click => Self::Click,
        }
    }
}

impl From<InteractionKind> for InteractionType {
    fn from(kind: InteractionKind) -> Self {
        match kind {
            InteractionKind::View => Self::View,
            InteractionKind::Like => Self::Like,
            InteractionKind::Cart => Self::Cart,
            InteractionKind::Purchase => Self::Purchase,
            InteractionKind::Unlike => Self::Unlike,
            InteractionKind::Dismiss => Self::Dismiss,
            InteractionKind::Impression => Self::Impression,
            InteractionKind::Click => Self::Click,
        }
    }
}
