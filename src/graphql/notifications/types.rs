//! Notifications as clients read them.

use async_graphql::{Context, Enum, ID, Object};

use crate::domain::ids::UserId;
use crate::domain::notification;
use crate::graphql::catalogue::Product;
use crate::graphql::connection::{PageInfo, edge_type};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::{load, visible_product};
use crate::graphql::orders::Order;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;
use crate::storage::PageRequest;

/// What a notification is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "notification::NotificationKind")]
pub enum NotificationKind {
    OrderStatus,
    Payment,
    Shipment,
    BackInStock,
    PriceDrop,
    Recommendation,
    System,
}

/// A message to a user.
#[derive(Clone)]
pub struct Notification(notification::Notification);

impl From<notification::Notification> for Notification {
    fn from(notification: notification::Notification) -> Self {
        Self(notification)
    }
}

#[Object]
impl Notification {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn kind(&self) -> NotificationKind {
        self.0.kind.into()
    }

    /// In a few words.
    async fn title(&self) -> &str {
        &self.0.title
    }

    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The product it is about, while it is on sale.
    async fn product(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Product>> {
        match self.0.product_id {
            Some(product) => Ok(visible_product(ctx, product).await?.map(Product::from)),
            None => Ok(None),
        }
    }

    /// The order it is about.
    async fn order(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Order>> {
        match self.0.order_id {
            Some(order) => Ok(load(ctx, order).await?.map(Order::from)),
            None => Ok(None),
        }
    }

    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(Into::into)
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

edge_type! {
    /// A notification in a list.
    NotificationEdge of Notification
}

/// A page of a user's notifications.
pub struct NotificationConnection {
    user: UserId,
    page_info: PageInfo,
    edges: Vec<NotificationEdge>,
}

impl NotificationConnection {
    pub(crate) async fn of(
        ctx: &Context<'_>,
        user: UserId,
        unread_only: bool,
        page: &PageRequest,
    ) -> GraphqlResult<Self> {
        let page = services(ctx).notifications.list(user, unread_only, page).await?;
        let page_info = PageInfo::of(&page);
        Ok(Self { user, page_info, edges: page.edges.into_iter().map(NotificationEdge::from).collect() })
    }
}

#[Object]
impl NotificationConnection {
    async fn edges(&self) -> &[NotificationEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&Notification> {
        self.edges.iter().map(NotificationEdge::leads_to).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Of all of the user's notifications.
    async fn unread_count(&self, ctx: &Context<'_>) -> GraphqlResult<i32> {
        let unread = services(ctx).notifications.unread(self.user).await?;
        Ok(i32::try_from(unread).unwrap_or(i32::MAX))
    }
}
