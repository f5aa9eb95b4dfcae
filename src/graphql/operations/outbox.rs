//! The outbox and the mailbox.

use async_graphql::{Context, ID, Object, SimpleObject};
use serde_json::Value;

use crate::domain::caller::Permission as Right;
use crate::domain::ids::OutboxMessageId;
use crate::domain::limits;
use crate::domain::notification;
use crate::graphql::auth::{Requires, auth, only};
use crate::graphql::catalogue::id_argument;
use crate::graphql::connection::{PageInfo, count, edge_type, page};
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::people::SuccessPayload;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;

/// A letter kept instead of being sent.
#[derive(SimpleObject, Clone)]
pub(crate) struct Mail {
    id: ID,
    to: String,
    subject: String,
    text: String,
    html: String,
    created_at: DateTime,
}

impl From<notification::Mail> for Mail {
    fn from(mail: notification::Mail) -> Self {
        Self {
            id: mail.id.global(),
            to: mail.to.into_string(),
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            created_at: mail.created_at.into(),
        }
    }
}

edge_type! {
    /// A letter in a list.
    MailEdge of Mail
}

/// A page of letters.
#[derive(SimpleObject)]
#[graphql(complex)]
struct MailConnection {
    edges: Vec<MailEdge>,
    page_info: PageInfo,
}

#[async_graphql::ComplexObject]
impl MailConnection {
    async fn nodes(&self) -> Vec<&Mail> {
        self.edges.iter().map(MailEdge::leads_to).collect()
    }
}

/// A message that could not be carried out in all of its attempts.
#[derive(SimpleObject)]
struct DeadLetter {
    id: ID,
    /// What kind of message: `mail.payment`, `order.paid`, …
    topic: String,
    payload: async_graphql::Json<Value>,
    attempts: i32,
    /// What went wrong last.
    error: Option<String>,
    created_at: DateTime,
}

impl From<notification::OutboxMessage> for DeadLetter {
    fn from(message: notification::OutboxMessage) -> Self {
        Self {
            id: message.id.global(),
            topic: message.topic,
            payload: async_graphql::Json(serde_json::from_str(&message.payload).unwrap_or_default()),
            attempts: i32::try_from(message.attempts).unwrap_or(i32::MAX),
            error: message.error,
            created_at: message.created_at.into(),
        }
    }
}

#[derive(Default)]
pub struct OperationQuery;

#[Object]
impl OperationQuery {
    /// Letters that were kept instead of being sent, the latest first; empty where mail leaves by SMTP.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn mailbox(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> GraphqlResult<MailConnection> {
        let page = page(first, after.as_deref(), None, None)?;
        let found = services(ctx).outbox.mailbox(&page).await?;
        let page_info = PageInfo::of(&found);
        Ok(MailConnection { page_info, edges: found.edges.into_iter().map(MailEdge::from).collect() })
    }

    /// Messages that were given up, the latest first.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn dead_letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
    ) -> GraphqlResult<Vec<DeadLetter>> {
        let first = count("first", first, limits::DEFAULT_PAGE)?;
        let dead = services(ctx).outbox.dead_letters(first).await?;
        Ok(dead.into_iter().map(DeadLetter::from).collect())
    }
}

#[derive(Default)]
pub struct OperationMutation;

#[Object]
impl OperationMutation {
    /// Lets a message that was given up be tried anew.
    #[graphql(
        guard = "Requires(Right::SettingsManage)",
        directive = auth::apply(only(Right::SettingsManage), None, None)
    )]
    async fn dead_letter_retry(&self, ctx: &Context<'_>, id: ID) -> GraphqlResult<SuccessPayload> {
        let answer = match id_argument::<OutboxMessageId>("id", &id) {
            Ok(id) => services(ctx).outbox.retry(id).await,
            Err(error) => Err(error),
        };
        SuccessPayload::of(answer, &[])
    }
}
