//! Served lists, training runs, settings.

macro_rules! served {
    () => {
        "r.id, r.subject_id, r.is_visitor, r.strategy_id, r.experiment_key, r.variant_key, r.model_version, \
         r.fallback, r.cached, r.took_micros, r.items, r.served_at"
    };
}
macro_rules! run {
    () => {
        "strategy_id, id, status, model_version, interactions, users, products, started_at, finished_at, \
         offline_metrics, error"
    };
}

statements! {
    SERVED_BY_ID = concat!("SELECT ", served!(), " FROM served_recommendations r WHERE r.id = $1");
    SERVED_IN_SPAN = concat!("SELECT ", served!(), " FROM served_recommendations r WHERE r.served_at >= $1 \
        AND r.served_at <= $2 AND r.id > $3 ORDER BY r.id LIMIT $4");
    INSERT_SERVED = "INSERT INTO served_recommendations (id, subject_id, is_visitor, strategy_id, experiment_key, \
        variant_key, model_version, fallback, cached, took_micros, item_count, items, served_at) VALUES $ROWS \
        ON CONFLICT (id) DO NOTHING";
    REMOVE_SERVED = "DELETE FROM served_recommendations WHERE id IN (SELECT id FROM served_recommendations \
        WHERE served_at < $1 ORDER BY served_at, id LIMIT $2)";
    TRAINING_RUNS_OF = concat!("SELECT ", run!(), " FROM (SELECT t.*, ROW_NUMBER() OVER (PARTITION BY t.strategy_id \
        ORDER BY t.started_at DESC, t.id DESC) AS place FROM training_runs t WHERE t.strategy_id IN ($LIST)) ranked \
        WHERE place <= $1 ORDER BY strategy_id, place");
    TRAINING_RUNS_BY_ID = concat!("SELECT ", run!(), " FROM training_runs WHERE id IN ($LIST)");
    SAVE_TRAINING_RUN = "INSERT INTO training_runs (id, strategy_id, status, model_version, interactions, users, \
        products, started_at, finished_at, offline_metrics, error) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
        status = excluded.status, model_version = excluded.model_version, interactions = excluded.interactions, \
        users = excluded.users, products = excluded.products, finished_at = excluded.finished_at, \
        offline_metrics = excluded.offline_metrics, error = excluded.error";
    FAIL_UNFINISHED_RUNS = "UPDATE training_runs SET status = 'FAILED', finished_at = $2, \
        error = 'the process ended before the training did' \
        WHERE status IN ('QUEUED', 'RUNNING') AND started_at < $1";
    STRATEGY_SETTINGS = "SELECT strategy_id, enabled, config, updated_at FROM strategy_settings \
        ORDER BY strategy_id LIMIT 1000";
    SAVE_STRATEGY_SETTING = "INSERT INTO strategy_settings (strategy_id, enabled, config, updated_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (strategy_id) DO UPDATE SET enabled = excluded.enabled, \
        config = excluded.config, updated_at = excluded.updated_at";
    SETTING = "SELECT value FROM settings WHERE key = $1";
    SAVE_SETTING = "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    INSERT_SETTING = "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3) \
        ON CONFLICT (key) DO UPDATE SET value = settings.value RETURNING value";
}
