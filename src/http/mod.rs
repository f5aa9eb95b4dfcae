//! The server's outside: GraphQL over HTTP and over a WebSocket, the built-in front end, health, metrics.
//!
//! Everything here is generic over the GraphQL executor and over three small traits, so that the protocols can be
//! tested with a tiny schema and run unchanged in front of the real one.

mod accounts;
mod auth;
mod body;
mod client;
pub mod demo;
mod errors;
pub mod exports;
mod frontend;
mod graphql;
mod health;
mod metrics;
mod negotiation;
mod observe;
pub mod pictures;
mod problem;
pub mod sandbox;
mod security;
mod serve;
mod settings;
mod throttle;
pub mod webhooks;
mod websocket;

use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

pub use auth::{AuthFailure, Authenticator, Credentials, RequestScope};
pub use health::{AlwaysReady, Readiness};
pub use serve::serve;
pub use settings::{HttpSettings, SocketSettings};

use crate::context::Context;
use crate::graphql::limits::Limits;
use metrics::Metrics;
use throttle::Throttle;
use websocket::Slots;

/// Responses smaller than this gain nothing from compression.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// What the server is made of; `app` chooses each part.
pub struct Parts<E> {
    pub executor: E,
    pub authenticator: Arc<dyn Authenticator>,
    pub scope: Arc<dyn RequestScope>,
    pub readiness: Arc<dyn Readiness>,
    pub limits: Arc<Limits>,
    pub settings: HttpSettings,
    pub context: Context,
    /// Cancelled when the server stops: open sockets are then closed with "going away".
    pub shutdown: CancellationToken,
    /// Every open socket is tracked here, so that stopping can wait for their closing handshakes.
    pub sockets: TaskTracker,
    /// Routes of other parts (webhooks, demo accounts), served under the same logging and headers.
    pub extra: Router,
}

/// Everything a request needs, shared by all of them.
struct Api<E> {
    executor: E,
    authenticator: Arc<dyn Authenticator>,
    scope: Arc<dyn RequestScope>,
    limits: Arc<Limits>,
    settings: HttpSettings,
    context: Context,
    shutdown: CancellationToken,
    sockets: TaskTracker,
    throttle: Throttle,
    socket_slots: Arc<Slots>,
    metrics: Arc<Metrics>,
}

/// The whole server as one service, to be run by [`serve`]: without the peer's address that it adds, all requests share
/// one rate limit.
pub fn router<E: Executor>(parts: Parts<E>) -> Router {
    let metrics = Arc::new(Metrics::default());
    let observer = observe::Observer::new(&parts.settings, parts.context.clone(), Arc::clone(&metrics));
    let cors = security::cors(&parts.settings.allowed_origins);
    let api = Arc::new(Api {
        executor: parts.executor,
        authenticator: parts.authenticator,
        scope: parts.scope,
        limits: parts.limits,
        socket_slots: Slots::new(parts.settings.socket.sockets, parts.settings.socket.sockets_per_address),
        throttle: Throttle::new(parts.settings.rate_per_second, parts.settings.rate_burst),
        settings: parts.settings,
        context: parts.context,
        shutdown: parts.shutdown,
        sockets: parts.sockets,
        metrics: Arc::clone(&metrics),
    });
    let compressible = SizeAbove::new(COMPRESS_ABOVE_BYTES).and(NotForContentType::IMAGES);
    let graphql = get(graphql::get::<E>)
        .post(graphql::post::<E>)
        .options(graphql::options)
        .fallback(graphql::method_not_allowed);
    Router::new()
        .route("/graphql", graphql)
        .with_state(api)
        .merge(health::routes(parts.readiness, metrics))
        .merge(parts.extra)
        .fallback(frontend::serve)
        .layer(CompressionLayer::new().compress_when(compressible))
        .layer(cors)
        .layer(from_fn_with_state(observer, observe::observe))
}
