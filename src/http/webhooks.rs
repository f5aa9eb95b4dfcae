//! `POST /webhooks/payments/{gateway}`: what gateways tell the shop.
//!
//! Servers call here, not browsers, so no origin is asked for: the signature over the raw body is what counts. The
//! limits on size, time and rate hold as everywhere.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::HttpSettings;
use super::client::Client;
use super::throttle::Throttle;
use crate::payments::{Delivery, Reply, WebhookRejected};
use crate::services::Services;
use crate::services::payments::Received;

/// No gateway sends more.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// Gateways send in bursts after an outage; anybody else has no business here.
const RATE_PER_SECOND: u32 = 50;
const RATE_BURST: u32 = 200;

struct Hooks {
    services: Arc<Services>,
    throttle: Throttle,
    timeout: Duration,
}

pub fn routes(services: &Arc<Services>, settings: &HttpSettings) -> Router {
    let hooks = Hooks {
        services: Arc::clone(services),
        throttle: Throttle::new(RATE_PER_SECOND, RATE_BURST),
        timeout: settings.request_timeout,
    };
    Router::new().route("/webhooks/payments/{gateway}", post(receive)).with_state(Arc::new(hooks))
}

async fn receive(
    State(hooks): State<Arc<Hooks>>,
    Path(gateway): Path<String>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Some(Extension(client)) = client
        && hooks.throttle.check(client.ip).is_err()
    {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")]).into_response();
    }
    let taking = async {
        let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        take(&hooks.services, &gateway, &headers, &body).await
    };
    // Without an answer the gateway sends it again.
    tokio::time::timeout(hooks.timeout, taking)
        .await
        .unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

async fn take(services: &Services, gateway: &str, headers: &HeaderMap, body: &Bytes) -> Response {
    let headers: Vec<(String, String)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let payments = &services.payments;
    match payments.receive(gateway, &Delivery { headers: &headers, body }).await {
        Ok(Received::Taken(reply)) => respond(reply),
        Ok(Received::NoSuchGateway) => StatusCode::NOT_FOUND.into_response(),
        Ok(Received::Rejected(WebhookRejected::BadSignature | WebhookRejected::Stale)) => {
            StatusCode::UNAUTHORIZED.into_response()
        }
        Ok(Received::Rejected(WebhookRejected::Malformed(_))) => StatusCode::BAD_REQUEST.into_response(),
        Err(error) => {
            tracing::error!(gateway, %error, "a webhook could not be kept");
            respond(payments.reply_not_taken(gateway))
        }
    }
}

fn respond(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}
