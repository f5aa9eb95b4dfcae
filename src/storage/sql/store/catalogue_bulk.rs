//! Writing many products at once, and the words each is found by.

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::catalogue::{product, variant};
use super::catalogue_write::{bind_variant, describe};
use super::fields::Fields;
use super::link::{Bind as _, Query};
use super::{SqlUnit, keys};
use crate::domain::catalogue::{Product, Variant};
use crate::domain::ids::ProductId;
use crate::storage::catalogue::{ProductRecord, Upserted};
use crate::storage::error::{Result, StorageError};
use crate::storage::sql::fold::fold_words;
use crate::storage::sql::statements::catalogue as sql;

impl SqlUnit {
    /// Adds products that are known to be new.
    pub(super) async fn insert_product_rows(&mut self, records: &[ProductRecord]) -> Result<()> {
        let products: Vec<Product> = records.iter().map(priced).collect();
        let rows = self.link.rows(sql::INSERT_PRODUCTS, &products, bind_product).await?;
        let ids: Vec<_> = products.iter().map(|product| product.id).collect();
        self.link.run_rows(sql::INSERT_STATS, &ids, |query, id| query.id(*id)).await?;
        let variants: Vec<Variant> =
            records.iter().flat_map(|record| owned_variants(record, record.product.id)).collect();
        self.link.run_rows(sql::INSERT_VARIANTS, &variants, bind_variant).await?;
        let sequences = sequences(&rows)?;
        self.index_products(&numbered(&products, &sequences)?, false).await
    }

    /// Adds products or replaces those of the same slug.
    pub(super) async fn upsert_product_rows(
        &mut self,
        records: &[ProductRecord],
    ) -> Result<Vec<Upserted<ProductId>>> {
        let slugs: Vec<_> = records.iter().map(|record| record.product.slug.as_str()).collect();
        if slugs.iter().collect::<HashSet<_>>().len() != slugs.len() {
            return Err(StorageError::Conflict { what: "slug" });
        }
        let mut stored = HashMap::new();
        for row in self.link.listed(sql::PRODUCTS_BY_SLUG, keys(&slugs)).await? {
            let product = product(&row)?;
            stored.insert(product.slug.clone(), product);
        }
        let known: Vec<_> = stored.values().map(|product| product.id).collect();
        let mut stored_variants = HashMap::new();
        for row in self.link.listed(sql::VARIANTS_OF_PRODUCTS, keys(&known)).await? {
            let variant = variant(&row)?;
            stored_variants.insert(variant.sku.clone(), variant);
        }

        let mut outcome = Vec::with_capacity(records.len());
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for record in records {
            match stored.get(&record.product.slug) {
                None => {
                    fresh.push(record.clone());
                    outcome.push(Upserted { id: record.product.id, created: true });
                }
                Some(old) => {
                    outcome.push(Upserted { id: old.id, created: false });
                    if !says_the_same(record, old, &stored_variants) {
                        changed.push(ProductRecord {
                            product: Product { id: old.id, ..record.product.clone() },
                            variants: owned_variants(record, old.id),
                        });
                    }
                }
            }
        }
        if !fresh.is_empty() {
            self.insert_product_rows(&fresh).await?;
        }
        if !changed.is_empty() {
            self.replace_product_rows(&changed).await?;
        }
        Ok(outcome)
    }

    async fn replace_product_rows(&mut self, records: &[ProductRecord]) -> Result<()> {
        let products: Vec<Product> = records.iter().map(priced).collect();
        let rows = self.link.rows(sql::UPSERT_PRODUCTS, &products, bind_product).await?;
        let variants: Vec<&Variant> = records.iter().flat_map(|record| &record.variants).collect();
        let written = self
            .link
            .rows(sql::UPSERT_VARIANTS, &variants, |query, variant| bind_variant(query, variant))
            .await?;
        if written.len() < variants.len() {
            return Err(StorageError::Conflict { what: "sku" });
        }
        let sequences = sequences(&rows)?;
        self.index_products(&numbered(&products, &sequences)?, true).await
    }

