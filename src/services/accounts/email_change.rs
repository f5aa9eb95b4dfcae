//! Moving an account to another address: asked for with the password, done when the new address has answered.

use super::{Accounts, in_person, locked};
use crate::domain::caller::Caller;
use crate::domain::people::{TokenPurpose, User};
use crate::domain::text::Email;
use crate::services::error::{Problem, ServiceError, refused_write};
use crate::services::messages::Message;

impl Accounts {
    /// Writes to the new address. When somebody has it already, they hear of that instead, and the answer is the same.
    pub async fn request_email_change(
        &self,
        caller: &Caller,
        new_email: &str,
        password: &str,
    ) -> Result<(), ServiceError> {
        in_person(caller)?;
        let email = Email::parse(new_email).map_err(|invalid| ServiceError::refuse(["newEmail"], invalid))?;
        let user = self.prove(caller, password, "password").await?;
        if let Some(wait) = self.throttle.letter(&email, caller.ip, self.context.now()).await? {
            return Err(locked(wait));
        }
        let letter = match self.storage.user_by_email(&email).await? {
            Some(owner) if owner.id == user.id => return Ok(()),
            Some(owner) => Message::AlreadyRegisteredLetter { user: owner.id },
            None => Message::EmailChangeLetter { user: user.id, email: email.into_string() },
        };
        let mut unit = self.storage.begin().await?;
        unit.post(&[letter.to_outbox(&self.context)]).await?;
        Ok(unit.save().await?)
    }

    /// Uses up the token of the letter to the new address: the account moves there, and the old address hears of it.
    pub async fn confirm_email_change(&self, token: &str) -> Result<User, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let (token, mut user) = self.redeem(unit.as_mut(), token, TokenPurpose::EmailChange).await?;
        let invalid = || ServiceError::refuse(["token"], Problem::TokenInvalid);
        let old = user.email.replace(token.email.ok_or_else(invalid)?);
        user.email_verified = true;
        user.updated_at = self.context.now();
        let user = unit.update_user(&user, None).await.map_err(|error| refused_write(error, ["token"]))?;
        if let Some(old) = old {
            let letter = Message::EmailChangedLetter { user: user.id, email: old.into_string() };
            unit.post(&[letter.to_outbox(&self.context)]).await?;
        }
        unit.save().await?;
        Ok(user)
    }
}
