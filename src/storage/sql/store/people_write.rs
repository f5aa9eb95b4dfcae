//! Changing users, visitors, addresses.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;

use super::fields::Fields;
use super::link::{Bind as _, Query, query};
use super::people::user;
use super::{SqlUnit, keys};
use crate::domain::ids::{AddressId, UserId, VisitorId};
use crate::domain::people::{Address, Arrival, User, Visitor};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Upserted;
use crate::storage::error::{Result, StorageError};
use crate::storage::people::PeopleWork;
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::fold::fold;
use crate::storage::sql::statements::{carts, delivery, people as sql};

const NO_USER: StorageError = StorageError::Missing { what: "user" };

#[async_trait]
impl PeopleWork for SqlUnit {
    async fn insert_user(&mut self, user: &User) -> Result<()> {
        self.link.run_rows(sql::INSERT_USERS, std::slice::from_ref(user), bind_user).await.map(|_| ())
    }

    async fn update_user(&mut self, user: &User, expected_version: Option<i64>) -> Result<User> {
        let stored = self.user_for_update(user.id).await?.ok_or(NO_USER)?;
        if expected_version.is_some_and(|expected| expected != stored.version) {
            return Err(StorageError::VersionConflict { current: stored.version });
        }
        let query = describe(query(sql::UPDATE_USER).id(user.id), user)
            .time(user.updated_at)
            .maybe_time(user.deleted_at);
        self.link.run(query).await?;
        Ok(User { version: stored.version + 1, created_at: stored.created_at, ..user.clone() })
    }

    async fn user_for_update(&mut self, id: UserId) -> Result<Option<User>> {
        let row = self.link.optional(query(sql::USER_FOR_UPDATE).id(id)).await?;
        row.as_ref().map(user).transpose()
    }

    async fn upsert_users(&mut self, users: &[User]) -> Result<Vec<Upserted<UserId>>> {
        let created: HashSet<UserId> = self
            .link
            .rows(sql::INSERT_NEW_USERS, users, bind_user)
            .await?
            .iter()
            .map(|row| Fields::of(row).id())
            .collect::<Result<_>>()?;
        let old: Vec<_> = users.iter().filter(|user| !created.contains(&user.id)).collect();
        let external: Vec<_> = old.iter().filter_map(|user| user.external_id.clone()).collect();
        let by_external = self.user_ids(sql::USERS_BY_EXTERNAL_ID, external).await?;
        let emails: Vec<_> =
            old.iter().filter_map(|user| user.email.as_ref().map(ToString::to_string)).collect();
        let by_email = self.user_ids(sql::USERS_BY_EMAIL, emails).await?;
        users
            .iter()
            .map(|user| {
                if created.contains(&user.id) {
                    return Ok(Upserted { id: user.id, created: true });
                }
                let external = user.external_id.as_ref().and_then(|id| by_external.get(id));
                let email = || user.email.as_ref().and_then(|email| by_email.get(email.as_str()));
                let id = external.or_else(email).ok_or(StorageError::Conflict { what: "id" })?;
                Ok(Upserted { id: *id, created: false })
            })
            .collect()
    }

    async fn close_account(&mut self, user: UserId, now: Timestamp) -> Result<bool> {
        for statement in [delivery::FORGET_MAIL_TO, delivery::FORGET_MAIL_ABOUT, delivery::FORGET_LETTERS_TO]
        {
            self.link.run(query(statement).id(user)).await?;
        }
        if self.link.run(query(sql::CLOSE_ACCOUNT).id(user).time(now)).await? == 0 {
            return Ok(false);
        }
        for statement in [
            sql::DELETE_ADDRESSES_OF,
            sql::FORGET_WISHLIST,
            sql::FORGET_INTERACTIONS,
            sql::FORGET_VIEWS,
            sql::FORGET_WORDS_OF,
            sql::FORGET_ORDERS_OF,
            sql::FORGET_REVIEWS_OF,
            sql::FORGET_RETURNS_OF,
            sql::FORGET_VISITORS_OF,
            sql::FORGET_SERVED_TO,
            sql::FORGET_TOKENS_OF,
            sql::FORGET_SESSIONS_OF,
            sql::FORGET_ONE_TIME_TOKENS_OF,
            sql::FORGET_API_KEYS_OF,
            sql::FORGET_ARRIVAL_OF,
            carts::FORGET_CART_LINES_OF,
            carts::FORGET_CART_VOUCHERS_OF,
            carts::FORGET_CARTS_OF,
            carts::FORGET_REDEMPTIONS_OF,
            delivery::FORGET_NOTIFICATIONS_OF,
        ] {
            self.link.run(query(statement).id(user)).await?;
        }
        Ok(true)
    }

