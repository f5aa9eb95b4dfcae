//! Sessions, refresh tokens, single-use tokens, API keys, failures to sign in.

macro_rules! session {
    () => {
        "id, user_id, created_at, last_used_at, expires_at, revoked_at, user_agent"
    };
}
macro_rules! api_key {
    () => {
        "id, user_id, name, hash, permissions, created_at, last_used_at, revoked_at"
    };
}

statements! {
    SESSION_BY_ID = concat!("SELECT ", session!(), " FROM sessions WHERE id = $1");
    SESSION_FOR_UPDATE = concat!("SELECT ", session!(), " FROM sessions WHERE id = $1$LOCK");
    SESSIONS_OF_USER = concat!("SELECT ", session!(), " FROM sessions WHERE user_id = $1 AND revoked_at IS NULL \
        AND expires_at > $2 ORDER BY last_used_at DESC, id LIMIT 100");
    INSERT_SESSION = "INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, revoked_at, user_agent) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_REFRESH_TOKEN = "INSERT INTO refresh_tokens (hash, session_id, issued_at, expires_at, used_at) \
        VALUES ($1, $2, $3, $4, NULL)";
    REFRESH_TOKEN_BY_HASH = "SELECT session_id, expires_at, used_at FROM refresh_tokens WHERE hash = $1$LOCK";
    USE_REFRESH_TOKEN = "UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL";
    EXTEND_SESSION = "UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1";
    REVOKE_SESSION = "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2";
    REVOKE_SESSIONS_OF = "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND id <> $3 AND revoked_at IS NULL \
        AND expires_at > $2 RETURNING id";
    REMOVE_ENDED_TOKENS = "DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions \
        WHERE expires_at < $1 OR revoked_at < $1)";
    REMOVE_ENDED_SESSIONS = "DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1";
    REMOVE_OUTDATED_ONE_TIME_TOKENS = "DELETE FROM one_time_tokens WHERE expires_at < $1";
    REMOVE_OLD_FAILURES = "DELETE FROM sign_in_failures WHERE last_at < $1";
    FORGET_ONE_TIME_TOKENS = "DELETE FROM one_time_tokens WHERE user_id = $1 AND purpose = $2";
    INSERT_ONE_TIME_TOKEN = "INSERT INTO one_time_tokens (hash, user_id, purpose, email, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    TAKE_ONE_TIME_TOKEN = "DELETE FROM one_time_tokens WHERE hash = $1 AND purpose = $2 \
        RETURNING hash, user_id, purpose, email, created_at, expires_at";
    API_KEY_BY_HASH = concat!("SELECT ", api_key!(), " FROM api_keys WHERE hash = $1 AND revoked_at IS NULL");
    API_KEYS_OF_USER = concat!("SELECT ", api_key!(),
        " FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id LIMIT 100");
    INSERT_API_KEY = "INSERT INTO api_keys (id, user_id, name, hash, permissions, created_at, last_used_at, \
        revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REVOKE_API_KEY = "UPDATE api_keys SET revoked_at = $3 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL";
    TOUCH_API_KEY = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1";
    SIGN_IN_FAILURES = "SELECT count, last_at FROM sign_in_failures WHERE key = $1";
    RECORD_SIGN_IN_FAILURE = "INSERT INTO sign_in_failures (key, count, last_at) VALUES ($1, 1, $2) \
        ON CONFLICT (key) DO UPDATE SET count = CASE WHEN sign_in_failures.last_at < $3 THEN 1 \
        ELSE sign_in_failures.count + 1 END, last_at = excluded.last_at RETURNING count, last_at";
    TAKE_BACK_SIGN_IN_FAILURE = "UPDATE sign_in_failures SET count = count - 1, \
        last_at = CASE WHEN last_at = $2 THEN $3 ELSE last_at END WHERE key = $1 AND count > 0";
}
