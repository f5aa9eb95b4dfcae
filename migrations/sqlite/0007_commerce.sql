-- Carts, vouchers, promised stock, keys that make a repeated request harmless.

CREATE TABLE carts (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT UNIQUE,
    user_id TEXT REFERENCES users (id),
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    email TEXT,
    shipping_address TEXT,
    billing_address TEXT,
    shipping_option_id TEXT,
    order_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX carts_active_by_user ON carts (user_id) WHERE status = 'ACTIVE' AND user_id IS NOT NULL;
CREATE INDEX carts_by_user ON carts (user_id);
CREATE INDEX carts_by_expiry ON carts (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE cart_lines (
    id TEXT NOT NULL PRIMARY KEY,
    cart_id TEXT NOT NULL REFERENCES carts (id),
    variant_id TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    price_when_added_minor BIGINT NOT NULL,
    recommendation_id TEXT,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cart_lines_by_variant ON cart_lines (cart_id, variant_id);

CREATE TABLE vouchers (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    value BIGINT NOT NULL,
    currency TEXT,
    min_subtotal_minor BIGINT,
    starts_at BIGINT,
    ends_at BIGINT,
    usage_limit BIGINT,
    per_user_limit BIGINT,
    used_count BIGINT NOT NULL CHECK (used_count >= 0),
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE cart_vouchers (
    cart_id TEXT NOT NULL REFERENCES carts (id),
    voucher_id TEXT NOT NULL REFERENCES vouchers (id),
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (cart_id, voucher_id)
);

CREATE TABLE voucher_redemptions (
    voucher_id TEXT NOT NULL REFERENCES vouchers (id),
    order_id TEXT NOT NULL REFERENCES orders (id),
    user_id TEXT,
    redeemed_at BIGINT NOT NULL,
    PRIMARY KEY (voucher_id, order_id)
);
CREATE INDEX voucher_redemptions_by_user ON voucher_redemptions (voucher_id, user_id);
CREATE INDEX voucher_redemptions_by_order ON voucher_redemptions (order_id);

-- What an order that is not paid for holds back. The sum for a variant is its reserved stock.
CREATE TABLE reservations (
    order_id TEXT NOT NULL REFERENCES orders (id),
    variant_id TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, variant_id)
);

CREATE TABLE stock_movements (
    id TEXT NOT NULL PRIMARY KEY,
    variant_id TEXT NOT NULL,
    delta BIGINT NOT NULL,
    reason TEXT NOT NULL,
    order_id TEXT,
    actor_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX stock_movements_by_variant ON stock_movements (variant_id, created_at);

CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    result TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
