//! API keys: by them servers call the shop, with part of their owner's rights.

use super::{Accounts, in_person, tokens};
use crate::domain::caller::{Caller, PermissionSet};
use crate::domain::ids::ApiKeyId;
use crate::domain::people::ApiKey;
use crate::domain::{limits, text};
use crate::services::error::{Mistakes, Problem, ServiceError};

/// A key that was just made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    pub key: ApiKey,
    /// The only time anybody sees it: the store keeps its hash.
    pub secret: String,
}

impl Accounts {
    /// The caller's keys, newest first.
    pub async fn api_keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, ServiceError> {
        let user = in_person(caller)?;
        Ok(self.storage.api_keys_of(user).await?)
    }

    /// Makes a key with some of the caller's own rights. A key makes no keys.
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        name: &str,
        permissions: PermissionSet,
    ) -> Result<NewApiKey, ServiceError> {
        let user = in_person(caller)?;
        let mut mistakes = Mistakes::default();
        let name = mistakes.check(["name"], text::line("name", name, limits::NAME));
        if permissions.iter().any(|right| !caller.may(right)) {
            let expected = "must be among your own permissions";
            mistakes.add(["permissions"], Problem::Malformed { expected });
        }
        let live = self.storage.api_keys_of(user).await?;
        if live.iter().filter(|key| key.revoked_at.is_none()).count() >= limits::API_KEYS {
            mistakes.add(["name"], Problem::TooMany { max: limits::API_KEYS });
        }
        let (Some(name), true) = (name, mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let secret = tokens::new_api_key(&self.context);
        let key = ApiKey {
            id: self.context.new_id(),
            user_id: user,
            name,
            hash: tokens::stored_api_key(&secret).unwrap_or_default(),
            permissions,
            created_at: self.context.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let mut unit = self.storage.begin().await?;
        unit.insert_api_key(&key).await?;
        unit.save().await?;
        tracing::info!(key = %key.id, by = %user, "an API key was made");
        Ok(NewApiKey { key, secret })
    }

    /// Withdraws one of the caller's keys; here it stops working at once, on other instances within seconds.
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), ServiceError> {
        let user = in_person(caller)?;
        let mut unit = self.storage.begin().await?;
        let revoked = unit.revoke_api_key(user, id, self.context.now()).await?;
        unit.save().await?;
        self.key_standings.invalidate_all();
        match revoked {
            true => Ok(()),
            false => Err(ServiceError::refuse(["id"], Problem::NotFound { what: "API key" })),
        }
    }
}
