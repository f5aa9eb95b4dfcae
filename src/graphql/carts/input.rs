//! What clients say to carts.

use async_graphql::{Enum, ID, InputObject};

use crate::domain::ids::CartId;
use crate::graphql::global_id;
use crate::services::carts::{LineAdd, LineUpdate, MergeStrategy};
use crate::services::error::{Mistakes, ServiceError};

/// Pieces to put in.
#[derive(InputObject, Debug, Clone)]
pub(super) struct CartLineInput {
    variant_id: ID,
    #[graphql(default = 1)]
    quantity: i32,
    /// Credits the recommendation that led here.
    recommendation_id: Option<ID>,
}

/// Another quantity for a line.
#[derive(InputObject, Debug, Clone)]
pub(super) struct CartLineUpdateInput {
    line_id: ID,
    /// 0 removes the line.
    quantity: i32,
}

/// What becomes of the guest cart at login. MERGE_MAX keeps the larger quantity per variant, so repeating it changes
/// nothing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "CartMergeStrategy")]
pub(crate) enum MergeStrategyInput {
    MergeMax,
    MergeSum,
    UseGuest,
    UseExisting,
}

impl From<MergeStrategyInput> for MergeStrategy {
    fn from(strategy: MergeStrategyInput) -> Self {
        match strategy {
            MergeStrategyInput::MergeMax => Self::Max,
            MergeStrategyInput::MergeSum => Self::Sum,
            MergeStrategyInput::UseGuest => Self::Guest,
            MergeStrategyInput::UseExisting => Self::Existing,
        }
    }
}

/// Reads the `cartId` argument, if it was given.
pub(crate) fn cart_id(id: Option<&ID>) -> Result<Option<CartId>, ServiceError> {
    let read = id.map(global_id::decode).transpose();
    read.map_err(|problem| ServiceError::refuse(["cartId"], problem))
}

pub(super) fn additions(inputs: &[CartLineInput]) -> Result<Vec<LineAdd>, ServiceError> {
    let mut mistakes = Mistakes::default();
    let mut lines = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let at = |field: &str| ["lines".to_owned(), index.to_string(), field.to_owned()];
        let variant = mistakes.check(at("variantId"), global_id::decode(&input.variant_id));
        let credit = input.recommendation_id.as_ref().map(global_id::decode).transpose();
        let recommendation = mistakes.check(at("recommendationId"), credit).flatten();
        lines.extend(variant.map(|variant| LineAdd {
            variant,
            quantity: input.quantity.into(),
            recommendation,
        }));
    }
    mistakes.done()?;
    Ok(lines)
}

pub(super) fn updates(inputs: &[CartLineUpdateInput]) -> Result<Vec<LineUpdate>, ServiceError> {
    let mut mistakes = Mistakes::default();
    let mut lines = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let at = ["lines".to_owned(), index.to_string(), "lineId".to_owned()];
        let line = mistakes.check(at, global_id::decode(&input.line_id));
        lines.extend(line.map(|line| LineUpdate { line, quantity: input.quantity.into() }));
    }
    mistakes.done()?;
    Ok(lines)
}
