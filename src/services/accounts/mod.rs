//! Accounts: registering, signing in and out, sessions that renew themselves, and who a request comes from.

mod administration;
mod caller;
mod closing;
mod devices;
mod email_change;
mod keys;
mod operator;
mod passwords;
mod profile;
mod recovery;
mod registration;
mod throttle;
pub(super) mod tokens;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use moka::future::Cache;

pub use administration::UserList;
pub use caller::CallerRefused;
use caller::{KeyStanding, Standing};
pub use keys::NewApiKey;
use passwords::{Passwords, check_strength};
pub(super) use profile::read_address;
pub use profile::{AddressChange, PreferencesChange, ProfileChange};
pub use registration::Registration;
use throttle::Throttle;
pub use tokens::single_use_token;
use tokens::{Access, AccessTokens};

use super::error::{Mistakes, Problem, ServiceError, WHOLE, refused_write};
use super::orders::Orders;
use crate::config::AuthConfig;
use crate::context::Context;
use crate::domain::caller::Caller;
use crate::domain::ids::{CartId, SessionId, UserId, VisitorId};
use crate::domain::people::{RefreshToken, Session, User, Visitor};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::recommend::Recommendations;
use crate::storage::sessions::{NextToken, Rotation};
use crate::storage::{Storage, UnitOfWork};

/// Where the generated signing secret is kept.
const SECRET_KEY: &str = "auth.token_secret";
/// How long another instance may still honour a session that was revoked, or a permission that was taken away.
const STANDING_LIFE: Duration = Duration::from_secs(10);
const STANDINGS: u64 = 100_000;

/// The use cases of people's accounts.
pub struct Accounts {
    storage: Arc<dyn Storage>,
    context: Context,
    passwords: Passwords,
    throttle: Throttle,
    access_tokens: AccessTokens,
    access_life: Duration,
    session_life: Duration,
    standings: Cache<SessionId, Option<Standing>>,
    /// By the hash of the key.
    key_standings: Cache<String, Option<KeyStanding>>,
    /// Whether only confirmed addresses may sign in.
    verified_login: bool,
    /// Hears of tastes and of visitors who turned out to be users, where there is a recommender.
    live: OnceLock<Arc<Recommendations>>,
    /// Called off when the account of who placed them is closed.
    orders: OnceLock<Arc<Orders>>,
}

/// The tokens of an open session, as handed to the client.
#[derive(Debug, Clone)]
pub struct SessionTokens {
    pub access_token: String,
    pub expires_at: Timestamp,
    pub refresh_token: String,
    pub refresh_expires_at: Timestamp,
}

/// Somebody who is signed in now.
#[derive(Debug, Clone)]
pub struct SignedUp {
    pub tokens: SessionTokens,
    pub user: User,
    /// The cart they filled before they registered, to be brought in now.
    pub guest_cart: Option<CartId>,
}

impl Accounts {
    /// Opens the accounts; without a configured secret one is made, once for all instances.
    pub async fn open(
        storage: Arc<dyn Storage>,
        context: Context,
        config: &AuthConfig,
    ) -> Result<Self, ServiceError> {
        let secret = if config.token_secret.is_empty() {
            shared_secret(storage.as_ref(), &context).await?
        } else {
            config.token_secret.clone()
        };
        Ok(Self {
            passwords: Passwords::new(context.clone()),
            throttle: Throttle::new(Arc::clone(&storage)),
            access_tokens: AccessTokens::new(secret.as_bytes()),
            access_life: Duration::from_secs(u64::from(config.access_token_minutes) * 60),
            session_life: Duration::from_secs(u64::from(config.refresh_token_days) * 24 * 60 * 60),
            standings: Cache::builder().max_capacity(STANDINGS).time_to_live(STANDING_LIFE).build(),
            key_standings: Cache::builder().max_capacity(STANDINGS).time_to_live(STANDING_LIFE).build(),
            verified_login: config.verified_login,
            storage,
            context,
            live: OnceLock::new(),
            orders: OnceLock::new(),
        })
    }

