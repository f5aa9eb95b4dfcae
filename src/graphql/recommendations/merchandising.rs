//! The shop's merchandising rules: what shapes every list whose request does not say otherwise.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::input::ProductBoost;
use crate::domain::catalogue;
use crate::domain::ids::ProductId;
use crate::domain::recommendation as domain;
use crate::graphql::catalogue::Product;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::loaders::load_many;
use crate::graphql::people::change;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;
use crate::services::error::{Mistakes, ServiceError};
use crate::services::merchandising::RulesChange;

/// What shapes every list whose request does not say otherwise. None of it changes what the models learn.
pub(crate) struct MerchandisingRules(Arc<domain::MerchandisingRules>);

impl From<Arc<domain::MerchandisingRules>> for MerchandisingRules {
    fn from(rules: Arc<domain::MerchandisingRules>) -> Self {
        Self(rules)
    }
}

/// A product whose score is raised in every list.
#[derive(SimpleObject)]
struct BoostedProduct {
    product: Product,
    /// 0.5 adds half of the score to it.
    by: f64,
}

#[Object]
impl MerchandisingRules {
    /// 0 pure relevance, 1 pure variety.
    async fn diversity(&self) -> f64 {
        self.0.diversity
    }

    /// Extra weight for sustainable goods, 0 to 1.
    async fn sustainability_boost(&self) -> f64 {
        self.0.sustainability_boost
    }

    /// Products of one category on a list at most; null for no limit.
    async fn max_per_category(&self) -> Option<i32> {
        self.0.category_cap.map(|cap| i32::try_from(cap).unwrap_or(i32::MAX))
    }

    /// Places at the end of a shopper's list kept for products of the last days.
    async fn new_product_slots(&self) -> i32 {
        i32::try_from(self.0.exploration_slots).unwrap_or(i32::MAX)
    }

    /// Products that open lists for a shopper and of what rises, in this order, where they may be shown.
    async fn pinned_products(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Product>> {
        let mut found = load_many(ctx, self.0.pinned.iter().copied()).await?;
        let product =
            |id: &ProductId| found.remove(id).map(|product: Arc<catalogue::Product>| product.into());
        Ok(self.0.pinned.iter().filter_map(product).collect())
    }

    async fn boosted_products(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<BoostedProduct>> {
        let mut found = load_many(ctx, self.0.boosted.iter().map(|(id, _)| *id)).await?;
        let boosted = |(id, by): &(ProductId, f64)| {
            let product: Arc<catalogue::Product> = found.remove(id)?;
            Some(BoostedProduct { product: product.into(), by: *by })
        };
        Ok(self.0.boosted.iter().filter_map(boosted).collect())
    }

    /// Null while nobody has changed them.
    async fn updated_at(&self) -> Option<DateTime> {
        self.0.updated_at.map(DateTime)
    }
}

/// What changes; what is left out stays.
#[derive(InputObject)]
pub(crate) struct MerchandisingRulesInput {
    diversity: Option<f64>,
    sustainability_boost: Option<f64>,
    /// Null lifts the limit.
    max_per_category: MaybeUndefined<i32>,
    new_product_slots: Option<i32>,
    /// Replaces the whole list.
    #[graphql(validator(max_items = 100))]
    pinned_product_ids: Option<Vec<ID>>,
    /// Replaces the whole list.
    #[graphql(validator(max_items = 100))]
    boosted_products: Option<Vec<ProductBoost>>,
}

impl MerchandisingRulesInput {
    pub(super) fn read(self) -> Result<RulesChange, ServiceError> {
        let mut mistakes = Mistakes::default();
        let mut read = |path: &[&str], id: &ID| mistakes.check(path.iter().copied(), global_id::decode(id));
        let pinned = self.pinned_product_ids.map(|ids| {
            let each = ids.iter().enumerate();
            each.filter_map(|(at, id)| read(&["pinnedProductIds", &at.to_string()], id)).collect()
        });
        let boosted = self.boosted_products.map(|boosts| {
            let each = boosts.iter().enumerate();
            each.filter_map(|(at, boost)| {
                let path = ["boostedProducts", &at.to_string(), "productId"];
                Some((read(&path, &boost.product_id)?, boost.by))
            })
            .collect()
        });
        mistakes.done()?;
        Ok(RulesChange {
            diversity: self.diversity,
            sustainability_boost: self.sustainability_boost,
            category_cap: change(self.max_per_category).map(|cap| cap.map(i64::from)),
            exploration_slots: self.new_product_slots.map(i64::from),
            pinned,
            boosted,
        })
    }
}

#[derive(SimpleObject, Default)]
pub(super) struct MerchandisingRulesPayload {
    pub(super) merchandising_rules: Option<MerchandisingRules>,
    pub(super) user_errors: Vec<UserError>,
}
