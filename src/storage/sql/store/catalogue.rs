//! Reading the catalogue.

use std::collections::HashMap;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, query};
use super::{Row, SqlStore, keys};
use crate::domain::catalogue::{Brand, Category, Product, ProductStatus, Stock, Variant};
use crate::domain::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::domain::review::{ProductStats, RatingSummary};
use crate::domain::sustainability::Sustainability;
use crate::domain::text::{Sku, Slug};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::{CatalogueItem, CatalogueStore, Facet, ProductFilter, ProductQuery, Search};
use crate::storage::error::Result;
use crate::storage::page::Page;
use crate::storage::sql::statements::catalogue as sql;

#[async_trait]
impl CatalogueStore for SqlStore {
    async fn products(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Product>> {
        self.load(sql::PRODUCTS_BY_ID, keys(ids), |row| product(row).map(|product| (product.id, product)))
            .await
    }

    async fn product_by_slug(&self, slug: &str) -> Result<Option<Product>> {
        Ok(self.products_by_slug(&[slug.to_owned()]).await?.into_values().next())
    }

    async fn products_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Product>> {
        self.load(sql::PRODUCTS_BY_SLUG, keys(slugs), |row| {
            product(row).map(|product| (product.slug.to_string(), product))
        })
        .await
    }

    async fn product_by_sku(&self, sku: &Sku) -> Result<Option<Product>> {
        let row = self.read().await?.optional(query(sql::PRODUCT_BY_SKU).text(sku.as_str())).await?;
        row.as_ref().map(product).transpose()
    }

    async fn variants(&self, ids: &[VariantId]) -> Result<HashMap<VariantId, Variant>> {
        self.load(sql::VARIANTS_BY_ID, keys(ids), |row| variant(row).map(|variant| (variant.id, variant)))
            .await
    }

    async fn variants_by_sku(&self, skus: &[Sku]) -> Result<HashMap<Sku, Variant>> {
        self.load(sql::VARIANTS_BY_SKU, keys(skus), |row| {
            variant(row).map(|variant| (variant.sku.clone(), variant))
        })
        .await
    }

    async fn variants_of(&self, products: &[ProductId]) -> Result<HashMap<ProductId, Vec<Variant>>> {
        self.load_groups(sql::VARIANTS_OF_PRODUCTS, keys(products), |row| {
            variant(row).map(|variant| (variant.product_id, variant))
        })
        .await
    }

    async fn available_quantities(&self, products: &[ProductId]) -> Result<HashMap<ProductId, i64>> {
        self.load(sql::AVAILABLE_QUANTITIES, keys(products), |row| {
            let mut fields = Fields::of(row);
            Ok((fields.id()?, fields.int()?))
        })
        .await
    }

    async fn product_stats(&self, products: &[ProductId]) -> Result<HashMap<ProductId, ProductStats>> {
        self.load(sql::STATS_OF_PRODUCTS, keys(products), stats).await
    }

    async fn list_products(&self, query: &ProductQuery) -> Result<Page<Product>> {
        self.product_page(query).await
    }

    async fn count_products(&self, filter: &ProductFilter, search: Option<&Search>) -> Result<i64> {
        self.product_count(filter, search).await
    }

    async fn product_facets(
        &self,
        filter: &ProductFilter,
        search: Option<&Search>,
        values: usize,
    ) -> Result<Vec<Facet>> {
        self.facets(filter, search, values).await
    }

    async fn catalogue_items(
        &self,
        after: Option<ProductId>,
        changed_since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<CatalogueItem>> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let query = match changed_since {
            None => query(sql::CATALOGUE_ITEMS).bind(after),
            Some(since) => query(sql::CATALOGUE_CHANGES).bind(after).time(since),
        };
        let query = query.count(limit);
        let rows = self.read().await?.all(query).await?;
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row);
                Ok(CatalogueItem { product: product_fields(&mut fields)?, available: fields.int()? })
            })
            .collect()
    }

    async fn categories(&self, ids: &[CategoryId]) -> Result<HashMap<CategoryId, Category>> {
        self.load(sql::CATEGORIES_BY_ID, keys(ids), |row| {
            category(row).map(|category| (category.id, category))
        })
        .await
    }

    async fn category_by_slug(&self, slug: &str) -> Result<Option<Category>> {
        Ok(self.categories_by_slug(&[slug.to_owned()]).await?.into_values().next())
    }

    async fn category_tree(&self) -> Result<Vec<Category>> {
        self.read().await?.all(query(sql::CATEGORY_TREE)).await?.iter().map(category).collect()
    }

    async fn category_product_counts(&self, ids: &[CategoryId]) -> Result<HashMap<CategoryId, i64>> {
        self.load(sql::CATEGORY_PRODUCT_COUNTS, keys(ids), |row| {
            let mut fields = Fields::of(row);
            Ok((fields.id()?, fields.int()?))
        })
        .await
    }

    async fn brands(&self, ids: &[BrandId]) -> Result<HashMap<BrandId, Brand>> {
        self.load(sql::BRANDS_BY_ID, keys(ids), |row| brand(row).map(|brand| (brand.id, brand))).await
    }

    async fn brands_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Brand>> {
        self.load(sql::BRANDS_BY_SLUG, keys(slugs), |row| {
            brand(row).map(|brand| (brand.slug.to_string(), brand))
        })
        .await
    }

    async fn categories_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Category>> {
        self.load(sql::CATEGORIES_BY_SLUG, keys(slugs), |row| {
            category(row).map(|category| (category.slug.to_string(), category))
        })
        .await
    }

    async fn list_brands(&self, limit: usize) -> Result<Vec<Brand>> {
        self.read().await?.all(query(sql::LIST_BRANDS).count(limit)).await?.iter().map(brand).collect()
    }
}

