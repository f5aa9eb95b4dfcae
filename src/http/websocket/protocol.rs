//! The messages of `graphql-transport-ws` and the codes a socket is closed with.

use async_graphql::{Response, ServerError};
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";
/// A control frame carries 125 bytes, two of which are the code.
const MAX_REASON_BYTES: usize = 123;
const MAX_ID_BYTES: usize = 128;

/// Why the server closes a socket. The numbers from 4400 on are the protocol's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    GoingAway,
    MessageTooBig { limit: usize },
    InternalError,
    InvalidMessage(String),
    Unauthorized(String),
    Forbidden(String),
    SubprotocolNotAcceptable,
    InitTimeout,
    DuplicateId(String),
    TooManyInits,
}

impl Close {
    pub(super) const fn code(&self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::MessageTooBig { .. } => 1009,
            Self::InternalError => 4500,
            Self::InvalidMessage(_) => 4400,
            Self::Unauthorized(_) => 4401,
            Self::Forbidden(_) => 4403,
            Self::SubprotocolNotAcceptable => 4406,
            Self::InitTimeout => 4408,
            Self::DuplicateId(_) => 4409,
            Self::TooManyInits => 4429,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::GoingAway => "the server is stopping".to_owned(),
            Self::MessageTooBig { limit } => format!("messages may have at most {limit} bytes"),
            Self::InternalError => "something went wrong on our side".to_owned(),
            Self::InvalidMessage(reason) | Self::Unauthorized(reason) | Self::Forbidden(reason) => {
                reason.clone()
            }
            Self::SubprotocolNotAcceptable => format!("this server speaks {SUBPROTOCOL}"),
            Self::InitTimeout => "connection_init did not come in time".to_owned(),
            Self::DuplicateId(id) => format!("an operation with the id {id} is running already"),
            Self::TooManyInits => "connection_init may be sent only once".to_owned(),
        }
    }

    pub(super) fn into_message(self) -> Message {
        let mut reason = self.reason();
        if reason.len() > MAX_REASON_BYTES {
            let end = (0..=MAX_REASON_BYTES).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
            reason.truncate(end);
        }
        Message::Close(Some(CloseFrame { code: self.code(), reason: reason.into() }))
    }
}

#[derive(Debug, PartialEq)]
pub(super) enum ClientMessage {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Subscribe { id: String, payload: Value },
    Complete { id: String },
    Ping { payload: Option<Value> },
    Pong,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    id: Option<Value>,
    payload: Option<Value>,
}

impl ClientMessage {
    pub(super) fn parse(text: &str) -> Result<Self, Close> {
        let invalid = |reason: String| Close::InvalidMessage(reason);
        // Without this a JSON array would be read as the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(invalid("a message has to be a JSON object".to_owned()));
        }
        let Envelope { kind, id, payload } = serde_json::from_str(text)
            .map_err(|error| invalid(format!("the message is malformed: {error}")))?;
        let map = |payload: Option<Value>| match payload {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(invalid(format!("the payload of {kind} has to be an object"))),
        };
        match kind.as_str() {
            "connection_init" => Ok(Self::ConnectionInit { payload: map(payload)? }),
            "ping" => Ok(Self::Ping { payload: map(payload)?.map(Value::Object) }),
            "pong" => map(payload).map(|_| Self::Pong),
            "subscribe" => {
                let payload = payload.ok_or_else(|| invalid("subscribe needs a payload".to_owned()))?;
                Ok(Self::Subscribe { id: operation_id(id, &kind)?, payload })
            }
            "complete" => Ok(Self::Complete { id: operation_id(id, &kind)? }),
            other => Err(invalid(format!(
                "no message has the type {}",
                other.chars().take(40).collect::<String>()
            ))),
        }
    }
}

fn operation_id(id: Option<Value>, kind: &str) -> Result<String, Close> {
    match id {
        Some(Value::String(id)) if (1..=MAX_ID_BYTES).contains(&id.len()) => Ok(id),
        Some(Value::String(_)) => {
            Err(Close::InvalidMessage(format!("the id of {kind} has to have 1 to {MAX_ID_BYTES} bytes")))
        }
        _ => Err(Close::InvalidMessage(format!("{kind} needs an id, a string"))),
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Next {
        id: &'a str,
        payload: &'a Response,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
}

impl ServerMessage<'_> {
    pub(super) fn into_message(self) -> Result<Message, Close> {
        match serde_json::to_string(&self) {
            Ok(text) => Ok(Message::Text(text.into())),
            Err(error) => {
                tracing::error!(%error, "a socket message could not be written");
                Err(Close::InternalError)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        ClientMessage::parse(text).err().map(|close| close.reason()).unwrap_or_default()
    }

    #[test]
    fn every_client_message_is_read() {
        assert_eq!(
            ClientMessage::parse(r#"{"type":"connection_init"}"#),
            Ok(ClientMessage::ConnectionInit { payload: None })
        );
        assert_eq!(ClientMessage::parse(r#"{"type":"pong","payload":null}"#), Ok(ClientMessage::Pong));
        assert_eq!(
            ClientMessage::parse(r#"{"type":"complete","id":"1"}"#),
            Ok(ClientMessage::Complete { id: "1".into() })
        );
    }

    #[test]
    fn each_malformed_message_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "JSON object"),
            ("[]", "JSON object"),
            ("{", "malformed"),
            ("{}", "missing field `type`"),
            (r#"{"type":"start"}"#, "no message has the type start"),
            (r#"{"type":"subscribe","id":"1"}"#, "needs a payload"),
            (r#"{"type":"subscribe","payload":{"query":"{a}"}}"#, "needs an id"),
            (r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#, "needs an id"),
            (r#"{"type":"complete","id":""}"#, "1 to 128"),
            (r#"{"type":"ping","payload":"x"}"#, "has to be an object"),
            (r#"{"type":"connection_init","payload":[]}"#, "has to be an object"),
        ] {
            assert!(refusal(text).contains(reason), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn a_long_reason_is_cut_at_a_character() {
        let Message::Close(Some(frame)) = Close::InvalidMessage("é".repeat(100)).into_message() else {
            panic!("not a close message")
        };
        assert_eq!((frame.code, frame.reason.len()), (4400, 122));
    }
}
