//! A refused operation, told with its number and the limit it exceeds.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};

use crate::error::Code;

/// One measure above its limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// What was measured, such as "the operation costs".
    pub what: String,
    /// The unit after the limit, such as "levels"; empty where the measure is a bare number.
    pub unit: &'static str,
    pub cost: u64,
    pub limit: usize,
    pub position: Option<Pos>,
}

impl Refusal {
    pub(super) fn check(
        code: Code,
        what: &str,
        unit: &'static str,
        cost: u64,
        limit: usize,
    ) -> Result<(), Self> {
        if cost <= limit as u64 {
            return Ok(());
        }
        Err(Self { code, what: what.to_owned(), unit, cost, limit, position: None })
    }

    pub(super) fn at(mut self, position: Pos) -> Self {
        self.position = Some(position);
        self
    }
}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, what, unit, cost, limit, position } = refusal;
        let space = if unit.is_empty() { "" } else { " " };
        let message = format!("{what} {cost}{space}{unit}, the limit is {limit}");
        let mut error = request_error(code, message, position);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("cost", cost);
        extensions.set("limit", limit as u64);
        error
    }
}

/// An error that concerns the request as a whole, with its code.
pub fn request_error(code: Code, message: impl Into<String>, position: Option<Pos>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.name());
    let mut error = ServerError::new(message, position);
    error.extensions = Some(extensions);
    error
}
