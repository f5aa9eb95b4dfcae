//! Carts and vouchers.

macro_rules! cart {
    () => {
        "c.id, c.token_hash, c.user_id, c.status, c.currency, c.email, c.shipping_address, c.billing_address, \
         c.shipping_option_id, c.order_id, c.created_at, c.updated_at, c.expires_at, c.version"
    };
}
macro_rules! line {
    () => {
        "l.cart_id, l.id, l.variant_id, l.quantity, l.price_when_added_minor, l.recommendation_id, l.added_at"
    };
}
macro_rules! voucher {
    () => {
        "v.id, v.code, v.description, v.kind, v.value, v.currency, v.min_subtotal_minor, v.starts_at, v.ends_at, \
         v.usage_limit, v.per_user_limit, v.used_count, v.active, v.created_at"
    };
}

statements! {
    CARTS_BY_ID = concat!("SELECT ", cart!(), " FROM carts c WHERE c.id IN ($LIST)");
    CART_BY_TOKEN = concat!("SELECT ", cart!(), " FROM carts c WHERE c.token_hash = $1");
    ACTIVE_CART_OF = concat!("SELECT ", cart!(), " FROM carts c WHERE c.user_id = $1 AND c.status = 'ACTIVE'");
    ACTIVE_CARTS_OF = concat!("SELECT ", cart!(), " FROM carts c WHERE c.user_id IN ($LIST) AND c.status = 'ACTIVE'");
    CART_FOR_UPDATE = concat!("SELECT ", cart!(), " FROM carts c WHERE c.id = $1$LOCK");
    LINES_OF_CARTS = concat!("SELECT ", line!(),
        " FROM cart_lines l WHERE l.cart_id IN ($LIST) ORDER BY l.cart_id, l.added_at, l.id");
    VOUCHERS_OF_CARTS = concat!("SELECT a.cart_id, ", voucher!(), " FROM cart_vouchers a \
        JOIN vouchers v ON v.id = a.voucher_id WHERE a.cart_id IN ($LIST) ORDER BY a.cart_id, a.applied_at, v.id");
    VOUCHER_BY_CODE = concat!("SELECT ", voucher!(), " FROM vouchers v WHERE v.code = $1");
    VOUCHER_FOR_UPDATE = concat!("SELECT ", voucher!(), " FROM vouchers v WHERE v.id = $1$LOCK");
    INSERT_CART = "INSERT INTO carts (id, token_hash, user_id, status, currency, email, shipping_address, \
        billing_address, shipping_option_id, order_id, created_at, updated_at, expires_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UPDATE_CART = "UPDATE carts SET user_id = $3, status = $4, email = $5, shipping_address = $6, \
        billing_address = $7, shipping_option_id = $8, order_id = $9, updated_at = $10, expires_at = $11, \
        version = version + 1 WHERE id = $1 AND version = $2";
    VERSION_OF_CART = "SELECT version FROM carts WHERE id = $1";
    SAVE_CART_LINES = "INSERT INTO cart_lines (cart_id, id, variant_id, quantity, price_when_added_minor, \
        recommendation_id, added_at) VALUES $ROWS ON CONFLICT (cart_id, variant_id) DO UPDATE SET \
        quantity = excluded.quantity, price_when_added_minor = excluded.price_when_added_minor, \
        recommendation_id = excluded.recommendation_id";
    REMOVE_CART_LINES = "DELETE FROM cart_lines WHERE cart_id = $1 AND id IN ($LIST)";
    ADD_CART_VOUCHER = "INSERT INTO cart_vouchers (cart_id, voucher_id, applied_at) VALUES ($1, $2, $3) \
        ON CONFLICT (cart_id, voucher_id) DO NOTHING";
    REMOVE_CART_VOUCHER = "DELETE FROM cart_vouchers WHERE cart_id = $1 AND voucher_id = $2";
    EXPIRED_CARTS = "SELECT id FROM carts WHERE status = 'ACTIVE' AND expires_at <= $1 \
        ORDER BY expires_at LIMIT $2$SKIP";
    REMOVE_LINES_OF_CARTS = "DELETE FROM cart_lines WHERE cart_id IN ($LIST)";
    REMOVE_VOUCHERS_OF_CARTS = "DELETE FROM cart_vouchers WHERE cart_id IN ($LIST)";
    REMOVE_CARTS = "DELETE FROM carts WHERE id IN ($LIST)";
    LIST_VOUCHERS = concat!("SELECT ", voucher!(), " FROM vouchers v ORDER BY v.created_at DESC, v.id DESC LIMIT $1");
    VOUCHER_USES_OF = "SELECT voucher_id, COUNT(*) FROM voucher_redemptions WHERE user_id = $1 AND returned_at IS NULL \
        AND voucher_id IN ($LIST) GROUP BY voucher_id";
    UPDATE_VOUCHER = "UPDATE vouchers SET code = $2, description = $3, kind = $4, value = $5, currency = $6, \
        min_subtotal_minor = $7, starts_at = $8, ends_at = $9, usage_limit = $10, per_user_limit = $11, active = $12 \
        WHERE id = $1";
    INSERT_VOUCHER = "INSERT INTO vouchers (id, code, description, kind, value, currency, min_subtotal_minor, \
        starts_at, ends_at, usage_limit, per_user_limit, used_count, active, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    REDEMPTIONS_OF_USER = "SELECT COUNT(*) FROM voucher_redemptions WHERE voucher_id = $1 AND user_id = $2 \
        AND returned_at IS NULL";
    INSERT_REDEMPTION = "INSERT INTO voucher_redemptions (voucher_id, order_id, user_id, redeemed_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (voucher_id, order_id) DO UPDATE SET returned_at = NULL";
    REDEMPTION_EXISTS = "SELECT 1 FROM voucher_redemptions WHERE voucher_id = $1 AND order_id = $2 \
        AND returned_at IS NULL";
    COUNT_VOUCHER = "UPDATE vouchers SET used_count = used_count + 1 WHERE id = $1";
    UNCOUNT_VOUCHERS = "UPDATE vouchers SET used_count = used_count - 1 \
        WHERE id IN (SELECT voucher_id FROM voucher_redemptions WHERE order_id = $1 AND returned_at IS NULL)";
    RETURN_REDEMPTIONS = "UPDATE voucher_redemptions SET returned_at = $2 WHERE order_id = $1 AND returned_at IS NULL";
    RETURNED_REDEMPTIONS = "SELECT voucher_id, user_id FROM voucher_redemptions WHERE order_id = $1 \
        AND returned_at IS NOT NULL ORDER BY voucher_id";
    REDEEM_AGAIN = "UPDATE voucher_redemptions SET returned_at = NULL WHERE voucher_id = $1 AND order_id = $2";
    FORGET_CART_LINES_OF = "DELETE FROM cart_lines WHERE cart_id IN (SELECT id FROM carts WHERE user_id = $1)";
    FORGET_CART_VOUCHERS_OF = "DELETE FROM cart_vouchers WHERE cart_id IN (SELECT id FROM carts WHERE user_id = $1)";
    FORGET_CARTS_OF = "DELETE FROM carts WHERE user_id = $1";
    FORGET_REDEMPTIONS_OF = "UPDATE voucher_redemptions SET user_id = NULL WHERE user_id = $1";
}
