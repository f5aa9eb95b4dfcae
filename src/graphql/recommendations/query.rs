//! Queries for lists.

use async_graphql::{Context, ID, Object};

use super::enums::{RecommendationStrategy, TrendWindow};
use super::input::{RecommendationFilter, request, subject};
use super::merchandising::MerchandisingRules;
use super::result::{RecommendationResult, RecommendedProduct};
use super::strategy::StrategyInfo;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::{ProductId, UserId};
use crate::domain::interaction::Subject;
use crate::graphql::auth::{Requires, auth, caller, only};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::people::PreferencesInput;
use crate::graphql::services;

#[derive(Default)]
pub struct RecommendationQuery;

#[Object]
impl RecommendationQuery {
    /// `userId` may be a User or a Visitor; reading for someone else needs RECOMMENDATIONS_MANAGE. `count` is 1 to 100.
    /// Never fails for lack of data: it falls back and says so.
    #[graphql(directive = auth::apply(None, Some(true), None), directive = cost::apply(5, per(&["count"])))]
    #[expect(clippy::too_many_arguments, reason = "everything that shapes a list")]
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
        #[graphql(default_with = "Some(10)")] count: Option<i32>,
        strategy: Option<RecommendationStrategy>,
        #[graphql(desc = "For plug-ins outside the enum; excludes `strategy`.")] strategy_id: Option<ID>,
        filter: Option<RecommendationFilter>,
        #[graphql(desc = "Taste stated for this call only.")] preferences: Option<PreferencesInput>,
    ) -> GraphqlResult<RecommendationResult> {
        let shopper = subject("userId", &user_id)?;
        let request = request(ctx, count.unwrap_or(10), strategy, strategy_id, filter, preferences)?;
        Ok(services(ctx).recommender.for_shopper(caller(ctx), shopper, request).await?.into())
    }

    /// What is like a product, without what the caller has bought or dismissed.
    #[graphql(directive = cost::apply(5, per(&["count"])))]
    async fn similar_products(
        &self,
        ctx: &Context<'_>,
        product_id: ID,
        #[graphql(default_with = "Some(8)")] count: Option<i32>,
        strategy: Option<RecommendationStrategy>,
        filter: Option<RecommendationFilter>,
    ) -> GraphqlResult<RecommendationResult> {
        let product = product("productId", &product_id)?;
        let request = request(ctx, count.unwrap_or(8), strategy, None, filter, None)?;
        Ok(services(ctx).recommender.similar(caller(ctx), product, request)?.into())
    }

    /// What goes with these products, as orders tell.
    #[graphql(directive = cost::apply(5, per(&["count"])))]
    async fn frequently_bought_together(
        &self,
        ctx: &Context<'_>,
        product_ids: Vec<ID>,
        #[graphql(default_with = "Some(4)")] count: Option<i32>,
    ) -> GraphqlResult<RecommendationResult> {
        let products: Result<Vec<ProductId>, _> = global_id::decode_all(&product_ids);
        let products = products.map_err(|problem| GraphqlError::about("productIds", &problem))?;
        let request = request(ctx, count.unwrap_or(4), None, None, None, None)?;
        Ok(services(ctx).recommender.bought_together(caller(ctx), products, request)?.into())
    }

    /// What rises now.
    #[graphql(directive = cost::apply(2, per(&["count"])))]
    async fn trending(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(TrendWindow::Day)")] window: Option<TrendWindow>,
        #[graphql(default_with = "Some(10)")] count: Option<i32>,
        filter: Option<RecommendationFilter>,
    ) -> GraphqlResult<RecommendationResult> {
        let request = request(ctx, count.unwrap_or(10), None, None, filter, None)?;
        let window = window.unwrap_or(TrendWindow::Day);
        Ok(services(ctx).recommender.trending(window.into(), request)?.into())
    }

    /// What shapes every list whose request does not say otherwise.
    #[graphql(
        guard = "Requires(Right::RecommendationsManage)",
        directive = auth::apply(only(Right::RecommendationsManage), None, None)
    )]
    async fn merchandising_rules(&self, ctx: &Context<'_>) -> MerchandisingRules {
        services(ctx).recommender.rules().into()
    }

    /// Every strategy this shop knows.
    async fn strategies(&self, ctx: &Context<'_>) -> Vec<StrategyInfo> {
        services(ctx).recommender.strategies().iter().cloned().map(StrategyInfo::from).collect()
    }
}

fn product(argument: &'static str, id: &ID) -> GraphqlResult<ProductId> {
    global_id::decode(id).map_err(|problem| GraphqlError::about(argument, &problem))
}

/// `Product.similar`.
pub(crate) async fn similar(
    ctx: &Context<'_>,
    product: ProductId,
    count: i32,
) -> GraphqlResult<Vec<RecommendedProduct>> {
    let request = request(ctx, count, None, None, None, None)?;
    let recommender = &services(ctx).recommender;
    if !recommender.shows(product) {
        // Staff look at products that are not on sale, too; nothing is known to be like them.
        return Ok(Vec::new());
    }
    let served = recommender.similar(caller(ctx), product, request)?;
    RecommendationResult::from(served).places(ctx, ctx.look_ahead().field("product").exists()).await
}

/// `Cart.frequentlyBoughtTogether`; nothing goes with nothing.
pub(crate) async fn bought_with(
    ctx: &Context<'_>,
    products: Vec<ProductId>,
    count: i32,
) -> GraphqlResult<Vec<RecommendedProduct>> {
    let request = request(ctx, count, None, None, None, None)?;
    let recommender = &services(ctx).recommender;
    let shown: Vec<ProductId> = products.into_iter().filter(|product| recommender.shows(*product)).collect();
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let served = recommender.bought_together(caller(ctx), shown, request)?;
    RecommendationResult::from(served).places(ctx, ctx.look_ahead().field("product").exists()).await
}

/// `User.recommendations`.
pub(crate) async fn for_user(
    ctx: &Context<'_>,
    user: UserId,
    count: i32,
    strategy: Option<RecommendationStrategy>,
) -> GraphqlResult<RecommendationResult> {
    let request = request(ctx, count, strategy, None, None, None)?;
    Ok(services(ctx).recommender.for_shopper(caller(ctx), Subject::User(user), request).await?.into())
}
