//! The last look at errors before they leave: every one gets a code, and nothing internal goes out.
//!
//! An error has two messages. One that carries a code was written for the client and passes as it is. One that was
//! converted from another error type (`?` in a resolver) without a code is ours: the client gets a generic message with
//! the request id, the log gets what happened, once, here.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use axum::http::StatusCode;

use crate::error::Code;

pub(super) const INTERNAL_MESSAGE: &str = "something went wrong on our side";
/// A hopeless document can fail validation in thousands of places; the first ones say enough.
const MAX_ERRORS: usize = 50;

/// Gives every error its code, hides internal ones and writes those to the log.
pub(super) fn finish(errors: &mut Vec<ServerError>, request_id: &str) {
    errors.truncate(MAX_ERRORS);
    for error in errors {
        let code = match code_of(error) {
            // The schema's own boundary has logged and hidden it.
            Some(Code::Internal) if extension(error, "requestId").is_some() => continue,
            Some(Code::Internal) => Code::Internal,
            Some(_) => continue,
            // A code outside the table is a mistake of ours, but its message was meant for clients.
            None if extension(error, "code").is_some() => continue,
            None if error.source.is_some() => Code::Internal,
            None if error.path.is_empty() => Code::ValidationFailed,
            None => Code::Invalid,
        };
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("code", code.name());
        if code == Code::Internal {
            extensions.set("requestId", request_id);
            tracing::error!(
                request_id,
                path = ?error.path,
                cause = error.message,
                "a resolver failed"
            );
            error.message = INTERNAL_MESSAGE.to_owned();
        }
    }
}

fn extension<'a>(error: &'a ServerError, name: &str) -> Option<&'a Value> {
    error.extensions.as_ref()?.get(name)
}

pub(super) fn code_of(error: &ServerError) -> Option<Code> {
    match extension(error, "code")? {
        Value::String(name) => Code::from_name(name),
        Value::Enum(name) => Code::from_name(name),
        _ => None,
    }
}

/// The distinct codes of a response, for the access log.
pub(super) fn codes(errors: &[ServerError]) -> Vec<&'static str> {
    let mut codes: Vec<_> = errors.iter().filter_map(code_of).map(Code::name).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Whether the operation never began: such a response must not have a `data` entry. Errors raised while executing
/// always say where.
pub(super) fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The HTTP status of a request error.
pub(super) fn status(errors: &[ServerError]) -> StatusCode {
    errors
        .first()
        .and_then(code_of)
        .and_then(|code| StatusCode::from_u16(code.http_status()).ok())
        .unwrap_or(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_graphql::{Error, PathSegment};

    use super::*;
    use crate::graphql::limits::request_error;

    fn finished(mut error: ServerError) -> ServerError {
        error.path = vec![PathSegment::Field("me".into())];
        let mut errors = vec![error];
        finish(&mut errors, "r1");
        errors.remove(0)
    }

    #[test]
    fn an_error_converted_from_another_type_is_hidden_and_tied_to_the_log() {
        let leaking: Error = std::io::Error::other("password=hunter2").into();
        let error = finished(leaking.into_server_error(async_graphql::Pos::default()));
        assert_eq!((error.message.as_str(), code_of(&error)), (INTERNAL_MESSAGE, Some(Code::Internal)));
        assert_eq!(error.extensions.unwrap().get("requestId"), Some(&Value::from("r1")));
    }

    #[test]
    fn an_error_with_a_code_keeps_its_message() {
        let error = finished(request_error(Code::NotFound, "no such product", None));
        assert_eq!((error.message.as_str(), code_of(&error)), ("no such product", Some(Code::NotFound)));
    }

    #[test]
    fn an_internal_error_is_hidden_even_when_it_has_a_message() {
        let error = finished(request_error(Code::Internal, "row 7 is broken", None));
        assert_eq!(error.message, INTERNAL_MESSAGE);
    }

    #[test]
    fn what_the_executor_says_about_arguments_is_invalid_input() {
        let error = finished(ServerError::new("Failed to parse \"Int\"", None));
        assert_eq!(code_of(&error), Some(Code::Invalid));
    }

    #[test]
    fn a_source_without_a_code_is_internal_even_without_a_path() {
        let mut error = ServerError::new("connection refused", None);
        error.source = Some(Arc::new("connection refused".to_owned()));
        let mut errors = vec![error];
        finish(&mut errors, "r1");
        assert_eq!(errors[0].message, INTERNAL_MESSAGE);
    }

    #[test]
    fn thousands_of_errors_become_fifty() {
        let mut errors = vec![ServerError::new("unknown field", None); 5_000];
        finish(&mut errors, "r1");
        assert_eq!(errors.len(), MAX_ERRORS);
    }
}
