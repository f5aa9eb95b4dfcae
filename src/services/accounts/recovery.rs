//! Passwords that are forgotten or changed, and the proof that somebody knows theirs.

use super::{Accounts, SignedUp, check_strength, in_person, locked};
use crate::domain::caller::Caller;
use crate::domain::people::{TokenPurpose, User};
use crate::domain::text::Email;
use crate::services::error::{Problem, ServiceError};
use crate::services::messages::Message;

impl Accounts {
    /// Writes a letter with a link to choose a new password, if there is somebody to write it to. Answers alike when
    /// there is not.
    pub async fn request_password_reset(&self, email: &str, caller: &Caller) -> Result<(), ServiceError> {
        self.write_to(email, caller, |user| Message::PasswordResetLetter { user }).await
    }

    /// Sets a new password with the token of such a letter, ends every session and opens a new one. A password that is
    /// refused leaves the token as it was.
    pub async fn choose_password(
        &self,
        token: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<SignedUp, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let (_, user) = self.redeem(unit.as_mut(), token, TokenPurpose::PasswordReset).await?;
        drop(unit);
        // Hashed with no unit open: it takes long.
        let hash = self.hash_new(password, &user).await?;
        let mut unit = self.storage.begin().await?;
        let (_, mut user) = self.redeem(unit.as_mut(), token, TokenPurpose::PasswordReset).await?;
        user.password_hash = Some(hash);
        // The letter reached them.
        user.email_verified = true;
        self.replace_password(unit, user, caller).await
    }

    /// Changes the caller's password, ends every session and opens a new one.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &str,
        password: &str,
    ) -> Result<SignedUp, ServiceError> {
        let user = self.prove(caller, current, "currentPassword").await?;
        let hash = self.hash_new(password, &user).await?;
        let mut unit = self.storage.begin().await?;
        let mut user = unit.user_for_update(user.id).await?.ok_or(ServiceError::Unauthenticated)?;
        user.password_hash = Some(hash);
        self.replace_password(unit, user, caller).await
    }

    /// The caller's record, when the password is theirs. Guesses are slowed down like those at the door. Servers have
    /// no password to show.
    pub(super) async fn prove(
        &self,
        caller: &Caller,
        password: &str,
        argument: &'static str,
    ) -> Result<User, ServiceError> {
        let user = self.own(in_person(caller)?).await?;
        let now = self.context.now();
        let attempt = match &user.email {
            Some(email) => Some(self.throttle.admit(email, caller.ip, now).await?.map_err(locked)?),
            None => None,
        };
        if !self.passwords.verify(password, user.password_hash.clone()).await? {
            self.throttle.failed(caller.ip, now).await?;
            return Err(ServiceError::refuse([argument], Problem::InvalidCredentials));
        }
        if let Some(attempt) = attempt {
            self.throttle.succeeded(attempt).await?;
        }
        Ok(user)
    }

    async fn hash_new(&self, password: &str, user: &User) -> Result<String, ServiceError> {
        let address = user.email.as_ref().map_or("", Email::as_str);
        check_strength(password, address, &user.display_name)
            .map_err(|weak| ServiceError::refuse(["newPassword"], weak))?;
        self.passwords.hash(password).await
    }

    async fn replace_password(
        &self,
        mut unit: Box<dyn crate::storage::UnitOfWork>,
        mut user: User,
        caller: &Caller,
    ) -> Result<SignedUp, ServiceError> {
        let now = self.context.now();
        user.updated_at = now;
        let user = unit.update_user(&user, None).await?;
        let ended = unit.revoke_sessions_of(user.id, None, now).await?;
        // Letters asked for by whoever knew the password before lead nowhere now.
        for purpose in [TokenPurpose::PasswordReset, TokenPurpose::EmailChange] {
            unit.forget_one_time_tokens(user.id, purpose).await?;
        }
        unit.post(&[Message::PasswordChangedLetter { user: user.id }.to_outbox(&self.context)]).await?;
        let signed_up = self.open_session(unit, user, caller).await?;
        for session in ended {
            self.standings.invalidate(&session).await;
        }
        Ok(signed_up)
    }
}
