//! Changing carts. `cartId` left out means the caller's own cart, made on first use; `expectedVersion` guards against
//! lost updates.

use std::future::Future;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::input::{CartLineInput, CartLineUpdateInput, MergeStrategyInput, additions, cart_id, updates};
use super::types::{Cart, CartWarning};
use crate::domain::ids::CartLineId;
use crate::graphql::auth::{SignedIn, auth, caller, signed_in_user};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::people::AddressInput;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::carts::{CartChange, DeliveryChange};
use crate::services::error::{Mistakes, ServiceError};

#[derive(SimpleObject, Default)]
struct CartPayload {
    cart: Option<Cart>,
    /// Given once, when a guest cart is created; send it as X-Cart-Token.
    cart_token: Option<String>,
    warnings: Vec<CartWarning>,
    user_errors: Vec<UserError>,
}

impl From<CartChange> for CartPayload {
    fn from(change: CartChange) -> Self {
        let warnings = change.warnings.iter().map(|warning| CartWarning::of(warning, &change.cart)).collect();
        Self { warnings, cart: Some(change.cart.into()), cart_token: change.token, user_errors: Vec::new() }
    }
}

/// Answers with the changed cart, or with why it was not changed.
async fn payload(
    change: impl Future<Output = Result<CartChange, ServiceError>>,
) -> GraphqlResult<CartPayload> {
    Ok(match outcome(change.await, &[])? {
        Ok(change) => change.into(),
        Err(user_errors) => CartPayload { user_errors, ..CartPayload::default() },
    })
}

#[derive(Default)]
pub struct CartMutation;

#[Object]
impl CartMutation {
    /// Puts pieces in, on top of those that are there. When fewer are left than wanted, those come in, with a warning.
    async fn cart_lines_add(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        lines: Vec<CartLineInput>,
        expected_version: Option<i32>,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let (cart, lines) = (self::cart_id(cart_id.as_ref())?, additions(&lines)?);
            let version = expected_version.map(i64::from);
            services(ctx).carts.add_lines(caller(ctx), cart, &lines, version).await
        })
        .await
    }

    /// Sets quantities.
    async fn cart_lines_update(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        lines: Vec<CartLineUpdateInput>,
        expected_version: Option<i32>,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let (cart, lines) = (self::cart_id(cart_id.as_ref())?, updates(&lines)?);
            let version = expected_version.map(i64::from);
            services(ctx).carts.update_lines(caller(ctx), cart, &lines, version).await
        })
        .await
    }

    /// Takes lines out.
    async fn cart_lines_remove(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        line_ids: Vec<ID>,
        expected_version: Option<i32>,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let cart = self::cart_id(cart_id.as_ref())?;
            let mut mistakes = Mistakes::default();
            let mut ids: Vec<CartLineId> = Vec::new();
            for (index, id) in line_ids.iter().enumerate() {
                ids.extend(
                    mistakes.check(
                        ["lineIds".to_owned(), index.to_string()],
                        global_id::decode::<CartLineId>(id),
                    ),
                );
            }
            mistakes.done()?;
            let version = expected_version.map(i64::from);
            services(ctx).carts.remove_lines(caller(ctx), cart, &ids, version).await
        })
        .await
    }

    /// Takes everything out.
    async fn cart_clear(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        expected_version: Option<i32>,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let cart = self::cart_id(cart_id.as_ref())?;
            services(ctx).carts.clear(caller(ctx), cart, expected_version.map(i64::from)).await
        })
        .await
    }

    /// Brings a guest's cart into the user's. Repeating it changes nothing.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn cart_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] guest_cart_token: String,
        #[graphql(default_with = "Some(MergeStrategyInput::MergeMax)")] strategy: Option<MergeStrategyInput>,
    ) -> GraphqlResult<CartPayload> {
        let user = signed_in_user(ctx)?;
        let strategy = strategy.unwrap_or(MergeStrategyInput::MergeMax).into();
        let answer = services(ctx).carts.merge(user, &guest_cart_token, strategy).await;
        Ok(match outcome(answer, &[])? {
            Ok(Some(change)) => change.into(),
            Ok(None) => CartPayload::default(),
            Err(user_errors) => CartPayload { user_errors, ..CartPayload::default() },
        })
    }

    /// Applies a voucher; one that is applied already stays so.
    async fn cart_voucher_apply(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        code: String,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let cart = self::cart_id(cart_id.as_ref())?;
            services(ctx).carts.apply_voucher(caller(ctx), cart, &code).await
        })
        .await
    }

    /// Takes a voucher off.
    async fn cart_voucher_remove(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        code: String,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let cart = self::cart_id(cart_id.as_ref())?;
            services(ctx).carts.remove_voucher(caller(ctx), cart, &code).await
        })
        .await
    }

    /// Says where a cart goes and how; what is left out stays.
    async fn cart_delivery_update(
        &self,
        ctx: &Context<'_>,
        cart_id: Option<ID>,
        email: Option<String>,
        shipping_address: Option<AddressInput>,
        billing_address: Option<AddressInput>,
        shipping_option_id: Option<ID>,
    ) -> GraphqlResult<CartPayload> {
        payload(async {
            let cart = self::cart_id(cart_id.as_ref())?;
            let change = DeliveryChange {
                email,
                shipping_address: shipping_address.map(Into::into),
                billing_address: billing_address.map(Into::into),
                shipping_option: shipping_option_id.map(|id| id.0),
            };
            services(ctx).carts.update_delivery(caller(ctx), cart, change).await
        })
        .await
    }
}
