//! What a shopper did: event kinds, their weights, and how an event fades with age.

use serde::{Deserialize, Serialize};

/// Dense index of a product. Indices never change while a process lives; new products get the next one.
pub type ItemIdx = u32;
/// Dense index of a shopper, signed in or anonymous.
pub type UserIdx = u32;
/// Milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// Everything the shop reports about a shopper and a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum EventKind {
    /// The product page was looked at; `amount` is the length in milliseconds, 0 when unknown.
    View,
    /// A thumbs-up or a place on the wish list.
    Like,
    /// The like was taken back.
    Unlike,
    /// Put in the cart; `amount` is the quantity.
    Cart,
    /// Bought; `amount` is the quantity, `group` the order.
    Purchase,
    /// "Not interested": the product is never recommended to this shopper again.
    Dismiss,
    /// Shown in a list of recommendations.
    Impression,
    /// Opened from a list of recommendations.
    Click,
    /// Sent back; takes the weight of the purchase away, yet keeps the product excluded.
    Return,
}

impl EventKind {
    /// Whether the event says anything about the shopper's taste (an impression alone does not).
    #[must_use]
    pub fn is_signal(self) -> bool {
        !matches!(self, Self::Impression)
    }

    /// Whether the event speaks for the product.
    #[must_use]
    pub fn is_positive(self) -> bool {
        matches!(self, Self::View | Self::Like | Self::Cart | Self::Purchase | Self::Click)
    }
}

/// One thing one shopper did with one product.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub user: UserIdx,
    /// With which product.
    pub item: ItemIdx,
    /// What.
    pub kind: EventKind,
    /// When.
    pub at: Millis,
    /// Length of a view in milliseconds, or quantity of a cart, purchase or return.
    pub amount: f32,
    /// Order of a purchase, otherwise session; any number unique to it, 0 when unknown.
    pub group: u64,
}

impl Event {
    /// An event with no amount and no group.
    #[must_use]
    pub fn new(user: UserIdx, item: ItemIdx, kind: EventKind, at: Millis) -> Self {
        Self { user, item, kind, at, amount: 0.0, group: 0 }
    }

    /// The same event with a view length or quantity.
    #[must_use]
    pub fn amount(self, amount: f32) -> Self {
        Self { amount, ..self }
    }

    /// The same event within an order or session.
    #[must_use]
    pub fn group(self, group: u64) -> Self {
        Self { group, ..self }
    }

    /// The event as an entry of its shopper's history.
    #[must_use]
    pub fn entry(&self) -> HistoryEvent {
        HistoryEvent { at: self.at, group: self.group, item: self.item, amount: self.amount, kind: self.kind }
    }
}

/// An event seen from its shopper: the entry of a history.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEvent {
    /// When.
    pub at: Millis,
    /// Order or session, 0 when unknown.
    pub group: u64,
    /// Which product.
    pub item: ItemIdx,
    /// View length in milliseconds or quantity.
    pub amount: f32,
    /// What.
    pub kind: EventKind,
}

impl HistoryEvent {
    /// The entry as an event of `user`.
    #[must_use]
    pub fn event(&self, user: UserIdx) -> Event {
        Event { user, item: self.item, kind: self.kind, at: self.at, amount: self.amount, group: self.group }
    }
}

/// How much each kind of event says about taste, and how fast that fades.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InteractionWeights {
    /// A view of unknown or ordinary length.
    pub view: f32,
    /// A click on a recommendation (the view that follows is an event of its own).
    pub click: f32,
    /// A like.
    pub like: f32,
    /// A place in the cart.
    pub cart: f32,
    /// A purchase.
    pub purchase: f32,
    /// λ of the exponential decay, per day of age.
    pub decay_per_day: f32,
    /// The view length in milliseconds that counts as ordinary; 0 weighs all views alike.
    pub view_reference_ms: f32,
    /// A long view weighs at most this many ordinary ones, a glance at least one over it.
    pub view_span: f32,
}

