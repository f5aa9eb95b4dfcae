//! Background jobs.

macro_rules! job {
    () => {
        "id, kind, status, payload, processed, total, failed, result_url, errors, created_by, attempts, max_attempts, \
         run_at, locked_until, created_at, started_at, finished_at"
    };
}

statements! {
    JOBS_BY_ID = concat!("SELECT ", job!(), " FROM jobs WHERE id IN ($LIST)");
    JOBS_IN_STATUS = concat!("SELECT ", job!(), " FROM jobs WHERE status = $1 ORDER BY created_at DESC, id DESC LIMIT $2");
    INSERT_JOB = "INSERT INTO jobs (id, kind, status, payload, processed, total, failed, result_url, errors, \
        created_by, attempts, max_attempts, run_at, locked_until, created_at, started_at, finished_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    CLAIM_JOB = concat!("UPDATE jobs SET status = 'RUNNING', attempts = attempts + 1, locked_until = $2, \
        started_at = $1 WHERE id = (SELECT j.id FROM jobs j WHERE ((j.status = 'QUEUED' AND j.run_at <= $1) \
        OR (j.status = 'RUNNING' AND j.locked_until <= $1 AND j.attempts < j.max_attempts)) AND j.kind IN ($LIST) \
        ORDER BY j.run_at, j.id LIMIT 1$SKIP) RETURNING ", job!());
    GIVE_UP_JOBS = "UPDATE jobs SET status = 'FAILED', locked_until = NULL, finished_at = $1 \
        WHERE status = 'RUNNING' AND locked_until <= $1 AND attempts >= max_attempts";
    UPDATE_JOB_PROGRESS = "UPDATE jobs SET processed = $2, total = $3, failed = $4, locked_until = $5 \
        WHERE id = $1 AND status = 'RUNNING'";
    FINISH_JOB = "UPDATE jobs SET status = $2, result_url = $3, errors = $4, finished_at = $5, locked_until = NULL \
        WHERE id = $1 AND status = 'RUNNING'";
    CANCEL_JOB = "UPDATE jobs SET status = 'CANCELLED', finished_at = $2, locked_until = NULL \
        WHERE id = $1 AND status IN ('QUEUED', 'RUNNING')";
    RETRY_JOB = "UPDATE jobs SET status = CASE WHEN attempts >= max_attempts THEN 'FAILED' ELSE 'QUEUED' END, \
        finished_at = CASE WHEN attempts >= max_attempts THEN CAST($4 AS BIGINT) ELSE NULL END, run_at = $2, errors = $3, \
        locked_until = NULL WHERE id = $1 AND status = 'RUNNING' RETURNING status";
}
