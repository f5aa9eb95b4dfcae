//! The contract of orders: what was bought, its history, and what came back.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use async_trait::async_trait;

use super::error::Result;
use super::page::{Page, PageRequest};
use crate::domain::ids::{OrderEventId, OrderId, OrderLineId, UserId};
use crate::domain::order::{Order, OrderEvent, OrderLine, OrderStatus, Return};
use crate::domain::payment::PaymentStatus;
use crate::domain::time::Timestamp;

/// Which orders a list holds. Every condition given must hold; an empty list of values is no condition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrderFilter {
    /// In one of these states.
    pub statuses: Vec<OrderStatus>,
    /// Whose payments stand so.
    pub payment_statuses: Vec<PaymentStatus>,
    /// Of this user.
    pub user_id: Option<UserId>,
    /// Whose number begins so.
    pub number: Option<String>,
    /// Of this address, in its stored form.
    pub email: Option<String>,
    /// Placed in this span.
    pub placed_at: Option<RangeInclusive<Timestamp>>,
    /// Costing at least this, in minor units.
    pub min_total_minor: Option<i64>,
    /// Costing at most this, in minor units.
    pub max_total_minor: Option<i64>,
}

/// An order with its lines, for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// The order.
    pub order: Order,
    /// Its lines, in order.
    pub lines: Vec<OrderLine>,
}

/// Which orders somebody follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// All of a user's.
    OrdersOf(UserId),
    /// This one, whoever placed it.
    Order(OrderId),
}

/// Reading orders.
#[async_trait]
pub trait OrderStore {
    /// Orders by id.
    async fn orders(&self, ids: &[OrderId]) -> Result<HashMap<OrderId, Order>>;
    /// The order of that number.
    async fn order_by_number(&self, number: &str) -> Result<Option<Order>>;
    /// The ids of the orders of those numbers; numbers that no order has are left out.
    async fn order_ids_by_number(&self, numbers: &[&str]) -> Result<HashMap<String, OrderId>>;
    /// A page of orders, the latest placed first.
    async fn list_orders(&self, filter: &OrderFilter, page: &PageRequest) -> Result<Page<Order>>;
    /// How many orders a list holds in all.
    async fn count_orders(&self, filter: &OrderFilter) -> Result<i64>;
    /// The lines of each order, in their order.
    async fn order_lines_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<OrderLine>>>;
    /// Lines by id.
    async fn order_lines(&self, ids: &[OrderLineId]) -> Result<HashMap<OrderLineId, OrderLine>>;
    /// What happened to each order, oldest first.
    async fn order_events_of(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<OrderEvent>>>;
    /// What happened to the orders that are followed behind the event `since`, oldest first.
    async fn order_events_since(
        &self,
        followed: Followed,
        since: Option<OrderEventId>,
        limit: usize,
    ) -> Result<Vec<OrderEvent>>;
}

/// Changing orders.
#[async_trait]
pub trait OrderWork {
    /// Adds an order with its lines.
    ///
    /// # Errors
    /// `Conflict` on `order number`; `Missing` when the user does not exist.
    async fn insert_order(&mut self, record: &OrderRecord) -> Result<()>;
    /// Adds the orders whose number is not there yet, with their lines. For imports: thousands at a time. Returns
    /// the indices of those that are new. Records interactions or stock no more than `insert_order` does.
    async fn insert_orders(&mut self, records: &[OrderRecord]) -> Result<Vec<usize>>;
    /// Adds the returns whose number and position are not there yet. Returns the indices of those that are new.
    async fn insert_returns(&mut self, returns: &[Return]) -> Result<Vec<usize>>;
    /// An order, locked until the unit ends where the database can lock rows.
    async fn order_for_update(&mut self, id: OrderId) -> Result<Option<Order>>;
    /// Replaces everything about an order but number, user and what it cost, raises its version by one and returns
    /// it as stored.
    ///
    /// # Errors
    /// `VersionConflict` when `order.version` is not the stored one; `Missing` when there is no such order.
    async fn update_order(&mut self, order: &Order) -> Result<Order>;
    /// The lines of an order, in their order.
    async fn lines_of_order(&mut self, id: OrderId) -> Result<Vec<OrderLine>>;
    /// Sets the fulfilled and refunded quantities of lines.
    async fn update_order_lines(&mut self, lines: &[OrderLine]) -> Result<()>;
    /// Adds to an order's history.
    async fn insert_order_event(&mut self, event: &OrderEvent) -> Result<()>;
}
