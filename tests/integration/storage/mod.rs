//! The storage contract, tested on SQLite and on PostgreSQL alike.

mod catalogue;
mod commerce;
mod concurrency;
mod interactions;
mod jobs;
mod lists;
mod metrics;
mod notices;
mod orders;
mod outbox;
mod people;
mod recommendations;
mod reviews;
mod schema;
mod sessions;
mod units;
mod webhooks;
