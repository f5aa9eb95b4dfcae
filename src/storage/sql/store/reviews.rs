//! Reviews, ratings, wishlists.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::fields::Fields;
use super::link::{Bind as _, list_query, query};
use super::listing::{KeyKind, SortKey, push_key_columns, push_page, read_page};
use super::{Db, Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::{ProductId, ReviewId, UserId};
use crate::domain::review::{Review, ReviewStatus};
use crate::domain::time::Timestamp;
use crate::storage::error::{Result, StorageError};
use crate::storage::page::{Cursor, CursorKey, Edge, Page, PageRequest};
use crate::storage::reviews::{ReviewSort, ReviewStore, ReviewWork};
use crate::storage::sql::statements::reviews as sql;

/// Columns of `REVIEW_COLUMNS`.
const REVIEW_WIDTH: usize = 10;

#[async_trait]
impl ReviewStore for SqlStore {
    async fn reviews(&self, ids: &[ReviewId]) -> Result<HashMap<ReviewId, Review>> {
        self.load(sql::REVIEWS_BY_ID, keys(ids), |row| review(row).map(|review| (review.id, review))).await
    }

    async fn review_by(&self, user: UserId, product: ProductId) -> Result<Option<Review>> {
        let row = self.read().await?.optional(query(sql::REVIEW_BY).id(user).id(product)).await?;
        row.as_ref().map(review).transpose()
    }

    async fn product_reviews(
        &self,
        product: ProductId,
        sort: ReviewSort,
        page: &PageRequest,
    ) -> Result<Page<Review>> {
        let newest = SortKey::new("r.created_at", KeyKind::Integer, true);
        let id = SortKey::new("r.id", KeyKind::Text, true);
        let rating = |descending| SortKey::new("r.rating", KeyKind::Integer, descending);
        let sort_keys = match sort {
            ReviewSort::Newest => vec![newest, id],
            ReviewSort::Highest => vec![rating(true), newest, id],
            ReviewSort::Lowest => vec![rating(false), newest, id],
        };
        let published = ReviewStatus::Published.as_str();
        self.review_page(
            &[("r.product_id", product.to_string()), ("r.status", published.to_owned())],
            &sort_keys,
            page,
        )
        .await
    }

    async fn first_reviews_of(
        &self,
        products: &[ProductId],
        sort: ReviewSort,
        limit: usize,
    ) -> Result<HashMap<ProductId, Page<Review>>> {
        let mut pages: HashMap<ProductId, Page<Review>> = HashMap::new();
        if products.is_empty() {
            return Ok(pages);
        }
        let statement = match sort {
            ReviewSort::Newest => sql::FIRST_REVIEWS_NEWEST,
            ReviewSort::Highest => sql::FIRST_REVIEWS_HIGHEST,
            ReviewSort::Lowest => sql::FIRST_REVIEWS_LOWEST,
        };
        // One more than asked for tells whether there are more.
        let query = list_query(statement, &keys(products), |query| query.count(limit.saturating_add(1)));
        for row in &self.read().await?.all(query).await? {
            let review = review(row)?;
            let page = pages.entry(review.product_id).or_insert_with(Page::empty);
            if page.edges.len() < limit {
                page.edges.push(Edge { cursor: place(&review, sort), node: review, score: None });
            } else {
                page.has_next = true;
            }
        }
        Ok(pages)
    }

    async fn count_product_reviews(&self, product: ProductId) -> Result<i64> {
        let row = self.read().await?.one(query(sql::COUNT_PRODUCT_REVIEWS).id(product)).await?;
        Fields::of(&row).int()
    }

    async fn reviews_in_status(&self, status: ReviewStatus, page: &PageRequest) -> Result<Page<Review>> {
        let sort_keys = [
            SortKey::new("r.created_at", KeyKind::Integer, false),
            SortKey::new("r.id", KeyKind::Text, false),
        ];
        self.review_page(&[("r.status", status.as_str().to_owned())], &sort_keys, page).await
    }

    async fn wishlist(&self, user: UserId, page: &PageRequest) -> Result<Page<ProductId>> {
        let sort_keys = [
            SortKey::new("added_at", KeyKind::Integer, true),
            SortKey::new("product_id", KeyKind::Text, true),
        ];
        let mut builder = QueryBuilder::<Db>::new("SELECT product_id");
        push_key_columns(&mut builder, &sort_keys);
        builder.push(" FROM wishlist_entries WHERE user_id = ").push_bind(user.to_string());
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, 1, false, |row| Fields::of(row).id()).await
    }

    async fn count_wishlist(&self, user: UserId) -> Result<i64> {
        let row = self.read().await?.one(query(sql::COUNT_WISHLIST).id(user)).await?;
        Fields::of(&row).int()
    }

    async fn wishers_of(
        &self,
        product: ProductId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<UserId>> {
        let after = after.map(|user| user.to_string()).unwrap_or_default();
        let query = query(sql::WISHERS_OF).id(product).bind(after).count(limit);
        self.read().await?.all(query).await?.iter().map(|row| Fields::of(row).id()).collect()
    }

    async fn on_wishlist(&self, user: UserId, products: &[ProductId]) -> Result<HashSet<ProductId>> {
        if products.is_empty() {
            return Ok(HashSet::new());
        }
        let query = list_query(sql::ON_WISHLIST, &keys(products), |query| query.id(user));
        self.read().await?.all(query).await?.iter().map(|row| Fields::of(row).id()).collect()
    }
}

impl SqlStore {
    async fn review_page(
        &self,
        conditions: &[(&'static str, String)],
        sort_keys: &[SortKey],
        page: &PageRequest,
    ) -> Result<Page<Review>> {
        let mut builder = QueryBuilder::<Db>::new("SELECT ");
        builder.push(sql::REVIEW_COLUMNS);
        push_key_columns(&mut builder, sort_keys);
        builder.push(" FROM reviews r WHERE 1 = 1");
        for (column, value) in conditions {
            builder.push(" AND ").push(column).push(" = ").push_bind(value.clone());
        }
        push_page(&mut builder, sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, sort_keys, page, REVIEW_WIDTH, false, review).await
    }
}

#[async_trait]
impl ReviewWork for SqlUnit {
    async fn save_review(&mut self, new: &Review) -> Result<Review> {
        // The lock puts two reviews of one product in a row: each counts what the other wrote.
        let lock = query(sql::LOCK_STATS).id(new.product_id);
        self.link.optional(lock).await?.ok_or(StorageError::Missing { what: "product" })?;
        let query = query(sql::SAVE_REVIEW)
            .id(new.id)
            .id(new.product_id)
            .maybe_id(new.user_id)
            .bind(i64::from(new.rating))
            .maybe_text(new.title.as_deref())
            .text(&new.body)
            .bind(new.verified_purchase)
            .text(new.status.as_str())
            .time(new.created_at)
            .time(new.updated_at);
        let row = self.link.one(query).await?;
        self.count_ratings(new.product_id).await?;
        review(&row)
    }

    async fn set_review_status(
        &mut self,
        id: ReviewId,
        status: ReviewStatus,
        now: Timestamp,
    ) -> Result<Option<Review>> {
        let query = query(sql::SET_REVIEW_STATUS).id(id).text(status.as_str()).time(now);
        let Some(row) = self.link.optional(query).await? else { return Ok(None) };
        let review = review(&row)?;
        self.link.optional(super::link::query(sql::LOCK_STATS).id(review.product_id)).await?;
        self.count_ratings(review.product_id).await?;
        Ok(Some(review))
    }

    async fn add_to_wishlist(&mut self, user: UserId, product: ProductId, now: Timestamp) -> Result<bool> {
        let query = query(sql::ADD_TO_WISHLIST).id(user).id(product).time(now);
        Ok(self.link.run(query).await? > 0)
    }

    async fn remove_from_wishlist(&mut self, user: UserId, product: ProductId) -> Result<bool> {
        Ok(self.link.run(query(sql::REMOVE_FROM_WISHLIST).id(user).id(product)).await? > 0)
    }
}

impl SqlUnit {
    async fn count_ratings(&mut self, product: ProductId) -> Result<()> {
        self.link.run(query(sql::COUNT_RATINGS).id(product)).await.map(|_| ())
    }
}

/// Where a review stands in its product's list, as `product_reviews` sorts it.
fn place(review: &Review, sort: ReviewSort) -> Cursor {
    let newest = [CursorKey::Integer(review.created_at.as_millis()), CursorKey::Text(review.id.to_string())];
    let stars = (sort != ReviewSort::Newest).then(|| CursorKey::Integer(i64::from(review.rating)));
    Cursor(stars.into_iter().chain(newest).collect())
}

fn review(row: &Row) -> Result<Review> {
    let mut fields = Fields::of(row);
    Ok(Review {
        id: fields.id()?,
        product_id: fields.id()?,
        user_id: fields.maybe_id()?,
        rating: fields.small("rating")?,
        title: fields.maybe_text()?,
        body: fields.text()?,
        verified_purchase: fields.flag()?,
        status: fields.named("review status", ReviewStatus::from_name)?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
    })
}
