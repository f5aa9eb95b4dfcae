//! The accounts as the transports' authenticator: credentials as they arrive, checked by the use cases.

use async_trait::async_trait;

use super::auth::{AuthFailure, Authenticator, Credentials};
use crate::domain::caller::Caller;
use crate::domain::ids::VisitorId;
use crate::graphql::global_id;
use crate::services::accounts::{Accounts, CallerRefused};
use crate::services::error::ServiceError;

#[async_trait]
impl Authenticator for Accounts {
    async fn authenticate(&self, credentials: Credentials) -> Result<Caller, AuthFailure> {
        let visitor = credentials.visitor.map(|id| global_id::read::<VisitorId>(&id)).transpose();
        let visitor = visitor.map_err(|_| AuthFailure::Malformed("the visitor id"))?;
        let signed_in = match credentials.bearer {
            None => None,
            Some(token) => Some(self.signed_in(&token).await.map_err(failure)?),
        };
        Ok(Caller { signed_in, visitor, cart_token: credentials.cart_token, ..Caller::default() })
    }

    async fn revalidate(&self, caller: &Caller) -> Result<(), AuthFailure> {
        if self.still_stands(caller).await.map_err(fault)? { Ok(()) } else { Err(AuthFailure::Invalid) }
    }
}

fn failure(refused: CallerRefused) -> AuthFailure {
    match refused {
        CallerRefused::Unknown => AuthFailure::Invalid,
        CallerRefused::Expired => AuthFailure::Expired,
        CallerRefused::Fault(error) => fault(error),
    }
}

fn fault(error: ServiceError) -> AuthFailure {
    let mut cause = error.to_string();
    if let ServiceError::Storage(source) = &error {
        cause = format!("{cause}: {source}");
    }
    AuthFailure::Unavailable(cause)
}
