//! Servers that hear of events, and what was sent to them.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::domain::caller::Permission as Right;
use crate::domain::ids::{WebhookDeliveryId, WebhookId};
use crate::domain::webhook;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::catalogue::id_argument;
use crate::graphql::connection::count;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::loaders::{DeliveriesTo, load};
use crate::graphql::people::SuccessPayload;
use crate::graphql::recommendations::JobStatus;
use crate::graphql::scalars::{DateTime, Url};
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};

/// What another server can hear of.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "webhook::WebhookEvent")]
pub enum WebhookEvent {
    OrderCreated,
    OrderStatusChanged,
    PaymentSucceeded,
    PaymentFailed,
    RefundSucceeded,
    ProductCreated,
    ProductUpdated,
    StockChanged,
    ReviewSubmitted,
    ModelTrained,
    ExperimentCompleted,
}

/// A server that hears of events.
struct Webhook(webhook::Webhook);

#[Object]
impl Webhook {
    async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn url(&self) -> Url {
        Url(self.0.url.clone())
    }

    async fn events(&self) -> Vec<WebhookEvent> {
        self.0.events.iter().copied().map(Into::into).collect()
    }

    /// False once it is removed.
    async fn active(&self) -> bool {
        self.0.removed_at.is_none()
    }

    /// Newest first.
    #[graphql(directive = cost::apply(1, per(&["first"])))]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
    ) -> GraphqlResult<Vec<WebhookDelivery>> {
        let sent = load(ctx, DeliveriesTo(self.0.id, count("first", first, 20)?)).await?.unwrap_or_default();
        Ok(sent.iter().map(WebhookDelivery::from).collect())
    }
}

/// One event on its way to one server.
#[derive(SimpleObject)]
struct WebhookDelivery {
    id: ID,
    /// The same for every attempt, so that receivers can drop repeats.
    event_id: ID,
    event: WebhookEvent,
    status: JobStatus,
    attempts: i32,
    response_status: Option<i32>,
    next_attempt_at: Option<DateTime>,
    created_at: DateTime,
}

impl From<&webhook::WebhookDelivery> for WebhookDelivery {
    fn from(delivery: &webhook::WebhookDelivery) -> Self {
        Self {
            id: delivery.id.global(),
            event_id: ID(delivery.event_id.clone()),
            event: delivery.event.into(),
            status: delivery.status.into(),
            attempts: i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
            response_status: delivery.response_status.map(i32::from),
            next_attempt_at: delivery.next_attempt_at.map(Into::into),
            created_at: delivery.created_at.into(),
        }
    }
}

#[derive(SimpleObject)]
struct WebhookPayload {
    webhook: Option<Webhook>,
    /// What deliveries are signed with; shown this once.
    signing_secret: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// Servers that hear of events, oldest first.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None)
    )]
    async fn webhooks(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Webhook>> {
        Ok(services(ctx).webhooks.list().await?.into_iter().map(Webhook).collect())
    }
}

#[derive(Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Adds a server that hears of these events. The signing secret is shown once.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None)
    )]
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        url: Url,
        events: Vec<WebhookEvent>,
    ) -> GraphqlResult<WebhookPayload> {
        let events = events.into_iter().map(Into::into).collect();
        Ok(match outcome(services(ctx).webhooks.create(url.0, events).await, &[])? {
            Ok(webhook) => WebhookPayload {
                signing_secret: Some(webhook.secret.clone()),
                webhook: Some(Webhook(webhook)),
                user_errors: Vec::new(),
            },
            Err(user_errors) => WebhookPayload { webhook: None, signing_secret: None, user_errors },
        })
    }

    /// Removes a server; nothing more is sent to it.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None)
    )]
    async fn webhook_delete(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<SuccessPayload> {
        let answer = match id_argument::<WebhookId>("id", &id) {
            Ok(id) => services(ctx).webhooks.delete(id).await,
            Err(error) => Err(error),
        };
        SuccessPayload::of(answer, &[])
    }

    /// Sends a delivery that has ended, well or not, once more.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None)
    )]
    async fn webhook_delivery_retry(
        &self,
        ctx: &Context<'_>,
        delivery_id: ID,
    ) -> GraphqlResult<SuccessPayload> {
        let answer = match id_argument::<WebhookDeliveryId>("deliveryId", &delivery_id) {
            Ok(id) => services(ctx).webhooks.retry(id).await,
            Err(error) => Err(error),
        };
        SuccessPayload::of(answer, &[])
    }
}
