//! Every bound the domain holds, in one place.

/// Characters of a slug.
pub const SLUG: usize = 120;
/// Characters of a stock-keeping unit.
pub const SKU: usize = 64;
/// Characters of an e-mail address, as RFC 5321 allows.
pub const EMAIL: usize = 254;
/// Characters of a name: product, variant, category, brand, person.
pub const NAME: usize = 300;
/// Characters of a product description.
pub const DESCRIPTION: usize = 20_000;
/// Characters of a review's body.
pub const REVIEW: usize = 5_000;
/// Characters of a short text: a title, a reason, a note, an address line.
pub const SHORT_TEXT: usize = 500;
/// Characters of a URL.
pub const URL: usize = 2_048;
/// Characters of a telephone number.
pub const PHONE: usize = 32;
/// Characters of a client-made key: event ids, idempotency keys.
pub const CLIENT_KEY: usize = 128;
/// Characters of an attribute key or a tag.
pub const KEY: usize = 64;
/// Bytes of a JSON document a client may attach: interaction context, strategy configuration.
pub const JSON_BYTES: usize = 16 * 1024;
/// Tags of a product.
pub const TAGS: usize = 50;
/// Attributes of a product.
pub const ATTRIBUTES: usize = 100;
/// Images of a product.
pub const IMAGES: usize = 20;
/// Variants of a product.
pub const VARIANTS: usize = 100;
/// Options of a variant.
pub const OPTIONS: usize = 10;
/// Certifications of a product.
pub const CERTIFICATIONS: usize = 20;
/// Categories, brands or liked products in a user's preferences.
pub const PREFERENCES: usize = 100;
/// Addresses of a user.
pub const ADDRESSES: usize = 20;
/// Products on a wishlist.
pub const WISHLIST: usize = 1_000;
/// Levels of the category tree.
pub const CATEGORY_DEPTH: usize = 10;
/// Rows of a page, and entries of any list a client sends.
pub const PAGE: usize = 100;
/// Rows of a page when the client names no number.
pub const DEFAULT_PAGE: usize = 20;
/// Lines of a cart.
pub const CART_LINES: usize = 100;
/// Vouchers of a cart.
pub const CART_VOUCHERS: usize = 5;
/// Lines of an order; a wholesaler's imported invoice has more than a cart may.
pub const ORDER_LINES: usize = 5_000;
/// Pieces of one variant in a cart.
pub const CART_QUANTITY: u32 = 999;
/// Pieces in one order line or one stock correction.
pub const QUANTITY: u32 = 1_000_000;
/// Pieces on hand of one variant.
pub const STOCK: u32 = 1_000_000_000;
/// Minor units of a single price.
pub const PRICE_MINOR: i64 = 100_000_000_000;
/// Grams of one piece: ten tonnes.
pub const WEIGHT_GRAMS: u32 = 10_000_000;
/// Grams of carbon dioxide for one piece: a thousand tonnes.
pub const CARBON_GRAMS: i64 = 1_000_000_000;
/// Milliseconds of one view: a day.
pub const VIEW_MILLIS: u64 = 24 * 60 * 60 * 1000;
/// Variants of an experiment.
pub const EXPERIMENT_VARIANTS: usize = 10;
/// Items of one list of recommendations.
pub const RECOMMENDATIONS: usize = 100;
/// Days of a span that is measured.
pub const METRICS_DAYS: u64 = 400;
/// Points of a series.
pub const SERIES_POINTS: usize = 1_000;
/// API keys of a user.
pub const API_KEYS: usize = 50;
/// Servers that hear of events.
pub const WEBHOOKS: usize = 50;
