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

use crate::bus::{Bus, LocalBus, SharedBus};
use crate::cache::LocalCache;
use crate::config::{Config, MailTransport};
use crate::context::Context;
use crate::graphql::limits::{EnforceLimits, Limits};
use crate::graphql::scope::Scope;
use crate::graphql::{self, ShopSchema};
use crate::http::demo::DemoAccount;
use crate::http::{self, HttpSettings, Parts, Readiness};
use crate::import::simulated::{DEMO_PASSWORD, demo_external_ids};
use crate::mail::{MailboxMailer, Mailer, SmtpMailer, Stationery};
use crate::outward::Outward;
use crate::recommend::ticks::ProcessTicks;
use crate::recommend::{Dependencies, Options, Recommendations};
use crate::services::Services;
use crate::services::accounts::Accounts;
use crate::services::outbox::{Clerk, OutboxWorker};
use crate::services::transfers::{Files, TransferWorker};
use crate::storage::Storage;
use crate::storage::sql::{self, ConnectOptions, PostgresNotices};

/// Everything a command needs, put together from the settings.
pub struct App {
    pub config: Config,
    pub context: Context,
    pub storage: Arc<dyn Storage>,
    pub services: Arc<Services>,
    pub schema: ShopSchema,
    recommendations: Arc<Recommendations>,
    outbox: Arc<OutboxWorker>,
    transfers: Arc<TransferWorker>,
    bus: Arc<dyn Bus>,
    limits: Arc<Limits>,
    demo_accounts: Vec<DemoAccount>,
    stop_behind: CancellationToken,
    behind: TaskTracker,
}

/// The store alone, for commands that need no more. Makes the database's folder where it is missing.
pub async fn open_storage(config: &Config) -> anyhow::Result<Arc<dyn Storage>> {
    if let Some(folder) = config.database_file().and_then(Path::parent) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    sql::connect(&connect_options(config)).await.context("cannot open the database")
}

fn connect_options(config: &Config) -> ConnectOptions {
    ConnectOptions {
        max_connections: config.database.max_connections,
        ..ConnectOptions::new(config.database.url.clone())
    }
}

/// The bus: over the database where instances may share one, else within this process.
fn open_bus(config: &Config, context: &Context, tasks: &TaskTracker) -> anyhow::Result<Arc<dyn Bus>> {
    Ok(match PostgresNotices::new(&connect_options(config))? {
        Some(notices) => Arc::new(SharedBus::start(Arc::new(notices), context.new_id(), tasks)),
        None => Arc::new(LocalBus::new()),
    })
}

/// The accounts alone, for commands that make or open some.
pub async fn open_accounts(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
) -> anyhow::Result<Accounts> {
    Ok(Accounts::open(Arc::clone(storage), context.clone(), &config.auth).await?)
}

/// The recommender alone, for a command that trains and leaves.
pub async fn open_recommender(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
) -> anyhow::Result<Arc<Recommendations>> {
    let options = Options {
        train_at_start: false,
        follow_every: None,
        measure_every: None,
        ..recommender_options(config)
    };
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
        let (stop_behind, behind) = (CancellationToken::new(), TaskTracker::new());
        let bus = open_bus(&config, &context, &behind)?;
        let recommendations =
            start_recommender(&config, &context, &storage, Arc::clone(&bus), recommender_options(&config))
                .await?;
        let live = Arc::clone(&recommendations);
        let services =
            Services::open(Arc::clone(&storage), Arc::clone(&bus), live, context.clone(), &config).await?;
        let services = Arc::new(services);
        let demo_accounts = demo_accounts(&config, &services.accounts).await?;
        let outbox = Arc::new(outbox_worker(&config, &context, &storage, &bus)?);
        let transfers = Arc::new(TransferWorker::new(
            Arc::clone(&storage),
            Arc::clone(&bus),
            context.clone(),
            Outward::new(config.outward.allow_private)?,
            Files::new(config.transfer_folder(), config.export_life()),
            services.catalogue.currency(),
        ));
        let limits = Arc::new(Limits::from(&config.limits));
        let schema = graphql::schema(Arc::clone(&services))
            .extension(EnforceLimits::new(Arc::clone(&limits)))
            .finish();
        let every = Duration::from_secs(config.checkout.sweep_seconds.into());
        behind.spawn(Arc::clone(&services.checkout).keep_sweeping(every, stop_behind.clone()));
        let every = Duration::from_secs(config.payments.reconcile_seconds);
        behind.spawn(Arc::clone(&services.payments).keep_reconciling(every, stop_behind.clone()));
        behind.spawn(Arc::clone(&services.metrics).keep_forgetting(stop_behind.clone()));
        Ok(Self {
            config,
            context,
            storage,
            services,
            schema,
            recommendations,
            outbox,
            transfers,
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
                .merge(http::webhooks::routes(&self.services, &HttpSettings::from(&self.config)))
                .merge(http::exports::routes(
                    Arc::clone(&self.services.accounts) as Arc<dyn http::Authenticator>,
                    Arc::clone(&self.services.transfers),
                )),
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
        let outbox = Arc::clone(&self.outbox);
        let until = stop.clone();
        let transfers = Arc::clone(&self.transfers);
        let messages = tokio::spawn(async move {
            tokio::join!(outbox.run(until.clone()), transfers.run(until));
        });
        http::serve(listener, router, stop, sockets, grace).await;
        // What it is at is finished; past that, the next start takes it up.
        if tokio::time::timeout(grace, messages).await.is_err() {
            tracing::warn!("the outbox was left in the middle of its work");
        }
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

fn outbox_worker(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
    bus: &Arc<dyn Bus>,
) -> anyhow::Result<OutboxWorker> {
    let mailer: Arc<dyn Mailer> = match config.mail.transport {
        MailTransport::Smtp => Arc::new(SmtpMailer::new(&config.mail)?),
        MailTransport::Mailbox => {
            if !config.demo.enabled {
                tracing::warn!("letters are kept in the database, not sent: mail.transport is mailbox");
            }
            Arc::new(MailboxMailer::new(Arc::clone(storage)))
        }
    };
    let stationery = Stationery::new(&config.shop.name)?;
    let clerk = Clerk::new(Arc::clone(storage), context.clone(), stationery, config.public_url());
    let outward = Outward::new(config.outward.allow_private)?;
    Ok(OutboxWorker::new(Arc::clone(storage), Arc::clone(bus), context.clone(), clerk, mailer, outward))
}

/// Where trained models are kept when the settings name no folder: beside an embedded database.
fn model_dir(config: &Config) -> Option<PathBuf> {
    Some(config.database_file()?.parent()?.join("models"))
}

struct StoreAnswers(Arc<dyn Storage>);

#[async_trait]
impl Readiness for StoreAnswers {
    async fn ready(&self) -> Result<(), String> {
        self.0.ping().await.map_err(|error| error.to_string())
    }
}
