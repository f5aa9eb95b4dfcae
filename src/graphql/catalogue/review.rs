//! Reviews of a product.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::enums::ReviewStatus;
use super::product::Product;
use crate::domain::ids::ProductId;
use crate::domain::review;
use crate::graphql::connection::{PageInfo, edge_type};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::{StatsOf, load};
use crate::graphql::people::User;
use crate::graphql::scalars::{DateTime, Long};
use crate::storage::Page;

/// One person's opinion of one product.
#[derive(Clone)]
pub struct Review(Arc<review::Review>);

impl From<review::Review> for Review {
    fn from(review: review::Review) -> Self {
        Self(Arc::new(review))
    }
}

impl From<Arc<review::Review>> for Review {
    fn from(review: Arc<review::Review>) -> Self {
        Self(review)
    }
}

#[Object]
impl Review {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn product(&self, ctx: &Context<'_>) -> GraphqlResult<Product> {
        let found = load(ctx, self.0.product_id).await?;
        found.map(Product::from).ok_or_else(|| GraphqlError::internal("a review without its product"))
    }

    /// Null once the account is closed.
    async fn author(&self, ctx: &Context<'_>) -> GraphqlResult<Option<User>> {
        match self.0.user_id {
            Some(user) => Ok(load(ctx, user).await?.filter(|user| user.deleted_at.is_none()).map(User::from)),
            None => Ok(None),
        }
    }

    /// 1 to 5 stars.
    async fn rating(&self) -> i32 {
        self.0.rating.into()
    }

    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    async fn body(&self) -> Option<&str> {
        Some(self.0.body.as_str()).filter(|body| !body.is_empty())
    }

    /// Whether the writer had bought it here.
    async fn verified_purchase(&self) -> bool {
        self.0.verified_purchase
    }

    async fn status(&self) -> ReviewStatus {
        self.0.status.into()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

edge_type! {
    /// A review in a list.
    ReviewEdge of Review
}

/// A page of the published reviews of a product.
pub(super) struct ReviewConnection {
    product: ProductId,
    page_info: PageInfo,
    edges: Vec<ReviewEdge>,
}

impl ReviewConnection {
    pub(super) fn new(product: ProductId, page: Page<review::Review>) -> Self {
        let page_info = PageInfo::of(&page);
        Self { product, page_info, edges: page.edges.into_iter().map(ReviewEdge::from).collect() }
    }
}

#[Object]
impl ReviewConnection {
    async fn edges(&self) -> &[ReviewEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&Review> {
        self.edges.iter().map(ReviewEdge::leads_to).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    async fn total_count(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        let stats = load(ctx, StatsOf(self.product)).await?.unwrap_or_default();
        Ok(Long(stats.rating.count().into()))
    }
}
