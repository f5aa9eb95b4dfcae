//! Queries about people.

use async_graphql::{Context, Object, SimpleObject};

use super::enums::Permission;
use crate::graphql::auth::caller;

/// What the sender of this request is to the shop.
#[derive(SimpleObject)]
pub(super) struct Viewer {
    permissions: Vec<Permission>,
}

#[derive(Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who is asking.
    async fn viewer(&self, ctx: &Context<'_>) -> Viewer {
        Viewer { permissions: caller(ctx).permissions().iter().map(Permission::from).collect() }
    }
}
