//! Fit, recommend and observe at scale: seconds, latency percentiles and peak memory per strategy.
//!
//! `cargo bench -p shelfwise-strategies --bench serve -- --items 100000 --events 1000000`
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its result and stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::delta::DeltaLimits;
use shelfwise_strategies::event::{DAY_MS, Event, EventKind, InteractionWeights};
use shelfwise_strategies::item::ItemFeatures;
use shelfwise_strategies::models::ModelSet;
use shelfwise_strategies::recommender::Recommender;
use shelfwise_strategies::registry::Registry;
use shelfwise_strategies::request::{Request, Settings, Shopper};
use shelfwise_strategies::snapshot::Snapshot;
use shelfwise_strategies::strategy::{Kind, Window};
use shelfwise_strategies::train::{Cancel, FitJob, Settled, Silent};

const NOW: i64 = 400 * DAY_MS;
const CLUSTERS: u32 = 200;

struct Scale {
    items: u32,
    events: usize,
    queries: u32,
    only: Option<String>,
    skip: Vec<String>,
    /// Length of the lists asked for.
    count: usize,
    /// The one to ask, when not all are.
    ask: Option<String>,
}

fn scale() -> Scale {
    let mut scale = Scale {
        items: 100_000,
        events: 1_000_000,
        queries: 2_000,
        count: 10,
        only: None,
        skip: Vec::new(),
        ask: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap().parse::<usize>().unwrap();
        match argument.as_str() {
            "--items" => scale.items = number() as u32,
            "--events" => scale.events = number(),
            "--queries" => scale.queries = number() as u32,
            "--count" => scale.count = number(),
            "--only" => scale.only = arguments.next(),
            "--ask" => scale.ask = arguments.next(),
            "--skip" => scale.skip.extend(arguments.next()),
            // Cargo passes flags of its own.
            _ => {}
        }
    }
    scale
}

fn items(count: u32, rng: &mut ChaCha8Rng) -> Vec<ItemFeatures> {
    (0..count)
        .map(|index| {
            let cluster = index % CLUSTERS;
            let word = |number: u32| format!("word{number}");
            let words: Vec<String> = (0..6).map(|_| word(rng.random_range(0..8_000))).collect();
            ItemFeatures {
                categories: vec![cluster, 1_000 + cluster / 10],
                category_text: word(20_000 + cluster),
                brand: Some(rng.random_range(0..2_000)),
                price_minor: rng.random_range(199..50_000),
                title: format!("{} {}", word(10_000 + cluster * 5 + index % 5), words.join(" ")),
                description: words.join(" made of "),
                sustainability: Some(rng.random_range(0..=100)),
                created_at: rng.random_range(0..NOW),
                active: true,
                in_stock: true,
                ..ItemFeatures::default()
            }
        })
        .collect()
}

/// Popular products are drawn more often, most of them from the shopper's few clusters.
fn draw_item(rng: &mut ChaCha8Rng, items: u32, user: u32) -> u32 {
    let skewed: f64 = rng.random_range(0.0f64..1.0).powi(3);
    let rank = (skewed * f64::from(items)) as u32;
    if rng.random_range(0..10) < 8 {
        let cluster = (user * 7 + rng.random_range(0..3) * 31) % CLUSTERS;
        (rank / CLUSTERS * CLUSTERS + cluster).min(items - 1)
    } else {
        rank.min(items - 1)
    }
}

fn dataset(scale: &Scale, rng: &mut ChaCha8Rng) -> Dataset {
    let users = (scale.events / 15).max(10) as u32;
    let mut events = Vec::with_capacity(scale.events);
    while events.len() < scale.events {
        let user = rng.random_range(0..users);
        let start = rng.random_range(0..NOW - DAY_MS);
        let session = events.len() as u64 + 1;
        for step in 0..rng.random_range(1..8i64) {
            let item = draw_item(rng, scale.items, user);
            let at = start + step * 60_000;
            events.push(Event::new(user, item, EventKind::View, at).amount(20_000.0).group(session));
            if rng.random_range(0..6) == 0 {
                events.push(Event::new(user, item, EventKind::Purchase, at).amount(1.0).group(session));
            }
        }
    }
    Dataset::new(items(scale.items, rng), users as usize, BTreeMap::new(), &events).unwrap()
}

fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * share) as usize]
}

/// Processor time of this thread: on a machine that others use, what an answer costs rather than how
/// long it waited for its turn.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Processor time of all threads.
fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(|| "unknown".to_owned(), |line| line[6..].trim().to_owned())
}

