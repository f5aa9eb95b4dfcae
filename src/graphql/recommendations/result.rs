//! A list as clients read it: products, reasons, and where everything came from.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::enums::{FallbackReason, ReasonKind, RecommendationStrategy, UpdateTrigger};
use crate::domain::catalogue;
use crate::domain::ids::ProductId;
use crate::graphql::auth::caller;
use crate::graphql::catalogue::Product;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::GlobalId;
use crate::graphql::interactions::InteractionType;
use crate::graphql::loaders::load_many;
use crate::graphql::scalars::{DateTime, Long};
use crate::recommend::ask::{List, Recommended, Served};
use crate::recommend::push::Pushed;
use crate::services::catalogue::may_see;
use crate::services::experiments::Assignment;

/// A list of recommended products.
pub(crate) struct RecommendationResult(Served);

impl From<Served> for RecommendationResult {
    fn from(served: Served) -> Self {
        Self(served)
    }
}

/// The arm of an experiment that a list was served for.
#[derive(SimpleObject)]
pub(crate) struct ExperimentAssignment {
    pub(crate) experiment_key: String,
    pub(crate) variant_key: String,
    pub(crate) strategy_id: ID,
}

impl From<Assignment> for ExperimentAssignment {
    fn from(dealt: Assignment) -> Self {
        let Assignment { experiment_key, variant_key, strategy_id } = dealt;
        Self { experiment_key, variant_key, strategy_id: ID(strategy_id) }
    }
}

/// A product on a list.
pub(crate) struct RecommendedProduct {
    list: Arc<List>,
    place: usize,
    product: Option<Product>,
}

/// Why a product is on a list.
pub(crate) struct RecommendationReason {
    list: Arc<List>,
    place: usize,
}

/// A product of the shopper's history, or one the question names, and its part of a score.
#[derive(SimpleObject)]
struct HistoryContribution {
    product: Product,
    interaction: InteractionType,
    share: f64,
}

/// A strategy and its part of a score: `weight` times `score`.
#[derive(SimpleObject)]
struct StrategyContribution {
    strategy_id: ID,
    weight: f64,
    score: f64,
}

/// A list that differs from the one pushed before.
#[derive(SimpleObject)]
pub(crate) struct RecommendationUpdate {
    /// 1 for the first list, then one more each time.
    sequence: Long,
    trigger: UpdateTrigger,
    result: RecommendationResult,
    added_product_ids: Vec<ID>,
    removed_product_ids: Vec<ID>,
}

impl From<Pushed<Served>> for RecommendationUpdate {
    fn from(pushed: Pushed<Served>) -> Self {
        let global = |ids: Vec<ProductId>| ids.into_iter().map(GlobalId::global).collect();
        Self {
            sequence: pushed.sequence.into(),
            trigger: pushed.trigger.into(),
            result: pushed.list.into(),
            added_product_ids: global(pushed.added),
            removed_product_ids: global(pushed.removed),
        }
    }
}

/// The products of a list that the caller may see, in one batch.
async fn products(
    ctx: &Context<'_>,
    ids: impl IntoIterator<Item = ProductId>,
) -> GraphqlResult<HashMap<ProductId, Arc<catalogue::Product>>> {
    let mut found = load_many(ctx, ids).await?;
    found.retain(|_, product| may_see(caller(ctx), product));
    Ok(found)
}

impl RecommendationResult {
    /// The places whose products are still there; `load` when the products themselves are asked for.
    pub(crate) async fn places(
        &self,
        ctx: &Context<'_>,
        load: bool,
    ) -> GraphqlResult<Vec<RecommendedProduct>> {
        let list = &self.0.list;
        let place = |place: usize, product: Option<Product>| RecommendedProduct {
            list: Arc::clone(list),
            place,
            product,
        };
        if !load {
            return Ok((0..list.items.len()).map(|at| place(at, None)).collect());
        }
        let mut found = products(ctx, list.items.iter().map(|item| item.product)).await?;
        let shown = list.items.iter().enumerate().filter_map(|(at, item)| {
            let product = found.remove(&item.product)?;
            Some(place(at, Some(product.into())))
        });
        Ok(shown.collect())
    }
}

