//! The outermost layer: request ids, the access log, metrics, security headers, and the net that catches panics.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tokio::time::Instant;

use super::client::{Client, REQUEST_ID};
use super::graphql::panic_text;
use super::metrics::{Metrics, Route};
use super::negotiation::Media;
use super::problem::Problem;
use super::{HttpSettings, errors, security};
use crate::context::Context;
use crate::error::Code;

const MAX_LOGGED_NAME: usize = 80;

/// What the GraphQL handler tells the access log, carried in the response's extensions.
#[derive(Debug, Clone, Default)]
pub(super) struct OperationLog {
    pub name: Option<String>,
    pub kind: &'static str,
    pub errors: Vec<&'static str>,
}

impl OperationLog {
    pub(super) fn named(name: Option<&str>) -> Self {
        let name = name.map(|name| name.chars().take(MAX_LOGGED_NAME).collect());
        Self { name, ..Self::default() }
    }
}

#[derive(Clone)]
pub(super) struct Observer {
    trusted_proxies: Arc<[IpAddr]>,
    context: Context,
    metrics: Arc<Metrics>,
}

impl Observer {
    pub(super) fn new(settings: &HttpSettings, context: Context, metrics: Arc<Metrics>) -> Self {
        Self { trusted_proxies: settings.trusted_proxies.clone().into(), context, metrics }
    }
}

pub(super) async fn observe(State(observer): State<Observer>, mut request: Request, next: Next) -> Response {
    let client =
        Client::of(request.headers(), request.extensions(), &observer.trusted_proxies, &observer.context);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let agent = request.headers().get(header::USER_AGENT).cloned();
    let media = Media::accepted_or_json(request.headers());
    request.extensions_mut().insert(client.clone());

    let started = Instant::now();
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(
                request_id = client.request_id,
                panic = panic_text(&*panic),
                "a handler panicked"
            );
            Problem::new(Code::Internal, errors::INTERNAL_MESSAGE).into_response(media)
        }
    };
    let took = started.elapsed();
    let status = response.status().as_u16();
    observer.metrics.response(Route::of(&path), status, took);

    let operation = response.extensions_mut().remove::<OperationLog>().unwrap_or_default();
    tracing::info!(
        target: "shelfwise::http::access",
        request_id = client.request_id,
        method = %method,
        path,
        status,
        took_ms = took.as_secs_f64() * 1000.0,
        ip = %client.ip,
        agent = agent.as_ref().and_then(|agent| agent.to_str().ok()),
        operation = operation.name,
        kind = operation.kind,
        errors = ?operation.errors,
        "answered"
    );
    let headers = response.headers_mut();
    security::add_headers(headers);
    if let Ok(id) = HeaderValue::from_str(&client.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
