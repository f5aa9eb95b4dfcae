//! Changing the catalogue, one thing at a time.

use async_trait::async_trait;

use super::catalogue::{product, stock};
use super::fields::Fields;
use super::link::{Bind as _, Query, list_query, query};
use super::{SqlUnit, dialect, keys};
use crate::domain::catalogue::{Brand, Category, Product, Stock, Variant};
use crate::domain::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::domain::text::Slug;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::{CatalogueWork, ProductRecord, Upserted};
use crate::storage::error::{Result, StorageError};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::fold::fold;
use crate::storage::sql::statements::catalogue as sql;

const NO_PRODUCT: StorageError = StorageError::Missing { what: "product" };

#[async_trait]
impl CatalogueWork for SqlUnit {
    async fn insert_product(&mut self, record: &ProductRecord) -> Result<()> {
        self.insert_product_rows(std::slice::from_ref(record)).await
    }

    async fn update_product(&mut self, product: &Product, expected_version: Option<i64>) -> Result<Product> {
        let stored = self.product_for_update(product.id).await?.ok_or(NO_PRODUCT)?;
        if expected_version.is_some_and(|expected| expected != stored.version) {
            return Err(StorageError::VersionConflict { current: stored.version });
        }
        let query = describe(query(sql::UPDATE_PRODUCT).id(product.id), product).time(product.updated_at);
        let row = self.link.one(query).await?;
        let sequence = sequence_of(&row)?;
        self.index_products(&[(product, sequence)], true).await?;
        self.product_for_update(product.id).await?.ok_or(NO_PRODUCT)
    }

    async fn save_variants(
        &mut self,
        product: ProductId,
        variants: &[Variant],
        now: Timestamp,
    ) -> Result<()> {
        self.link.optional(query(sql::PRODUCT_EXISTS).id(product)).await?.ok_or(NO_PRODUCT)?;
        let written = self.link.run_rows(sql::SAVE_VARIANTS, variants, bind_variant).await?;
        if written < variants.len() as u64 {
            return Err(StorageError::Conflict { what: "variant id" });
        }
        self.set_price(product, now).await
    }

    async fn remove_variants(&mut self, product: ProductId, ids: &[VariantId], now: Timestamp) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let query = list_query(sql::DELETE_VARIANTS, &keys(ids), |query| query.id(product));
        self.link.run(query).await?;
        self.set_price(product, now).await
    }

    async fn upsert_products(&mut self, records: &[ProductRecord]) -> Result<Vec<Upserted<ProductId>>> {
        self.upsert_product_rows(records).await
    }

    async fn adjust_stock(&mut self, variant: VariantId, delta: i64, now: Timestamp) -> Result<Stock> {
        let query_adjust = query(sql::ADJUST_STOCK).id(variant).bind(delta).time(now);
        if let Some(row) = self.link.optional(query_adjust).await? {
            return stock(&mut Fields::of(&row));
        }
        let row = self.link.optional(query(sql::STOCK_OF_VARIANT).id(variant)).await?;
        let row = row.ok_or(StorageError::Missing { what: "variant" })?;
        let requested = u32::try_from(delta.unsigned_abs()).unwrap_or(u32::MAX);
        Err(StorageError::InsufficientStock {
            variant,
            requested,
            available: stock(&mut Fields::of(&row))?.available(),
        })
    }

    async fn insert_category(&mut self, category: &Category) -> Result<()> {
        self.link.run(bind_category(query(sql::INSERT_CATEGORY), category)).await.map(|_| ())
    }

    async fn update_category(&mut self, category: &Category) -> Result<()> {
        if let Some(parent) = category.parent_id {
            let below = query(sql::LIES_BELOW).id(category.id).id(parent);
            if self.link.optional(below).await?.is_some() {
                return Err(StorageError::Conflict { what: "category tree" });
            }
        }
        let query = query(sql::UPDATE_CATEGORY)
            .id(category.id)
            .text(category.slug.as_str())
            .text(&category.name)
            .maybe_id(category.parent_id);
        match self.link.run(query).await? {
            0 => Err(StorageError::Missing { what: "category" }),
            _ => Ok(()),
        }
    }

    async fn upsert_categories(&mut self, categories: &[Category]) -> Result<Vec<Upserted<CategoryId>>> {
        let mut ids = std::collections::HashMap::new();
        let mut outcome = Vec::with_capacity(categories.len());
        // One by one: a child needs the id its parent ended up with. There are few categories.
        for category in categories {
            let parent = category.parent_id.map(|parent| ids.get(&parent).copied().unwrap_or(parent));
            let category = Category { parent_id: parent, ..category.clone() };
            let row = self.link.one(bind_category(query(sql::UPSERT_CATEGORY), &category)).await?;
            let id = Fields::of(&row).id()?;
            ids.insert(category.id, id);
            outcome.push(Upserted { id, created: id == category.id });
        }
        Ok(outcome)
    }

    async fn upsert_brands(&mut self, brands: &[Brand]) -> Result<Vec<Upserted<BrandId>>> {
        let unique: std::collections::BTreeMap<&str, &Brand> =
            brands.iter().map(|brand| (brand.slug.as_str(), brand)).collect();
        let unique: Vec<_> = unique.into_values().collect();
        let rows = self
            .link
            .rows(sql::UPSERT_BRANDS, &unique, |query, brand| {
                query
                    .id(brand.id)
                    .text(brand.slug.as_str())
                    .text(&brand.name)
                    .bind(fold(&brand.name))
                    .time(brand.created_at)
            })
            .await?;
        let mut ids = std::collections::HashMap::with_capacity(rows.len());
        for row in &rows {
            let mut fields = Fields::of(row);
            let id: BrandId = fields.id()?;
            ids.insert(fields.text()?, id);
        }
        brands
            .iter()
            .map(|brand| {
                let id = *ids.get(brand.slug.as_str()).ok_or(StorageError::Missing { what: "brand" })?;
                Ok(Upserted { id, created: id == brand.id })
            })
            .collect()
    }

    async fn product_for_update(&mut self, id: ProductId) -> Result<Option<Product>> {
        let row = self.link.optional(query(sql::PRODUCT_FOR_UPDATE).id(id)).await?;
        row.as_ref().map(product).transpose()
    }

    async fn taken_slugs(&mut self, slugs: &[Slug]) -> Result<Vec<Slug>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.link.listed(sql::TAKEN_SLUGS, keys(slugs)).await?;
        rows.iter().map(|row| Fields::of(row).text().map(Slug::from_trusted)).collect()
    }
}

