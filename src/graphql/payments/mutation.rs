//! What is done with payments. Gateways call POST /webhooks/payments/{gateway} for their part.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::types::Payment;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::PaymentId;
use crate::graphql::auth::{Requires, auth, caller, only};
use crate::graphql::catalogue::id_argument;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::loaders::load;
use crate::graphql::money::MoneyInput;
use crate::graphql::orders::Order;
use crate::graphql::scalars::Url;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::error::{Mistakes, Problem, ServiceError};
use crate::services::payments::{CaptureRequest, Done, Initialization, RefundRequest};

/// A payment to be begun.
#[derive(InputObject)]
struct PaymentInitializeInput {
    order_id: ID,
    gateway: ID,
    /// Omitted means all that is due.
    amount: Option<MoneyInput>,
    /// Whether to take the money at once, or only to have it promised.
    #[graphql(default = true)]
    capture_now: bool,
    /// Where a gateway's page sends the buyer back to: an address of the shop.
    return_url: Option<Url>,
    /// The means the buyer chose beforehand, by the gateway's token for it: never a card number.
    payment_method: Option<String>,
    /// Made by the client, one for each payment: 1 to 128 characters.
    idempotency_key: String,
}

/// Money to be given back.
#[derive(InputObject)]
struct PaymentRefundInput {
    payment_id: ID,
    /// Omitted means what the lines cost, or all that is left.
    amount: Option<MoneyInput>,
    #[graphql(validator(max_items = 100))]
    lines: Option<Vec<RefundLineInput>>,
    reason: Option<String>,
    /// Whether the pieces go back on the shelf.
    #[graphql(default = true)]
    restock: bool,
    /// Made by the client, one for each refund: 1 to 128 characters.
    idempotency_key: String,
}

/// Some pieces of a line that are paid back.
#[derive(InputObject)]
struct RefundLineInput {
    order_line_id: ID,
    quantity: i32,
}

#[derive(SimpleObject, Default)]
struct PaymentPayload {
    payment: Option<Payment>,
    order: Option<Order>,
    user_errors: Vec<UserError>,
}

impl PaymentPayload {
    async fn of(
        ctx: &Context<'_>,
        answer: Result<Done, ServiceError>,
        prefix: &[&str],
    ) -> GraphqlResult<Self> {
        let done = match outcome(answer, prefix)? {
            Ok(done) => done,
            Err(user_errors) => return Ok(Self { user_errors, ..Self::default() }),
        };
        let user_errors = outcome(done.refusal.map_or(Ok(()), Err), prefix)?.err().unwrap_or_default();
        let order = load(ctx, done.payment.order_id).await?.map(Order::from);
        Ok(Self { payment: Some(done.payment.into()), order, user_errors })
    }
}

impl PaymentInitializeInput {
    fn read(self) -> Result<Initialization, ServiceError> {
        let mut mistakes = Mistakes::default();
        let order = mistakes.check(["orderId"], global_id::decode(&self.order_id));
        let amount = self.amount.map(|amount| amount.read()).transpose();
        let amount = mistakes.check(["amount"], amount);
        let (Some(order), Some(amount)) = (order, amount) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        Ok(Initialization {
            order,
            gateway: self.gateway.0,
            amount,
            capture_now: self.capture_now,
            return_url: self.return_url.map(|url| url.0),
            method: self.payment_method,
            idempotency_key: self.idempotency_key,
        })
    }
}

impl PaymentRefundInput {
    fn read(self) -> Result<RefundRequest, ServiceError> {
        let mut mistakes = Mistakes::default();
        let payment = mistakes.check(["paymentId"], global_id::decode(&self.payment_id));
        let amount = self.amount.map(|amount| amount.read()).transpose();
        let amount = mistakes.check(["amount"], amount);
        let mut lines = Vec::new();
        for (index, line) in self.lines.unwrap_or_default().into_iter().enumerate() {
            let place = |field: &str| ["lines".to_owned(), index.to_string(), field.to_owned()];
            let id = mistakes.check(place("orderLineId"), global_id::decode(&line.order_line_id));
            let quantity = u32::try_from(line.quantity)
                .map_err(|_| Problem::OutOfRange { min: 1, max: i64::from(i32::MAX) });
            let quantity = mistakes.check(place("quantity"), quantity);
            lines.extend(id.zip(quantity));
        }
        match (payment, amount) {
            (Some(payment), Some(amount)) if mistakes.is_empty() => Ok(RefundRequest {
                payment,
                amount,
                lines,
                reason: self.reason,
                restock: self.restock,
                idempotency_key: self.idempotency_key,
            }),
            _ => Err(ServiceError::Refused(mistakes.into_inner())),
        }
    }
}

