//! What staff type about a product, and its checked form: everything wrong is told at once, with its place.

use crate::domain::catalogue::{
    Image, ProductAttribute, ProductStatus, SelectedOption, check_price, normalise_tags,
};
use crate::domain::error::InvalidValue;
use crate::domain::limits;
use crate::domain::money::{Currency, Money};
use crate::domain::sustainability::Sustainability;
use crate::domain::text::{self, Sku, Slug};
use crate::services::error::{Mistakes, Problem};

/// A product as typed; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProductChange {
    pub slug: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub status: Option<ProductStatus>,
    pub brand_slug: Option<String>,
    pub category_slug: Option<String>,
    pub tags: Option<Vec<String>>,
    pub attributes: Option<Vec<AttributeChange>>,
    pub images: Option<Vec<ImageChange>>,
    pub variants: Option<Vec<VariantChange>>,
    pub sustainability: Option<SustainabilityChange>,
}

#[derive(Debug, Clone)]
pub struct AttributeChange {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone)]
pub struct ImageChange {
    /// Checked at the edge.
    pub url: String,
    pub alt: String,
}

#[derive(Debug, Clone)]
pub struct OptionChange {
    pub name: String,
    pub value: String,
}

/// A variant as typed, matched with an existing one by its stock-keeping unit.
#[derive(Debug, Clone)]
pub struct VariantChange {
    pub sku: String,
    pub name: Option<String>,
    pub price: Result<Money, Problem>,
    pub compare_at_price: Option<Result<Money, Problem>>,
    pub on_hand: Option<i64>,
    pub options: Option<Vec<OptionChange>>,
    pub weight_grams: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct SustainabilityChange {
    pub score: i64,
    pub carbon_grams: Option<Result<i64, Problem>>,
    pub recyclable: bool,
    pub biodegradable: bool,
    pub certifications: Vec<String>,
    pub source: Option<String>,
}

/// A checked [`ProductChange`].
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) slug: Option<Slug>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) status: Option<ProductStatus>,
    pub(super) brand_slug: Option<Slug>,
    pub(super) category_slug: Option<Slug>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) attributes: Option<Vec<ProductAttribute>>,
    pub(super) images: Option<Vec<Image>>,
    pub(super) variants: Option<Vec<DraftVariant>>,
    pub(super) sustainability: Option<Sustainability>,
}

#[derive(Debug)]
pub(super) struct DraftVariant {
    pub(super) sku: Sku,
    pub(super) name: Option<String>,
    pub(super) price: Money,
    pub(super) compare_at_price: Option<Money>,
    pub(super) on_hand: Option<u32>,
    pub(super) options: Option<Vec<SelectedOption>>,
    pub(super) weight_grams: Option<u32>,
}

/// Checks everything that can be checked without the store.
pub(super) fn check(change: ProductChange, currency: Currency, mistakes: &mut Mistakes) -> Draft {
    let slug = change.slug.and_then(|slug| mistakes.check(["slug"], Slug::parse(&slug)));
    let name = change.name.and_then(|name| mistakes.check(["name"], text::line("name", &name, limits::NAME)));
    let description = change.description.and_then(|body| {
        mistakes.check(["description"], text::paragraph("description", &body, limits::DESCRIPTION))
    });
    let brand_slug = change.brand_slug.and_then(|slug| mistakes.check(["brandSlug"], Slug::parse(&slug)));
    let category_slug =
        change.category_slug.and_then(|slug| mistakes.check(["categorySlug"], Slug::parse(&slug)));
    let tags = change
        .tags
        .and_then(|tags| mistakes.check(["tags"], normalise_tags(tags.iter().map(String::as_str))));
    let attributes = change.attributes.and_then(|list| attributes(&list, mistakes));
    let images = change.images.and_then(|list| images(list, mistakes));
    let variants = change.variants.and_then(|list| variants(list, currency, mistakes));
    let sustainability = change.sustainability.and_then(|given| sustainability(given, mistakes));
    Draft {
        slug,
        name,
        description,
        status: change.status,
        brand_slug,
        category_slug,
        tags,
        attributes,
        images,
        variants,
        sustainability,
    }
}

