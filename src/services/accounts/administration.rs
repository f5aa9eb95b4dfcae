//! People as staff see them: the list of users, and what each may do.

use super::{Accounts, ServiceError, refused_write};
use crate::domain::caller::{Caller, Permission, PermissionSet, Role};
use crate::domain::ids::UserId;
use crate::domain::limits;
use crate::domain::people::User;
use crate::domain::text;
use crate::services::error::Problem;
use crate::storage::people::UserFilter;
use crate::storage::{Page, PageRequest};

/// Which users to list.
#[derive(Debug, Clone, Default)]
pub struct UserList {
    pub search: Option<String>,
    pub role: Option<Role>,
}

impl UserList {
    fn filter(self) -> Result<UserFilter, ServiceError> {
        let search =
            self.search.as_deref().map(|words| text::optional_line("search", words, limits::SHORT_TEXT));
        let search =
            search.transpose().map_err(|invalid| ServiceError::refuse(["search"], invalid))?.flatten();
        Ok(UserFilter { search, role: self.role })
    }
}

impl Accounts {
    /// A page of users, newest first.
    pub async fn list(&self, list: UserList, page: &PageRequest) -> Result<Page<User>, ServiceError> {
        Ok(self.storage.list_users(&list.filter()?, page).await?)
    }

    /// How many users a list holds in all.
    pub async fn count(&self, list: UserList) -> Result<i64, ServiceError> {
        Ok(self.storage.count_users(&list.filter()?).await?)
    }

    /// Gives a user a role and the permissions that go with it; both take effect at the user's next request.
    ///
    /// Nobody hands out more than they hold, changes somebody who holds more, or takes the power over users from
    /// themselves: the last of these would lock the shop's owner out.
    pub async fn set_permissions(
        &self,
        caller: &Caller,
        user: UserId,
        role: Role,
        permissions: PermissionSet,
    ) -> Result<User, ServiceError> {
        let signed_in = caller.signed_in.ok_or(ServiceError::Unauthenticated)?;
        if !caller.may(Permission::UsersManage) {
            return Err(ServiceError::Forbidden);
        }
        let covers = |rights: PermissionSet| rights.iter().all(|right| signed_in.permissions.contains(right));
        let is_admin = signed_in.role == Role::Admin;
        if !covers(role.effective(permissions)) || (role == Role::Admin && !is_admin) {
            return Err(ServiceError::Forbidden);
        }
        if user == signed_in.user && !role.effective(permissions).contains(Permission::UsersManage) {
            let expected = "you cannot take the management of users from yourself";
            return Err(ServiceError::refuse(["permissions"], Problem::Malformed { expected }));
        }
        let missing = || ServiceError::refuse(["userId"], Problem::NotFound { what: "user" });
        let mut unit = self.storage.begin().await?;
        let found = unit.user_for_update(user).await?.filter(|user| user.deleted_at.is_none());
        let mut changed = found.ok_or_else(missing)?;
        if !covers(changed.role.effective(changed.permissions)) || (changed.role == Role::Admin && !is_admin)
        {
            return Err(ServiceError::Forbidden);
        }
        // Whoever holds rights must be who the address says, not who typed it.
        if role != Role::Customer && !changed.email_verified {
            return Err(ServiceError::refuse(["userId"], Problem::EmailNotVerified));
        }
        changed.role = role;
        // Leftover grants of a customer would come alive with the next promotion.
        changed.permissions = if role == Role::Staff { permissions } else { PermissionSet::EMPTY };
        changed.updated_at = self.context.now();
        let stored =
            unit.update_user(&changed, None).await.map_err(|error| refused_write(error, ["userId"]))?;
        unit.save().await?;
        self.forget_standings(user).await?;
        tracing::info!(by = %signed_in.user, %user, role = role.name(), "rights of a user were changed");
        Ok(stored)
    }
}
