//! The recommender over a real store: what shoppers do changes what they are shown, at once and for good.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod api;
mod caching;
mod experiments;
mod pushing;
mod recording;
mod serving;
mod support;
mod training;
