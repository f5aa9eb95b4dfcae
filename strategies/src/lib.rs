//! Recommendation strategies.
