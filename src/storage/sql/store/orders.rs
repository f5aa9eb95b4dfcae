//! Orders, their lines and history, returns.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::fields::Fields;
use super::link::{Bind as _, Query, query};
use super::listing::{KeyKind, SortKey, push_compare, push_in, push_key_columns, push_page, read_page};
use super::{Db, Row, SqlStore, SqlUnit, keys};
use crate::domain::ids::{OrderEventId, OrderId, OrderLineId, ReturnId};
use crate::domain::order::{Order, OrderCost, OrderEvent, OrderLine, OrderStatus, Return};
use crate::domain::payment::PaymentStatus;
use crate::domain::text::Email;
use crate::storage::error::{Result, StorageError};
use crate::storage::orders::{Followed, OrderFilter, OrderRecord, OrderStore, OrderWork};
use crate::storage::page::{Page, PageRequest};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::orders as sql;

/// Columns of `ORDER_COLUMNS`.
const ORDER_WIDTH: usize = 26;

#[async_trait]
impl OrderStore for SqlStore {
    async fn orders(&self, ids: &[OrderId]) -> Result<HashMap<OrderId, Order>> {
        self.load(sql::ORDERS_BY_ID, keys(ids), |row| order(row).map(|order| (order.id, order))).await
    }

    async fn order_by_number(&self, number: &str) -> Result<Option<Order>> {
        let row = self.read().await?.optional(query(sql::ORDER_BY_NUMBER).text(number)).await?;
        row.as_ref().map(order).transpose()
    }

    async fn order_ids_by_number(&self, numbers: &[&str]) -> Result<HashMap<String, OrderId>> {
        self.load(sql::ORDER_IDS_BY_NUMBER, keys(numbers), |row| {
            let mut fields = Fields::of(row);
            Ok((fields.text()?, fields.id()?))
        })
        .await
    }

    async fn list_orders(&self, filter: &OrderFilter, page: &PageRequest) -> Result<Page<Order>> {
        let sort_keys =
            [SortKey::new("o.placed_at", KeyKind::Integer, true), SortKey::new("o.id", KeyKind::Text, true)];
        let mut builder = QueryBuilder::<Db>::new("SELECT ");
        builder.push(sql::ORDER_COLUMNS);
        push_key_columns(&mut builder, &sort_keys);
        push_filter(&mut builder, filter);
        push_page(&mut builder, &sort_keys, page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &sort_keys, page, ORDER_WIDTH, false, order).await
    }

    async fn count_orders(&self, filter: &OrderFilter) -> Result<i64> {
        let mut builder = QueryBuilder::<Db>::new("SELECT COUNT(*)");
        push_filter(&mut builder, filter);
        let rows = self.read().await?.all(builder.build()).await?;
        rows.first().map_or(Ok(0), |row| Fields::of(row).int())
    }

    async fn order_lines_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<OrderLine>>> {
        self.load_groups(sql::LINES_OF_ORDERS, keys(orders), |row| {
            line(row).map(|line| (line.order_id, line))
        })
        .await
    }

    async fn order_lines(&self, ids: &[OrderLineId]) -> Result<HashMap<OrderLineId, OrderLine>> {
        self.load(sql::LINES_BY_ID, keys(ids), |row| line(row).map(|line| (line.id, line))).await
    }

    async fn order_events_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<OrderEvent>>> {
        self.load_groups(sql::EVENTS_OF_ORDERS, keys(orders), |row| {
            event(row).map(|event| (event.order_id, event))
        })
        .await
    }

    async fn order_events_since(
        &self,
        followed: Followed,
        since: Option<OrderEventId>,
        limit: usize,
    ) -> Result<Vec<OrderEvent>> {
        let since = since.map(|id| id.to_string()).unwrap_or_default();
        let query = match followed {
            Followed::OrdersOf(user) => query(sql::EVENTS_SINCE).id(user),
            Followed::Order(order) => query(sql::EVENTS_OF_ORDER_SINCE).id(order),
        };
        let query = query.bind(since).count(limit);
        self.read().await?.all(query).await?.iter().map(event).collect()
    }
}

fn push_filter(builder: &mut QueryBuilder<Db>, filter: &OrderFilter) {
    builder.push(" FROM orders o WHERE 1 = 1");
    if let Some(user) = filter.user_id {
        builder.push(" AND o.user_id = ").push_bind(user.to_string());
    }
    if !filter.statuses.is_empty() {
        push_in(builder, "o.status", filter.statuses.iter().map(|status| status.as_str()));
    }
    if !filter.payment_statuses.is_empty() {
        push_in(builder, "o.payment_status", filter.payment_statuses.iter().map(|status| status.as_str()));
    }
    if let Some(number) = &filter.number {
        // A range instead of LIKE: it needs no escaping, and the index of numbers serves it on both databases.
        builder.push(" AND o.number >= ").push_bind(number.clone());
        builder.push(" AND o.number < ").push_bind(format!("{number}\u{10FFFF}"));
    }
    if let Some(email) = &filter.email {
        builder.push(" AND o.email = ").push_bind(email.clone());
    }
    let span = filter.placed_at.as_ref();
    for (comparison, value) in [
        ("o.placed_at >=", span.map(|span| span.start().as_millis())),
        ("o.placed_at <=", span.map(|span| span.end().as_millis())),
        ("o.total_minor >=", filter.min_total_minor),
        ("o.total_minor <=", filter.max_total_minor),
    ] {
        if let Some(value) = value {
            push_compare(builder, comparison, value);
        }
    }
}

