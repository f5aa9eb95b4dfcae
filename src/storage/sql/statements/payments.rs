//! Payments, refunds, gateways' notices.

macro_rules! payment {
    () => {
        "p.order_id, p.id, p.gateway, p.status, p.currency, p.amount_minor, p.captured_minor, p.refunded_minor, \
         p.gateway_reference, p.next_action, p.idempotency_key, p.created_at, p.updated_at, p.version, p.terms"
    };
}
macro_rules! refund {
    () => {
        "order_id, id, payment_id, currency, amount_minor, reason, status, lines, restock, idempotency_key, \
         created_at, updated_at"
    };
}

statements! {
    PAYMENTS_BY_ID = concat!("SELECT ", payment!(), " FROM payments p WHERE p.id IN ($LIST)");
    PAYMENTS_OF_ORDERS = concat!("SELECT ", payment!(),
        " FROM payments p WHERE p.order_id IN ($LIST) ORDER BY p.order_id, p.created_at, p.id");
    PAYMENT_BY_REFERENCE = concat!("SELECT ", payment!(),
        " FROM payments p WHERE p.gateway = $1 AND p.gateway_reference = $2");
    PAYMENT_BY_KEY = concat!("SELECT ", payment!(), " FROM payments p WHERE p.idempotency_key = $1");
    PAYMENTS_IN_STATUS = concat!("SELECT ", payment!(),
        " FROM payments p WHERE p.status = $1 AND p.updated_at < $2 ORDER BY p.updated_at, p.id LIMIT $3");
    PAYMENT_FOR_UPDATE = concat!("SELECT ", payment!(), " FROM payments p WHERE p.id = $1$LOCK");
    PAYMENT_EVENTS_OF = "SELECT payment_id, id, kind, amount_minor, gateway_event_id, message, at FROM payment_events \
        WHERE payment_id IN ($LIST) ORDER BY payment_id, id";
    REFUNDS_BY_ID = concat!("SELECT ", refund!(), " FROM refunds WHERE id IN ($LIST)");
    REFUNDS_OF_ORDERS = concat!("SELECT ", refund!(),
        " FROM refunds WHERE order_id IN ($LIST) ORDER BY order_id, created_at, id");
    REFUNDS_OF_PAYMENT = concat!("SELECT ", refund!(), " FROM refunds WHERE payment_id = $1 ORDER BY created_at, id");
    REFUNDS_IN_STATUS = concat!("SELECT ", refund!(),
        " FROM refunds WHERE status = $1 AND updated_at < $2 ORDER BY updated_at, id LIMIT $3");
    OPEN_NOTICES = "SELECT gateway, event_id, payload, received_at FROM gateway_notices WHERE settled_at IS NULL \
        ORDER BY received_at, gateway, event_id LIMIT $1";
    INSERT_PAYMENT = "INSERT INTO payments (order_id, id, gateway, status, currency, amount_minor, captured_minor, \
        refunded_minor, gateway_reference, next_action, idempotency_key, created_at, updated_at, version, terms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE_PAYMENT = "UPDATE payments SET status = $3, captured_minor = $4, refunded_minor = $5, \
        gateway_reference = $6, next_action = $7, updated_at = $8, version = version + 1 \
        WHERE id = $1 AND version = $2";
    VERSION_OF_PAYMENT = "SELECT version FROM payments WHERE id = $1";
    INSERT_PAYMENT_EVENT = "INSERT INTO payment_events (payment_id, id, kind, amount_minor, gateway_event_id, message, \
        at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_REFUND = "INSERT INTO refunds (order_id, id, payment_id, currency, amount_minor, reason, status, lines, \
        restock, idempotency_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    UPDATE_REFUND = concat!("UPDATE refunds SET status = $2, updated_at = $3 WHERE id = $1 RETURNING ", refund!());
    INSERT_NOTICE = "INSERT INTO gateway_notices (gateway, event_id, payload, received_at, settled_at) \
        VALUES ($1, $2, $3, $4, NULL) ON CONFLICT (gateway, event_id) DO NOTHING";
    /// What it said is in the history by then, and may have named the buyer.
    SETTLE_NOTICE = "UPDATE gateway_notices SET settled_at = $3, payload = '' WHERE gateway = $1 AND event_id = $2 \
        AND settled_at IS NULL";
}
