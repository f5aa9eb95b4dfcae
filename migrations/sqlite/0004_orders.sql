-- What was bought. Addresses, shipping option, vouchers and taxes are documents: copies frozen at purchase.

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    user_id TEXT REFERENCES users (id),
    email TEXT,
    status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    currency TEXT NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    tax_lines TEXT NOT NULL,
    paid_minor BIGINT NOT NULL CHECK (paid_minor >= 0),
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0 AND refunded_minor <= paid_minor),
    shipping_address TEXT,
    billing_address TEXT,
    shipping_option TEXT,
    vouchers TEXT NOT NULL,
    note TEXT,
    placed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    cancelled_at BIGINT,
    cancel_reason TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX orders_by_time ON orders (placed_at, id);
CREATE INDEX orders_by_user ON orders (user_id, placed_at, id);
CREATE INDEX orders_by_status ON orders (status, placed_at, id);
CREATE INDEX orders_by_email ON orders (email);
CREATE INDEX orders_by_expiry ON orders (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE order_lines (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    position BIGINT NOT NULL,
    product_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    product_name TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    fulfilled_quantity BIGINT NOT NULL CHECK (fulfilled_quantity BETWEEN 0 AND quantity),
    refunded_quantity BIGINT NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
    unit_price_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    recommendation_id TEXT
);
CREATE UNIQUE INDEX order_lines_by_order ON order_lines (order_id, position);

CREATE TABLE order_events (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT,
    actor_id TEXT,
    message TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX order_events_by_order ON order_events (order_id, id);

CREATE TABLE returns (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    position BIGINT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    user_id TEXT REFERENCES users (id),
    product_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    returned_at BIGINT NOT NULL,
    UNIQUE (number, position)
);
CREATE INDEX returns_by_user ON returns (user_id, returned_at);