impl Default for InteractionWeights {
    fn default() -> Self {
        Self {
            view: 1.0,
            click: 1.0,
            like: 2.0,
            cart: 3.0,
            purchase: 5.0,
            decay_per_day: 0.1,
            view_reference_ms: 20_000.0,
            view_span: 2.0,
        }
    }
}

impl InteractionWeights {
    /// The same weights with another half-life; `None` or a non-positive one turns fading off.
    #[must_use]
    pub fn half_life_days(&self, days: Option<f32>) -> Self {
        let decay_per_day = match days {
            Some(days) if days > 0.0 => std::f32::consts::LN_2 / days,
            _ => 0.0,
        };
        Self { decay_per_day, ..self.clone() }
    }

    /// Every positive event weighs 1 and nothing fades: plain implicit feedback.
    #[must_use]
    pub fn binary() -> Self {
        Self {
            view: 1.0,
            click: 1.0,
            like: 1.0,
            cart: 1.0,
            purchase: 1.0,
            decay_per_day: 0.0,
            view_reference_ms: 0.0,
            view_span: 1.0,
        }
    }

    /// Weight at the moment of the event; negative for what takes an earlier event back.
    #[must_use]
    pub fn base(&self, kind: EventKind, amount: f32) -> f32 {
        match kind {
            EventKind::View => self.view * self.view_factor(amount),
            EventKind::Click => self.click,
            EventKind::Like => self.like,
            EventKind::Cart => self.cart,
            EventKind::Purchase => self.purchase,
            EventKind::Unlike => -self.like,
            EventKind::Return => -self.purchase,
            EventKind::Dismiss | EventKind::Impression => 0.0,
        }
    }

    /// Share of its first weight that an event at `at` still has at `now`; 1 for the future.
    #[must_use]
    pub fn decay(&self, at: Millis, now: Millis) -> f32 {
        if self.decay_per_day <= 0.0 {
            return 1.0;
        }
        let days = now.saturating_sub(at).max(0) as f64 / DAY_MS as f64;
        (-f64::from(self.decay_per_day) * days).exp() as f32
    }

    /// Weight of an event at `now`.
    #[must_use]
    pub fn weight(&self, event: &HistoryEvent, now: Millis) -> f32 {
        let base = self.base(event.kind, event.amount);
        if base == 0.0 { 0.0 } else { base * self.decay(event.at, now) }
    }

    fn view_factor(&self, length_ms: f32) -> f32 {
        if self.view_reference_ms <= 0.0 || length_ms <= 0.0 || self.view_span <= 1.0 {
            return 1.0;
        }
        // The square root tames the long tail of tabs left open.
        (length_ms / self.view_reference_ms).sqrt().clamp(1.0 / self.view_span, self.view_span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purchase_weighs_five_views_of_ordinary_length() {
        let weights = InteractionWeights::default();
        assert_eq!(weights.base(EventKind::Purchase, 1.0), 5.0);
        assert_eq!(weights.base(EventKind::View, 20_000.0), 1.0);
        assert_eq!(weights.base(EventKind::View, 1e9), 2.0);
        assert_eq!(weights.base(EventKind::View, 1.0), 0.5);
    }

    #[test]
    fn an_event_fades_exponentially_with_age_and_never_grows() {
        let weights = InteractionWeights::default();
        assert!((weights.decay(0, 10 * DAY_MS) - (-1.0f32).exp()).abs() < 1e-6);
        assert_eq!(weights.decay(DAY_MS, 0), 1.0);
        let halved = weights.half_life_days(Some(30.0));
        assert!((halved.decay(0, 30 * DAY_MS) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn an_unknown_weight_is_refused_by_name() {
        let error = serde_json::from_str::<InteractionWeights>(r#"{"wishlist": 4}"#).unwrap_err();
        assert!(error.to_string().contains("wishlist"));
    }
}
