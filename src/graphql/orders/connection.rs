//! Pages of orders; the total costs a query only when selected.

use async_graphql::{Context, InputObject, Object};

use super::enums::{OrderStatus, PaymentStatus};
use super::types::Order;
use crate::domain::ids::UserId;
use crate::domain::limits;
use crate::domain::text::Email;
use crate::graphql::connection::{PageInfo, edge_type};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::money::{DateTimeRange, DecimalRange};
use crate::graphql::scalars::Long;
use crate::graphql::services;
use crate::services::error::Problem;
use crate::storage::PageRequest;
use crate::storage::orders as stored;

edge_type! {
    /// An order in a list.
    OrderEdge of Order
}

/// A page of orders.
pub(crate) struct OrderConnection {
    filter: stored::OrderFilter,
    page_info: PageInfo,
    edges: Vec<OrderEdge>,
}

/// Which orders a list holds: those for which everything given holds.
#[derive(InputObject, Debug, Clone, Default)]
pub(super) struct OrderFilter {
    #[graphql(validator(max_items = 20))]
    status: Option<Vec<OrderStatus>>,
    #[graphql(validator(max_items = 20))]
    payment_status: Option<Vec<PaymentStatus>>,
    user_id: Option<async_graphql::ID>,
    /// What the number begins with.
    number: Option<String>,
    email: Option<String>,
    placed_at: Option<DateTimeRange>,
    /// In the shop's currency.
    total: Option<DecimalRange>,
}

impl OrderFilter {
    pub(super) fn read(self, ctx: &Context<'_>) -> GraphqlResult<stored::OrderFilter> {
        let refuse = |problem: Problem| GraphqlError::about("filter", &problem);
        let user_id = self.user_id.as_ref().map(global_id::decode).transpose().map_err(refuse)?;
        let too_long = self.number.as_ref().is_some_and(|number| number.len() > limits::KEY);
        if too_long || self.number.as_ref().is_some_and(|number| number.contains('\0')) {
            return Err(refuse(Problem::Malformed { expected: "has a number that no order can have" }));
        }
        let email = self.email.as_deref().map(Email::parse).transpose();
        let email = email.map_err(|invalid| refuse(invalid.into()))?;
        let currency = services(ctx).catalogue.currency();
        let (min, max) = self.total.unwrap_or_default().amounts(currency).map_err(refuse)?;
        let placed_at = self.placed_at.map(|span| {
            let from = span.from.map_or(crate::domain::time::Timestamp::EPOCH, |at| at.0);
            // The end is excluded; stored times are whole milliseconds.
            let to = span.to.map_or(crate::domain::time::Timestamp::MAX, |at| {
                crate::domain::time::Timestamp(at.0.as_millis().saturating_sub(1))
            });
            from..=to
        });
        Ok(stored::OrderFilter {
            statuses: self.status.unwrap_or_default().into_iter().map(Into::into).collect(),
            payment_statuses: self.payment_status.unwrap_or_default().into_iter().map(Into::into).collect(),
            user_id,
            number: self.number.filter(|number| !number.is_empty()),
            email: email.map(Email::into_string),
            placed_at,
            min_total_minor: min.map(|money| money.minor()),
            max_total_minor: max.map(|money| money.minor()),
        })
    }
}

impl OrderConnection {
    pub(super) async fn of(
        ctx: &Context<'_>,
        filter: stored::OrderFilter,
        page: &PageRequest,
    ) -> GraphqlResult<Self> {
        let found = services(ctx).orders.list(&filter, page).await?;
        let page_info = PageInfo::of(&found);
        Ok(Self { filter, page_info, edges: found.edges.into_iter().map(OrderEdge::from).collect() })
    }
}

/// `User.orders`.
pub(crate) async fn orders_of(
    ctx: &Context<'_>,
    user: UserId,
    status: Option<Vec<OrderStatus>>,
    page: &PageRequest,
) -> GraphqlResult<OrderConnection> {
    let statuses = status.unwrap_or_default().into_iter().map(Into::into).collect();
    let filter = stored::OrderFilter { user_id: Some(user), statuses, ..stored::OrderFilter::default() };
    OrderConnection::of(ctx, filter, page).await
}

#[Object]
impl OrderConnection {
    async fn edges(&self) -> &[OrderEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&Order> {
        self.edges.iter().map(OrderEdge::leads_to).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    async fn total_count(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(services(ctx).orders.count(&self.filter).await?.into())
    }
}
