//! Commands that only print: the settings and the schema.

use std::io::Write;

use clap::Args;

use crate::config::{Config, DEFAULTS};

#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    /// Print the commented defaults instead of the settings in force
    #[arg(long)]
    defaults: bool,
}

pub(super) fn config(config: &Config, options: &ConfigArguments) -> anyhow::Result<()> {
    let text = if options.defaults { DEFAULTS.to_owned() } else { config.redacted() };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

pub(super) fn schema() -> anyhow::Result<()> {
    std::io::stdout().write_all(crate::graphql::sdl().as_bytes())?;
    Ok(())
}
