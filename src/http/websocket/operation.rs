//! One running operation: its responses as the messages that the socket sends.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request, Response, ServerError};
use futures_util::StreamExt;
use futures_util::future::{AbortHandle, FutureExt};
use futures_util::stream::{self, BoxStream};

use crate::error::Code;
use crate::graphql::limits::request_error;
use crate::http::errors;
use crate::http::graphql::panic_text;

/// What an operation has to say. `Error` and `Complete` are its last words.
pub(super) enum Event {
    Next(Response),
    Error(Vec<ServerError>),
    Complete,
}

/// Starts an operation. Its stream is polled only when the socket can take another message, which is what keeps a slow
/// client from filling memory: the source waits or coalesces, and nothing queues here.
pub(super) fn start<E: Executor>(
    executor: &E,
    request: Request,
    kind: OperationType,
    timeout: Duration,
    id: String,
    request_id: String,
) -> (BoxStream<'static, (String, Event)>, AbortHandle) {
    let responses = if kind == OperationType::Subscription {
        executor.execute_stream(request, None)
    } else {
        let executor = executor.clone();
        stream::once(async move {
            tokio::time::timeout(timeout, executor.execute(request)).await.unwrap_or_else(|_| {
                let message = "the operation took longer than the limit";
                Response::from_errors(vec![request_error(Code::TimedOut, message, None)])
            })
        })
        .boxed()
    };
    let events = stream::unfold(Some(responses), move |responses| {
        let request_id = request_id.clone();
        async move {
            let mut responses = responses?;
            let next = AssertUnwindSafe(responses.next()).catch_unwind().await;
            Some(match next {
                Ok(None) => (Event::Complete, None),
                Ok(Some(mut response)) => {
                    errors::finish(&mut response.errors, &request_id);
                    if errors::is_request_error(&response) {
                        (Event::Error(response.errors), None)
                    } else {
                        (Event::Next(response), Some(responses))
                    }
                }
                Err(panic) => {
                    tracing::error!(request_id, panic = panic_text(&*panic), "a resolver panicked");
                    let mut errors = vec![request_error(Code::Internal, errors::INTERNAL_MESSAGE, None)];
                    errors::finish(&mut errors, &request_id);
                    (Event::Error(errors), None)
                }
            })
        }
    });
    let (events, handle) = stream::abortable(events);
    (events.map(move |event| (id.clone(), event)).boxed(), handle)
}
