//! Queries of the catalogue.

use async_graphql::{Context, ID, Object, OneofObject, SimpleObject};

use super::category::{Brand, Category, subtree};
use super::connection::ProductConnection;
use super::enums::SearchMode;
use super::filter::{ProductFilter, ProductSort, order};
use super::product::Product;
use crate::graphql::auth::caller;
use crate::graphql::connection::{count, page};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::visible_product;
use crate::graphql::services;
use crate::services::catalogue::words;
use crate::services::error::{Problem, ServiceError};
use crate::storage::catalogue::ProductQuery;

/// What names one product.
#[derive(OneofObject)]
enum ProductBy {
    Id(ID),
    Slug(String),
    /// Of one of its variants.
    Sku(String),
}

/// What a search box shows while somebody types.
#[derive(SimpleObject)]
struct SearchSuggestions {
    /// How the typed words could go on.
    queries: Vec<String>,
    products: Vec<Product>,
    categories: Vec<Category>,
}

#[derive(Default)]
pub struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// One product; null when there is none, or it is not on sale.
    async fn product(&self, ctx: &Context<'_>, by: ProductBy) -> GraphqlResult<Option<Product>> {
        let catalogue = &services(ctx).catalogue;
        Ok(match by {
            ProductBy::Id(id) => {
                let id = global_id::decode(&id).map_err(|problem| GraphqlError::about("by", &problem))?;
                visible_product(ctx, id).await?.map(Product::from)
            }
            ProductBy::Slug(slug) => catalogue.product_by_slug(caller(ctx), &slug).await?.map(Product::from),
            ProductBy::Sku(sku) => catalogue.product_by_sku(caller(ctx), &sku).await?.map(Product::from),
        })
    }

    /// Products on sale, the newest first unless searched or sorted.
    #[graphql(directive = cost::apply(1, per(&["first", "last"])))]
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection that is filtered, sorted and searched"
    )]
    async fn products(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<ProductFilter>,
        #[graphql(desc = "At most three keys.")] sort_by: Option<Vec<ProductSort>>,
        search: Option<String>,
        #[graphql(
            default_with = "SearchMode::Hybrid",
            desc = "Until meanings are indexed every mode finds by words."
        )]
        search_mode: SearchMode,
    ) -> GraphqlResult<ProductConnection> {
        // All modes lead to the same index for now.
        let (SearchMode::Keyword | SearchMode::Semantic | SearchMode::Hybrid) = search_mode;
        let page = page(first, after.as_deref(), last, before.as_deref())?;
        let search = search.as_deref().map(words).transpose()?.flatten();
        let query = ProductQuery {
            filter: filter.unwrap_or_default().read(ctx)?,
            search,
            sort: order(sort_by)?,
            page,
        };
        ProductConnection::listing(ctx, query).await
    }

    /// What to offer while somebody types, at most `first` of each kind.
    #[graphql(directive = cost::apply(2, per(&["first"])))]
    async fn search_suggestions(
        &self,
        ctx: &Context<'_>,
        query: String,
        #[graphql(default = 5)] first: i32,
    ) -> GraphqlResult<SearchSuggestions> {
        let found = services(ctx).catalogue.suggest(&query, count("first", Some(first), 5)?).await?;
        Ok(SearchSuggestions {
            queries: found.queries,
            products: found.products.into_iter().map(Product::from).collect(),
            categories: found.categories.into_iter().map(Category::from).collect(),
        })
    }

    async fn category(&self, ctx: &Context<'_>, slug: String) -> GraphqlResult<Option<Category>> {
        Ok(services(ctx).catalogue.category_by_slug(&slug).await?.map(Category::from))
    }

    /// Whole tree, flat, parents before children.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this category and what lies below it.")] root_slug: Option<String>,
        #[graphql(desc = "Levels to show, 1 for the roots alone.")] max_depth: Option<i32>,
    ) -> GraphqlResult<Vec<Category>> {
        let max_depth = match max_depth {
            None => None,
            Some(depth) => Some(usize::try_from(depth).ok().filter(|depth| *depth > 0).ok_or_else(|| {
                GraphqlError::about("maxDepth", &Problem::OutOfRange { min: 1, max: i64::from(i32::MAX) })
            })?),
        };
        let tree = services(ctx).storage.category_tree().await.map_err(ServiceError::from)?;
        let root = match root_slug {
            None => None,
            Some(slug) => match tree.iter().find(|category| category.slug.as_str() == slug) {
                Some(root) => Some(root.id),
                None => {
                    return Err(GraphqlError::about("rootSlug", &Problem::NotFound { what: "category" }));
                }
            },
        };
        Ok(subtree(tree, root, max_depth))
    }

    /// The first brands by name.
    #[graphql(directive = cost::apply(1, per(&["first"])))]
    async fn brands(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50)] first: i32,
    ) -> GraphqlResult<Vec<Brand>> {
        let count = count("first", Some(first), 50)?;
        let brands = services(ctx).storage.list_brands(count).await.map_err(ServiceError::from)?;
        Ok(brands.into_iter().map(Brand::from).collect())
    }
}