    /// Names of the brands and categories of products.
    pub(super) async fn names_of(&mut self, products: &[(&Product, i64)]) -> Result<HashMap<Uuid, String>> {
        let brands: BTreeSet<_> = products.iter().filter_map(|(product, _)| product.brand_id).collect();
        let categories: BTreeSet<_> =
            products.iter().filter_map(|(product, _)| product.category_id).collect();
        let mut names = HashMap::new();
        for (statement, ids) in [
            (sql::BRANDS_BY_ID, brands.iter().map(ToString::to_string).collect::<Vec<_>>()),
            (sql::CATEGORIES_BY_ID, categories.iter().map(ToString::to_string).collect()),
        ] {
            for row in self.link.listed(statement, ids).await? {
                let mut fields = Fields::of(&row);
                let id = fields.id()?;
                let _slug = fields.text()?;
                names.insert(id, fields.text()?);
            }
        }
        Ok(names)
    }

    /// Stock-keeping units of products.
    pub(super) async fn skus_of(
        &mut self,
        products: &[(&Product, i64)],
    ) -> Result<HashMap<ProductId, String>> {
        let ids: Vec<_> = products.iter().map(|(product, _)| product.id).collect();
        let mut skus: HashMap<ProductId, String> = HashMap::new();
        for row in self.link.listed(sql::VARIANTS_OF_PRODUCTS, keys(&ids)).await? {
            let variant = variant(&row)?;
            let text = skus.entry(variant.product_id).or_default();
            text.push_str(variant.sku.as_str());
            text.push(' ');
        }
        Ok(skus)
    }
}

/// What a product is found by, folded.
pub(super) struct Words {
    pub(super) name: String,
    pub(super) keywords: String,
    pub(super) body: String,
}

impl Words {
    pub(super) fn of(
        product: &Product,
        names: &HashMap<Uuid, String>,
        skus: &HashMap<ProductId, String>,
    ) -> Self {
        let mut keywords = product.tags.join(" ");
        let named = [product.brand_id.map(Uuid::from), product.category_id.map(Uuid::from)];
        let labels = named.into_iter().flatten().filter_map(|id| names.get(&id));
        for word in labels.chain(skus.get(&product.id)).chain(product.attributes.iter().map(|a| &a.value)) {
            keywords.push(' ');
            keywords.push_str(word);
        }
        Self {
            name: fold_words(&product.name),
            keywords: fold_words(&keywords),
            body: fold_words(&product.description),
        }
    }
}

fn bind_product(query: Query, product: &Product) -> Query {
    describe(query.id(product.id), product)
        .text(product.price.currency().code())
        .bind(product.price.minor())
        .bind(product.compare_at_price.map(|price| price.minor()))
        .time(product.created_at)
        .time(product.updated_at)
        .bind(1_i64)
}

/// The product with the price of its cheapest variant, as the store keeps it.
fn priced(record: &ProductRecord) -> Product {
    let cheapest = record.variants.iter().min_by_key(|variant| (variant.price.minor(), variant.position));
    let mut product = record.product.clone();
    if let Some(variant) = cheapest {
        product.price = variant.price;
        product.compare_at_price = variant.compare_at_price;
    }
    product
}

fn owned_variants(record: &ProductRecord, product_id: ProductId) -> Vec<Variant> {
    record.variants.iter().map(|variant| Variant { product_id, ..variant.clone() }).collect()
}

/// Whether writing the record would change nothing but dates and versions.
fn says_the_same(
    record: &ProductRecord,
    old: &Product,
    variants: &HashMap<crate::domain::text::Sku, Variant>,
) -> bool {
    let new = Product {
        id: old.id,
        created_at: old.created_at,
        updated_at: old.updated_at,
        version: old.version,
        ..priced(record)
    };
    let same_variant = |variant: &Variant| {
        variants.get(&variant.sku).is_some_and(|old| {
            let mut new = Variant {
                id: old.id,
                product_id: old.product_id,
                created_at: old.created_at,
                updated_at: old.updated_at,
                ..variant.clone()
            };
            new.stock.updated_at = old.stock.updated_at;
            new.stock.reserved = old.stock.reserved;
            new == *old
        })
    };
    new == *old && record.variants.iter().all(same_variant)
}

fn sequences(rows: &[super::Row]) -> Result<HashMap<ProductId, i64>> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            Ok((fields.id()?, fields.int()?))
        })
        .collect()
}

fn numbered<'p>(
    products: &'p [Product],
    sequences: &HashMap<ProductId, i64>,
) -> Result<Vec<(&'p Product, i64)>> {
    products
        .iter()
        .map(|product| {
            let sequence = sequences.get(&product.id).ok_or(StorageError::Missing { what: "product" })?;
            Ok((product, *sequence))
        })
        .collect()
}
