//! Search suggestions: how what is being typed could go on, and what it would find.

use std::collections::HashMap;

use super::Catalogue;
use crate::domain::catalogue::{Category, Product, ProductStatus};
use crate::services::error::ServiceError;
use crate::storage::PageRequest;
use crate::storage::catalogue::{ProductFilter, ProductQuery, Search};

/// Products looked at for completions of the last word.
const SAMPLE: usize = 60;

/// What a search box shows while somebody types.
#[derive(Debug, Clone, Default)]
pub struct Suggestions {
    pub queries: Vec<String>,
    pub products: Vec<Product>,
    pub categories: Vec<Category>,
}

impl Catalogue {
    /// At most `count` completions, products and categories each for what was typed so far. Two statements.
    pub async fn suggest(&self, typed: &str, count: usize) -> Result<Suggestions, ServiceError> {
        let Some(search) = super::words(typed)? else { return Ok(Suggestions::default()) };
        let text = search.text.clone();
        let query = ProductQuery {
            filter: ProductFilter { statuses: vec![ProductStatus::Active], ..ProductFilter::default() },
            search: Some(Search { any_word: false, ..search }),
            sort: Vec::new(),
            page: PageRequest::first(SAMPLE, None),
        };
        let mut products = self.storage.list_products(&query).await?.into_nodes();
        let queries = completions(&text, &products, count);
        products.truncate(count);
        let folded = text.to_lowercase();
        let mut categories = self.storage.category_tree().await?;
        categories.retain(|category| {
            category.name.to_lowercase().split_whitespace().any(|word| word.starts_with(&folded))
                || category.name.to_lowercase().starts_with(&folded)
        });
        categories.truncate(count);
        Ok(Suggestions { queries, products, categories })
    }
}

/// The typed words with the last one completed by words of the products found, the most frequent first.
fn completions(typed: &str, products: &[Product], count: usize) -> Vec<String> {
    let folded = typed.to_lowercase();
    let (head, prefix) = match folded.rsplit_once(char::is_whitespace) {
        Some((head, prefix)) => (Some(head.trim_end()), prefix),
        None => (None, folded.as_str()),
    };
    let mut found: HashMap<String, usize> = HashMap::new();
    for product in products {
        let name = product.name.to_lowercase();
        let mut words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        words.sort_unstable();
        words.dedup();
        for word in words.into_iter().filter(|word| word.starts_with(prefix) && !word.is_empty()) {
            *found.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut found: Vec<(String, usize)> = found.into_iter().collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let whole = |word: String| head.map_or_else(|| word.clone(), |head| format!("{head} {word}"));
    found.into_iter().take(count).map(|(word, _)| whole(word)).collect()
}
