//! Every use case over a shop, with a recommender that trains nothing.

use std::sync::Arc;

use shelfwise::bus::LocalBus;
use shelfwise::cache::LocalCache;
use shelfwise::config::Config;
use shelfwise::context::{Context, SeededEntropy};
use shelfwise::recommend::ticks::StoppedTicks;
use shelfwise::recommend::{Dependencies, Options, Recommendations};
use shelfwise::services::Services;
use shelfwise_strategies::registry::Registry;

use super::shop::Shop;

/// The use cases, and the recommender behind them.
pub(crate) async fn services_over(shop: &Shop) -> (Arc<Services>, Arc<Recommendations>) {
    services_with(shop, &[], Arc::new(LocalBus::new())).await
}

/// The same with settings and a bus of one's own.
pub(crate) async fn services_with(
    shop: &Shop,
    settings: &[(&str, &str)],
    bus: Arc<LocalBus>,
) -> (Arc<Services>, Arc<Recommendations>) {
    // Secrets of their own, so that making them takes nothing from the seeded ids that snapshots show.
    let secret = "test".repeat(8);
    let secrets = [("AUTH__TOKEN_SECRET", secret.as_str()), ("SANDBOX__SECRET", secret.as_str())];
    let given = secrets.iter().chain(settings);
    let given = given.map(|(key, value)| (format!("SHELFWISE__{key}"), (*value).to_owned()));
    let config = Config::load(None, given).expect("settings");
    // Randomness of its own: what goes on behind must not change the ids that snapshots show.
    let behind = Context::new(Arc::clone(&shop.clock) as _, Arc::new(SeededEntropy::new(99)));
    let dependencies = Dependencies {
        store: Arc::clone(&shop.store),
        context: behind,
        bus: Arc::clone(&bus) as _,
        cache: Arc::new(LocalCache::new(8 << 20)),
        ticks: Arc::new(StoppedTicks),
        registry: Registry::standard(),
    };
    // Nothing behind the tests' backs: they count statements.
    let quiet = Options {
        follow_every: None,
        measure_every: None,
        ..Options::from_config(&config.recommendations, None)
    };
    let live = Recommendations::start(dependencies, quiet).await.expect("the recommender starts");
    let services =
        Services::open(Arc::clone(&shop.store), bus, Arc::clone(&live), shop.context.clone(), &config);
    (Arc::new(services.await.expect("the services open")), live)
}
