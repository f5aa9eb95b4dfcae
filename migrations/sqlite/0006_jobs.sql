-- Work done behind a request.

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    payload TEXT NOT NULL,
    processed BIGINT NOT NULL,
    total BIGINT,
    failed BIGINT NOT NULL,
    result_url TEXT,
    errors TEXT,
    created_by TEXT,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX jobs_by_time ON jobs (status, run_at, id);
CREATE INDEX jobs_by_creation ON jobs (status, created_at, id);
