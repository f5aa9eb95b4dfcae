//! Making and changing products: one unit of work each, brand and category resolved before it begins.

use super::Catalogue;
use super::draft::{self, Draft, DraftVariant, ProductChange};
use super::news::{Offer, news};
use crate::domain::catalogue::{Brand, Product, ProductStatus, Stock, Variant};
use crate::domain::ids::{BrandId, CategoryId, ProductId};
use crate::domain::money::Money;
use crate::domain::text::Slug;
use crate::services::error::{Mistakes, Problem, ServiceError, refused_write};
use crate::services::messages::Message;
use crate::storage::UnitOfWork;
use crate::storage::catalogue::ProductRecord;

/// Tries to make a slug from a name before falling back to random letters.
const SLUG_TRIES: usize = 9;

/// What a draft names, found.
#[derive(Debug, Default)]
pub(super) struct Links {
    brand: Option<BrandLink>,
    category: Option<CategoryId>,
}

#[derive(Debug)]
enum BrandLink {
    Known(BrandId),
    New(Brand),
}

impl Catalogue {
    /// Makes a product. Staff vouch for what they enter: it may start in any state but discontinued.
    pub async fn create(&self, change: ProductChange) -> Result<Product, ServiceError> {
        let (draft, links) = self.prepare(change, &["input"], true).await?;
        let mut unit = self.storage.begin().await?;
        let id = self.insert(unit.as_mut(), draft, links, &["input"]).await?;
        unit.save().await?;
        self.tell_of(&[id]).await;
        self.stored(id).await
    }

    /// Changes a product. Variants given replace the old ones, matched by stock-keeping unit.
    pub async fn update(
        &self,
        id: ProductId,
        change: ProductChange,
        expected_version: Option<i64>,
    ) -> Result<Product, ServiceError> {
        let (draft, links) = self.prepare(change, &["input"], false).await?;
        let mut unit = self.storage.begin().await?;
        self.replace(unit.as_mut(), id, draft, links, expected_version, &["input"]).await?;
        unit.save().await?;
        self.tell_of(&[id]).await;
        self.stored(id).await
    }