fn capture_request(
    payment: &ID,
    amount: Option<&MoneyInput>,
    idempotency_key: String,
) -> Result<CaptureRequest, ServiceError> {
    let payment = id_argument::<PaymentId>("paymentId", payment)?;
    let amount = amount.map(MoneyInput::read).transpose();
    let amount = amount.map_err(|problem| ServiceError::refuse(["amount"], problem))?;
    Ok(CaptureRequest { payment, amount, idempotency_key })
}

#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Begins a payment of the caller's order. The same idempotencyKey with the same input is the same payment; where
    /// the gateway did not answer, sending it again goes on with it. An open payment of the order is called off first.
    async fn payment_initialize(
        &self,
        ctx: &Context<'_>,
        input: PaymentInitializeInput,
    ) -> GraphqlResult<PaymentPayload> {
        let answer = match input.read() {
            Ok(request) => services(ctx).payments.initialize(caller(ctx), request).await,
            Err(error) => Err(error),
        };
        PaymentPayload::of(ctx, answer, &["input"]).await
    }

    /// Asks the gateway for the truth, for a buyer back from a redirect before the webhook came.
    async fn payment_verify(&self, ctx: &Context<'_>, payment_id: ID) -> GraphqlResult<PaymentPayload> {
        let answer = match id_argument::<PaymentId>("paymentId", &payment_id) {
            Ok(payment) => services(ctx).payments.verify(caller(ctx), payment).await,
            Err(error) => Err(error),
        };
        PaymentPayload::of(ctx, answer, &[]).await
    }

    /// Takes money that was promised, all of it or less.
    #[graphql(guard = "Requires(Right::PaymentsManage)", directive = auth::apply(only(Right::PaymentsManage), None, None))]
    async fn payment_capture(
        &self,
        ctx: &Context<'_>,
        payment_id: ID,
        amount: Option<MoneyInput>,
        idempotency_key: String,
    ) -> GraphqlResult<PaymentPayload> {
        let answer = match capture_request(&payment_id, amount.as_ref(), idempotency_key) {
            Ok(request) => services(ctx).payments.capture(&request).await,
            Err(error) => Err(error),
        };
        PaymentPayload::of(ctx, answer, &[]).await
    }

    /// Calls off a payment that was not taken yet.
    #[graphql(guard = "Requires(Right::PaymentsManage)", directive = auth::apply(only(Right::PaymentsManage), None, None))]
    async fn payment_void(
        &self,
        ctx: &Context<'_>,
        payment_id: ID,
        idempotency_key: String,
    ) -> GraphqlResult<PaymentPayload> {
        let answer = match id_argument::<PaymentId>("paymentId", &payment_id) {
            Ok(payment) => services(ctx).payments.void(payment, &idempotency_key).await,
            Err(error) => Err(error),
        };
        PaymentPayload::of(ctx, answer, &[]).await
    }

    /// Gives money back, by amount or by lines, never more than was taken. The same idempotencyKey is the same refund.
    #[graphql(guard = "Requires(Right::PaymentsManage)", directive = auth::apply(only(Right::PaymentsManage), None, None))]
    async fn payment_refund(
        &self,
        ctx: &Context<'_>,
        input: PaymentRefundInput,
    ) -> GraphqlResult<PaymentPayload> {
        let answer = match input.read() {
            Ok(request) => services(ctx).payments.refund(&request).await,
            Err(error) => Err(error),
        };
        PaymentPayload::of(ctx, answer, &["input"]).await
    }
}
