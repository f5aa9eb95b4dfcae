//! Checkouts a second and how long each takes, payment begun at the sandbox included, every one of them on disk before
//! it is answered: on SQLite in a file,
//! and on PostgreSQL with its journal synced at every commit. `cargo bench --bench checkout`.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

#[path = "../tests/integration/support/postgres.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod postgres;

use std::sync::Arc;
use std::time::{Duration, Instant};

use shelfwise::bus::LocalBus;
use shelfwise::cache::LocalCache;
use shelfwise::config::Config;
use shelfwise::context::Context;
use shelfwise::domain::caller::Caller;
use shelfwise::domain::catalogue::{Product, ProductStatus, Stock, Variant};
use shelfwise::domain::ids::VariantId;
use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::text::{Sku, Slug};
use shelfwise::recommend::ticks::ProcessTicks;
use shelfwise::recommend::{Dependencies, Options, Recommendations};
use shelfwise::services::Services;
use shelfwise::services::accounts::AddressChange;
use shelfwise::services::carts::{DeliveryChange, LineAdd};
use shelfwise::services::checkout::CheckoutRequest;
use shelfwise::storage::catalogue::ProductRecord;
use shelfwise::storage::sql::{ConnectOptions, connect};
use shelfwise_strategies::registry::Registry;
use tokio::task::JoinSet;

const PRODUCTS: usize = 500;
const LINES: usize = 2;
/// Checkouts of all clients together, in each measurement.
const CHECKOUTS: usize = 600;
const CLIENTS: [usize; 3] = [1, 8, 32];

async fn open(url: &str) -> (Arc<Services>, Vec<VariantId>) {
    let options = ConnectOptions { max_connections: 16, ..ConnectOptions::new(url) };
    let store = connect(&options).await.unwrap();
    let context = Context::system();
    let config = Config::load(None, []).unwrap();
    let (records, variants) = products(&context);
    let mut unit = store.begin().await.unwrap();
    unit.upsert_products(&records).await.unwrap();
    unit.save().await.unwrap();
    let bus = Arc::new(LocalBus::new());
    let dependencies = Dependencies {
        store: Arc::clone(&store),
        context: context.clone(),
        bus: Arc::clone(&bus) as _,
        cache: Arc::new(LocalCache::new(1 << 20)),
        ticks: Arc::new(ProcessTicks::default()),
        registry: Registry::standard(),
    };
    let options = Options::from_config(&config.recommendations, None);
    let live = Recommendations::start(dependencies, options).await.unwrap();
    let services = Services::open(store, bus, live, context, &config).await.unwrap();
    (Arc::new(services), variants)
}

fn products(context: &Context) -> (Vec<ProductRecord>, Vec<VariantId>) {
    let now = context.now();
    let record = |number: usize| {
        let price = Money::new(1_990, Currency::EUR);
        let product = Product {
            id: context.new_id(),
            slug: Slug::parse(&format!("product-{number}")).unwrap(),
            status: ProductStatus::Active,
            name: format!("Product {number}"),
            description: String::new(),
            brand_id: None,
            category_id: None,
            tags: vec![],
            images: vec![],
            attributes: vec![],
            sustainability: None,
            price,
            compare_at_price: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let variant = Variant {
            id: context.new_id(),
            product_id: product.id,
            sku: Sku::parse(&format!("SKU-{number}")).unwrap(),
            name: "Standard".to_owned(),
            options: vec![],
            price,
            compare_at_price: None,
            weight_grams: None,
            stock: Stock { on_hand: 1_000_000, reserved: 0, updated_at: now },
            position: 0,
            created_at: now,
            updated_at: now,
        };
        ProductRecord { product, variants: vec![variant] }
    };
    let records: Vec<ProductRecord> = (0..PRODUCTS).map(record).collect();
    let variants = records.iter().map(|record| record.variants[0].id).collect();
    (records, variants)
}

/// A guest's cart with a few lines, ready for the checkout.
async fn cart(services: &Services, variants: &[VariantId]) -> (Caller, CheckoutRequest) {
    let random = services.context.random_u64();
    let pick = |line: usize| variants[(random as usize >> (line * 16)) % variants.len()];
    let lines: Vec<LineAdd> =
        (0..LINES).map(|line| LineAdd { variant: pick(line), quantity: 1, recommendation: None }).collect();
    let made = services.carts.add_lines(&Caller::default(), None, &lines, None).await.unwrap();
    let caller = Caller { cart_token: made.token, ..Caller::default() };
    let address = AddressChange {
        name: "Buyer".to_owned(),
        line1: "Road 1".to_owned(),
        line2: None,
        city: "Ulm".to_owned(),
        region: None,
        postal_code: None,
        country: "DE".to_owned(),
        phone: None,
        is_default: None,
    };
    let delivery = DeliveryChange {
        email: Some("buyer@example.org".to_owned()),
        shipping_address: Some(address),
        billing_address: None,
        shipping_option: Some("standard".to_owned()),
    };
    let ready = services.carts.update_delivery(&caller, None, delivery).await.unwrap().cart;
    let request = CheckoutRequest {
        cart: ready.cart.id,
        expected_total: ready.money(ready.cost.total_minor),
        gateway: "sandbox".to_owned(),
        payment_method: None,
        return_url: None,
        idempotency_key: "once".to_owned(),
        note: None,
    };
    (caller, request)
}

async fn measure(services: &Arc<Services>, variants: &[VariantId], clients: usize) -> (f64, Vec<Duration>) {
    let mut loads = Vec::new();
    for _ in 0..clients {
        let mut load = Vec::new();
        for _ in 0..CHECKOUTS / clients {
            load.push(cart(services, variants).await);
        }
        loads.push(load);
    }
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for load in loads {
        let services = Arc::clone(services);
        running.spawn(async move {
            let mut times = Vec::with_capacity(load.len());
            for (caller, request) in load {
                let begin = Instant::now();
                services.checkout.complete(&caller, request).await.unwrap();
                times.push(begin.elapsed());
            }
            times
        });
    }
    let mut times: Vec<Duration> = running.join_all().await.concat();
    let rate = times.len() as f64 / begin.elapsed().as_secs_f64();
    times.sort_unstable();
    (rate, times)
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
async fn report(name: &str, url: &str) {
    let (services, variants) = open(url).await;
    for clients in CLIENTS {
        let (rate, times) = measure(&services, &variants, clients).await;
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
        println!(
            "{name:<11} {clients:>3} clients  {rate:>7.0} checkouts/s   p50 {:>7.2} ms   p99 {:>7.2} ms",
            at(0.5),
            at(0.99)
        );
    }
    services.storage.close().await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir_in(std::env::current_dir().unwrap().join("target")).unwrap();
        report("SQLite", &format!("sqlite:{}", folder.path().join("shop.db").display())).await;
        if let Some(database) = postgres::Database::create_durable().await {
            report("PostgreSQL", &database.url).await;
        }
    });
}
