//! A small shop in a database of its own: three categories, shoppers who keep to one each, and time that stands still.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use shelfwise::bus::{Bus, LocalBus, SharedBus};
use shelfwise::cache::LocalCache;
use shelfwise::context::{Clock, Context, ManualClock, SeededEntropy};
use shelfwise::domain::catalogue::{Category, Product, ProductStatus, Stock, Variant};
use shelfwise::domain::ids::{CategoryId, ProductId, UserId, VariantId};
use shelfwise::domain::interaction::{Interaction, InteractionKind, Subject};
use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::people::User;
use shelfwise::domain::text::{Sku, Slug};
use shelfwise::domain::time::Timestamp;
use shelfwise::recommend::ask::{Ask, Question, Served};
use shelfwise::recommend::ticks::StoppedTicks;
use shelfwise::recommend::{Dependencies, Options, Recommendations};
use shelfwise::storage::Storage;
use shelfwise::storage::catalogue::ProductRecord;
use shelfwise::storage::interactions::InteractionCursor;
use shelfwise::storage::sql::{ConnectOptions, PostgresNotices, connect};
use shelfwise_strategies::event::InteractionWeights;
use shelfwise_strategies::registry::Registry;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::support::postgres::Database;
use crate::support::shop::on_postgres;

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);
pub(crate) const CATEGORIES: u128 = 3;
pub(crate) const PRODUCTS: u128 = 24;
pub(crate) const SHOPPERS: u128 = 18;

pub(crate) struct Shop {
    pub(crate) store: Arc<dyn Storage>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) context: Context,
    pub(crate) live: Arc<Recommendations>,
    place: Place,
}

/// Where a shop is kept, for as long as somebody may open it.
struct Place {
    /// Holds the trained models, and the database where that is a file.
    folder: tempfile::TempDir,
    database: Option<Arc<Database>>,
}

impl Place {
    async fn new() -> Self {
        let database = if on_postgres() { Database::create().await } else { None };
        Self { folder: tempfile::tempdir().unwrap(), database: database.map(Arc::new) }
    }

    /// The bus of a process: over the database where that is a PostgreSQL.
    fn bus(&self, process: u64) -> Arc<dyn Bus> {
        let url = self.database.as_ref().map_or("sqlite:", |database| &database.url);
        match PostgresNotices::new(&ConnectOptions::new(url)).unwrap() {
            Some(notices) => {
                let process = Uuid::from_u128(process.into());
                Arc::new(SharedBus::start(Arc::new(notices), process, &TaskTracker::new()))
            }
            None => Arc::new(LocalBus::new()),
        }
    }

    async fn open(&self) -> Arc<dyn Storage> {
        let file = || format!("sqlite:{}", self.folder.path().join("shop.db").display());
        let url = self.database.as_ref().map_or_else(file, |database| database.url.clone());
        connect(&ConnectOptions::new(url)).await.unwrap()
    }

    /// The store with its shoppers' past.
    async fn filled(&self) -> Arc<dyn Storage> {
        let store = self.open().await;
        fill(store.as_ref()).await;
        settled(store.as_ref()).await;
        store
    }
}

pub(crate) fn category(number: u128) -> CategoryId {
    Uuid::from_u128(0xC000 + number).into()
}

/// Product `number` belongs to category `number % 3`.
pub(crate) fn product(number: u128) -> ProductId {
    Uuid::from_u128(0xA000 + number).into()
}

pub(crate) fn variant(number: u128) -> VariantId {
    Uuid::from_u128(0xB000 + number).into()
}

/// Shopper `number` keeps to category `number % 3`.
pub(crate) fn shopper(number: u128) -> Subject {
    Subject::User(user(number))
}

pub(crate) fn user(number: u128) -> UserId {
    Uuid::from_u128(0xE000 + number).into()
}

