//! The command line: what the one binary can do.

mod evaluate;
mod import;
mod off_policy;
mod past;
mod serve;
mod show;
mod simulate;
mod train;
mod tune;
mod user;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app;
use crate::config::Config;
use crate::context::Context;
use crate::storage::Storage;
use crate::telemetry;

/// A shop's GraphQL API whose recommendations are live, measured and explainable.
///
/// Without a command it serves the shop at http://localhost:8080, with GraphiQL at /graphiql. An empty database is
/// filled with a simulated shop first, so there is something to look at.
#[derive(Debug, Parser)]
#[command(name = "shelfwise", version, arg_required_else_help = false)]
struct Arguments {
    /// A settings file (TOML); `shelfwise config --defaults` prints one with every setting explained
    #[arg(long, global = true, value_name = "FILE", env = "SHELFWISE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the shop (what happens without a command)
    Serve(serve::ServeArguments),
    /// Bring a shop's past in: products, users, interactions, orders
    #[command(after_help = "The columns of each kind and the rules are in docs/IMPORT.md.\n\nExamples:\n  \
        shelfwise import products products.csv\n  shelfwise import online-retail raw.csv.gz")]
    Import(import::ImportArguments),
    /// Fill an empty database with a simulated shop of any size
    Simulate(simulate::SimulateArguments),
    /// Measure every strategy on the shop's own past or on a folder of data
    #[command(after_help = "Protocols, metrics and file formats are in docs/EVALUATION.md.\n\nExamples:\n  \
        shelfwise evaluate --html report.html\n  \
        shelfwise evaluate --data ./online_retail --protocol time --cut 2011-11-09 --json result.json")]
    Evaluate(evaluate::EvaluateArguments),
    /// Search better configurations on the validation slice
    #[command(after_help = "Examples:\n  shelfwise tune --apply\n  \
        shelfwise tune --data ./online_retail --cut 2011-11-09 --strategies matrix_factorization --out tuned.json")]
    Tune(tune::TuneArguments),
    /// Estimate how a policy would have done from impressions that another one logged
    #[command(after_help = "Example:\n  shelfwise off-policy impressions.csv --logged random --target bts")]
    OffPolicy(off_policy::OffPolicyArguments),
    /// Make accounts and set passwords
    User(user::UserArguments),
    /// Train every strategy now and keep the models for the next start of the server
    Train,
    /// Print the GraphQL schema that the server serves
    #[command(after_help = "Example:\n  shelfwise schema > schema.graphql")]
    Schema,
    /// Print the settings in force, secrets hidden
    #[command(after_help = "Example:\n  shelfwise config --defaults > shelfwise.toml")]
    Config(show::ConfigArguments),
}

/// Parses the command line and runs the command; errors go to standard error in one line each.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let config = Config::load(arguments.config.as_deref(), std::env::vars())?;
    telemetry::init(&config.log);
    let command = arguments.command.unwrap_or_else(|| Command::Serve(serve::ServeArguments::default()));
    match command {
        Command::Config(options) => show::config(&config, &options),
        Command::Schema => show::schema(),
        Command::Serve(options) => runtime()?.block_on(serve::run(config, &options, Context::system())),
        Command::Import(options) => with_storage(&config, async |storage, context| {
            import::run(&config, &options, storage.as_ref(), &context).await
        }),
        Command::Simulate(options) => with_storage(&config, async |storage, context| {
            let accounts = app::open_accounts(&config, &context, &storage).await?;
            let seeded = simulate::run(&config.demo, &options, storage.as_ref(), &accounts, &context).await?;
            Ok(simulate::report(&seeded))
        }),
        Command::Train => {
            with_storage(&config, async |storage, context| train::run(&config, &context, &storage).await)
        }
        Command::Evaluate(options) => {
            let past = read_past(&config, &options.past)?;
            say(&evaluate::evaluate(&options, past, past::weights(&config))?)
        }
        Command::Tune(options) => {
            let past = read_past(&config, &options.past)?;
            let found = tune::search(&options, past, &past::weights(&config))?;
            say(&found.text)?;
            if !options.apply {
                return Ok(());
            }
            with_storage(&config, async |storage, context| {
                tune::apply(&found, storage.as_ref(), &context).await
            })
        }
        Command::OffPolicy(options) => say(&off_policy::off_policy(&options)?),
        Command::User(options) => with_storage(&config, async |storage, context| {
            let accounts = app::open_accounts(&config, &context, &storage).await?;
            user::run(options, &accounts).await
        }),
    }
}

/// The past to evaluate on: a folder's, or the shop's own with the configurations chosen there.
fn read_past(config: &Config, options: &past::PastArguments) -> anyhow::Result<past::Past> {
    if !options.own_shop() {
        return options.read_folder();
    }
    runtime()?.block_on(async {
        let storage = app::open_storage(config).await?;
        let past = past::of_shop(storage.as_ref(), &Context::system()).await;
        storage.close().await;
        past
    })
}

/// Prints what a command has to say.
fn say(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// Runs a command on the store alone and prints what it has to say.
fn with_storage(
    config: &Config,
    command: impl AsyncFnOnce(Arc<dyn Storage>, Context) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let said = runtime()?.block_on(async {
        let storage = app::open_storage(config).await?;
        let said = command(Arc::clone(&storage), Context::system()).await;
        storage.close().await;
        said
    })?;
    say(&said)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn report(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Nothing is left to tell when standard error itself is closed.
    drop(writeln!(std::io::stderr(), "error: {}", causes.join(": ")));
}
