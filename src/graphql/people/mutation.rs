//! Profiles, addresses, wishlists, and what staff may do.

use async_graphql::{Context, ID, MaybeUndefined, Object, SimpleObject};

use super::enums::{Permission, UserRole};
use super::input::{AddressInput, PreferencesInput};
use super::user::User;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::{AddressId, ProductId, UserId};
use crate::domain::people;
use crate::graphql::auth::{Requires, SignedIn, auth, caller, only, signed_in_user};
use crate::graphql::catalogue::{Product, ProductPayload, id_argument};
use crate::graphql::error::GraphqlResult;
use crate::graphql::loaders::visible_product;
use crate::graphql::scalars::Url;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::accounts::ProfileChange;
use crate::services::error::ServiceError;

#[derive(SimpleObject)]
struct UserPayload {
    user: Option<User>,
    user_errors: Vec<UserError>,
}

impl UserPayload {
    fn of(answer: Result<people::User, ServiceError>) -> GraphqlResult<Self> {
        Ok(match outcome(answer, &[])? {
            Ok(user) => Self { user: Some(user.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { user: None, user_errors },
        })
    }
}

/// Left out keeps, null removes.
pub(crate) fn change<T>(given: MaybeUndefined<T>) -> Option<Option<T>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

async fn wishlist_payload(
    ctx: &Context<'_>,
    answer: Result<ProductId, ServiceError>,
) -> GraphqlResult<ProductPayload> {
    Ok(match outcome(answer, &[])? {
        Ok(product) => ProductPayload {
            product: visible_product(ctx, product).await?.map(Product::from),
            user_errors: Vec::new(),
        },
        Err(user_errors) => ProductPayload { product: None, user_errors },
    })
}

#[derive(Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Changes the user's own profile; what is left out stays, null removes telephone or picture.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn profile_update(
        &self,
        ctx: &Context<'_>,
        display_name: Option<String>,
        phone: MaybeUndefined<String>,
        avatar_url: MaybeUndefined<Url>,
        preferences: Option<PreferencesInput>,
    ) -> GraphqlResult<UserPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match preferences.map(|stated| stated.read(ctx)).transpose() {
            Ok(preferences) => {
                let avatar_url = change(avatar_url).map(|url| url.map(|url| url.0));
                let change = ProfileChange { display_name, phone: change(phone), avatar_url, preferences };
                services(ctx).accounts.update_profile(user, change).await
            }
            Err(error) => Err(error),
        };
        UserPayload::of(answer)
    }

    /// Adds an address, or replaces the user's own one of this id. A default takes that from the others.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn address_save(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        input: AddressInput,
    ) -> GraphqlResult<UserPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match id.as_ref().map(|id| id_argument::<AddressId>("id", id)).transpose() {
            Ok(id) => services(ctx).accounts.save_address(user, id, input.into()).await,
            Err(error) => Err(error),
        };
        UserPayload::of(answer)
    }

    /// Removes one of the user's own addresses.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn address_delete(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<UserPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match id_argument::<AddressId>("id", &id) {
            Ok(id) => services(ctx).accounts.delete_address(user, id).await,
            Err(error) => Err(error),
        };
        UserPayload::of(answer)
    }

    /// Puts a product on the user's wishlist; there already is fine.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn wishlist_add(&self, ctx: &Context<'_>, product_id: ID) -> GraphqlResult<ProductPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match id_argument::<ProductId>("productId", &product_id) {
            Ok(product) => services(ctx).accounts.wish(user, product).await.map(|()| product),
            Err(error) => Err(error),
        };
        wishlist_payload(ctx, answer).await
    }

    /// Takes a product off the user's wishlist; not there is fine.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn wishlist_remove(&self, ctx: &Context<'_>, product_id: ID) -> GraphqlResult<ProductPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match id_argument::<ProductId>("productId", &product_id) {
            Ok(product) => services(ctx).accounts.unwish(user, product).await.map(|()| product),
            Err(error) => Err(error),
        };
        wishlist_payload(ctx, answer).await
    }

    /// Gives a user a role, and staff its permissions; both take effect at the user's next request. Nobody hands out
    /// more than they hold.
    #[graphql(guard = "Requires(Right::UsersManage)", directive = auth::apply(only(Right::UsersManage), None, None))]
    async fn user_permissions_set(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
        role: UserRole,
        permissions: Vec<Permission>,
    ) -> GraphqlResult<UserPayload> {
        let answer = match id_argument::<UserId>("userId", &user_id) {
            Ok(user) => {
                let permissions = permissions.into_iter().map(Right::from).collect();
                let accounts = &services(ctx).accounts;
                accounts.set_permissions(caller(ctx), user, role.into(), permissions).await
            }
            Err(error) => Err(error),
        };
        UserPayload::of(answer)
    }
}
