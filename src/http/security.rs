//! Keeping other sites out: response headers, CORS, and the origin checks of requests and sockets.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower::util::Either;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::auth::{CART_HEADER, VISITOR_HEADER};
use super::client::REQUEST_ID;
use super::problem::Problem;
use crate::error::Code;

/// GraphiQL's editor starts workers from blobs and writes style elements; scripts come from us alone.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob: https:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; \
    object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=()"),
    ),
];

/// Adds the headers that every response carries, unless the handler chose its own.
pub(super) fn add_headers(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
}

/// Cross-origin access for the configured origins; without any, browsers keep to their own origin.
pub(super) fn cors(origins: &[String]) -> Either<CorsLayer, tower::layer::util::Identity> {
    let origins: Vec<HeaderValue> =
        origins.iter().filter_map(|origin| HeaderValue::from_str(normal(origin)).ok()).collect();
    if origins.is_empty() {
        return Either::Right(tower::layer::util::Identity::new());
    }
    Either::Left(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([
                header::CONTENT_TYPE,
                header::ACCEPT,
                header::AUTHORIZATION,
                VISITOR_HEADER,
                CART_HEADER,
                REQUEST_ID,
            ])
            .expose_headers([REQUEST_ID, header::RETRY_AFTER, header::WWW_AUTHENTICATE])
            .max_age(Duration::from_secs(600)),
    )
}

/// Refuses a request that its browser marks as coming from a site that is not ours.
pub(super) fn check_site(headers: &HeaderMap, allowed: &[String]) -> Result<(), Problem> {
    let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if (cross_site || headers.contains_key(header::ORIGIN)) && !is_own(headers, allowed, !cross_site) {
        return Err(refused());
    }
    Ok(())
}

/// Refuses a socket opened by a page of another site: browsers ask nobody before opening one.
pub(super) fn check_socket_origin(headers: &HeaderMap, allowed: &[String]) -> Result<(), Problem> {
    if is_own(headers, allowed, true) { Ok(()) } else { Err(refused()) }
}

fn refused() -> Problem {
    Problem::new(Code::CrossSiteRefused, "requests from this origin are not allowed")
}

/// Whether the page that asks is ours. Programs send no `Origin`; what they may do is up to their credentials.
fn is_own(headers: &HeaderMap, allowed: &[String], without_origin: bool) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return without_origin };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
    if allowed.iter().any(|allowed| normal(allowed).eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    match (authority, host) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

fn normal(origin: &str) -> &str {
    origin.trim().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_socket_is_open_to_our_pages_to_configured_ones_and_to_programs() {
        let allowed = ["https://shop.example/".to_owned()];
        let check = |origin: &str| {
            check_socket_origin(&headers(&[("host", "localhost:8080"), ("origin", origin)]), &allowed).is_ok()
        };
        assert!(check("http://localhost:8080") && check("https://shop.example"));
        assert!(!check("http://localhost:9090") && !check("https://evil.example") && !check("null"));
        assert!(!check("http://localhost:8080.evil.example"));
        assert!(check_socket_origin(&headers(&[("host", "localhost:8080")]), &allowed).is_ok());
    }

    #[test]
    fn what_a_browser_marks_as_cross_site_is_refused_even_without_an_origin() {
        let followed_link = headers(&[("host", "a"), ("sec-fetch-site", "cross-site")]);
        assert_eq!(check_site(&followed_link, &[]).unwrap_err().code, Code::CrossSiteRefused);
        assert!(check_site(&headers(&[("host", "a"), ("sec-fetch-site", "same-origin")]), &[]).is_ok());
        let allowed = headers(&[("sec-fetch-site", "cross-site"), ("origin", "https://b")]);
        assert!(check_site(&allowed, &["https://b".to_owned()]).is_ok());
        assert!(check_site(&allowed, &[]).is_err());
    }

    #[test]
    fn a_handler_may_set_its_own_policy() {
        let mut map = headers(&[("x-frame-options", "SAMEORIGIN")]);
        add_headers(&mut map);
        assert_eq!(map.get("x-frame-options").unwrap(), "SAMEORIGIN");
        assert!(map.contains_key(header::CONTENT_SECURITY_POLICY));
    }
}
