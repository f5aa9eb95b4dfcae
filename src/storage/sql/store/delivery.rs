//! Parcels, notifications, messages waiting to leave.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::fields::Fields;
use super::link::{Bind as _, list_query, query};
use super::listing::{KeyKind, SortKey, push_key_columns, push_page, read_page};
use super::{Db, Row, SqlStore, SqlUnit, keys};
use crate::domain::fulfillment::{Fulfillment, FulfillmentStatus, TrackingEvent};
use crate::domain::ids::{FulfillmentId, NotificationId, OrderId, OutboxMessageId, UserId};
use crate::domain::notification::{Mail, Notification, NotificationKind, OutboxMessage};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::storage::delivery::{DeliveryStore, DeliveryWork};
use crate::storage::error::Result;
use crate::storage::page::{Page, PageRequest};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::delivery as sql;

/// Columns of `NOTIFICATION_COLUMNS`.
const NOTIFICATION_WIDTH: usize = 9;
/// Columns of `MAIL_COLUMNS`.
const MAIL_WIDTH: usize = 6;

#[async_trait]
impl DeliveryStore for SqlStore {
    async fn fulfillments(&self, ids: &[FulfillmentId]) -> Result<HashMap<FulfillmentId, Fulfillment>> {
        self.load(sql::FULFILLMENTS_BY_ID, keys(ids), |row| fulfillment(row).map(|one| (one.id, one))).await
    }

    async fn fulfillments_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Fulfillment>>> {
        self.load_groups(sql::FULFILLMENTS_OF_ORDERS, keys(orders), |row| {
            fulfillment(row).map(|one| (one.order_id, one))
        })
        .await
    }

    async fn tracking_events_of(
        &self,
        fulfillments: &[FulfillmentId],
    ) -> Result<HashMap<FulfillmentId, Vec<TrackingEvent>>> {
        self.load_groups(sql::TRACKING_EVENTS_OF, keys(fulfillments), |row| {
            tracking_event(row).map(|event| (event.fulfillment_id, event))
        })
        .await
    }

    async fn notifications(&self, ids: &[NotificationId]) -> Result<HashMap<NotificationId, Notification>> {
        self.load(sql::NOTIFICATIONS_BY_ID, keys(ids), |row| notification(row).map(|one| (one.id, one))).await
    }

    async fn notifications_of(
        &self,
        user: UserId,
        unread_only: bool,
        page: &PageRequest,
    ) -> Result<Page<Notification>> {
        let sort_keys =
            [SortKey::new("n.created_at", KeyKind::Integer, true), SortKey::new("n.id", KeyKind::Text, true)];
        let mut builder = QueryBuilder::<Db>::new("SELECT ");
        builder.push(sql::NOTIFICATION_COLUMNS);
        push_key_columns(&mut builder, &sort_keys);
        builder.push(" FROM notifications n WHERE n.user_id = ").push_bind(user.to_string());
        builder.push(if unread_only { " AND n.read_at IS NULL" } else { "" });
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, NOTIFICATION_WIDTH, false, notification).await
    }

    async fn count_unread(&self, user: UserId) -> Result<i64> {
        Fields::of(&self.read().await?.one(query(sql::COUNT_UNREAD).id(user)).await?).int()
    }

    async fn dead_letters(&self, attempts: u32, limit: usize) -> Result<Vec<OutboxMessage>> {
        let query = query(sql::DEAD_LETTERS).bind(i64::from(attempts)).count(limit);
        self.read().await?.all(query).await?.iter().map(message).collect()
    }

    async fn mailbox(&self, page: &PageRequest) -> Result<Page<Mail>> {
        let sort_keys =
            [SortKey::new("m.created_at", KeyKind::Integer, true), SortKey::new("m.id", KeyKind::Text, true)];
        let mut builder = QueryBuilder::<Db>::new("SELECT ");
        builder.push(sql::MAIL_COLUMNS);
        push_key_columns(&mut builder, &sort_keys);
        builder.push(" FROM mailbox m WHERE 1 = 1");
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, MAIL_WIDTH, false, mail).await
    }
}

#[async_trait]
impl DeliveryWork for SqlUnit {
    async fn fulfillment(&mut self, id: FulfillmentId) -> Result<Option<Fulfillment>> {
        let rows = self.link.listed(sql::FULFILLMENTS_BY_ID, vec![id.to_string()]).await?;
        rows.first().map(fulfillment).transpose()
    }

