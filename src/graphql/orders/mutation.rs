//! What is done to orders after they are placed; payments are asked for elsewhere.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::enums::FulfillmentStatus;
use super::types::Order;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::{FulfillmentId, OrderId};
use crate::domain::order;
use crate::graphql::auth::{Requires, auth, caller, only};
use crate::graphql::catalogue::id_argument;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::scalars::Url;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::error::{Mistakes, ServiceError};
use crate::services::orders::{ParcelDraft, PieceCount, TrackingReport};

#[derive(SimpleObject)]
struct OrderPayload {
    order: Option<Order>,
    user_errors: Vec<UserError>,
}

/// Some pieces of a line.
#[derive(InputObject, Debug, Clone)]
struct PieceInput {
    order_line_id: ID,
    quantity: i32,
}

/// A parcel as it is handed to a carrier.
#[derive(InputObject)]
struct OrderFulfillInput {
    order_id: ID,
    /// What is in it; left out, all that is left to send.
    lines: Option<Vec<PieceInput>>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_url: Option<Url>,
    /// Whether to write to the buyer.
    #[graphql(default = true)]
    notify_customer: bool,
}

impl OrderFulfillInput {
    fn read(self) -> Result<(OrderId, ParcelDraft), ServiceError> {
        let mut mistakes = Mistakes::default();
        let order = mistakes.check(["orderId"], global_id::decode(&self.order_id));
        let mut piece = |(index, piece): (usize, PieceInput)| {
            let at = ["lines".to_owned(), index.to_string(), "orderLineId".to_owned()];
            let line = mistakes.check(at, global_id::decode(&piece.order_line_id))?;
            Some(PieceCount { line, quantity: piece.quantity.into() })
        };
        let lines = self.lines.map(|lines| lines.into_iter().enumerate().filter_map(&mut piece).collect());
        let draft = ParcelDraft {
            lines,
            carrier: self.carrier,
            tracking_number: self.tracking_number,
            tracking_url: self.tracking_url.map(|url| url.0),
            notify: self.notify_customer,
        };
        match order {
            Some(order) if mistakes.is_empty() => Ok((order, draft)),
            _ => Err(ServiceError::Refused(mistakes.into_inner())),
        }
    }
}

fn payload(answer: Result<order::Order, ServiceError>, prefix: &[&str]) -> GraphqlResult<OrderPayload> {
    Ok(match outcome(answer, prefix)? {
        Ok(order) => OrderPayload { order: Some(order.into()), user_errors: Vec::new() },
        Err(user_errors) => OrderPayload { order: None, user_errors },
    })
}

#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Calls an order off before anything of it was sent: its goods are free again, and what was paid goes back. For
    /// its buyer, guests with the token of its cart included, and for staff with ORDERS_MANAGE.
    #[graphql(directive = auth::apply(None, Some(true), None))]
    async fn order_cancel(
        &self,
        ctx: &Context<'_>,
        order_id: ID,
        reason: Option<String>,
        expected_version: Option<i32>,
    ) -> GraphqlResult<OrderPayload> {
        let answer = match id_argument("orderId", &order_id) {
            Ok(id) => {
                let version = expected_version.map(i64::from);
                services(ctx).orders.cancel(caller(ctx), id, reason.as_deref(), version).await
            }
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }

    /// The buyer has everything. For its buyer, guests with the token of its cart included, and for staff with
    /// ORDERS_MANAGE.
    #[graphql(directive = auth::apply(None, Some(true), None))]
    async fn order_confirm_receipt(&self, ctx: &Context<'_>, order_id: ID) -> GraphqlResult<OrderPayload> {
        let answer = match id_argument("orderId", &order_id) {
            Ok(id) => services(ctx).orders.confirm_receipt(caller(ctx), id).await,
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }

    /// Sends a parcel with all or some of what is left.
    #[graphql(
        guard = "Requires(Right::OrdersManage)",
        directive = auth::apply(only(Right::OrdersManage), None, None)
    )]
    async fn order_fulfill(
        &self,
        ctx: &Context<'_>,
        input: OrderFulfillInput,
    ) -> GraphqlResult<OrderPayload> {
        let answer = match input.read() {
            Ok((id, draft)) => services(ctx).orders.fulfil(caller(ctx), id, draft).await,
            Err(error) => Err(error),
        };
        payload(answer, &["input"])
    }

    /// Notes where a parcel is, and by whom it is carried; what is left out stays.
    #[graphql(
        guard = "Requires(Right::OrdersManage)",
        directive = auth::apply(only(Right::OrdersManage), None, None)
    )]
    #[expect(clippy::too_many_arguments, reason = "the arguments of the public schema")]
    async fn fulfillment_tracking_update(
        &self,
        ctx: &Context<'_>,
        fulfillment_id: ID,
        carrier: Option<String>,
        tracking_number: Option<String>,
        status: Option<FulfillmentStatus>,
        location: Option<String>,
        description: Option<String>,
    ) -> GraphqlResult<OrderPayload> {
        let answer = match id_argument::<FulfillmentId>("fulfillmentId", &fulfillment_id) {
            Ok(id) => {
                let status = status.map(Into::into);
                let report = TrackingReport { carrier, tracking_number, status, location, description };
                services(ctx).orders.track(caller(ctx), id, report).await
            }
            Err(error) => Err(error),
        };
        payload(answer, &[])
    }
}
