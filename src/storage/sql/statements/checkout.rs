//! Promised stock, stock movements, idempotency keys.

statements! {
    OVERDUE_ORDERS = "SELECT o.id FROM orders o WHERE o.expires_at <= $1 AND o.status = 'CREATED' \
        ORDER BY o.expires_at, o.id LIMIT $2";
    STOCK_MOVEMENTS = "SELECT id, variant_id, delta, reason, order_id, actor_id, created_at FROM stock_movements \
        WHERE variant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    LOCK_STOCK = "SELECT id, on_hand, reserved FROM variants WHERE id IN ($LIST) ORDER BY id$LOCK";
    INSERT_RESERVATIONS = "INSERT INTO reservations (order_id, variant_id, quantity) VALUES $ROWS \
        ON CONFLICT (order_id, variant_id) DO UPDATE SET quantity = reservations.quantity + excluded.quantity";
    RESERVATIONS_OF = "SELECT variant_id, quantity FROM reservations WHERE order_id = $1 ORDER BY variant_id";
    RESERVE = "UPDATE variants SET reserved = reserved + $2, stock_updated_at = $3 WHERE id = $1";
    TAKE_RESERVED = "UPDATE variants SET on_hand = on_hand - $2, reserved = reserved - $2, stock_updated_at = $3 \
        WHERE id = $1";
    RELEASE = "UPDATE variants SET reserved = reserved - $2, stock_updated_at = $3 WHERE id = $1";
    RESTOCK = "UPDATE variants SET on_hand = on_hand + $2, stock_updated_at = $3 WHERE id = $1";
    REMOVE_RESERVATIONS = "DELETE FROM reservations WHERE order_id = $1 RETURNING variant_id, quantity";
    INSERT_MOVEMENTS = "INSERT INTO stock_movements (id, variant_id, delta, reason, order_id, actor_id, created_at) \
        VALUES $ROWS ON CONFLICT (id) DO NOTHING";
    CLAIM_KEY = "INSERT INTO idempotency_keys (scope, key, fingerprint, result, created_at) \
        VALUES ($1, $2, $3, NULL, $4) ON CONFLICT (scope, key) DO NOTHING";
    KEY = "SELECT fingerprint, result FROM idempotency_keys WHERE scope = $1 AND key = $2$LOCK";
    KEEP_RESULT = "UPDATE idempotency_keys SET result = $3 WHERE scope = $1 AND key = $2";
    REMOVE_KEYS = "DELETE FROM idempotency_keys WHERE created_at < $1";
}
