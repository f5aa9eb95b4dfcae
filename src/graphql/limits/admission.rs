//! Letting a request's text in: size, syntax, and which of its operations is meant.

use async_graphql::parser::Error as SyntaxError;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::{Positioned, Request, ServerError};

use super::{Limits, request_error, tokens, values};
use crate::error::Code;

/// Marks a request whose text was already checked, so that the schema extension does not scan it again.
pub(super) struct Admitted;

/// Checks the request's text and variables and parses it. The parsed document stays with the request.
pub fn admit(request: &mut Request, limits: &Limits) -> Result<(), ServerError> {
    tokens::check(&request.query, limits)?;
    values::check_variables(&request.variables, limits)?;
    match async_graphql::parser::parse_query(&request.query) {
        Ok(document) => request.set_parsed_query(document),
        Err(error) => return Err(syntax_error(&error)),
    }
    request.data.insert(Admitted);
    Ok(())
}

/// The operation a request runs: the only one, or the one it names.
pub fn selected_operation<'doc>(
    document: &'doc ExecutableDocument,
    name: Option<&str>,
) -> Result<&'doc Positioned<OperationDefinition>, ServerError> {
    let refuse = |message: String| Err(request_error(Code::ValidationFailed, message, None));
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Single(_), Some(name)) => {
            refuse(format!("the document has no operation named \"{name}\""))
        }
        (DocumentOperations::Multiple(operations), Some(name)) => match operations.get(name) {
            Some(operation) => Ok(operation),
            None => refuse(format!("the document has no operation named \"{name}\"")),
        },
        (DocumentOperations::Multiple(operations), None) => {
            match (operations.len(), operations.values().next()) {
                (1, Some(operation)) => Ok(operation),
                (count, _) => refuse(format!(
                    "the document has {count} operations: operationName has to say which one to run"
                )),
            }
        }
    }
}

/// The parser draws the source line with a marker; only its last line says something to a program.
fn syntax_error(error: &SyntaxError) -> ServerError {
    let text = error.to_string();
    let reason = text.lines().rev().find_map(|line| line.trim().strip_prefix("= "));
    let message = match reason {
        Some(reason) => format!("syntax error: {reason}"),
        None => format!("syntax error: {}", text.lines().next().unwrap_or_default()),
    };
    request_error(Code::ParseFailed, message, error.positions().next())
}
