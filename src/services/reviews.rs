//! Reviews: written by shoppers, shown once a moderator has read them.

use std::sync::Arc;

use super::error::{Mistakes, Problem, ServiceError, refused_write};
use super::messages::Message;
use crate::context::Context;
use crate::domain::ids::{ProductId, ReviewId, UserId};
use crate::domain::review::{Review, ReviewStatus, check_rating};
use crate::domain::{limits, text};
use crate::storage::{Page, PageRequest, Storage};

/// A review as typed.
#[derive(Debug, Clone)]
pub struct Opinion {
    pub product: ProductId,
    pub rating: i64,
    pub title: Option<String>,
    pub body: Option<String>,
}

/// The use cases of reviews.
pub struct Reviews {
    storage: Arc<dyn Storage>,
    context: Context,
}

impl Reviews {
    pub fn new(storage: Arc<dyn Storage>, context: Context) -> Self {
        Self { storage, context }
    }

    /// Takes a user's opinion of a product; a second one replaces the first. Either waits for a moderator.
    pub async fn submit(&self, user: UserId, opinion: Opinion) -> Result<Review, ServiceError> {
        let mut mistakes = Mistakes::default();
        let rating = mistakes.check(["rating"], check_rating(opinion.rating));
        let title = text::optional_line("title", opinion.title.as_deref().unwrap_or(""), limits::SHORT_TEXT);
        let title = mistakes.check(["title"], title).flatten();
        let body = opinion.body.as_deref().map(str::trim).filter(|body| !body.is_empty());
        let body = body.map(|body| text::paragraph("body", body, limits::REVIEW)).transpose();
        let body = mistakes.check(["body"], body).flatten().unwrap_or_default();
        let found = self.storage.products(&[opinion.product]).await?.remove(&opinion.product);
        if !found.is_some_and(|product| product.is_visible()) {
            mistakes.add(["productId"], Problem::NotFound { what: "product" });
        }
        let (Some(rating), true) = (rating, mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let now = self.context.now();
        let review = Review {
            id: self.context.new_id(),
            product_id: opinion.product,
            user_id: Some(user),
            rating,
            title,
            body,
            verified_purchase: self.storage.has_purchased(user, opinion.product).await?,
            status: ReviewStatus::Pending,
            created_at: now,
            updated_at: now,
        };
        let mut unit = self.storage.begin().await?;
        let kept = unit.save_review(&review).await.map_err(|error| refused_write(error, ["productId"]))?;
        unit.post(&[Message::ReviewSubmitted { review: kept.id }.to_outbox(&self.context)]).await?;
        unit.save().await?;
        Ok(kept)
    }

    /// Publishes, rejects or takes a review back into the queue; the product's ratings follow.
    pub async fn moderate(&self, id: ReviewId, status: ReviewStatus) -> Result<Review, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let moderated = unit.set_review_status(id, status, self.context.now()).await?;
        unit.save().await?;
        moderated.ok_or_else(|| ServiceError::refuse(["reviewId"], Problem::NotFound { what: "review" }))
    }

    /// A page of the reviews in one state, oldest first.
    pub async fn queue(
        &self,
        status: ReviewStatus,
        page: &PageRequest,
    ) -> Result<Page<Review>, ServiceError> {
        Ok(self.storage.reviews_in_status(status, page).await?)
    }
}
