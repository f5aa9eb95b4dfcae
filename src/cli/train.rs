//! `shelfwise train`: one round of training, its models saved for the next start.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::app;
use crate::config::Config;
use crate::context::Context;
use crate::domain::job::JobStatus;
use crate::storage::Storage;

const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(super) async fn run(
    config: &Config,
    context: &Context,
    storage: &Arc<dyn Storage>,
) -> anyhow::Result<String> {
    let recommender = app::open_recommender(config, context, storage).await?;
    let style = ProgressStyle::with_template("{spinner} {bar:30} {pos}/{len} strategies  {msg}  {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style);
    bar.enable_steady_tick(LOOK_EVERY);
    let rounds = recommender.training_rounds();
    let states = recommender.strategy_states();
    let enabled = states.iter().find(|state| state.enabled).context("every strategy is switched off")?;
    let queued = recommender.train_soon(enabled.id).await?;
    while recommender.training_rounds() == rounds {
        if let Some(progress) = recommender.training_progress() {
            bar.set_length(progress.strategies as u64);
            bar.set_position(progress.done as u64);
            bar.set_message(progress.strategy);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bar.finish_and_clear();
    recommender.shutdown().await;
    let run = storage.training_runs(&[queued.id]).await?.remove(&queued.id);
    let run = run.context("the training run is gone")?;
    if run.status != JobStatus::Succeeded {
        bail!(run.error.unwrap_or_else(|| "the training failed; the log says why".into()));
    }
    let took = context.now().since(run.started_at).as_secs_f64();
    let mut said = format!(
        "trained on {} interactions of {} shoppers with {} products in {took:.1} s\n",
        run.interactions, run.users, run.products
    );
    for state in states.iter().filter(|state| state.enabled) {
        let version = recommender.model_version(state.id);
        said.push_str(&format!("  {:22} {}\n", state.id, version.as_deref().unwrap_or("kept its old model")));
    }
    Ok(said)
}
