//! Who a request comes from: its access token checked against the session and the user as they are now.

use std::time::Duration;

use super::{Accounts, ServiceError, tokens};
use crate::domain::caller::{Caller, Credential, PermissionSet, Role, SignedIn};
use crate::domain::ids::{ApiKeyId, SessionId, UserId};
use crate::domain::time::Timestamp;

/// How exactly the last use of an API key is known.
const KEY_USE_NOTED_EVERY: Duration = Duration::from_secs(60);

/// Why a token makes nobody a caller.
#[derive(Debug, thiserror::Error)]
pub enum CallerRefused {
    #[error("the access token is unknown or revoked")]
    Unknown,
    #[error("the access token has expired")]
    Expired,
    #[error("the session could not be looked up")]
    Fault(#[source] ServiceError),
}

/// What an API key allows at present.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyStanding {
    key: ApiKeyId,
    user: UserId,
    role: Role,
    permissions: PermissionSet,
}

/// What a session allows at present; remembered for a few seconds, forgotten at once when it changes here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    user: UserId,
    role: Role,
    permissions: PermissionSet,
    ends_at: Timestamp,
}

impl Accounts {
    /// Whether a caller established earlier, as by an open socket, is still signed in with the same rights.
    pub async fn still_stands(&self, caller: &Caller) -> Result<bool, ServiceError> {
        let Some(signed_in) = caller.signed_in else { return Ok(true) };
        let now = self.context.now();
        let session = match signed_in.credential {
            Credential::Session(session) => session,
            // Looked up by what it is the hash of, which a socket does not keep: the key's socket ends with its life.
            Credential::ApiKey(key) => {
                let keys = self.storage.api_keys_of(signed_in.user).await?;
                return Ok(keys.iter().any(|one| one.id == key && one.revoked_at.is_none()));
            }
        };
        let standing = self.standing(session).await?;
        Ok(now < signed_in.expires_at
            && standing.is_some_and(|standing| {
                now < standing.ends_at
                    && standing.role == signed_in.role
                    && standing.permissions == signed_in.permissions
            }))
    }

    /// The user an access token speaks for, with the rights of this moment.
    pub async fn signed_in(&self, token: &str) -> Result<SignedIn, CallerRefused> {
        let now = self.context.now();
        if let Some(hash) = tokens::stored_api_key(token) {
            return self.by_api_key(hash, now).await;
        }
        let access = self.access_tokens.read(token).ok_or(CallerRefused::Unknown)?;
        if now >= access.expires_at {
            return Err(CallerRefused::Expired);
        }
        let standing = self.standing(access.session).await.map_err(CallerRefused::Fault)?;
        let standing = standing
            .filter(|standing| standing.user == access.user && now < standing.ends_at)
            .ok_or(CallerRefused::Unknown)?;
        Ok(SignedIn {
            user: access.user,
            credential: Credential::Session(access.session),
            role: standing.role,
            permissions: standing.permissions,
            expires_at: access.expires_at,
        })
    }

    /// The server an API key speaks for: its owner, with no more than the key and the owner may both do.
    async fn by_api_key(&self, hash: String, now: Timestamp) -> Result<SignedIn, CallerRefused> {
        let standing = match self.key_standings.get(&hash).await {
            Some(standing) => standing,
            None => {
                let standing = self.key_standing(&hash, now).await.map_err(CallerRefused::Fault)?;
                self.key_standings.insert(hash, standing).await;
                standing
            }
        };
        let standing = standing.ok_or(CallerRefused::Unknown)?;
        Ok(SignedIn {
            user: standing.user,
            credential: Credential::ApiKey(standing.key),
            role: standing.role,
            permissions: standing.permissions,
            expires_at: Timestamp::MAX,
        })
    }

    async fn key_standing(&self, hash: &str, now: Timestamp) -> Result<Option<KeyStanding>, ServiceError> {
        let Some(key) = self.storage.api_key_by_hash(hash).await? else { return Ok(None) };
        let owner = self.storage.users(&[key.user_id]).await?.remove(&key.user_id);
        let Some(owner) = owner.filter(|owner| owner.deleted_at.is_none()) else { return Ok(None) };
        if key.last_used_at.is_none_or(|used| now.since(used) > KEY_USE_NOTED_EVERY) {
            let mut unit = self.storage.begin().await?;
            unit.touch_api_key(key.id, now).await?;
            unit.save().await?;
        }
        let held = owner.role.effective(owner.permissions);
        let permissions = key.permissions.iter().filter(|right| held.contains(*right)).collect();
        // What only an administrator in person may do, none of their servers may.
        let role = if owner.role == Role::Admin { Role::Staff } else { owner.role };
        Ok(Some(KeyStanding { key: key.id, user: owner.id, role, permissions }))
    }

    /// The session as it is now; `None` when it was revoked, is unknown, or its user is gone.
    async fn standing(&self, id: SessionId) -> Result<Option<Standing>, ServiceError> {
        if let Some(standing) = self.standings.get(&id).await {
            return Ok(standing);
        }
        let session = self.storage.session(id).await?.filter(|session| session.revoked_at.is_none());
        let standing = match session {
            None => None,
            Some(session) => {
                let user = self.storage.users(&[session.user_id]).await?.remove(&session.user_id);
                user.filter(|user| user.deleted_at.is_none()).map(|user| Standing {
                    user: user.id,
                    role: user.role,
                    permissions: user.role.effective(user.permissions),
                    ends_at: session.expires_at,
                })
            }
        };
        self.standings.insert(id, standing).await;
        Ok(standing)
    }

    /// Forgets what a user's open sessions were allowed, so that the next request looks again.
    pub(super) async fn forget_standings(&self, user: UserId) -> Result<(), ServiceError> {
        for session in self.storage.sessions_of(user, self.context.now()).await? {
            self.standings.invalidate(&session.id).await;
        }
        Ok(())
    }
}
