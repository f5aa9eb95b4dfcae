//! Operations of the API, run in process against a real store, under a clock that stands still and seeded ids.

mod access;
mod accounts;
mod auth;
mod cart_input;
mod carts;
mod catalogue;
mod checkout;
mod closing;
mod commerce_input;
mod discretion;
mod keys;
mod letters;
mod metrics;
mod orders;
mod outbox;
mod payments;
mod people;
mod products;
mod sockets;
mod statements;
mod transfers;
mod webhooks;

use std::sync::Arc;

use futures_util::StreamExt;
use serde_json::{Value, json};
use shelfwise::bus::LocalBus;
use shelfwise::context::{Context, SeededEntropy};
use shelfwise::domain::caller::{Caller, Credential, Permission, PermissionSet, Role, SignedIn};
use shelfwise::domain::money::Currency;
use shelfwise::domain::notification::Mail;
use shelfwise::domain::people::User;
use shelfwise::graphql::scope::Scope;
use shelfwise::graphql::{self, ShopSchema};
use shelfwise::mail::{MailboxMailer, Stationery};
use shelfwise::outward::Outward;
use shelfwise::recommend::Recommendations;
use shelfwise::services::Services;
use shelfwise::services::outbox::{Clerk, OutboxWorker};
use shelfwise::services::transfers::{Files, TransferWorker};
use shelfwise::storage::PageRequest;

use crate::support::services::services_with;
use crate::support::shop::Shop;