pub(crate) fn product_record(number: u128, at: Timestamp) -> ProductRecord {
    let name = format!("Product {number}");
    let price = Money::new(1_000 + 100 * number as i64, Currency::EUR);
    let product = Product {
        id: product(number),
        slug: Slug::from_name(&name).unwrap(),
        status: ProductStatus::Active,
        name,
        description: format!("Useful thing of shelf {}", number % CATEGORIES),
        brand_id: None,
        category_id: Some(category(number % CATEGORIES)),
        tags: vec![format!("shelf{}", number % CATEGORIES)],
        images: Vec::new(),
        attributes: Vec::new(),
        sustainability: None,
        price,
        compare_at_price: None,
        created_at: at,
        updated_at: at,
        version: 1,
    };
    let variant = Variant {
        id: variant(number),
        product_id: product.id,
        sku: Sku::parse(&format!("SKU-{number}")).unwrap(),
        name: "Default".to_owned(),
        options: Vec::new(),
        price,
        compare_at_price: None,
        weight_grams: None,
        stock: Stock { on_hand: 10, reserved: 0, updated_at: at },
        position: 0,
        created_at: at,
        updated_at: at,
    };
    ProductRecord { product, variants: vec![variant] }
}

pub(crate) fn person(number: u128) -> User {
    User::new(user(number), format!("Shopper {number}"), NOW)
}

pub(crate) fn deed(who: Subject, what: u128, kind: InteractionKind, at: Timestamp) -> Interaction {
    Interaction {
        event_id: format!("{who}-{what}-{}-{}", kind.as_str(), at.as_millis()),
        subject: who,
        product_id: product(what),
        kind,
        occurred_at: at,
        duration_ms: None,
        quantity: 1,
        recommendation_id: None,
        position: None,
        order_id: None,
        context: None,
    }
}

pub(crate) fn options(folder: Option<PathBuf>) -> Options {
    Options {
        default_strategy: "collaborative".to_owned(),
        weights: InteractionWeights::default(),
        train_every: Duration::from_secs(3600),
        train_after_events: 1_000_000,
        // Its figures are written down behind the tests' backs, which count statements.
        measure_every: None,
        follow_every: None,
        train_at_start: true,
        model_dir: folder,
        settle: Duration::ZERO,
        patience: Duration::from_secs(30),
        seed: 7,
        live_events: 10_000,
    }
}

impl Shop {
    /// The shop with its shoppers' past, trained.
    pub(crate) async fn open() -> Self {
        let shop = Self::begun().await;
        shop.trained().await;
        shop
    }

    /// The shop with its shoppers' past, while its first training begins.
    pub(crate) async fn begun() -> Self {
        let place = Place::new().await;
        Self::start(place.filled().await, place, NOW).await
    }

    /// The shop with its shoppers' past, trained, and measured after each training that somebody asks for.
    pub(crate) async fn measuring() -> Self {
        let place = Place::new().await;
        let store = place.filled().await;
        let options = Options { measure_every: Some(Duration::from_secs(86_400)), ..options(None) };
        let shop = Self::begin(store, place, Arc::new(ManualClock::at(NOW)), 1, options).await;
        shop.trained().await;
        shop
    }

    /// The shop without products or people.
    pub(crate) async fn empty() -> Self {
        let place = Place::new().await;
        Self::start(place.open().await, place, NOW).await
    }

    /// The same database opened by another process.
    pub(crate) async fn reopened(self) -> Self {
        self.live.shutdown().await;
        self.store.close().await;
        let now = self.context.now();
        Self::start(self.place.open().await, self.place, now).await
    }

    /// Another process over the same store and the same clock, which looks for what this one writes.
    pub(crate) async fn another_instance(&self) -> Self {
        self.instance_following_every(Duration::from_millis(20)).await
    }

    /// The shop on a PostgreSQL, and another process that learns only what the bus between them says in time;
    /// nothing when tests may do without PostgreSQL.
    pub(crate) async fn two_on_a_bus() -> Option<(Self, Self)> {
        let database = Some(Arc::new(Database::create().await?));
        let place = Place { folder: tempfile::tempdir().unwrap(), database };
        let shop = Self::start(place.filled().await, place, NOW).await;
        shop.trained().await;
        let other = shop.instance_following_every(Duration::from_secs(3_600)).await;
        Some((shop, other))
    }

    async fn instance_following_every(&self, every: Duration) -> Self {
        let database = self.place.database.clone();
        let place = Place { folder: tempfile::tempdir().unwrap(), database };
        let options = Options { follow_every: Some(every), ..options(None) };
        let other = Self::begin(Arc::clone(&self.store), place, Arc::clone(&self.clock), 2, options).await;
        other.trained().await;
        other
    }

