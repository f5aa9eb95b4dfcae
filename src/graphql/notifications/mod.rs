//! What the shop tells a user inside the shop.

mod types;

use async_graphql::{Context, ID, Object, Subscription};
use futures_util::{Stream, StreamExt};

pub use types::{Notification, NotificationConnection};

use crate::domain::ids::NotificationId;
use crate::domain::limits;
use crate::graphql::auth::{SignedIn, auth, signed_in_user, while_signed_in};
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id;
use crate::graphql::people::SuccessPayload;
use crate::graphql::services;
use crate::services::error::{Problem, ServiceError};

#[derive(Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Marks the user's notifications as read: these (at most 100), or all of them.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn notifications_mark_read(
        &self,
        ctx: &Context<'_>,
        ids: Option<Vec<ID>>,
    ) -> GraphqlResult<SuccessPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match ids.as_deref().map(read).transpose() {
            Ok(ids) => services(ctx).notifications.mark_read(user, ids.as_deref()).await,
            Err(error) => Err(error),
        };
        SuccessPayload::of(answer, &[])
    }
}

fn read(ids: &[ID]) -> Result<Vec<NotificationId>, ServiceError> {
    if ids.len() > limits::PAGE {
        return Err(ServiceError::refuse(["ids"], Problem::TooMany { max: limits::PAGE }));
    }
    let read = |(index, id): (usize, &ID)| {
        let place = ["ids".to_owned(), index.to_string()];
        global_id::decode(id).map_err(|problem| ServiceError::refuse(place, problem))
    };
    ids.iter().enumerate().map(read).collect()
}

#[derive(Default)]
pub struct NotificationSubscription;

#[Subscription]
impl NotificationSubscription {
    /// Every notification to the user from now on.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn notification_received(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = GraphqlResult<Notification>> + use<>, GraphqlError> {
        let user = signed_in_user(ctx)?;
        let news = services(ctx).notifications.follow(user).await?;
        let news = news.map(|one| one.map(Notification::from).map_err(GraphqlError::from));
        Ok(while_signed_in(ctx, news))
    }
}
