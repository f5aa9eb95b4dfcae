//! The server held to the reference JavaScript packages: graphql-http's audits and the graphql-ws client.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::support::{server, settings};

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: String,
    name: String,
    status: String,
    reason: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance-js")
}

async fn run(script: &str, url: &str) -> Vec<Line> {
    assert!(
        folder().join("node_modules/graphql-ws").is_dir(),
        "the conformance tests need their packages: run `npm ci` in tests/conformance-js"
    );
    let (script, url) = (folder().join(script), url.to_owned());
    // Waiting for the script must not hold up the server it talks to.
    let output = tokio::task::spawn_blocking(move || {
        Command::new("node").arg(script).arg(url).stdin(Stdio::null()).output()
    });
    let output = output.await.unwrap().expect("node can be started");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn failures(lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .filter(|line| line.status != "ok")
        .map(|line| {
            let reason = line.reason.as_deref().unwrap_or_default();
            format!("{} {} {}: {reason}", line.status, line.id, line.name)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_graphql_over_http_audit_passes() {
    let address = server(settings()).listen().await;
    let lines = run("audits.mjs", &format!("http://{address}/graphql")).await;
    assert!(lines.len() >= 61, "only {} audits ran", lines.len());
    let failures = failures(&lines);
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), lines.len(), failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_socket_client_is_served() {
    let address = server(settings()).listen().await;
    let lines = run("sockets.mjs", &format!("ws://{address}/graphql")).await;
    assert_eq!(lines.len(), 15);
    let failures = failures(&lines);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
