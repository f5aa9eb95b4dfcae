//! The contract of signing in: sessions and their refresh tokens, single-use tokens, API keys, throttling.

use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;
use crate::domain::ids::{ApiKeyId, SessionId, UserId};
use crate::domain::people::{ApiKey, OneTimeToken, RefreshToken, Session, TokenPurpose};
use crate::domain::time::Timestamp;

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was good: the next token took its place.
    Rotated(Session),
    /// It had been used before, so somebody holds a copy: the whole session is revoked now.
    Replayed(Session),
    /// It, or its session, has run out or was revoked.
    Expired,
    /// Nobody knows it.
    Unknown,
}

/// The token that takes the place of the one presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextToken {
    /// SHA-256 of the token, as hexadecimal text.
    pub hash: String,
    /// When it stops working; the session ends then too, unless refreshed again.
    pub expires_at: Timestamp,
}

/// Failures to sign in under one key: an address, or an IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInFailures {
    /// How many in a row.
    pub count: i64,
    /// The last one.
    pub last_at: Timestamp,
}

/// Reading sessions.
#[async_trait]
pub trait SessionStore {
    /// The session of that id, whatever its state.
    async fn session(&self, id: SessionId) -> Result<Option<Session>>;
    /// A user's sessions that are neither over nor revoked, the latest used first, at most 100.
    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>>;
    /// The key of that hash, unless revoked.
    async fn api_key_by_hash(&self, hash: &str) -> Result<Option<ApiKey>>;
    /// A user's keys, newest first, revoked ones included, at most 100.
    async fn api_keys_of(&self, user: UserId) -> Result<Vec<ApiKey>>;
    /// Failures to sign in under a key. `None` when there are none.
    async fn sign_in_failures(&self, key: &str) -> Result<Option<SignInFailures>>;
}

/// Changing sessions.
#[async_trait]
pub trait SessionWork {
    /// Adds a session and its first refresh token.
    ///
    /// # Errors
    /// `Missing` when the user does not exist.
    async fn insert_session(&mut self, session: &Session, token: &RefreshToken) -> Result<()>;
    /// Trades a refresh token for the next one. Of two that present the same token at once, one gets
    /// [`Rotation::Rotated`] and the other [`Rotation::Replayed`]. Save the unit in every case: a replay revokes.
    async fn rotate_refresh_token(
        &mut self,
        presented_hash: &str,
        next: &NextToken,
        now: Timestamp,
    ) -> Result<Rotation>;
    /// Ends a session early. False when there is none, or it was over.
    async fn revoke_session(&mut self, id: SessionId, now: Timestamp) -> Result<bool>;
    /// Ends a user's sessions early, but for one if given. Returns which.
    async fn revoke_sessions_of(
        &mut self,
        user: UserId,
        except: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>>;
    /// Removes sessions and tokens that ended before `before`. Returns how many rows.
    async fn remove_ended_sessions(&mut self, before: Timestamp) -> Result<u64>;
    /// Adds a single-use token; earlier ones of the same user and purpose stop working.
    async fn insert_one_time_token(&mut self, token: &OneTimeToken) -> Result<()>;
    /// A user's tokens of that purpose stop working.
    async fn forget_one_time_tokens(&mut self, user: UserId, purpose: TokenPurpose) -> Result<()>;
    /// Uses a single-use token up. `None` when it is unknown, used, or meant for something else; one that has run
    /// out is returned, for the caller to say so.
    async fn take_one_time_token(
        &mut self,
        hash: &str,
        purpose: TokenPurpose,
    ) -> Result<Option<OneTimeToken>>;
    /// Adds an API key.
    async fn insert_api_key(&mut self, key: &ApiKey) -> Result<()>;
    /// Withdraws a user's API key. False when there is none, or it was withdrawn.
    async fn revoke_api_key(&mut self, user: UserId, id: ApiKeyId, now: Timestamp) -> Result<bool>;
    /// Notes that a key was used.
    async fn touch_api_key(&mut self, id: ApiKeyId, now: Timestamp) -> Result<()>;
    /// Counts a failure to sign in; the count begins anew when the last one is longer ago than `window`.
    async fn record_sign_in_failure(
        &mut self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<SignInFailures>;
    /// Takes back the one failure recorded at `at`; the last one then was at `before`, unless there came another.
    async fn take_back_sign_in_failure(&mut self, key: &str, at: Timestamp, before: Timestamp) -> Result<()>;
}
