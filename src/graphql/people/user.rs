//! Users and visitors as clients read them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::enums::{Permission, UserRole};
use super::history::ProductViewConnection;
use crate::domain::caller::Permission as Right;
use crate::domain::interaction::Subject;
use crate::domain::people;
use crate::graphql::auth::{OwnerOr, auth};
use crate::graphql::carts::{Cart, cart_of_user};
use crate::graphql::catalogue::{Brand, Category, Product, ProductConnection};
use crate::graphql::connection::page;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::{AddressesOf, load, load_many};
use crate::graphql::money::MoneyOutput;
use crate::graphql::notifications::NotificationConnection;
use crate::graphql::orders::{OrderConnection, OrderStatus, orders_of};
use crate::graphql::recommendations::{RecommendationResult, RecommendationStrategy, for_user};
use crate::graphql::scalars::{CountryCode, DateTime, Url};
use crate::services::catalogue::may_see;

/// A registered person.
#[derive(Clone)]
pub struct User {
    row: Arc<people::User>,
    /// Whether the sender of this very request just proved to be this user, as by signing in.
    proven: bool,
}

impl From<Arc<people::User>> for User {
    fn from(row: Arc<people::User>) -> Self {
        Self { row, proven: false }
    }
}

impl From<people::User> for User {
    fn from(row: people::User) -> Self {
        Self { row: Arc::new(row), proven: false }
    }
}

impl User {
    /// The user who sends this request, before it carries a token that says so.
    pub(super) fn proven(row: people::User) -> Self {
        Self { row: Arc::new(row), proven: true }
    }

    fn private(&self) -> OwnerOr {
        OwnerOr { owner: self.row.id, right: Right::UsersManage, proven: self.proven }
    }
}

/// Taste as stated; blended with behaviour.
#[derive(SimpleObject)]
struct Preferences {
    categories: Vec<Category>,
    brands: Vec<Brand>,
    liked_products: Vec<Product>,
    price: Option<PriceRange>,
    min_sustainability_score: Option<i32>,
    updated_at: DateTime,
}

#[derive(SimpleObject)]
struct PriceRange {
    min: Option<MoneyOutput>,
    max: Option<MoneyOutput>,
}

/// A postal address.
#[derive(SimpleObject)]
pub(crate) struct Address {
    id: ID,
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    country: CountryCode,
    phone: Option<String>,
    is_default: bool,
}

impl From<&people::Address> for Address {
    fn from(address: &people::Address) -> Self {
        Self {
            id: address.id.global(),
            name: address.name.clone(),
            line1: address.line1.clone(),
            line2: address.line2.clone(),
            city: address.city.clone(),
            region: address.region.clone(),
            postal_code: address.postal_code.clone(),
            country: CountryCode(address.country.clone()),
            phone: address.phone.clone(),
            is_default: address.is_default,
        }
    }
}

#[Object]
impl User {
    pub(crate) async fn id(&self) -> ID {
        self.row.id.global()
    }

    /// Null for customers that came with imported orders.
    #[graphql(guard = "self.private()", directive = auth::apply(None, Some(true), None))]
    async fn email(&self) -> Option<&str> {
        self.row.email.as_ref().map(|email| email.as_str())
    }

    #[graphql(guard = "self.private()", directive = auth::apply(None, Some(true), None))]
    async fn email_verified(&self) -> bool {
        self.row.email_verified
    }

    async fn display_name(&self) -> &str {
        &self.row.display_name
    }

    #[graphql(guard = "self.private()", directive = auth::apply(None, Some(true), None))]
    async fn phone(&self) -> Option<&str> {
        self.row.phone.as_deref()
    }

    async fn avatar_url(&self) -> Option<Url> {
        self.row.avatar_url.clone().map(Url)
    }

    async fn is_premium(&self) -> bool {
        self.row.is_premium
    }

    async fn role(&self) -> UserRole {
        self.row.role.into()
    }

