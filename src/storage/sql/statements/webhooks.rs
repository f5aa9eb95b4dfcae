//! Webhooks and their deliveries.

macro_rules! webhook {
    () => {
        "id, url, events, secret, created_at, removed_at"
    };
}
macro_rules! delivery {
    () => {
        "d.id, d.webhook_id, d.event_id, d.event, d.payload, d.status, d.attempts, d.response_status, \
         d.next_attempt_at, d.created_at"
    };
}

statements! {
    WEBHOOKS = concat!("SELECT ", webhook!(), " FROM webhooks WHERE removed_at IS NULL ORDER BY created_at, id LIMIT 100");
    WEBHOOKS_BY_ID = concat!("SELECT ", webhook!(), " FROM webhooks WHERE id IN ($LIST)");
    DELIVERIES_BY_ID = concat!("SELECT ", delivery!(), " FROM webhook_deliveries d WHERE d.id IN ($LIST)");
    DELIVERIES_OF = concat!("SELECT ", delivery!(), " FROM (SELECT w.*, ROW_NUMBER() OVER (PARTITION BY w.webhook_id \
        ORDER BY w.created_at DESC, w.id DESC) AS place FROM webhook_deliveries w WHERE w.webhook_id IN ($LIST)) d \
        WHERE d.place <= $1 ORDER BY d.webhook_id, d.place");
    INSERT_WEBHOOK = "INSERT INTO webhooks (id, url, events, secret, created_at, removed_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    REMOVE_WEBHOOK = "UPDATE webhooks SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
    INSERT_DELIVERIES = "INSERT INTO webhook_deliveries (id, webhook_id, event_id, event, payload, status, attempts, \
        response_status, next_attempt_at, created_at) VALUES $ROWS ON CONFLICT (webhook_id, event_id) DO NOTHING";
    UPDATE_DELIVERY = "UPDATE webhook_deliveries SET status = $2, attempts = $3, response_status = $4, \
        next_attempt_at = $5 WHERE id = $1";
    REMOVE_DELIVERIES = "DELETE FROM webhook_deliveries WHERE created_at < $1";
}
