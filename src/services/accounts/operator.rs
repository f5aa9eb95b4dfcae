//! What the operator of the server may do to accounts from its command line, where no caller is checked.

use super::{Accounts, ServiceError, check_strength, refused_write};
use crate::domain::caller::{PermissionSet, Role};
use crate::domain::ids::UserId;
use crate::domain::limits;
use crate::domain::people::User;
use crate::domain::text::{self, Email};
use crate::services::error::{Mistakes, Problem};

impl Accounts {
    /// Makes an account with a role; an administrator's or a server's first way in.
    pub async fn create_account(
        &self,
        email: &str,
        display_name: &str,
        password: &str,
        role: Role,
        permissions: PermissionSet,
    ) -> Result<User, ServiceError> {
        let mut mistakes = Mistakes::default();
        let address = mistakes.check(["email"], Email::parse(email));
        let name = mistakes.check(["name"], text::line("name", display_name, limits::NAME));
        mistakes.check(["password"], check_strength(password, email, display_name));
        let (Some(address), Some(display_name), true) = (address, name, mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let now = self.context.now();
        let user = User {
            email: Some(address),
            email_verified: true,
            role,
            permissions: if role == Role::Staff { permissions } else { PermissionSet::EMPTY },
            password_hash: Some(self.passwords.hash(password).await?),
            ..User::new(self.context.new_id(), display_name, now)
        };
        let mut unit = self.storage.begin().await?;
        unit.insert_user(&user).await.map_err(|error| refused_write(error, ["email"]))?;
        unit.save().await?;
        Ok(user)
    }

    /// Sets the password of the account with that address, or with that number in the system it was imported from.
    /// An imported customer without an address gets `email` as one, so that they can sign in.
    pub async fn reset_password(
        &self,
        who: &str,
        email: Option<&str>,
        password: &str,
    ) -> Result<User, ServiceError> {
        let missing = || ServiceError::refuse(["user"], Problem::NotFound { what: "user" });
        let id = self.find(who).await?.ok_or_else(missing)?;
        let mut unit = self.storage.begin().await?;
        let mut user = unit.user_for_update(id).await?.ok_or_else(missing)?;
        if let Some(email) = email {
            user.email =
                Some(Email::parse(email).map_err(|invalid| ServiceError::refuse(["email"], invalid))?);
        }
        let address = user.email.as_ref().map_or("", Email::as_str);
        check_strength(password, address, &user.display_name)
            .map_err(|weak| ServiceError::refuse(["password"], weak))?;
        user.password_hash = Some(self.passwords.hash(password).await?);
        user.updated_at = self.context.now();
        let stored = unit.update_user(&user, None).await.map_err(|error| refused_write(error, ["email"]))?;
        unit.save().await?;
        self.forget_standings(id).await?;
        Ok(stored)
    }

    /// The hash that opens the accounts of a simulated shop.
    pub async fn hash_for_demo(&self, password: &str) -> Result<String, ServiceError> {
        self.passwords.hash(password).await
    }

    /// Those of the accounts with these external ids that can sign in.
    pub async fn open_accounts(&self, external_ids: &[String]) -> Result<Vec<User>, ServiceError> {
        let ids = self.storage.users_by_external_id(external_ids).await?;
        let known: Vec<UserId> = external_ids.iter().filter_map(|key| ids.get(key).copied()).collect();
        let mut users = self.storage.users(&known).await?;
        let in_order = known.iter().filter_map(|id| users.remove(id));
        Ok(in_order.filter(|user| user.password_hash.is_some()).collect())
    }

    /// Takes the passwords of these accounts away; a public password must not outlive the demonstration.
    pub async fn close_to_sign_in(&self, users: Vec<User>) -> Result<(), ServiceError> {
        for mut user in users {
            user.password_hash = None;
            user.updated_at = self.context.now();
            let mut unit = self.storage.begin().await?;
            unit.update_user(&user, None).await?;
            unit.save().await?;
            self.forget_standings(user.id).await?;
        }
        Ok(())
    }

    async fn find(&self, who: &str) -> Result<Option<UserId>, ServiceError> {
        if let Ok(email) = Email::parse(who)
            && let Some(user) = self.storage.user_by_email(&email).await?
        {
            return Ok(Some(user.id));
        }
        let key = who.to_owned();
        Ok(self.storage.users_by_external_id(std::slice::from_ref(&key)).await?.remove(&key))
    }
}
