-- Payments and what gateways said about them.

CREATE TABLE payments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    gateway TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    captured_minor BIGINT NOT NULL CHECK (captured_minor BETWEEN 0 AND amount_minor),
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    gateway_reference TEXT COLLATE "C",
    next_action TEXT COLLATE "C",
    idempotency_key TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX payments_by_order ON payments (order_id, created_at, id);
CREATE UNIQUE INDEX payments_by_reference ON payments (gateway, gateway_reference)
    WHERE gateway_reference IS NOT NULL;
CREATE INDEX payments_by_status ON payments (status, updated_at);

CREATE TABLE payment_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    kind TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT,
    gateway_event_id TEXT COLLATE "C",
    message TEXT COLLATE "C",
    at BIGINT NOT NULL
);
CREATE INDEX payment_events_by_payment ON payment_events (payment_id, id);

-- Every notice of a gateway, once, whatever the gateway repeats.
CREATE TABLE gateway_notices (
    gateway TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (gateway, event_id)
);
CREATE INDEX gateway_notices_open ON gateway_notices (received_at) WHERE settled_at IS NULL;

CREATE TABLE refunds (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    currency TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    reason TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    lines TEXT COLLATE "C" NOT NULL,
    restock BOOLEAN NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX refunds_by_order ON refunds (order_id, created_at, id);
CREATE INDEX refunds_by_payment ON refunds (payment_id);
