//! Reading users, visitors, addresses.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::fields::Fields;
use super::link::{Bind as _, query};
use super::listing::{KeyKind, SortKey, push_key_columns, push_page, read_page};
use super::{Db, Row, SqlStore, keys};
use crate::domain::caller::Role;
use crate::domain::ids::{UserId, VisitorId};
use crate::domain::people::{Address, User, Visitor};
use crate::domain::text::Email;
use crate::storage::error::Result;
use crate::storage::page::{Page, PageRequest};
use crate::storage::people::{PeopleStore, UserFilter};
use crate::storage::sql::fold::like_anywhere;
use crate::storage::sql::statements::people as sql;

/// Columns of `USER_COLUMNS`.
const USER_WIDTH: usize = 16;

#[async_trait]
impl PeopleStore for SqlStore {
    async fn users(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>> {
        self.load(sql::USERS_BY_ID, keys(ids), |row| user(row).map(|user| (user.id, user))).await
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let row = self.read().await?.optional(query(sql::USER_BY_EMAIL).text(email.as_str())).await?;
        row.as_ref().map(user).transpose()
    }

    async fn users_by_external_id(&self, external_ids: &[String]) -> Result<HashMap<String, UserId>> {
        self.load(sql::USERS_BY_EXTERNAL_ID, keys(external_ids), |row| {
            let mut fields = Fields::of(row);
            Ok((fields.text()?, fields.id()?))
        })
        .await
    }

    async fn list_users(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<User>> {
        let sort_keys =
            [SortKey::new("u.created_at", KeyKind::Integer, true), SortKey::new("u.id", KeyKind::Text, true)];
        let mut builder = QueryBuilder::<Db>::new("SELECT ");
        builder.push(sql::USER_COLUMNS);
        push_key_columns(&mut builder, &sort_keys);
        push_filter(&mut builder, filter);
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, USER_WIDTH, false, user).await
    }

    async fn count_users(&self, filter: &UserFilter) -> Result<i64> {
        let mut builder = QueryBuilder::<Db>::new("SELECT COUNT(*)");
        push_filter(&mut builder, filter);
        let rows = self.read().await?.all(builder.build()).await?;
        rows.first().map_or(Ok(0), |row| Fields::of(row).int())
    }

    async fn addresses_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Vec<Address>>> {
        self.load_groups(sql::ADDRESSES_OF_USERS, keys(users), address).await
    }

    async fn visitors(&self, ids: &[VisitorId]) -> Result<HashMap<VisitorId, Visitor>> {
        self.load(sql::VISITORS_BY_ID, keys(ids), |row| {
            let mut fields = Fields::of(row);
            let visitor =
                Visitor { id: fields.id()?, user_id: fields.maybe_id()?, created_at: fields.time()? };
            Ok((visitor.id, visitor))
        })
        .await
    }
}

fn push_filter(builder: &mut QueryBuilder<Db>, filter: &UserFilter) {
    builder.push(" FROM users u WHERE u.deleted_at IS NULL");
    if let Some(role) = filter.role {
        builder.push(" AND u.role = ").push_bind(role.name());
    }
    if let Some(search) = filter.search.as_deref().filter(|search| !search.trim().is_empty()) {
        builder.push(" AND u.search_text LIKE ").push_bind(like_anywhere(search.trim())).push(" ESCAPE '!'");
    }
}

pub(super) fn user(row: &Row) -> Result<User> {
    let mut fields = Fields::of(row);
    Ok(User {
        id: fields.id()?,
        email: fields.maybe_text()?.map(Email::from_trusted),
        email_verified: fields.flag()?,
        display_name: fields.text()?,
        phone: fields.maybe_text()?,
        avatar_url: fields.maybe_text()?,
        is_premium: fields.flag()?,
        role: fields.named("role", Role::from_name)?,
        permissions: fields.document("permissions")?,
        password_hash: fields.maybe_text()?,
        preferences: fields.document("preferences")?,
        external_id: fields.maybe_text()?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
        deleted_at: fields.maybe_time()?,
        version: fields.int()?,
    })
}

fn address(row: &Row) -> Result<(UserId, Address)> {
    let mut fields = Fields::of(row);
    Ok((
        fields.id()?,
        Address {
            id: fields.id()?,
            name: fields.text()?,
            line1: fields.text()?,
            line2: fields.maybe_text()?,
            city: fields.text()?,
            region: fields.maybe_text()?,
            postal_code: fields.maybe_text()?,
            country: fields.text()?,
            phone: fields.maybe_text()?,
            is_default: fields.flag()?,
        },
    ))
}