    async fn start(store: Arc<dyn Storage>, place: Place, now: Timestamp) -> Self {
        let options = options(Some(place.folder.path().join("models")));
        Self::begin(store, place, Arc::new(ManualClock::at(now)), 1, options).await
    }

    async fn begin(
        store: Arc<dyn Storage>,
        place: Place,
        clock: Arc<ManualClock>,
        instance: u64,
        options: Options,
    ) -> Self {
        let seed = clock.now().as_millis() as u64 * instance;
        let context = Context::new(Arc::clone(&clock) as _, Arc::new(SeededEntropy::new(seed)));
        let dependencies = Dependencies {
            store: Arc::clone(&store),
            context: context.clone(),
            bus: place.bus(instance),
            cache: Arc::new(LocalCache::new(8 << 20)),
            ticks: Arc::new(StoppedTicks),
            registry: Registry::standard(),
        };
        let live = Recommendations::start(dependencies, options).await.unwrap();
        Self { store, clock, context, live, place }
    }

    /// Waits until a training that is under way or queued has put its models in service.
    pub(crate) async fn trained(&self) {
        for _ in 0..3_000 {
            let ready = self
                .live
                .strategy_states()
                .iter()
                .all(|state| !state.enabled || self.live.model_version(state.id).is_some());
            if ready && self.live.training_progress().is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the training takes too long");
    }

    /// Generations of trained models on disk.
    pub(crate) fn saved_generations(&self) -> usize {
        let entries =
            std::fs::read_dir(self.place.folder.path().join("models")).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().parse::<u64>().is_ok()).count()
    }

    pub(crate) async fn record(&self, who: Subject, what: u128, kind: InteractionKind) {
        // Every deed has its own millisecond, so that none repeats another.
        self.clock.advance(Duration::from_millis(1));
        let deed = deed(who, what, kind, self.context.now());
        assert_eq!(self.live.record(&[deed]).await.unwrap().accepted.len(), 1);
    }

    pub(crate) fn list(&self, who: Subject, count: usize) -> Served {
        self.live.recommend(&ask(who, count)).unwrap()
    }

    pub(crate) fn shown(&self, who: Subject, count: usize) -> Vec<ProductId> {
        ids(&self.list(who, count))
    }
}

pub(crate) fn ask(who: Subject, count: usize) -> Ask {
    Ask::new(Question::ForShopper, Some(who), count)
}

pub(crate) fn ids(served: &Served) -> Vec<ProductId> {
    served.list.items.iter().map(|item| item.product).collect()
}

/// Waits until the log shows everything: PostgreSQL holds deeds back while an older transaction is open anywhere on
/// the server, and the other tests share it.
async fn settled(store: &dyn Storage) {
    let deeds = store.count_interactions().await.unwrap();
    for _ in 0..3_000 {
        let shown = store.interactions_since(InteractionCursor::START, 10_000).await.unwrap().len();
        if i64::try_from(shown) == Ok(deeds) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("some transaction stays open");
}

async fn fill(store: &dyn Storage) {
    let past = NOW - Duration::from_secs(20 * 24 * 3600);
    let mut unit = store.begin().await.unwrap();
    for number in 0..CATEGORIES {
        let name = format!("Shelf {number}");
        let category = Category {
            id: category(number),
            slug: Slug::from_name(&name).unwrap(),
            name,
            parent_id: None,
            created_at: past,
        };
        unit.insert_category(&category).await.unwrap();
    }
    for number in 0..PRODUCTS {
        unit.insert_product(&product_record(number, past)).await.unwrap();
    }
    for number in 0..SHOPPERS {
        unit.insert_user(&person(number)).await.unwrap();
    }
    let mut deeds = Vec::new();
    for number in 0..SHOPPERS {
        // Each shopper knows four of the eight products of their shelf, a different four for neighbours.
        for step in 0..4 {
            let what = number % CATEGORIES + CATEGORIES * ((number / CATEGORIES + step) % 8);
            let at = past + Duration::from_secs(3600 * (number * 4 + step) as u64);
            deeds.push(deed(shopper(number), what, InteractionKind::Purchase, at));
        }
    }
    unit.record_interactions(&deeds, NOW).await.unwrap();
    unit.save().await.unwrap();
}
