//! Failed logins and letters asked for, counted per address and per sender in the store; after a few, each doubles the
//! wait for the next.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::services::error::ServiceError;
use crate::storage::Storage;
use crate::storage::sessions::SignInFailures;

/// Failures an address gets for free, and those a sender gets: many people may share one.
const FREE_PER_ADDRESS: i64 = 5;
const FREE_PER_SENDER: i64 = 30;
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// Letters an address gets without waiting, and those a sender may ask for.
const FREE_LETTERS: i64 = 3;
const FREE_LETTERS_PER_SENDER: i64 = 20;
const FIRST_LETTER_DELAY: Duration = Duration::from_secs(60);
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// Failures this old no longer count.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// The memory of failed logins, shared by every instance.
#[derive(Clone)]
pub(super) struct Throttle {
    storage: Arc<dyn Storage>,
}

/// An attempt that was counted and may turn out to be a success.
pub(super) struct Attempt {
    key: String,
    /// When the one before it was.
    before: Timestamp,
    at: Timestamp,
}

impl Throttle {
    pub(super) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }

    /// Counts an attempt on the address before its outcome is known; the error is how long to wait still. Of many at
    /// once only as many get through as would one after the other.
    pub(super) async fn admit(
        &self,
        address: &Email,
        sender: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Result<Attempt, Duration>, ServiceError> {
        let key = address_key(address);
        let before = self.storage.sign_in_failures(&key).await?;
        let wait = remaining(before, FREE_PER_ADDRESS, FIRST_DELAY, now);
        let wait = wait.max(self.wait_for_sender(sender, now).await?.unwrap_or_default());
        if !wait.is_zero() {
            return Ok(Err(wait));
        }
        let counted = self.count(&key, now).await?;
        let others = counted.count.saturating_sub(before.map_or(0, |before| before.count) + 1);
        let wait = delay(counted.count - 1, FREE_PER_ADDRESS, FIRST_DELAY);
        if others > 0 && !wait.is_zero() {
            return Ok(Err(wait));
        }
        Ok(Ok(Attempt { key, before: before.map_or(now, |before| before.last_at), at: now }))
    }

    /// How long this sender has to wait still, whatever the address.
    pub(super) async fn wait_for_sender(
        &self,
        sender: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<Duration>, ServiceError> {
        let Some(sender) = sender else { return Ok(None) };
        let failures = self.storage.sign_in_failures(&sender_key(sender)).await?;
        Ok(Some(remaining(failures, FREE_PER_SENDER, FIRST_DELAY, now)).filter(|wait| !wait.is_zero()))
    }

    /// Counts a letter that somebody asks to be sent to an address, whether or not anybody has it. `Some` when it is one
    /// too many: how long to wait.
    pub(super) async fn letter(
        &self,
        address: &Email,
        sender: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<Duration>, ServiceError> {
        let address = format!("letter.{}", address_key(address));
        let sender = sender.map(|sender| format!("letter.{}", sender_key(sender)));
        let mut wait = Duration::ZERO;
        for (key, free) in [(Some(&address), FREE_LETTERS), (sender.as_ref(), FREE_LETTERS_PER_SENDER)] {
            let Some(key) = key else { continue };
            let asked = self.storage.sign_in_failures(key).await?;
            wait = wait.max(remaining(asked, free, FIRST_LETTER_DELAY, now));
        }
        if wait.is_zero() {
            for key in [Some(&address), sender.as_ref()].into_iter().flatten() {
                self.count(key, now).await?;
            }
        }
        Ok(Some(wait).filter(|wait| !wait.is_zero()))
    }

    /// Counts a failure of the sender.
    pub(super) async fn failed(&self, sender: Option<IpAddr>, now: Timestamp) -> Result<(), ServiceError> {
        match sender {
            Some(sender) => self.count(&sender_key(sender), now).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Takes an attempt back that was a success. Only that one: were the failures forgotten, those who caused them
    /// would see that somebody signed in, and so that the address has an account.
    pub(super) async fn succeeded(&self, attempt: Attempt) -> Result<(), ServiceError> {
        let mut unit = self.storage.begin().await?;
        unit.take_back_sign_in_failure(&attempt.key, attempt.at, attempt.before).await?;
        Ok(unit.save().await?)
    }

    async fn count(&self, key: &str, now: Timestamp) -> Result<SignInFailures, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let counted = unit.record_sign_in_failure(key, MEMORY, now).await?;
        unit.save().await?;
        Ok(counted)
    }
}

/// Hashed, so that the table does not list who was tried.
fn address_key(address: &Email) -> String {
    let digest = Sha256::digest(address.as_str());
    digest.iter().take(16).fold("address:".to_owned(), |key, byte| format!("{key}{byte:02x}"))
}

/// One subscriber has a whole IPv6 /64.
fn sender_key(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => format!("sender:{v4}"),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("sender:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn remaining(failures: Option<SignInFailures>, free: i64, first: Duration, now: Timestamp) -> Duration {
    let Some(failures) = failures.filter(|failures| now.since(failures.last_at) < MEMORY) else {
        return Duration::ZERO;
    };
    delay(failures.count, free, first).saturating_sub(now.since(failures.last_at))
}

fn delay(count: i64, free: i64, first: Duration) -> Duration {
    match u32::try_from(count.saturating_sub(free).clamp(0, 32)) {
        Err(_) | Ok(0) => Duration::ZERO,
        Ok(over) => first.saturating_mul(2_u32.saturating_pow(over - 1)).min(LONGEST_DELAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn after(count: i64, seconds: u64) -> Duration {
        let failures = SignInFailures { count, last_at: NOW };
        remaining(Some(failures), FREE_PER_ADDRESS, FIRST_DELAY, NOW + Duration::from_secs(seconds))
    }

    #[test]
    fn waits_double_after_the_free_attempts_up_to_a_quarter_of_an_hour() {
        assert_eq!(after(5, 0), Duration::ZERO);
        assert_eq!(after(6, 0), Duration::from_secs(1));
        assert_eq!(after(8, 0), Duration::from_secs(4));
        assert_eq!(after(8, 3), Duration::from_secs(1));
        assert_eq!(after(8, 4), Duration::ZERO);
        assert_eq!(after(i64::MAX, 0), LONGEST_DELAY);
        assert_eq!(after(50, 24 * 60 * 60), Duration::ZERO);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share_a_key() {
        let key = |ip: &str| sender_key(ip.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }
}
