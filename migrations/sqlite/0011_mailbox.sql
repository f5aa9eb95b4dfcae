-- Letters kept here instead of being sent, for shops without a mail server.

CREATE TABLE mailbox (
    id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mailbox_by_time ON mailbox (created_at, id);
CREATE INDEX mailbox_by_recipient ON mailbox (recipient);

-- Who wishes for a product.
CREATE INDEX wishlist_entries_by_product ON wishlist_entries (product_id, user_id);
-- A user's or a shop's latest jobs.
CREATE INDEX jobs_by_creator ON jobs (created_by, created_at, id);
