//! The sandbox's test cards, by the tokens that stand for them.

use crate::payments::Decline;

/// What happens to a payment. Tokens, never card numbers: the shop takes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// Succeeds at once.
    Succeeds,
    /// Declined for good.
    Declined,
    /// Declined, may be tried again.
    InsufficientFunds,
    /// Succeeds, but the answer never comes: only asking again tells.
    Timeout,
    /// The gateway never answers.
    Unavailable,
    /// The buyer has to approve on a page.
    Redirect,
    /// Succeeds; its refunds stay pending until a webhook tells.
    RefundPending,
    /// Succeeds; its refunds are refused.
    RefundRefused,
    /// Succeeds; its refunds succeed, but the first answer never comes.
    RefundTimeout,
}

impl Card {
    /// Every card.
    pub const ALL: [Self; 9] = [
        Self::Succeeds,
        Self::Declined,
        Self::InsufficientFunds,
        Self::Timeout,
        Self::Unavailable,
        Self::Redirect,
        Self::RefundPending,
        Self::RefundRefused,
        Self::RefundTimeout,
    ];

    /// The token a client sends.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Succeeds => "card_succeeds",
            Self::Declined => "card_declined",
            Self::InsufficientFunds => "card_insufficient_funds",
            Self::Timeout => "card_timeout",
            Self::Unavailable => "card_unavailable",
            Self::Redirect => "card_redirect",
            Self::RefundPending => "card_refund_pending",
            Self::RefundRefused => "card_refund_refused",
            Self::RefundTimeout => "card_refund_timeout",
        }
    }

    /// The card of that token.
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|card| card.token() == token)
    }

    /// How the card is declined, where it is.
    pub fn decline(self) -> Option<Decline> {
        match self {
            Self::Declined => Some(Decline { code: "card_declined".to_owned(), retryable: false }),
            Self::InsufficientFunds => {
                Some(Decline { code: "insufficient_funds".to_owned(), retryable: true })
            }
            _ => None,
        }
    }
}
