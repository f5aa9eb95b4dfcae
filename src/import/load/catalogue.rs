//! Products, with their brands and categories, into the shop.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{BATCH, LoadError, Loader, Tally, refused};
use crate::domain::catalogue::{
    Brand, Category, Image, Product, ProductAttribute, ProductStatus, Stock, Variant, check_price,
    normalise_tags,
};
use crate::domain::error::InvalidValue;
use crate::domain::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::domain::limits;
use crate::domain::money::{Money, parse_currency};
use crate::domain::sustainability::Sustainability;
use crate::domain::text::{Sku, Slug, line, paragraph};
use crate::import::records::ProductRecord;
use crate::storage::catalogue;

/// A product of the shop as orders and interactions refer to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sold {
    pub(super) product: ProductId,
    pub(super) variant: VariantId,
}

#[derive(Default)]
struct Places {
    brands: HashMap<String, BrandId>,
    categories: HashMap<String, CategoryId>,
}

impl Loader<'_> {
    /// Adds products, or replaces those whose SKU is there already.
    pub async fn products(&mut self, records: &[ProductRecord]) -> Result<Tally, LoadError> {
        let places = self.places(records).await?;
        let mut tally = Tally::default();
        let mut seen = HashSet::new();
        let mut taken: HashMap<Slug, Sku> = HashMap::new();
        for batch in records.chunks(BATCH) {
            let slugs = self.slugs_in_use(batch).await?;
            let mut rows = Vec::with_capacity(batch.len());
            for record in batch {
                if !seen.insert(record.sku.to_ascii_uppercase()) {
                    self.reject(record.line, "sku", "stands in the file twice", &record.sku)?;
                    continue;
                }
                match self.product(record, &places, &slugs) {
                    Ok(row) => rows.push((record.line, row)),
                    Err(error) => self.reject_invalid(record.line, &error)?,
                }
            }
            let rows = self.with_slugs_of_their_own(rows, &slugs, &mut taken).await?;
            self.write_products(&rows, &mut tally).await?;
            (self.progress)(batch.len() as u64);
        }
        Ok(tally)
    }

    /// Leaves out the rows whose slug is another product's, in the shop or earlier in the file.
    async fn with_slugs_of_their_own(
        &mut self,
        mut rows: Vec<(u64, catalogue::ProductRecord)>,
        own: &HashMap<Sku, Slug>,
        taken: &mut HashMap<Slug, Sku>,
    ) -> Result<Vec<(u64, catalogue::ProductRecord)>, LoadError> {
        let slugs: Vec<String> = rows.iter().map(|(_, row)| row.product.slug.to_string()).collect();
        let in_shop = self.storage.products_by_slug(&slugs).await?;
        let mut refused = Vec::new();
        rows.retain(|(line, row)| {
            let slug = &row.product.slug;
            let Some(sku) = row.variants.first().map(|variant| &variant.sku) else { return false };
            let anothers = in_shop.contains_key(slug.as_str()) && own.get(sku) != Some(slug);
            let fine = !anothers && taken.entry(slug.clone()).or_insert_with(|| sku.clone()) == sku;
            if !fine {
                refused.push((*line, slug.to_string()));
            }
            fine
        });
        for (line, slug) in refused {
            self.reject(line, "slug", "another product has it", &slug)?;
        }
        Ok(rows)
    }

    async fn write_products(
        &mut self,
        rows: &[(u64, catalogue::ProductRecord)],
        tally: &mut Tally,
    ) -> Result<(), LoadError> {
        let records: Vec<_> = rows.iter().map(|(_, row)| row.clone()).collect();
        let mut work = self.storage.begin().await?;
        match work.upsert_products(&records).await {
            Ok(outcome) => {
                work.save().await?;
                outcome.iter().for_each(|upserted| tally.count(upserted.created));
                Ok(())
            }
            Err(error) => {
                drop(work);
                let Some((column, reason)) = refused(&error) else { return Err(error.into()) };
                if let [(line, row)] = rows {
                    let sku = row.variants.first().map_or("", |variant| variant.sku.as_str());
                    return self.reject(*line, column, reason, sku);
                }
                for row in rows {
                    Box::pin(self.write_products(std::slice::from_ref(row), tally)).await?;
                }
                Ok(())
            }
        }
    }

    /// Brands and categories the records name, made where they are missing.
    async fn places(&mut self, records: &[ProductRecord]) -> Result<Places, LoadError> {
        let now = self.context.now();
        let mut brands: BTreeMap<Slug, Brand> = BTreeMap::new();
        let mut categories: BTreeMap<(usize, Slug), Category> = BTreeMap::new();
        for record in records {
            if let Ok(slug) = Slug::from_name(&record.brand) {
                brands.entry(slug.clone()).or_insert_with(|| Brand {
                    id: self.context.new_id(),
                    slug,
                    name: record.brand.clone(),
                    created_at: now,
                });
            }
            let mut parent = None;
            for (depth, name) in record.category_path.iter().take(limits::CATEGORY_DEPTH).enumerate() {
                let Some(slug) = path_slug(&record.category_path[..=depth]) else { break };
                let category = categories.entry((depth, slug.clone())).or_insert_with(|| Category {
                    id: self.context.new_id(),
                    slug,
                    name: name.clone(),
                    parent_id: parent,
                    created_at: now,
                });
                parent = Some(category.id);
            }
        }
        let brands: Vec<Brand> = brands.into_values().collect();
        let categories: Vec<Category> = categories.into_values().collect();
        let mut work = self.storage.begin().await?;
        let brand_ids = work.upsert_brands(&brands).await?;
        let category_ids = work.upsert_categories(&categories).await?;
        work.save().await?;
        let slugs = |slug: &Slug| slug.as_str().to_owned();
        Ok(Places {
            brands: brands
                .iter()
                .map(|brand| slugs(&brand.slug))
                .zip(brand_ids.iter().map(|row| row.id))
                .collect(),
            categories: categories
                .iter()
                .map(|category| slugs(&category.slug))
                .zip(category_ids.iter().map(|row| row.id))
                .collect(),
        })
    }

    /// Slugs of the products whose SKU is there already: they keep theirs, whatever they are called now.
    async fn slugs_in_use(&self, batch: &[ProductRecord]) -> Result<HashMap<Sku, Slug>, LoadError> {
        let skus: Vec<Sku> = batch.iter().filter_map(|record| Sku::parse(&record.sku).ok()).collect();
        let variants = self.storage.variants_by_sku(&skus).await?;
        let ids: Vec<ProductId> = variants.values().map(|variant| variant.product_id).collect();
        let products = self.storage.products(&ids).await?;
        let slug = |variant: &Variant| products.get(&variant.product_id).map(|product| product.slug.clone());
        Ok(variants.iter().filter_map(|(sku, variant)| Some((sku.clone(), slug(variant)?))).collect())
    }

    fn product(
        &self,
        record: &ProductRecord,
        places: &Places,
        slugs: &HashMap<Sku, Slug>,
    ) -> Result<catalogue::ProductRecord, InvalidValue> {
        let now = self.context.now();
        let created_at = record.created_at.unwrap_or(now);
        let currency = parse_currency(&record.currency)?;
        let sku = Sku::parse(&record.sku)?;
        let name = line("name", &record.name, limits::NAME)?;
        let slug = match slugs.get(&sku) {
            Some(slug) => slug.clone(),
            None if record.slug.is_empty() => unique_slug(&name, &sku)?,
            None => Slug::parse(&record.slug)?,
        };
        let price = check_price("price", Money::new(record.price, currency))?;
        let compare_at_price = record
            .compare_at_price
            .map(|minor| check_price("compare_at_price", Money::new(minor, currency)))
            .transpose()?;
        if record.on_hand > limits::STOCK {
            return Err(InvalidValue::OutOfRange { what: "stock", min: 0, max: i64::from(limits::STOCK) });
        }
        let id = self.context.new_id();
        let sustainability = record.sustainability_score.map(|score| Sustainability {
            score,
            carbon_grams: record.carbon_grams,
            recyclable: record.recyclable,
            biodegradable: record.biodegradable,
            certifications: Vec::new(),
            source: None,
        });
        let product = Product {
            id,
            slug,
            status: ProductStatus::from_name(&record.status).unwrap_or(ProductStatus::Active),
            description: paragraph("description", &record.description, limits::DESCRIPTION)?,
            brand_id: Slug::from_name(&record.brand)
                .ok()
                .and_then(|slug| places.brands.get(slug.as_str()).copied()),
            category_id: path_slug(&record.category_path)
                .and_then(|slug| places.categories.get(slug.as_str()).copied()),
            tags: normalise_tags(record.tags.iter().map(String::as_str))?,
            images: image(record, &name),
            attributes: record.attributes.iter().map(attribute).collect::<Result<_, _>>()?,
            sustainability: sustainability.map(Sustainability::checked).transpose()?,
            name,
            price,
            compare_at_price,
            created_at,
            updated_at: now,
            version: 1,
        };
        let variant = Variant {
            id: self.context.new_id(),
            product_id: id,
            sku,
            name: product.name.clone(),
            options: Vec::new(),
            price,
            compare_at_price,
            weight_grams: None,
            stock: Stock { on_hand: record.on_hand, reserved: 0, updated_at: now },
            position: 0,
            created_at,
            updated_at: now,
        };
        Ok(catalogue::ProductRecord { product, variants: vec![variant] })
    }

    /// What the SKUs of orders and interactions name.
    pub(super) async fn products_by_sku(
        &self,
        skus: impl Iterator<Item = &str>,
    ) -> Result<HashMap<String, Sold>, LoadError> {
        let mut skus: Vec<Sku> = skus.filter_map(|sku| Sku::parse(sku).ok()).collect();
        skus.sort_unstable();
        skus.dedup();
        let mut known = HashMap::with_capacity(skus.len());
        for chunk in skus.chunks(BATCH) {
            for (sku, variant) in self.storage.variants_by_sku(chunk).await? {
                known.insert(sku.into_string(), Sold { product: variant.product_id, variant: variant.id });
            }
        }
        Ok(known)
    }
}

