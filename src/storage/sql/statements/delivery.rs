//! Parcels, notifications, messages waiting to leave.

macro_rules! fulfillment {
    () => {
        "order_id, id, status, lines, carrier, tracking_number, tracking_url, created_at, updated_at"
    };
}
macro_rules! notification {
    () => {
        "n.id, n.user_id, n.kind, n.title, n.body, n.order_id, n.product_id, n.read_at, n.created_at"
    };
}
macro_rules! message {
    () => {
        "id, topic, payload, attempts, available_at, created_at, error"
    };
}

/// Columns of a mail, for pages.
pub(in crate::storage::sql) const MAIL_COLUMNS: &str =
    "m.id, m.recipient, m.subject, m.text, m.html, m.created_at";
/// Columns of a notification, for pages.
pub(in crate::storage::sql) const NOTIFICATION_COLUMNS: &str = notification!();

statements! {
    FULFILLMENTS_BY_ID = concat!("SELECT ", fulfillment!(), " FROM fulfillments WHERE id IN ($LIST)");
    FULFILLMENTS_OF_ORDERS = concat!("SELECT ", fulfillment!(),
        " FROM fulfillments WHERE order_id IN ($LIST) ORDER BY order_id, created_at, id");
    TRACKING_EVENTS_OF = "SELECT fulfillment_id, id, status, description, location, at FROM tracking_events \
        WHERE fulfillment_id IN ($LIST) ORDER BY fulfillment_id, at, id";
    SAVE_FULFILLMENT = "INSERT INTO fulfillments (order_id, id, status, lines, carrier, tracking_number, \
        tracking_url, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, lines = excluded.lines, carrier = excluded.carrier, \
        tracking_number = excluded.tracking_number, tracking_url = excluded.tracking_url, \
        updated_at = excluded.updated_at";
    INSERT_TRACKING_EVENT = "INSERT INTO tracking_events (fulfillment_id, id, status, description, location, at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
    NOTIFICATIONS_BY_ID = concat!("SELECT ", notification!(), " FROM notifications n WHERE n.id IN ($LIST)");
    COUNT_UNREAD = "SELECT COUNT(*) FROM notifications WHERE user_id = $1 AND read_at IS NULL";
    INSERT_NOTIFICATIONS = "INSERT INTO notifications (id, user_id, kind, title, body, order_id, product_id, read_at, \
        created_at) VALUES $ROWS ON CONFLICT (id) DO NOTHING";
    MARK_READ = "UPDATE notifications SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL AND id IN ($LIST)";
    MARK_ALL_READ = "UPDATE notifications SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL";
    DEAD_LETTERS = concat!("SELECT ", message!(), " FROM outbox WHERE sent_at IS NULL AND attempts >= $1 \
        ORDER BY available_at DESC, id DESC LIMIT $2");
    POST_MESSAGES = "INSERT INTO outbox (id, topic, payload, attempts, available_at, created_at, error) VALUES $ROWS \
        ON CONFLICT (id) DO NOTHING";
    TAKE_MESSAGES = concat!("UPDATE outbox SET attempts = attempts + 1, available_at = $4 WHERE id IN (SELECT m.id \
        FROM outbox m WHERE m.sent_at IS NULL AND m.available_at <= $1 AND m.attempts < $2 AND m.topic IN ($LIST) \
        ORDER BY m.available_at, m.id LIMIT $3$SKIP) RETURNING ", message!());
    MARK_SENT = "UPDATE outbox SET sent_at = $2, error = NULL WHERE id = $1";
    POSTPONE = "UPDATE outbox SET available_at = $2, error = $3 WHERE id = $1";
    REVIVE_MESSAGE = "UPDATE outbox SET attempts = 0, available_at = $2, error = NULL \
        WHERE id = $1 AND sent_at IS NULL";
    KEEP_MAIL = "INSERT INTO mailbox (id, recipient, subject, text, html, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (id) DO NOTHING";
    REMOVE_MAIL = "DELETE FROM mailbox WHERE created_at < $1";
    /// While the user still has an address, and the orders their user.
    FORGET_MAIL_TO = "DELETE FROM mailbox WHERE recipient = (SELECT email FROM users WHERE id = $1) \
        OR recipient IN (SELECT o.email FROM orders o WHERE o.user_id = $1 AND o.email IS NOT NULL)";
    /// A letter bears the id of its message, which names the user: so those to earlier addresses are found.
    FORGET_MAIL_ABOUT = "DELETE FROM mailbox WHERE id IN (SELECT id FROM outbox WHERE topic LIKE 'mail.%' \
        AND payload LIKE '%' || $1 || '%')";
    /// Some hold an address, and what a mail server answered may name one too.
    FORGET_LETTERS_TO = "DELETE FROM outbox WHERE topic LIKE 'mail.%' AND (payload LIKE '%' || $1 || '%' \
        OR error LIKE '%' || (SELECT email FROM users WHERE id = $1) || '%' \
        OR EXISTS (SELECT 1 FROM orders o WHERE o.user_id = $1 AND outbox.payload LIKE '%' || o.id || '%'))";
    REMOVE_SENT = "DELETE FROM outbox WHERE sent_at < $1";
    FORGET_NOTIFICATIONS_OF = "DELETE FROM notifications WHERE user_id = $1";
}
