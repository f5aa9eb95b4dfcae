//! What every import format is read into: the shop's things as plain records with the source's own keys.

use crate::domain::time::Timestamp;

/// A product with one variant, named by its SKU.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductRecord {
    /// Where it stands in the file, for the rejects.
    pub line: u64,
    pub sku: String,
    /// Made from name and SKU when empty.
    pub slug: String,
    pub name: String,
    pub description: String,
    pub brand: String,
    /// Category names from the root down.
    pub category_path: Vec<String>,
    pub tags: Vec<String>,
    pub attributes: Vec<(String, String)>,
    /// Minor units of `currency`.
    pub price: i64,
    pub compare_at_price: Option<i64>,
    pub currency: String,
    pub on_hand: u32,
    /// The schema's name of the status; ACTIVE when empty.
    pub status: String,
    pub image_url: String,
    /// 0 to 100, with grams of CO2e.
    pub sustainability_score: Option<u8>,
    pub carbon_grams: Option<i64>,
    pub recyclable: bool,
    pub biodegradable: bool,
    pub created_at: Option<Timestamp>,
}

/// A customer, named by the source's key: an e-mail address, or an id the address is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserRecord {
    pub line: u64,
    pub key: String,
    pub display_name: String,
    /// ISO 3166-1 alpha-2, or the country's name as the source has it.
    pub country: String,
    pub created_at: Option<Timestamp>,
}

/// One thing a shopper did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InteractionRecord {
    pub line: u64,
    pub user_key: String,
    pub sku: String,
    /// The schema's name of the type.
    pub kind: String,
    pub at: Timestamp,
    pub duration_ms: Option<u32>,
    /// Names the event for ever; a repeat is ignored.
    pub event_id: String,
}

/// A past order; a guest's has no user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderRecord {
    pub number: String,
    pub user_key: Option<String>,
    pub placed_at: Timestamp,
    pub currency: String,
    pub country: String,
    pub lines: Vec<OrderLineRecord>,
}

/// A line as it was bought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderLineRecord {
    pub line: u64,
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    /// Minor units, one piece.
    pub unit_price: i64,
    /// Pieces that came back; `ReturnRecord` says when.
    pub returned_quantity: u32,
}

/// Goods that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRecord {
    pub line: u64,
    /// The document's number and the line in it name the return for ever.
    pub number: String,
    pub position: u32,
    /// The order it was bought with, when that is known.
    pub order_number: Option<String>,
    pub user_key: Option<String>,
    pub sku: String,
    pub quantity: u32,
    /// What was given back, in minor units of `currency`.
    pub amount: i64,
    pub currency: String,
    pub at: Timestamp,
}