fn image(record: &ProductRecord, name: &str) -> Vec<Image> {
    if record.image_url.is_empty() {
        return Vec::new();
    }
    vec![Image { url: record.image_url.clone(), alt: name.to_owned(), width: None, height: None }]
}

fn attribute((key, value): &(String, String)) -> Result<ProductAttribute, InvalidValue> {
    let label = line("attributes", key, limits::KEY)?;
    Ok(ProductAttribute {
        key: label.to_lowercase(),
        value: line("attributes", value, limits::SHORT_TEXT)?,
        label,
    })
}

/// Names repeat between products, SKUs do not.
fn unique_slug(name: &str, sku: &Sku) -> Result<Slug, InvalidValue> {
    let suffix = Slug::from_name(sku.as_str())?;
    match Slug::from_name(name) {
        Ok(slug) => slug.with_suffix(suffix.as_str()),
        Err(_) => Ok(suffix),
    }
}

/// A category is known by its whole path: "Gifts > Mugs" and "Kitchen > Mugs" are two.
fn path_slug(path: &[String]) -> Option<Slug> {
    if path.is_empty() {
        return None;
    }
    Slug::from_name(&path.join(" ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_products_of_one_name_have_two_slugs() {
        let slug = |sku| unique_slug("White Mug", &Sku::parse(sku).unwrap()).unwrap();
        assert_eq!(slug("85123A").as_str(), "white-mug-85123a");
        assert_ne!(slug("85123A"), slug("85123B"));
        assert_eq!(unique_slug("杯子", &Sku::parse("7").unwrap()).unwrap().as_str(), "7");
    }

    #[test]
    fn a_category_is_known_by_its_whole_path() {
        let path =
            |names: &[&str]| path_slug(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_ne!(path(&["Gifts", "Mugs"]), path(&["Kitchen", "Mugs"]));
        assert_eq!(path(&[]), None);
    }
}