    /// Moves a product to another state, by the rules of its life.
    pub async fn set_status(&self, id: ProductId, status: ProductStatus) -> Result<Product, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let found = unit.product_for_update(id).await?;
        let found =
            found.ok_or_else(|| ServiceError::refuse(["id"], Problem::NotFound { what: "product" }))?;
        check_transition(found.status, status)
            .map_err(|problem| ServiceError::refuse(["status"], problem))?;
        let changed = Product { status, updated_at: self.context.now(), ..found };
        let stored =
            unit.update_product(&changed, None).await.map_err(|error| refused_write(error, ["id"]))?;
        unit.save().await?;
        self.tell_of(&[id]).await;
        Ok(stored)
    }

    /// Checks a change and finds what it names; mistakes are told below `at`.
    pub(super) async fn prepare(
        &self,
        change: ProductChange,
        at: &[&str],
        is_new: bool,
    ) -> Result<(Draft, Links), ServiceError> {
        let mut mistakes = Mistakes::default();
        if is_new {
            for (missing, field) in [(change.name.is_none(), "name"), (change.variants.is_none(), "variants")]
            {
                if missing {
                    mistakes.add([field], Problem::Required);
                }
            }
            if change.status == Some(ProductStatus::Discontinued) {
                let expected = "a new product cannot be discontinued already";
                mistakes.add(["status"], Problem::Malformed { expected });
            }
        }
        let draft = draft::check(change, self.currency, &mut mistakes);
        let mut links = Links::default();
        if let Some(slug) = &draft.category_slug {
            let found = self.storage.category_by_slug(slug.as_str()).await?;
            let found = mistakes.check(["categorySlug"], found.ok_or(Problem::NotFound { what: "category" }));
            links.category = found.map(|category| category.id);
        }
        if let Some(slug) = &draft.brand_slug {
            let known = self.storage.brands_by_slug(&[slug.as_str().to_owned()]).await?.into_values().next();
            links.brand =
                Some(known.map_or_else(|| BrandLink::New(self.new_brand(slug)), |b| BrandLink::Known(b.id)));
        }
        let mut placed = Mistakes::default();
        placed.extend(at.iter(), mistakes);
        placed.done()?;
        Ok((draft, links))
    }

    /// The catalogue has no form for brands: naming one makes it.
    fn new_brand(&self, slug: &Slug) -> Brand {
        let words = slug.as_str().split('-').map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        });
        let name = words.collect::<Vec<String>>().join(" ");
        Brand { id: self.context.new_id(), slug: slug.clone(), name, created_at: self.context.now() }
    }

    pub(super) async fn insert(
        &self,
        unit: &mut dyn UnitOfWork,
        draft: Draft,
        links: Links,
        at: &[&str],
    ) -> Result<ProductId, ServiceError> {
        let now = self.context.now();
        let id: ProductId = self.context.new_id();
        let name = draft.name.unwrap_or_default();
        let slug = match draft.slug {
            Some(slug) => slug,
            None => self.free_slug(unit, &name).await?,
        };
        let brand_id = brand(unit, links.brand).await?;
        let variants: Vec<Variant> = draft
            .variants
            .unwrap_or_default()
            .into_iter()
            .zip(0..)
            .map(|(variant, position)| self.new_variant(id, variant, position))
            .collect();
        let product = Product {
            id,
            slug,
            status: draft.status.unwrap_or(ProductStatus::Draft),
            name,
            description: draft.description.unwrap_or_default(),
            brand_id,
            category_id: links.category,
            tags: draft.tags.unwrap_or_default(),
            images: draft.images.unwrap_or_default(),
            attributes: draft.attributes.unwrap_or_default(),
            sustainability: draft.sustainability,
            price: variants.first().map_or(Money::zero(self.currency), |variant| variant.price),
            compare_at_price: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let record = ProductRecord { product, variants };
        unit.insert_product(&record).await.map_err(|error| refused_write(error, at.iter()))?;
        self.post(unit, [Message::ProductCreated { product: id }]).await?;
        Ok(id)
    }

    pub(super) async fn replace(
        &self,
        unit: &mut dyn UnitOfWork,
        id: ProductId,
        draft: Draft,
        links: Links,
        expected_version: Option<i64>,
        at: &[&str],
    ) -> Result<(), ServiceError> {
        let now = self.context.now();
        let missing = || ServiceError::refuse(["id"], Problem::NotFound { what: "product" });
        let found = unit.product_for_update(id).await?.ok_or_else(missing)?;
        if let Some(status) = draft.status {
            check_transition(found.status, status)
                .map_err(|problem| ServiceError::refuse(at.iter().chain(&["status"]), problem))?;
        }
        let brand_id = if links.brand.is_some() { brand(unit, links.brand).await? } else { found.brand_id };
        let changed = Product {
            slug: draft.slug.unwrap_or(found.slug),
            status: draft.status.unwrap_or(found.status),
            name: draft.name.unwrap_or(found.name),
            description: draft.description.unwrap_or(found.description),
            brand_id,
            category_id: links.category.or(found.category_id),
            tags: draft.tags.unwrap_or(found.tags),
            images: draft.images.unwrap_or(found.images),
            attributes: draft.attributes.unwrap_or(found.attributes),
            sustainability: draft.sustainability.or(found.sustainability),
            updated_at: now,
            ..found
        };
        let refused = |error| refused_write(error, at.iter());
        unit.update_product(&changed, expected_version).await.map_err(refused)?;
        self.post(unit, [Message::ProductUpdated { product: id }]).await?;
        let Some(drafts) = draft.variants else { return Ok(()) };
        let old = self.storage.variants_of(&[id]).await?.remove(&id).unwrap_or_default();
        let kept = |sku: &crate::domain::text::Sku| old.iter().find(|variant| variant.sku == *sku);
        let gone: Vec<_> = old.iter().filter(|old| drafts.iter().all(|new| new.sku != old.sku)).collect();
        let mut corrections = Vec::new();
        let mut variants = Vec::with_capacity(drafts.len());
        for (new, position) in drafts.into_iter().zip(0..) {
            variants.push(match kept(&new.sku) {
                None => self.new_variant(id, new, position),
                Some(old) => {
                    let delta =
                        new.on_hand.map_or(0, |on_hand| i64::from(on_hand) - i64::from(old.stock.on_hand));
                    if delta != 0 {
                        corrections.push((old.id, delta, position));
                    }
                    Variant {
                        name: new.name.unwrap_or_else(|| old.name.clone()),
                        options: new.options.unwrap_or_else(|| old.options.clone()),
                        price: new.price,
                        compare_at_price: new.compare_at_price,
                        weight_grams: new.weight_grams.or(old.weight_grams),
                        position,
                        updated_at: now,
                        ..old.clone()
                    }
                }
            });
        }
        let corrected = corrections.iter().map(|(_, delta, _)| delta).sum();
        self.post(unit, news(id, Offer::of(&old, 0), Offer::of(&variants, corrected))).await?;
        unit.save_variants(id, &variants, now).await.map_err(refused)?;
        if !gone.is_empty() {
            let gone: Vec<_> = gone.into_iter().map(|variant| variant.id).collect();
            unit.remove_variants(id, &gone, now).await.map_err(refused)?;
        }
        for (variant, delta, position) in corrections {
            let path = || {
                at.iter().map(ToString::to_string).chain([
                    "variants".into(),
                    position.to_string(),
                    "onHand".into(),
                ])
            };
            unit.adjust_stock(variant, delta, now).await.map_err(|error| refused_write(error, path()))?;
        }
        Ok(())
    }

    fn new_variant(&self, product_id: ProductId, draft: DraftVariant, position: u32) -> Variant {
        let now = self.context.now();
        let options = draft.options.unwrap_or_default();
        let from_options =
            || options.iter().map(|option| option.value.as_str()).collect::<Vec<_>>().join(" / ");
        Variant {
            id: self.context.new_id(),
            product_id,
            name: draft.name.unwrap_or_else(from_options),
            sku: draft.sku,
            options,
            price: draft.price,
            compare_at_price: draft.compare_at_price,
            weight_grams: draft.weight_grams,
            stock: Stock { on_hand: draft.on_hand.unwrap_or(0), reserved: 0, updated_at: now },
            position,
            created_at: now,
            updated_at: now,
        }
    }

    async fn free_slug(&self, unit: &mut dyn UnitOfWork, name: &str) -> Result<Slug, ServiceError> {
        let unusable = |invalid| ServiceError::Internal(format!("a made slug does not read: {invalid}"));
        let letters = format!("{:08x}", self.context.random_u64() >> 32);
        let base = match Slug::from_name(name) {
            Ok(base) => base,
            // A name without Latin letters.
            Err(_) => Slug::parse(&format!("product-{letters}")).map_err(unusable)?,
        };
        let mut candidates = vec![base.clone()];
        for n in 2..=SLUG_TRIES {
            candidates.push(base.with_suffix(&n.to_string()).map_err(unusable)?);
        }
        let taken = unit.taken_slugs(&candidates).await?;
        let free = candidates.into_iter().find(|slug| !taken.contains(slug));
        free.map_or_else(|| base.with_suffix(&letters).map_err(unusable), Ok)
    }

    pub(super) async fn stored(&self, id: ProductId) -> Result<Product, ServiceError> {
        let found = self.storage.products(&[id]).await?.remove(&id);
        found.ok_or_else(|| ServiceError::refuse(["id"], Problem::NotFound { what: "product" }))
    }
}

async fn brand(unit: &mut dyn UnitOfWork, link: Option<BrandLink>) -> Result<Option<BrandId>, ServiceError> {
    match link {
        None => Ok(None),
        Some(BrandLink::Known(id)) => Ok(Some(id)),
        Some(BrandLink::New(brand)) => Ok(unit.upsert_brands(&[brand]).await?.first().map(|done| done.id)),
    }
}

fn check_transition(from: ProductStatus, to: ProductStatus) -> Result<(), Problem> {
    if from.can_become(to) {
        return Ok(());
    }
    let allowed = from.allowed_transitions().iter().map(|status| status.as_str()).collect();
    Err(Problem::IllegalTransition { from: from.as_str(), to: to.as_str(), allowed })
}
