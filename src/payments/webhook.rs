//! A webhook on its way in: raw, verified, answered.

use std::time::Duration;

/// How old a signed message may be, and how far ahead a gateway's clock may run.
pub(super) const REPLAY_WINDOW: Duration = Duration::from_secs(300);

/// A request to a webhook address, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Names in lower case, and values.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// The one header of that name; none when it is missing or sent twice.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// The body as text.
    pub fn text(&self) -> Result<&'a str, WebhookRejected> {
        std::str::from_utf8(self.body).map_err(|_| WebhookRejected::Malformed("the body is not utf-8"))
    }
}

/// A webhook whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The gateway's own name for the event; the same whenever it is sent again.
    pub event_id: String,
    /// What it said, decrypted where it came encrypted.
    pub payload: String,
}

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRejected {
    #[error("the signature is missing or wrong")]
    BadSignature,
    #[error("the message is too old, or from the future")]
    Stale,
    #[error("{0}")]
    Malformed(&'static str),
}

/// What the gateway wants to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: &'static str,
}

impl Reply {
    /// A plain JSON answer.
    pub fn json(taken: bool) -> Self {
        let (status, body) =
            if taken { (200, r#"{"received":true}"#) } else { (503, r#"{"received":false}"#) };
        Self { status, content_type: "application/json", body }
    }
}
