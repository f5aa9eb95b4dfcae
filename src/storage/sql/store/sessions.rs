//! Sessions, single-use tokens, API keys, throttling.

use std::time::Duration;

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, query};
use super::{Row, SqlStore, SqlUnit};
use crate::domain::ids::{ApiKeyId, SessionId, UserId};
use crate::domain::people::{ApiKey, OneTimeToken, RefreshToken, Session, TokenPurpose};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::storage::error::Result;
use crate::storage::sessions::{NextToken, Rotation, SessionStore, SessionWork, SignInFailures};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::sessions as sql;

#[async_trait]
impl SessionStore for SqlStore {
    async fn session(&self, id: SessionId) -> Result<Option<Session>> {
        let row = self.read().await?.optional(query(sql::SESSION_BY_ID).id(id)).await?;
        row.as_ref().map(session).transpose()
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let rows = self.read().await?.all(query(sql::SESSIONS_OF_USER).id(user).time(now)).await?;
        rows.iter().map(session).collect()
    }

    async fn api_key_by_hash(&self, hash: &str) -> Result<Option<ApiKey>> {
        let row = self.read().await?.optional(query(sql::API_KEY_BY_HASH).text(hash)).await?;
        row.as_ref().map(api_key).transpose()
    }

    async fn api_keys_of(&self, user: UserId) -> Result<Vec<ApiKey>> {
        self.read().await?.all(query(sql::API_KEYS_OF_USER).id(user)).await?.iter().map(api_key).collect()
    }

    async fn sign_in_failures(&self, key: &str) -> Result<Option<SignInFailures>> {
        let row = self.read().await?.optional(query(sql::SIGN_IN_FAILURES).text(key)).await?;
        row.as_ref().map(failures).transpose()
    }
}

#[async_trait]
impl SessionWork for SqlUnit {
    async fn insert_session(&mut self, session: &Session, token: &RefreshToken) -> Result<()> {
        let query = query(sql::INSERT_SESSION)
            .id(session.id)
            .id(session.user_id)
            .time(session.created_at)
            .time(session.last_used_at)
            .time(session.expires_at)
            .maybe_time(session.revoked_at)
            .maybe_text(session.user_agent.as_deref());
        self.link.run(query).await?;
        self.insert_token(&token.hash, token.session_id, token.issued_at, token.expires_at).await
    }

    async fn rotate_refresh_token(
        &mut self,
        presented_hash: &str,
        next: &NextToken,
        now: Timestamp,
    ) -> Result<Rotation> {
        let row = self.link.optional(query(sql::REFRESH_TOKEN_BY_HASH).text(presented_hash)).await?;
        let Some(row) = row else { return Ok(Rotation::Unknown) };
        let mut fields = Fields::of(&row);
        let (session_id, expires_at, used_at): (SessionId, _, _) =
            (fields.id()?, fields.time()?, fields.maybe_time()?);
        let row = self.link.optional(query(sql::SESSION_FOR_UPDATE).id(session_id)).await?;
        let Some(mut session) = row.as_ref().map(session).transpose()? else { return Ok(Rotation::Unknown) };
        if used_at.is_some() {
            self.revoke_session(session_id, now).await?;
            session.revoked_at = session.revoked_at.or(Some(now));
            return Ok(Rotation::Replayed(session));
        }
        if session.revoked_at.is_some() || expires_at <= now || session.expires_at <= now {
            return Ok(Rotation::Expired);
        }
        self.link.run(query(sql::USE_REFRESH_TOKEN).text(presented_hash).time(now)).await?;
        self.insert_token(&next.hash, session_id, now, next.expires_at).await?;
        self.link.run(query(sql::EXTEND_SESSION).id(session_id).time(now).time(next.expires_at)).await?;
        session.last_used_at = now;
        session.expires_at = next.expires_at;
        Ok(Rotation::Rotated(session))
    }