    async fn permissions(&self) -> Vec<Permission> {
        self.row.role.effective(self.row.permissions).iter().map(Permission::from).collect()
    }

    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Stated taste; used at once for cold start and blended with behaviour.
    #[graphql(guard = "self.private()", directive = auth::apply(None, Some(true), None))]
    async fn preferences(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Preferences>> {
        let stated = &self.row.preferences;
        let Some(updated_at) = stated.updated_at else { return Ok(None) };
        let (categories, brands, products) = futures_util::try_join!(
            load_many(ctx, stated.categories.iter().copied()),
            load_many(ctx, stated.brands.iter().copied()),
            load_many(ctx, stated.liked_products.iter().copied()),
        )?;
        let caller = crate::graphql::auth::caller(ctx);
        let liked = stated.liked_products.iter().filter_map(|id| products.get(id));
        let price = (stated.min_price.is_some() || stated.max_price.is_some()).then(|| PriceRange {
            min: stated.min_price.map(MoneyOutput::from),
            max: stated.max_price.map(MoneyOutput::from),
        });
        Ok(Some(Preferences {
            categories: stated
                .categories
                .iter()
                .filter_map(|id| categories.get(id).cloned().map(Into::into))
                .collect(),
            brands: stated.brands.iter().filter_map(|id| brands.get(id).cloned().map(Into::into)).collect(),
            liked_products: liked
                .filter(|product| may_see(caller, product))
                .cloned()
                .map(Into::into)
                .collect(),
            price,
            min_sustainability_score: stated.min_sustainability_score.map(i32::from),
            updated_at: updated_at.into(),
        }))
    }

    /// The default first.
    #[graphql(guard = "self.private()", directive = auth::apply(None, Some(true), None))]
    async fn addresses(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Address>> {
        let rows = load(ctx, AddressesOf(self.row.id)).await?.unwrap_or_default();
        Ok(rows.iter().map(Address::from).collect())
    }

    /// The latest addition first.
    #[graphql(
        guard = "self.private()",
        directive = auth::apply(None, Some(true), None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn wishlist(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> GraphqlResult<ProductConnection> {
        let page = page(first, after.as_deref(), None, None)?;
        ProductConnection::wishlist(ctx, self.row.id, &page).await
    }

    /// What the user is about to buy; null when that is nothing.
    #[graphql(guard = "self.private()", directive = auth::apply(None, Some(true), None))]
    async fn cart(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Cart>> {
        cart_of_user(ctx, self.row.id).await
    }

    /// The latest placed first. Reading somebody else's needs ORDERS_MANAGE.
    #[graphql(
        guard = "OwnerOr { owner: self.row.id, right: Right::OrdersManage, proven: self.proven }",
        directive = auth::apply(None, Some(true), None),
        directive = cost::apply(1, per(&["first", "last"]))
    )]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(validator(max_items = 20))] status: Option<Vec<OrderStatus>>,
    ) -> GraphqlResult<OrderConnection> {
        let page = page(first, after.as_deref(), last, before.as_deref())?;
        orders_of(ctx, self.row.id, status, &page).await
    }

    /// Newest first.
    #[graphql(
        guard = "self.private()",
        directive = auth::apply(None, Some(true), None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        #[graphql(default = false)] unread_only: bool,
    ) -> GraphqlResult<NotificationConnection> {
        let page = page(first, after.as_deref(), None, None)?;
        NotificationConnection::of(ctx, self.row.id, unread_only, &page).await
    }

    /// What the user would like; reading it for somebody else needs RECOMMENDATIONS_MANAGE.
    #[graphql(
        directive = auth::apply(None, Some(true), None),
        directive = cost::apply(5, per(&["count"]))
    )]
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] count: Option<i32>,
        strategy: Option<RecommendationStrategy>,
    ) -> GraphqlResult<RecommendationResult> {
        for_user(ctx, self.row.id, count.unwrap_or(10), strategy).await
    }

    /// Recently viewed first, one entry per product.
    #[graphql(
        guard = "self.private()",
        directive = auth::apply(None, Some(true), None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn view_history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> GraphqlResult<ProductViewConnection> {
        let page = page(first, after.as_deref(), None, None)?;
        ProductViewConnection::of(ctx, Subject::User(self.row.id), &page).await
    }
}

/// An anonymous shopper. Its id may stand in for userId in recommendations and interactions; login links it to the user.
#[derive(Clone)]
pub struct Visitor(Arc<people::Visitor>);

impl From<Arc<people::Visitor>> for Visitor {
    fn from(visitor: Arc<people::Visitor>) -> Self {
        Self(visitor)
    }
}

impl From<people::Visitor> for Visitor {
    fn from(visitor: people::Visitor) -> Self {
        Self(Arc::new(visitor))
    }
}

#[Object]
impl Visitor {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
