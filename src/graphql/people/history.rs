//! What somebody looked at.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};

use crate::domain::interaction::Subject;
use crate::graphql::auth::caller;
use crate::graphql::catalogue::Product;
use crate::graphql::connection::PageInfo;
use crate::graphql::error::GraphqlResult;
use crate::graphql::loaders::load_many;
use crate::graphql::scalars::{DateTime, Long};
use crate::graphql::services;
use crate::services::catalogue::may_see;
use crate::services::error::ServiceError;
use crate::storage::PageRequest;

/// All the views of one product by one person.
#[derive(SimpleObject, Clone)]
struct ProductView {
    product: Product,
    first_viewed_at: DateTime,
    last_viewed_at: DateTime,
    view_count: i32,
    total_duration_ms: Long,
}

#[derive(SimpleObject, Clone)]
struct ProductViewEdge {
    node: ProductView,
    cursor: String,
}

/// A page of a view history; what is no longer on sale is left out.
pub(super) struct ProductViewConnection {
    page_info: PageInfo,
    edges: Vec<ProductViewEdge>,
}

impl ProductViewConnection {
    pub(super) async fn of(ctx: &Context<'_>, subject: Subject, page: &PageRequest) -> GraphqlResult<Self> {
        let page = services(ctx).storage.view_history(subject, page).await.map_err(ServiceError::from)?;
        let page_info = PageInfo::of(&page);
        let products = load_many(ctx, page.edges.iter().map(|edge| edge.node.product_id)).await?;
        let edges = page.edges.into_iter().filter_map(|edge| {
            let product =
                products.get(&edge.node.product_id).filter(|product| may_see(caller(ctx), product))?;
            let node = ProductView {
                product: Product::from(Arc::clone(product)),
                first_viewed_at: edge.node.first_viewed_at.into(),
                last_viewed_at: edge.node.last_viewed_at.into(),
                view_count: i32::try_from(edge.node.view_count).unwrap_or(i32::MAX),
                total_duration_ms: edge.node.total_duration_ms.into(),
            };
            Some(ProductViewEdge { node, cursor: edge.cursor.to_string() })
        });
        Ok(Self { page_info, edges: edges.collect() })
    }
}

#[Object]
impl ProductViewConnection {
    async fn edges(&self) -> &[ProductViewEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&ProductView> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}
