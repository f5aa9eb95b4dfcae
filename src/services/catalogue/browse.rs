//! Finding products: what a caller may see, and lists by filter, words and order.

use super::Catalogue;
use crate::domain::caller::{Caller, Permission};
use crate::domain::catalogue::{Category, Product, ProductStatus};
use crate::domain::limits;
use crate::domain::text::{self, Sku};
use crate::services::error::ServiceError;
use crate::storage::Page;
use crate::storage::catalogue::{Facet, ProductFilter, ProductQuery, Search};

/// Values listed of each facet.
const FACET_VALUES: usize = 20;

/// Whether a caller may see a product: what is on sale everybody, the rest those who manage products.
pub fn may_see(caller: &Caller, product: &Product) -> bool {
    product.is_visible() || caller.may(Permission::ProductsManage)
}

/// The statuses a list is held to: on sale unless others are asked for, which takes the permission.
pub fn visible_statuses(
    caller: &Caller,
    asked: Vec<ProductStatus>,
) -> Result<Vec<ProductStatus>, ServiceError> {
    if asked.is_empty() {
        return Ok(vec![ProductStatus::Active]);
    }
    if caller.may(Permission::ProductsManage) || asked.iter().all(|status| *status == ProductStatus::Active) {
        return Ok(asked);
    }
    Err(if caller.signed_in.is_some() { ServiceError::Forbidden } else { ServiceError::Unauthenticated })
}

/// What was typed, as words to find; `None` when nothing was.
pub fn words(typed: &str) -> Result<Option<Search>, ServiceError> {
    let text = text::optional_line("search", typed, limits::SHORT_TEXT)
        .map_err(|invalid| ServiceError::refuse(["search"], invalid))?;
    Ok(text.map(|text| Search { text, any_word: false }))
}

impl Catalogue {
    pub async fn product_by_slug(
        &self,
        caller: &Caller,
        slug: &str,
    ) -> Result<Option<Product>, ServiceError> {
        if slug.len() > limits::SLUG {
            return Ok(None);
        }
        let found = self.storage.product_by_slug(slug).await?;
        Ok(found.filter(|product| may_see(caller, product)))
    }

    pub async fn product_by_sku(&self, caller: &Caller, sku: &str) -> Result<Option<Product>, ServiceError> {
        let Ok(sku) = Sku::parse(sku) else { return Ok(None) };
        let found = self.storage.product_by_sku(&sku).await?;
        Ok(found.filter(|product| may_see(caller, product)))
    }

    /// A page of products; the filter's statuses have passed [`visible_statuses`].
    pub async fn list(&self, query: &ProductQuery) -> Result<Page<Product>, ServiceError> {
        Ok(self.storage.list_products(query).await?)
    }

    pub async fn count(&self, query: &ProductQuery) -> Result<i64, ServiceError> {
        Ok(self.storage.count_products(&query.filter, query.search.as_ref()).await?)
    }

    pub async fn facets(
        &self,
        filter: &ProductFilter,
        search: Option<&Search>,
    ) -> Result<Vec<Facet>, ServiceError> {
        Ok(self.storage.product_facets(filter, search, FACET_VALUES).await?)
    }

    pub async fn category_by_slug(&self, slug: &str) -> Result<Option<Category>, ServiceError> {
        if slug.len() > limits::SLUG {
            return Ok(None);
        }
        Ok(self.storage.category_by_slug(slug).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shopper_lists_only_what_is_on_sale() {
        let shopper = Caller::default();
        assert_eq!(visible_statuses(&shopper, vec![]).unwrap(), [ProductStatus::Active]);
        assert!(visible_statuses(&shopper, vec![ProductStatus::Active]).is_ok());
        let refused = visible_statuses(&shopper, vec![ProductStatus::Active, ProductStatus::Draft]);
        assert!(matches!(refused, Err(ServiceError::Unauthenticated)));
    }

    #[test]
    fn blank_words_search_for_nothing() {
        assert_eq!(words("  ").unwrap(), None);
        assert!(words(&"x".repeat(limits::SHORT_TEXT + 1)).is_err());
        assert!(words("a\0b").is_err());
    }
}
