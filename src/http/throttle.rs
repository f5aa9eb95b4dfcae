//! The rate limit: so many requests a second from one address.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::header;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;
use crate::error::Code;

/// Addresses not heard of lately are forgotten once in so many checks, so the table stays as small as the traffic.
const FORGET_EVERY: u32 = 4096;

pub(super) struct Throttle {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl Throttle {
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst));
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default(), checks: AtomicU32::new(0) }
    }

    pub(super) fn check(&self, ip: IpAddr) -> Result<(), Problem> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&subscriber(ip)).map_err(|denied| {
            let wait = denied.wait_time_from(self.clock.now());
            let seconds = wait.max(Duration::from_secs(1)).as_secs_f64().ceil();
            Problem::new(Code::RateLimited, "too many requests from this address; try again later")
                .with_header(header::RETRY_AFTER, &format!("{seconds:.0}"))
        })
    }
}

/// An IPv6 subscriber owns a /64 at least, so single addresses in it mean nothing.
fn subscriber(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_exceeds_its_burst_waits_while_others_pass() {
        let throttle = Throttle::new(1, 2);
        let (busy, quiet) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        assert!(throttle.check(busy).is_ok() && throttle.check(busy).is_ok());
        assert_eq!(throttle.check(busy).unwrap_err().code, Code::RateLimited);
        assert!(throttle.check(quiet).is_ok());
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one_sender() {
        let throttle = Throttle::new(1, 1);
        assert!(throttle.check("2001:db8::1".parse().unwrap()).is_ok());
        assert!(throttle.check("2001:db8::2".parse().unwrap()).is_err());
        assert!(throttle.check("2001:db8:0:1::2".parse().unwrap()).is_ok());
    }
}