fn at_most(list: &'static str, length: usize, max: usize, mistakes: &mut Mistakes) -> bool {
    if length > max {
        mistakes.add([list], Problem::TooMany { max });
    }
    length <= max
}

fn attributes(list: &[AttributeChange], mistakes: &mut Mistakes) -> Option<Vec<ProductAttribute>> {
    at_most("attributes", list.len(), limits::ATTRIBUTES, mistakes).then_some(())?;
    let mut read = Vec::with_capacity(list.len());
    for (index, attribute) in list.iter().enumerate() {
        let index = index.to_string();
        let label = text::line("key", &attribute.key, limits::KEY);
        let label = mistakes.check(["attributes", &index, "key"], label);
        let value = text::line("value", &attribute.value, limits::SHORT_TEXT);
        let value = mistakes.check(["attributes", &index, "value"], value);
        if let (Some(label), Some(value)) = (label, value) {
            read.push(ProductAttribute { key: label.to_lowercase(), label: capitalised(&label), value });
        }
    }
    Some(read)
}

fn capitalised(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn images(list: Vec<ImageChange>, mistakes: &mut Mistakes) -> Option<Vec<Image>> {
    at_most("images", list.len(), limits::IMAGES, mistakes).then_some(())?;
    let mut read = Vec::with_capacity(list.len());
    for (index, image) in list.into_iter().enumerate() {
        let alt = text::optional_line("alt", &image.alt, limits::SHORT_TEXT);
        if let Some(alt) = mistakes.check(["images", &index.to_string(), "alt"], alt) {
            read.push(Image { url: image.url, alt: alt.unwrap_or_default(), width: None, height: None });
        }
    }
    Some(read)
}

fn variants(
    list: Vec<VariantChange>,
    currency: Currency,
    mistakes: &mut Mistakes,
) -> Option<Vec<DraftVariant>> {
    if list.is_empty() {
        mistakes.add(["variants"], Problem::Required);
        return None;
    }
    at_most("variants", list.len(), limits::VARIANTS, mistakes).then_some(())?;
    let mut read: Vec<DraftVariant> = Vec::with_capacity(list.len());
    for (index, given) in list.into_iter().enumerate() {
        let mut part = Mistakes::default();
        let checked = variant(given, currency, &mut part);
        if let Some(checked) = checked {
            if read.iter().any(|other| other.sku == checked.sku) {
                part.add(["sku"], Problem::AlreadyExists { what: "SKU" });
            }
            read.push(checked);
        }
        mistakes.extend(["variants", &index.to_string()], part);
    }
    Some(read)
}

fn variant(given: VariantChange, currency: Currency, mistakes: &mut Mistakes) -> Option<DraftVariant> {
    let money = |what: &'static str, amount: Result<Money, Problem>| {
        let amount = amount?;
        if amount.currency() != currency {
            let actual = amount.currency();
            return Err(Problem::Value(InvalidValue::CurrencyMismatch { expected: currency, actual }));
        }
        Ok(check_price(what, amount)?)
    };
    let sku = mistakes.check(["sku"], Sku::parse(&given.sku));
    let name = given.name.map(|name| text::optional_line("name", &name, limits::NAME));
    let name = name.and_then(|name| mistakes.check(["name"], name)).flatten();
    let price = mistakes.check(["price"], money("price", given.price));
    let compare_at_price = given
        .compare_at_price
        .and_then(|amount| mistakes.check(["compareAtPrice"], money("compareAtPrice", amount)));
    if let (Some(price), Some(before)) = (price, compare_at_price)
        && before.minor() <= price.minor()
    {
        mistakes.add(["compareAtPrice"], Problem::Malformed { expected: "must be above the price" });
    }
    let mut bounded = |what: &'static str, number: Option<i64>, max: u32| {
        number.and_then(|number| {
            let fits = u32::try_from(number).ok().filter(|number| *number <= max);
            mistakes.check([what], fits.ok_or(Problem::OutOfRange { min: 0, max: i64::from(max) }))
        })
    };
    let on_hand = bounded("onHand", given.on_hand, limits::STOCK);
    let weight_grams = bounded("weightGrams", given.weight_grams, limits::WEIGHT_GRAMS);
    let options = given.options.and_then(|list| options(&list, mistakes));
    Some(DraftVariant { sku: sku?, name, price: price?, compare_at_price, on_hand, options, weight_grams })
}

