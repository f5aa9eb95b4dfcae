//! Who a request comes from: its access token checked against the session and the user as they are now.

use super::{Accounts, ServiceError};
use crate::domain::caller::{Caller, PermissionSet, Role, SignedIn};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::time::Timestamp;

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
        let standing = self.standing(signed_in.session).await?;
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
            session: access.session,
            role: standing.role,
            permissions: standing.permissions,
            expires_at: access.expires_at,
        })
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
