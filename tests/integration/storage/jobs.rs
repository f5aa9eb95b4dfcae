//! Background jobs: claimed once, retried, given up.

use std::time::Duration;

use shelfwise::domain::job::{Job, JobStatus};
use shelfwise::storage::jobs::JobProgress;

use crate::support::on_both;
use crate::support::shop::Shop;

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn job(shop: &Shop, kind: &str) -> Job {
    Job {
        id: shop.id(),
        kind: kind.to_owned(),
        status: JobStatus::Queued,
        payload: "{}".into(),
        processed: 0,
        total: None,
        failed: 0,
        result_url: None,
        errors: None,
        created_by: None,
        attempts: 0,
        max_attempts: 2,
        run_at: shop.now(),
        locked_until: None,
        created_at: shop.now(),
        started_at: None,
        finished_at: None,
    }
}

on_both! {
    async fn a_job_is_claimed_by_one_worker_and_finished(shop: &Shop) {
        let (first, later) = (job(shop, "import"), Job { run_at: shop.now() + MINUTE, ..job(shop, "import") });
        let mut work = shop.begin().await;
        work.insert_job(&later).await.unwrap();
        work.insert_job(&first).await.unwrap();
        assert!(work.claim_job(&["export"], MINUTE, shop.now()).await.unwrap().is_none());
        let claimed = work.claim_job(&["export", "import"], MINUTE, shop.now()).await.unwrap().unwrap();
        assert_eq!((claimed.id, claimed.status, claimed.attempts), (first.id, JobStatus::Running, 1));
        assert!(work.claim_job(&["import"], MINUTE, shop.now()).await.unwrap().is_none());
        let progress = JobProgress { processed: 5, total: Some(10), failed: 1 };
        assert!(work.update_job_progress(first.id, progress, MINUTE, shop.now()).await.unwrap());
        work.finish_job(first.id, JobStatus::Succeeded, Some("/out"), None, shop.now()).await.unwrap();
        assert!(!work.update_job_progress(first.id, progress, MINUTE, shop.now()).await.unwrap());
        work.save().await.unwrap();
        let done = &shop.store.jobs(&[first.id]).await.unwrap()[&first.id];
        assert_eq!((done.processed, done.total, done.failed), (5, Some(10), 1));
        assert_eq!((done.status, done.result_url.as_deref()), (JobStatus::Succeeded, Some("/out")));
        assert_eq!(shop.store.jobs_in_status(JobStatus::Queued, 10).await.unwrap(), [later]);
    }

    async fn a_job_whose_worker_died_is_begun_anew_and_at_last_given_up(shop: &Shop) {
        let one = job(shop, "import");
        let mut work = shop.begin().await;
        work.insert_job(&one).await.unwrap();
        for attempt in 1..=2 {
            let claimed = work.claim_job(&["import"], MINUTE, shop.now()).await.unwrap().unwrap();
            assert_eq!(claimed.attempts, attempt);
            shop.pass(MINUTE);
        }
        assert!(work.claim_job(&["import"], MINUTE, shop.now()).await.unwrap().is_none());
        work.save().await.unwrap();
        assert_eq!(shop.store.jobs_in_status(JobStatus::Failed, 10).await.unwrap().len(), 1);
    }

    async fn a_failed_attempt_waits_for_its_next_turn(shop: &Shop) {
        let one = job(shop, "import");
        let mut work = shop.begin().await;
        work.insert_job(&one).await.unwrap();
        work.claim_job(&["import"], MINUTE, shop.now()).await.unwrap().unwrap();
        let status = work.retry_job(one.id, shop.now() + MINUTE, Some("[]"), shop.now()).await.unwrap();
        assert_eq!(status, Some(JobStatus::Queued));
        assert!(work.claim_job(&["import"], MINUTE, shop.now()).await.unwrap().is_none());
        shop.pass(MINUTE);
        work.claim_job(&["import"], MINUTE, shop.now()).await.unwrap().unwrap();
        let status = work.retry_job(one.id, shop.now(), None, shop.now()).await.unwrap();
        assert_eq!(status, Some(JobStatus::Failed));
        assert_eq!(work.retry_job(shop.id(), shop.now(), None, shop.now()).await.unwrap(), None);
    }
}
