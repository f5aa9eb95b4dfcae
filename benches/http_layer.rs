//! What the HTTP layer costs: the whole server (limits, credentials, request ids, headers, rate limit, completion)
//! beside async-graphql-axum's own service, over the same schema, in one run. The ratio is the result; the times depend
//! on the machine.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SimpleObject};
use async_graphql_axum::GraphQL;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::routing::post_service;
use shelfwise::context::Context;
use shelfwise::domain::caller::Caller;
use shelfwise::graphql::completion::CompleteResults;
use shelfwise::graphql::limits::{EnforceLimits, Limits};
use shelfwise::http::{
    AlwaysReady, AuthFailure, Authenticator, Credentials, HttpSettings, Parts, RequestScope, router,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(100);

struct Query;

#[derive(SimpleObject, Clone)]
struct Item {
    id: i32,
    name: String,
    price: Price,
}

#[derive(SimpleObject, Clone)]
struct Price {
    minor_units: i64,
    currency: String,
}

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn items(&self, first: i32) -> Vec<Item> {
        (0..first.clamp(0, 100))
            .map(|id| Item {
                id,
                name: format!("item {id}"),
                price: Price { minor_units: 1999, currency: "EUR".to_owned() },
            })
            .collect()
    }
}

struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: Credentials) -> Result<Caller, AuthFailure> {
        Ok(Caller::default())
    }
}

impl RequestScope for Anybody {
    fn prepare(&self, request: async_graphql::Request, caller: Caller) -> async_graphql::Request {
        request.data(caller)
    }
}

fn stock() -> Router {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).finish();
    Router::new().route("/graphql", post_service(GraphQL::new(schema)))
}

fn ours() -> Router {
    let limits = Arc::new(Limits::default());
    let executor = Schema::build(Query, EmptyMutation, EmptySubscription)
        .extension(CompleteResults)
        .extension(EnforceLimits::new(Arc::clone(&limits)))
        .finish();
    router(Parts {
        executor,
        authenticator: Arc::new(Anybody),
        scope: Arc::new(Anybody),
        readiness: Arc::new(AlwaysReady),
        limits,
        settings: HttpSettings { rate_per_second: u32::MAX, rate_burst: u32::MAX, ..HttpSettings::default() },
        context: Context::system(),
        shutdown: CancellationToken::new(),
        sockets: TaskTracker::new(),
        extra: Router::new(),
    })
}

async fn call(router: &Router, body: &'static str) {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap_or_default();
    let Ok(response) = router.clone().oneshot(request).await;
    black_box(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default());
}

/// Mean microseconds a request over one round.
async fn round(router: &Router, body: &'static str) -> f64 {
    let started = Instant::now();
    let mut calls = 0_u32;
    while started.elapsed() < ROUND {
        call(router, body).await;
        calls += 1;
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::print_stdout, reason = "a benchmark reports on the terminal")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (stock, ours) = (stock(), ours());
    println!("{:<28} {:>10} {:>10} {:>7}", "request", "stock µs", "ours µs", "ratio");
    for (name, body) in [
        ("one field", r#"{"query":"{ hello }"}"#),
        (
            "100 items, 4 fields each",
            r#"{"query":"{ items(first: 100) { id name price { minorUnits currency } } }"}"#,
        ),
        ("an invalid document", r#"{"query":"{ nothing { at all } }"}"#),
    ] {
        let (mut stock_times, mut our_times) = (Vec::new(), Vec::new());
        // Alternating, so that a noisy neighbour disturbs both alike.
        for _ in 0..ROUNDS {
            stock_times.push(round(&stock, body).await);
            our_times.push(round(&ours, body).await);
        }
        let (stock, ours) = (median(stock_times), median(our_times));
        println!("{name:<28} {stock:>10.1} {ours:>10.1} {:>7.2}", ours / stock);
    }
}
