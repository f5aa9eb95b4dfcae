//! The contract of the catalogue: products, variants, stock, categories, brands, and finding products.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use async_trait::async_trait;

use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::catalogue::{Brand, Category, Product, ProductStatus, Stock, Variant};
use crate::domain::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::domain::review::ProductStats;
use crate::domain::text::{Sku, Slug};
use crate::domain::time::Timestamp;

/// Which products a list holds. Every condition given must hold; an empty list of values is no condition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProductFilter {
    /// Only these.
    pub ids: Option<Vec<ProductId>>,
    /// In one of these states. Callers add `Active` for shoppers.
    pub statuses: Vec<ProductStatus>,
    /// In one of these categories or below.
    pub category_slugs: Vec<String>,
    /// Of one of these brands.
    pub brand_slugs: Vec<String>,
    /// With one of these tags, in their stored form.
    pub tags: Vec<String>,
    /// With a price from here, in minor units.
    pub min_price_minor: Option<i64>,
    /// With a price up to here, in minor units.
    pub max_price_minor: Option<i64>,
    /// With at least one piece free, or with none.
    pub in_stock: Option<bool>,
    /// With a lower price than before, or without.
    pub on_sale: Option<bool>,
    /// Rated at least so well on average; products without a rating are left out.
    pub min_rating: Option<f64>,
    /// With these attributes: values of one key are alternatives, keys must all match.
    pub attributes: Vec<(String, Vec<String>)>,
    /// Scored at least so well; products without a score are left out.
    pub min_sustainability_score: Option<u8>,
    /// With at most this footprint; products without one are left out.
    pub max_carbon_grams: Option<i64>,
    /// Known to be recyclable, or known not to be.
    pub recyclable: Option<bool>,
    /// Known to rot, or known not to.
    pub biodegradable: Option<bool>,
    /// Made in this span.
    pub created_at: Option<RangeInclusive<Timestamp>>,
    /// Last changed in this span.
    pub updated_at: Option<RangeInclusive<Timestamp>>,
}

/// What was typed into the search box. Words match from their beginning, whatever their case and accents, in
/// name (most), brand, category, tags and SKU, and description (least).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// As typed.
    pub text: String,
    /// Whether one matching word is enough; otherwise all must match.
    pub any_word: bool,
}

/// What a list of products is sorted by. Products without the value come last, either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductSortField {
    /// How well it fits the search; by id when there is none.
    Relevance,
    /// The name, folded to lower case without accents.
    Name,
    /// The price.
    Price,
    /// When it was made.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// The average rating.
    Rating,
    /// Purchases.
    BestSelling,
    /// Recent, weighted activity.
    Trending,
    /// The sustainability score.
    Sustainability,
    /// The carbon footprint.
    CarbonFootprint,
}

/// A sort key with its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProductSort {
    /// By what.
    pub field: ProductSortField,
    /// Largest first.
    pub descending: bool,
}

/// A list of products.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductQuery {
    /// Which products.
    pub filter: ProductFilter,
    /// And found by these words.
    pub search: Option<Search>,
    /// Sorted by at most three keys, the id last; empty means by relevance when searching, else newest first.
    pub sort: Vec<ProductSort>,
    /// Which part of it.
    pub page: PageRequest,
}

/// What the products of a list have in common, with how many have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// `category`, `brand`, or the key of an attribute.
    pub key: String,
    /// Its name for people; for category and brand the same as the key.
    pub label: String,
    /// Most frequent first.
    pub values: Vec<FacetValue>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// What to filter by: a slug, or the attribute's value.
    pub value: String,
    /// Its name for people.
    pub label: String,
    /// Products that have it.
    pub count: i64,
}

/// A product as the recommender needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueItem {
    /// The product.
    pub product: Product,
    /// Pieces free, over all variants.
    pub available: i64,
}

/// A product with its variants, for writing.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductRecord {
    /// The product.
    pub product: Product,
    /// Its variants, the default first.
    pub variants: Vec<Variant>,
}

/// What became of a row of a bulk write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upserted<Id> {
    /// The row's id: the given one when it is new, the old one when it was there.
    pub id: Id,
    /// Whether it is new.
    pub created: bool,
}

