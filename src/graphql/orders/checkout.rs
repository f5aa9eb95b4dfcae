//! The checkout: a cart becomes an order.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::types::Order;
use crate::graphql::auth::caller;
use crate::graphql::carts::Cart;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::money::MoneyInput;
use crate::graphql::payments::Payment;
use crate::graphql::scalars::Url;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::checkout::{CheckoutRequest, Placed};
use crate::services::error::{Mistakes, ServiceError};

/// A checkout.
#[derive(InputObject)]
struct CheckoutCompleteInput {
    cart_id: ID,
    /// Total the buyer saw; a difference returns PriceChangedError and no order.
    expected_total: MoneyInput,
    gateway: ID,
    /// Where a gateway's page sends the buyer back to.
    return_url: Option<Url>,
    /// The means the buyer chose beforehand, by the gateway's token for it: never a card number.
    payment_method: Option<String>,
    /// Made by the client, one for each checkout: 1 to 128 characters.
    idempotency_key: String,
    /// For the shop, at most 500 characters.
    note: Option<String>,
}

#[derive(SimpleObject, Default)]
struct CheckoutCompletePayload {
    order: Option<Order>,
    /// Null when there was nothing to pay.
    payment: Option<Payment>,
    /// True when this key had already placed the order.
    replayed: bool,
    /// The cart as it is now: the one that became the order, or the one that could not.
    cart: Option<Cart>,
    user_errors: Vec<UserError>,
}

impl CheckoutCompleteInput {
    fn read(self) -> Result<CheckoutRequest, ServiceError> {
        let mut mistakes = Mistakes::default();
        let cart = mistakes.check(["cartId"], global_id::decode(&self.cart_id));
        let expected_total = mistakes.check(["expectedTotal"], self.expected_total.read());
        let (Some(cart), Some(expected_total)) = (cart, expected_total) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        Ok(CheckoutRequest {
            cart,
            expected_total,
            gateway: self.gateway.0,
            return_url: self.return_url.map(|url| url.0),
            payment_method: self.payment_method,
            idempotency_key: self.idempotency_key,
            note: self.note,
        })
    }
}

#[derive(Default)]
pub struct CheckoutMutation;

#[Object]
impl CheckoutMutation {
    /// One transaction: lock the cart, re-price, take stock, write the order. The same idempotencyKey with the same
    /// input returns the same order; with other input, IDEMPOTENCY_KEY_REUSED. When the order stands but its payment
    /// could not be begun, both `order` and `userErrors` are there.
    async fn checkout_complete(
        &self,
        ctx: &Context<'_>,
        input: CheckoutCompleteInput,
    ) -> GraphqlResult<CheckoutCompletePayload> {
        let services = services(ctx);
        let request = match outcome(input.read(), &["input"])? {
            Ok(request) => request,
            Err(user_errors) => return Ok(CheckoutCompletePayload { user_errors, ..Default::default() }),
        };
        let cart = request.cart;
        let answer = services.checkout.complete(caller(ctx), request).await;
        let placed = outcome(answer, &["input"])?;
        // Asked for only where it is selected: it is read anew.
        let cart = if ctx.look_ahead().field("cart").exists() {
            services.carts.cart(caller(ctx), cart).await?.map(Cart::from)
        } else {
            None
        };
        Ok(match placed {
            Ok(Placed { order, payment, replayed, payment_refusal }) => {
                let refusal = payment_refusal.map_or(Ok(()), Err);
                let user_errors = outcome(refusal, &["input"])?.err().unwrap_or_default();
                let (order, payment) = (Some(order.into()), payment.map(Payment::from));
                CheckoutCompletePayload { order, payment, replayed, cart, user_errors }
            }
            Err(user_errors) => CheckoutCompletePayload { cart, user_errors, ..Default::default() },
        })
    }
}
