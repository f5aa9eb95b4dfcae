//! From a product's features to weighted terms: words by field, category, brand and attributes.

use std::collections::BTreeMap;

use crate::item::{ItemFeatures, Preferences};

/// How much a word weighs by the field it stands in.
const TITLE: f32 = 3.0;
const TAG: f32 = 2.0;
const NAME: f32 = 1.5;
const ATTRIBUTE: f32 = 1.5;
const DESCRIPTION: f32 = 0.5;
const BRAND: f32 = 2.0;
/// The leaf category; each step towards the root halves it.
const CATEGORY: f32 = 4.0;

/// Longest word kept, in bytes, and most words read per field: both bound what one product costs.
const MAX_WORD: usize = 40;
const MAX_WORDS: usize = 400;

/// The terms of a product with their field-weighted counts.
pub(super) fn terms(item: &ItemFeatures) -> BTreeMap<String, f32> {
    let mut terms = BTreeMap::new();
    words(&item.title, TITLE, &mut terms);
    words(&item.description, DESCRIPTION, &mut terms);
    words(&item.category_text, NAME, &mut terms);
    words(&item.brand_text, NAME, &mut terms);
    for tag in &item.tags {
        words(tag, TAG, &mut terms);
    }
    for (key, value) in &item.attributes {
        let pair = format!("{}={}", key.to_lowercase(), value.to_lowercase());
        *terms.entry(pair).or_insert(0.0) += ATTRIBUTE;
    }
    if let Some(brand) = item.brand {
        terms.insert(brand_term(brand), BRAND);
    }
    let mut weight = CATEGORY;
    for &category in &item.categories {
        terms.insert(category_term(category), weight);
        weight /= 2.0;
    }
    terms
}

/// The terms that stated taste asks for.
pub(super) fn stated_terms(stated: &Preferences) -> impl Iterator<Item = String> + '_ {
    let categories = stated.categories.iter().map(|&category| category_term(category));
    categories.chain(stated.brands.iter().map(|&brand| brand_term(brand)))
}

/// Whether a term is a word people can read, not an inner number.
pub(super) fn is_readable(term: &str) -> bool {
    !term.starts_with('#')
}

fn category_term(category: u32) -> String {
    format!("#c{category}")
}

fn brand_term(brand: u32) -> String {
    format!("#b{brand}")
}

fn words(text: &str, weight: f32, terms: &mut BTreeMap<String, f32>) {
    let split = text.split(|letter: char| !letter.is_alphanumeric());
    for word in split.filter(|word| !word.is_empty() && word.len() <= MAX_WORD).take(MAX_WORDS) {
        *terms.entry(stem(word.to_lowercase())).or_insert(0.0) += weight;
    }
}

/// Takes the plural off: enough for titles, and wrong in few languages.
fn stem(mut word: String) -> String {
    if word.is_ascii() && word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_and_case_do_not_matter_and_the_leaf_category_weighs_most() {
        let item = ItemFeatures {
            title: "Red Lanterns, red lantern".to_owned(),
            categories: vec![5, 1],
            brand: Some(9),
            attributes: vec![("Colour".to_owned(), "Red".to_owned())],
            ..ItemFeatures::default()
        };
        let terms = terms(&item);
        assert_eq!(terms["lantern"], 6.0);
        assert_eq!((terms["#c5"], terms["#c1"]), (4.0, 2.0));
        assert!(terms.contains_key("colour=red") && terms.contains_key("#b9"));
    }
}
