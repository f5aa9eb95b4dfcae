//! Closing an account: the person is forgotten, what they bought is not.

use super::Accounts;
use crate::domain::caller::{Caller, Role};
use crate::services::error::{Problem, ServiceError, WHOLE};
use crate::storage::people::UserFilter;

impl Accounts {
    /// Closes the caller's account. What they ordered and was not sent yet is called off, and paid back: with the
    /// address gone nothing could be sent any more. The shop's last administrator stays: nobody could let another one
    /// in.
    pub async fn close(&self, caller: &Caller, password: &str) -> Result<(), ServiceError> {
        let user = self.prove(caller, password, "password").await?;
        let admins = UserFilter { search: None, role: Some(Role::Admin) };
        if user.role == Role::Admin && self.storage.count_users(&admins).await? <= 1 {
            let expected = "the only administrator cannot leave";
            return Err(ServiceError::refuse(WHOLE, Problem::Malformed { expected }));
        }
        if let Some(orders) = self.orders.get() {
            orders.call_off_all(caller).await?;
        }
        let now = self.context.now();
        let sessions = self.storage.sessions_of(user.id, now).await?;
        let mut unit = self.storage.begin().await?;
        unit.close_account(user.id, now).await?;
        unit.save().await?;
        for session in sessions {
            self.standings.invalidate(&session.id).await;
        }
        self.key_standings.invalidate_all();
        if let Some(live) = self.live.get() {
            live.shopper_gone(user.id);
        }
        tracing::info!(user = %user.id, "an account was closed");
        Ok(())
    }
}
