//! Time and randomness as parameters: the only file that asks the operating system for either.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::{Rng, SeedableRng, TryRng};
use rand_chacha::ChaCha12Rng;
use uuid::Uuid;

use crate::domain::time::Timestamp;

/// Where the present comes from.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Where unpredictable bytes come from.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's wall clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_millis()))
    }

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // An operating system without randomness cannot serve sessions; there is nothing to fall back to.
        #[expect(clippy::expect_used, reason = "no secure way to continue")]
        rand::rngs::SysRng.try_fill_bytes(bytes).expect("the operating system provides randomness");
    }
}

/// A reproducible generator for tests and simulations.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<ChaCha12Rng>);

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// The clock and the entropy of this process, handed to whatever needs them.
#[derive(Clone)]
pub struct Context {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Context {
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh UUIDv7: sortable by creation, 74 random bits.
    pub fn new_id<Id: From<Uuid>>(&self) -> Id {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(self.now().as_millis()).unwrap_or(0);
        Id::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Unguessable bytes, for tokens and salts.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    pub fn random_u64(&self) -> u64 {
        u64::from_le_bytes(self.random_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(seed: u64) -> Context {
        Context::new(
            Arc::new(ManualClock::at(Timestamp(1_700_000_000_000))),
            Arc::new(SeededEntropy::new(seed)),
        )
    }

    #[test]
    fn one_seed_gives_the_same_ids_twice() {
        let (a, b) = (context(7), context(7));
        assert_eq!(a.new_id::<Uuid>(), b.new_id::<Uuid>());
        assert_ne!(a.new_id::<Uuid>(), context(8).new_id::<Uuid>());
    }

    #[test]
    fn ids_are_version_seven_and_carry_the_clock() {
        let id: Uuid = context(1).new_id();
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(&id.simple().to_string()[..12], "018bcfe56800");
    }
}
