//! Experiments.

macro_rules! experiment {
    () => {
        "x.id, x.key, x.name, x.status, x.variants, x.traffic_percent, x.salt, x.winner_key, x.started_at, x.ended_at, \
         x.created_at, x.updated_at, x.version"
    };
}

/// Columns of an experiment, for pages.
pub(in crate::storage::sql) const EXPERIMENT_COLUMNS: &str = experiment!();

statements! {
    EXPERIMENTS_BY_ID = concat!("SELECT ", experiment!(), " FROM experiments x WHERE x.id IN ($LIST)");
    EXPERIMENT_BY_KEY = concat!("SELECT ", experiment!(), " FROM experiments x WHERE x.key = $1");
    EXPERIMENT_FOR_UPDATE = concat!("SELECT ", experiment!(), " FROM experiments x WHERE x.id = $1$LOCK");
    RUNNING_EXPERIMENTS = concat!("SELECT ", experiment!(),
        " FROM experiments x WHERE x.status = 'RUNNING' ORDER BY x.key LIMIT 100");
    INSERT_EXPERIMENT = "INSERT INTO experiments (id, key, name, status, variants, traffic_percent, salt, winner_key, \
        started_at, ended_at, created_at, updated_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    UPDATE_EXPERIMENT = "UPDATE experiments SET key = $2, name = $3, status = $4, variants = $5, traffic_percent = $6, \
        winner_key = $7, started_at = $8, ended_at = $9, updated_at = $10, version = version + 1 WHERE id = $1";
}
