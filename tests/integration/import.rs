//! A shop's past comes in whole: run twice it changes nothing, and a bad row loses no other.

use shelfwise::domain::ids::ProductId;
use shelfwise::domain::money::Currency;
use shelfwise::domain::order::Order;
use shelfwise::domain::payment::PaymentStatus;
use shelfwise::domain::text::Sku;
use shelfwise::import::load::{Loader, Tally};
use shelfwise::import::online_retail;
use shelfwise::import::rejects::Rejects;
use shelfwise::import::simulated::{self, Seeded};
use shelfwise::import::tables::{self, Format};
use shelfwise::storage::orders::OrderFilter;
use shelfwise::storage::{PageRequest, Storage};
use shelfwise_strategies::simulate::Config as Simulation;

use crate::support::on_both;
use crate::support::shop::{START, Shop};

const INVOICES: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536366,85123A,WHITE HANGING HEART,2,2010-12-02 08:26:00,2.55,,United Kingdom
536367,POST,POSTAGE,1,2010-12-02 08:26:00,18.00,17850,United Kingdom
536368,85123A,WHITE HANGING HEART,many,2010-12-02 09:00:00,2.55,17850,United Kingdom
C536369,85123A,WHITE HANGING HEART,-2,2010-12-03 09:00:00,2.55,17850,United Kingdom
";

/// What came in of one kind after another, and how many rows were left out.
async fn online_retail(shop: &Shop) -> ([Tally; 4], u64) {
    let mut rejects = Rejects::new(None);
    let rows = online_retail::read(INVOICES.as_bytes(), &mut rejects, |_| {}).unwrap();
    let past = online_retail::assemble(&rows, 100);
    let mut loader = Loader {
        storage: shop.store.as_ref(),
        context: &shop.context,
        rejects: &mut rejects,
        progress: &|_| {},
    };
    let tallies = [
        loader.products(&past.products).await.unwrap(),
        loader.users(&past.users).await.unwrap(),
        loader.orders(&past.orders).await.unwrap(),
        loader.returns(&past.returns).await.unwrap(),
    ];
    (tallies, rejects.count())
}

async fn product(shop: &Shop, sku: &str) -> ProductId {
    let sku = Sku::parse(sku).unwrap();
    shop.store.variants_by_sku(std::slice::from_ref(&sku)).await.unwrap()[&sku].product_id
}

on_both! {
    async fn an_invoice_file_becomes_orders_returns_and_purchases(shop: &Shop) {
        let (tallies, left_out) = online_retail(shop).await;
        assert_eq!(tallies.map(|tally| tally.created), [2, 1, 2, 1]);
        assert_eq!(left_out, 3, "a repeated row, the postage and an unreadable quantity");

        let order = shop.store.order_by_number("536365").await.unwrap().unwrap();
        assert_eq!((order.cost.total_minor, order.refunded_minor), (6 * 255 + 6 * 339, 2 * 255));
        assert_eq!(order.payment_status, PaymentStatus::PartiallyRefunded);
        let guests = shop.store.order_by_number("536366").await.unwrap().unwrap();
        assert_eq!(guests.user_id, None);

        // PostgreSQL shows deeds once no older transaction is open anywhere on the server, which other tests share.
        assert_eq!(shop.store.count_interactions().await.unwrap(), 2, "a guest's purchase is nobody's");
        let heart = product(shop, "85123A").await;
        let stats = shop.store.product_stats(&[heart]).await.unwrap();
        assert_eq!(stats[&heart].purchase_count, 1);
    }

    async fn importing_again_changes_nothing(shop: &Shop) {
        let (first, _) = online_retail(shop).await;
        let before = shop.store.order_by_number("536365").await.unwrap();
        let (again, _) = online_retail(shop).await;
        assert_eq!(again.map(|tally| tally.created), [0; 4]);
        assert_eq!(again.map(|tally| tally.known), first.map(|tally| tally.created));
        assert_eq!(shop.store.order_by_number("536365").await.unwrap(), before);
        assert_eq!(shop.store.count_interactions().await.unwrap(), 2);
    }

    async fn a_bad_row_loses_no_other(shop: &Shop) {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("rejects.csv");
        let mut rejects = Rejects::new(Some(&list));
        let csv = "sku,name,price,slug\n\
            A-1,Mug,9.90,mug\n\
            A-2,Cup,9.905,cup\n\
            A-3,Jug,12.00,mug\n\
            A-4,Pot,15.00,pot\n";
        let products =
            tables::products(csv.as_bytes(), Format::Csv, Currency::EUR, &mut rejects).unwrap();
        let mut loader = Loader {
            storage: shop.store.as_ref(),
            context: &shop.context,
            rejects: &mut rejects,
            progress: &|_| {},
        };
        assert_eq!(loader.products(&products).await.unwrap(), Tally { created: 2, known: 0 });
        rejects.finish().unwrap();
        let listed = std::fs::read_to_string(list).unwrap();
        let listed: Vec<&str> = listed.lines().skip(1).collect();
        assert_eq!(
            listed,
            ["3,price,not an amount of this currency,9.905", "4,slug,another product has it,mug"]
        );
        let mug = product(shop, "A-1").await;
        assert_eq!(shop.store.products(&[mug]).await.unwrap()[&mug].name, "Mug");
    }

    async fn events_of_people_and_things_unknown_are_listed_not_made_up(shop: &Shop) {
        online_retail(shop).await;
        let mut rejects = Rejects::new(None);
        let lines = r#"{"user":"17850","sku":"85123a","type":"VIEW","at":"2011-01-01","duration_ms":9000}
{"user":"nobody","sku":"85123A","type":"VIEW","at":"2011-01-01"}
{"user":"17850","sku":"none","type":"LIKE","at":"2011-01-01"}
{"user":"17850","sku":"71053","type":"ADORE","at":"2011-01-01"}
"#;
        let events = tables::interactions(lines.as_bytes(), Format::Jsonl, &mut rejects).unwrap();
        let mut loader = Loader {
            storage: shop.store.as_ref(),
            context: &shop.context,
            rejects: &mut rejects,
            progress: &|_| {},
        };
        assert_eq!(loader.interactions(&events).await.unwrap(), Tally { created: 1, known: 0 });
        assert_eq!(loader.interactions(&events).await.unwrap(), Tally { created: 0, known: 1 });
        assert_eq!(rejects.count(), 5, "one unreadable, two unknown in each run");
    }

    async fn a_simulated_shop_is_the_same_for_the_same_seed(shop: &Shop) {
        let made = simulate(shop.store.as_ref()).await;
        let other = Shop::on_sqlite().await;
        assert_eq!(made, simulate(other.store.as_ref()).await);
        let page = PageRequest::first(100, None);
        let ours = orders(shop.store.as_ref(), &page).await;
        assert_eq!(ours, orders(other.store.as_ref(), &page).await);
        let refunded = OrderFilter {
            payment_statuses: vec![PaymentStatus::PartiallyRefunded, PaymentStatus::Refunded],
            ..OrderFilter::default()
        };
        assert!(shop.store.count_orders(&refunded).await.unwrap() > 0, "what came back was refunded");
    }
}

async fn orders(store: &dyn Storage, page: &PageRequest) -> Vec<Order> {
    let page = store.list_orders(&OrderFilter::default(), page).await.unwrap();
    page.edges.into_iter().map(|edge| edge.node).collect()
}

async fn simulate(store: &dyn Storage) -> Seeded {
    let config = Simulation { products: 60, users: 80, days: 90, seed: 3, end_ms: START.as_millis() };
    simulated::seed(config, store, None, &|_| {}).await.unwrap()
}
