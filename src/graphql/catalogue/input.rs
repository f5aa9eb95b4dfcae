//! What staff send about products, as the use cases take it.

use async_graphql::{ID, InputObject};

use super::enums::ProductStatus;
use super::filter::grams;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalars::{Decimal, Url};
use crate::services::catalogue as change;

/// What to say about a product; what is left out stays as it is. A new one needs name and variants.
#[derive(InputObject, Debug, Clone)]
pub(super) struct ProductInput {
    /// Made from the name when a new product has none.
    slug: Option<String>,
    name: Option<String>,
    description: Option<String>,
    /// DRAFT for a new product, unless said otherwise.
    status: Option<ProductStatus>,
    /// A brand nobody knows yet is made, named after its slug.
    brand_slug: Option<String>,
    category_slug: Option<String>,
    tags: Option<Vec<String>>,
    attributes: Option<Vec<AttributeInput>>,
    images: Option<Vec<ImageInput>>,
    /// All variants, the default first; existing ones are matched by SKU, those left out are removed.
    variants: Option<Vec<ProductVariantInput>>,
    sustainability: Option<SustainabilityInput>,
}

#[derive(InputObject, Debug, Clone)]
struct ProductVariantInput {
    sku: String,
    name: Option<String>,
    price: MoneyInput,
    /// The price before; must be above `price`.
    compare_at_price: Option<MoneyInput>,
    /// Pieces in the warehouse; left out, an existing variant keeps its stock.
    on_hand: Option<i32>,
    options: Option<Vec<SelectedOptionInput>>,
    weight_grams: Option<i32>,
}

#[derive(InputObject, Debug, Clone)]
struct SelectedOptionInput {
    name: String,
    value: String,
}

#[derive(InputObject, Debug, Clone)]
struct AttributeInput {
    key: String,
    value: String,
}

#[derive(InputObject, Debug, Clone)]
struct ImageInput {
    url: Url,
    alt: String,
}

#[derive(InputObject, Debug, Clone)]
struct SustainabilityInput {
    score: i32,
    carbon_footprint_kg: Option<Decimal>,
    recyclable: bool,
    biodegradable: bool,
    certifications: Option<Vec<String>>,
    source: Option<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(super) struct CategoryInput {
    pub(super) slug: String,
    pub(super) name: String,
    /// Left out for a root.
    pub(super) parent_id: Option<ID>,
}

impl From<ProductInput> for change::ProductChange {
    fn from(input: ProductInput) -> Self {
        let attribute =
            |given: AttributeInput| change::AttributeChange { key: given.key, value: given.value };
        let image = |given: ImageInput| change::ImageChange { url: given.url.0, alt: given.alt };
        Self {
            slug: input.slug,
            name: input.name,
            description: input.description,
            status: input.status.map(Into::into),
            brand_slug: input.brand_slug,
            category_slug: input.category_slug,
            tags: input.tags,
            attributes: input.attributes.map(|list| list.into_iter().map(attribute).collect()),
            images: input.images.map(|list| list.into_iter().map(image).collect()),
            variants: input.variants.map(|list| list.into_iter().map(Into::into).collect()),
            sustainability: input.sustainability.map(Into::into),
        }
    }
}

impl From<ProductVariantInput> for change::VariantChange {
    fn from(input: ProductVariantInput) -> Self {
        let option =
            |given: SelectedOptionInput| change::OptionChange { name: given.name, value: given.value };
        Self {
            sku: input.sku,
            name: input.name,
            price: input.price.read(),
            compare_at_price: input.compare_at_price.map(|price| price.read()),
            on_hand: input.on_hand.map(i64::from),
            options: input.options.map(|list| list.into_iter().map(option).collect()),
            weight_grams: input.weight_grams.map(i64::from),
        }
    }
}

impl From<SustainabilityInput> for change::SustainabilityChange {
    fn from(input: SustainabilityInput) -> Self {
        Self {
            score: input.score.into(),
            carbon_grams: input.carbon_footprint_kg.as_ref().map(grams),
            recyclable: input.recyclable,
            biodegradable: input.biodegradable,
            certifications: input.certifications.unwrap_or_default(),
            source: input.source,
        }
    }
}