/// Reading the catalogue.
#[async_trait]
pub trait CatalogueStore {
    /// Products by id, whatever their status.
    async fn products(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Product>>;
    /// The product of that slug.
    async fn product_by_slug(&self, slug: &str) -> Result<Option<Product>>;
    /// Products by slug, keyed by it.
    async fn products_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Product>>;
    /// The product one of whose variants has that stock-keeping unit.
    async fn product_by_sku(&self, sku: &Sku) -> Result<Option<Product>>;
    /// Variants by id.
    async fn variants(&self, ids: &[VariantId]) -> Result<HashMap<VariantId, Variant>>;
    /// Variants by stock-keeping unit, keyed by it.
    async fn variants_by_sku(&self, skus: &[Sku]) -> Result<HashMap<Sku, Variant>>;
    /// The variants of each product, the default first. Products without any are absent.
    async fn variants_of(&self, products: &[ProductId]) -> Result<HashMap<ProductId, Vec<Variant>>>;
    /// Pieces free of each product, over all variants. Products without variants are absent.
    async fn available_quantities(&self, products: &[ProductId]) -> Result<HashMap<ProductId, i64>>;
    /// What happened to each product, ratings included. A product nothing happened to has all zeros.
    async fn product_stats(&self, products: &[ProductId]) -> Result<HashMap<ProductId, ProductStats>>;
    /// A page of a list of products.
    ///
    /// # Errors
    /// [`StorageError::BadCursor`](super::StorageError::BadCursor) when the cursor comes from a list with other sort keys.
    async fn list_products(&self, query: &ProductQuery) -> Result<Page<Product>>;
    /// How many products a list holds in all.
    async fn count_products(&self, filter: &ProductFilter, search: Option<&Search>) -> Result<i64>;
    /// What the products of a list have in common: category, brand and attributes, at most `values` of each.
    /// Three statements.
    async fn product_facets(
        &self,
        filter: &ProductFilter,
        search: Option<&Search>,
        values: usize,
    ) -> Result<Vec<Facet>>;
    /// Every product by rising id, `limit` at a time, whatever its status: for building a snapshot. With
    /// `changed_since`, only those whose description, price or stock changed at or after it.
    async fn catalogue_items(
        &self,
        after: Option<ProductId>,
        changed_since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<CatalogueItem>>;
    /// Categories by id.
    async fn categories(&self, ids: &[CategoryId]) -> Result<HashMap<CategoryId, Category>>;
    /// The category of that slug.
    async fn category_by_slug(&self, slug: &str) -> Result<Option<Category>>;
    /// The whole tree, parents before children, siblings by name.
    async fn category_tree(&self) -> Result<Vec<Category>>;
    /// Active products in each category or below. Empty categories are absent.
    async fn category_product_counts(&self, ids: &[CategoryId]) -> Result<HashMap<CategoryId, i64>>;
    /// Brands by id.
    async fn brands(&self, ids: &[BrandId]) -> Result<HashMap<BrandId, Brand>>;
    /// Brands by slug, keyed by it.
    async fn brands_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Brand>>;
    /// Categories by slug, keyed by it.
    async fn categories_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Category>>;
    /// The first `limit` brands by name.
    async fn list_brands(&self, limit: usize) -> Result<Vec<Brand>>;
}

/// Changing the catalogue.
#[async_trait]
pub trait CatalogueWork {
    /// Adds a product with its variants. Its price is taken from them.
    ///
    /// # Errors
    /// `Conflict` on `slug` or `sku`; `Missing` when brand or category do not exist.
    async fn insert_product(&mut self, record: &ProductRecord) -> Result<()>;
    /// Replaces what is said about a product, raises its version by one and returns it as stored. Status,
    /// variants and price are as given and as stored before, respectively: `status` is written, `price` is not.
    ///
    /// # Errors
    /// `VersionConflict` when `expected_version` is given and is not the stored one; `Missing` when there is no
    /// such product; `Conflict` on `slug`.
    async fn update_product(&mut self, product: &Product, expected_version: Option<i64>) -> Result<Product>;
    /// Adds variants or replaces those of the same id, all of one product, and sets the product's price anew.
    /// Stock is written for new variants only.
    ///
    /// # Errors
    /// `Conflict` on `sku`; `Missing` when there is no such product.
    async fn save_variants(&mut self, product: ProductId, variants: &[Variant], now: Timestamp)
    -> Result<()>;
    /// Removes variants of one product and sets the product's price anew. Unknown ids are ignored.
    async fn remove_variants(&mut self, product: ProductId, ids: &[VariantId], now: Timestamp) -> Result<()>;
    /// Adds products or replaces those of the same slug, variants by stock-keeping unit; stock is set to what is
    /// given. For imports: thousands at a time. Returns what became of each, in the order given. Rows that would
    /// change nothing keep their version.
    ///
    /// # Errors
    /// `Conflict` on `sku` when another product has it.
    async fn upsert_products(&mut self, records: &[ProductRecord]) -> Result<Vec<Upserted<ProductId>>>;
    /// Changes what is on hand by a signed amount and returns the new stock.
    ///
    /// # Errors
    /// `InsufficientStock` when fewer than zero, or fewer than are reserved, would be left; `Missing` when there
    /// is no such variant.
    async fn adjust_stock(&mut self, variant: VariantId, delta: i64, now: Timestamp) -> Result<Stock>;
    /// Adds a category.
    ///
    /// # Errors
    /// `Conflict` on `slug`; `Missing` when the parent does not exist.
    async fn insert_category(&mut self, category: &Category) -> Result<()>;
    /// Replaces a category's slug, name and parent.
    ///
    /// # Errors
    /// `Missing` when it or the parent does not exist; `Conflict` on `slug`, and on `category tree` when the new
    /// parent lies below it.
    async fn update_category(&mut self, category: &Category) -> Result<()>;
    /// Adds categories or renames those of the same slug; parents come before children, and a parent may be given
    /// by the id it has in this list. Returns what became of each, in the order given.
    async fn upsert_categories(&mut self, categories: &[Category]) -> Result<Vec<Upserted<CategoryId>>>;
    /// Adds brands or renames those of the same slug. Returns what became of each, in the order given.
    async fn upsert_brands(&mut self, brands: &[Brand]) -> Result<Vec<Upserted<BrandId>>>;
    /// A product, locked until the unit ends where the database can lock rows.
    async fn product_for_update(&mut self, id: ProductId) -> Result<Option<Product>>;
    /// Slugs of those given that are taken.
    async fn taken_slugs(&mut self, slugs: &[Slug]) -> Result<Vec<Slug>>;
}
