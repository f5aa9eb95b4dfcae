//! The way to a gateway's servers: one HTTP client a gateway, with timeouts, repeats, and a circuit breaker.
//!
//! Everything sent here may be sent again: reads change nothing, and every write carries a key by which the gateway
//! knows it for a repeat. So no answer, a 5xx and a 429 are all tried again after a growing, jittered pause.

use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use futures_util::future::BoxFuture;
use reqwest::header::HeaderMap;
use reqwest::{Client, Request};
use rustls::{ClientConfig, RootCertStore};
use tower::util::BoxCloneSyncService;
use tower::{Layer as _, Service, ServiceExt as _};
use tower_resilience_circuitbreaker::{
    CircuitBreakerError, CircuitBreakerHandle, CircuitBreakerLayer, FailureClassifier,
};

use super::GatewayError;

/// No gateway answers with more.
const MAX_ANSWER_BYTES: usize = 1 << 20;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How patiently a gateway is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteSettings {
    /// For one attempt, from connecting to the last byte.
    pub timeout: Duration,
    /// Attempts in all.
    pub attempts: usize,
    /// Failures in a row that open the circuit breaker.
    pub breaker_failures: usize,
    /// How long it stays open before one request tries again.
    pub breaker_pause: Duration,
}

impl Default for RemoteSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(8),
            attempts: 3,
            breaker_failures: 5,
            breaker_pause: Duration::from_secs(30),
        }
    }
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// A fault on the gateway's side, or its plea for patience.
    const fn is_passing_fault(&self) -> bool {
        self.status >= 500 || self.status == 429
    }

    pub(super) fn text(&self) -> Result<&str, GatewayError> {
        std::str::from_utf8(&self.body).map_err(|_| GatewayError::BadAnswer("not utf-8".to_owned()))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

type Guarded = BoxCloneSyncService<Request, Answer, CircuitBreakerError<Failure>>;

/// The client of one gateway. Cheap to clone; clones share connections and circuit breaker.
#[derive(Clone)]
pub struct Remote {
    client: Client,
    guarded: Guarded,
    breaker: Arc<dyn Breaker>,
    settings: RemoteSettings,
}

impl Remote {
    /// # Errors
    /// When the settings are out of range.
    pub fn new(settings: RemoteSettings) -> Result<Self, GatewayError> {
        let refuse = |detail: String| GatewayError::Refused { code: "settings".to_owned(), detail };
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| refuse(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout / 2)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("shelfwise/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .build()
            .map_err(|error| refuse(error.to_string()))?;
        let failed = |answer: &Result<Answer, Failure>| match answer {
            Ok(answer) => answer.status >= 500,
            Err(_) => true,
        };
        let (layer, handle) = CircuitBreakerLayer::builder()
            .failure_classifier(failed)
            .consecutive_failures(settings.breaker_failures)
            .wait_duration_in_open(settings.breaker_pause)
            .permitted_calls_in_half_open(1)
            .build_with_handle()
            .map_err(|error| refuse(error.to_string()))?;
        let guarded = BoxCloneSyncService::new(layer.layer(Transport(client.clone())));
        Ok(Self { client, guarded, breaker: Arc::new(handle), settings })
    }

    pub(super) fn is_healthy(&self) -> bool {
        !self.breaker.is_open()
    }

    /// Starts a request; to be finished by the closure given to [`send`](Self::send).
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Sends what `make` makes, anew for every attempt so that signatures stay fresh.
    pub(super) async fn send<F>(&self, make: F) -> Result<Answer, GatewayError>
    where
        F: Fn() -> Result<Request, GatewayError> + Send + Sync,
    {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(self.settings.attempts.saturating_sub(1))
            .with_jitter();
        let attempt = || async {
            let request = make().map_err(Attempt::Final)?;
            match self.guarded.clone().oneshot(request).await {
                Ok(answer) if answer.is_passing_fault() => Err(Attempt::Again(answer)),
                Ok(answer) => Ok(answer),
                Err(CircuitBreakerError::OpenCircuit) => {
                    Err(Attempt::Final(GatewayError::Unavailable("the circuit breaker is open".to_owned())))
                }
                Err(CircuitBreakerError::Inner(failure)) => Err(Attempt::Silent(failure.0)),
            }
        };
        let outcome = attempt.retry(pauses).when(|error| !matches!(error, Attempt::Final(_))).await;
        outcome.map_err(|error| match error {
            Attempt::Final(error) => error,
            Attempt::Silent(detail) => GatewayError::Unavailable(detail),
            Attempt::Again(answer) => GatewayError::Unavailable(format!("status {}", answer.status)),
        })
    }
}

/// One attempt that did not bring an answer to work with.
enum Attempt {
    Final(GatewayError),
    Silent(String),
    Again(Answer),
}

/// No answer at all.
#[derive(Debug)]
struct Failure(String);

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // Addresses can hold signatures.
        let error = error.without_url();
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Self(text)
    }
}

/// Sends one request and reads its answer, bounded.
#[derive(Clone)]
struct Transport(Client);

impl Service<Request> for Transport {
    type Response = Answer;
    type Error = Failure;
    type Future = BoxFuture<'static, Result<Answer, Failure>>;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let mut response = client.execute(request).await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                    return Err(Failure("the answer is too long".to_owned()));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { status, headers, body })
        })
    }
}

/// The state of a circuit breaker, whatever it takes for a failure.
trait Breaker: Send + Sync {
    fn is_open(&self) -> bool;
}

impl<C: Send + Sync> Breaker for CircuitBreakerHandle<C>
where
    C: FailureClassifier<Answer, Failure>,
{
    fn is_open(&self) -> bool {
        Self::is_open(self)
    }
}
