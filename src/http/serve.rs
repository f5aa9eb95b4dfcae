//! Accepting connections, with the timeouts and bounds that a server on the open internet needs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long a client may take over a request's head, and how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Further connections wait in the operating system's queue.
const MAX_CONNECTIONS: usize = 4096;
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Accepting fails while the process is out of file descriptors; trying at once again would only burn time.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves until `stop` is cancelled, then lets running requests and closing sockets finish for at most `grace`.
/// `sockets` is the tracker that the router was made with.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    sockets: TaskTracker,
    grace: Duration,
) {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (listener.accept().await, place)
            } => accepted,
        };
        match accepted {
            (Ok((stream, peer)), Ok(place)) => {
                let connection = connection(stream, peer, router.clone(), stop.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            (Err(error), _) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
            // The semaphore is never closed.
            (_, Err(_)) => break,
        }
    }
    drop(listener);
    connections.close();
    sockets.close();
    let finished = async { tokio::join!(connections.wait(), sockets.wait()) };
    if tokio::time::timeout(grace, finished).await.is_err() {
        let (connections, sockets) = (connections.len(), sockets.len());
        tracing::warn!(connections, sockets, "some were still busy when the grace period ended");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, stop: CancellationToken) {
    // Answers are written whole; waiting to fill a packet would only delay them.
    stream.set_nodelay(true).ok();
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, %peer, "a connection ended early");
    }
}
