//! The integration tests: one binary, so that everything is linked once and one PostgreSQL server serves all.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod api;
mod commerce;
mod import;
mod live;
mod mail;
mod payments;
mod storage;
mod support;
