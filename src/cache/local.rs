//! The cache within one process: moka, each entry weighed in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Cache, CacheKey, CacheStats, Weighed};

/// How long an entry may live although nothing changed: decay by age moves scores even then.
const TIME_TO_LIVE: Duration = Duration::from_secs(300);

/// What an entry takes besides key and value: the map's slot, the eviction lists and two reference counts.
const ENTRY_OVERHEAD: usize = 200;

pub struct LocalCache<V> {
    entries: moka::sync::Cache<CacheKey, Arc<V>>,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

impl<V: Weighed + Send + Sync + 'static> LocalCache<V> {
    /// A cache that holds about `max_bytes`; 0 turns caching off.
    pub fn new(max_bytes: u64) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&evictions);
        let entries = moka::sync::Cache::builder()
            .max_capacity(max_bytes)
            .weigher(|_: &CacheKey, value: &Arc<V>| {
                let bytes = size_of::<CacheKey>() + ENTRY_OVERHEAD + value.bytes();
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .time_to_live(TIME_TO_LIVE)
            .eviction_listener(move |_, _, cause| {
                if cause.was_evicted() {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build();
        Self { entries, hits: AtomicU64::new(0), misses: AtomicU64::new(0), evictions }
    }
}

impl<V: Weighed + Send + Sync + 'static> Cache<V> for LocalCache<V> {
    fn get(&self, key: &CacheKey) -> Option<Arc<V>> {
        let found = self.entries.get(key);
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn insert(&self, key: CacheKey, value: Arc<V>) {
        self.entries.insert(key, value);
    }

    fn clear(&self) {
        self.entries.invalidate_all();
    }

    fn stats(&self) -> CacheStats {
        self.entries.run_pending_tasks();
        CacheStats {
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            evictions: self.evictions.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::WorldVersion;

    impl Weighed for Vec<u8> {
        fn bytes(&self) -> usize {
            self.len()
        }
    }

    fn key(question: u128, shopper_version: u64) -> CacheKey {
        CacheKey {
            shopper_version,
            world_version: WorldVersion::default(),
            strategy: "ensemble".into(),
            count: 10,
            question,
        }
    }

    #[test]
    fn a_raised_version_is_another_question() {
        let cache = LocalCache::new(1 << 20);
        cache.insert(key(1, 1), Arc::new(vec![1u8]));
        assert_eq!(cache.get(&key(1, 1)).as_deref(), Some(&vec![1u8]));
        assert!(cache.get(&key(1, 2)).is_none());
        assert!((cache.stats().hit_rate() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn memory_stays_within_the_bound() {
        let cache = LocalCache::new(100_000);
        for question in 0..1_000 {
            cache.insert(key(question, 0), Arc::new(vec![0u8; 1_000]));
        }
        let stats = cache.stats();
        assert!(stats.bytes <= 100_000, "{stats:?}");
        assert!(stats.entries > 0 && stats.evictions > 0, "{stats:?}");
    }

    #[test]
    fn clearing_forgets_everything() {
        let cache = LocalCache::new(1 << 20);
        cache.insert(key(1, 1), Arc::new(vec![1u8]));
        cache.clear();
        assert!(cache.get(&key(1, 1)).is_none());
        assert_eq!(cache.stats().entries, 0);
    }
}
