-- What shoppers did. A log: rows are added, and leave only with the account they belong to.
-- tx_id orders the log where transactions overlap; on a database with one writer it is always 0.

CREATE TABLE interactions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    tx_id BIGINT NOT NULL DEFAULT 0,
    subject_id TEXT NOT NULL,
    is_visitor BOOLEAN NOT NULL,
    event_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    duration_ms BIGINT,
    quantity BIGINT NOT NULL,
    recommendation_id TEXT,
    position BIGINT,
    order_id TEXT,
    context TEXT,
    UNIQUE (subject_id, event_id)
);
CREATE INDEX interactions_in_order ON interactions (tx_id, sequence);
CREATE INDEX interactions_by_subject ON interactions (subject_id, occurred_at, sequence);
CREATE INDEX interactions_by_recommendation ON interactions (recommendation_id, kind)
    WHERE recommendation_id IS NOT NULL;

CREATE TABLE view_history (
    subject_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    first_viewed_at BIGINT NOT NULL,
    last_viewed_at BIGINT NOT NULL,
    view_count BIGINT NOT NULL,
    total_duration_ms BIGINT NOT NULL,
    PRIMARY KEY (subject_id, product_id)
);
CREATE INDEX view_history_by_time ON view_history (subject_id, last_viewed_at, product_id);
