//! `shelfwise serve`: the shop.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::simulate;
use crate::app::{self, App};
use crate::config::Config;
use crate::context::Context;
use crate::import::simulated::DEMO_PASSWORD;

#[derive(Debug, Default, Args)]
pub(super) struct ServeArguments {
    /// Address and port, instead of server.listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<std::net::SocketAddr>,
    /// Leave an empty database empty
    #[arg(long)]
    empty: bool,
}

pub(super) async fn run(
    mut config: Config,
    options: &ServeArguments,
    context: Context,
) -> anyhow::Result<()> {
    if let Some(listen) = options.listen {
        config.server.listen = listen;
    }
    // Bound first: a port that is taken is told before a database is filled.
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("cannot listen at {}", config.server.listen))?;
    config.server.listen = listener.local_addr()?;
    let storage = app::open_storage(&config).await?;
    if config.demo.enabled && !options.empty {
        // Of instances that start together one fills the database while the others wait.
        let _turn = storage.turn().await?;
        if storage.is_empty().await? {
            let accounts = app::open_accounts(&config, &context, &storage).await?;
            let simulation = simulate::of_the_demo(&config.demo, &context);
            let seeded = simulate::fill(simulation, storage.as_ref(), &accounts).await?;
            say(&simulate::report(&seeded))?;
        }
    }
    let app = App::start(config, context, Arc::clone(&storage)).await?;
    say(&greeting(&app))?;
    let stop = CancellationToken::new();
    let signal = stop.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        signal.cancel();
    });
    let outcome = app.serve(listener, stop).await;
    app.close().await;
    outcome
}

fn greeting(app: &App) -> String {
    let url = app.config.public_url();
    let mut text = format!("{} is open at {url}, GraphiQL at {url}/graphiql\n", app.config.shop.name);
    if !app.demo_accounts().is_empty() {
        text.push_str(&format!("demo accounts, all with the password \"{DEMO_PASSWORD}\":\n"));
        for account in app.demo_accounts() {
            text.push_str(&format!(
                "  {:8} {}  ({})\n",
                account.role.to_lowercase(),
                account.email,
                account.label
            ));
        }
    }
    text
}

fn say(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

async fn wait_for_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}
