//! `/demo.json`: the accounts of a simulated shop, for the built-in pages' "act as" switch.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Serialize;

/// An account anybody may use.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    pub label: String,
    pub email: String,
    pub password: String,
    /// The schema's name of the role.
    pub role: &'static str,
}

#[derive(Serialize)]
struct Document<'a> {
    accounts: &'a [DemoAccount],
}

/// Serves the accounts, none in a shop that is no demonstration.
pub fn routes(accounts: &[DemoAccount]) -> Router {
    let document = serde_json::to_string(&Document { accounts }).unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Router::new().route("/demo.json", get(move || async move { (headers, document).into_response() }))
}
