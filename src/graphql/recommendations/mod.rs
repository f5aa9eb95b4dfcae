//! Recommendations in the API: lists and their reasons, lists that follow what happens, and the strategies behind them.

mod enums;
mod input;
mod merchandising;
mod mutation;
mod query;
mod result;
mod strategy;
mod subscription;

pub(crate) use enums::{JobStatus, RecommendationStrategy, TrendWindow};
pub(crate) use input::{read_subject, strategy_name};
pub use mutation::RecommendationMutation;
pub use query::RecommendationQuery;
pub(crate) use query::{bought_with, for_user, similar};
pub(crate) use result::{ExperimentAssignment, RecommendationResult, RecommendedProduct};
pub use subscription::RecommendationSubscription;
