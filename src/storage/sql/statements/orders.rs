//! Orders, their lines and history, returns.

macro_rules! order {
    () => {
        "o.id, o.number, o.user_id, o.email, o.status, o.payment_status, o.currency, o.subtotal_minor, \
         o.discount_minor, o.shipping_minor, o.tax_minor, o.total_minor, o.tax_lines, o.paid_minor, o.refunded_minor, \
         o.shipping_address, o.billing_address, o.shipping_option, o.vouchers, o.note, o.placed_at, o.updated_at, \
         o.expires_at, o.cancelled_at, o.cancel_reason, o.version"
    };
}
macro_rules! line {
    () => {
        "l.order_id, l.id, l.position, l.product_id, l.variant_id, l.product_name, l.sku, l.quantity, \
         l.fulfilled_quantity, l.refunded_quantity, l.unit_price_minor, l.discount_minor, l.tax_minor, \
         l.total_minor, l.recommendation_id"
    };
}
macro_rules! event {
    () => {
        "e.order_id, e.id, e.kind, e.from_status, e.to_status, e.actor_id, e.message, e.created_at"
    };
}
macro_rules! insert_orders {
    ($($rest:literal)?) => {
        concat!("INSERT INTO orders (id, number, user_id, email, status, payment_status, currency, subtotal_minor, \
            discount_minor, shipping_minor, tax_minor, total_minor, tax_lines, paid_minor, refunded_minor, \
            shipping_address, billing_address, shipping_option, vouchers, note, placed_at, updated_at, expires_at, \
            cancelled_at, cancel_reason, version) VALUES $ROWS" $(, $rest)?)
    };
}

/// Columns of an order, for pages.
pub(in crate::storage::sql) const ORDER_COLUMNS: &str = order!();

statements! {
    ORDERS_BY_ID = concat!("SELECT ", order!(), " FROM orders o WHERE o.id IN ($LIST)");
    ORDER_BY_NUMBER = concat!("SELECT ", order!(), " FROM orders o WHERE o.number = $1");
    ORDER_IDS_BY_NUMBER = "SELECT number, id FROM orders WHERE number IN ($LIST)";
    ORDER_FOR_UPDATE = concat!("SELECT ", order!(), " FROM orders o WHERE o.id = $1$LOCK");
    LINES_OF_ORDERS = concat!("SELECT ", line!(),
        " FROM order_lines l WHERE l.order_id IN ($LIST) ORDER BY l.order_id, l.position");
    LINES_BY_ID = concat!("SELECT ", line!(), " FROM order_lines l WHERE l.id IN ($LIST)");
    EVENTS_OF_ORDERS = concat!("SELECT ", event!(),
        " FROM order_events e WHERE e.order_id IN ($LIST) ORDER BY e.order_id, e.id");
    EVENTS_SINCE = concat!("SELECT ", event!(), " FROM order_events e JOIN orders o ON o.id = e.order_id \
        WHERE o.user_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3");
    EVENTS_OF_ORDER_SINCE = concat!("SELECT ", event!(),
        " FROM order_events e WHERE e.order_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3");
    INSERT_ORDERS = insert_orders!();
    INSERT_NEW_ORDERS = insert_orders!(" ON CONFLICT (number) DO NOTHING RETURNING number");
    INSERT_ORDER_LINES = "INSERT INTO order_lines (id, order_id, position, product_id, variant_id, product_name, sku, \
        quantity, fulfilled_quantity, refunded_quantity, unit_price_minor, discount_minor, tax_minor, total_minor, \
        recommendation_id) VALUES $ROWS";
    INSERT_NEW_RETURNS = "INSERT INTO returns (id, number, position, order_id, user_id, product_id, variant_id, \
        quantity, currency, amount_minor, returned_at) VALUES $ROWS ON CONFLICT (number, position) DO NOTHING \
        RETURNING id";
    UPDATE_ORDER = "UPDATE orders SET email = $3, status = $4, payment_status = $5, paid_minor = $6, \
        refunded_minor = $7, shipping_address = $8, billing_address = $9, shipping_option = $10, vouchers = $11, \
        note = $12, updated_at = $13, expires_at = $14, cancelled_at = $15, cancel_reason = $16, \
        version = version + 1 WHERE id = $1 AND version = $2";
    VERSION_OF_ORDER = "SELECT version FROM orders WHERE id = $1";
    UPDATE_ORDER_LINE = "UPDATE order_lines SET fulfilled_quantity = $2, refunded_quantity = $3 WHERE id = $1";
    INSERT_ORDER_EVENT = "INSERT INTO order_events (id, order_id, kind, from_status, to_status, actor_id, message, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}