fn main() {
    let scale = scale();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let started = Instant::now();
    let data = Arc::new(dataset(&scale, &mut rng));
    println!(
        "{} products, {} shoppers, {} events, made in {:.1?}; memory {}",
        data.item_count(),
        data.user_count(),
        data.event_count(),
        started.elapsed(),
        peak_memory()
    );
    let registry = Registry::standard();
    let mut models = ModelSet::default();
    let mut settled = Settled::new();
    let (mut total, mut total_busy) = (Duration::ZERO, Duration::ZERO);
    let composite = ["ensemble", "ab_assigned", "bandit"];
    for entry in registry.entries() {
        if scale.only.as_deref().is_some_and(|only| only != entry.id && !composite.contains(&entry.id)) {
            continue;
        }
        if scale.skip.iter().any(|skipped| skipped == entry.id) {
            continue;
        }
        let (started, busy) = (Instant::now(), process_time());
        let job = FitJob {
            dataset: &data,
            now: NOW,
            weights: &InteractionWeights::default(),
            seed: 1,
            progress: &Silent,
            cancel: &Cancel::default(),
            settled: &settled,
        };
        let model = entry.fit(&job, &Value::Null).unwrap();
        let (fit, busy) = (started.elapsed(), process_time() - busy);
        total += fit;
        total_busy += busy;
        settled.insert(entry.id.to_owned(), model.settled().unwrap_or(Value::Null));
        let size = model.encode().unwrap().len();
        println!(
            "fit {:<22} {fit:>10.2?}  processor {busy:>10.2?}  saved {:>8} KiB  peak {}",
            entry.id,
            size / 1024,
            peak_memory()
        );
        models.insert(entry.id, "1", model);
    }
    println!("fit all {total:.1?}, processor {total_busy:.1?}");
    let snapshot = Snapshot::new(1, Arc::clone(&data));
    let recommender = Recommender::new(snapshot.clone(), Settings::default(), DeltaLimits::default());
    let started = Instant::now();
    recommender.publish(snapshot, models, recommender.mark());
    println!("publish {:.1?}", started.elapsed());

    observe(&recommender, &scale, &mut rng);
    let asked = |name: &str| scale.ask.as_deref().is_none_or(|asked| asked == name);
    for model in recommender.models().iter().filter(|model| asked(model.name())) {
        for (name, kind) in [
            ("for user", Kind::ForUser),
            ("similar", Kind::SimilarTo(0)),
            ("session", Kind::Session),
            ("trending", Kind::Trending { window: Window::Day, category: None }),
        ] {
            if model.supports(&kind) {
                recommend(&recommender, model.name(), name, &kind, &scale, &mut rng);
            }
        }
    }
    println!("peak memory {}", peak_memory());
}

fn observe(recommender: &Recommender, scale: &Scale, rng: &mut ChaCha8Rng) {
    let users = recommender.snapshot().dataset().user_count() as u32;
    let mut times: Vec<Duration> = (0..20_000)
        .map(|step| {
            let user = rng.random_range(0..users);
            let kind = if step % 8 == 0 { EventKind::Purchase } else { EventKind::View };
            let event = Event::new(user, draw_item(rng, scale.items, user), kind, NOW + step * 100);
            let started = Instant::now();
            recommender.observe(&event).unwrap();
            started.elapsed()
        })
        .collect();
    let (half, most) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    println!("observe, all strategies together    p50 {half:>9.1?}  p99 {most:>9.1?}");
}

fn recommend(
    recommender: &Recommender,
    strategy: &str,
    name: &str,
    kind: &Kind,
    scale: &Scale,
    rng: &mut ChaCha8Rng,
) {
    let users = recommender.snapshot().dataset().user_count() as u32;
    for explain in [None, Some(3)] {
        let (mut times, mut busy): (Vec<Duration>, Vec<Duration>) = (0..scale.queries + 50)
            .map(|query| {
                let user = rng.random_range(0..users);
                let kind = match kind {
                    Kind::SimilarTo(_) => Kind::SimilarTo(draw_item(rng, scale.items, user)),
                    other => other.clone(),
                };
                let mut request = Request::new(kind, Shopper::Known(user), scale.count, NOW + 3_000_000);
                request.strategy = Some(strategy.to_owned());
                request.seed = u64::from(query);
                request.unit = user.to_string();
                request.explain = explain;
                let (started, busy) = (Instant::now(), thread_time());
                let list = recommender.recommend(&request);
                let took = (started.elapsed(), thread_time() - busy);
                assert!(list.items.len() <= scale.count);
                took
            })
            .skip(50)
            .unzip();
        let what = if explain.is_some() { "explained" } else { "plain" };
        let (half, most) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
        let (half_busy, most_busy) = (percentile(&mut busy, 0.5), percentile(&mut busy, 0.99));
        println!(
            "{strategy:<20} {name:<9} {what:<10} p50 {half:>9.1?}  p99 {most:>9.1?}  processor p50 {half_busy:>9.1?}  p99 {most_busy:>9.1?}"
        );
    }
}
