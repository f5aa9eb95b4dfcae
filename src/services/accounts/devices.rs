//! Where somebody is signed in, and signing out elsewhere.

use super::{Accounts, in_person};
use crate::domain::caller::Caller;
use crate::domain::ids::SessionId;
use crate::domain::people::Session;
use crate::services::error::{Problem, ServiceError};

impl Accounts {
    /// The caller's open sessions, the latest used first.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, ServiceError> {
        let user = in_person(caller)?;
        Ok(self.storage.sessions_of(user, self.context.now()).await?)
    }

    /// Ends one of the caller's own sessions; its tokens stop working at once.
    pub async fn revoke_session(&self, caller: &Caller, id: SessionId) -> Result<(), ServiceError> {
        let user = in_person(caller)?;
        let missing = || ServiceError::refuse(["id"], Problem::NotFound { what: "session" });
        let own = self.storage.session(id).await?.filter(|session| session.user_id == user);
        own.ok_or_else(missing)?;
        let mut unit = self.storage.begin().await?;
        let ended = unit.revoke_session(id, self.context.now()).await?;
        unit.save().await?;
        self.standings.invalidate(&id).await;
        if ended { Ok(()) } else { Err(missing()) }
    }
}
