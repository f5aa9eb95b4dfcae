//! Errors of the top-level `errors` list: a code for programs, a sentence for people, and for our own faults a log
//! line that the request id finds.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextSubscribe};
use async_graphql::{Error, ErrorExtensionValues, Response, ServerError, Value};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::messages;
use crate::domain::caller::Caller;
use crate::error::{Code, chain};
use crate::services::error::{Problem, ServiceError};
use crate::storage::StorageError;

/// What a resolver fails with. Deliberately without `Display`: only this file decides what a client reads.
#[derive(Debug, Clone)]
pub struct GraphqlError {
    code: Code,
    message: String,
    argument: Option<&'static str>,
    cause: Option<Arc<str>>,
}

/// A resolver's answer.
pub type GraphqlResult<T> = Result<T, GraphqlError>;

/// What really happened, for the log alone.
struct Cause(Arc<str>);

impl GraphqlError {
    /// An error told by its code's own meaning.
    pub fn of(code: Code) -> Self {
        Self { code, message: code.meaning().to_owned(), argument: None, cause: None }
    }

    /// An error about one argument.
    pub fn about(argument: &'static str, problem: &Problem) -> Self {
        let message = format!("{argument}: {}", messages::english(problem));
        Self { code: problem.code(), message, argument: Some(argument), cause: None }
    }

    /// A fault of ours: the client learns only that there was one.
    pub fn internal(cause: impl ToString) -> Self {
        Self { cause: Some(Arc::from(cause.to_string())), ..Self::of(Code::Internal) }
    }
}

impl From<ServiceError> for GraphqlError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(mistakes) => {
                let Some(mistake) = mistakes.into_iter().next() else {
                    return Self::internal("refused for no reason");
                };
                let place = mistake.path.join(".");
                let message = messages::english(&mistake.problem);
                let message = if place.is_empty() { message } else { format!("{place}: {message}") };
                Self { code: mistake.problem.code(), message, argument: None, cause: None }
            }
            ServiceError::Unauthenticated => Self::of(Code::Unauthenticated),
            ServiceError::Forbidden => Self::of(Code::Forbidden),
            ServiceError::Busy => Self::of(Code::Unavailable),
            ServiceError::Storage(fault @ StorageError::Unavailable(_)) => {
                Self { cause: Some(Arc::from(chain(&fault))), ..Self::of(Code::Unavailable) }
            }
            fault @ (ServiceError::Storage(_) | ServiceError::Internal(_)) => Self::internal(chain(&fault)),
        }
    }
}

impl From<Problem> for GraphqlError {
    fn from(problem: Problem) -> Self {
        Self { code: problem.code(), message: messages::english(&problem), argument: None, cause: None }
    }
}

impl From<Arc<ServiceError>> for GraphqlError {
    fn from(error: Arc<ServiceError>) -> Self {
        // A loader shares one failure among all who waited for it; only faults reach it.
        Self::internal(chain(error.as_ref()))
    }
}

impl From<GraphqlError> for Error {
    fn from(error: GraphqlError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.name());
        if let Some(argument) = error.argument {
            extensions.set("argument", argument);
        }
        let source = error.cause.map(|cause| Arc::new(Cause(cause)) as Arc<_>);
        Self { message: error.message, source, extensions: Some(extensions) }
    }
}

/// The schema extension at which errors leave: it logs our faults once and gives every error a code.
pub struct ErrorBoundary;

impl ExtensionFactory for ErrorBoundary {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for ErrorBoundary {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        settle(&mut response, ctx);
        response
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        let request_id = request_id(ctx);
        let stream = next.run(ctx, stream);
        Box::pin(stream.map(move |mut response| {
            settle_all(&mut response.errors, &request_id);
            response
        }))
    }
}

fn request_id(ctx: &ExtensionContext<'_>) -> String {
    ctx.data_opt::<Caller>().map(|caller| caller.request_id.clone()).unwrap_or_default()
}

fn settle(response: &mut Response, ctx: &ExtensionContext<'_>) {
    if !response.errors.is_empty() {
        settle_all(&mut response.errors, &request_id(ctx));
    }
}

fn settle_all(errors: &mut [ServerError], request_id: &str) {
    for error in errors {
        if let Some(Cause(cause)) = error.source::<Cause>() {
            tracing::error!(request_id, path = ?error.path, %cause, "a resolver failed");
            if let Some(extensions) = &mut error.extensions {
                extensions.set("requestId", request_id);
            }
        }
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            // The executor itself refuses arguments whose scalars do not read.
            extensions.set("code", Value::from(Code::ValidationFailed.name()));
        }
    }
}
