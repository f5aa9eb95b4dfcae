//! A small schema that can do everything the protocols have to carry, and a server around it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

use async_graphql::{Context, Error, ErrorExtensions, Object, Schema, SimpleObject, Subscription};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;
use shelfwise::context::{Context as AppContext, ManualClock, SeededEntropy};
use shelfwise::domain::caller::{Caller, Credential, PermissionSet, Role, SignedIn};
use shelfwise::domain::ids::{SessionId, UserId};
use shelfwise::domain::time::Timestamp;
use shelfwise::error::Code;
use shelfwise::graphql::completion::CompleteResults;
use shelfwise::graphql::limits::cost::{cost, per};
use shelfwise::graphql::limits::{EnforceLimits, Limits};
use shelfwise::http::{
    AlwaysReady, AuthFailure, Authenticator, Credentials, HttpSettings, Parts, RequestScope, router, serve,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

#[derive(Default)]
pub(crate) struct Query;

#[derive(SimpleObject)]
pub(crate) struct Item {
    id: i32,
    name: String,
    #[graphql(directive = cost::apply(10, None))]
    expensive: i32,
}

#[derive(Default)]
pub(crate) struct Shelf;

#[Object]
impl Shelf {
    #[graphql(directive = cost::apply(1, per(&["first", "last"])))]
    async fn items(&self, first: Option<i32>, #[graphql(default = 5)] last: i32) -> Vec<Item> {
        let count = first.unwrap_or(last).clamp(0, 100);
        (0..count).map(|id| Item { id, name: format!("item {id}"), expensive: id }).collect()
    }

    #[graphql(directive = cost::apply(2, per(&["ids"])))]
    async fn pick(&self, ids: Vec<i32>) -> Vec<Item> {
        ids.into_iter().map(|id| Item { id, name: String::new(), expensive: 0 }).collect()
    }

    async fn shelf(&self) -> Shelf {
        Shelf
    }
}

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn whoami(&self, ctx: &Context<'_>) -> &str {
        match ctx.data_unchecked::<Caller>().signed_in {
            Some(_) => "user",
            None => "anonymous",
        }
    }

    async fn shelf(&self) -> Shelf {
        Shelf
    }

    /// An expected refusal, with a code.
    async fn refused(&self) -> Result<String, Error> {
        Err(Error::new("no such thing")
            .extend_with(|_, extensions| extensions.set("code", Code::NotFound.name())))
    }

    async fn maybe_refused(&self) -> Result<Option<String>, Error> {
        Err(Error::new("no such thing")
            .extend_with(|_, extensions| extensions.set("code", Code::NotFound.name())))
    }

    /// An internal failure whose text must not leave the server.
    async fn broken(&self) -> Result<String, Error> {
        Err(std::io::Error::other("password=hunter2"))?
    }

    async fn panics(&self, #[graphql(default = true)] really: bool) -> bool {
        assert!(!really, "password=hunter2");
        really
    }

    async fn slow(&self) -> bool {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        true
    }

    async fn pause(&self) -> bool {
        tokio::time::sleep(Duration::from_millis(200)).await;
        true
    }

    async fn long(&self, #[graphql(default = 5000)] length: i32) -> String {
        "x".repeat(usize::try_from(length).unwrap_or(0).min(1_000_000))
    }
}

#[derive(Default)]
pub(crate) struct Mutation {
    count: AtomicI32,
}

#[Object]
impl Mutation {
    async fn bump(&self) -> i32 {
        self.count.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Counts the events that sources have produced, to see back-pressure from outside.
#[derive(Default)]
pub(crate) struct Subscriptions {
    pub(crate) produced: Arc<AtomicU64>,
}

#[Subscription]
impl Subscriptions {
    async fn countdown(&self, from: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter((1..=from).rev()).then(|left| async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            left
        })
    }

    async fn forever(&self) -> impl Stream<Item = i32> + use<> {
        stream::unfold(0, |at| async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Some((at, at + 1))
        })
    }

    /// As fast as it is read, a kilobyte at a time.
    async fn flood(&self) -> impl Stream<Item = String> + use<> {
        let produced = Arc::clone(&self.produced);
        stream::repeat_with(move || {
            produced.fetch_add(1, Ordering::SeqCst);
            "x".repeat(1024)
        })
    }

