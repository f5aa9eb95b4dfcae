//! A product as clients read it; everything that is another row is loaded in batches.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::category::{Brand, Category};
use super::enums::{ProductStatus, ReviewSort, SustainabilityGrade};
use super::review::ReviewConnection;
use super::variant::ProductVariant;
use crate::domain::caller::Permission as Right;
use crate::domain::money::format_scaled;
use crate::domain::{catalogue, review, sustainability};
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::connection::page;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::GlobalId;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::{AvailableOf, FirstReviewsOf, StatsOf, VariantsOf, Wished, load};
use crate::graphql::money::MoneyOutput;
use crate::graphql::recommendations::{RecommendedProduct, similar};
use crate::graphql::scalars::{DateTime, Decimal, Long, Url};
use crate::graphql::services;
use crate::storage::Page;

/// What the shop sells: described once, sold as one or more variants.
#[derive(Clone)]
pub struct Product(pub(crate) Arc<catalogue::Product>);

impl From<Arc<catalogue::Product>> for Product {
    fn from(product: Arc<catalogue::Product>) -> Self {
        Self(product)
    }
}

impl From<catalogue::Product> for Product {
    fn from(product: catalogue::Product) -> Self {
        Self(Arc::new(product))
    }
}

/// A picture of a product.
#[derive(SimpleObject)]
struct Image {
    url: Url,
    /// What it shows, for those who cannot see it.
    alt: String,
    width: Option<i32>,
    height: Option<i32>,
}

/// One thing that can be said about a product.
#[derive(SimpleObject)]
struct ProductAttribute {
    key: String,
    label: String,
    value: String,
}

/// How kind a product is to the planet.
#[derive(SimpleObject)]
struct Sustainability {
    /// 0 (worst) to 100.
    score: i32,
    grade: SustainabilityGrade,
    /// kg CO2e per unit, cradle to gate.
    carbon_footprint_kg: Option<Decimal>,
    recyclable: bool,
    biodegradable: bool,
    certifications: Vec<String>,
    source: Option<String>,
}

impl From<&sustainability::Sustainability> for Sustainability {
    fn from(known: &sustainability::Sustainability) -> Self {
        Self {
            score: known.score.into(),
            grade: known.grade().into(),
            carbon_footprint_kg: known.carbon_grams.map(|grams| Decimal(format_scaled(grams, 3))),
            recyclable: known.recyclable,
            biodegradable: known.biodegradable,
            certifications: known.certifications.clone(),
            source: known.source.clone(),
        }
    }
}

/// What shoppers did with a product so far.
#[derive(SimpleObject)]
struct ProductStats {
    view_count: Long,
    unique_viewers: Long,
    average_view_duration_ms: Long,
    like_count: Long,
    cart_count: Long,
    purchase_count: Long,
    last_viewed_at: Option<DateTime>,
}

impl From<review::ProductStats> for ProductStats {
    fn from(stats: review::ProductStats) -> Self {
        Self {
            view_count: stats.view_count.into(),
            unique_viewers: stats.unique_viewers.into(),
            average_view_duration_ms: stats.average_view_duration_ms().into(),
            like_count: stats.like_count.into(),
            cart_count: stats.cart_count.into(),
            purchase_count: stats.purchase_count.into(),
            last_viewed_at: stats.last_viewed_at.map(DateTime::from),
        }
    }
}

/// The published ratings of a product.
#[derive(SimpleObject)]
struct RatingSummary {
    average: Option<f64>,
    count: i32,
    /// Counts for 1..5 stars.
    histogram: Vec<i32>,
}

impl From<review::RatingSummary> for RatingSummary {
    fn from(rating: review::RatingSummary) -> Self {
        let int = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            average: rating.average(),
            count: int(rating.count()),
            histogram: rating.histogram.into_iter().map(int).collect(),
        }
    }
}

impl Product {
    async fn variant_rows(&self, ctx: &Context<'_>) -> GraphqlResult<Arc<[catalogue::Variant]>> {
        Ok(load(ctx, VariantsOf(self.0.id)).await?.unwrap_or_default())
    }

    async fn stat_row(&self, ctx: &Context<'_>) -> GraphqlResult<review::ProductStats> {
        Ok(load(ctx, StatsOf(self.0.id)).await?.unwrap_or_default())
    }
}

#[Object]
impl Product {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    async fn status(&self) -> ProductStatus {
        self.0.status.into()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> &str {
        &self.0.description
    }