    /// Lets the recommender hear of tastes and of visitors who turned out to be users.
    pub fn inform(&self, live: Arc<Recommendations>) {
        // A second recommender would be a mistake of the composition; the first one stays.
        let _ = self.live.set(live);
    }

    /// Lets closed accounts call off what they ordered.
    pub fn answer_for(&self, orders: Arc<Orders>) {
        // As above: there is one shop.
        let _ = self.orders.set(orders);
    }

    /// Opens a session for whoever knows the password. Unknown addresses take as long and answer the same.
    pub async fn login(
        &self,
        email: &str,
        password: &str,
        visitor: Option<VisitorId>,
        caller: &Caller,
    ) -> Result<SignedUp, ServiceError> {
        let refused = || ServiceError::refuse(WHOLE, Problem::InvalidCredentials);
        let Ok(email) = Email::parse(email) else { return Err(refused()) };
        let now = self.context.now();
        let attempt = self.throttle.admit(&email, caller.ip, now).await?.map_err(locked)?;
        let user = self.storage.user_by_email(&email).await?.filter(|user| user.deleted_at.is_none());
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let fits = self.passwords.verify(password, hash).await?;
        let user = user.filter(|user| fits && (user.email_verified || !self.verified_login));
        let Some(user) = user else {
            self.throttle.failed(caller.ip, now).await?;
            return Err(refused());
        };
        let mut unit = self.storage.begin().await?;
        let linked = self.link(unit.as_mut(), visitor.or(caller.visitor), user.id).await?;
        let signed_up = self.open_session(unit, user, caller).await?;
        self.throttle.succeeded(attempt).await?;
        self.tell_of_link(linked, signed_up.user.id);
        Ok(signed_up)
    }

    /// Adds a session to what the unit holds already, saves it and signs the user in.
    async fn open_session(
        &self,
        mut unit: Box<dyn UnitOfWork>,
        user: User,
        caller: &Caller,
    ) -> Result<SignedUp, ServiceError> {
        let now = self.context.now();
        let (session, first, refresh_token) = self.new_session(user.id, caller.user_agent.clone(), now);
        unit.insert_session(&session, &first).await?;
        let arrival = unit.take_arrival(user.id).await?.unwrap_or_default();
        let linked = self.link(unit.as_mut(), arrival.visitor, user.id).await?;
        unit.save().await?;
        self.tell_of_link(linked, user.id);
        let tokens = self.tokens(&session, refresh_token, now)?;
        Ok(SignedUp { tokens, user, guest_cart: arrival.cart })
    }

