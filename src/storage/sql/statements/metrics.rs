//! Measuring: what became of served lists, by strategy or by arm of an experiment, and how the shop traded.
//!
//! Every figure of lists has two statements that differ in their scope alone: `r` are the lists served in a span
//! (`…_OF_STRATEGIES`), or those of experiments (`…_OF_ARMS`).

/// The lists of a span, of one experiment unless its key is empty.
macro_rules! span {
    ($from:literal, $to:literal, $experiment:literal) => {
        concat!(
            "r.served_at >= ",
            $from,
            " AND r.served_at < ",
            $to,
            " AND (",
            $experiment,
            " = '' \
             OR r.experiment_key = ",
            $experiment,
            ")"
        )
    };
}

/// The lists of some experiments.
macro_rules! arms {
    () => {
        "r.experiment_key IN ($LIST)"
    };
}

/// Whether a product was on a list: its id is found nowhere else in the list's text.
macro_rules! listed {
    ($product:literal) => {
        concat!("r.items LIKE '%' || ", $product, " || '%'")
    };
}

macro_rules! paid {
    () => {
        "o.status IN ('PAID', 'PARTIALLY_SHIPPED', 'SHIPPED', 'COMPLETED')"
    };
}

/// What a line of an order brought in once refunds are taken off.
macro_rules! kept {
    () => {
        "l.total_minor * (l.quantity - l.refunded_quantity) / l.quantity"
    };
}

/// Deeds credited to each list of a scope, and lines of paid orders. Both are read from what names a list, not from the
/// lists, most of which lead to nothing; `CROSS JOIN` keeps SQLite to that order. `$news` leaves out what was recorded
/// before the scope begins, and so before its lists were served.
macro_rules! outcomes {
    ($scope:expr, $news:literal) => {
        concat!(
            "LEFT JOIN (SELECT r.id, \
             MAX(CASE WHEN i.kind = 'IMPRESSION' THEN 1 ELSE 0 END) \
             * COUNT(DISTINCT CASE WHEN i.kind <> 'CART' THEN i.product_id END) AS seen, \
             COUNT(DISTINCT CASE WHEN i.kind IN ('CLICK', 'VIEW') THEN i.product_id END) AS clicks, \
             COUNT(DISTINCT CASE WHEN i.kind = 'CART' THEN i.product_id END) AS cart_adds \
             FROM interactions i CROSS JOIN served_recommendations r WHERE i.recommendation_id IS NOT NULL \
             AND i.kind IN ('IMPRESSION', 'CLICK', 'VIEW', 'CART') ",
            $news,
            "AND r.id = i.recommendation_id AND ",
            $scope,
            " AND i.occurred_at <= r.served_at + $1 AND ",
            listed!("i.product_id"),
            " GROUP BY r.id) d ON d.id = r.id \
             LEFT JOIN (SELECT r.id, COUNT(*) AS purchases, CAST(SUM(",
            kept!(),
            ") AS BIGINT) AS revenue FROM order_lines l CROSS JOIN orders o CROSS JOIN served_recommendations r \
             WHERE l.recommendation_id IS NOT NULL AND o.id = l.order_id AND r.id = l.recommendation_id AND ",
            $scope,
            " AND o.placed_at <= r.served_at + $1 AND o.currency = $2 AND l.refunded_quantity < l.quantity AND ",
            paid!(),
            " AND ",
            listed!("l.product_id"),
            " GROUP BY r.id) s ON s.id = r.id"
        )
    };
}

/// Products of a list that were seen.
macro_rules! seen {
    () => {
        "COALESCE(NULLIF(d.seen, 0), r.item_count)"
    };
}

macro_rules! figures {
    ($parts:literal, $scope:expr, $news:literal) => {
        concat!(
            "SELECT ",
            $parts,
            ", COUNT(*), CAST(SUM(",
            seen!(),
            ") AS BIGINT), COUNT(DISTINCT r.subject_id), \
             COUNT(r.fallback), COUNT(CASE WHEN r.cached THEN 1 END), \
             CAST(COALESCE(SUM(d.clicks), 0) AS BIGINT), CAST(COALESCE(SUM(d.cart_adds), 0) AS BIGINT), \
             CAST(COALESCE(SUM(s.purchases), 0) AS BIGINT), CAST(COALESCE(SUM(s.revenue), 0) AS BIGINT), \
             COUNT(DISTINCT CASE WHEN s.purchases > 0 THEN r.subject_id END) \
             FROM served_recommendations r ",
            outcomes!($scope, $news),
            " WHERE ",
            $scope,
            " GROUP BY ",
            $parts
        )
    };
}

/// The nearest rank, exactly: the least time by which so many of a hundred lists were ready.
macro_rules! latencies {
    ($parts:literal, $names:literal, $scope:expr) => {
        concat!(
            "SELECT ",
            $names,
            ", MIN(CASE WHEN ready * 100 >= lists * 50 THEN took_micros END), \
             MIN(CASE WHEN ready * 100 >= lists * 95 THEN took_micros END), \
             MIN(CASE WHEN ready * 100 >= lists * 99 THEN took_micros END) FROM (SELECT ",
            $parts,
            ", \
             r.took_micros, SUM(COUNT(*)) OVER (PARTITION BY ",
            $parts,
            " ORDER BY r.took_micros) AS ready, \
             SUM(COUNT(*)) OVER (PARTITION BY ",
            $parts,
            ") AS lists FROM served_recommendations r WHERE ",
            $scope,
            " GROUP BY ",
            $parts,
            ", r.took_micros) ranked GROUP BY ",
            $names
        )
    };
}