    async fn brand(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Brand>> {
        match self.0.brand_id {
            Some(brand) => Ok(load(ctx, brand).await?.map(Brand::from)),
            None => Ok(None),
        }
    }

    async fn category(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Category>> {
        match self.0.category_id {
            Some(category) => Ok(load(ctx, category).await?.map(Category::from)),
            None => Ok(None),
        }
    }

    async fn tags(&self) -> &[String] {
        &self.0.tags
    }

    async fn images(&self) -> Vec<Image> {
        let pixels = |count: Option<u32>| count.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        let image = |image: &catalogue::Image| Image {
            url: Url(image.url.clone()),
            alt: image.alt.clone(),
            width: pixels(image.width),
            height: pixels(image.height),
        };
        self.0.images.iter().map(image).collect()
    }

    async fn attributes(&self) -> Vec<ProductAttribute> {
        let attribute = |attribute: &catalogue::ProductAttribute| ProductAttribute {
            key: attribute.key.clone(),
            label: attribute.label.clone(),
            value: attribute.value.clone(),
        };
        self.0.attributes.iter().map(attribute).collect()
    }

    async fn variants(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<ProductVariant>> {
        Ok(self.variant_rows(ctx).await?.iter().cloned().map(ProductVariant::from).collect())
    }

    async fn default_variant(&self, ctx: &Context<'_>) -> GraphqlResult<ProductVariant> {
        let first = self.variant_rows(ctx).await?.first().cloned().map(ProductVariant::from);
        first.ok_or_else(|| GraphqlError::internal("a product without variants"))
    }

    /// Lowest variant price.
    async fn price(&self) -> MoneyOutput {
        self.0.price.into()
    }

    /// What the lowest-priced variant cost before.
    async fn compare_at_price(&self) -> Option<MoneyOutput> {
        self.0.compare_at_price.map(MoneyOutput::from)
    }

    /// Pieces that can be bought now, over all variants.
    async fn available_quantity(&self, ctx: &Context<'_>) -> GraphqlResult<i32> {
        let available = load(ctx, AvailableOf(self.0.id)).await?.unwrap_or(0);
        Ok(i32::try_from(available).unwrap_or(i32::MAX))
    }

    async fn rating(&self, ctx: &Context<'_>) -> GraphqlResult<RatingSummary> {
        Ok(self.stat_row(ctx).await?.rating.into())
    }

    /// What buyers wrote, as far as it is published.
    #[graphql(directive = cost::apply(1, per(&["first"])))]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        #[graphql(default_with = "ReviewSort::Newest")] sort_by: ReviewSort,
    ) -> GraphqlResult<ReviewConnection> {
        let page = page(first, after.as_deref(), None, None)?;
        // The first page is what lists of products ask for, of all of them at once.
        if page.after.is_none() {
            let first = load(ctx, FirstReviewsOf(self.0.id, sort_by.into(), page.limit)).await?;
            return Ok(ReviewConnection::new(self.0.id, first.unwrap_or_else(Page::empty)));
        }
        let found = services(ctx).storage.product_reviews(self.0.id, sort_by.into(), &page).await;
        Ok(ReviewConnection::new(self.0.id, found.map_err(crate::services::error::ServiceError::from)?))
    }

    async fn sustainability(&self) -> Option<Sustainability> {
        self.0.sustainability.as_ref().map(Sustainability::from)
    }

    async fn stats(&self, ctx: &Context<'_>) -> GraphqlResult<ProductStats> {
        Ok(self.stat_row(ctx).await?.into())
    }

    /// Whether the signed-in user wished for it; false for everybody else.
    async fn in_wishlist(&self, ctx: &Context<'_>) -> GraphqlResult<bool> {
        Ok(load(ctx, Wished(self.0.id)).await?.unwrap_or(false))
    }

    /// What is like it, without what the caller has bought or dismissed.
    #[graphql(directive = cost::apply(5, per(&["count"])))]
    async fn similar(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(8)")] count: Option<i32>,
    ) -> GraphqlResult<Vec<RecommendedProduct>> {
        similar(ctx, self.0.id, count.unwrap_or(8)).await
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Rises by one with every change; for `expectedVersion`.
    #[graphql(guard = "Requires(Right::ProductsManage)", directive = auth::apply(only(Right::ProductsManage), None, None))]
    async fn version(&self) -> i32 {
        i32::try_from(self.0.version).unwrap_or(i32::MAX)
    }
}
