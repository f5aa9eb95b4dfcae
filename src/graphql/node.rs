//! Any object by its global id.

use async_graphql::{Context, ID, Interface, Object};
use futures_util::future::try_join_all;

use super::auth::caller;
use super::carts::Cart;
use super::catalogue::{Brand, Category, Product, ProductVariant, Review};
use super::error::{GraphqlError, GraphqlResult};
use super::global_id::{GlobalId, decode_parts, read};
use super::limits::cost::{cost, per};
use super::loaders::{load, visible_product};
use super::notifications::Notification;
use super::operations::Job;
use super::orders::Order;
use super::payments::{Payment, Refund};
use super::people::{User, Visitor};
use super::services;
use crate::domain::caller::Permission;
use crate::domain::ids::{
    BrandId, CartId, CategoryId, JobId, NotificationId, OrderId, PaymentId, ProductId, RefundId, ReviewId,
    UserId, VariantId, VisitorId,
};
use crate::domain::limits;
use crate::domain::review::ReviewStatus;
use crate::services::error::Problem;

/// An object with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub enum Node {
    User(User),
    Visitor(Visitor),
    Product(Product),
    ProductVariant(ProductVariant),
    Brand(Brand),
    Category(Category),
    Review(Review),
    Cart(Cart),
    Order(Order),
    Notification(Notification),
    Job(Job),
    Payment(Payment),
    Refund(Refund),
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object of this id; null when there is none, or the caller may not see it.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<Option<Node>> {
        find(ctx, "id", &id).await
    }

    /// The objects of these ids, in their order; null where there is none, or the caller may not see it.
    #[graphql(directive = cost::apply(1, per(&["ids"])))]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> GraphqlResult<Vec<Option<Node>>> {
        if ids.len() > limits::PAGE {
            return Err(GraphqlError::about("ids", &Problem::TooMany { max: limits::PAGE }));
        }
        try_join_all(ids.iter().map(|id| find(ctx, "ids", id))).await
    }
}

async fn find(ctx: &Context<'_>, argument: &'static str, id: &ID) -> GraphqlResult<Option<Node>> {
    let refuse = |problem| GraphqlError::about(argument, &problem);
    let Some((kind, _)) = decode_parts(id) else { return Err(refuse(Problem::WrongId { expected: "Node" })) };
    match kind.as_str() {
        ProductId::TYPE => {
            let found = visible_product(ctx, read(id).map_err(refuse)?).await?;
            Ok(found.map(|product| Node::Product(product.into())))
        }
        VariantId::TYPE => {
            let Some(variant) = load::<VariantId>(ctx, read(id).map_err(refuse)?).await? else {
                return Ok(None);
            };
            let visible = visible_product(ctx, variant.product_id).await?.is_some();
            Ok(visible.then(|| Node::ProductVariant(variant.into())))
        }
        BrandId::TYPE => {
            let found = load::<BrandId>(ctx, read(id).map_err(refuse)?).await?;
            Ok(found.map(|brand| Node::Brand(brand.into())))
        }
        CategoryId::TYPE => {
            let found = load::<CategoryId>(ctx, read(id).map_err(refuse)?).await?;
            Ok(found.map(|category| Node::Category(category.into())))
        }
        ReviewId::TYPE => {
            let Some(review) = load::<ReviewId>(ctx, read(id).map_err(refuse)?).await? else {
                return Ok(None);
            };
            let caller = caller(ctx);
            let own = review.user_id.is_some_and(|author| caller.is_user(author));
            let shown =
                review.status == ReviewStatus::Published || own || caller.may(Permission::ReviewsModerate);
            let visible = shown && visible_product(ctx, review.product_id).await?.is_some();
            Ok(visible.then(|| Node::Review(review.into())))
        }
        NotificationId::TYPE => {
            let found = load::<NotificationId>(ctx, read(id).map_err(refuse)?).await?;
            let own = found.filter(|one| caller(ctx).is_user(one.user_id));
            Ok(own.map(|one| Node::Notification(one.as_ref().clone().into())))
        }
        JobId::TYPE => {
            let found = services(ctx).transfers.job(caller(ctx), read(id).map_err(refuse)?).await?;
            Ok(found.map(|job| Node::Job(job.into())))
        }
        UserId::TYPE => {
            let found = load::<UserId>(ctx, read(id).map_err(refuse)?).await?;
            let found = found.filter(|user| user.deleted_at.is_none());
            // Names are public beside a review, the list of everybody is not.
            let caller = caller(ctx);
            let allowed = |id: UserId| caller.is_user(id) || caller.may(Permission::UsersManage);
            Ok(found.filter(|user| allowed(user.id)).map(|user| Node::User(user.into())))
        }
        VisitorId::TYPE => {
            let id: VisitorId = read(id).map_err(refuse)?;
            let own = caller(ctx).visitor == Some(id) || caller(ctx).may(Permission::UsersManage);
            let found = if own { load(ctx, id).await? } else { None };
            Ok(found.map(|visitor| Node::Visitor(visitor.into())))
        }
        CartId::TYPE => {
            let id = read(id).map_err(refuse)?;
            let found = services(ctx).carts.cart(caller(ctx), id).await?;
            Ok(found.map(|cart| Node::Cart(cart.into())))
        }
        OrderId::TYPE => {
            let Some(order) = load::<OrderId>(ctx, read(id).map_err(refuse)?).await? else { return Ok(None) };
            let seen = services(ctx).orders.may_see(caller(ctx), &order).await?;
            Ok(seen.then(|| Node::Order(order.into())))
        }
        PaymentId::TYPE => {
            let id = read(id).map_err(refuse)?;
            let found = services(ctx).payments.payment(caller(ctx), id).await?;
            Ok(found.map(|(payment, _)| Node::Payment(payment.into())))
        }
        RefundId::TYPE => {
            let Some(refund) = load::<RefundId>(ctx, read(id).map_err(refuse)?).await? else {
                return Ok(None);
            };
            let seen = services(ctx).payments.payment(caller(ctx), refund.payment_id).await?.is_some();
            Ok(seen.then(|| Node::Refund(refund.into())))
        }
        _ => Err(refuse(Problem::WrongId { expected: "Node" })),
    }
}
