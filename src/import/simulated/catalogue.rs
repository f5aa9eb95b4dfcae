//! Categories, brands and products of the simulation.

use std::collections::HashMap;

use shelfwise_strategies::simulate::{self, CURRENCY, Shop};

use super::{SeedError, Stocked};
use crate::context::Context;
use crate::domain::catalogue::{
    Brand, Category, Image, Product, ProductAttribute, ProductStatus, SelectedOption, Stock, Variant,
    normalise_tags,
};
use crate::domain::ids::{BrandId, CategoryId};
use crate::domain::money::{Currency, Money, parse_currency};
use crate::domain::sustainability::Sustainability;
use crate::domain::text::{Sku, Slug};
use crate::domain::time::Timestamp;
use crate::storage::Storage;
use crate::storage::catalogue::ProductRecord;

const BATCH: usize = 500;

struct Places {
    categories: HashMap<String, CategoryId>,
    brands: HashMap<String, BrandId>,
    currency: Currency,
}

/// Writes the catalogue and returns it by index.
pub(super) async fn write(
    shop: &Shop,
    storage: &dyn Storage,
    context: &Context,
) -> Result<Vec<Stocked>, SeedError> {
    let places = places(shop, storage, context).await?;
    let mut stocked = Vec::with_capacity(shop.config().products as usize);
    let mut batch = Vec::with_capacity(BATCH);
    for product in shop.catalogue() {
        let record = record(&product, &places, context)?;
        stocked.push(Stocked {
            id: record.product.id,
            name: record.product.name.clone(),
            variants: record
                .variants
                .iter()
                .map(|variant| (variant.id, variant.sku.as_str().to_owned()))
                .collect(),
        });
        batch.push(record);
        if batch.len() == BATCH {
            save(&mut batch, storage).await?;
        }
    }
    save(&mut batch, storage).await?;
    Ok(stocked)
}

async fn save(batch: &mut Vec<ProductRecord>, storage: &dyn Storage) -> Result<(), SeedError> {
    if !batch.is_empty() {
        let mut work = storage.begin().await?;
        work.upsert_products(batch).await?;
        work.save().await?;
        batch.clear();
    }
    Ok(())
}

async fn places(shop: &Shop, storage: &dyn Storage, context: &Context) -> Result<Places, SeedError> {
    let created_at = Timestamp(shop.config().start_ms());
    let mut ids = HashMap::new();
    let mut categories = Vec::new();
    for category in shop.categories() {
        let id: CategoryId = context.new_id();
        let parent_id = category.parent.as_ref().and_then(|parent| ids.get(parent).copied());
        ids.insert(category.slug.clone(), id);
        let slug = Slug::parse(&category.slug)?;
        categories.push(Category { id, slug, name: category.name.to_owned(), parent_id, created_at });
    }
    let mut brands = Vec::with_capacity(shop.brands().len());
    for brand in shop.brands() {
        let slug = Slug::parse(&brand.slug)?;
        brands.push(Brand { id: context.new_id(), slug, name: brand.name.clone(), created_at });
    }
    let mut work = storage.begin().await?;
    let written_categories = work.upsert_categories(&categories).await?;
    let written_brands = work.upsert_brands(&brands).await?;
    work.save().await?;
    let slugs = categories.into_iter().map(|category| category.slug.into_string());
    let brand_slugs = brands.into_iter().map(|brand| brand.slug.into_string());
    Ok(Places {
        categories: slugs.zip(written_categories.into_iter().map(|row| row.id)).collect(),
        brands: brand_slugs.zip(written_brands.into_iter().map(|row| row.id)).collect(),
        currency: parse_currency(CURRENCY)?,
    })
}

fn record(
    product: &simulate::Product,
    places: &Places,
    context: &Context,
) -> Result<ProductRecord, SeedError> {
    let id = context.new_id();
    let created_at = Timestamp(product.created_at_ms);
    let money = |minor| Money::new(minor, places.currency);
    let mut variants = Vec::with_capacity(product.variants.len());
    for (position, variant) in (0_u32..).zip(&product.variants) {
        variants.push(Variant {
            id: context.new_id(),
            product_id: id,
            sku: Sku::parse(&variant.sku)?,
            name: variant.name.clone(),
            options: variant
                .options
                .iter()
                .map(|(name, value)| SelectedOption { name: name.clone(), value: value.clone() })
                .collect(),
            price: money(variant.price),
            compare_at_price: variant.compare_at_price.map(money),
            weight_grams: Some(variant.weight_grams),
            stock: Stock { on_hand: variant.stock, reserved: 0, updated_at: created_at },
            position,
            created_at,
            updated_at: created_at,
        });
    }
    let cheapest = product.variants.iter().map(|variant| variant.price).min().unwrap_or(0);
    let product = Product {
        id,
        slug: Slug::parse(&product.slug)?,
        status: status(product.status),
        name: product.name.clone(),
        description: product.description.clone(),
        brand_id: places.brands.get(&product.brand).copied(),
        category_id: places.categories.get(&product.category).copied(),
        tags: normalise_tags(product.tags.iter().map(String::as_str))?,
        images: vec![Image {
            url: format!("/pictures/{}.svg", product.picture),
            alt: product.name.clone(),
            width: None,
            height: None,
        }],
        attributes: product
            .attributes
            .iter()
            .map(|(key, value)| ProductAttribute {
                key: key.to_lowercase(),
                label: label(key),
                value: value.clone(),
            })
            .collect(),
        sustainability: Some(Sustainability {
            score: product.sustainability.score,
            carbon_grams: Some((product.sustainability.carbon_kg * 1_000.0).round() as i64),
            recyclable: product.sustainability.recyclable,
            biodegradable: product.sustainability.biodegradable,
            certifications: product.sustainability.certifications.clone(),
            source: Some("simulated".into()),
        }),
        price: money(cheapest),
        compare_at_price: None,
        created_at,
        updated_at: created_at,
        version: 1,
    };
    Ok(ProductRecord { product, variants })
}

fn label(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

const fn status(status: simulate::Status) -> ProductStatus {
    match status {
        simulate::Status::Draft => ProductStatus::Draft,
        simulate::Status::PendingReview => ProductStatus::PendingReview,
        simulate::Status::Approved => ProductStatus::Approved,
        simulate::Status::Active => ProductStatus::Active,
        simulate::Status::Inactive => ProductStatus::Inactive,
        simulate::Status::Discontinued => ProductStatus::Discontinued,
    }
}
