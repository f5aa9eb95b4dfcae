//! Where somebody is signed in, and the keys by which their servers call.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::account::SuccessPayload;
use super::enums::Permission;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::{ApiKeyId, SessionId};
use crate::domain::people;
use crate::graphql::auth::{InPerson, Requires, auth, caller, only};
use crate::graphql::catalogue::id_argument;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};

/// A device on which the user is signed in.
#[derive(SimpleObject)]
pub(super) struct OpenSession {
    id: ID,
    /// What the client called itself.
    user_agent: Option<String>,
    created_at: DateTime,
    last_used_at: DateTime,
    expires_at: DateTime,
    /// Whether it is the one that asks.
    current: bool,
}

impl OpenSession {
    pub(super) fn of(session: people::Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.global(),
            current: current == Some(session.id),
            user_agent: session.user_agent,
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}

/// A key by which a server calls, with some of its owner's permissions.
#[derive(SimpleObject)]
pub(super) struct ApiKey {
    id: ID,
    name: String,
    permissions: Vec<Permission>,
    created_at: DateTime,
    /// To the minute.
    last_used_at: Option<DateTime>,
    revoked_at: Option<DateTime>,
}

impl From<people::ApiKey> for ApiKey {
    fn from(key: people::ApiKey) -> Self {
        Self {
            id: key.id.global(),
            name: key.name,
            permissions: key.permissions.iter().map(Permission::from).collect(),
            created_at: key.created_at.into(),
            last_used_at: key.last_used_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
        }
    }
}

#[derive(SimpleObject)]
struct ApiKeyPayload {
    api_key: Option<ApiKey>,
    /// For the Authorization header, after "Bearer "; shown this once.
    secret: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Signs the user out on one device; its tokens stop working at once.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn session_revoke(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<SuccessPayload> {
        let answer = match id_argument::<SessionId>("id", &id) {
            Ok(id) => services(ctx).accounts.revoke_session(caller(ctx), id).await,
            Err(error) => Err(error),
        };
        SuccessPayload::of(answer, &[])
    }

    /// Makes a key for a server, with some of the user's own permissions.
    #[graphql(
        guard = "InPerson.and(Requires(Right::SettingsManage))",
        directive = auth::apply(only(Right::SettingsManage), None, None)
    )]
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        name: String,
        permissions: Vec<Permission>,
    ) -> GraphqlResult<ApiKeyPayload> {
        let permissions = permissions.into_iter().map(Right::from).collect();
        let answer = services(ctx).accounts.create_api_key(caller(ctx), &name, permissions).await;
        Ok(match outcome(answer, &[])? {
            Ok(made) => ApiKeyPayload {
                api_key: Some(made.key.into()),
                secret: Some(made.secret),
                user_errors: Vec::new(),
            },
            Err(user_errors) => ApiKeyPayload { api_key: None, secret: None, user_errors },
        })
    }

    /// Withdraws one of the user's own keys.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn api_key_revoke(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<SuccessPayload> {
        let answer = match id_argument::<ApiKeyId>("id", &id) {
            Ok(id) => services(ctx).accounts.revoke_api_key(caller(ctx), id).await,
            Err(error) => Err(error),
        };
        SuccessPayload::of(answer, &[])
    }
}
