//! GraphQL over HTTP: `POST` and `GET /graphql`.
//!
//! GET runs queries only. It needs no cross-site signal of its own: it changes nothing, credentials travel in headers
//! that no browser attaches by itself, and a response cannot be read across origins. What a browser says comes from
//! another site is refused all the same.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request as GraphqlRequest, Response as GraphqlResponse, ServerError, Value};
use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http_body_util::LengthLimitError;
use serde::Serialize;

use super::auth::Credentials;
use super::client::Client;
use super::negotiation::{Media, require_json};
use super::observe::OperationLog;
use super::problem::Problem;
use super::{Api, body, errors, security, websocket};
use crate::error::Code;
use crate::graphql::limits::{admit, selected_operation};

const ALLOWED: &str = "GET, HEAD, POST, OPTIONS";

pub(super) async fn post<E: Executor>(
    State(api): State<Arc<Api<E>>>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let media = match Media::accepted(&parts.headers) {
        Ok(media) => media,
        Err(problem) => return problem.into_response(Media::Json),
    };
    let handled = async {
        api.throttle.check(client.ip)?;
        require_json(&parts.headers)?;
        security::check_site(&parts.headers, &api.settings.allowed_origins)?;
        let bytes = read(body, &parts.headers, api.settings.body_bytes).await?;
        let request = body::from_json(&bytes)?;
        answer(&api, &client, &parts.headers, request, media, true).await
    };
    within(&api, handled).await.unwrap_or_else(|problem| problem.into_response(media))
}

pub(super) async fn get<E: Executor>(
    State(api): State<Arc<Api<E>>>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    if websocket::is_upgrade(&parts.headers) {
        return websocket::upgrade(api, client, &mut parts).await;
    }
    if parts.uri.query().is_none() && accepts_html(&parts.headers) {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, "/graphiql")]).into_response();
    }
    let media = match Media::accepted(&parts.headers) {
        Ok(media) => media,
        Err(problem) => return problem.into_response(Media::Json),
    };
    let handled = async {
        api.throttle.check(client.ip)?;
        security::check_site(&parts.headers, &api.settings.allowed_origins)?;
        let request = body::from_query_string(parts.uri.query())?;
        answer(&api, &client, &parts.headers, request, media, false).await
    };
    within(&api, handled).await.unwrap_or_else(|problem| problem.into_response(media))
}

pub(super) async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, ALLOWED)]).into_response()
}

pub(super) async fn method_not_allowed(method: Method, headers: HeaderMap) -> Response {
    Problem::new(Code::MethodNotAllowed, format!("{method} is not allowed here: use POST or GET"))
        .with_header(header::ALLOW, ALLOWED)
        .into_response(Media::accepted_or_json(&headers))
}

/// Bounds the whole handling, reading the body included.
async fn within<E>(
    api: &Api<E>,
    handled: impl Future<Output = Result<Response, Problem>>,
) -> Result<Response, Problem> {
    tokio::time::timeout(api.settings.request_timeout, handled)
        .await
        .unwrap_or_else(|_| Err(Problem::new(Code::TimedOut, "the operation took longer than the limit")))
}

async fn answer<E: Executor>(
    api: &Api<E>,
    client: &Client,
    headers: &HeaderMap,
    mut request: GraphqlRequest,
    media: Media,
    may_write: bool,
) -> Result<Response, Problem> {
    let mut caller = api.authenticator.authenticate(Credentials::from_headers(headers)?).await?;
    caller.ip = Some(client.ip);
    caller.user_agent.clone_from(&client.user_agent);
    caller.request_id.clone_from(&client.request_id);
    let mut log = OperationLog::named(request.operation_name.as_deref());
    let kind = match admitted_kind(&mut request, api) {
        Ok(kind) => kind,
        Err(error) => {
            let mut response = present(GraphqlResponse::from_errors(vec![error]), client, media, &mut log);
            response.extensions_mut().insert(log);
            return Ok(response);
        }
    };
    log.kind = kind_name(kind);
    match kind {
        OperationType::Subscription => {
            return Err(Problem::new(
                Code::MethodNotAllowed,
                "subscriptions need a WebSocket with the graphql-transport-ws protocol",
            )
            .with_header(header::ALLOW, "GET"));
        }
        OperationType::Mutation if !may_write => {
            return Err(Problem::new(Code::MethodNotAllowed, "mutations need POST")
                .with_header(header::ALLOW, "POST"));
        }
        OperationType::Mutation | OperationType::Query => {}
    }
    let request = api.scope.prepare(request, caller);
    let executed = AssertUnwindSafe(api.executor.execute(request)).catch_unwind().await;
    let response = match executed {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(
                request_id = client.request_id,
                panic = panic_text(&*panic),
                "a resolver panicked"
            );
            return Err(Problem::new(Code::Internal, errors::INTERNAL_MESSAGE));
        }
    };
    let mut response = present(response, client, media, &mut log);
    response.extensions_mut().insert(log);
    Ok(response)
}

/// Lets the request in and says what its operation is.
pub(super) fn admitted_kind<E>(
    request: &mut GraphqlRequest,
    api: &Api<E>,
) -> Result<OperationType, ServerError> {
    admit(request, &api.limits)?;
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    Ok(selected_operation(document, name.as_deref())?.node.ty)
}

/// Turns an executor's response into HTTP: a request error has no `data`, and the newer media type tells it by status.
fn present(mut response: GraphqlResponse, client: &Client, media: Media, log: &mut OperationLog) -> Response {
    errors::finish(&mut response.errors, &client.request_id);
    log.errors = errors::codes(&response.errors);
    let executed = !errors::is_request_error(&response);
    let status =
        if executed || media == Media::Json { StatusCode::OK } else { errors::status(&response.errors) };
    let body = Output {
        errors: &response.errors,
        data: executed.then_some(&response.data),
        extensions: &response.extensions,
    };
    let mut answer = respond(media, status, &body);
    answer.headers_mut().extend(std::mem::take(&mut response.http_headers));
    answer
}

#[derive(Serialize)]
struct Output<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// A body in the agreed media type. Answers depend on credentials, so no cache may keep them.
pub(super) fn respond(media: Media, status: StatusCode, body: &impl Serialize) -> Response {
    let (status, bytes) = match serde_json::to_vec(body) {
        Ok(bytes) => (status, Bytes::from(bytes)),
        Err(error) => {
            tracing::error!(%error, "a response could not be written");
            let text = r#"{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}"#;
            (StatusCode::INTERNAL_SERVER_ERROR, Bytes::from_static(text.as_bytes()))
        }
    };
    let mut response = (status, Body::from(bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    response
}

async fn read(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, Problem> {
    let too_large = |size: Cow<'_, str>| {
        let message = format!("the body has {size} bytes, the limit is {limit}");
        Problem::new(Code::PayloadTooLarge, message)
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if let Some(length) = announced.filter(|length| *length > limit as u64) {
        return Err(too_large(length.to_string().into()));
    }
    to_bytes(body, limit).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.is::<LengthLimitError>()) {
            too_large("more".into())
        } else {
            Problem::new(Code::BadRequest, "the body could not be read to its end")
        }
    })
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}

pub(super) const fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// What a panic said, for the log.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
