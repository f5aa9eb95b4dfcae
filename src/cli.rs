//! The command line: what the one binary can do.

mod import;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;
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
    match arguments.command {
        Some(Command::Config(options)) => show::config(&config, &options),
        None => Ok(()),
    }
}

fn report(error: &anyhow::Error) {
    use std::io::Write;
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let mut stderr = std::io::stderr();
    // Nothing is left to tell when standard error itself is closed.
    drop(writeln!(stderr, "error: {}", causes.join(": ")));
}
