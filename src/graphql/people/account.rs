//! Signing up, in and out.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::input::{LoginInput, RegisterInput};
use super::user::{User, Visitor};
use crate::domain::ids::{CartId, UserId, VisitorId};
use crate::graphql::auth::{InPerson, auth, caller};
use crate::graphql::carts::{Cart, CartWarning, MergeStrategyInput, cart_of_user};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::accounts::{Registration, SessionTokens, SignedUp};
use crate::services::carts::{CartChange, MergeStrategy};
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

/// What came with a sign-in: the token of a guest's cart, and how it is to be merged.
#[derive(Default)]
pub(super) struct Baggage {
    token: Option<String>,
    strategy: Option<MergeStrategyInput>,
}

pub(super) async fn auth_payload(
    ctx: &Context<'_>,
    answer: Result<SignedUp, ServiceError>,
    prefix: &[&str],
    baggage: Baggage,
) -> GraphqlResult<AuthPayload> {
    match outcome(answer, prefix)? {
        Ok(SignedUp { tokens, user, guest_cart }) => {
            let id = user.id;
            let (session, user) = (Some(tokens.into()), Some(User::proven(user)));
            let mut payload = AuthPayload { session, user, ..AuthPayload::default() };
            payload.bring_carts(ctx, id, guest_cart, baggage).await?;
            Ok(payload)
        }
        Err(user_errors) => Ok(AuthPayload { user_errors, ..AuthPayload::default() }),
    }
}

impl AuthPayload {
    /// Brings in the cart that waited for the first sign-in, then the one named now. A token that opens none does not
    /// undo the sign-in.
    async fn bring_carts(
        &mut self,
        ctx: &Context<'_>,
        user: UserId,
        waiting: Option<CartId>,
        Baggage { token, strategy }: Baggage,
    ) -> GraphqlResult<()> {
        let carts = &services(ctx).carts;
        if let Some(cart) = waiting {
            // One that was forgotten meanwhile is no mistake of theirs.
            if let Ok(Some(change)) = outcome(carts.bring(user, cart, MergeStrategy::Max).await, &[])? {
                self.brought(change);
            }
        }
        if let Some(token) = token {
            let strategy = strategy.unwrap_or(MergeStrategyInput::MergeMax).into();
            match outcome(carts.merge(user, &token, strategy).await, &["input"])? {
                Ok(Some(change)) => self.brought(change),
                Ok(None) => {}
                Err(mistakes) => self.user_errors.extend(mistakes),
            }
        }
        if self.cart.is_some() {
            return Ok(());
        }
        if ctx.look_ahead().field("cart").exists() {
            self.cart = cart_of_user(ctx, user).await?;
        }
        Ok(())
    }

    fn brought(&mut self, change: CartChange) {
        self.warnings.extend(change.warnings.iter().map(|warning| CartWarning::of(warning, &change.cart)));
        self.cart = Some(change.cart.into());
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
                    guest_cart: input.guest_cart_token,
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
        let baggage = Baggage { token: input.guest_cart_token, strategy: input.cart_merge_strategy };
        auth_payload(ctx, answer, &["input"], baggage).await
    }

    /// Trades a refresh token for fresh tokens. A token works once: presented again, it ends the session.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] refresh_token: String,
    ) -> GraphqlResult<AuthPayload> {
        let answer = services(ctx).accounts.refresh(&refresh_token).await;
        auth_payload(ctx, answer, &[], Baggage::default()).await
    }

    /// Ends this session, or all of the user's; their tokens stop working at once.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
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
