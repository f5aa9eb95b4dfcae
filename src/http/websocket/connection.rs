//! One socket from its first message to its closing handshake.
//!
//! A single task reads, runs the operations and writes. While a write waits for the client, nothing else is polled: a
//! slow client slows its own operations down, and one that stops reading is dropped after the write timeout.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Executor;
use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use futures_util::future::AbortHandle;
use futures_util::stream::{BoxStream, SelectAll};
use serde_json::{Map, Value};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::operation::{self, Event};
use super::protocol::{ClientMessage, Close, SUBPROTOCOL, ServerMessage};
use crate::domain::caller::Caller;
use crate::error::Code;
use crate::graphql::limits::request_error;
use crate::http::auth::{AuthFailure, Credentials};
use crate::http::client::Client;
use crate::http::graphql::admitted_kind;
use crate::http::{Api, body, errors};

/// How long the peer may take to answer our close.
const CLOSING_HANDSHAKE: Duration = Duration::from_secs(1);
/// So many silent keep-alive intervals mean that nobody is there.
const SILENT_INTERVALS: u32 = 2;
const FAR_FUTURE: Duration = Duration::from_secs(365 * 86_400);

/// How a connection ends.
enum End {
    /// We close it and say why.
    Close(Close),
    /// The peer has gone or does not read: there is nobody to tell.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// Runs the protocol until one side has had enough.
pub(super) async fn serve<E: Executor>(mut socket: WebSocket, api: Arc<Api<E>>, client: Client) {
    api.metrics.socket_opened();
    let spoken = socket.protocol().is_some_and(|protocol| protocol == SUBPROTOCOL);
    let end = if spoken {
        let mut connection = Connection {
            api: &api,
            client: &client,
            caller: None,
            expires: Instant::now() + FAR_FUTURE,
            running: HashMap::new(),
            events: SelectAll::new(),
        };
        connection.run(&mut socket).await
    } else {
        End::Close(Close::SubprotocolNotAcceptable)
    };
    let code = match end {
        End::Gone => None,
        End::Close(close) => {
            let code = close.code();
            let message = close.into_message();
            if let Ok(Ok(())) = timeout(api.settings.socket.write_timeout, socket.send(message)).await {
                let drained = async { while let Some(Ok(_)) = socket.recv().await {} };
                timeout(CLOSING_HANDSHAKE, drained).await.ok();
            }
            Some(code)
        }
    };
    tracing::debug!(request_id = client.request_id, ip = %client.ip, code, "socket closed");
    api.metrics.socket_closed();
}

struct Connection<'a, E> {
    api: &'a Api<E>,
    client: &'a Client,
    /// Known once `connection_init` was accepted.
    caller: Option<Caller>,
    expires: Instant,
    running: HashMap<String, AbortHandle>,
    events: SelectAll<BoxStream<'static, (String, Event)>>,
}

