//! Finding orders.

use async_graphql::{Context, ID, Object};

use super::connection::{OrderConnection, OrderFilter};
use super::types::Order;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::OrderId;
use crate::graphql::auth::{Requires, auth, caller, only};
use crate::graphql::connection::page;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::services;
use crate::services::error::Problem;

#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// An order by id or number; null when there is none, or the caller may not see it. Guests see an order with the
    /// token of the cart it was placed from, or by its number and the `email` it was placed with.
    async fn order(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        number: Option<String>,
        email: Option<String>,
    ) -> GraphqlResult<Option<Order>> {
        let orders = &services(ctx).orders;
        let found = match (id, number) {
            (Some(id), None) => {
                let id: OrderId =
                    global_id::decode(&id).map_err(|problem| GraphqlError::about("id", &problem))?;
                orders.order(caller(ctx), id).await?
            }
            (None, Some(number)) => orders.order_by_number(caller(ctx), &number, email.as_deref()).await?,
            _ => {
                let problem = Problem::Malformed { expected: "give either id or number" };
                return Err(GraphqlError::about("number", &problem));
            }
        };
        Ok(found.map(Order::from))
    }

    /// Orders, the latest placed first.
    #[graphql(
        guard = "Requires(Right::OrdersManage)",
        directive = auth::apply(only(Right::OrdersManage), None, None),
        directive = cost::apply(1, per(&["first", "last"]))
    )]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<OrderFilter>,
    ) -> GraphqlResult<OrderConnection> {
        let page = page(first, after.as_deref(), last, before.as_deref())?;
        let filter = filter.unwrap_or_default().read(ctx)?;
        OrderConnection::of(ctx, filter, &page).await
    }
}
