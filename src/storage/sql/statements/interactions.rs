//! The log of behaviour, view history, product statistics.

macro_rules! logged {
    () => {
        "tx_id, sequence, subject_id, is_visitor, product_id, kind, occurred_at, duration_ms, quantity, order_id, \
         recommendation_id"
    };
}

statements! {
    INTERACTIONS_SINCE = concat!("SELECT ", logged!(), " FROM interactions WHERE (tx_id, sequence) > ($1, $2) \
        AND $SETTLED ORDER BY tx_id, sequence LIMIT $3");
    RECENT_INTERACTIONS = concat!("SELECT ", logged!(), " FROM interactions WHERE subject_id = $1 \
        ORDER BY occurred_at DESC, sequence DESC LIMIT $2");
    PURCHASED_PRODUCTS = "SELECT product_id, MAX(occurred_at) FROM interactions WHERE subject_id = $1 \
        AND kind = 'PURCHASE' GROUP BY product_id ORDER BY 2 DESC, 1 LIMIT $2";
    /// By orders, not by behaviour: what was placed and never paid for was not bought.
    HAS_PURCHASED = "SELECT 1 FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.user_id = $1 \
        AND l.product_id = $2 AND l.refunded_quantity < l.quantity \
        AND o.status IN ('PAID', 'PARTIALLY_SHIPPED', 'SHIPPED', 'COMPLETED') LIMIT 1";
    COUNT_INTERACTIONS = "SELECT COUNT(*) FROM interactions";
    INSERT_INTERACTIONS = "INSERT INTO interactions (subject_id, is_visitor, event_id, product_id, kind, occurred_at, \
        recorded_at, duration_ms, quantity, recommendation_id, position, order_id, context) VALUES $ROWS \
        ON CONFLICT (subject_id, event_id) DO NOTHING RETURNING subject_id, event_id";
    /// New entries come back with the count they were given: nobody had viewed the product before.
    ADD_VIEWS = "INSERT INTO view_history (subject_id, product_id, first_viewed_at, last_viewed_at, view_count, \
        total_duration_ms) VALUES $ROWS ON CONFLICT (subject_id, product_id) DO UPDATE SET \
        first_viewed_at = CASE WHEN excluded.first_viewed_at < view_history.first_viewed_at \
            THEN excluded.first_viewed_at ELSE view_history.first_viewed_at END, \
        last_viewed_at = CASE WHEN excluded.last_viewed_at > view_history.last_viewed_at \
            THEN excluded.last_viewed_at ELSE view_history.last_viewed_at END, \
        view_count = view_history.view_count + excluded.view_count, \
        total_duration_ms = view_history.total_duration_ms + excluded.total_duration_ms \
        RETURNING subject_id, product_id, view_count";
    /// Rows without statistics would be products that do not exist.
    ADD_STATS = "INSERT INTO product_stats (product_id, view_count, unique_viewers, timed_views, view_duration_ms, \
        like_count, cart_count, purchase_count, units_sold, last_viewed_at, trend_score) VALUES $ROWS \
        ON CONFLICT (product_id) DO UPDATE SET view_count = product_stats.view_count + excluded.view_count, \
        unique_viewers = product_stats.unique_viewers + excluded.unique_viewers, \
        timed_views = product_stats.timed_views + excluded.timed_views, \
        view_duration_ms = product_stats.view_duration_ms + excluded.view_duration_ms, \
        like_count = CASE WHEN product_stats.like_count + excluded.like_count < 0 THEN 0 \
            ELSE product_stats.like_count + excluded.like_count END, \
        cart_count = product_stats.cart_count + excluded.cart_count, \
        purchase_count = product_stats.purchase_count + excluded.purchase_count, \
        units_sold = product_stats.units_sold + excluded.units_sold, \
        last_viewed_at = CASE WHEN product_stats.last_viewed_at IS NULL \
            OR excluded.last_viewed_at > product_stats.last_viewed_at THEN excluded.last_viewed_at \
            ELSE product_stats.last_viewed_at END, \
        trend_score = product_stats.trend_score + excluded.trend_score";
}