    async fn save_address(&mut self, user: UserId, address: &Address, now: Timestamp) -> Result<()> {
        let query_save = query(sql::SAVE_ADDRESS)
            .id(address.id)
            .id(user)
            .text(&address.name)
            .text(&address.line1)
            .maybe_text(address.line2.as_deref())
            .text(&address.city)
            .maybe_text(address.region.as_deref())
            .maybe_text(address.postal_code.as_deref())
            .text(&address.country)
            .maybe_text(address.phone.as_deref())
            .bind(address.is_default)
            .time(now);
        if self.link.run(query_save).await? == 0 {
            return Err(StorageError::Missing { what: "address" });
        }
        if address.is_default {
            self.link.run(query(sql::CLEAR_DEFAULT_ADDRESS).id(user).id(address.id)).await?;
        }
        Ok(())
    }

    async fn delete_address(&mut self, user: UserId, id: AddressId) -> Result<bool> {
        Ok(self.link.run(query(sql::DELETE_ADDRESS).id(user).id(id)).await? > 0)
    }

    async fn keep_arrival(&mut self, user: UserId, arrival: &Arrival) -> Result<()> {
        let query = query(sql::KEEP_ARRIVAL).id(user).maybe_id(arrival.visitor).maybe_id(arrival.cart);
        self.link.run(query).await.map(|_| ())
    }

    async fn take_arrival(&mut self, user: UserId) -> Result<Option<Arrival>> {
        let Some(row) = self.link.optional(query(sql::TAKE_ARRIVAL).id(user)).await? else { return Ok(None) };
        let mut fields = Fields::of(&row);
        Ok(Some(Arrival { visitor: fields.maybe_id()?, cart: fields.maybe_id()? }))
    }

    async fn insert_visitor(&mut self, visitor: &Visitor) -> Result<()> {
        let query =
            query(sql::INSERT_VISITOR).id(visitor.id).maybe_id(visitor.user_id).time(visitor.created_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn link_visitor(&mut self, visitor: VisitorId, user: UserId) -> Result<bool> {
        if self.link.run(query(sql::CLAIM_VISITOR).id(visitor).id(user)).await? == 0 {
            return Ok(false);
        }
        self.link.run(query(sql::MOVE_INTERACTIONS).id(visitor).id(user)).await?;
        self.link.run(query(sql::FORGET_INTERACTIONS).id(visitor)).await?;
        self.link.run(query(sql::MERGE_VIEWS).id(visitor).id(user)).await?;
        self.link.run(query(sql::FORGET_VIEWS).id(visitor)).await?;
        Ok(true)
    }
}

impl SqlUnit {
    async fn user_ids(
        &mut self,
        statement: &'static str,
        keys_wanted: Vec<String>,
    ) -> Result<HashMap<String, UserId>> {
        let rows = self.link.listed(statement, keys(&keys_wanted)).await?;
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row);
                Ok((fields.text()?, fields.id()?))
            })
            .collect()
    }
}

/// Everything about a user but their dates and version, in the order both statements list it.
fn describe(query: Query, user: &User) -> Query {
    let search_text =
        format!("{} {}", user.display_name, user.email.as_ref().map_or("", |email| email.as_str()));
    query
        .maybe_text(user.email.as_ref().map(|email| email.as_str()))
        .bind(user.email_verified)
        .text(&user.display_name)
        .bind(fold(&search_text))
        .maybe_text(user.phone.as_deref())
        .maybe_text(user.avatar_url.as_deref())
        .bind(user.is_premium)
        .text(user.role.name())
        .bind(user.permissions.write())
        .maybe_text(user.password_hash.as_deref())
        .bind(user.preferences.write())
        .maybe_text(user.external_id.as_deref())
}

fn bind_user(query: Query, user: &User) -> Query {
    describe(query.id(user.id), user)
        .time(user.created_at)
        .time(user.updated_at)
        .maybe_time(user.deleted_at)
        .bind(1_i64)
}