    /// Trades a refresh token for fresh tokens. One that was used before ends its session for everybody.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedUp, ServiceError> {
        let refuse = |problem| ServiceError::refuse(["refreshToken"], problem);
        let Some(presented) = tokens::stored_form(refresh_token) else {
            return Err(refuse(Problem::TokenInvalid));
        };
        let now = self.context.now();
        let next = tokens::new_refresh_token(&self.context);
        let hash =
            tokens::stored_form(&next).ok_or_else(|| ServiceError::Internal("a token of our own".into()))?;
        let next_token = NextToken { hash, expires_at: now + self.session_life };
        let mut unit = self.storage.begin().await?;
        let rotation = unit.rotate_refresh_token(&presented, &next_token, now).await?;
        unit.save().await?;
        let session = match rotation {
            Rotation::Rotated(session) => session,
            Rotation::Replayed(session) => {
                self.standings.invalidate(&session.id).await;
                tracing::warn!(session = %session.id, user = %session.user_id, "a refresh token was used twice");
                return Err(refuse(Problem::TokenInvalid));
            }
            Rotation::Expired => return Err(refuse(Problem::TokenExpired)),
            Rotation::Unknown => return Err(refuse(Problem::TokenInvalid)),
        };
        let user = self.storage.users(&[session.user_id]).await?.remove(&session.user_id);
        let user =
            user.filter(|user| user.deleted_at.is_none()).ok_or_else(|| refuse(Problem::TokenInvalid))?;
        let tokens = self.tokens(&session, next, now)?;
        Ok(SignedUp { tokens, user, guest_cart: None })
    }

    /// Ends the caller's session, or all of the caller's sessions.
    pub async fn logout(&self, caller: &Caller, all_sessions: bool) -> Result<(), ServiceError> {
        let signed_in = caller.signed_in.ok_or(ServiceError::Unauthenticated)?;
        let now = self.context.now();
        let session = caller.session().ok_or(ServiceError::Forbidden)?;
        let mut unit = self.storage.begin().await?;
        let ended = if all_sessions {
            unit.revoke_sessions_of(signed_in.user, None, now).await?
        } else {
            unit.revoke_session(session, now).await?;
            vec![session]
        };
        unit.save().await?;
        for session in ended {
            self.standings.invalidate(&session).await;
        }
        Ok(())
    }

    /// A new anonymous shopper.
    pub async fn create_visitor(&self) -> Result<Visitor, ServiceError> {
        let visitor = Visitor { id: self.context.new_id(), user_id: None, created_at: self.context.now() };
        let mut unit = self.storage.begin().await?;
        unit.insert_visitor(&visitor).await?;
        unit.save().await?;
        Ok(visitor)
    }

    fn new_session(
        &self,
        user: UserId,
        user_agent: Option<String>,
        now: Timestamp,
    ) -> (Session, RefreshToken, String) {
        let expires_at = now + self.session_life;
        let session = Session {
            id: self.context.new_id(),
            user_id: user,
            created_at: now,
            last_used_at: now,
            expires_at,
            revoked_at: None,
            user_agent,
        };
        let token = tokens::new_refresh_token(&self.context);
        let hash = tokens::stored_form(&token).unwrap_or_default();
        let first = RefreshToken { hash, session_id: session.id, issued_at: now, expires_at };
        (session, first, token)
    }

    fn tokens(
        &self,
        session: &Session,
        refresh_token: String,
        now: Timestamp,
    ) -> Result<SessionTokens, ServiceError> {
        let expires_at = now + self.access_life;
        let access = Access { user: session.user_id, session: session.id, expires_at };
        Ok(SessionTokens {
            access_token: self.access_tokens.issue(access, now)?,
            expires_at,
            refresh_token,
            refresh_expires_at: now + self.session_life,
        })
    }

    async fn link(
        &self,
        unit: &mut dyn UnitOfWork,
        visitor: Option<VisitorId>,
        user: UserId,
    ) -> Result<Option<VisitorId>, ServiceError> {
        let Some(visitor) = visitor else { return Ok(None) };
        Ok(unit.link_visitor(visitor, user).await?.then_some(visitor))
    }

    /// What the visitor did is the user's now: both lists change.
    fn tell_of_link(&self, linked: Option<VisitorId>, user: UserId) {
        if let (Some(visitor), Some(live)) = (linked, self.live.get()) {
            live.visitor_linked(visitor, user);
        }
    }
}

/// The user who is signed in, where a server with their key will not do: it has no say in what keeps an account its
/// owner's.
fn in_person(caller: &Caller) -> Result<UserId, ServiceError> {
    let user = caller.user().ok_or(ServiceError::Unauthenticated)?;
    caller.session().map(|_| user).ok_or(ServiceError::Forbidden)
}

fn locked(wait: Duration) -> ServiceError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    ServiceError::refuse(["email"], Problem::AccountLocked { seconds })
}

async fn shared_secret(storage: &dyn Storage, context: &Context) -> Result<String, ServiceError> {
    if let Some(secret) = storage.setting(SECRET_KEY).await? {
        return Ok(secret);
    }
    let fresh: String = context.random_bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut unit = storage.begin().await?;
    let secret = unit.setting_or_insert(SECRET_KEY, &fresh, context.now()).await?;
    unit.save().await?;
    Ok(secret)
}