#[async_trait]
impl OrderWork for SqlUnit {
    async fn insert_order(&mut self, record: &OrderRecord) -> Result<()> {
        self.link.run_rows(sql::INSERT_ORDERS, std::slice::from_ref(&record.order), bind_order).await?;
        self.link.run_rows(sql::INSERT_ORDER_LINES, &record.lines, bind_line).await.map(|_| ())
    }

    async fn insert_orders(&mut self, records: &[OrderRecord]) -> Result<Vec<usize>> {
        let rows = self
            .link
            .rows(sql::INSERT_NEW_ORDERS, records, |query, record| bind_order(query, &record.order))
            .await?;
        let mut written: HashSet<String> =
            rows.iter().map(|row| Fields::of(row).text()).collect::<Result<_>>()?;
        // Taken out of the set, so that of two records with one number the first alone counts as written.
        let new: Vec<usize> = (0..)
            .zip(records)
            .filter(|(_, record)| written.remove(&record.order.number))
            .map(|(i, _)| i)
            .collect();
        let lines: Vec<&OrderLine> =
            new.iter().filter_map(|index| records.get(*index)).flat_map(|record| &record.lines).collect();
        self.link.run_rows(sql::INSERT_ORDER_LINES, &lines, |query, line| bind_line(query, line)).await?;
        Ok(new)
    }

    async fn insert_returns(&mut self, returns: &[Return]) -> Result<Vec<usize>> {
        let rows = self
            .link
            .rows(sql::INSERT_NEW_RETURNS, returns, |query, one| {
                query
                    .id(one.id)
                    .text(&one.number)
                    .bind(i64::from(one.position))
                    .maybe_id(one.order_id)
                    .maybe_id(one.user_id)
                    .id(one.product_id)
                    .id(one.variant_id)
                    .bind(i64::from(one.quantity))
                    .text(one.amount.currency().code())
                    .bind(one.amount.minor())
                    .time(one.returned_at)
            })
            .await?;
        let written: HashSet<ReturnId> =
            rows.iter().map(|row| Fields::of(row).id()).collect::<Result<_>>()?;
        Ok((0..).zip(returns).filter(|(_, one)| written.contains(&one.id)).map(|(index, _)| index).collect())
    }

    async fn order_for_update(&mut self, id: OrderId) -> Result<Option<Order>> {
        let row = self.link.optional(query(sql::ORDER_FOR_UPDATE).id(id)).await?;
        row.as_ref().map(order).transpose()
    }

    async fn update_order(&mut self, order: &Order) -> Result<Order> {
        let query_update = query(sql::UPDATE_ORDER)
            .id(order.id)
            .bind(order.version)
            .maybe_text(order.email.as_ref().map(|email| email.as_str()))
            .text(order.status.as_str())
            .text(order.payment_status.as_str())
            .bind(order.paid_minor)
            .bind(order.refunded_minor)
            .bind(order.shipping_address.as_ref().map(|address| address.write()))
            .bind(order.billing_address.as_ref().map(|address| address.write()))
            .bind(order.shipping_option.as_ref().map(|option| option.write()))
            .bind(order.vouchers.write())
            .maybe_text(order.note.as_deref())
            .time(order.updated_at)
            .maybe_time(order.expires_at)
            .maybe_time(order.cancelled_at)
            .maybe_text(order.cancel_reason.as_deref());
        if self.link.run(query_update).await? == 0 {
            let row = self.link.optional(query(sql::VERSION_OF_ORDER).id(order.id)).await?;
            let row = row.ok_or(StorageError::Missing { what: "order" })?;
            return Err(StorageError::VersionConflict { current: Fields::of(&row).int()? });
        }
        Ok(Order { version: order.version + 1, ..order.clone() })
    }

    async fn lines_of_order(&mut self, id: OrderId) -> Result<Vec<OrderLine>> {
        self.link.listed(sql::LINES_OF_ORDERS, vec![id.to_string()]).await?.iter().map(line).collect()
    }

    async fn update_order_lines(&mut self, lines: &[OrderLine]) -> Result<()> {
        for line in lines {
            let query = query(sql::UPDATE_ORDER_LINE)
                .id(line.id)
                .bind(i64::from(line.fulfilled_quantity))
                .bind(i64::from(line.refunded_quantity));
            self.link.run(query).await?;
        }
        Ok(())
    }

