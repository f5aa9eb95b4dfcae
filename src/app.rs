//! The composition root: the only file that chooses back ends and puts the parts together.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use axum::Router;
use shelfwise_strategies::registry::Registry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::{Bus, LocalBus};
use crate::cache::LocalCache;
use crate::config::Config;
use crate::context::Context;
use crate::graphql::limits::{EnforceLimits, Limits};
use crate::graphql::scope::Scope;
use crate::graphql::{self, ShopSchema};
use crate::http::demo::DemoAccount;
use crate::http::{self, HttpSettings, Parts, Readiness};
use crate::import::simulated::{DEMO_PASSWORD, demo_external_ids};
use crate::recommend::ticks::ProcessTicks;
use crate::recommend::{Dependencies, Options, Recommendations};
use crate::services::Services;
use crate::services::accounts::Accounts;
use crate::storage::Storage;
use crate::storage::sql::{self, ConnectOptions};

const SQLITE: &str = "sqlite:";

/// Everything a command needs, put together from the settings.
pub struct App {
    pub config: Config,
    pub context: Context,
    pub storage: Arc<dyn Storage>,
    pub services: Arc<Services>,
    pub schema: ShopSchema,
    recommendations: Arc<Recommendations>,
    bus: Arc<dyn Bus>,
    limits: Arc<Limits>,
    demo_accounts: Vec<DemoAccount>,
    stop_behind: CancellationToken,
    behind: TaskTracker,
}

/// The store alone, for commands that need no more. Makes the database's folder where it is missing.
pub async fn open_storage(config: &Config) -> anyhow::Result<Arc<dyn Storage>> {
    if let Some(folder) = database_file(&config.database.url).and_then(Path::parent) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let options = ConnectOptions {
        max_connections: config.database.max_connections,
        ..ConnectOptions::new(config.database.url.clone())
    };
    sql::connect(&options).await.context("cannot open the database")
}

/// The accounts alone, for commands that make or open some.
pub async fn open_accounts(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
) -> anyhow::Result<Accounts> {
    let bus: Arc<dyn Bus> = Arc::new(LocalBus::new());
    Ok(Accounts::open(Arc::clone(storage), bus, context.clone(), &config.auth).await?)
}

/// The recommender alone, for a command that trains and leaves.
pub async fn open_recommender(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
) -> anyhow::Result<Arc<Recommendations>> {
    let options = Options { train_at_start: false, ..recommender_options(config) };
    start_recommender(config, context, storage, Arc::new(LocalBus::new()), options).await
}

fn recommender_options(config: &Config) -> Options {
    Options::from_config(&config.recommendations, model_dir(config))
}

async fn start_recommender(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    options: Options,
) -> anyhow::Result<Arc<Recommendations>> {
    let dependencies = Dependencies {
        store: Arc::clone(storage),
        context: context.clone(),
        bus,
        cache: Arc::new(LocalCache::new(config.recommendations.cache_bytes)),
        ticks: Arc::new(ProcessTicks::default()),
        registry: Registry::standard(),
    };
    Recommendations::start(dependencies, options).await.context("cannot start the recommender")
}

impl App {
    /// Opens the store and starts every part; the recommender goes on loading and training behind.
    pub async fn start(config: Config, context: Context, storage: Arc<dyn Storage>) -> anyhow::Result<Self> {
        let bus: Arc<dyn Bus> = Arc::new(LocalBus::new());
        let recommendations =
            start_recommender(&config, &context, &storage, Arc::clone(&bus), recommender_options(&config))
                .await?;
        let live = Arc::clone(&recommendations);
        let services =
            Services::open(Arc::clone(&storage), Arc::clone(&bus), live, context.clone(), &config).await?;
        let services = Arc::new(services);
        let demo_accounts = demo_accounts(&config, &services.accounts).await?;
        let limits = Arc::new(Limits::from(&config.limits));
        let schema = graphql::schema(Arc::clone(&services))
            .extension(EnforceLimits::new(Arc::clone(&limits)))
            .finish();
        let (stop_behind, behind) = (CancellationToken::new(), TaskTracker::new());
        let every = Duration::from_secs(config.checkout.sweep_seconds.into());
        behind.spawn(Arc::clone(&services.checkout).keep_sweeping(every, stop_behind.clone()));
        Ok(Self {
            config,
            context,
            storage,
            services,
            schema,
            recommendations,
            bus,
            limits,
            demo_accounts,
            stop_behind,
            behind,
        })
    }

