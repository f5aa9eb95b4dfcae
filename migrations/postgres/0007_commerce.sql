-- Carts, vouchers, promised stock, keys that make a repeated request harmless.

CREATE TABLE carts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    token_hash TEXT COLLATE "C" UNIQUE,
    user_id TEXT COLLATE "C" REFERENCES users (id),
    status TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    shipping_address TEXT COLLATE "C",
    billing_address TEXT COLLATE "C",
    shipping_option_id TEXT COLLATE "C",
    order_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX carts_active_by_user ON carts (user_id) WHERE status = 'ACTIVE' AND user_id IS NOT NULL;
CREATE INDEX carts_by_user ON carts (user_id);
CREATE INDEX carts_by_expiry ON carts (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE cart_lines (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    cart_id TEXT COLLATE "C" NOT NULL REFERENCES carts (id),
    variant_id TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    price_when_added_minor BIGINT NOT NULL,
    recommendation_id TEXT COLLATE "C",
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cart_lines_by_variant ON cart_lines (cart_id, variant_id);

CREATE TABLE vouchers (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    currency TEXT COLLATE "C",
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
    cart_id TEXT COLLATE "C" NOT NULL REFERENCES carts (id),
    voucher_id TEXT COLLATE "C" NOT NULL REFERENCES vouchers (id),
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (cart_id, voucher_id)
);

CREATE TABLE voucher_redemptions (
    voucher_id TEXT COLLATE "C" NOT NULL REFERENCES vouchers (id),
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    user_id TEXT COLLATE "C",
    redeemed_at BIGINT NOT NULL,
    PRIMARY KEY (voucher_id, order_id)
);
CREATE INDEX voucher_redemptions_by_user ON voucher_redemptions (voucher_id, user_id);
CREATE INDEX voucher_redemptions_by_order ON voucher_redemptions (order_id);

-- What an order that is not paid for holds back. The sum for a variant is its reserved stock.
CREATE TABLE reservations (
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    variant_id TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, variant_id)
);

CREATE TABLE stock_movements (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    variant_id TEXT COLLATE "C" NOT NULL,
    delta BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C",
    actor_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE INDEX stock_movements_by_variant ON stock_movements (variant_id, created_at);

CREATE TABLE idempotency_keys (
    scope TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    result TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
