//! A request that fails as a whole, before or instead of being executed.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::graphql::respond;
use super::negotiation::Media;
use crate::error::Code;
use crate::graphql::limits::request_error;

#[derive(Debug)]
pub(super) struct Problem {
    pub code: Code,
    pub message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), headers: Vec::new() }
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(super) fn into_response(self, media: Media) -> Response {
        let error = request_error(self.code, self.message.as_str(), None);
        let mut response = respond(media, self.status(), &serde_json::json!({ "errors": [error] }));
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        if self.code == Code::RateLimited && !response.headers().contains_key(header::RETRY_AFTER) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
