//! Reviews, ratings, wishlists.

macro_rules! review {
    () => {
        "r.id, r.product_id, r.user_id, r.rating, r.title, r.body, r.verified_purchase, r.status, r.created_at, \
         r.updated_at"
    };
}

/// The first reviews of each of many products, in one order.
macro_rules! first_reviews {
    ($order:literal) => {
        concat!(
            "SELECT ",
            review!(),
            " FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.product_id ORDER BY ",
            $order,
            "r.created_at DESC, r.id DESC) AS place FROM reviews r WHERE r.status = 'PUBLISHED' \
             AND r.product_id IN ($LIST)) r WHERE r.place <= $1 ORDER BY r.product_id, r.place"
        )
    };
}

/// Columns of a review, for pages.
pub(in crate::storage::sql) const REVIEW_COLUMNS: &str = review!();

statements! {
    REVIEWS_BY_ID = concat!("SELECT ", review!(), " FROM reviews r WHERE r.id IN ($LIST)");
    REVIEW_BY = concat!("SELECT ", review!(), " FROM reviews r WHERE r.user_id = $1 AND r.product_id = $2");
    FIRST_REVIEWS_NEWEST = first_reviews!("");
    FIRST_REVIEWS_HIGHEST = first_reviews!("r.rating DESC, ");
    FIRST_REVIEWS_LOWEST = first_reviews!("r.rating, ");
    COUNT_PRODUCT_REVIEWS = "SELECT COUNT(*) FROM reviews WHERE product_id = $1 AND status = 'PUBLISHED'";
    COUNT_WISHLIST = "SELECT COUNT(*) FROM wishlist_entries WHERE user_id = $1";
    WISHERS_OF = "SELECT user_id FROM wishlist_entries WHERE product_id = $1 AND user_id > $2 \
        ORDER BY user_id LIMIT $3";
    ON_WISHLIST = "SELECT product_id FROM wishlist_entries WHERE user_id = $1 AND product_id IN ($LIST)";
    SAVE_REVIEW = "INSERT INTO reviews (id, product_id, user_id, rating, title, body, verified_purchase, status, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT (product_id, user_id) DO UPDATE SET rating = excluded.rating, title = excluded.title, \
        body = excluded.body, verified_purchase = excluded.verified_purchase, status = excluded.status, \
        updated_at = excluded.updated_at \
        RETURNING id, product_id, user_id, rating, title, body, verified_purchase, status, created_at, updated_at";
    SET_REVIEW_STATUS = "UPDATE reviews SET status = $2, updated_at = $3 WHERE id = $1 \
        RETURNING id, product_id, user_id, rating, title, body, verified_purchase, status, created_at, updated_at";
    /// Counted anew from the reviews of the one product: exact whatever happened before.
    COUNT_RATINGS = "UPDATE product_stats SET \
        rating_1 = (SELECT COUNT(*) FROM reviews WHERE product_id = $1 AND status = 'PUBLISHED' AND rating = 1), \
        rating_2 = (SELECT COUNT(*) FROM reviews WHERE product_id = $1 AND status = 'PUBLISHED' AND rating = 2), \
        rating_3 = (SELECT COUNT(*) FROM reviews WHERE product_id = $1 AND status = 'PUBLISHED' AND rating = 3), \
        rating_4 = (SELECT COUNT(*) FROM reviews WHERE product_id = $1 AND status = 'PUBLISHED' AND rating = 4), \
        rating_5 = (SELECT COUNT(*) FROM reviews WHERE product_id = $1 AND status = 'PUBLISHED' AND rating = 5), \
        rating_average = (SELECT CAST(AVG(rating) AS DOUBLE PRECISION) FROM reviews \
            WHERE product_id = $1 AND status = 'PUBLISHED') \
        WHERE product_id = $1";
    LOCK_STATS = "SELECT 1 FROM product_stats WHERE product_id = $1$LOCK";
    ADD_TO_WISHLIST = "INSERT INTO wishlist_entries (user_id, product_id, added_at) VALUES ($1, $2, $3) \
        ON CONFLICT (user_id, product_id) DO NOTHING";
    REMOVE_FROM_WISHLIST = "DELETE FROM wishlist_entries WHERE user_id = $1 AND product_id = $2";
}
