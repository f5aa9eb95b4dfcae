//! `shelfwise simulate`: a believable shop of any size into an empty database.

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use shelfwise_strategies::simulate::Config as Simulation;

use crate::config::DemoConfig;
use crate::context::Context;
use crate::domain::time::HOUR_MS;
use crate::import::simulated::{self, DEMO_PASSWORD, Seeded};
use crate::services::accounts::Accounts;
use crate::storage::Storage;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  shelfwise simulate --products 100000 --users 20000 --days 365 --seed 7")]
pub(super) struct SimulateArguments {
    /// Products in the catalogue [default: demo.products]
    #[arg(long)]
    products: Option<u32>,
    /// Registered shoppers; half as many anonymous ones come on top [default: demo.users]
    #[arg(long)]
    users: Option<u32>,
    /// Days of history up to now [default: demo.days]
    #[arg(long)]
    days: Option<u32>,
    /// The same seed makes the same shop [default: demo.seed]
    #[arg(long)]
    seed: Option<u64>,
    /// Unix seconds at which the history ends, for a shop that is the same tomorrow [default: this hour]
    #[arg(long)]
    until: Option<i64>,
}

pub(super) async fn run(
    demo: &DemoConfig,
    options: &SimulateArguments,
    storage: &dyn Storage,
    accounts: &Accounts,
    context: &Context,
) -> anyhow::Result<Seeded> {
    if !storage.is_empty().await? {
        bail!("the database has products already; a simulated shop goes into an empty one");
    }
    let of_the_demo = of_the_demo(demo, context);
    let config = Simulation {
        products: options.products.unwrap_or(of_the_demo.products),
        users: options.users.unwrap_or(of_the_demo.users),
        days: options.days.unwrap_or(of_the_demo.days),
        seed: options.seed.unwrap_or(of_the_demo.seed),
        end_ms: options.until.map_or(of_the_demo.end_ms, |seconds| seconds.saturating_mul(1_000)),
    };
    fill(config, storage, accounts).await
}

/// The shop that an empty database is filled with at the first start.
pub(super) fn of_the_demo(demo: &DemoConfig, context: &Context) -> Simulation {
    Simulation {
        products: demo.products,
        users: demo.users,
        days: demo.days,
        seed: demo.seed,
        end_ms: context.now().as_millis() / HOUR_MS * HOUR_MS,
    }
}

/// Fills the database, with a bar that shows how far it is.
pub(super) async fn fill(
    config: Simulation,
    storage: &dyn Storage,
    accounts: &Accounts,
) -> anyhow::Result<Seeded> {
    let template = "simulating a shop {bar:30} {percent}%  {elapsed}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(1_000).with_style(style);
    let hash = accounts.hash_for_demo(DEMO_PASSWORD).await?;
    let progress = |share: f64| bar.set_position((share * 1_000.0) as u64);
    let seeded = simulated::seed(config, storage, Some(&hash), &progress).await?;
    bar.finish_and_clear();
    Ok(seeded)
}

pub(super) fn report(seeded: &Seeded) -> String {
    format!(
        "made {} products, {} shoppers, {} interactions, {} orders and {} reviews\n",
        seeded.products, seeded.shoppers, seeded.interactions, seeded.orders, seeded.reviews
    )
}