impl SqlUnit {
    async fn set_price(&mut self, product: ProductId, now: Timestamp) -> Result<()> {
        self.link.run(query(sql::SET_PRODUCT_PRICE).id(product).time(now)).await.map(|_| ())
    }

    /// Brings what products are found by in line with what they are: tags, attributes, words.
    pub(super) async fn index_products(&mut self, products: &[(&Product, i64)], existed: bool) -> Result<()> {
        if existed {
            let ids: Vec<_> = products.iter().map(|(product, _)| product.id).collect();
            self.link.listed(sql::DELETE_TAGS, keys(&ids)).await?;
            self.link.listed(sql::DELETE_ATTRIBUTES, keys(&ids)).await?;
        }
        let tags: Vec<_> = products
            .iter()
            .flat_map(|(product, _)| product.tags.iter().map(move |tag| (tag.as_str(), product.id)))
            .collect();
        self.link.run_rows(sql::INSERT_TAGS, &tags, |query, (tag, id)| query.text(tag).id(*id)).await?;
        let attributes: Vec<_> = products
            .iter()
            .flat_map(|(product, _)| product.attributes.iter().map(move |attribute| (attribute, product.id)))
            .collect();
        self.link
            .run_rows(sql::INSERT_ATTRIBUTES, &attributes, |query, (attribute, id)| {
                query.text(&attribute.key).text(&attribute.value).id(*id).text(&attribute.label)
            })
            .await?;
        self.index_words(products, existed).await
    }

    async fn index_words(&mut self, products: &[(&Product, i64)], existed: bool) -> Result<()> {
        let labels = self.names_of(products).await?;
        let skus = self.skus_of(products).await?;
        for (product, sequence) in products {
            if existed {
                self.link.run(query(dialect::FORGET_WORDS).bind(*sequence)).await?;
            }
            let words = super::catalogue_bulk::Words::of(product, &labels, &skus);
            let query = query(dialect::INDEX_WORDS)
                .bind(*sequence)
                .bind(words.name)
                .bind(words.keywords)
                .bind(words.body);
            self.link.run(query).await?;
        }
        Ok(())
    }
}

/// Everything that is said about a product but its price and its dates, in the order both statements list it.
pub(super) fn describe(query: Query, product: &Product) -> Query {
    let kind = product.sustainability.as_ref();
    query
        .text(product.slug.as_str())
        .text(product.status.as_str())
        .text(&product.name)
        .bind(fold(&product.name))
        .text(&product.description)
        .maybe_id(product.brand_id)
        .maybe_id(product.category_id)
        .bind(product.tags.write())
        .bind(product.images.write())
        .bind(product.attributes.write())
        .bind(kind.map(|kind| i64::from(kind.score)))
        .bind(kind.and_then(|kind| kind.carbon_grams))
        .bind(kind.map(|kind| kind.recyclable))
        .bind(kind.map(|kind| kind.biodegradable))
        .bind(kind.map(|kind| kind.certifications.write()))
        .bind(kind.and_then(|kind| kind.source.clone()))
}

pub(super) fn bind_variant(query: Query, variant: &Variant) -> Query {
    query
        .id(variant.id)
        .id(variant.product_id)
        .text(variant.sku.as_str())
        .text(&variant.name)
        .bind(variant.options.write())
        .bind(i64::from(variant.position))
        .text(variant.price.currency().code())
        .bind(variant.price.minor())
        .bind(variant.compare_at_price.map(|price| price.minor()))
        .bind(variant.weight_grams.map(i64::from))
        .bind(i64::from(variant.stock.on_hand))
        .bind(i64::from(variant.stock.reserved))
        .time(variant.stock.updated_at)
        .time(variant.created_at)
        .time(variant.updated_at)
}

fn bind_category(query: Query, category: &Category) -> Query {
    query
        .id(category.id)
        .text(category.slug.as_str())
        .text(&category.name)
        .maybe_id(category.parent_id)
        .time(category.created_at)
}

/// The second column of what writing a product returns.
pub(super) fn sequence_of(row: &super::Row) -> Result<i64> {
    let mut fields = Fields::of(row);
    let _id: ProductId = fields.id()?;
    fields.int()
}
