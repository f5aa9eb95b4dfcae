-- What was bought. Addresses, shipping option, vouchers and taxes are documents: copies frozen at purchase.

CREATE TABLE orders (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id TEXT COLLATE "C" REFERENCES users (id),
    email TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    payment_status TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    tax_lines TEXT COLLATE "C" NOT NULL,
    paid_minor BIGINT NOT NULL CHECK (paid_minor >= 0),
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0 AND refunded_minor <= paid_minor),
    shipping_address TEXT COLLATE "C",
    billing_address TEXT COLLATE "C",
    shipping_option TEXT COLLATE "C",
    vouchers TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C",
    placed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    cancelled_at BIGINT,
    cancel_reason TEXT COLLATE "C",
    version BIGINT NOT NULL
);
CREATE INDEX orders_by_time ON orders (placed_at, id);
CREATE INDEX orders_by_user ON orders (user_id, placed_at, id);
CREATE INDEX orders_by_status ON orders (status, placed_at, id);
CREATE INDEX orders_by_email ON orders (email);
CREATE INDEX orders_by_expiry ON orders (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE order_lines (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    position BIGINT NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    variant_id TEXT COLLATE "C" NOT NULL,
    product_name TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    fulfilled_quantity BIGINT NOT NULL CHECK (fulfilled_quantity BETWEEN 0 AND quantity),
    refunded_quantity BIGINT NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
    unit_price_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    recommendation_id TEXT COLLATE "C"
);
CREATE UNIQUE INDEX order_lines_by_order ON order_lines (order_id, position);

CREATE TABLE order_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    kind TEXT COLLATE "C" NOT NULL,
    from_status TEXT COLLATE "C",
    to_status TEXT COLLATE "C",
    actor_id TEXT COLLATE "C",
    message TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE INDEX order_events_by_order ON order_events (order_id, id);

CREATE TABLE returns (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    order_id TEXT COLLATE "C" REFERENCES orders (id),
    user_id TEXT COLLATE "C" REFERENCES users (id),
    product_id TEXT COLLATE "C" NOT NULL,
    variant_id TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    currency TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL,
    returned_at BIGINT NOT NULL,
    UNIQUE (number, position)
);
CREATE INDEX returns_by_user ON returns (user_id, returned_at);
