//! Administration of the catalogue.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::category::{Brand, Category};
use super::enums::{BulkErrorPolicy, ProductStatus};
use super::input::{CategoryInput, ProductInput};
use super::product::Product;
use super::variant::ProductVariant;
use crate::domain::caller::Permission as Right;
use crate::domain::ids::{CategoryId, ProductId, VariantId};
use crate::graphql::auth::{Requires, auth, caller, only};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::load;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::catalogue::CategoryChange;
use crate::services::error::{Mistake, Problem, ServiceError};

#[derive(SimpleObject, Default)]
pub(crate) struct ProductPayload {
    pub(crate) product: Option<Product>,
    pub(crate) user_errors: Vec<UserError>,
}

#[derive(SimpleObject, Default)]
struct ProductsBulkPayload {
    created: i32,
    updated: i32,
    /// One for each input, in order.
    rows: Vec<BulkRow>,
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject)]
struct BulkRow {
    index: i32,
    product: Option<Product>,
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject, Default)]
struct StockPayload {
    variant: Option<ProductVariant>,
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject, Default)]
struct CategoryPayload {
    category: Option<Category>,
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject, Default)]
struct BrandPayload {
    brand: Option<Brand>,
    user_errors: Vec<UserError>,
}

/// Reads an id argument as a use case would refuse it.
pub(crate) fn id_argument<I: global_id::GlobalId>(argument: &str, id: &ID) -> Result<I, ServiceError> {
    global_id::decode(id).map_err(|problem| ServiceError::refuse([argument], problem))
}

fn product_payload(
    answer: Result<crate::domain::catalogue::Product, ServiceError>,
) -> GraphqlResult<ProductPayload> {
    Ok(match outcome(answer, &[])? {
        Ok(product) => ProductPayload { product: Some(product.into()), user_errors: Vec::new() },
        Err(user_errors) => ProductPayload { product: None, user_errors },
    })
}

fn int(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[derive(Default)]
pub struct CatalogueMutation;

#[Object]
impl CatalogueMutation {
    /// Makes a product. It may start in any state but DISCONTINUED.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn product_create(&self, ctx: &Context<'_>, input: ProductInput) -> GraphqlResult<ProductPayload> {
        product_payload(services(ctx).catalogue.create(input.into()).await)
    }

    /// Changes a product. `expectedVersion` guards against lost updates.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        id: ID,
        input: ProductInput,
        expected_version: Option<i32>,
    ) -> GraphqlResult<ProductPayload> {
        let answer = match id_argument::<ProductId>("id", &id) {
            Ok(id) => services(ctx).catalogue.update(id, input.into(), expected_version.map(i64::from)).await,
            Err(error) => Err(error),
        };
        product_payload(answer)
    }

    /// Moves a product to another state: from DRAFT over PENDING_REVIEW and APPROVED to ACTIVE; back to DRAFT from all
    /// but ACTIVE; DISCONTINUED from everywhere, and from there only to INACTIVE.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn product_status_set(
        &self,
        ctx: &Context<'_>,
        id: ID,
        status: ProductStatus,
    ) -> GraphqlResult<ProductPayload> {
        let answer = match id_argument::<ProductId>("id", &id) {
            Ok(id) => services(ctx).catalogue.set_status(id, status.into()).await,
            Err(error) => Err(error),
        };
        product_payload(answer)
    }

    /// Makes or changes products, matched by slug. At most 100 a call.
    #[graphql(
        guard = "Requires(Right::ProductsManage)",
        directive = auth::apply(only(Right::ProductsManage), None, None),
        directive = cost::apply(10, per(&["inputs"]))
    )]
    async fn products_bulk_upsert(
        &self,
        ctx: &Context<'_>,
        inputs: Vec<ProductInput>,
        #[graphql(default_with = "BulkErrorPolicy::RejectFailedRows")] error_policy: BulkErrorPolicy,
    ) -> GraphqlResult<ProductsBulkPayload> {
        let changes = inputs.into_iter().map(Into::into).collect();
        let answer = services(ctx).catalogue.bulk_upsert(changes, error_policy.into()).await;
        let done = match outcome(answer, &[])? {
            Ok(done) => done,
            Err(user_errors) => return Ok(ProductsBulkPayload { user_errors, ..Default::default() }),
        };
        let told = |mistake: Mistake| UserError::from_mistake(mistake, &[]);
        let rows = done.rows.into_iter().enumerate().map(|(index, row)| BulkRow {
            index: int(index),
            product: row.product.map(Product::from),
            user_errors: row.mistakes.into_iter().map(told).collect(),
        });
        Ok(ProductsBulkPayload {
            created: int(done.created),
            updated: int(done.updated),
            rows: rows.collect(),
            user_errors: Vec::new(),
        })
    }

    /// Corrects what is on hand. Repeating a call with the same key and input changes nothing.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn stock_adjust(
        &self,
        ctx: &Context<'_>,
        variant_id: ID,
        #[graphql(desc = "Signed change, applied atomically; onHand never goes below 0.")] delta: i32,
        reason: Option<String>,
        idempotency_key: String,
    ) -> GraphqlResult<StockPayload> {
        let answer = match id_argument::<VariantId>("variantId", &variant_id) {
            Ok(id) => {
                let catalogue = &services(ctx).catalogue;
                let actor = caller(ctx).user();
                let done =
                    catalogue.adjust_stock(id, delta.into(), reason.as_deref(), &idempotency_key, actor);
                done.await.map(|()| id)
            }
            Err(error) => Err(error),
        };
        Ok(match outcome(answer, &[])? {
            Ok(id) => StockPayload {
                variant: load(ctx, id).await?.map(ProductVariant::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => StockPayload { variant: None, user_errors },
        })
    }

    /// Adds a brand, or renames the one of this slug.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn brand_save(&self, ctx: &Context<'_>, slug: String, name: String) -> GraphqlResult<BrandPayload> {
        Ok(match outcome(services(ctx).catalogue.save_brand(&slug, &name).await, &[])? {
            Ok(brand) => BrandPayload { brand: Some(brand.into()), user_errors: Vec::new() },
            Err(user_errors) => BrandPayload { brand: None, user_errors },
        })
    }

    /// Adds a category, or changes the one with this id.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn category_save(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        input: CategoryInput,
    ) -> GraphqlResult<CategoryPayload> {
        let ids = || -> Result<(Option<CategoryId>, Option<CategoryId>), ServiceError> {
            let id = id.as_ref().map(|id| id_argument("id", id)).transpose()?;
            let parent = input.parent_id.as_ref().map(global_id::decode).transpose();
            let parent =
                parent.map_err(|problem: Problem| ServiceError::refuse(["input", "parentId"], problem))?;
            Ok((id, parent))
        };
        let answer = match ids() {
            Ok((id, parent)) => {
                let change = CategoryChange { slug: input.slug, name: input.name, parent };
                services(ctx).catalogue.save_category(id, change).await
            }
            Err(error) => Err(error),
        };
        Ok(match outcome(answer, &[])? {
            Ok(category) => CategoryPayload { category: Some(category.into()), user_errors: Vec::new() },
            Err(user_errors) => CategoryPayload { category: None, user_errors },
        })
    }
}