/// A shop with its schema.
pub(crate) struct Api {
    pub(crate) shop: Shop,
    pub(crate) services: Arc<Services>,
    pub(crate) live: Arc<Recommendations>,
    pub(crate) outbox: OutboxWorker,
    pub(crate) transfers: TransferWorker,
    schema: ShopSchema,
    scope: Scope,
    _folder: tempfile::TempDir,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::over(Shop::of_this_run().await).await
    }

    /// Over a shop on either database.
    pub(crate) async fn over(shop: Shop) -> Self {
        Self::with(shop, true).await
    }

    /// A shop that calls servers in its own network, or does not.
    pub(crate) async fn with(shop: Shop, allow_private: bool) -> Self {
        Self::configured(shop, allow_private, &[]).await
    }

    /// With further settings.
    pub(crate) async fn configured(shop: Shop, allow_private: bool, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = folder.path().display().to_string();
        let private = allow_private.to_string();
        let settings = [("TRANSFERS__FOLDER", files.as_str()), ("OUTWARD__ALLOW_PRIVATE", private.as_str())];
        let settings = [&settings[..], more].concat();
        let bus = Arc::new(LocalBus::new());
        let (services, live) = services_with(&shop, &settings, Arc::clone(&bus)).await;
        let outward = Outward::new(allow_private).expect("a client");
        let stationery = Stationery::new("Shelfwise").expect("the layouts parse");
        // Its own randomness too: tokens go into letters, not into snapshots.
        let behind = Context::new(Arc::clone(&shop.clock) as _, Arc::new(SeededEntropy::new(98)));
        let store = || Arc::clone(&shop.store);
        let url = "https://shop.example".to_owned();
        let clerk = Clerk::new(store(), behind.clone(), stationery, url);
        let mailer = Arc::new(MailboxMailer::new(store()));
        let outbox =
            OutboxWorker::new(store(), Arc::clone(&bus) as _, behind, clerk, mailer, outward.clone());
        let transfers = TransferWorker::new(
            store(),
            bus,
            shop.context.clone(),
            outward,
            folder_of(&files),
            Currency::EUR,
        );
        let schema = graphql::schema(Arc::clone(&services)).finish();
        let scope = Scope::new(Arc::clone(&shop.store));
        Self { shop, services, live, outbox, transfers, schema, scope, _folder: folder }
    }

    /// Runs an operation and returns the whole response.
    pub(crate) async fn run(&self, caller: &Caller, operation: &str) -> Value {
        self.run_with(caller, operation, json!({})).await
    }

    pub(crate) async fn run_with(&self, caller: &Caller, operation: &str, variables: Value) -> Value {
        let variables = async_graphql::Variables::from_json(variables);
        let request = async_graphql::Request::new(operation).variables(variables);
        let request = self.scope.prepare(request, caller.clone());
        let response = if operation.starts_with("subscription") {
            // Some have nothing to say until something happens.
            let mut events = self.schema.execute_stream(request);
            match tokio::time::timeout(std::time::Duration::from_secs(5), events.next()).await {
                Ok(first) => first.expect("a first event"),
                Err(_) => async_graphql::Response::default(),
            }
        } else {
            self.schema.execute(request).await
        };
        serde_json::to_value(response).expect("a response is JSON")
    }

    /// The events of a subscription.
    pub(crate) fn stream(
        &self,
        caller: &Caller,
        operation: &str,
    ) -> impl futures_util::Stream<Item = Value> + Unpin + use<> {
        let request = self.scope.prepare(async_graphql::Request::new(operation), caller.clone());
        let responses = self.schema.execute_stream(request);
        Box::pin(responses.map(|response| serde_json::to_value(response).expect("a response is JSON")))
    }

    /// Runs an operation that must not fail and returns its data.
    pub(crate) async fn data(&self, caller: &Caller, operation: &str) -> Value {
        let response = self.run(caller, operation).await;
        assert_eq!(response.get("errors"), None, "{operation}");
        response["data"].clone()
    }

    pub(crate) async fn add_user(&self, user: &User) {
        let mut work = self.shop.begin().await;
        work.insert_user(user).await.expect("a new user");
        work.save().await.expect("saved");
    }

    /// A customer who is signed in.
    pub(crate) async fn customer(&self, name: &str) -> Caller {
        let user = self.shop.user(name);
        self.add_user(&user).await;
        self.as_user(&user)
    }

    /// A member of staff with these permissions.
    pub(crate) async fn staff(
        &self,
        name: &str,
        permissions: impl IntoIterator<Item = Permission>,
    ) -> Caller {
        let permissions: PermissionSet = permissions.into_iter().collect();
        let user = User { role: Role::Staff, permissions, ..self.shop.user(name) };
        self.add_user(&user).await;
        self.as_user(&user)
    }

    pub(crate) fn as_user(&self, user: &User) -> Caller {
        let signed_in = SignedIn {
            user: user.id,
            credential: Credential::Session(self.shop.id()),
            role: user.role,
            permissions: user.role.effective(user.permissions),
            expires_at: self.shop.now() + std::time::Duration::from_secs(900),
        };
        Caller { signed_in: Some(signed_in), request_id: "test".to_owned(), ..Caller::default() }
    }

    /// Carries out what waits in the outbox and returns every letter so far, the latest first.
    pub(crate) async fn letters(&self) -> Vec<Mail> {
        self.outbox.drain().await.expect("the outbox is read");
        let page = PageRequest::first(100, None);
        self.shop.store.mailbox(&page).await.expect("the mailbox is read").into_nodes()
    }

    /// The token in the latest letter to this address.
    pub(crate) async fn token_for(&self, email: &str) -> String {
        let letters = self.letters().await;
        let letter = letters.iter().find(|letter| letter.to.as_str() == email).expect("a letter");
        let (_, rest) = letter.text.split_once("?token=").expect("a link with a token");
        rest.split_whitespace().next().expect("a token").to_owned()
    }

    /// The caller an access token stands for, as the transports establish it.
    pub(crate) async fn bearer(&self, payload: &Value) -> Caller {
        let token = payload["session"]["accessToken"].as_str().expect("an access token");
        let signed_in = self.services.accounts.signed_in(token).await.expect("a valid token");
        Caller { signed_in: Some(signed_in), ..nobody() }
    }
}

fn folder_of(files: &str) -> Files {
    Files::new(files.into(), std::time::Duration::from_secs(24 * 3600))
}

pub(crate) fn nobody() -> Caller {
    Caller { request_id: "test".to_owned(), ..Caller::default() }
}

/// The codes of a response's top-level errors.
pub(crate) fn codes(response: &Value) -> Vec<&str> {
    let errors = response["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("none")).collect()
}

/// A payload's user errors as "path: CODE".
pub(crate) fn user_errors(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().expect("userErrors selected");
    let place = |error: &Value| {
        let parts = error["path"].as_array().map(Vec::as_slice).unwrap_or_default();
        parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
    };
    errors
        .iter()
        .map(|error| format!("{}: {}", place(error), error["code"].as_str().unwrap_or("none")))
        .collect()
}