macro_rules! reach {
    ($parts:literal, $scope:expr) => {
        concat!(
            "SELECT ",
            $parts,
            ", COUNT(DISTINCT r.product_id), \
             (SELECT COUNT(*) FROM products WHERE status = 'ACTIVE') FROM shown_products r \
             JOIN products p ON p.id = r.product_id WHERE p.status = 'ACTIVE' AND ",
            $scope,
            " GROUP BY ",
            $parts
        )
    };
}

macro_rules! series {
    ($parts:literal, $scope:expr, $news:literal) => {
        concat!(
            "SELECT ",
            $parts,
            ", r.served_at / $3, CAST(SUM(",
            seen!(),
            ") AS BIGINT), \
             CAST(COALESCE(SUM(d.clicks), 0) AS BIGINT), CAST(COALESCE(SUM(s.purchases), 0) AS BIGINT) \
             FROM served_recommendations r ",
            outcomes!($scope, $news),
            " WHERE ",
            $scope,
            " GROUP BY ",
            $parts,
            ", r.served_at / $3 ORDER BY ",
            $parts,
            ", r.served_at / $3"
        )
    };
}

statements! {
    FIGURES_OF_STRATEGIES = figures!("r.strategy_id", span!("$3", "$4", "$5"), "AND i.recorded_at >= $3 ");
    FIGURES_OF_ARMS = figures!("r.experiment_key, r.variant_key", arms!(), "");
    LATENCIES_OF_STRATEGIES = latencies!("r.strategy_id", "strategy_id", span!("$1", "$2", "$3"));
    LATENCIES_OF_ARMS = latencies!("r.experiment_key, r.variant_key", "experiment_key, variant_key", arms!());
    REACH_OF_STRATEGIES = reach!("r.strategy_id", "r.day >= $1 AND r.day <= $2 AND ($3 = '' OR r.experiment_key = $3)");
    REACH_OF_ARMS = reach!("r.experiment_key, r.variant_key", arms!());
    SERIES_OF_STRATEGIES = series!("r.strategy_id", span!("$4", "$5", "$6"), "AND i.recorded_at >= $4 ");
    SERIES_OF_ARMS = series!("r.experiment_key, r.variant_key", arms!(), "");
    /// Squares are summed as floating point: those of minor units soon leave 64 bits.
    SHOPPER_SUMS = concat!("SELECT experiment_key, variant_key, COUNT(*), \
        SUM(seen), SUM(seen * seen), SUM(clicks), SUM(clicks * clicks), SUM(seen * clicks), \
        COUNT(CASE WHEN purchases > 0 THEN 1 END), SUM(revenue), SUM(revenue * revenue) \
        FROM (SELECT r.experiment_key, r.variant_key, r.subject_id, CAST(SUM(", seen!(), ") AS DOUBLE PRECISION) AS seen, \
        CAST(COALESCE(SUM(d.clicks), 0) AS DOUBLE PRECISION) AS clicks, SUM(s.purchases) AS purchases, \
        CAST(COALESCE(SUM(s.revenue), 0) AS DOUBLE PRECISION) AS revenue \
        FROM served_recommendations r ", outcomes!(arms!(), ""), " WHERE r.subject_id IS NOT NULL AND ", arms!(),
        " GROUP BY r.experiment_key, r.variant_key, r.subject_id) shoppers GROUP BY experiment_key, variant_key");
    TRADE_FIGURES = concat!("SELECT COUNT(*), CAST(COALESCE(SUM(o.paid_minor - o.refunded_minor), 0) AS BIGINT), \
        COUNT(DISTINCT COALESCE(o.user_id, o.email, o.id)) FROM orders o WHERE o.placed_at >= $1 \
        AND o.placed_at < $2 AND o.currency = $3 AND ", paid!());
    GOODS_REVENUE = concat!("SELECT CAST(COALESCE(SUM(", kept!(), "), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN r.id IS NOT NULL THEN ", kept!(), " END), 0) AS BIGINT) \
        FROM orders o JOIN order_lines l ON l.order_id = o.id \
        LEFT JOIN served_recommendations r ON r.id = l.recommendation_id AND o.placed_at <= r.served_at + $1 AND ",
        listed!("l.product_id"), " WHERE o.placed_at >= $3 AND o.placed_at < $4 AND o.currency = $2 AND ", paid!());
    ACTIVE_SHOPPERS = "SELECT COUNT(DISTINCT subject_id) FROM interactions WHERE occurred_at >= $1 AND occurred_at < $2";
    BEST_SELLERS = concat!("SELECT l.product_id FROM orders o JOIN order_lines l ON l.order_id = o.id \
        WHERE o.placed_at >= $1 AND o.placed_at < $2 AND o.currency = $3 AND ", paid!(),
        " GROUP BY l.product_id HAVING SUM(", kept!(), ") > 0 ORDER BY SUM(", kept!(), ") DESC, l.product_id LIMIT $4");
    SCARCE_VARIANTS = "SELECT v.id FROM variants v JOIN products p ON p.id = v.product_id \
        WHERE p.status = 'ACTIVE' AND v.on_hand - v.reserved <= $1 \
        ORDER BY v.on_hand - v.reserved, v.stock_updated_at DESC, v.id LIMIT $2";
    INSERT_SHOWN = "INSERT INTO shown_products (strategy_id, experiment_key, variant_key, day, product_id) \
        VALUES $ROWS ON CONFLICT (strategy_id, experiment_key, variant_key, day, product_id) DO NOTHING";
    REMOVE_SHOWN = "DELETE FROM shown_products WHERE day < $1";
}