    async fn forbidden(&self) -> Result<stream::Empty<i32>, Error> {
        Err(Error::new("not yours")
            .extend_with(|_, extensions| extensions.set("code", Code::Forbidden.name())))
    }

    async fn panics(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter([1, 2]).map(|value| if value == 2 { panic!("password=hunter2") } else { value })
    }
}

/// Tokens: `good`, `short` (ends after 150 ms), `expired`, `blocked`, `down`; everything else is wrong.
struct Tokens(AppContext);

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, credentials: Credentials) -> Result<Caller, AuthFailure> {
        let Some(token) = credentials.bearer else { return Ok(Caller::default()) };
        let lives = match token.as_str() {
            "good" | "revoked" => Duration::from_secs(3600),
            "short" => Duration::from_millis(150),
            "expired" => return Err(AuthFailure::Expired),
            "blocked" => return Err(AuthFailure::Forbidden),
            "down" => return Err(AuthFailure::Unavailable("password=hunter2".into())),
            _ => return Err(AuthFailure::Invalid),
        };
        let signed_in = SignedIn {
            user: self.0.new_id::<UserId>(),
            credential: Credential::Session(self.0.new_id::<SessionId>()),
            role: Role::Customer,
            permissions: PermissionSet::EMPTY,
            expires_at: self.0.now() + lives,
        };
        let cart_token = (token == "revoked").then_some(token);
        Ok(Caller { signed_in: Some(signed_in), cart_token, ..Caller::default() })
    }

    async fn revalidate(&self, caller: &Caller) -> Result<(), AuthFailure> {
        if caller.cart_token.as_deref() == Some("revoked") { Err(AuthFailure::Invalid) } else { Ok(()) }
    }
}

struct Scope;

impl RequestScope for Scope {
    fn prepare(&self, request: async_graphql::Request, caller: Caller) -> async_graphql::Request {
        request.data(caller)
    }
}

pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) shutdown: CancellationToken,
    pub(crate) sockets: TaskTracker,
    pub(crate) produced: Arc<AtomicU64>,
}

pub(crate) fn settings() -> HttpSettings {
    HttpSettings { rate_per_second: 1_000_000, rate_burst: 1_000_000, ..HttpSettings::default() }
}

pub(crate) fn server(settings: HttpSettings) -> Server {
    server_with(settings, Limits::default())
}

pub(crate) fn server_with(settings: HttpSettings, limits: Limits) -> Server {
    let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
    let context = AppContext::new(Arc::new(clock), Arc::new(SeededEntropy::new(1)));
    let limits = Arc::new(limits);
    let subscriptions = Subscriptions::default();
    let produced = Arc::clone(&subscriptions.produced);
    let executor = Schema::build(Query, Mutation::default(), subscriptions)
        .extension(CompleteResults)
        .extension(EnforceLimits::new(Arc::clone(&limits)))
        .finish();
    let (shutdown, sockets) = (CancellationToken::new(), TaskTracker::new());
    let router = router(Parts {
        executor,
        authenticator: Arc::new(Tokens(context.clone())),
        scope: Arc::new(Scope),
        readiness: Arc::new(AlwaysReady),
        limits,
        settings,
        context,
        shutdown: shutdown.clone(),
        sockets: sockets.clone(),
        extra: Router::new(),
    });
    Server { router, shutdown, sockets, produced }
}

impl Server {
    /// Listens on a free port of the loopback interface until the server is stopped or the test's runtime ends.
    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, sockets) = (self.shutdown.clone(), self.sockets.clone());
        tokio::spawn(serve(listener, self.router.clone(), stop, sockets, Duration::from_secs(5)));
        address
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// POSTs a JSON body, accepting the newer media type.
    pub(crate) async fn post(&self, body: &Value) -> Answer {
        self.send(post(&body.to_string())).await
    }

    pub(crate) async fn query(&self, query: &str) -> Answer {
        self.post(&serde_json::json!({ "query": query })).await
    }
}

pub(crate) fn post(body: &str) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

pub(crate) fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

/// A response read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Self { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    }
}
