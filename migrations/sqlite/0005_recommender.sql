-- What the recommender leaves behind: experiments, served lists, training runs, settings.

CREATE TABLE experiments (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    variants TEXT NOT NULL,
    traffic_percent DOUBLE PRECISION NOT NULL,
    salt TEXT NOT NULL,
    winner_key TEXT,
    started_at BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX experiments_by_time ON experiments (created_at, id);
CREATE INDEX experiments_by_status ON experiments (status, created_at, id);

CREATE TABLE served_recommendations (
    id TEXT NOT NULL PRIMARY KEY,
    subject_id TEXT,
    is_visitor BOOLEAN NOT NULL,
    strategy_id TEXT NOT NULL,
    experiment_key TEXT,
    variant_key TEXT,
    model_version TEXT,
    fallback TEXT,
    cached BOOLEAN NOT NULL,
    took_micros BIGINT NOT NULL,
    item_count BIGINT NOT NULL,
    items TEXT NOT NULL,
    served_at BIGINT NOT NULL
);
CREATE INDEX served_recommendations_by_time ON served_recommendations (served_at, id);

CREATE TABLE training_runs (
    id TEXT NOT NULL PRIMARY KEY,
    strategy_id TEXT NOT NULL,
    status TEXT NOT NULL,
    model_version TEXT,
    interactions BIGINT NOT NULL,
    users BIGINT NOT NULL,
    products BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    offline_metrics TEXT,
    error TEXT
);
CREATE INDEX training_runs_by_strategy ON training_runs (strategy_id, started_at, id);

CREATE TABLE strategy_settings (
    strategy_id TEXT NOT NULL PRIMARY KEY,
    enabled BOOLEAN NOT NULL,
    config TEXT,
    updated_at BIGINT NOT NULL
);

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
