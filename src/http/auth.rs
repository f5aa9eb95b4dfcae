//! Who is asking: credentials as they arrive, and the two traits that turn them into a request's scope.

use async_graphql::Request;
use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderName, header};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::domain::caller::Caller;
use crate::error::Code;
use crate::graphql::scope::Scope;

pub(super) const VISITOR_HEADER: HeaderName = HeaderName::from_static("x-visitor-id");
pub(super) const CART_HEADER: HeaderName = HeaderName::from_static("x-cart-token");
const MAX_CREDENTIAL_BYTES: usize = 4096;

/// What a request or a socket's `connection_init` says about its sender, unverified.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The access token, without the word "Bearer".
    pub bearer: Option<String>,
    pub visitor: Option<String>,
    pub cart_token: Option<String>,
}

/// Why credentials were turned down. A bad token is never treated as none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthFailure {
    #[error("the access token is not valid")]
    Invalid,
    #[error("the access token has expired")]
    Expired,
    #[error("this account may not use the shop")]
    Forbidden,
    /// The header or field named does not have the form of its kind.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// The check itself failed; the cause is for the log.
    #[error("signing in is not possible now")]
    Unavailable(String),
}

impl AuthFailure {
    pub fn code(&self) -> Code {
        match self {
            Self::Invalid | Self::Expired => Code::Unauthenticated,
            Self::Forbidden => Code::Forbidden,
            Self::Malformed(_) => Code::BadRequest,
            Self::Unavailable(_) => Code::Unavailable,
        }
    }
}

/// Verifies credentials.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The caller behind the credentials; no credentials at all is an anonymous caller, not a failure.
    async fn authenticate(&self, credentials: Credentials) -> Result<Caller, AuthFailure>;

    /// Asked now and then while a socket is open: does the caller's session still stand?
    async fn revalidate(&self, _caller: &Caller) -> Result<(), AuthFailure> {
        Ok(())
    }
}

/// Attaches what resolvers need (the caller, per-request loaders) to one operation.
pub trait RequestScope: Send + Sync {
    fn prepare(&self, request: Request, caller: Caller) -> Request;
}

impl RequestScope for Scope {
    fn prepare(&self, request: Request, caller: Caller) -> Request {
        Self::prepare(self, request, caller)
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = |secret: &Option<String>| secret.as_ref().map(|_| "…");
        f.debug_struct("Credentials")
            .field("bearer", &hidden(&self.bearer))
            .field("visitor", &self.visitor)
            .field("cart_token", &hidden(&self.cart_token))
            .finish()
    }
}

impl Credentials {
    pub(super) fn from_headers(headers: &HeaderMap) -> Result<Self, AuthFailure> {
        Ok(Self {
            bearer: single(headers, &header::AUTHORIZATION, "the Authorization header")?
                .map(|value| bearer(&value))
                .transpose()?,
            visitor: single(headers, &VISITOR_HEADER, "the X-Visitor-Id header")?,
            cart_token: single(headers, &CART_HEADER, "the X-Cart-Token header")?,
        })
    }

    /// Reads a `connection_init` payload: `{authorization, visitorId, cartToken}`, the header spellings of the same,
    /// or either of these inside `headers`. Unknown fields are the client's business.
    pub(super) fn from_init(payload: Option<&Map<String, Value>>) -> Result<Self, AuthFailure> {
        let Some(payload) = payload else { return Ok(Self::default()) };
        let nested = payload.get("headers").and_then(Value::as_object);
        let find = |names: [&str; 2]| -> Result<Option<String>, AuthFailure> {
            let mut fields = payload.iter().chain(nested.into_iter().flatten());
            let found = fields.find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
            match found {
                None | Some((_, Value::Null)) => Ok(None),
                Some((_, Value::String(text))) if text.is_empty() => Ok(None),
                Some((_, Value::String(text))) if text.len() <= MAX_CREDENTIAL_BYTES => {
                    Ok(Some(text.clone()))
                }
                Some(_) => Err(AuthFailure::Malformed("a credential in the connection_init payload")),
            }
        };
        Ok(Self {
            bearer: find(["authorization", "authorization"])?.map(|value| bearer(&value)).transpose()?,
            visitor: find(["visitorId", VISITOR_HEADER.as_str()])?,
            cart_token: find(["cartToken", CART_HEADER.as_str()])?,
        })
    }
}

fn single(
    headers: &HeaderMap,
    name: &HeaderName,
    described: &'static str,
) -> Result<Option<String>, AuthFailure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(|_| AuthFailure::Malformed(described))?.trim();
    if values.next().is_some() || text.len() > MAX_CREDENTIAL_BYTES {
        return Err(AuthFailure::Malformed(described));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn bearer(value: &str) -> Result<String, AuthFailure> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(token.trim().to_owned())
        }
        _ => Err(AuthFailure::Invalid),
    }
}

impl From<AuthFailure> for Problem {
    fn from(failure: AuthFailure) -> Self {
        if let AuthFailure::Unavailable(cause) = &failure {
            tracing::error!(cause, "credentials could not be checked");
        }
        let challenge = match failure {
            AuthFailure::Invalid | AuthFailure::Expired => Some(r#"Bearer error="invalid_token""#),
            _ => None,
        };
        let problem = Self::new(failure.code(), failure.to_string());
        match challenge {
            Some(challenge) => problem.with_header(header::WWW_AUTHENTICATE, challenge),
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(payload: &Value) -> Result<Credentials, AuthFailure> {
        Credentials::from_init(payload.as_object())
    }

    #[test]
    fn the_init_payload_may_spell_credentials_in_several_ways() {
        let expected = Credentials {
            bearer: Some("abc".into()),
            visitor: Some("v1".into()),
            cart_token: Some("c1".into()),
        };
        for payload in [
            serde_json::json!({"authorization": "Bearer abc", "visitorId": "v1", "cartToken": "c1"}),
            serde_json::json!({"Authorization": "bearer abc", "X-Visitor-Id": "v1", "x-cart-token": "c1"}),
            serde_json::json!({"headers": {"Authorization": "Bearer abc", "X-Visitor-Id": "v1", "X-Cart-Token": "c1"}}),
        ] {
            assert_eq!(init(&payload), Ok(expected.clone()), "{payload}");
        }
    }

    #[test]
    fn nothing_given_is_anonymous_and_nonsense_is_refused() {
        assert_eq!(Credentials::from_init(None), Ok(Credentials::default()));
        assert_eq!(init(&serde_json::json!({"authorization": null})), Ok(Credentials::default()));
        assert_eq!(init(&serde_json::json!({"authorization": "abc"})), Err(AuthFailure::Invalid));
        assert!(init(&serde_json::json!({"authorization": 7})).is_err());
    }

    #[test]
    fn two_authorization_headers_are_refused_rather_than_chosen_from() {
        let mut headers = HeaderMap::new();
        headers.append(header::AUTHORIZATION, "Bearer a".parse().unwrap());
        headers.append(header::AUTHORIZATION, "Bearer b".parse().unwrap());
        assert!(matches!(Credentials::from_headers(&headers), Err(AuthFailure::Malformed(_))));
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let credentials = Credentials { bearer: Some("hunter2".into()), ..Credentials::default() };
        assert!(!format!("{credentials:?}").contains("hunter2"));
    }
}
