//! Signatures of the form `t=<seconds>,v1=<hex>`: HMAC-SHA256 over the time, a full stop and the raw body.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::webhook::{REPLAY_WINDOW, WebhookRejected};
use crate::domain::time::Timestamp;

/// More candidates than a rotation of secrets ever needs.
const MAX_CANDIDATES: usize = 8;

/// Checks a signature header over the raw body, in constant time, and the age of the message.
pub(super) fn check(
    header: Option<&str>,
    body: &[u8],
    secret: &[u8],
    now: Timestamp,
) -> Result<(), WebhookRejected> {
    let header = header.ok_or(WebhookRejected::BadSignature)?;
    let mut seconds = None;
    let mut candidates = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => seconds = value.parse::<i64>().ok().map(|number| (number, value)),
            Some(("v1", value)) if candidates.len() < MAX_CANDIDATES => candidates.extend(from_hex(value)),
            _ => {}
        }
    }
    let (seconds, text) = seconds.ok_or(WebhookRejected::BadSignature)?;
    let genuine = candidates
        .iter()
        .any(|candidate| mac(text, body, secret).is_some_and(|mac| mac.verify_slice(candidate).is_ok()));
    if !genuine {
        return Err(WebhookRejected::BadSignature);
    }
    is_fresh(seconds, now)
}

/// Whether a signed time lies within the replay window.
pub(super) fn is_fresh(seconds: i64, now: Timestamp) -> Result<(), WebhookRejected> {
    let away = now.as_millis().saturating_sub(seconds.saturating_mul(1000)).unsigned_abs();
    if u128::from(away) <= REPLAY_WINDOW.as_millis() { Ok(()) } else { Err(WebhookRejected::Stale) }
}

/// The header for a body sent at `now`.
pub(super) fn header(body: &[u8], secret: &[u8], now: Timestamp) -> String {
    let seconds = (now.as_millis() / 1000).to_string();
    let signature = mac(&seconds, body, secret).map(|mac| to_hex(&mac.finalize().into_bytes()));
    format!("t={seconds},v1={}", signature.unwrap_or_default())
}

fn mac(seconds: &str, body: &[u8], secret: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `printf '%s' '1767225600.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test`.
    const VECTOR: &str = "45b40331de0325606dc5400202ade162460fbe48daf9401adfdcd0d7b4f35470";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const SECRET: &[u8] = b"whsec_test";
    const THEN: Timestamp = Timestamp(1_767_225_600_000);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(THEN.as_millis() + seconds * 1000)
    }

    #[test]
    fn a_signature_is_the_one_other_programs_make() {
        assert_eq!(header(BODY, SECRET, THEN), format!("t=1767225600,v1={VECTOR}"));
        let sent = format!("t=1767225600,v1={VECTOR},v0=00");
        assert_eq!(check(Some(&sent), BODY, SECRET, at(10)), Ok(()));
    }

    #[test]
    fn a_changed_body_time_or_secret_is_noticed() {
        let sent = header(BODY, SECRET, THEN);
        let wrong = Err(WebhookRejected::BadSignature);
        assert_eq!(check(Some(&sent), br#"{"id":"evt_2"}"#, SECRET, THEN), wrong);
        assert_eq!(check(Some(&sent.replace("1767225600", "1767225601")), BODY, SECRET, THEN), wrong);
        assert_eq!(check(Some(&sent), BODY, b"other", THEN), wrong);
        for header in
            [None, Some(""), Some("t=1767225600"), Some("v1=zz"), Some("t=x,v1=00"), Some("t=1,v1=é0")]
        {
            assert_eq!(check(header, BODY, SECRET, THEN), wrong, "{header:?}");
        }
    }

    #[test]
    fn one_of_several_signatures_is_enough_while_secrets_rotate() {
        let sent = format!("t=1767225600,v1={},v1={VECTOR}", "00".repeat(32));
        assert_eq!(check(Some(&sent), BODY, SECRET, THEN), Ok(()));
    }

    #[test]
    fn a_message_is_believed_for_five_minutes() {
        let sent = header(BODY, SECRET, THEN);
        assert_eq!(check(Some(&sent), BODY, SECRET, at(300)), Ok(()));
        assert_eq!(check(Some(&sent), BODY, SECRET, at(301)), Err(WebhookRejected::Stale));
        assert_eq!(check(Some(&sent), BODY, SECRET, at(-301)), Err(WebhookRejected::Stale));
    }
}
