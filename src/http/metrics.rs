//! Counts and latencies of requests and sockets, in the text format Prometheus reads.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The kinds of route told apart; paths themselves would let a client invent labels without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Graphql,
    Asset,
    Health,
    Other,
}

impl Route {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Graphql, "graphql"),
        (Self::Asset, "asset"),
        (Self::Health, "health"),
        (Self::Other, "other"),
    ];

    pub(super) fn of(path: &str) -> Self {
        match path {
            "/graphql" => Self::Graphql,
            "/healthz" | "/readyz" | "/metrics" => Self::Health,
            _ if path.starts_with("/assets/") => Self::Asset,
            _ => Self::Other,
        }
    }
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const BUCKETS_MS: [u64; 11] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];

#[derive(Default)]
struct RouteMetrics {
    responses: [AtomicU64; CLASSES.len()],
    buckets: [AtomicU64; BUCKETS_MS.len()],
    total_micros: AtomicU64,
}

#[derive(Default)]
pub(super) struct Metrics {
    routes: [RouteMetrics; Route::ALL.len()],
    sockets_open: AtomicI64,
    sockets_opened: AtomicU64,
    socket_operations: AtomicU64,
    socket_messages: AtomicU64,
}

impl Metrics {
    pub(super) fn response(&self, route: Route, status: u16, took: Duration) {
        let Some(metrics) = self.routes.get(route as usize) else { return };
        if let Some(class) = metrics.responses.get(usize::from(status / 100).saturating_sub(1)) {
            add(class);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        metrics.total_micros.fetch_add(micros, Ordering::Relaxed);
        for (bucket, limit) in metrics.buckets.iter().zip(BUCKETS_MS) {
            if micros <= limit * 1_000 {
                add(bucket);
            }
        }
    }

    pub(super) fn socket_opened(&self) {
        add(&self.sockets_opened);
        self.sockets_open.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn socket_closed(&self) {
        self.sockets_open.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn socket_operation(&self) {
        add(&self.socket_operations);
    }

    pub(super) fn socket_message(&self) {
        add(&self.socket_messages);
    }

    pub(super) fn render(&self) -> String {
        let mut text = String::with_capacity(4096);
        self.write(&mut text).ok();
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "# TYPE shelfwise_http_responses_total counter")?;
        for (metrics, (_, route)) in self.routes.iter().zip(Route::ALL) {
            for (count, class) in metrics.responses.iter().zip(CLASSES) {
                let count = read(count);
                writeln!(
                    out,
                    "shelfwise_http_responses_total{{route=\"{route}\",status=\"{class}\"}} {count}"
                )?;
            }
        }
        writeln!(out, "# TYPE shelfwise_http_request_seconds histogram")?;
        for (metrics, (_, route)) in self.routes.iter().zip(Route::ALL) {
            for (count, limit) in metrics.buckets.iter().zip(BUCKETS_MS) {
                let (count, limit) = (read(count), limit as f64 / 1_000.0);
                writeln!(
                    out,
                    "shelfwise_http_request_seconds_bucket{{route=\"{route}\",le=\"{limit}\"}} {count}"
                )?;
            }
            let count: u64 = metrics.responses.iter().map(read).sum();
            let sum = read(&metrics.total_micros) as f64 / 1_000_000.0;
            writeln!(out, "shelfwise_http_request_seconds_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}")?;
            writeln!(out, "shelfwise_http_request_seconds_sum{{route=\"{route}\"}} {sum}")?;
            writeln!(out, "shelfwise_http_request_seconds_count{{route=\"{route}\"}} {count}")?;
        }
        let open = self.sockets_open.load(Ordering::Relaxed);
        writeln!(out, "# TYPE shelfwise_sockets_open gauge\nshelfwise_sockets_open {open}")?;
        for (name, count) in [
            ("shelfwise_sockets_opened_total", &self.sockets_opened),
            ("shelfwise_socket_operations_total", &self.socket_operations),
            ("shelfwise_socket_messages_sent_total", &self.socket_messages),
        ] {
            writeln!(out, "# TYPE {name} counter\n{name} {}", read(count))?;
        }
        Ok(())
    }
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_counted_by_route_class_and_every_bucket_it_fits() {
        let metrics = Metrics::default();
        metrics.response(Route::Graphql, 200, Duration::from_millis(3));
        metrics.response(Route::Graphql, 503, Duration::from_secs(9));
        let text = metrics.render();
        for line in [
            "shelfwise_http_responses_total{route=\"graphql\",status=\"2xx\"} 1",
            "shelfwise_http_responses_total{route=\"graphql\",status=\"5xx\"} 1",
            "shelfwise_http_request_seconds_bucket{route=\"graphql\",le=\"0.002\"} 0",
            "shelfwise_http_request_seconds_bucket{route=\"graphql\",le=\"0.005\"} 1",
            "shelfwise_http_request_seconds_bucket{route=\"graphql\",le=\"+Inf\"} 2",
            "shelfwise_http_request_seconds_count{route=\"graphql\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
    }
}
