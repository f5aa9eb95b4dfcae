//! The two tokens of a session: a short-lived signed one for requests, an opaque one that renews it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::people::{OneTimeToken, TokenPurpose};
use crate::domain::text::Email;
use crate::domain::time::{SECOND_MS, Timestamp};
use crate::services::error::ServiceError;

const ISSUER: &str = "shelfwise";
/// A token longer than this is none of ours.
const LONGEST: usize = 1_024;

/// What an access token says. Role and permissions are looked up, so that taking them away works at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// Signs and reads access tokens (HS256).
#[derive(Clone)]
pub(super) struct AccessTokens {
    sign: EncodingKey,
    verify: DecodingKey,
}

impl AccessTokens {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self { sign: EncodingKey::from_secret(secret), verify: DecodingKey::from_secret(secret) }
    }

    pub(super) fn issue(&self, access: Access, now: Timestamp) -> Result<String, ServiceError> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: access.user.to_string(),
            sid: access.session.to_string(),
            iat: now.as_millis().div_euclid(SECOND_MS),
            exp: access.expires_at.as_millis().div_euclid(SECOND_MS),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign)
            .map_err(|error| ServiceError::Internal(format!("an access token could not be signed: {error}")))
    }

    /// What the token says, if it is ours. Whether its time has run out, the caller checks.
    pub(super) fn read(&self, token: &str) -> Option<Access> {
        if token.len() > LONGEST {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        // Against the injected clock later, not the machine's.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verify, &validation).ok()?.claims;
        let expires_at = Timestamp::from_millis(claims.exp.checked_mul(SECOND_MS)?);
        let access = Access { user: claims.sub.parse().ok()?, session: claims.sid.parse().ok()?, expires_at };
        Some(access)
    }
}

/// A fresh refresh or cart token: 256 unguessable bits.
pub(in crate::services) fn new_refresh_token(context: &Context) -> String {
    URL_SAFE_NO_PAD.encode(context.random_bytes::<32>())
}

/// How long a single-use token works.
const fn life(purpose: TokenPurpose) -> Duration {
    const HOUR: u64 = 60 * 60;
    Duration::from_secs(match purpose {
        TokenPurpose::EmailVerification => 48 * HOUR,
        TokenPurpose::PasswordReset => HOUR,
        TokenPurpose::EmailChange => 24 * HOUR,
    })
}

/// A fresh single-use token: as the store keeps it, and as it goes into a letter.
pub fn single_use_token(
    context: &Context,
    user: UserId,
    purpose: TokenPurpose,
    email: Option<Email>,
) -> (OneTimeToken, String) {
    let secret = new_refresh_token(context);
    let created_at = context.now();
    let token = OneTimeToken {
        hash: stored_form(&secret).unwrap_or_default(),
        user_id: user,
        purpose,
        email,
        created_at,
        expires_at: created_at + life(purpose),
    };
    (token, secret)
}

/// What opens an API key, to tell it from an access token.
const API_KEY_PREFIX: &str = "swk_";

/// A fresh API key.
pub(super) fn new_api_key(context: &Context) -> String {
    format!("{API_KEY_PREFIX}{}", new_refresh_token(context))
}

/// The form under which the store keeps an API key; `None` for text that is none.
pub(super) fn stored_api_key(text: &str) -> Option<String> {
    stored_form(text.strip_prefix(API_KEY_PREFIX)?)
}

/// The form under which the store keeps a token; `None` for text that was never one.
pub(in crate::services) fn stored_form(token: &str) -> Option<String> {
    let bytes = (token.len() == 43).then(|| URL_SAFE_NO_PAD.decode(token).ok())??;
    Some(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn access() -> Access {
        Access {
            user: Uuid::from_u128(1).into(),
            session: Uuid::from_u128(2).into(),
            expires_at: NOW + Duration::from_secs(900),
        }
    }

    #[test]
    fn an_access_token_reads_back() {
        let tokens = AccessTokens::new(&[7; 32]);
        let token = tokens.issue(access(), NOW).unwrap();
        assert_eq!(tokens.read(&token), Some(access()));
    }

    #[test]
    fn a_token_signed_otherwise_is_not_ours() {
        let tokens = AccessTokens::new(&[7; 32]);
        let token = AccessTokens::new(&[8; 32]).issue(access(), NOW).unwrap();
        assert_eq!(tokens.read(&token), None);
        let ours = tokens.issue(access(), NOW).unwrap();
        let body = ours.split('.').nth(1).unwrap();
        let unsigned = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#));
        for wrong in [unsigned.as_str(), "", "a.b.c", &"a".repeat(5_000)] {
            assert_eq!(tokens.read(wrong), None, "{wrong:.30}");
        }
    }

    #[test]
    fn an_api_key_is_told_from_an_access_token_by_how_it_begins() {
        let key = new_api_key(&Context::system());
        assert!(key.starts_with("swk_") && stored_api_key(&key).is_some());
        assert_eq!(stored_api_key(&key[4..]), None);
        assert_eq!(stored_api_key("swk_short"), None);
    }

    #[test]
    fn refresh_tokens_are_stored_as_their_hash_alone() {
        let token = new_refresh_token(&Context::system());
        let stored = stored_form(&token).unwrap();
        assert_eq!((token.len(), stored.len()), (43, 64));
        assert_eq!(stored_form(&token), Some(stored));
        for wrong in ["", "x", &"ä".repeat(43), &"A".repeat(44)] {
            assert_eq!(stored_form(wrong), None);
        }
    }
}
