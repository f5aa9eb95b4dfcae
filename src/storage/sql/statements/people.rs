//! Users, visitors, addresses.

macro_rules! user {
    () => {
        "u.id, u.email, u.email_verified, u.display_name, u.phone, u.avatar_url, u.is_premium, u.role, u.permissions, \
         u.password_hash, u.preferences, u.external_id, u.created_at, u.updated_at, u.deleted_at, u.version"
    };
}
macro_rules! insert_users {
    ($($rest:literal)?) => {
        concat!("INSERT INTO users (id, email, email_verified, display_name, search_text, phone, avatar_url, \
            is_premium, role, permissions, password_hash, preferences, external_id, created_at, updated_at, \
            deleted_at, version) VALUES $ROWS" $(, $rest)?)
    };
}

/// Columns of a user, for pages.
pub(in crate::storage::sql) const USER_COLUMNS: &str = user!();

statements! {
    USERS_BY_ID = concat!("SELECT ", user!(), " FROM users u WHERE u.id IN ($LIST)");
    USER_BY_EMAIL = concat!("SELECT ", user!(), " FROM users u WHERE u.email = $1");
    USER_FOR_UPDATE = concat!("SELECT ", user!(), " FROM users u WHERE u.id = $1$LOCK");
    USERS_BY_EXTERNAL_ID = "SELECT external_id, id FROM users WHERE external_id IN ($LIST)";
    USERS_BY_EMAIL = "SELECT email, id FROM users WHERE email IN ($LIST)";
    INSERT_USERS = insert_users!();
    INSERT_NEW_USERS = insert_users!(" ON CONFLICT DO NOTHING RETURNING id");
    UPDATE_USER = "UPDATE users SET email = $2, email_verified = $3, display_name = $4, search_text = $5, phone = $6, \
        avatar_url = $7, is_premium = $8, role = $9, permissions = $10, password_hash = $11, preferences = $12, \
        external_id = $13, updated_at = $14, deleted_at = $15, version = version + 1 WHERE id = $1";
    ADDRESSES_OF_USERS = "SELECT user_id, id, name, line1, line2, city, region, postal_code, country, phone, \
        is_default FROM addresses WHERE user_id IN ($LIST) ORDER BY user_id, is_default DESC, id";
    SAVE_ADDRESS = "INSERT INTO addresses (id, user_id, name, line1, line2, city, region, postal_code, country, \
        phone, is_default, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, line1 = excluded.line1, line2 = excluded.line2, \
        city = excluded.city, region = excluded.region, postal_code = excluded.postal_code, \
        country = excluded.country, phone = excluded.phone, is_default = excluded.is_default \
        WHERE addresses.user_id = excluded.user_id";
    CLEAR_DEFAULT_ADDRESS = "UPDATE addresses SET is_default = FALSE WHERE user_id = $1 AND id <> $2 AND is_default";
    DELETE_ADDRESS = "DELETE FROM addresses WHERE user_id = $1 AND id = $2";
    DELETE_ADDRESSES_OF = "DELETE FROM addresses WHERE user_id = $1";
    VISITORS_BY_ID = "SELECT id, user_id, created_at FROM visitors WHERE id IN ($LIST)";
    INSERT_VISITOR = "INSERT INTO visitors (id, user_id, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    CLAIM_VISITOR = "UPDATE visitors SET user_id = $2 WHERE id = $1 AND (user_id IS NULL OR user_id = $2)";

    CLOSE_ACCOUNT = "UPDATE users SET email = NULL, email_verified = FALSE, display_name = '', search_text = '', \
        phone = NULL, avatar_url = NULL, is_premium = FALSE, role = 'CUSTOMER', permissions = '[]', \
        password_hash = NULL, preferences = '{\"min_price\":null,\"max_price\":null,\
        \"min_sustainability_score\":null,\"updated_at\":null}', external_id = NULL, updated_at = $2, \
        deleted_at = $2, version = version + 1 WHERE id = $1 AND deleted_at IS NULL";
    FORGET_WISHLIST = "DELETE FROM wishlist_entries WHERE user_id = $1";
    FORGET_INTERACTIONS = "DELETE FROM interactions WHERE subject_id = $1";
    FORGET_VIEWS = "DELETE FROM view_history WHERE subject_id = $1";
    FORGET_ORDERS_OF = "UPDATE orders SET user_id = NULL, email = NULL, shipping_address = NULL, \
        billing_address = NULL, note = NULL, cancel_reason = NULL WHERE user_id = $1";
    /// While the orders still have their user.
    FORGET_WORDS_OF = "UPDATE order_events SET actor_id = NULL, message = NULL WHERE actor_id = $1 \
        AND order_id IN (SELECT id FROM orders WHERE user_id = $1)";
    FORGET_REVIEWS_OF = "UPDATE reviews SET user_id = NULL WHERE user_id = $1";
    FORGET_RETURNS_OF = "UPDATE returns SET user_id = NULL WHERE user_id = $1";
    FORGET_VISITORS_OF = "UPDATE visitors SET user_id = NULL WHERE user_id = $1";
    FORGET_SERVED_TO = "UPDATE served_recommendations SET subject_id = NULL WHERE subject_id = $1";
    FORGET_TOKENS_OF = "DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)";
    FORGET_SESSIONS_OF = "DELETE FROM sessions WHERE user_id = $1";
    FORGET_ONE_TIME_TOKENS_OF = "DELETE FROM one_time_tokens WHERE user_id = $1";
    KEEP_ARRIVAL = "INSERT INTO arrivals (user_id, visitor_id, cart_id) VALUES ($1, $2, $3)";
    TAKE_ARRIVAL = "DELETE FROM arrivals WHERE user_id = $1 RETURNING visitor_id, cart_id";
    FORGET_ARRIVAL_OF = "DELETE FROM arrivals WHERE user_id = $1";
    FORGET_API_KEYS_OF = "DELETE FROM api_keys WHERE user_id = $1";

    /// What a visitor did becomes the user's, unless the user sent the same event already.
    MOVE_INTERACTIONS = "UPDATE interactions SET subject_id = $2, is_visitor = FALSE WHERE subject_id = $1 \
        AND NOT EXISTS (SELECT 1 FROM interactions mine WHERE mine.subject_id = $2 \
        AND mine.event_id = interactions.event_id)";
    MERGE_VIEWS = "INSERT INTO view_history (subject_id, product_id, first_viewed_at, last_viewed_at, view_count, \
        total_duration_ms) SELECT $2, product_id, first_viewed_at, last_viewed_at, view_count, total_duration_ms \
        FROM view_history WHERE subject_id = $1 ON CONFLICT (subject_id, product_id) DO UPDATE SET \
        first_viewed_at = CASE WHEN excluded.first_viewed_at < view_history.first_viewed_at \
            THEN excluded.first_viewed_at ELSE view_history.first_viewed_at END, \
        last_viewed_at = CASE WHEN excluded.last_viewed_at > view_history.last_viewed_at \
            THEN excluded.last_viewed_at ELSE view_history.last_viewed_at END, \
        view_count = view_history.view_count + excluded.view_count, \
        total_duration_ms = view_history.total_duration_ms + excluded.total_duration_ms";
}
