//! Recommendation strategies, their evaluation and a simulated shop: numbers in, rankings out.
//!
//! Everything here is pure and synchronous: no input or output, no clock, no ambient randomness.
//! Products and shoppers are dense `u32` indices that never change while a process lives; whoever
//! embeds the crate owns the map from public ids to indices.
//!
//! # The parts
//! - [`dataset::Dataset`] is the past: products, shoppers, events. [`snapshot::Snapshot`] gives it a
//!   version, [`delta::Delta`] is everything since: events, new products, stock, visibility.
//! - [`strategy::Strategy`] answers a question in a [`strategy::Context`]; [`train::Trainer`] makes
//!   one from a data set; [`strategy::Online`] is what it learns while it serves.
//! - [`registry::Registry`] knows the strategies by name, each with a typed configuration.
//! - [`recommender::Recommender`] is the door for a server: it holds one generation of snapshot,
//!   models and live data, and answers a [`request::Request`] with a [`request::RankedList`].
//!
//! One and the same code serves, evaluates and tunes.
//!
//! # Threads
//! A [`recommender::Recommender`] is shared by reference. `recommend` may run on any number of
//! threads; each keeps its own working memory, so a warm thread allocates only its answer. `observe`
//! and the other changes are serialised and take microseconds. Training reads a data set from
//! [`recommender::Recommender::compact`] and touches nothing that serves; `publish` and `install`
//! swap the result in. Indices must be kept across snapshots.
#![deny(missing_docs)]

pub mod ab_assigned;
pub mod bandit;
pub mod bitmap;
pub mod bought_together;
pub mod buy_it_again;
pub mod collaborative;
pub mod content;
pub mod dataset;
pub mod delta;
pub mod dense;
pub mod engine;
pub mod ensemble;
pub mod error;
pub mod evaluate;
pub mod event;
pub mod experiment;
pub mod factorization;
pub mod item;
mod learn;
pub mod mask;
pub mod metrics;
pub mod models;
pub mod neural;
pub mod newest;
pub mod persist;
pub mod popular;
pub mod recommender;
pub mod registry;
pub mod request;
pub mod scratch;
pub mod session;
pub mod simulate;
pub mod snapshot;
pub mod sparse;
pub mod strategy;
pub mod top;
pub mod train;
pub mod trending;
pub mod user;