impl<E: Executor> Connection<'_, E> {
    async fn run(&mut self, socket: &mut WebSocket) -> End {
        let settings = &self.api.settings.socket;
        let opened = Instant::now();
        let init_deadline = opened + settings.init_timeout;
        let mut keep_alive = interval_at(opened + settings.keep_alive, settings.keep_alive);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = opened;
        loop {
            let outcome = tokio::select! {
                () = self.api.shutdown.cancelled() => Err(Close::GoingAway.into()),
                () = sleep_until(init_deadline), if self.caller.is_none() => Err(Close::InitTimeout.into()),
                () = sleep_until(self.expires) => Err(unauthorized(&AuthFailure::Expired)),
                _ = keep_alive.tick() => {
                    if heard.elapsed() > settings.keep_alive * SILENT_INTERVALS {
                        Err(End::Gone)
                    } else {
                        self.keep_alive(socket).await
                    }
                }
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => self.receive(socket, message).await,
                        Some(Err(error)) => Err(broken(&error, settings.message_bytes)),
                        None => Err(End::Gone),
                    }
                }
                Some((id, event)) = self.events.next(), if !self.events.is_empty() => {
                    self.send_event(socket, &id, event).await
                }
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    async fn keep_alive(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if let Some(caller) = &self.caller
            && let Err(failure) = self.api.authenticator.revalidate(caller).await
            // An outage of the check is not the caller's fault; the next interval asks again.
            && !matches!(failure, AuthFailure::Unavailable(_))
        {
            return Err(unauthorized(&failure));
        }
        self.send(socket, Message::Ping(Vec::new().into())).await
    }

    async fn receive(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => {
                return Err(Close::InvalidMessage("messages have to be text".to_owned()).into());
            }
            // The transport answers pings and closes by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        let limit = self.api.settings.socket.message_bytes;
        if text.len() > limit {
            return Err(Close::MessageTooBig { limit }.into());
        }
        match ClientMessage::parse(&text)? {
            ClientMessage::ConnectionInit { payload } => self.init(socket, payload.as_ref()).await,
            ClientMessage::Subscribe { id, payload } => self.subscribe(socket, id, payload).await,
            ClientMessage::Complete { id } => {
                if let Some(operation) = self.running.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
            ClientMessage::Ping { payload } => {
                self.send(socket, ServerMessage::Pong { payload }.into_message()?).await
            }
            ClientMessage::Pong => Ok(()),
        }
    }

    async fn init(
        &mut self,
        socket: &mut WebSocket,
        payload: Option<&Map<String, Value>>,
    ) -> Result<(), End> {
        if self.caller.is_some() {
            return Err(Close::TooManyInits.into());
        }
        let credentials = Credentials::from_init(payload).map_err(|failure| unauthorized(&failure))?;
        let checked =
            timeout(self.api.settings.request_timeout, self.api.authenticator.authenticate(credentials));
        let mut caller = checked
            .await
            .unwrap_or_else(|_| Err(AuthFailure::Unavailable("timed out".to_owned())))
            .map_err(|failure| unauthorized(&failure))?;
        caller.ip = Some(self.client.ip);
        caller.user_agent.clone_from(&self.client.user_agent);
        caller.request_id.clone_from(&self.client.request_id);
        if let Some(expires_at) = caller.expires_at() {
            self.expires = Instant::now() + expires_at.since(self.api.context.now()).min(FAR_FUTURE);
        }
        self.caller = Some(caller);
        self.send(socket, ServerMessage::ConnectionAck.into_message()?).await
    }

    async fn subscribe(&mut self, socket: &mut WebSocket, id: String, payload: Value) -> Result<(), End> {
        let Some(caller) = self.caller.clone() else {
            return Err(Close::Unauthorized("connection_init has to come first".to_owned()).into());
        };
        if self.running.contains_key(&id) {
            return Err(Close::DuplicateId(id).into());
        }
        let limit = self.api.settings.socket.operations;
        if self.running.len() >= limit {
            let message = format!("{limit} operations are running on this socket, the limit is {limit}");
            let error = request_error(Code::RateLimited, message, None);
            return self.send_event(socket, &id, Event::Error(vec![error])).await;
        }
        let mut request =
            body::from_value(payload).map_err(|problem| Close::InvalidMessage(problem.message))?;
        if let Err(problem) = self.api.throttle.check(self.client.ip) {
            let error = request_error(problem.code, problem.message, None);
            return self.send_event(socket, &id, Event::Error(vec![error])).await;
        }
        let kind = match admitted_kind(&mut request, self.api) {
            Ok(kind) => kind,
            Err(error) => {
                let mut errors = vec![error];
                errors::finish(&mut errors, &self.client.request_id);
                return self.send_event(socket, &id, Event::Error(errors)).await;
            }
        };
        let request = self.api.scope.prepare(request, caller);
        let (events, handle) = operation::start(
            &self.api.executor,
            request,
            kind,
            self.api.settings.request_timeout,
            id.clone(),
            self.client.request_id.clone(),
        );
        self.api.metrics.socket_operation();
        self.events.push(events);
        self.running.insert(id, handle);
        Ok(())
    }

    async fn send_event(&mut self, socket: &mut WebSocket, id: &str, event: Event) -> Result<(), End> {
        let message = match &event {
            Event::Next(payload) => ServerMessage::Next { id, payload },
            Event::Error(payload) => ServerMessage::Error { id, payload },
            Event::Complete => ServerMessage::Complete { id },
        };
        if !matches!(event, Event::Next(_)) {
            self.running.remove(id);
        }
        self.api.metrics.socket_message();
        self.send(socket, message.into_message()?).await
    }

    async fn send(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        match timeout(self.api.settings.socket.write_timeout, socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => {
                let (request_id, ip) = (&self.client.request_id, self.client.ip);
                tracing::info!(request_id, %ip, "a socket was dropped because its client does not read");
                Err(End::Gone)
            }
        }
    }
}

/// 4401 asks for fresh credentials, 4403 says that they would not help.
fn unauthorized(failure: &AuthFailure) -> End {
    let reason = failure.to_string();
    End::Close(match failure {
        AuthFailure::Invalid | AuthFailure::Expired => Close::Unauthorized(reason),
        AuthFailure::Forbidden => Close::Forbidden(reason),
        AuthFailure::Malformed(_) => Close::InvalidMessage(reason),
        AuthFailure::Unavailable(cause) => {
            tracing::error!(cause, "credentials could not be checked");
            Close::InternalError
        }
    })
}

/// What is far too long for the transport never becomes a message; its text is all that tells it from a lost peer.
fn broken(error: &axum::Error, limit: usize) -> End {
    if error.to_string().contains("too long") {
        End::Close(Close::MessageTooBig { limit })
    } else {
        End::Gone
    }
}