    async fn revoke_session(&mut self, id: SessionId, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::REVOKE_SESSION).id(id).time(now)).await? > 0)
    }

    async fn revoke_sessions_of(
        &mut self,
        user: UserId,
        except: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>> {
        let except = except.map(|id| id.to_string()).unwrap_or_default();
        let rows = self.link.all(query(sql::REVOKE_SESSIONS_OF).id(user).time(now).bind(except)).await?;
        rows.iter().map(|row| Fields::of(row).id()).collect()
    }

    async fn remove_ended_sessions(&mut self, before: Timestamp) -> Result<u64> {
        let mut removed = 0;
        for statement in [
            sql::REMOVE_ENDED_TOKENS,
            sql::REMOVE_ENDED_SESSIONS,
            sql::REMOVE_OUTDATED_ONE_TIME_TOKENS,
            sql::REMOVE_OLD_FAILURES,
        ] {
            removed += self.link.run(query(statement).time(before)).await?;
        }
        Ok(removed)
    }

    async fn insert_one_time_token(&mut self, token: &OneTimeToken) -> Result<()> {
        self.forget_one_time_tokens(token.user_id, token.purpose).await?;
        let query = query(sql::INSERT_ONE_TIME_TOKEN)
            .text(&token.hash)
            .id(token.user_id)
            .text(token.purpose.as_str())
            .maybe_text(token.email.as_ref().map(|email| email.as_str()))
            .time(token.created_at)
            .time(token.expires_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn forget_one_time_tokens(&mut self, user: UserId, purpose: TokenPurpose) -> Result<()> {
        let query = query(sql::FORGET_ONE_TIME_TOKENS).id(user).text(purpose.as_str());
        self.link.run(query).await.map(|_| ())
    }

    async fn take_one_time_token(
        &mut self,
        hash: &str,
        purpose: TokenPurpose,
    ) -> Result<Option<OneTimeToken>> {
        let query = query(sql::TAKE_ONE_TIME_TOKEN).text(hash).text(purpose.as_str());
        let Some(row) = self.link.optional(query).await? else { return Ok(None) };
        let mut fields = Fields::of(&row);
        Ok(Some(OneTimeToken {
            hash: fields.text()?,
            user_id: fields.id()?,
            purpose: fields.named("token purpose", TokenPurpose::from_name)?,
            email: fields.maybe_text()?.map(Email::from_trusted),
            created_at: fields.time()?,
            expires_at: fields.time()?,
        }))
    }

    async fn insert_api_key(&mut self, key: &ApiKey) -> Result<()> {
        let query = query(sql::INSERT_API_KEY)
            .id(key.id)
            .id(key.user_id)
            .text(&key.name)
            .text(&key.hash)
            .bind(key.permissions.write())
            .time(key.created_at)
            .maybe_time(key.last_used_at)
            .maybe_time(key.revoked_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn revoke_api_key(&mut self, user: UserId, id: ApiKeyId, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::REVOKE_API_KEY).id(user).id(id).time(now)).await? > 0)
    }

    async fn touch_api_key(&mut self, id: ApiKeyId, now: Timestamp) -> Result<()> {
        self.link.run(query(sql::TOUCH_API_KEY).id(id).time(now)).await.map(|_| ())
    }

    async fn record_sign_in_failure(
        &mut self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<SignInFailures> {
        let query = query(sql::RECORD_SIGN_IN_FAILURE).text(key).time(now).time(now - window);
        failures(&self.link.one(query).await?)
    }

    async fn take_back_sign_in_failure(&mut self, key: &str, at: Timestamp, before: Timestamp) -> Result<()> {
        let query = query(sql::TAKE_BACK_SIGN_IN_FAILURE).text(key).time(at).time(before);
        self.link.run(query).await.map(|_| ())
    }
}

impl SqlUnit {
    async fn insert_token(
        &mut self,
        hash: &str,
        session: SessionId,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        let query = query(sql::INSERT_REFRESH_TOKEN).text(hash).id(session).time(issued_at).time(expires_at);
        self.link.run(query).await.map(|_| ())
    }
}

fn session(row: &Row) -> Result<Session> {
    let mut fields = Fields::of(row);
    Ok(Session {
        id: fields.id()?,
        user_id: fields.id()?,
        created_at: fields.time()?,
        last_used_at: fields.time()?,
        expires_at: fields.time()?,
        revoked_at: fields.maybe_time()?,
        user_agent: fields.maybe_text()?,
    })
}

fn api_key(row: &Row) -> Result<ApiKey> {
    let mut fields = Fields::of(row);
    Ok(ApiKey {
        id: fields.id()?,
        user_id: fields.id()?,
        name: fields.text()?,
        hash: fields.text()?,
        permissions: fields.document("permissions")?,
        created_at: fields.time()?,
        last_used_at: fields.maybe_time()?,
        revoked_at: fields.maybe_time()?,
    })
}

fn failures(row: &Row) -> Result<SignInFailures> {
    let mut fields = Fields::of(row);
    Ok(SignInFailures { count: fields.int()?, last_at: fields.time()? })
}
