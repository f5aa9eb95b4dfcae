//! Names the API has for strategies, reasons and windows.

use async_graphql::Enum;
use shelfwise_strategies::request::FallbackReason as Fallback;
use shelfwise_strategies::strategy::{ReasonKind as Reason, Window};

use crate::domain::job;
use crate::recommend::pace::Trigger;

/// Built-in strategies. Plug-ins outside this list are called by name through `strategyId`.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecommendationStrategy {
    /// What shoppers with a like history chose.
    Collaborative,
    /// Tastes and products as points in one space.
    MatrixFactorization,
    /// What resembles the history in words, category, brand and price.
    ContentBased,
    /// What comes next after the last few steps.
    Session,
    /// The best of several strategies, blended.
    Ensemble,
    /// What the running experiment deals to the shopper.
    AbAssigned,
    /// Draws a strategy, the likelier the better it did.
    Bandit,
    /// What many choose.
    Popular,
    /// What rises.
    Trending,
    /// What the shopper buys regularly.
    BuyItAgain,
    /// What is bought together.
    BoughtTogether,
    /// What came into the shop last.
    Newest,
    /// Tastes and products as points in one space, the classic way; kept for comparison.
    TruncatedSvd,
    /// A small network over the history; offered, not part of the ensemble.
    Neural,
    /// A plug-in; `strategyId` names it. Not accepted as input.
    Other,
}

const STRATEGIES: [(RecommendationStrategy, &str); 14] = [
    (RecommendationStrategy::Collaborative, "collaborative"),
    (RecommendationStrategy::MatrixFactorization, "matrix_factorization"),
    (RecommendationStrategy::ContentBased, "content_based"),
    (RecommendationStrategy::Session, "session"),
    (RecommendationStrategy::Ensemble, "ensemble"),
    (RecommendationStrategy::AbAssigned, "ab_assigned"),
    (RecommendationStrategy::Bandit, "bandit"),
    (RecommendationStrategy::Popular, "popular"),
    (RecommendationStrategy::Trending, "trending"),
    (RecommendationStrategy::BuyItAgain, "buy_it_again"),
    (RecommendationStrategy::BoughtTogether, "bought_together"),
    (RecommendationStrategy::Newest, "newest"),
    (RecommendationStrategy::TruncatedSvd, "truncated_svd"),
    (RecommendationStrategy::Neural, "neural"),
];

impl RecommendationStrategy {
    /// The id of the strategy; `None` for [`RecommendationStrategy::Other`].
    pub(crate) fn id(self) -> Option<&'static str> {
        STRATEGIES.iter().find(|(strategy, _)| *strategy == self).map(|(_, id)| *id)
    }

    pub(crate) fn of(id: &str) -> Self {
        STRATEGIES.iter().find(|(_, known)| *known == id).map_or(Self::Other, |(strategy, _)| *strategy)
    }
}

/// Why a list is not wholly the work of the strategy asked for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FallbackReason {
    None,
    /// Nothing is known about the shopper yet.
    ColdStartUser,
    /// The strategy had fewer products than asked for.
    TooFewResults,
    /// The strategy has no model yet, or is switched off.
    StrategyNotTrained,
    /// The strategy does not answer this kind of question.
    StrategyUnsupported,
    /// The strategy, or one it is made of, broke down over this question; the log says where.
    StrategyError,
}

impl From<Fallback> for FallbackReason {
    fn from(reason: Fallback) -> Self {
        match reason {
            Fallback::None => Self::None,
            Fallback::ColdStartUser => Self::ColdStartUser,
            Fallback::TooFewResults => Self::TooFewResults,
            Fallback::StrategyNotTrained => Self::StrategyNotTrained,
            Fallback::StrategyUnsupported => Self::StrategyUnsupported,
            Fallback::StrategyError => Self::StrategyError,
        }
    }
}

/// Why a product is recommended, in one word.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasonKind {
    SimilarUsers,
    SimilarItems,
    BoughtTogether,
    SameCategory,
    Trending,
    Popular,
    RecentlyViewed,
    SemanticMatch,
    SustainableChoice,
    NewArrival,
    /// The caller or the shop put it there.
    Pinned,
}

impl From<Reason> for ReasonKind {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::SimilarUsers => Self::SimilarUsers,
            Reason::SimilarItems => Self::SimilarItems,
            Reason::BoughtTogether => Self::BoughtTogether,
            Reason::SameCategory => Self::SameCategory,
            Reason::Trending => Self::Trending,
            Reason::Popular => Self::Popular,
            Reason::Pinned => Self::Pinned,
            Reason::RecentlyViewed => Self::RecentlyViewed,
            Reason::SemanticMatch => Self::SemanticMatch,
            Reason::SustainableChoice => Self::SustainableChoice,
            Reason::NewArrival => Self::NewArrival,
        }
    }
}

/// How far back "trending" looks.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrendWindow {
    Hour,
    Day,
    Week,
    Month,
}

impl From<TrendWindow> for Window {
    fn from(window: TrendWindow) -> Self {
        match window {
            TrendWindow::Hour => Self::Hour,
            TrendWindow::Day => Self::Day,
            TrendWindow::Week => Self::Week,
            TrendWindow::Month => Self::Month,
        }
    }
}

/// What changed a list that was pushed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateTrigger {
    /// The first list.
    Subscribed,
    Interaction,
    ModelTrained,
    CatalogChanged,
    StockChanged,
    ExperimentChanged,
}

impl From<Trigger> for UpdateTrigger {
    fn from(trigger: Trigger) -> Self {
        match trigger {
            Trigger::Subscribed => Self::Subscribed,
            Trigger::Interaction => Self::Interaction,
            Trigger::ModelTrained => Self::ModelTrained,
            Trigger::CatalogChanged => Self::CatalogChanged,
            Trigger::StockChanged => Self::StockChanged,
            Trigger::ExperimentChanged => Self::ExperimentChanged,
        }
    }
}

/// How work behind a request stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobStatus {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl From<job::JobStatus> for JobStatus {
    fn from(status: job::JobStatus) -> Self {
        match status {
            job::JobStatus::Queued => Self::Queued,
            job::JobStatus::Running => Self::Running,
            job::JobStatus::Succeeded => Self::Succeeded,
            job::JobStatus::Failed => Self::Failed,
            job::JobStatus::Cancelled => Self::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use shelfwise_strategies::registry::Registry;

    use super::*;

    #[test]
    fn every_registered_strategy_has_a_name_in_the_api_and_no_other_has() {
        let mut registered: Vec<&str> = Registry::standard().entries().iter().map(|entry| entry.id).collect();
        let mut named: Vec<&str> = STRATEGIES.iter().map(|(_, id)| *id).collect();
        registered.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, registered);
    }

    #[test]
    fn names_lead_back_to_their_strategies() {
        for (strategy, id) in STRATEGIES {
            assert_eq!((strategy.id(), RecommendationStrategy::of(id)), (Some(id), strategy));
        }
        assert_eq!(RecommendationStrategy::of("my_plug_in"), RecommendationStrategy::Other);
    }
}
