//! Training goes on behind: on demand, cancellable, written down, and never in the way.

use std::time::{Duration, Instant};

use serde_json::json;
use shelfwise::domain::interaction::InteractionKind::Purchase;
use shelfwise::domain::job::JobStatus;
use shelfwise::domain::notification::OutboxMessage;
use shelfwise::domain::recommendation::TrainingRun;
use shelfwise::recommend::UpdateError;
use shelfwise_strategies::request::FallbackReason;

use super::shop::{Shop, ask, product, shopper};

async fn finished(shop: &Shop, strategy: &str, run: &TrainingRun) -> TrainingRun {
    for _ in 0..3_000 {
        let runs = shop.store.training_runs_of(&[strategy.to_owned()], 20).await.unwrap();
        let found = runs.get(strategy).and_then(|runs| runs.iter().find(|found| found.id == run.id).cloned());
        if let Some(found) = found.filter(|found| found.status.is_final()) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the training takes too long");
}

/// What was said of models put in service, to those who are told outside.
async fn messages(shop: &Shop) -> Vec<String> {
    let mut unit = shop.store.begin().await.unwrap();
    let topics = [OutboxMessage::MODEL_TRAINED];
    let taken =
        unit.take_messages(&topics, 1, 100, Duration::from_secs(60), shop.context.now()).await.unwrap();
    taken.into_iter().map(|message| message.payload).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_on_demand_is_written_down_and_put_in_service() {
    let shop = Shop::open().await;
    let before = shop.live.model_version("collaborative").unwrap();
    shop.record(shopper(0), 1, Purchase).await;
    shop.clock.advance(Duration::from_secs(60));
    let queued = shop.live.train_soon("collaborative").await.unwrap();
    assert_eq!(queued.status, JobStatus::Queued);
    let run = finished(&shop, "collaborative", &queued).await;
    assert_eq!(run.status, JobStatus::Succeeded);
    assert_eq!((run.interactions, run.products, run.users), (73, 24, 18));
    for _ in 0..1_000 {
        if shop.live.model_version("collaborative").unwrap() != before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(shop.live.model_version("collaborative"), run.model_version);
    assert!(!shop.shown(shopper(0), 100).contains(&product(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_recorded_while_a_training_runs_are_not_lost() {
    let shop = Shop::open().await;
    let run = shop.live.train_soon("collaborative").await.unwrap();
    let mut bought = Vec::new();
    while shop
        .store
        .training_runs(&[run.id])
        .await
        .unwrap()
        .get(&run.id)
        .is_none_or(|run| !run.status.is_final())
        && bought.len() < 12
    {
        let next = shop.shown(shopper(0), 1)[0];
        shop.record(shopper(0), next.uuid().as_u128() - 0xA000, Purchase).await;
        bought.push(next);
    }
    finished(&shop, "collaborative", &run).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let shown = shop.shown(shopper(0), 100);
    assert!(!bought.is_empty() && bought.iter().all(|id| !shown.contains(id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_while_training_runs() {
    let shop = Shop::open().await;
    let run = shop.live.train_soon("collaborative").await.unwrap();
    let mut slowest = Duration::ZERO;
    let mut asked = 0;
    while shop
        .store
        .training_runs(&[run.id])
        .await
        .unwrap()
        .get(&run.id)
        .is_none_or(|run| !run.status.is_final())
    {
        let began = Instant::now();
        shop.live.recommend(&ask(shopper(asked % 18), 5)).unwrap();
        slowest = slowest.max(began.elapsed());
        asked += 1;
    }
    assert!(asked > 0);
    // Generous, for machines that do other things as well: what must not happen is waiting for the end.
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_that_is_switched_off_serves_no_more_and_says_so() {
    let shop = Shop::open().await;
    let state = shop.live.update_strategy("newest", Some(false), None).await.unwrap();
    assert!(!state.enabled && shop.live.model_version("newest").is_none());
    let mut asked = ask(shopper(0), 5);
    asked.strategy = Some("newest".to_owned());
    let served = shop.live.recommend(&asked).unwrap();
    assert_eq!(served.list.fallback, FallbackReason::StrategyNotTrained);
    assert_eq!(served.list.items.len(), 5);
    assert!(matches!(shop.live.train_soon("newest").await, Err(UpdateError::SwitchedOff)));

    let shop = shop.reopened().await;
    assert!(!shop.live.strategy_state("newest").unwrap().enabled, "the choice survives a restart");
    shop.live.update_strategy("newest", Some(true), None).await.unwrap();
    shop.trained().await;
    assert!(shop.live.model_version("newest").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_does_not_fit_is_refused_by_name() {
    let shop = Shop::open().await;
    let error =
        shop.live.update_strategy("collaborative", None, Some(&json!({"wings": 2}))).await.unwrap_err();
    assert!(error.to_string().contains("wings"), "{error}");
    assert!(matches!(
        shop.live.update_strategy("collaborative", Some(false), None).await,
        Err(UpdateError::Default)
    ));
    assert!(matches!(shop.live.train_soon("astrology").await, Err(UpdateError::Unknown(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_models_serve_at_once_after_a_restart() {
    let shop = Shop::open().await;
    // The models of the first training are saved a moment after they serve.
    for _ in 0..500 {
        if shop.saved_generations() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let version = shop.live.model_version("collaborative");
    let before = shop.shown(shopper(0), 5);
    let shop = shop.reopened().await;
    assert_eq!(shop.live.model_version("collaborative"), version);
    assert_eq!(shop.shown(shopper(0), 5), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_shop_serves_each_strategy_as_soon_as_it_is_trained() {
    let shop = Shop::begun().await;
    let first = shop.live.strategy_states()[0].id;
    while shop.live.training_rounds() == 0 {
        if shop.live.training_progress().is_some_and(|progress| progress.done > 0) {
            assert!(shop.live.model_version(first).is_some(), "{first} waits for the others");
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(shop.live.training_progress(), None);
    shop.trained().await;
}

/// The run once its figures are written down.
async fn measured(shop: &Shop, strategy: &str, run: &TrainingRun) -> Option<TrainingRun> {
    for _ in 0..1_000 {
        let runs = shop.store.training_runs_of(&[strategy.to_owned()], 20).await.unwrap();
        let found = runs.get(strategy).and_then(|runs| runs.iter().find(|found| found.id == run.id).cloned());
        if let Some(found) = found.filter(|found| found.offline.is_some()) {
            return Some(found);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_somebody_asked_for_is_measured_on_what_was_held_out() {
    let shop = Shop::measuring().await;
    // Twenty days later everybody buys one more product of the category they keep to.
    shop.clock.advance(Duration::from_secs(20 * 86_400));
    for number in 0..6 {
        shop.record(shopper(number), 18 + number % 3, Purchase).await;
    }
    let queued = shop.live.train_soon("collaborative").await.unwrap();
    finished(&shop, "collaborative", &queued).await;
    let run = measured(&shop, "collaborative", &queued).await.expect("figures are kept with the run");
    let offline = run.offline.unwrap();
    assert_eq!(offline.k, 10);
    assert!(offline.recall > 0.5 && offline.ndcg > 0.2, "the right shelf is found: {offline:?}");
    assert!((0.0..=1.0).contains(&offline.coverage) && (0.0..=0.1).contains(&offline.precision));
    assert_eq!((run.status, run.id), (JobStatus::Succeeded, queued.id));
    let told = messages(&shop).await.into_iter().filter(|told| told.contains(&run.id.to_string()));
    assert_eq!(told.count(), 1, "the model is announced once, its figures are no second one");
}
