//! Measuring in the API: how strategies do, how the shop trades, and both as they change.

mod dashboard;
mod loaders;
mod query;
mod strategy;
mod subscription;

pub(crate) use loaders::ShopperSumsOf;
pub use query::MetricsQuery;
pub(crate) use query::{experiment_key, span};
pub(crate) use strategy::StrategyMetrics;
pub use subscription::MetricsSubscription;
