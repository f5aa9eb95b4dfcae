//! `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: what it did, for Prometheus.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::metrics::Metrics;

/// A readiness check that takes longer than this has failed.
const READINESS_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the parts a request needs are there, such as the database.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// The reason goes to the log, not to the client.
    async fn ready(&self) -> Result<(), String>;
}

/// For servers whose parts cannot be missing.
pub struct AlwaysReady;

#[async_trait]
impl Readiness for AlwaysReady {
    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

pub(super) fn routes(readiness: Arc<dyn Readiness>, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n") }))
        .route("/readyz", get(move || ready(Arc::clone(&readiness))))
        .route("/metrics", get(move || async move { plain(StatusCode::OK, metrics.render()) }))
}

async fn ready(readiness: Arc<dyn Readiness>) -> Response {
    let outcome = match tokio::time::timeout(READINESS_TIMEOUT, readiness.ready()).await {
        Ok(outcome) => outcome,
        Err(_) => Err("the readiness check took too long".to_owned()),
    };
    match outcome {
        Ok(()) => plain(StatusCode::OK, "ready\n"),
        Err(reason) => {
            tracing::warn!(reason, "not ready");
            plain(StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}

fn plain(status: StatusCode, text: impl Into<String>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, text.into()).into_response()
}
