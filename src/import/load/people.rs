//! Customers into the shop.

use std::collections::HashMap;

use super::{BATCH, LoadError, Loader, Tally};
use crate::domain::error::InvalidValue;
use crate::domain::ids::UserId;
use crate::domain::limits;
use crate::domain::people::User;
use crate::domain::text::{Email, line};
use crate::import::records::UserRecord;

impl Loader<'_> {
    /// Adds the customers that are not there yet.
    pub async fn users(&mut self, records: &[UserRecord]) -> Result<Tally, LoadError> {
        let mut tally = Tally::default();
        for batch in records.chunks(BATCH) {
            let mut users = Vec::with_capacity(batch.len());
            for record in batch {
                match self.user(record) {
                    Ok(user) => users.push(user),
                    Err(error) => self.reject_invalid(record.line, &error)?,
                }
            }
            let mut work = self.storage.begin().await?;
            let outcome = work.upsert_users(&users).await?;
            work.save().await?;
            outcome.iter().for_each(|upserted| tally.count(upserted.created));
            (self.progress)(batch.len() as u64);
        }
        Ok(tally)
    }

    fn user(&self, record: &UserRecord) -> Result<User, InvalidValue> {
        let now = self.context.now();
        let created_at = record.created_at.unwrap_or(now);
        let name = line("name", &record.display_name, limits::NAME)?;
        Ok(User {
            email: Email::parse(&record.key).ok(),
            external_id: Some(line("user", &record.key, limits::EMAIL)?),
            updated_at: now,
            ..User::new(self.context.new_id(), name, created_at)
        })
    }

    /// The users that the source's keys name.
    pub(super) async fn users_by_key(
        &self,
        keys: impl Iterator<Item = &str>,
    ) -> Result<HashMap<String, UserId>, LoadError> {
        let mut keys: Vec<String> = keys.map(str::to_owned).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut known = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(BATCH) {
            known.extend(self.storage.users_by_external_id(chunk).await?);
            // Somebody who registered has an address but no number in the source.
            for key in chunk {
                if !known.contains_key(key)
                    && let Ok(email) = Email::parse(key)
                    && let Some(user) = self.storage.user_by_email(&email).await?
                {
                    known.insert(key.clone(), user.id);
                }
            }
        }
        Ok(known)
    }
}
