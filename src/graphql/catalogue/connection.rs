//! Pages of products: total and facets cost a query only when selected.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};

use super::product::Product;
use crate::domain::catalogue;
use crate::domain::ids::{ProductId, UserId};
use crate::domain::limits;
use crate::graphql::connection::PageInfo;
use crate::graphql::error::GraphqlResult;
use crate::graphql::loaders::load_many;
use crate::graphql::scalars::Long;
use crate::graphql::services;
use crate::services::catalogue::may_see;
use crate::services::error::ServiceError;
use crate::storage::catalogue::{self as stored, ProductFilter, ProductQuery};
use crate::storage::{Page, PageRequest};

/// A product in a list.
#[derive(SimpleObject, Clone)]
pub(super) struct ProductEdge {
    node: Product,
    cursor: String,
    /// Relevance, when searching; comparable within one list only.
    score: Option<f64>,
}

/// What a page of products is a page of.
enum Source {
    Listing(Box<ProductQuery>),
    Wishlist(UserId),
}

/// `totalCount` and `facets` cost a query only when selected.
pub struct ProductConnection {
    source: Source,
    page_info: PageInfo,
    edges: Vec<ProductEdge>,
}

/// A property the products of a list have in common.
#[derive(SimpleObject)]
struct Facet {
    /// `category`, `brand`, or the key of an attribute.
    key: String,
    label: String,
    /// Most frequent first.
    values: Vec<FacetValue>,
}

#[derive(SimpleObject)]
struct FacetValue {
    /// What to filter by.
    value: String,
    label: String,
    count: i32,
    /// Whether the list is filtered by it.
    selected: bool,
}

impl ProductConnection {
    pub(super) async fn listing(ctx: &Context<'_>, query: ProductQuery) -> GraphqlResult<Self> {
        let page = services(ctx).catalogue.list(&query).await?;
        Ok(Self::new(Source::Listing(Box::new(query)), page.map(Product::from)))
    }

    /// A user's wishlist, the latest addition first; what is no longer on sale is left out.
    pub(crate) async fn wishlist(ctx: &Context<'_>, user: UserId, page: &PageRequest) -> GraphqlResult<Self> {
        let ids = services(ctx).storage.wishlist(user, page).await.map_err(ServiceError::from)?;
        let products: std::collections::HashMap<ProductId, Arc<catalogue::Product>> =
            load_many(ctx, ids.edges.iter().map(|edge| edge.node)).await?;
        let page_info = PageInfo::of(&ids);
        let caller = crate::graphql::auth::caller(ctx);
        let edges = ids.edges.into_iter().filter_map(|edge| {
            let product = products.get(&edge.node).filter(|product| may_see(caller, product))?;
            let node = Product::from(Arc::clone(product));
            Some(ProductEdge { node, cursor: edge.cursor.to_string(), score: None })
        });
        Ok(Self { source: Source::Wishlist(user), page_info, edges: edges.collect() })
    }

    fn new(source: Source, page: Page<Product>) -> Self {
        let page_info = PageInfo::of(&page);
        let edges = page
            .edges
            .into_iter()
            .map(|edge| ProductEdge { node: edge.node, cursor: edge.cursor.to_string(), score: edge.score })
            .collect();
        Self { source, page_info, edges }
    }
}

#[Object]
impl ProductConnection {
    async fn edges(&self) -> &[ProductEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&Product> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    async fn total_count(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        let services = services(ctx);
        let count = match &self.source {
            Source::Listing(query) => services.catalogue.count(query).await?,
            Source::Wishlist(user) => {
                services.storage.count_wishlist(*user).await.map_err(ServiceError::from)?
            }
        };
        Ok(count.into())
    }

    async fn facets(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Facet>> {
        let catalogue = &services(ctx).catalogue;
        match &self.source {
            Source::Listing(query) => {
                let facets = catalogue.facets(&query.filter, query.search.as_ref()).await?;
                Ok(facets.into_iter().map(|facet| told(facet, &query.filter)).collect())
            }
            Source::Wishlist(user) => {
                let filter =
                    ProductFilter { ids: Some(wished(ctx, *user).await?), ..ProductFilter::default() };
                let facets = catalogue.facets(&filter, None).await?;
                Ok(facets.into_iter().map(|facet| told(facet, &filter)).collect())
            }
        }
    }
}

/// Everything on a wishlist, which holds at most ten pages.
async fn wished(ctx: &Context<'_>, user: UserId) -> GraphqlResult<Vec<ProductId>> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest::first(limits::PAGE, after);
        let page = services(ctx).storage.wishlist(user, &page).await.map_err(ServiceError::from)?;
        after = page.edges.last().map(|edge| edge.cursor.clone());
        all.extend(page.edges.iter().map(|edge| edge.node));
        if !page.has_next || all.len() >= limits::WISHLIST {
            return Ok(all);
        }
    }
}

fn told(facet: stored::Facet, filter: &ProductFilter) -> Facet {
    let chosen: &[String] = match facet.key.as_str() {
        "category" => &filter.category_slugs,
        "brand" => &filter.brand_slugs,
        key => filter.attributes.iter().find(|(of, _)| of == key).map_or(&[], |(_, values)| values),
    };
    let value = |value: stored::FacetValue| FacetValue {
        selected: chosen.contains(&value.value),
        count: i32::try_from(value.count).unwrap_or(i32::MAX),
        value: value.value,
        label: value.label,
    };
    Facet { values: facet.values.into_iter().map(value).collect(), key: facet.key, label: facet.label }
}
