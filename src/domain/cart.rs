//! Carts and vouchers: what somebody means to buy.

use super::ids::{CartId, CartLineId, OrderId, RecommendationId, UserId, VariantId, VoucherId};
use super::money::Currency;
use super::people::Address;
use super::text::Email;
use super::time::Timestamp;

/// Where a cart is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CartStatus {
    /// Being filled.
    Active,
    /// It became an order.
    Completed,
    /// Its lines went into another cart at sign-in.
    Merged,
}

impl CartStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Completed, Self::Merged];

    /// The name used in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Completed => "COMPLETED",
            Self::Merged => "MERGED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A cart. A user has at most one active cart; a guest reaches theirs by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// SHA-256 of the guest's token, as hexadecimal text. Unique.
    pub token_hash: Option<String>,
    /// Whose it is, once they signed in.
    pub user_id: Option<UserId>,
    /// Where it is in its life.
    pub status: CartStatus,
    /// The currency it is priced in.
    pub currency: Currency,
    /// Where to write to.
    pub email: Option<Email>,
    /// Where it goes.
    pub shipping_address: Option<Address>,
    /// Where the bill goes, when elsewhere.
    pub billing_address: Option<Address>,
    /// How it goes: an id of the configuration.
    pub shipping_option_id: Option<String>,
    /// The order it became.
    pub order_id: Option<OrderId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it is forgotten unless used.
    pub expires_at: Option<Timestamp>,
    /// Rises by one with every change, for optimistic locking; starts at 1.
    pub version: i64,
}

/// A line of a cart: at most one for each variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// Its id.
    pub id: CartLineId,
    /// What is to be bought.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: u32,
    /// What one cost when it was added, in minor units of the cart's currency.
    pub price_when_added_minor: i64,
    /// The list of recommendations that led here.
    pub recommendation_id: Option<RecommendationId>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// What a voucher takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoucherKind {
    /// A share of each line, in parts of a million.
    Percentage(u32),
    /// An amount in minor units of the voucher's currency.
    Fixed(i64),
    /// The carriage.
    FreeShipping,
}

/// A voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// Its id.
    pub id: VoucherId,
    /// What is typed: upper case. Unique.
    pub code: String,
    /// What it says.
    pub description: String,
    /// What it takes off.
    pub kind: VoucherKind,
    /// The only currency it is good for; always given for a fixed amount.
    pub currency: Option<Currency>,
    /// The least the lines must cost, in minor units.
    pub min_subtotal_minor: Option<i64>,
    /// From when it is good.
    pub starts_at: Option<Timestamp>,
    /// Until when it is good.
    pub ends_at: Option<Timestamp>,
    /// How often it may be used in all.
    pub usage_limit: Option<u32>,
    /// How often one user may use it.
    pub per_user_limit: Option<u32>,
    /// How often it was used; kept by the store.
    pub used_count: u32,
    /// Whether it is good at all.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Voucher {
    /// Whether it is good now, limits aside.
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        self.active
            && self.starts_at.is_none_or(|start| start <= now)
            && self.ends_at.is_none_or(|end| now < end)
            && !self.is_used_up()
    }

    /// Whether it was used as often as it may be.
    pub fn is_used_up(&self) -> bool {
        self.usage_limit.is_some_and(|limit| self.used_count >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_good_within_its_dates_and_limit() {
        let mut voucher = Voucher {
            id: VoucherId(uuid::Uuid::nil()),
            code: "TEA".into(),
            description: String::new(),
            kind: VoucherKind::Percentage(100_000),
            currency: None,
            min_subtotal_minor: None,
            starts_at: Some(Timestamp(10)),
            ends_at: Some(Timestamp(20)),
            usage_limit: Some(1),
            per_user_limit: None,
            used_count: 0,
            active: true,
            created_at: Timestamp(0),
        };
        assert_eq!([9, 10, 19, 20].map(|now| voucher.is_good_at(Timestamp(now))), [false, true, true, false]);
        voucher.used_count = 1;
        assert!(!voucher.is_good_at(Timestamp(10)));
    }
}
