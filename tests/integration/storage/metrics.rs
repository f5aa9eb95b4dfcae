//! Measuring: every figure of the story, as reckoned by hand.

use std::time::Duration;

use shelfwise::domain::time::Timestamp;
use shelfwise::storage::metrics::{
    Cohort, GoodsRevenue, Latencies, ListFigures, Reach, SeriesStep, ShopperSums, TradeFigures,
};

use crate::support::measuring::{CREDIT, tell, two_days};
use crate::support::on_both;
use crate::support::shop::START;

const DAY: Duration = Duration::from_secs(86_400);

fn strategy(id: &str, experiment: Option<&str>) -> Cohort {
    Cohort::Strategy { strategy_id: id.into(), span: two_days(), experiment_key: experiment.map(Into::into) }
}

fn arm(key: &str) -> Cohort {
    Cohort::Arm { experiment_key: "home".into(), variant_key: key.into() }
}

on_both! {
    async fn lists_are_credited_with_what_they_led_to(shop: &Shop) {
        tell(shop).await;
        let cohorts = [strategy("popular", None), strategy("ensemble", None), strategy("session", None)];
        let before = shop.store.statements_executed();
        let figures = shop.store.list_figures(&cohorts, CREDIT).await.unwrap();
        assert_eq!(shop.store.statements_executed() - before, 1);
        // Four lists of 3, 2, 1 and 1 products; of the first only two were seen. The mug and the pot were followed for
        // Ann, the pot for Cleo. Bob's click came too late. Two of three mugs and a cup were kept and paid for.
        let popular = ListFigures {
            requests: 4, impressions: 6, shoppers: 3, fallbacks: 0, cached: 1,
            clicks: 3, cart_adds: 1, purchases: 2, revenue: 3_000, buyers: 1,
        };
        assert_eq!(figures[&cohorts[0]], popular);
        let ensemble = ListFigures { requests: 1, impressions: 1, shoppers: 1, fallbacks: 1, ..ListFigures::default() };
        assert_eq!(figures[&cohorts[1]], ensemble);
        assert_eq!(figures.len(), 2, "a strategy without lists is absent");

        let in_experiment = [strategy("popular", Some("home")), strategy("popular", Some("none"))];
        let figures = shop.store.list_figures(&in_experiment, CREDIT).await.unwrap();
        assert_eq!(figures[&in_experiment[0]], ListFigures { requests: 3, impressions: 5, ..popular });
        assert_eq!(figures.len(), 1);

        let figures = shop.store.list_figures(&[arm("a"), arm("b")], CREDIT).await.unwrap();
        let a = ListFigures { requests: 2, impressions: 4, shoppers: 2, clicks: 2, ..popular };
        let b = ListFigures { requests: 1, impressions: 1, shoppers: 1, clicks: 1, ..ListFigures::default() };
        assert_eq!((figures[&arm("a")], figures[&arm("b")]), (a, b));

        let hasty = shelfwise::storage::metrics::Credit { within: Duration::from_secs(60), ..CREDIT };
        let figures = shop.store.list_figures(&cohorts[..1], hasty).await.unwrap();
        assert_eq!(figures[&cohorts[0]], ListFigures { purchases: 0, revenue: 0, buyers: 0, ..popular });
    }

    async fn times_are_those_of_the_nearest_rank(shop: &Shop) {
        tell(shop).await;
        let cohorts = [strategy("popular", None), arm("a"), arm("b")];
        let before = shop.store.statements_executed();
        let found = shop.store.list_latencies(&cohorts).await.unwrap();
        assert_eq!(shop.store.statements_executed() - before, 2);
        // 100, 200, 300 and 5000 µs.
        assert_eq!(found[&cohorts[0]], Latencies { p50: 200, p95: 5_000, p99: 5_000 });
        assert_eq!(found[&cohorts[1]], Latencies { p50: 100, p95: 300, p99: 300 });
        assert_eq!(found[&cohorts[2]], Latencies { p50: 5_000, p95: 5_000, p99: 5_000 });
    }

    async fn reach_counts_products_on_sale_once(shop: &Shop) {
        let story = tell(shop).await;
        let second_day = Cohort::Strategy {
            strategy_id: "popular".into(), span: START + DAY..START + DAY * 2, experiment_key: None,
        };
        let cohorts = [strategy("popular", None), second_day, arm("a")];
        let found = shop.store.list_reach(&cohorts).await.unwrap();
        let reach = |shown, on_sale| Reach { shown, on_sale };
        assert_eq!(cohorts.each_ref().map(|cohort| found[cohort]), [reach(4, 4), reach(1, 4), reach(3, 4)]);

        let mut products = shop.store.products(&[story.mug]).await.unwrap();
        let mut mug = products.remove(&story.mug).unwrap();
        mug.status = shelfwise::domain::catalogue::ProductStatus::Inactive;
        let mut work = shop.begin().await;
        work.update_product(&mug, None).await.unwrap();
        assert_eq!(work.remove_shown(START + DAY).await.unwrap(), 5, "of the first day: 3 + 1 + 1");
        work.save().await.unwrap();
        let found = shop.store.list_reach(&cohorts).await.unwrap();
        assert_eq!((found[&cohorts[0]], found.get(&cohorts[2])), (reach(1, 3), None));
    }

    async fn series_add_up_to_the_figures(shop: &Shop) {
        tell(shop).await;
        let cohorts = [strategy("popular", None), arm("b")];
        let found = shop.store.list_series(&cohorts, CREDIT, DAY).await.unwrap();
        let step = |at, impressions, clicks, purchases| SeriesStep { at, impressions, clicks, purchases };
        assert_eq!(found[&cohorts[0]], [step(START, 5, 2, 2), step(START + DAY, 1, 1, 0)]);
        assert_eq!(found[&cohorts[1]], [step(START + DAY, 1, 1, 0)]);
        let hours = shop.store.list_series(&cohorts[..1], CREDIT, Duration::from_secs(3_600)).await.unwrap();
        assert_eq!(hours[&cohorts[0]].len(), 2);
    }

    async fn sums_are_taken_shopper_by_shopper(shop: &Shop) {
        tell(shop).await;
        let sums = shop.store.shopper_sums(&["home".into(), "none".into()], CREDIT).await.unwrap();
        // Ann saw two, clicked both and spent 30.00; Bob saw two. Cleo saw and clicked one.
        let a = ShopperSums {
            shoppers: 2, seen: 4.0, seen_squared: 8.0, clicks: 2.0, clicks_squared: 4.0, seen_clicks: 4.0,
            buyers: 1, revenue: 3_000.0, revenue_squared: 9_000_000.0,
        };
        let b = ShopperSums {
            shoppers: 1, seen: 1.0, seen_squared: 1.0, clicks: 1.0, clicks_squared: 1.0, seen_clicks: 1.0,
            ..ShopperSums::default()
        };
        assert_eq!((sums.len(), sums["home"]["a"], sums["home"]["b"]), (1, a, b));
        assert!(shop.store.shopper_sums(&[], CREDIT).await.unwrap().is_empty());
    }

    async fn trade_counts_what_was_paid_for(shop: &Shop) {
        let story = tell(shop).await;
        let (store, euro) = (&shop.store, CREDIT.currency);
        let trade = store.trade_figures(two_days(), euro).await.unwrap();
        assert_eq!(trade, TradeFigures { orders: 1, revenue: 4_000, buyers: 1 });
        // Two mugs, a cup, and the jar that no list had shown.
        let goods = store.goods_revenue(two_days(), CREDIT).await.unwrap();
        assert_eq!(goods, GoodsRevenue { all: 4_000, recommended: 3_000 });
        assert_eq!(store.count_active_shoppers(Timestamp(0)..shop.now() + DAY).await.unwrap(), 3);
        let best = store.best_sellers(two_days(), euro, 10).await.unwrap();
        assert_eq!((best.len(), best[0]), (3, story.mug));
        assert_eq!(store.best_sellers(two_days(), euro, 1).await.unwrap(), [story.mug]);
        assert_eq!(store.scarce_variants(2, 10).await.unwrap().len(), 1);
        assert_eq!(store.scarce_variants(10, 3).await.unwrap().len(), 3);
        let nothing = store.trade_figures(Timestamp(0)..START, euro).await.unwrap();
        assert_eq!(nothing, TradeFigures::default());
    }
}
