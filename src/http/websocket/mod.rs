//! Subscriptions, queries and mutations over a WebSocket, in the `graphql-transport-ws` protocol.

mod connection;
mod operation;
mod protocol;
mod slots;

use std::sync::Arc;

use async_graphql::Executor;
use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::Api;
use super::client::Client;
use super::negotiation::Media;
use super::problem::Problem;
use super::security;
use crate::error::Code;

pub(super) use slots::Slots;

/// The transport reads a little beyond the limit, so that a message just above it can be told why it is refused.
const READ_BEYOND_LIMIT: usize = 2;

pub(super) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// Answers the handshake; the protocol then runs in a task of its own.
pub(super) async fn upgrade<E: Executor>(api: Arc<Api<E>>, client: Client, parts: &mut Parts) -> Response {
    let origin = security::check_socket_origin(&parts.headers, &api.settings.allowed_origins);
    if let Err(problem) = origin.and_then(|()| api.throttle.check(client.ip)) {
        return problem.into_response(Media::Json);
    }
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let Some(slot) = api.socket_slots.take(client.ip) else {
        let message = "too many sockets are open; close one or try again later";
        return Problem::new(Code::RateLimited, message).into_response(Media::Json);
    };
    let message_bytes = api.settings.socket.message_bytes;
    upgrade
        .protocols([protocol::SUBPROTOCOL])
        .max_message_size(message_bytes.saturating_mul(READ_BEYOND_LIMIT))
        .max_frame_size(message_bytes.saturating_mul(READ_BEYOND_LIMIT))
        .on_upgrade(move |socket| {
            let sockets = api.sockets.clone();
            sockets.track_future(async move {
                connection::serve(socket, api, client).await;
                drop(slot);
            })
        })
}
