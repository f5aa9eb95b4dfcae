//! The cache of ranked lists: bounded in bytes, and keyed so that an outdated list can never be found.

mod local;

use std::fmt;
use std::sync::Arc;

pub use local::LocalCache;

/// What a cached list was computed from. Anything that changes an answer changes the key, so nothing is ever
/// invalidated: an outdated entry is simply not asked for again and makes room in time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    /// The shopper's version, raised by each of their events; 0 for lists that are the same for everybody.
    pub shopper_version: u64,
    /// Models, availability and other shoppers' behaviour.
    pub world_version: WorldVersion,
    /// The strategy asked for, after the experiment was asked.
    pub strategy: Arc<str>,
    pub count: u16,
    /// Who and what was asked: kind of query, shopper, products, filter and preferences.
    pub question: u128,
}

/// The part of a key that every shopper shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct WorldVersion {
    /// Trained models in service.
    pub models: u64,
    /// Products: visibility, stock, price, category.
    pub catalogue: u64,
    /// Behaviour of everybody, in steps.
    pub activity: u64,
}

/// How much memory a cached value takes.
pub trait Weighed {
    fn bytes(&self) -> usize;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheStats {
    pub entries: u64,
    pub bytes: u64,
    pub hits: u64,
    pub misses: u64,
    pub evictions: u64,
}

impl CacheStats {
    /// Hits among all look-ups; 0 before the first.
    pub fn hit_rate(&self) -> f64 {
        let asked = self.hits + self.misses;
        if asked == 0 { 0.0 } else { self.hits as f64 / asked as f64 }
    }
}

/// Keeps values by key for as long as there is room.
pub trait Cache<V>: Send + Sync {
    fn get(&self, key: &CacheKey) -> Option<Arc<V>>;

    fn insert(&self, key: CacheKey, value: Arc<V>);

    /// Forgets everything.
    fn clear(&self);

    fn stats(&self) -> CacheStats;
}

impl<V> fmt::Debug for dyn Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({:?})", self.stats())
    }
}
