//! Where a request comes from, and the id it is known by.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::USER_AGENT;
use axum::http::{Extensions, HeaderMap, HeaderName};

use crate::context::Context;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const MAX_REQUEST_ID_BYTES: usize = 64;
const MAX_USER_AGENT: usize = 200;

/// Put into every request's extensions by the observing layer.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub ip: IpAddr,
    pub request_id: String,
    /// What the client calls itself, cut short.
    pub user_agent: Option<String>,
}

impl Client {
    pub(super) fn of(
        headers: &HeaderMap,
        extensions: &Extensions,
        trusted_proxies: &[IpAddr],
        context: &Context,
    ) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        // Without a peer address (a service called in process) all share one key, never an unlimited one.
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        Self {
            ip: origin(peer, headers, trusted_proxies),
            request_id: request_id(headers, context),
            user_agent: user_agent(headers),
        }
    }
}

/// Walks `X-Forwarded-For` from its trustworthy end: each hop is believed only if a trusted proxy wrote it.
fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut current = peer;
    if !trusted.contains(&current) {
        return current;
    }
    let hops: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        current = address.to_canonical();
        if !trusted.contains(&current) {
            break;
        }
    }
    current
}

/// Without control characters, which `to_str` refuses; long ones lose their end.
fn user_agent(headers: &HeaderMap) -> Option<String> {
    let name: String = headers.get(USER_AGENT)?.to_str().ok()?.chars().take(MAX_USER_AGENT).collect();
    Some(name).filter(|name| !name.is_empty())
}

/// The caller's own id where it is harmless to log, a fresh one otherwise.
fn request_id(headers: &HeaderMap, context: &Context) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    headers
        .get(REQUEST_ID)
        .map(|value| value.as_bytes())
        .filter(|id| (1..=MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.iter().all(plain))
        .and_then(|id| std::str::from_utf8(id).ok())
        .map_or_else(|| format!("{:016x}", context.random_u64()), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        assert_eq!(origin(ip("9.9.9.9"), &forwarded(&["1.1.1.1"]), &[]), ip("9.9.9.9"));
    }

    #[test]
    fn behind_proxies_the_last_untrusted_hop_counts() {
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        let headers = forwarded(&["6.6.6.6, 7.7.7.7", "10.0.0.2"]);
        assert_eq!(origin(ip("10.0.0.1"), &headers, &trusted), ip("7.7.7.7"));
        assert_eq!(origin(ip("10.0.0.1"), &forwarded(&["nonsense"]), &trusted), ip("10.0.0.1"));
    }

    #[test]
    fn a_request_id_that_could_forge_log_lines_is_replaced() {
        let context = Context::system();
        let id = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, value.parse().unwrap());
            request_id(&headers, &context)
        };
        assert_eq!(id("abc-123"), "abc-123");
        assert_ne!(id("a b"), "a b");
        assert_eq!(id(&"x".repeat(65)).len(), 16);
    }
}
