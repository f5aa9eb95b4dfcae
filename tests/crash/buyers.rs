//! Guests who buy one mug each and remember what they were told.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shelfwise::domain::ids::VariantId;

const EMAIL: &str = "buyer@example.org";

const ADD: &str = "mutation($variant: ID!) { cartLinesAdd(lines: [{variantId: $variant, quantity: 1}]) {
    cartToken userErrors { code path } } }";
const DELIVER: &str = r#"mutation { cartDeliveryUpdate(email: "buyer@example.org", shippingOptionId: "standard",
    shippingAddress: {name: "B", line1: "Road 1", city: "Ulm", country: "DE"}) {
    cart { id cost { total { amount } } } userErrors { code path } } }"#;
const CHECK_OUT: &str = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) {
    replayed order { number status paymentStatus } userErrors { code path message } } }";
const FIND: &str = "query($number: String!, $email: String!) { order(number: $number, email: $email) {
    status paymentStatus paidTotal { amount } cost { total { amount } } payments { status } } }";

/// A cart about to become an order.
#[derive(Debug, Clone)]
pub(crate) struct ReadyCart {
    token: String,
    id: Value,
    total: Value,
}

/// What a buyer tried, and what was acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) key: String,
    pub(crate) cart: Option<ReadyCart>,
    /// The number of the order, once acknowledged.
    pub(crate) order: Option<String>,
    /// Whether its payment was acknowledged.
    pub(crate) was_paid: bool,
}

impl Attempt {
    pub(crate) const fn new(key: String) -> Self {
        Self { key, cart: None, order: None, was_paid: false }
    }
}

/// A client of one server.
pub(crate) struct Buyer {
    url: String,
    client: reqwest::Client,
}

impl Buyer {
    pub(crate) fn at(url: &str) -> Self {
        // The test speaks plain HTTP; the library still wants to know how it would speak TLS.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).no_proxy().build().unwrap();
        Self { url: format!("{url}/graphql"), client }
    }

    async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Result<Value, String> {
        let body = json!({"query": query, "variables": variables}).to_string();
        let mut request = self.client.post(&self.url).header("content-type", "application/json").body(body);
        if let Some(token) = token {
            request = request.header("x-cart-token", token);
        }
        let response = request.send().await.map_err(|error| error.to_string())?;
        let text = response.text().await.map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&text).map_err(|_| text.clone())?;
        if answer.get("errors").is_some() { Err(text) } else { Ok(answer["data"].clone()) }
    }

    /// A new cart with one piece, delivered, checked out and paid.
    pub(crate) async fn buy(&self, attempt: &mut Attempt, variant: VariantId) -> Result<(), String> {
        let id = URL_SAFE_NO_PAD.encode(format!("ProductVariant:{variant}"));
        let added = self.ask(None, ADD, json!({"variant": id})).await?;
        let token = added["cartLinesAdd"]["cartToken"].as_str().ok_or(added.to_string())?.to_owned();
        let delivered = self.ask(Some(&token), DELIVER, json!({})).await?;
        let cart = &delivered["cartDeliveryUpdate"]["cart"];
        let total = cart["cost"]["total"]["amount"].clone();
        let cart = ReadyCart { token, id: cart["id"].clone(), total };
        attempt.cart = Some(cart.clone());
        self.check_out(attempt, &cart).await
    }

    /// Checks out under the attempt's key; the same again after a crash.
    pub(crate) async fn check_out(&self, attempt: &mut Attempt, cart: &ReadyCart) -> Result<(), String> {
        let input = json!({"input": {
            "cartId": cart.id, "expectedTotal": {"amount": cart.total, "currency": "EUR"}, "gateway": "sandbox",
            "paymentMethod": "card_succeeds", "idempotencyKey": attempt.key,
        }});
        let answer = self.ask(Some(&cart.token), CHECK_OUT, input).await?;
        let placed = &answer["checkoutComplete"];
        if placed["userErrors"] != json!([]) {
            return Err(placed.to_string());
        }
        attempt.order = placed["order"]["number"].as_str().map(str::to_owned);
        attempt.was_paid = placed["order"]["paymentStatus"] == "PAID";
        if attempt.was_paid { Ok(()) } else { Err(format!("not paid: {placed}")) }
    }

    /// The order as the shop has it now.
    pub(crate) async fn find(&self, attempt: &Attempt, number: &str) -> Value {
        let answer = self.ask(None, FIND, json!({"number": number, "email": EMAIL})).await.unwrap();
        assert!(!answer["order"].is_null(), "an acknowledged order is gone: {attempt:?}");
        answer["order"].clone()
    }
}
