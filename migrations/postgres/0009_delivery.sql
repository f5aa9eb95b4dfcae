-- Parcels, notifications, messages waiting to leave the shop.

CREATE TABLE fulfillments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    status TEXT COLLATE "C" NOT NULL,
    lines TEXT COLLATE "C" NOT NULL,
    carrier TEXT COLLATE "C",
    tracking_number TEXT COLLATE "C",
    tracking_url TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX fulfillments_by_order ON fulfillments (order_id, created_at, id);
CREATE INDEX fulfillments_by_number ON fulfillments (carrier, tracking_number);

CREATE TABLE tracking_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fulfillment_id TEXT COLLATE "C" NOT NULL REFERENCES fulfillments (id),
    status TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C",
    at BIGINT NOT NULL
);
CREATE INDEX tracking_events_by_fulfillment ON tracking_events (fulfillment_id, at, id);

CREATE TABLE notifications (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    kind TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C",
    product_id TEXT COLLATE "C",
    read_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX notifications_by_user ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;

CREATE TABLE outbox (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    topic TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    available_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    error TEXT COLLATE "C"
);
CREATE INDEX outbox_waiting ON outbox (available_at, id) WHERE sent_at IS NULL;
