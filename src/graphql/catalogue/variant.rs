//! Variants of a product: what is priced, stocked and bought.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::product::Product;
use crate::domain::caller::Permission as Right;
use crate::domain::catalogue;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::load;
use crate::graphql::money::MoneyOutput;
use crate::graphql::scalars::DateTime;

/// `sku` is unique across the shop.
#[derive(Clone)]
pub struct ProductVariant(Arc<catalogue::Variant>);

impl From<Arc<catalogue::Variant>> for ProductVariant {
    fn from(variant: Arc<catalogue::Variant>) -> Self {
        Self(variant)
    }
}

impl From<catalogue::Variant> for ProductVariant {
    fn from(variant: catalogue::Variant) -> Self {
        Self(Arc::new(variant))
    }
}

/// One choice that tells a variant from its siblings.
#[derive(SimpleObject)]
struct SelectedOption {
    name: String,
    value: String,
}

/// How many pieces there are.
#[derive(SimpleObject)]
struct Stock {
    on_hand: i32,
    /// Promised to orders not yet paid for or shipped.
    reserved: i32,
    available: i32,
    updated_at: DateTime,
}

fn pieces(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[Object]
impl ProductVariant {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn product(&self, ctx: &Context<'_>) -> GraphqlResult<Product> {
        let found = load(ctx, self.0.product_id).await?;
        found.map(Product::from).ok_or_else(|| GraphqlError::internal("a variant without its product"))
    }

    async fn sku(&self) -> &str {
        self.0.sku.as_str()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn options(&self) -> Vec<SelectedOption> {
        let option = |option: &catalogue::SelectedOption| SelectedOption {
            name: option.name.clone(),
            value: option.value.clone(),
        };
        self.0.options.iter().map(option).collect()
    }

    async fn price(&self) -> MoneyOutput {
        self.0.price.into()
    }

    async fn compare_at_price(&self) -> Option<MoneyOutput> {
        self.0.compare_at_price.map(MoneyOutput::from)
    }

    async fn available_quantity(&self) -> i32 {
        pieces(self.0.stock.available())
    }

    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn stock(&self) -> Option<Stock> {
        let stock = &self.0.stock;
        Some(Stock {
            on_hand: pieces(stock.on_hand),
            reserved: pieces(stock.reserved),
            available: pieces(stock.available()),
            updated_at: stock.updated_at.into(),
        })
    }

    async fn weight_grams(&self) -> Option<i32> {
        self.0.weight_grams.map(pieces)
    }
}
