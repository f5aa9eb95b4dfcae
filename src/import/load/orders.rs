//! Past orders and returns into the shop; what a user bought becomes a purchase the recommender learns from.

use std::collections::{BTreeSet, HashMap};

use super::catalogue::Sold;
use super::{LoadError, Loader, Tally, refused};
use crate::domain::error::InvalidValue;
use crate::domain::ids::{OrderId, UserId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::limits;
use crate::domain::money::{Money, parse_currency};
use crate::domain::order::{Order, OrderLine, OrderStatus, PastOrder, Return};
use crate::domain::text::line;
use crate::import::records::{OrderLineRecord, OrderRecord, ReturnRecord};
use crate::storage::orders;

/// Lines a unit of work holds about.
const LINES: usize = 10_000;

struct Known {
    users: HashMap<String, UserId>,
    products: HashMap<String, Sold>,
}

impl Loader<'_> {
    /// Adds the orders whose number is not there yet, with a purchase for each line of a known user.
    pub async fn orders(&mut self, records: &[OrderRecord]) -> Result<Tally, LoadError> {
        let lines = records.iter().flat_map(|record| &record.lines);
        let known = Known {
            users: self.users_by_key(records.iter().filter_map(|record| record.user_key.as_deref())).await?,
            products: self.products_by_sku(lines.map(|line| line.sku.as_str())).await?,
        };
        let mut tally = Tally::default();
        let mut batch = Vec::new();
        let mut held = 0;
        for record in records {
            if let Some(order) = self.order(record, &known)? {
                held += order.lines.len();
                batch.push((record.lines.first().map_or(0, |line| line.line), order));
            }
            if held >= LINES {
                self.write_orders(&batch, &mut tally).await?;
                batch.clear();
                held = 0;
            }
            (self.progress)(record.lines.len() as u64);
        }
        self.write_orders(&batch, &mut tally).await?;
        Ok(tally)
    }

    async fn write_orders(
        &mut self,
        batch: &[(u64, orders::OrderRecord)],
        tally: &mut Tally,
    ) -> Result<(), LoadError> {
        let records: Vec<_> = batch.iter().map(|(_, record)| record.clone()).collect();
        let outcome = self.save_orders(&records).await;
        match outcome {
            Ok(created) => {
                tally.created += created as u64;
                tally.known += (batch.len() - created) as u64;
                Ok(())
            }
            Err(error) => {
                let Some((column, reason)) = refused(&error) else { return Err(error.into()) };
                if let [(line, record)] = batch {
                    return self.reject(*line, column, reason, &record.order.number);
                }
                for row in batch {
                    Box::pin(self.write_orders(std::slice::from_ref(row), tally)).await?;
                }
                Ok(())
            }
        }
    }

    async fn save_orders(&self, records: &[orders::OrderRecord]) -> crate::storage::Result<usize> {
        let mut work = self.storage.begin().await?;
        let created = work.insert_orders(records).await?;
        let purchases: Vec<Interaction> =
            created.iter().flat_map(|index| purchases(&records[*index])).collect();
        work.record_interactions(&purchases, self.context.now()).await?;
        work.save().await?;
        Ok(created.len())
    }

    fn order(
        &mut self,
        record: &OrderRecord,
        known: &Known,
    ) -> Result<Option<orders::OrderRecord>, LoadError> {
        let first = record.lines.first().map_or(0, |line| line.line);
        let user = match &record.user_key {
            None => None,
            Some(key) => match known.users.get(key) {
                Some(user) => Some(*user),
                None => {
                    self.reject(first, "user", "no user has this key; import users first", key)?;
                    return Ok(None);
                }
            },
        };
        let id = self.context.new_id();
        let mut lines = Vec::with_capacity(record.lines.len());
        for row in &record.lines {
            let Some(sold) = known.products.get(&row.sku.to_ascii_uppercase()) else {
                self.reject(row.line, "sku", "no product has this SKU; import products first", &row.sku)?;
                continue;
            };
            match self.order_line(id, lines.len(), row, *sold) {
                Ok(line) => lines.push(line),
                Err(error) => self.reject_invalid(row.line, &error)?,
            }
        }
        if lines.is_empty() {
            return Ok(None);
        }
        match self.completed(id, record, user, lines) {
            Ok(order) => Ok(Some(order)),
            Err(error) => {
                self.reject_invalid(first, &error)?;
                Ok(None)
            }
        }
    }

    fn order_line(
        &self,
        order_id: OrderId,
        position: usize,
        row: &OrderLineRecord,
        sold: Sold,
    ) -> Result<OrderLine, InvalidValue> {
        let total = row
            .unit_price
            .checked_mul(i64::from(row.quantity))
            .ok_or(InvalidValue::Overflow { what: "unit_price" })?;
        let name = if row.name.is_empty() { &row.sku } else { &row.name };
        Ok(OrderLine {
            id: self.context.new_id(),
            order_id,
            position: u32::try_from(position).unwrap_or(u32::MAX),
            product_id: sold.product,
            variant_id: sold.variant,
            product_name: line("name", name, limits::NAME)?,
            sku: row.sku.to_ascii_uppercase(),
            quantity: row.quantity,
            fulfilled_quantity: row.quantity,
            refunded_quantity: row.returned_quantity,
            unit_price_minor: row.unit_price,
            discount_minor: 0,
            tax_minor: 0,
            total_minor: total,
            recommendation_id: None,
        })
    }

    fn completed(
        &self,
        id: OrderId,
        record: &OrderRecord,
        user_id: Option<UserId>,
        lines: Vec<OrderLine>,
    ) -> Result<orders::OrderRecord, InvalidValue> {
        if lines.len() > limits::ORDER_LINES {
            return Err(InvalidValue::TooMany { what: "order", max: limits::ORDER_LINES });
        }
        let past = PastOrder {
            id,
            number: line("order", &record.number, limits::SKU)?,
            user_id,
            status: OrderStatus::Completed,
            currency: parse_currency(&record.currency)?,
            placed_at: record.placed_at,
        };
        let order = Order::of_the_past(past, &lines)?;
        Ok(orders::OrderRecord { order, lines })
    }

    /// Adds the returns that are not there yet.
    pub async fn returns(&mut self, records: &[ReturnRecord]) -> Result<Tally, LoadError> {
        let users = self.users_by_key(records.iter().filter_map(|record| record.user_key.as_deref())).await?;
        let products = self.products_by_sku(records.iter().map(|record| record.sku.as_str())).await?;
        let numbers: BTreeSet<&str> =
            records.iter().filter_map(|record| record.order_number.as_deref()).collect();
        let numbers: Vec<&str> = numbers.into_iter().collect();
        let order_ids = self.storage.order_ids_by_number(&numbers).await?;
        let mut returns = Vec::with_capacity(records.len());
        for record in records {
            let Some(sold) = products.get(&record.sku.to_ascii_uppercase()) else {
                self.reject(record.line, "sku", "a return of something never sold", &record.sku)?;
                continue;
            };
            let currency = match parse_currency(&record.currency) {
                Ok(currency) => currency,
                Err(error) => {
                    self.reject_invalid(record.line, &error)?;
                    continue;
                }
            };
            returns.push(Return {
                id: self.context.new_id(),
                number: record.number.clone(),
                position: record.position,
                order_id: record.order_number.as_deref().and_then(|number| order_ids.get(number).copied()),
                user_id: record.user_key.as_ref().and_then(|key| users.get(key).copied()),
                product_id: sold.product,
                variant_id: sold.variant,
                quantity: record.quantity,
                amount: Money::new(record.amount, currency),
                returned_at: record.at,
            });
        }
        let mut tally = Tally::default();
        for batch in returns.chunks(LINES) {
            let mut work = self.storage.begin().await?;
            let created = work.insert_returns(batch).await?.len();
            work.save().await?;
            tally.created += created as u64;
            tally.known += (batch.len() - created) as u64;
            (self.progress)(batch.len() as u64);
        }
        Ok(tally)
    }
}

/// A purchase for each line of a user's order, named by order and place so that it is counted once.
fn purchases(record: &orders::OrderRecord) -> impl Iterator<Item = Interaction> {
    let order = &record.order;
    let subject = order.user_id.map(Subject::User);
    record.lines.iter().filter_map(move |line| {
        Some(Interaction {
            event_id: format!("order:{}:{}", order.number, line.position),
            subject: subject?,
            product_id: line.product_id,
            kind: InteractionKind::Purchase,
            occurred_at: order.placed_at,
            duration_ms: None,
            quantity: line.quantity,
            recommendation_id: line.recommendation_id,
            position: None,
            order_id: Some(order.id),
            context: None,
        })
    })
}