#[Object]
impl RecommendationResult {
    /// Send it back with interactions to credit this list.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn items(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<RecommendedProduct>> {
        self.places(ctx, ctx.look_ahead().field("product").exists()).await
    }

    /// Asked for; null means the server's default.
    async fn requested_strategy(&self) -> Option<RecommendationStrategy> {
        self.0.asked_strategy.as_deref().map(RecommendationStrategy::of)
    }

    /// What produced the items.
    async fn served_strategy(&self) -> RecommendationStrategy {
        RecommendationStrategy::of(&self.0.list.served)
    }

    /// The name of what produced the items.
    async fn strategy_id(&self) -> ID {
        ID(self.0.list.served.to_string())
    }

    async fn fallback(&self) -> FallbackReason {
        self.0.list.fallback.into()
    }

    async fn experiment(&self) -> Option<ExperimentAssignment> {
        let assignment = self.0.list.assignment.as_ref()?;
        Some(ExperimentAssignment {
            experiment_key: assignment.experiment.clone(),
            variant_key: assignment.variant.clone(),
            strategy_id: ID(self.0.list.served.to_string()),
        })
    }

    async fn model_version(&self) -> Option<String> {
        self.0.list.model_version.as_ref().map(ToString::to_string)
    }

    async fn generated_at(&self) -> DateTime {
        self.0.list.generated_at.into()
    }

    /// Whether the list was computed before and nothing has changed since.
    async fn cached(&self) -> bool {
        self.0.cached
    }

    async fn took_ms(&self) -> f64 {
        // Whole microseconds: more digits are noise.
        (self.0.took.as_secs_f64() * 1_000_000.0).round() / 1_000.0
    }
}

impl RecommendedProduct {
    fn place(&self) -> GraphqlResult<&Recommended> {
        place(&self.list, self.place)
    }
}

fn place(list: &List, place: usize) -> GraphqlResult<&Recommended> {
    list.items.get(place).ok_or_else(|| GraphqlError::internal("a place outside its list"))
}

#[Object]
impl RecommendedProduct {
    async fn product(&self, ctx: &Context<'_>) -> GraphqlResult<Product> {
        if let Some(product) = &self.product {
            return Ok(product.clone());
        }
        // Reached only when the look-ahead missed the field.
        let id = self.place()?.product;
        let found = products(ctx, [id]).await?.remove(&id);
        found.map(Product::from).ok_or_else(|| GraphqlError::of(crate::error::Code::NotFound))
    }

    /// Comparable within one list only, 0 to 1.
    async fn score(&self) -> GraphqlResult<f64> {
        Ok(self.place()?.score.into())
    }

    async fn rank(&self) -> GraphqlResult<i32> {
        Ok(i32::try_from(self.place()?.rank).unwrap_or(i32::MAX))
    }

    /// The strategy that filled this slot; differs from the list's where a fallback did.
    async fn source(&self) -> GraphqlResult<ID> {
        Ok(ID(self.place()?.source.to_string()))
    }

    async fn reason(&self) -> RecommendationReason {
        RecommendationReason { list: Arc::clone(&self.list), place: self.place }
    }
}

#[Object]
impl RecommendationReason {
    async fn kind(&self) -> GraphqlResult<ReasonKind> {
        Ok(place(&self.list, self.place)?.reason.into())
    }

    async fn text(&self) -> GraphqlResult<&str> {
        Ok(&place(&self.list, self.place)?.text)
    }

    /// Because you viewed or bought these: exact shares of the score, largest first.
    async fn because(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<HistoryContribution>> {
        let parts = &place(&self.list, self.place)?.because;
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let found = products(ctx, parts.iter().map(|part| part.product)).await?;
        let told = parts.iter().filter_map(|part| {
            Some(HistoryContribution {
                product: Arc::clone(found.get(&part.product)?).into(),
                interaction: part.deed.into(),
                share: part.share.into(),
            })
        });
        Ok(told.collect())
    }

    /// Weights by strategy, for ensembles.
    async fn contributions(&self) -> GraphqlResult<Vec<StrategyContribution>> {
        let parts = &place(&self.list, self.place)?.contributions;
        let told = parts.iter().map(|part| StrategyContribution {
            strategy_id: ID(part.strategy.to_string()),
            weight: part.weight.into(),
            score: part.score.into(),
        });
        Ok(told.collect())
    }
}
