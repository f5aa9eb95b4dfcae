//! Queries about people.

use async_graphql::{Context, Object};

use super::access::{ApiKey, OpenSession};
use super::enums::{Permission, UserRole};
use super::user::{User, Visitor};
use crate::domain::caller::Permission as Right;
use crate::graphql::auth::{InPerson, Requires, auth, caller, only};
use crate::graphql::carts::{Cart, own_cart};
use crate::graphql::connection::{PageInfo, edge_type, page};
use crate::graphql::error::GraphqlResult;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::load;
use crate::graphql::recommendations::ExperimentAssignment;
use crate::graphql::scalars::Long;
use crate::graphql::services;
use crate::services::accounts::UserList;

/// What the sender of this request is to the shop.
struct Viewer;

#[Object]
impl Viewer {
    /// Null unless signed in.
    async fn user(&self, ctx: &Context<'_>) -> GraphqlResult<Option<User>> {
        me(ctx).await
    }

    /// Who the X-Visitor-Id header names.
    async fn visitor(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Visitor>> {
        match caller(ctx).visitor {
            Some(visitor) => Ok(load(ctx, visitor).await?.map(Visitor::from)),
            None => Ok(None),
        }
    }

    /// The user's, or the guest's whose token the X-Cart-Token header holds; null when there is none.
    async fn cart(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Cart>> {
        own_cart(ctx).await
    }

    async fn permissions(&self, ctx: &Context<'_>) -> Vec<Permission> {
        caller(ctx).permissions().iter().map(Permission::from).collect()
    }

    /// The arm of the running experiment that the sender is in; empty without one, and for those who take no part.
    async fn experiments(&self, ctx: &Context<'_>) -> Vec<ExperimentAssignment> {
        let dealt = services(ctx).experiments.assignment(caller(ctx));
        dealt.map(ExperimentAssignment::from).into_iter().collect()
    }

    /// Where the user is signed in, the latest used first; at most 100.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn sessions(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<OpenSession>> {
        let current = caller(ctx).session();
        let sessions = services(ctx).accounts.sessions(caller(ctx)).await?;
        Ok(sessions.into_iter().map(|session| OpenSession::of(session, current)).collect())
    }

    /// The user's API keys, newest first, withdrawn ones included; at most 100.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn api_keys(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<ApiKey>> {
        let keys = services(ctx).accounts.api_keys(caller(ctx)).await?;
        Ok(keys.into_iter().map(ApiKey::from).collect())
    }
}

async fn me(ctx: &Context<'_>) -> GraphqlResult<Option<User>> {
    match caller(ctx).user() {
        Some(user) => Ok(load(ctx, user).await?.map(User::from)),
        None => Ok(None),
    }
}

edge_type! {
    /// A user in a list.
    UserEdge of User
}

/// A page of users.
struct UserConnection {
    list: UserList,
    page_info: PageInfo,
    edges: Vec<UserEdge>,
}

#[Object]
impl UserConnection {
    async fn edges(&self) -> &[UserEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<&User> {
        self.edges.iter().map(UserEdge::leads_to).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    async fn total_count(&self, ctx: &Context<'_>) -> GraphqlResult<Long> {
        Ok(services(ctx).accounts.count(self.list.clone()).await?.into())
    }
}

#[derive(Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who is asking.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// The signed-in user; null for everybody else.
    async fn me(&self, ctx: &Context<'_>) -> GraphqlResult<Option<User>> {
        me(ctx).await
    }

    /// Users, newest first, closed accounts left out.
    #[graphql(
        guard = "Requires(Right::UsersManage)",
        directive = auth::apply(only(Right::UsersManage), None, None),
        directive = cost::apply(1, per(&["first", "last"]))
    )]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection that is searched")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Part of the name or the address.")] search: Option<String>,
        role: Option<UserRole>,
    ) -> GraphqlResult<UserConnection> {
        let page = page(first, after.as_deref(), last, before.as_deref())?;
        let list = UserList { search, role: role.map(Into::into) };
        let found = services(ctx).accounts.list(list.clone(), &page).await?;
        let page_info = PageInfo::of(&found);
        Ok(UserConnection { list, page_info, edges: found.edges.into_iter().map(UserEdge::from).collect() })
    }
}