pub(super) fn product(row: &Row) -> Result<Product> {
    product_fields(&mut Fields::of(row))
}

pub(super) fn product_fields(fields: &mut Fields<'_>) -> Result<Product> {
    let id = fields.id()?;
    let slug = Slug::from_trusted(fields.text()?);
    let status = fields.named("product status", ProductStatus::from_name)?;
    let name = fields.text()?;
    let description = fields.text()?;
    let brand_id = fields.maybe_id()?;
    let category_id = fields.maybe_id()?;
    let tags = fields.document("tags")?;
    let images = fields.document("images")?;
    let attributes = fields.document("attributes")?;
    let sustainability = sustainability(fields)?;
    let currency = fields.currency()?;
    Ok(Product {
        id,
        slug,
        status,
        name,
        description,
        brand_id,
        category_id,
        tags,
        images,
        attributes,
        sustainability,
        price: fields.money(currency)?,
        compare_at_price: fields.maybe_money(currency)?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
        version: fields.int()?,
    })
}

fn sustainability(fields: &mut Fields<'_>) -> Result<Option<Sustainability>> {
    let score: Option<u8> = fields.maybe_small("sustainability score")?;
    let carbon_grams = fields.maybe_int()?;
    let recyclable = fields.maybe_flag()?;
    let biodegradable = fields.maybe_flag()?;
    let certifications = fields.maybe_document("certifications")?;
    let source = fields.maybe_text()?;
    Ok(score.map(|score| Sustainability {
        score,
        carbon_grams,
        recyclable: recyclable.unwrap_or_default(),
        biodegradable: biodegradable.unwrap_or_default(),
        certifications: certifications.unwrap_or_default(),
        source,
    }))
}

pub(super) fn variant(row: &Row) -> Result<Variant> {
    let mut fields = Fields::of(row);
    let id = fields.id()?;
    let product_id = fields.id()?;
    let sku = Sku::from_trusted(fields.text()?);
    let name = fields.text()?;
    let options = fields.document("options")?;
    let position = fields.small("position")?;
    let currency = fields.currency()?;
    Ok(Variant {
        id,
        product_id,
        sku,
        name,
        options,
        position,
        price: fields.money(currency)?,
        compare_at_price: fields.maybe_money(currency)?,
        weight_grams: fields.maybe_small("weight")?,
        stock: stock(&mut fields)?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
    })
}

pub(super) fn stock(fields: &mut Fields<'_>) -> Result<Stock> {
    Ok(Stock {
        on_hand: fields.small("stock")?,
        reserved: fields.small("stock")?,
        updated_at: fields.time()?,
    })
}

fn stats(row: &Row) -> Result<(ProductId, ProductStats)> {
    let mut fields = Fields::of(row);
    let id = fields.id()?;
    let mut stats = ProductStats {
        view_count: fields.int()?,
        unique_viewers: fields.int()?,
        timed_views: fields.int()?,
        view_duration_ms: fields.int()?,
        like_count: fields.int()?,
        cart_count: fields.int()?,
        purchase_count: fields.int()?,
        units_sold: fields.int()?,
        last_viewed_at: fields.maybe_time()?,
        trend_score: fields.real()?,
        rating: RatingSummary::default(),
    };
    for stars in &mut stats.rating.histogram {
        *stars = fields.small("rating count")?;
    }
    Ok((id, stats))
}

fn category(row: &Row) -> Result<Category> {
    let mut fields = Fields::of(row);
    Ok(Category {
        id: fields.id()?,
        slug: Slug::from_trusted(fields.text()?),
        name: fields.text()?,
        parent_id: fields.maybe_id()?,
        created_at: fields.time()?,
    })
}

fn brand(row: &Row) -> Result<Brand> {
    let mut fields = Fields::of(row);
    Ok(Brand {
        id: fields.id()?,
        slug: Slug::from_trusted(fields.text()?),
        name: fields.text()?,
        created_at: fields.time()?,
    })
}
