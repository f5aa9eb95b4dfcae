-- What the recommender leaves behind: experiments, served lists, training runs, settings.

CREATE TABLE experiments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    variants TEXT COLLATE "C" NOT NULL,
    traffic_percent DOUBLE PRECISION NOT NULL,
    salt TEXT COLLATE "C" NOT NULL,
    winner_key TEXT COLLATE "C",
    started_at BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX experiments_by_time ON experiments (created_at, id);
CREATE INDEX experiments_by_status ON experiments (status, created_at, id);

CREATE TABLE served_recommendations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    subject_id TEXT COLLATE "C",
    is_visitor BOOLEAN NOT NULL,
    strategy_id TEXT COLLATE "C" NOT NULL,
    experiment_key TEXT COLLATE "C",
    variant_key TEXT COLLATE "C",
    model_version TEXT COLLATE "C",
    fallback TEXT COLLATE "C",
    cached BOOLEAN NOT NULL,
    took_micros BIGINT NOT NULL,
    item_count BIGINT NOT NULL,
    items TEXT COLLATE "C" NOT NULL,
    served_at BIGINT NOT NULL
);
CREATE INDEX served_recommendations_by_time ON served_recommendations (served_at, id);

CREATE TABLE training_runs (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    strategy_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    model_version TEXT COLLATE "C",
    interactions BIGINT NOT NULL,
    users BIGINT NOT NULL,
    products BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    offline_metrics TEXT COLLATE "C",
    error TEXT COLLATE "C"
);
CREATE INDEX training_runs_by_strategy ON training_runs (strategy_id, started_at, id);

CREATE TABLE strategy_settings (
    strategy_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    enabled BOOLEAN NOT NULL,
    config TEXT COLLATE "C",
    updated_at BIGINT NOT NULL
);

CREATE TABLE settings (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL
);