    async fn insert_order_event(&mut self, event: &OrderEvent) -> Result<()> {
        let query = query(sql::INSERT_ORDER_EVENT)
            .id(event.id)
            .id(event.order_id)
            .text(&event.kind)
            .maybe_text(event.from.map(OrderStatus::as_str))
            .maybe_text(event.to.map(OrderStatus::as_str))
            .maybe_id(event.actor_id)
            .maybe_text(event.message.as_deref())
            .time(event.created_at);
        self.link.run(query).await.map(|_| ())
    }
}

fn bind_order(query: Query, order: &Order) -> Query {
    query
        .id(order.id)
        .text(&order.number)
        .maybe_id(order.user_id)
        .maybe_text(order.email.as_ref().map(|email| email.as_str()))
        .text(order.status.as_str())
        .text(order.payment_status.as_str())
        .text(order.cost.currency.code())
        .bind(order.cost.subtotal_minor)
        .bind(order.cost.discount_minor)
        .bind(order.cost.shipping_minor)
        .bind(order.cost.tax_minor)
        .bind(order.cost.total_minor)
        .bind(order.cost.tax_lines.write())
        .bind(order.paid_minor)
        .bind(order.refunded_minor)
        .bind(order.shipping_address.as_ref().map(|address| address.write()))
        .bind(order.billing_address.as_ref().map(|address| address.write()))
        .bind(order.shipping_option.as_ref().map(|option| option.write()))
        .bind(order.vouchers.write())
        .maybe_text(order.note.as_deref())
        .time(order.placed_at)
        .time(order.updated_at)
        .maybe_time(order.expires_at)
        .maybe_time(order.cancelled_at)
        .maybe_text(order.cancel_reason.as_deref())
        .bind(1_i64)
}

fn bind_line(query: Query, line: &OrderLine) -> Query {
    query
        .id(line.id)
        .id(line.order_id)
        .bind(i64::from(line.position))
        .id(line.product_id)
        .id(line.variant_id)
        .text(&line.product_name)
        .text(&line.sku)
        .bind(i64::from(line.quantity))
        .bind(i64::from(line.fulfilled_quantity))
        .bind(i64::from(line.refunded_quantity))
        .bind(line.unit_price_minor)
        .bind(line.discount_minor)
        .bind(line.tax_minor)
        .bind(line.total_minor)
        .maybe_id(line.recommendation_id)
}

fn order(row: &Row) -> Result<Order> {
    let mut fields = Fields::of(row);
    Ok(Order {
        id: fields.id()?,
        number: fields.text()?,
        user_id: fields.maybe_id()?,
        email: fields.maybe_text()?.map(Email::from_trusted),
        status: fields.named("order status", OrderStatus::from_name)?,
        payment_status: fields.named("payment status", PaymentStatus::from_name)?,
        cost: OrderCost {
            currency: fields.currency()?,
            subtotal_minor: fields.int()?,
            discount_minor: fields.int()?,
            shipping_minor: fields.int()?,
            tax_minor: fields.int()?,
            total_minor: fields.int()?,
            tax_lines: fields.document("tax lines")?,
        },
        paid_minor: fields.int()?,
        refunded_minor: fields.int()?,
        shipping_address: fields.maybe_document("address")?,
        billing_address: fields.maybe_document("address")?,
        shipping_option: fields.maybe_document("shipping option")?,
        vouchers: fields.document("vouchers")?,
        note: fields.maybe_text()?,
        placed_at: fields.time()?,
        updated_at: fields.time()?,
        expires_at: fields.maybe_time()?,
        cancelled_at: fields.maybe_time()?,
        cancel_reason: fields.maybe_text()?,
        version: fields.int()?,
    })
}

fn line(row: &Row) -> Result<OrderLine> {
    let mut fields = Fields::of(row);
    Ok(OrderLine {
        order_id: fields.id()?,
        id: fields.id()?,
        position: fields.small("position")?,
        product_id: fields.id()?,
        variant_id: fields.id()?,
        product_name: fields.text()?,
        sku: fields.text()?,
        quantity: fields.small("quantity")?,
        fulfilled_quantity: fields.small("quantity")?,
        refunded_quantity: fields.small("quantity")?,
        unit_price_minor: fields.int()?,
        discount_minor: fields.int()?,
        tax_minor: fields.int()?,
        total_minor: fields.int()?,
        recommendation_id: fields.maybe_id()?,
    })
}

fn event(row: &Row) -> Result<OrderEvent> {
    let mut fields = Fields::of(row);
    Ok(OrderEvent {
        order_id: fields.id()?,
        id: fields.id()?,
        kind: fields.text()?,
        from: fields.maybe_named("order status", OrderStatus::from_name)?,
        to: fields.maybe_named("order status", OrderStatus::from_name)?,
        actor_id: fields.maybe_id()?,
        message: fields.maybe_text()?,
        created_at: fields.time()?,
    })
}
