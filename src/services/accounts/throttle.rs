//! Failed logins, counted per address and per sender; after a few, each doubles the wait for the next.

use std::net::IpAddr;
use std::time::Duration;

use moka::sync::Cache;

use crate::domain::time::Timestamp;

/// Failures an address gets for free, and those a sender gets: many people may share one.
const FREE_PER_ADDRESS: u32 = 5;
const FREE_PER_SENDER: u32 = 30;
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// Failures this old no longer count.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);
/// Keys remembered at once; beyond that the least used are forgotten.
const KEYS: u64 = 100_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(String),
    Sender(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

/// The memory of failed logins, bounded.
#[derive(Clone)]
pub(super) struct Throttle {
    failures: Cache<Key, Failures>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { failures: Cache::builder().max_capacity(KEYS).time_to_idle(MEMORY).build() }
    }

    /// How long to wait still before this address may be tried from there; `None` when it may be now.
    pub(super) fn wait(&self, address: &str, sender: Option<IpAddr>, now: Timestamp) -> Option<Duration> {
        keys(address, sender)
            .filter_map(|key| self.failures.get(&key))
            .filter(|failures| failures.until > now)
            .map(|failures| failures.until.since(now))
            .max()
    }

    /// Notes a failure.
    pub(super) fn failed(&self, address: &str, sender: Option<IpAddr>, now: Timestamp) {
        for key in keys(address, sender) {
            let free = match key {
                Key::Address(_) => FREE_PER_ADDRESS,
                Key::Sender(_) => FREE_PER_SENDER,
            };
            self.failures.entry(key).and_upsert_with(|entry| {
                let past = entry.map(moka::Entry::into_value).filter(|past| now.since(past.last) < MEMORY);
                let count = past.map_or(0, |past| past.count).saturating_add(1);
                Failures { count, last: now, until: now + delay(count, free) }
            });
        }
    }

    /// Forgets an address's failures after a success; the sender's stay, for one good account must not free the rest.
    pub(super) fn succeeded(&self, address: &str) {
        self.failures.invalidate(&Key::Address(address.to_owned()));
    }
}

fn keys(address: &str, sender: Option<IpAddr>) -> impl Iterator<Item = Key> {
    std::iter::once(Key::Address(address.to_owned())).chain(sender.map(|ip| Key::Sender(network(ip))))
}

/// One subscriber has a whole IPv6 /64.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

fn delay(count: u32, free: u32) -> Duration {
    match count.checked_sub(free) {
        None | Some(0) => Duration::ZERO,
        Some(over) => FIRST_DELAY.saturating_mul(2_u32.saturating_pow(over - 1)).min(LONGEST_DELAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn waits_double_after_the_free_attempts_up_to_a_quarter_of_an_hour() {
        let throttle = Throttle::new();
        let fail = |times: u32| (0..times).for_each(|_| throttle.failed("a@x.org", None, NOW));
        fail(5);
        assert_eq!(throttle.wait("a@x.org", None, NOW), None);
        fail(1);
        assert_eq!(throttle.wait("a@x.org", None, NOW), Some(Duration::from_secs(1)));
        fail(2);
        assert_eq!(throttle.wait("a@x.org", None, NOW), Some(Duration::from_secs(4)));
        assert_eq!(throttle.wait("a@x.org", None, NOW + Duration::from_secs(4)), None);
        fail(50);
        assert_eq!(throttle.wait("a@x.org", None, NOW), Some(LONGEST_DELAY));
        assert_eq!(throttle.wait("b@x.org", None, NOW), None);
        throttle.succeeded("a@x.org");
        assert_eq!(throttle.wait("a@x.org", None, NOW), None);
    }

    #[test]
    fn one_sender_cannot_try_address_after_address() {
        let throttle = Throttle::new();
        let sender: Option<IpAddr> = "2001:db8::1".parse().ok();
        for n in 0..=FREE_PER_SENDER {
            throttle.failed(&format!("{n}@x.org"), sender, NOW);
        }
        let neighbour: Option<IpAddr> = "2001:db8::2".parse().ok();
        assert!(throttle.wait("new@x.org", neighbour, NOW).is_some());
        throttle.succeeded("new@x.org");
        assert!(throttle.wait("new@x.org", sender, NOW).is_some());
        assert_eq!(throttle.wait("new@x.org", "192.0.2.1".parse().ok(), NOW), None);
    }
}
