//! The integration tests: one binary, so that everything is linked once and one PostgreSQL server serves all.

mod storage;
mod support;
