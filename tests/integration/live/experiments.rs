//! Experiments: everybody stays in their arm, and what an experiment decides is told and logged.

use shelfwise::domain::experiment::ExperimentStatus;

use super::shop::{Shop, shopper};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_shop_runs_one_experiment_between_two_strategies() {
    let shop = Shop::open().await;
    let running = shop.store.running_experiments().await.unwrap();
    assert_eq!(running.len(), 1);
    assert_eq!(running[0].status, ExperimentStatus::Running);
    let arms: Vec<&str> = running[0].variants.iter().map(|arm| arm.strategy_id.as_str()).collect();
    assert_eq!(arms, ["ensemble", "collaborative"]);
    let mut dealt: Vec<String> =
        (0..18).filter_map(|number| shop.live.assignment(shopper(number))).map(|(_, arm, _)| arm).collect();
    assert_eq!(dealt.len(), 18);
    dealt.sort();
    dealt.dedup();
    assert_eq!(dealt, ["collaborative", "ensemble"]);

    let before = shop.live.assignment(shopper(3));
    let shop = shop.reopened().await;
    assert_eq!(shop.live.assignment(shopper(3)), before);
    assert_eq!(shop.store.count_experiments(&ExperimentStatus::ALL).await.unwrap(), 1);
}
