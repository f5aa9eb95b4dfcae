//! Who may read a field or run a mutation: the guards, and the `@auth` that tells clients of them.
//!
//! A guarded field carries both, side by side; the field-by-field test reads `@auth` and tries every wrong caller.

use async_graphql::{Context, Guard, TypeDirective};
use futures_util::{Stream, StreamExt};

use super::error::{GraphqlError, GraphqlResult};
use super::people::Permission;
use super::services;
use crate::domain::caller::{Caller, Permission as Right};
use crate::domain::ids::UserId;
use crate::error::Code;

/// Who may read the field or run the mutation; enforced by a guard and tested field by field.
#[TypeDirective(location = "FieldDefinition")]
pub fn auth(
    requires: Option<Vec<Permission>>,
    #[graphql(default_with = "Some(false)")] owner_or_staff: Option<bool>,
    #[graphql(default_with = "Some(false)")] signed_in: Option<bool>,
) {
}

/// The `requires` argument of [`auth`], to stand beside [`Requires`].
pub fn only(permission: Right) -> Option<Vec<Permission>> {
    Some(vec![permission.into()])
}

/// Lets through whoever holds the permission.
pub struct Requires(pub Right);

impl Guard for Requires {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        Ok(demand(caller(ctx), caller(ctx).may(self.0))?)
    }
}

/// Lets through the user the object belongs to, and staff with the permission.
pub struct OwnerOr {
    pub owner: UserId,
    pub right: Right,
    /// The sender proved to be the owner within this request, whatever its token says.
    pub proven: bool,
}

impl Guard for OwnerOr {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        if self.proven {
            return Ok(());
        }
        let caller = caller(ctx);
        Ok(demand(caller, caller.is_user(self.owner) || caller.may(self.right))?)
    }
}

/// Lets through every signed-in user.
pub struct SignedIn;

impl Guard for SignedIn {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        Ok(demand(caller(ctx), true)?)
    }
}

/// Lets through a person who is signed in, and no server: for what keeps an account its owner's.
pub struct InPerson;

impl Guard for InPerson {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        Ok(demand(caller(ctx), !caller(ctx).is_server())?)
    }
}

/// Refuses an anonymous caller as unauthenticated, and a signed-in one for whom `allowed` is false as forbidden.
pub fn demand(caller: &Caller, allowed: bool) -> Result<(), GraphqlError> {
    if caller.signed_in.is_none() {
        Err(GraphqlError::of(Code::Unauthenticated))
    } else if !allowed {
        Err(GraphqlError::of(Code::Forbidden))
    } else {
        Ok(())
    }
}

/// Who sends this request; nobody in particular when the transport established nothing.
pub fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    static NOBODY: Caller = Caller {
        signed_in: None,
        visitor: None,
        cart_token: None,
        user_agent: None,
        ip: None,
        request_id: String::new(),
    };
    ctx.data_opt::<Caller>().unwrap_or(&NOBODY)
}

/// The signed-in user; an error for everybody else.
pub fn signed_in_user(ctx: &Context<'_>) -> Result<UserId, GraphqlError> {
    caller(ctx).user().ok_or_else(|| GraphqlError::of(Code::Unauthenticated))
}

/// Ends the stream with an error at the first event after the access token has run out.
pub(crate) fn while_signed_in<T, S: Stream<Item = GraphqlResult<T>>>(
    ctx: &Context<'_>,
    updates: S,
) -> impl Stream<Item = GraphqlResult<T>> + use<T, S> {
    let expires_at = caller(ctx).expires_at();
    let context = services(ctx).context.clone();
    let valid = move || expires_at.is_none_or(|end| context.now() < end);
    updates
        .map(move |update| match valid() {
            true => (update, false),
            false => (Err(GraphqlError::of(Code::Unauthenticated)), true),
        })
        .scan(false, |ended, (update, last)| {
            let item = (!std::mem::replace(ended, *ended || last)).then_some(update);
            std::future::ready(item)
        })
}
