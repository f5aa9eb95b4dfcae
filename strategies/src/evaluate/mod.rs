//! Evaluation: split the past, train on one part, rank for the other with the code that serves, measure.
//!
//! Rules that every protocol keeps: all candidates are ranked, never a sample of them; whatever is
//! chosen is chosen on a validation split inside the training part; new and repeat purchases are
//! judged apart; confidence comes from resampling shoppers.
//!
//! - [`split`] makes a [`Split`] of a data set: by time, the last event of each shopper, given
//!   labels, or sessions revealed click by click.
//! - [`run`](fn@run) trains strategies, asks them through [`crate::recommender::Recommender`] and
//!   gives a [`Report`], which prints as text, JSON or one HTML page.
//! - [`tune`] searches configurations on a validation split.
//! - [`off_policy`] estimates how a policy would have done from impressions another one logged.
//! - [`table`] turns named records, such as rows of a CSV file, into a data set.

mod baselines;
mod html;
mod measure;
pub mod off_policy;
mod plot;
mod report;
mod run;
pub mod split;
pub mod table;
#[cfg(test)]
mod tests;
mod text;
pub mod tune;

pub use baselines::baselines;
pub use report::{
    Beyond, CurvePoint, DataFacts, Latency, Report, SliceReport, StrategyReport, TrainedModel, Versus,
};
pub use run::{Contender, Options, run};
pub use split::{Ask, Asker, Candidates, Slice, Split};

use crate::error::{DataError, StrategyError};

/// Measures time for whoever knows a clock; this crate does not.
pub trait Stopwatch: Sync {
    /// Nanoseconds since some fixed moment.
    fn nanos(&self) -> u64;
}

/// For whoever does not care how long things take.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStopwatch;

impl Stopwatch for NoStopwatch {
    fn nanos(&self) -> u64 {
        0
    }
}

/// An evaluation cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// A strategy could not be configured or trained.
    #[error(transparent)]
    Strategy(#[from] StrategyError),
    /// The records contradict themselves.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Nothing is left to judge.
    #[error("the {protocol} split leaves no shopper to judge: {hint}")]
    NothingToJudge {
        /// Name of the protocol.
        protocol: String,
        /// What to change.
        hint: &'static str,
    },
    /// An estimator was given nothing or something impossible.
    #[error("{0}")]
    Impressions(String),
}
