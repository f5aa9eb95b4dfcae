//! `shelfwise train`: one round of training, its models saved for the next start.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;

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
    let bar = ProgressBar::new_spinner().with_message("training every strategy");
    bar.enable_steady_tick(LOOK_EVERY);
    let states = recommender.strategy_states();
    let enabled = states.iter().find(|state| state.enabled).context("every strategy is switched off")?;
    let queued = recommender.train_soon(enabled.id).await?;
    let run = loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let run = storage.training_runs(&[queued.id]).await?.remove(&queued.id);
        let run = run.context("the training run is gone")?;
        let in_service = recommender.model_version(enabled.id) == run.model_version;
        match run.status {
            JobStatus::Failed | JobStatus::Cancelled => {
                bail!(run.error.unwrap_or_else(|| "called off".into()))
            }
            JobStatus::Succeeded if in_service => break run,
            _ => {}
        }
    };
    bar.finish_and_clear();
    recommender.shutdown().await;
    let took = run.finished_at.unwrap_or(run.started_at).since(run.started_at).as_secs_f64();
    let mut said = format!(
        "trained on {} interactions of {} shoppers with {} products ({took:.1} s for {})\n",
        run.interactions, run.users, run.products, run.strategy_id
    );
    for state in states.iter().filter(|state| state.enabled) {
        let version = recommender.model_version(state.id);
        said.push_str(&format!("  {:22} {}\n", state.id, version.as_deref().unwrap_or("kept its old model")));
    }
    Ok(said)
}
