//! Signing up, in and out.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::input::{LoginInput, RegisterInput};
use super::user::{User, Visitor};
use crate::domain::ids::{UserId, VisitorId};
use crate::graphql::auth::{SignedIn, auth, caller};
use crate::graphql::carts::{Cart, CartWarning, MergeStrategyInput, cart_of_user};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::accounts::{Registration, SessionTokens, SignedUp};
use crate::services::error::ServiceError;

/// The tokens of an open session.
#[derive(SimpleObject)]
struct Session {
    /// For the Authorization header, after "Bearer ".
    access_token: String,
    expires_at: DateTime,
    /// Rotated at every refresh; replay of an old one revokes the family.
    refresh_token: String,
    refresh_expires_at: DateTime,
}

impl From<SessionTokens> for Session {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token,
            expires_at: tokens.expires_at.into(),
            refresh_token: tokens.refresh_token,
            refresh_expires_at: tokens.refresh_expires_at.into(),
        }
    }
}

#[derive(SimpleObject)]
struct RegisterPayload {
    /// Always true when the input is valid, so that addresses cannot be probed. A letter says how to go on.
    verification_sent: bool,
    /// Always null: a session would tell that the address was free. Sign in, or follow the letter.
    session: Option<Session>,
    /// Always null, as the session.
    user: Option<User>,
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject, Default)]
pub(super) struct AuthPayload {
    session: Option<Session>,
    user: Option<User>,
    user_errors: Vec<UserError>,
    /// The user's cart, with what the guest's brought.
    cart: Option<Cart>,
    /// What became of the guest's cart on its way.
    warnings: Vec<CartWarning>,
}

#[derive(SimpleObject)]
pub(crate) struct SuccessPayload {
    success: bool,
    user_errors: Vec<UserError>,
}

impl SuccessPayload {
    pub(crate) fn of(answer: Result<(), ServiceError>, prefix: &[&str]) -> GraphqlResult<Self> {
        Ok(match outcome(answer, prefix)? {
            Ok(()) => Self { success: true, user_errors: Vec::new() },
            Err(user_errors) => Self { success: false, user_errors },
        })
    }
}

#[derive(SimpleObject)]
struct VisitorPayload {
    visitor: Option<Visitor>,
    user_errors: Vec<UserError>,
}

fn visitor(id: Option<&ID>) -> Result<Option<VisitorId>, ServiceError> {
    let visitor = id.map(global_id::decode).transpose();
    visitor.map_err(|problem| ServiceError::refuse(["visitorId"], problem))
}

pub(super) fn auth_payload(
    answer: Result<SignedUp, ServiceError>,
    prefix: &[&str],
) -> GraphqlResult<AuthPayload> {
    Ok(match outcome(answer, prefix)? {
        Ok(SignedUp { tokens, user }) => {
            let (session, user) = (Some(tokens.into()), Some(User::proven(user)));
            AuthPayload { session, user, ..AuthPayload::default() }
        }
        Err(user_errors) => AuthPayload { user_errors, ..AuthPayload::default() },
    })
}

impl AuthPayload {
    /// Brings the guest's cart into the user's, if one is named. A token that opens none does not undo the sign-in.
    async fn bring_cart(
        &mut self,
        ctx: &Context<'_>,
        user: UserId,
        token: Option<&str>,
        strategy: Option<MergeStrategyInput>,
    ) -> GraphqlResult<()> {
        if let Some(token) = token {
            let strategy = strategy.unwrap_or(MergeStrategyInput::MergeMax).into();
            match outcome(services(ctx).carts.merge(user, token, strategy).await, &["input"])? {
                Ok(Some(change)) => {
                    let warning = |warning| CartWarning::of(warning, &change.cart);
                    self.warnings = change.warnings.iter().map(warning).collect();
                    self.cart = Some(change.cart.into());
                    return Ok(());
                }
                Ok(None) => {}
                Err(mistakes) => self.user_errors.extend(mistakes),
            }
        }
        if ctx.look_ahead().field("cart").exists() {
            self.cart = cart_of_user(ctx, user).await?;
        }
        Ok(())
    }
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account and writes to its address. Answers alike when the address is taken: then its owner gets the
    /// letter.
    async fn register(&self, ctx: &Context<'_>, input: RegisterInput) -> GraphqlResult<RegisterPayload> {
        let answer = match visitor(input.visitor_id.as_ref()) {
            Ok(visitor) => {
                let registration = Registration {
                    email: input.email,
                    password: input.password,
                    display_name: input.display_name,
                    visitor,
                };
                services(ctx).accounts.register(registration, caller(ctx)).await
            }
            Err(error) => Err(error),
        };
        let (verification_sent, user_errors) = match outcome(answer, &["input"])? {
            Ok(()) => (true, Vec::new()),
            Err(user_errors) => (false, user_errors),
        };
        Ok(RegisterPayload { verification_sent, session: None, user: None, user_errors })
    }

    /// Opens a session. Answers alike, and takes as long, whether or not the address exists; repeated failures of one
    /// address or one sender make the next attempt wait.
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> GraphqlResult<AuthPayload> {
        let answer = match visitor(input.visitor_id.as_ref()) {
            Ok(visitor) => {
                services(ctx).accounts.login(&input.email, &input.password, visitor, caller(ctx)).await
            }
            Err(error) => Err(error),
        };
        let signed_in = answer.as_ref().ok().map(|signed_in| signed_in.user.id);
        let mut payload = auth_payload(answer, &["input"])?;
        if let Some(user) = signed_in {
            payload
                .bring_cart(ctx, user, input.guest_cart_token.as_deref(), input.cart_merge_strategy)
                .await?;
        }
        Ok(payload)
    }

    /// Trades a refresh token for fresh tokens. A token works once: presented again, it ends the session.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] refresh_token: String,
    ) -> GraphqlResult<AuthPayload> {
        auth_payload(services(ctx).accounts.refresh(&refresh_token).await, &[])
    }

    /// Ends this session, or all of the user's; their tokens stop working at once.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = false)] all_sessions: bool,
    ) -> GraphqlResult<SuccessPayload> {
        SuccessPayload::of(services(ctx).accounts.logout(caller(ctx), all_sessions).await, &[])
    }

    /// A new anonymous shopper; send its id as X-Visitor-Id.
    async fn visitor_create(&self, ctx: &Context<'_>) -> GraphqlResult<VisitorPayload> {
        let visitor = services(ctx).accounts.create_visitor().await?;
        Ok(VisitorPayload { visitor: Some(visitor.into()), user_errors: Vec::new() })
    }
}