    async fn save_fulfillment(&mut self, fulfillment: &Fulfillment) -> Result<()> {
        let query = query(sql::SAVE_FULFILLMENT)
            .id(fulfillment.order_id)
            .id(fulfillment.id)
            .text(fulfillment.status.as_str())
            .bind(fulfillment.lines.write())
            .maybe_text(fulfillment.carrier.as_deref())
            .maybe_text(fulfillment.tracking_number.as_deref())
            .maybe_text(fulfillment.tracking_url.as_deref())
            .time(fulfillment.created_at)
            .time(fulfillment.updated_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn insert_tracking_event(&mut self, event: &TrackingEvent) -> Result<bool> {
        let query = query(sql::INSERT_TRACKING_EVENT)
            .id(event.fulfillment_id)
            .id(event.id)
            .text(event.status.as_str())
            .text(&event.description)
            .maybe_text(event.location.as_deref())
            .time(event.at);
        Ok(self.link.run(query).await? > 0)
    }

    async fn insert_notifications(&mut self, notifications: &[Notification]) -> Result<()> {
        self.link
            .run_rows(sql::INSERT_NOTIFICATIONS, notifications, |query, one| {
                query
                    .id(one.id)
                    .id(one.user_id)
                    .text(one.kind.as_str())
                    .text(&one.title)
                    .text(&one.body)
                    .maybe_id(one.order_id)
                    .maybe_id(one.product_id)
                    .maybe_time(one.read_at)
                    .time(one.created_at)
            })
            .await
            .map(|_| ())
    }

    async fn mark_read(
        &mut self,
        user: UserId,
        ids: Option<&[NotificationId]>,
        now: Timestamp,
    ) -> Result<u64> {
        match ids {
            None => self.link.run(query(sql::MARK_ALL_READ).id(user).time(now)).await,
            Some([]) => Ok(0),
            Some(ids) => {
                self.link.run(list_query(sql::MARK_READ, &keys(ids), |query| query.id(user).time(now))).await
            }
        }
    }

    async fn post(&mut self, messages: &[OutboxMessage]) -> Result<()> {
        self.link
            .run_rows(sql::POST_MESSAGES, messages, |query, one| {
                query
                    .id(one.id)
                    .text(&one.topic)
                    .text(&one.payload)
                    .bind(i64::from(one.attempts))
                    .time(one.available_at)
                    .time(one.created_at)
                    .maybe_text(one.error.as_deref())
            })
            .await
            .map(|_| ())
    }

    async fn take_messages(
        &mut self,
        topics: &[&str],
        max_attempts: u32,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>> {
        if topics.is_empty() {
            return Ok(Vec::new());
        }
        let query = list_query(sql::TAKE_MESSAGES, &keys(topics), |query| {
            query.time(now).bind(i64::from(max_attempts)).count(limit).time(now + lease)
        });
        let mut messages: Vec<OutboxMessage> =
            self.link.all(query).await?.iter().map(message).collect::<Result<_>>()?;
        messages.sort_by_key(|message| message.id);
        Ok(messages)
    }

    async fn mark_sent(&mut self, id: OutboxMessageId, now: Timestamp) -> Result<()> {
        self.link.run(query(sql::MARK_SENT).id(id).time(now)).await.map(|_| ())
    }

    async fn postpone(&mut self, id: OutboxMessageId, until: Timestamp, error: &str) -> Result<()> {
        self.link.run(query(sql::POSTPONE).id(id).time(until).text(error)).await.map(|_| ())
    }

    async fn revive_message(&mut self, id: OutboxMessageId, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::REVIVE_MESSAGE).id(id).time(now)).await? > 0)
    }

    async fn keep_mail(&mut self, mail: &Mail) -> Result<()> {
        let query = query(sql::KEEP_MAIL)
            .id(mail.id)
            .text(mail.to.as_str())
            .text(&mail.subject)
            .text(&mail.text)
            .text(&mail.html)
            .time(mail.created_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn remove_mail(&mut self, before: Timestamp) -> Result<u64> {
        self.link.run(query(sql::REMOVE_MAIL).time(before)).await
    }

    async fn remove_sent(&mut self, before: Timestamp) -> Result<u64> {
        self.link.run(query(sql::REMOVE_SENT).time(before)).await
    }
}

fn fulfillment(row: &Row) -> Result<Fulfillment> {
    let mut fields = Fields::of(row);
    Ok(Fulfillment {
        order_id: fields.id()?,
        id: fields.id()?,
        status: fields.named("fulfillment status", FulfillmentStatus::from_name)?,
        lines: fields.document("fulfillment lines")?,
        carrier: fields.maybe_text()?,
        tracking_number: fields.maybe_text()?,
        tracking_url: fields.maybe_text()?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
    })
}

fn tracking_event(row: &Row) -> Result<TrackingEvent> {
    let mut fields = Fields::of(row);
    Ok(TrackingEvent {
        fulfillment_id: fields.id()?,
        id: fields.id()?,
        status: fields.named("fulfillment status", FulfillmentStatus::from_name)?,
        description: fields.text()?,
        location: fields.maybe_text()?,
        at: fields.time()?,
    })
}

fn notification(row: &Row) -> Result<Notification> {
    let mut fields = Fields::of(row);
    Ok(Notification {
        id: fields.id()?,
        user_id: fields.id()?,
        kind: fields.named("notification kind", NotificationKind::from_name)?,
        title: fields.text()?,
        body: fields.text()?,
        order_id: fields.maybe_id()?,
        product_id: fields.maybe_id()?,
        read_at: fields.maybe_time()?,
        created_at: fields.time()?,
    })
}

fn mail(row: &Row) -> Result<Mail> {
    let mut fields = Fields::of(row);
    Ok(Mail {
        id: fields.id()?,
        to: Email::from_trusted(fields.text()?),
        subject: fields.text()?,
        text: fields.text()?,
        html: fields.text()?,
        created_at: fields.time()?,
    })
}

fn message(row: &Row) -> Result<OutboxMessage> {
    let mut fields = Fields::of(row);
    Ok(OutboxMessage {
        id: fields.id()?,
        topic: fields.text()?,
        payload: fields.text()?,
        attempts: fields.small("attempts")?,
        available_at: fields.time()?,
        created_at: fields.time()?,
        error: fields.maybe_text()?,
    })
}