    /// The HTTP service; `stop` closes its sockets, `sockets` tells when they are closed.
    pub fn router(&self, stop: CancellationToken, sockets: TaskTracker) -> Router {
        http::router(Parts {
            executor: self.schema.clone(),
            authenticator: Arc::clone(&self.services.accounts) as Arc<dyn http::Authenticator>,
            scope: Arc::new(Scope::new(Arc::clone(&self.storage))),
            readiness: Arc::new(StoreAnswers(Arc::clone(&self.storage))),
            limits: Arc::clone(&self.limits),
            settings: HttpSettings::from(&self.config),
            context: self.context.clone(),
            shutdown: stop,
            sockets,
            extra: http::pictures::routes()
                .merge(http::demo::routes(&self.demo_accounts))
                .merge(http::sandbox::routes(&self.services))
                .merge(http::webhooks::routes(&self.services, &HttpSettings::from(&self.config))),
        })
    }

    /// Accounts that anybody may use in this shop.
    pub fn demo_accounts(&self) -> &[DemoAccount] {
        &self.demo_accounts
    }

    /// Serves until `stop` is cancelled, then finishes what is running, for a bounded time.
    pub async fn serve(&self, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
        let sockets = TaskTracker::new();
        let router = self.router(stop.clone(), sockets.clone());
        let grace = Duration::from_secs(self.config.server.shutdown_grace_seconds);
        http::serve(listener, router, stop, sockets, grace).await;
        Ok(())
    }

    /// Stops every part and closes the store; nothing acknowledged is lost without it either.
    pub async fn close(&self) {
        self.bus.close();
        self.stop_behind.cancel();
        self.behind.close();
        self.behind.wait().await;
        self.recommendations.shutdown().await;
        self.storage.close().await;
    }
}

/// The demo accounts of a simulated shop. Where demonstrations are off they lose their public password instead.
async fn demo_accounts(config: &Config, accounts: &Accounts) -> anyhow::Result<Vec<DemoAccount>> {
    let users = accounts.open_accounts(&demo_external_ids()).await?;
    if !config.demo.enabled {
        if !users.is_empty() {
            tracing::warn!("closing {} demo accounts: demo.enabled is off", users.len());
            accounts.close_to_sign_in(users).await?;
        }
        return Ok(Vec::new());
    }
    let account = |user: crate::domain::people::User| {
        let email = user.email?.into_string();
        Some(DemoAccount {
            label: user.display_name,
            email,
            password: DEMO_PASSWORD.to_owned(),
            role: user.role.name(),
        })
    };
    Ok(users.into_iter().filter_map(account).collect())
}

/// Where trained models are kept when the settings name no folder: beside an embedded database.
fn model_dir(config: &Config) -> Option<PathBuf> {
    Some(database_file(&config.database.url)?.parent()?.join("models"))
}

/// The file of an embedded database; none when it lives in memory or on a server.
fn database_file(url: &str) -> Option<&Path> {
    let rest = url.strip_prefix(SQLITE)?;
    let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next()?;
    (!path.is_empty() && !path.starts_with(":memory:")).then(|| Path::new(path))
}

struct StoreAnswers(Arc<dyn Storage>);

#[async_trait]
impl Readiness for StoreAnswers {
    async fn ready(&self) -> Result<(), String> {
        self.0.ping().await.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_embedded_database_has_a_file() {
        assert_eq!(database_file("sqlite:data/shop.db"), Some(Path::new("data/shop.db")));
        assert_eq!(database_file("sqlite:///var/shop.db?mode=rwc"), Some(Path::new("/var/shop.db")));
        assert_eq!(database_file("sqlite::memory:"), None);
        assert_eq!(database_file("postgres://db/shop"), None);
    }
}
