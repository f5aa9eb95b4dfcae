//! Experiments, served lists, training runs, settings.

use shelfwise::domain::experiment::{Experiment, ExperimentStatus, ExperimentVariant};
use shelfwise::domain::interaction::Subject;
use shelfwise::domain::job::JobStatus;
use shelfwise::domain::recommendation::{
    OfflineMetrics, ServedItem, ServedRecommendation, StrategySetting, TrainingRun,
};
use shelfwise::storage::{PageRequest, StorageError};

use crate::support::on_both;

on_both! {
    async fn an_experiment_comes_back_as_it_was_written(shop: &Shop) {
        let arm = |key: &str, weight| ExperimentVariant {
            key: key.into(), strategy_id: "popular".into(), weight, config: Some("{\"k\":1}".into()),
        };
        let mut experiment = Experiment {
            id: shop.id(),
            key: "home".into(),
            name: "Home".into(),
            status: ExperimentStatus::Draft,
            variants: vec![arm("a", 0.1), arm("b", 0.9)],
            traffic_percent: 12.5,
            salt: "salt".into(),
            winner_key: None,
            started_at: None,
            ended_at: None,
            created_at: shop.now(),
            updated_at: shop.now(),
            version: 1,
        };
        let mut work = shop.begin().await;
        work.insert_experiment(&experiment).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.experiment_by_key("home").await.unwrap(), Some(experiment.clone()));
        assert!(shop.store.running_experiments().await.unwrap().is_empty());
        experiment.status = ExperimentStatus::Running;
        let mut work = shop.begin().await;
        let running = work.update_experiment(&experiment, Some(1)).await.unwrap();
        let stale = work.update_experiment(&experiment, Some(1)).await.unwrap_err();
        assert!(matches!(stale, StorageError::VersionConflict { current: 2 }));
        work.save().await.unwrap();
        assert_eq!(shop.store.running_experiments().await.unwrap(), std::slice::from_ref(&running));
        assert_eq!(shop.store.experiments(&[running.id]).await.unwrap()[&running.id], running);
        let statuses = [ExperimentStatus::Running, ExperimentStatus::Paused];
        let page = shop.store.list_experiments(&statuses, &PageRequest::first(5, None)).await.unwrap();
        assert_eq!(page.into_nodes(), std::slice::from_ref(&running));
        assert_eq!(shop.store.count_experiments(&[]).await.unwrap(), 1);
        let mut work = shop.begin().await;
        let twin = Experiment { id: shop.id(), ..running };
        assert!(matches!(work.insert_experiment(&twin).await, Err(StorageError::Conflict { what: "experiment key" })));
    }

    async fn served_lists_come_back_as_they_were_written(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = Subject::User(shop.id());
        let served = |strategy: &str, arm: Option<&str>| ServedRecommendation {
            id: shop.id(),
            subject: Some(ann),
            strategy_id: strategy.into(),
            experiment_key: arm.map(|_| "home".into()),
            variant_key: arm.map(Into::into),
            model_version: Some("1".into()),
            fallback: None,
            cached: false,
            took_micros: 250,
            items: vec![ServedItem { product_id: mug.product.id, score: 0.25, source: "popular".into(), propensity: Some(0.5) }],
            served_at: shop.now(),
        };
        let (first, second) = (served("popular", Some("a")), served("ensemble", None));
        let mut work = shop.begin().await;
        work.record_recommendations(&[first.clone(), second.clone()]).await.unwrap();
        work.record_recommendations(std::slice::from_ref(&first)).await.unwrap();
        work.save().await.unwrap();

        assert_eq!(shop.store.served_recommendation(first.id).await.unwrap(), Some(first.clone()));
        let span = shop.now()..=shop.now();
        let all = shop.store.served_recommendations(span, None, 10).await.unwrap();
        assert_eq!(all.len(), 2);
        let mut work = shop.begin().await;
        let end = shelfwise::domain::time::Timestamp::MAX;
        assert_eq!(work.remove_recommendations(shop.now(), 10).await.unwrap(), 0);
        assert_eq!(work.remove_recommendations(end, 1).await.unwrap(), 1);
        assert_eq!(work.remove_recommendations(end, 10).await.unwrap(), 1);
    }

    async fn trainings_are_listed_newest_first(shop: &Shop) {
        let run = |strategy: &str, status| TrainingRun {
            id: shop.id(),
            strategy_id: strategy.into(),
            status,
            model_version: None,
            interactions: 1,
            users: 2,
            products: 3,
            started_at: shop.now(),
            finished_at: None,
            offline: None,
            error: None,
        };
        let mut work = shop.begin().await;
        let mut last = None;
        for _ in 0..3 {
            shop.pass(std::time::Duration::from_secs(1));
            let one = run("popular", JobStatus::Running);
            work.save_training_run(&one).await.unwrap();
            last = Some(one);
        }
        let mut last = last.unwrap();
        last.status = JobStatus::Succeeded;
        last.model_version = Some("7".into());
        last.offline = Some(OfflineMetrics { k: 10, precision: 0.1, recall: 0.2, ndcg: 0.3, map: 0.4, coverage: 0.5, diversity: 0.6 });
        work.save_training_run(&last).await.unwrap();
        work.save_training_run(&run("ensemble", JobStatus::Running)).await.unwrap();
        work.save().await.unwrap();
        let runs = shop.store.training_runs_of(&["popular".into(), "none".into()], 2).await.unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!((runs["popular"].len(), &runs["popular"][0]), (2, &last));
        assert_eq!(shop.store.training_runs(&[last.id]).await.unwrap()[&last.id], last);
        let mut work = shop.begin().await;
        let failed = work.fail_unfinished_training_runs(shop.now() + std::time::Duration::from_secs(1), shop.now()).await;
        assert_eq!(failed.unwrap(), 3);
    }

    async fn settings_are_kept_and_the_first_of_several_wins(shop: &Shop) {
        let setting = StrategySetting { strategy_id: "popular".into(), enabled: false, config: Some("{}".into()), updated_at: shop.now() };
        let mut work = shop.begin().await;
        work.save_strategy_setting(&StrategySetting { enabled: true, ..setting.clone() }).await.unwrap();
        work.save_strategy_setting(&setting).await.unwrap();
        assert_eq!(work.setting_or_insert("secret", "one", shop.now()).await.unwrap(), "one");
        assert_eq!(work.setting_or_insert("secret", "two", shop.now()).await.unwrap(), "one");
        work.save_setting("name", "a", shop.now()).await.unwrap();
        work.save_setting("name", "b", shop.now()).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.strategy_settings().await.unwrap(), [setting]);
        assert_eq!(shop.store.setting("name").await.unwrap().as_deref(), Some("b"));
        assert_eq!(shop.store.setting("none").await.unwrap(), None);
    }
}
