//! The contract of what shoppers say and keep: reviews, ratings, wishlists.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;

use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::ids::{ProductId, ReviewId, UserId};
use crate::domain::review::{Review, ReviewStatus};
use crate::domain::time::Timestamp;

/// How reviews are sorted; the newest first among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewSort {
    /// Newest first.
    Newest,
    /// Most stars first.
    Highest,
    /// Fewest stars first.
    Lowest,
}

/// Reading reviews and wishlists.
#[async_trait]
pub trait ReviewStore {
    /// Reviews by id, whatever their status.
    async fn reviews(&self, ids: &[ReviewId]) -> Result<HashMap<ReviewId, Review>>;
    /// What this user wrote about this product.
    async fn review_by(&self, user: UserId, product: ProductId) -> Result<Option<Review>>;
    /// A page of the published reviews of a product.
    async fn product_reviews(
        &self,
        product: ProductId,
        sort: ReviewSort,
        page: &PageRequest,
    ) -> Result<Page<Review>>;
    /// The first published reviews of many products, at most `limit` of each, in one statement.
    async fn first_reviews_of(
        &self,
        products: &[ProductId],
        sort: ReviewSort,
        limit: usize,
    ) -> Result<HashMap<ProductId, Page<Review>>>;
    /// How many published reviews a product has.
    async fn count_product_reviews(&self, product: ProductId) -> Result<i64>;
    /// A page of the reviews in one state, oldest first: the moderator's queue.
    async fn reviews_in_status(&self, status: ReviewStatus, page: &PageRequest) -> Result<Page<Review>>;
    /// A page of a wishlist, the latest addition first.
    async fn wishlist(&self, user: UserId, page: &PageRequest) -> Result<Page<ProductId>>;
    /// How many products are on a wishlist.
    async fn count_wishlist(&self, user: UserId) -> Result<i64>;
    /// Who has a product on their wishlist, in the order of their ids, behind the user `after`.
    async fn wishers_of(
        &self,
        product: ProductId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<UserId>>;
    /// Which of these products are on the user's wishlist.
    async fn on_wishlist(&self, user: UserId, products: &[ProductId]) -> Result<HashSet<ProductId>>;
}

/// Changing reviews and wishlists.
#[async_trait]
pub trait ReviewWork {
    /// Adds a review, or replaces what the same user wrote about the same product; the product's ratings follow.
    /// Returns it as stored: with the old id when it replaced one.
    ///
    /// # Errors
    /// `Missing` when the product or the user does not exist.
    async fn save_review(&mut self, review: &Review) -> Result<Review>;
    /// Publishes or rejects a review; the product's ratings follow. `None` when there is no such review.
    async fn set_review_status(
        &mut self,
        id: ReviewId,
        status: ReviewStatus,
        now: Timestamp,
    ) -> Result<Option<Review>>;
    /// Puts a product on a wishlist. False when it was there already.
    ///
    /// # Errors
    /// `Missing` when the product does not exist.
    async fn add_to_wishlist(&mut self, user: UserId, product: ProductId, now: Timestamp) -> Result<bool>;
    /// Takes a product off a wishlist. False when it was not there.
    async fn remove_from_wishlist(&mut self, user: UserId, product: ProductId) -> Result<bool>;
}
