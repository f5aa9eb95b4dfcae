-- Parcels, notifications, messages waiting to leave the shop.

CREATE TABLE fulfillments (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    status TEXT NOT NULL,
    lines TEXT NOT NULL,
    carrier TEXT,
    tracking_number TEXT,
    tracking_url TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX fulfillments_by_order ON fulfillments (order_id, created_at, id);
CREATE INDEX fulfillments_by_number ON fulfillments (carrier, tracking_number);

CREATE TABLE tracking_events (
    id TEXT NOT NULL PRIMARY KEY,
    fulfillment_id TEXT NOT NULL REFERENCES fulfillments (id),
    status TEXT NOT NULL,
    description TEXT NOT NULL,
    location TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX tracking_events_by_fulfillment ON tracking_events (fulfillment_id, at, id);

CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    order_id TEXT,
    product_id TEXT,
    read_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX notifications_by_user ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    available_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    error TEXT
);
CREATE INDEX outbox_waiting ON outbox (available_at, id) WHERE sent_at IS NULL;
