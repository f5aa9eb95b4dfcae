//! The catalogue's enums.

use async_graphql::Enum;

use crate::domain::{catalogue, review, sustainability};
use crate::services::catalogue::BulkPolicy;
use crate::storage;

/// Only ACTIVE is visible to shoppers; whether it can be bought follows from stock.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalogue::ProductStatus")]
pub enum ProductStatus {
    Draft,
    PendingReview,
    Approved,
    Active,
    Inactive,
    Discontinued,
}

/// The score as a letter: A from 80, B from 60, C from 40, D from 20.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "sustainability::SustainabilityGrade")]
pub enum SustainabilityGrade {
    A,
    B,
    C,
    D,
    E,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "review::ReviewStatus")]
pub enum ReviewStatus {
    Pending,
    Published,
    Rejected,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "storage::reviews::ReviewSort")]
pub enum ReviewSort {
    Newest,
    Highest,
    Lowest,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "storage::catalogue::ProductSortField")]
pub enum ProductSortField {
    /// How well it fits the search.
    Relevance,
    Name,
    Price,
    CreatedAt,
    UpdatedAt,
    Rating,
    BestSelling,
    Trending,
    Sustainability,
    CarbonFootprint,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortDirection {
    Asc,
    Desc,
}

/// How a search finds products.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchMode {
    /// By words, from their beginnings.
    Keyword,
    /// By meaning; until meanings are indexed the same as KEYWORD.
    Semantic,
    /// By both; until meanings are indexed the same as KEYWORD.
    Hybrid,
}

/// What one bad row means for the others.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "BulkPolicy")]
pub enum BulkErrorPolicy {
    /// Nothing is saved unless every row is good.
    RejectEverything,
    /// The good rows are saved.
    RejectFailedRows,
}
