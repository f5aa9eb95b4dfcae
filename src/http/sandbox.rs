//! `/sandbox/payments/{payment}/{token}`: the page on which somebody plays the bank of a sandbox payment.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::domain::ids::PaymentId;
use crate::domain::money::Money;
use crate::domain::payment::{Payment, PaymentStatus};
use crate::services::Services;

#[derive(Deserialize)]
struct Decision {
    approve: bool,
}

/// The page's routes; none where the sandbox is not on offer.
pub fn routes(services: &Arc<Services>) -> Router {
    if services.payments.sandbox().is_none() {
        return Router::new();
    }
    Router::new()
        .route("/sandbox/payments/{payment}/{token}", get(show).post(decide))
        .with_state(Arc::clone(services))
}

async fn find(services: &Services, payment: &str, token: &str) -> Result<Payment, Response> {
    let unknown = || StatusCode::NOT_FOUND.into_response();
    let id: PaymentId = payment.parse().map_err(|_| unknown())?;
    let sandbox = services.payments.sandbox().ok_or_else(unknown)?;
    if !sandbox.knows_page(id, token) {
        return Err(unknown());
    }
    let found = services.storage.payments(&[id]).await.map_err(|error| {
        tracing::error!(%error, "the page of a payment could not be shown");
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    })?;
    found.get(&id).filter(|payment| payment.gateway == "sandbox").cloned().ok_or_else(unknown)
}

async fn show(
    State(services): State<Arc<Services>>,
    Path((payment, token)): Path<(String, String)>,
) -> Response {
    match find(&services, &payment, &token).await {
        Ok(payment) => page(&payment),
        Err(response) => response,
    }
}

async fn decide(
    State(services): State<Arc<Services>>,
    Path((payment, token)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let Ok(decision) = serde_urlencoded::from_bytes::<Decision>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let payment = match find(&services, &payment, &token).await {
        Ok(payment) => payment,
        Err(response) => return response,
    };
    let Some(sandbox) = services.payments.sandbox() else { return StatusCode::NOT_FOUND.into_response() };
    if payment.status == PaymentStatus::Pending {
        // The news takes the way of every gateway's: signed, verified, kept, settled.
        let event = sandbox.decide(&payment, decision.approve);
        if let Err(error) = services.payments.receive("sandbox", &event.delivery()).await {
            tracing::error!(%error, "the sandbox's decision could not be kept");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    match &payment.terms.return_url {
        Some(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.as_str())]).into_response(),
        None => match services.storage.payments(&[payment.id]).await {
            Ok(found) => page(found.get(&payment.id).unwrap_or(&payment)),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

/// The shop's colours, without asking for any of its files.
const LOOK: &str = "\
:root{color-scheme:light dark;--canvas:light-dark(#f8f6f1,#141613);--surface:light-dark(#fffefb,#1c1f1b);\
--ink:light-dark(#20231e,#ecebe4);--muted:light-dark(#62645b,#a5a89c);--line:light-dark(#e2ded3,#32372f);\
--accent:light-dark(#1d5b48,#86cbac);--on-accent:light-dark(#fff,#0e1a14)}\
*{box-sizing:border-box}\
body{display:grid;place-items:center;min-height:100dvh;margin:0;padding:1rem;font:1rem/1.5 system-ui,sans-serif;\
color:var(--ink);background:var(--canvas)}\
main{width:100%;max-width:26rem;padding:2rem;border:1px solid var(--line);border-radius:1.25rem;background:var(--surface)}\
h1{margin:.25rem 0 .75rem;font:500 2.5rem/1.1 Georgia,serif}\
p{margin:0 0 1.5rem;color:var(--muted)}\
p.who{margin:0;font-size:.875rem;font-weight:600}\
form{display:flex;gap:.75rem}\
button{flex:1;min-height:3rem;padding:0 1.25rem;border:1px solid var(--line);border-radius:99px;font:inherit;\
font-weight:600;color:inherit;background:none;cursor:pointer}\
button.first{border-color:transparent;color:var(--on-accent);background:var(--accent)}\
button:focus-visible{outline:2px solid var(--accent);outline-offset:3px}";

fn page(payment: &Payment) -> Response {
    let amount = Money::new(payment.amount_minor, payment.currency);
    let body = if payment.status == PaymentStatus::Pending {
        "<p>No money moves here: you are the bank.</p>\
         <form method=\"post\"><button class=\"first\" name=\"approve\" value=\"true\">Approve</button>\
         <button name=\"approve\" value=\"false\">Decline</button></form>"
            .to_owned()
    } else {
        format!("<p>This payment is {}.</p>", payment.status.as_str().to_lowercase().replace('_', " "))
    };
    // Nothing a client wrote is shown: amount, currency and status are the shop's own words.
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Sandbox payment</title>\
         <style>{LOOK}</style>\
         <main><p class=\"who\">Shelfwise · sandbox bank</p><h1>{amount}</h1>{body}</main></html>"
    );
    // The form's answer leads back to the shop, whose pages may be of another origin.
    let back = payment.terms.return_url.as_deref().and_then(|url| url::Url::parse(url).ok());
    let back = back.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {back}; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
    ];
    (headers, Html(text)).into_response()
}