fn options(list: &[OptionChange], mistakes: &mut Mistakes) -> Option<Vec<SelectedOption>> {
    at_most("options", list.len(), limits::OPTIONS, mistakes).then_some(())?;
    let mut read = Vec::with_capacity(list.len());
    for (index, option) in list.iter().enumerate() {
        let index = index.to_string();
        let name = text::line("name", &option.name, limits::KEY);
        let value = text::line("value", &option.value, limits::SHORT_TEXT);
        let name = mistakes.check(["options", &index, "name"], name);
        let value = mistakes.check(["options", &index, "value"], value);
        if let (Some(name), Some(value)) = (name, value) {
            read.push(SelectedOption { name, value });
        }
    }
    Some(read)
}

fn sustainability(given: SustainabilityChange, mistakes: &mut Mistakes) -> Option<Sustainability> {
    let mut part = Mistakes::default();
    let score = u8::try_from(given.score).ok().filter(|score| *score <= 100);
    let score = part.check(["score"], score.ok_or(Problem::OutOfRange { min: 0, max: 100 }));
    let carbon_grams = given.carbon_grams.and_then(|grams| {
        let grams = grams.and_then(|grams| {
            let max = limits::CARBON_GRAMS;
            if (0..=max).contains(&grams) {
                Ok(grams)
            } else {
                Err(Problem::OutOfRange { min: 0, max: max / 1000 })
            }
        });
        part.check(["carbonFootprintKg"], grams)
    });
    let mut certifications = Vec::new();
    if at_most("certifications", given.certifications.len(), limits::CERTIFICATIONS, &mut part) {
        for (index, label) in given.certifications.iter().enumerate() {
            let label = text::line("certifications", label, limits::NAME);
            certifications.extend(part.check(["certifications", &index.to_string()], label));
        }
    }
    let source = given.source.map(|source| text::optional_line("source", &source, limits::SHORT_TEXT));
    let source = source.and_then(|source| part.check(["source"], source)).flatten();
    mistakes.extend(["sustainability"], part);
    Some(Sustainability {
        score: score?,
        carbon_grams,
        recyclable: given.recyclable,
        biodegradable: given.biodegradable,
        certifications,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let variant = VariantChange {
            sku: "A B".into(),
            name: None,
            price: Ok(Money::new(-1, Currency::EUR)),
            compare_at_price: Some(Ok(Money::new(5, Currency::USD))),
            on_hand: Some(-1),
            options: None,
            weight_grams: Some(i64::MAX),
        };
        let change = ProductChange {
            slug: Some("No Slug".into()),
            name: Some("\u{202e}".into()),
            variants: Some(vec![variant]),
            ..ProductChange::default()
        };
        let mut mistakes = Mistakes::default();
        check(change, Currency::EUR, &mut mistakes);
        let places: Vec<String> =
            mistakes.into_inner().iter().map(|mistake| mistake.path.join(".")).collect();
        assert_eq!(
            places,
            [
                "slug",
                "name",
                "variants.0.sku",
                "variants.0.price",
                "variants.0.compareAtPrice",
                "variants.0.onHand",
                "variants.0.weightGrams",
            ]
        );
    }

    #[test]
    fn one_sku_names_one_variant() {
        let variant = || VariantChange {
            sku: "mug-1".into(),
            name: None,
            price: Ok(Money::new(100, Currency::EUR)),
            compare_at_price: None,
            on_hand: None,
            options: None,
            weight_grams: None,
        };
        let change = ProductChange { variants: Some(vec![variant(), variant()]), ..ProductChange::default() };
        let mut mistakes = Mistakes::default();
        check(change, Currency::EUR, &mut mistakes);
        assert_eq!(mistakes.into_inner()[0].path, ["variants", "1", "sku"]);
    }
}
