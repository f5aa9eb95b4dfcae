//! The contract of people: users, visitors, addresses.

use std::collections::HashMap;

use async_trait::async_trait;

use super::catalogue::Upserted;
use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::caller::Role;
use crate::domain::ids::{AddressId, UserId, VisitorId};
use crate::domain::people::{Address, Arrival, User, Visitor};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;

/// Which users a list holds; closed accounts never.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Whose name or address holds this text, whatever its case.
    pub search: Option<String>,
    /// Of this role.
    pub role: Option<Role>,
}

/// Reading people.
#[async_trait]
pub trait PeopleStore {
    /// Users by id, closed accounts included.
    async fn users(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>>;
    /// The user of that address.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>>;
    /// Users by their number in the system they were imported from, keyed by it.
    async fn users_by_external_id(&self, external_ids: &[String]) -> Result<HashMap<String, UserId>>;
    /// A page of users, newest first.
    async fn list_users(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<User>>;
    /// How many users a list holds in all.
    async fn count_users(&self, filter: &UserFilter) -> Result<i64>;
    /// The addresses of each user, the default first. Users without any are absent.
    async fn addresses_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Vec<Address>>>;
    /// Visitors by id.
    async fn visitors(&self, ids: &[VisitorId]) -> Result<HashMap<VisitorId, Visitor>>;
}

/// Changing people.
#[async_trait]
pub trait PeopleWork {
    /// Adds a user.
    ///
    /// # Errors
    /// `Conflict` on `email` or `external id`.
    async fn insert_user(&mut self, user: &User) -> Result<()>;
    /// Replaces a user's record, raises its version by one and returns it as stored.
    ///
    /// # Errors
    /// `VersionConflict` when `expected_version` is given and is not the stored one; `Missing` when there is no
    /// such user; `Conflict` on `email` or `external id`.
    async fn update_user(&mut self, user: &User, expected_version: Option<i64>) -> Result<User>;
    /// A user, locked until the unit ends where the database can lock rows.
    async fn user_for_update(&mut self, id: UserId) -> Result<Option<User>>;
    /// Adds users that are not there yet, by external id or, without one, by address; those that are stay as they
    /// are. For imports: thousands at a time. Returns what became of each, in the order given.
    async fn upsert_users(&mut self, users: &[User]) -> Result<Vec<Upserted<UserId>>>;
    /// Closes an account: address, name, telephone, picture, password, preferences, postal addresses, sessions,
    /// keys, wishlist and behaviour are removed; orders stay, without the person. False when there is none.
    async fn close_account(&mut self, user: UserId, now: Timestamp) -> Result<bool>;
    /// Adds an address, or replaces the user's own one of the same id. A default takes that from the others.
    ///
    /// # Errors
    /// `Missing` when the user does not exist, or the address is another user's.
    async fn save_address(&mut self, user: UserId, address: &Address, now: Timestamp) -> Result<()>;
    /// Removes an address of this user. False when there is none.
    async fn delete_address(&mut self, user: UserId, id: AddressId) -> Result<bool>;
    /// Keeps what came along with a registration until [`take_arrival`](Self::take_arrival).
    ///
    /// # Errors
    /// `Missing` when the user does not exist.
    async fn keep_arrival(&mut self, user: UserId, arrival: &Arrival) -> Result<()>;
    /// Takes what came along with a user's registration, once. `None` when there is nothing, or it was taken.
    async fn take_arrival(&mut self, user: UserId) -> Result<Option<Arrival>>;
    /// Adds a visitor. Nothing happens when there is one of that id.
    async fn insert_visitor(&mut self, visitor: &Visitor) -> Result<()>;
    /// Says which user a visitor turned out to be: what the visitor did becomes the user's. Does nothing when the
    /// visitor is another user's, or unknown, and then returns false.
    async fn link_visitor(&mut self, visitor: VisitorId, user: UserId) -> Result<bool>;
}
