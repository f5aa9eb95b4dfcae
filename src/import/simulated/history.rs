//! What the simulated shoppers did: interactions, orders, returns and reviews, in batches.

use std::collections::{BTreeMap, HashMap};

use shelfwise_strategies::simulate::{self, Action, CURRENCY, Shop};

use super::{Cast, SeedError, Seeded};
use crate::context::Context;
use crate::domain::error::InvalidValue;
use crate::domain::ids::{OrderId, VariantId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::limits;
use crate::domain::money::{Currency, Money, parse_currency};
use crate::domain::order::{Order, OrderLine, OrderStatus, PastOrder, Return};
use crate::domain::review::{Review, ReviewStatus};
use crate::domain::time::{DAY_MS, Timestamp};
use crate::storage::orders::OrderRecord;
use crate::storage::{Storage, UnitOfWork};

/// Events a unit of work holds about.
const BATCH: usize = 5_000;
/// Younger orders are still on their way.
const DELIVERY_MS: i64 = 4 * DAY_MS;

/// A line of an order, until some of it may come back.
struct Sold {
    product: u32,
    variant: VariantId,
    unit_price: i64,
}

struct Scribe<'a> {
    cast: &'a Cast<'a>,
    context: &'a Context,
    currency: Currency,
    end: Timestamp,
    interactions: Vec<Interaction>,
    orders: Vec<OrderRecord>,
    returns: Vec<Return>,
    reviews: Vec<Review>,
    sold: HashMap<u64, (OrderId, Vec<Sold>)>,
    written: u64,
}

pub(super) async fn write(
    shop: &Shop,
    cast: &Cast<'_>,
    storage: &dyn Storage,
    context: &Context,
    seeded: &mut Seeded,
    progress: &(dyn Fn(f64) + Send + Sync),
) -> Result<(), SeedError> {
    let mut scribe = Scribe {
        cast,
        context,
        currency: parse_currency(CURRENCY)?,
        end: Timestamp(shop.config().end_ms),
        interactions: Vec::with_capacity(BATCH),
        orders: Vec::new(),
        returns: Vec::new(),
        reviews: Vec::new(),
        sold: HashMap::new(),
        written: 0,
    };
    let mut events = shop.events();
    while let Some(event) = events.next() {
        scribe.note(event)?;
        if scribe.interactions.len() >= BATCH {
            scribe.save(storage, seeded).await?;
            progress(events.progress());
        }
    }
    scribe.save(storage, seeded).await
}

impl Scribe<'_> {
    fn note(&mut self, event: simulate::Event) -> Result<(), InvalidValue> {
        let subject = self.cast.subjects[event.shopper as usize];
        let at = Timestamp(event.at_ms);
        match event.action {
            Action::View { product, duration_ms } => {
                self.interact(subject, product, InteractionKind::View, at, 1, Some(duration_ms));
            }
            Action::Like { product } => self.interact(subject, product, InteractionKind::Like, at, 1, None),
            Action::Dismiss { product } => {
                self.interact(subject, product, InteractionKind::Dismiss, at, 1, None);
            }
            Action::Cart { product, quantity, .. } => {
                self.interact(subject, product, InteractionKind::Cart, at, quantity, None);
            }
            Action::Order(order) => self.order(subject, &order, at)?,
            Action::Return { order, product, quantity, .. } => {
                self.take_back(subject, order, product, quantity, at);
            }
            Action::Review { product, rating, title, body } => {
                self.reviews.push(Review {
                    id: self.context.new_id(),
                    product_id: self.cast.products[product as usize].id,
                    user_id: subject.user_id(),
                    rating,
                    title: Some(title.to_owned()),
                    body: body.to_owned(),
                    verified_purchase: true,
                    status: ReviewStatus::Published,
                    created_at: at,
                    updated_at: at,
                });
            }
        }
        Ok(())
    }

    fn interact(
        &mut self,
        subject: Subject,
        product: u32,
        kind: InteractionKind,
        at: Timestamp,
        quantity: u32,
        duration_ms: Option<u32>,
    ) {
        self.written += 1;
        self.interactions.push(Interaction {
            event_id: format!("simulated:{}", self.written),
            subject,
            product_id: self.cast.products[product as usize].id,
            kind,
            occurred_at: at,
            duration_ms: duration_ms.map(|millis| u64::from(millis).min(limits::VIEW_MILLIS)),
            quantity,
            recommendation_id: None,
            position: None,
            order_id: None,
            context: None,
        });
    }

    fn order(
        &mut self,
        subject: Subject,
        order: &simulate::Order,
        at: Timestamp,
    ) -> Result<(), InvalidValue> {
        let id: OrderId = self.context.new_id();
        let number = format!("S-{:06}", order.number);
        let arrived = at.as_millis() + DELIVERY_MS < self.end.as_millis();
        let mut lines = Vec::with_capacity(order.lines.len());
        let mut sold = Vec::with_capacity(order.lines.len());
        for (position, line) in (0_u32..).zip(&order.lines) {
            let product = &self.cast.products[line.product as usize];
            let Some((variant_id, sku)) = product.variants.get(usize::from(line.variant)) else { continue };
            sold.push(Sold { product: line.product, variant: *variant_id, unit_price: line.unit_price });
            lines.push(OrderLine {
                id: self.context.new_id(),
                order_id: id,
                position,
                product_id: product.id,
                variant_id: *variant_id,
                product_name: product.name.clone(),
                sku: sku.clone(),
                quantity: line.quantity,
                fulfilled_quantity: if arrived { line.quantity } else { 0 },
                refunded_quantity: 0,
                unit_price_minor: line.unit_price,
                discount_minor: 0,
                tax_minor: 0,
                total_minor: line.unit_price * i64::from(line.quantity),
                recommendation_id: None,
            });
            self.interact(subject, line.product, InteractionKind::Purchase, at, line.quantity, None);
            if let Some(purchase) = self.interactions.last_mut() {
                purchase.event_id = format!("order:{number}:{position}");
                purchase.order_id = Some(id);
            }
        }
        self.sold.insert(order.number, (id, sold));
        let past = PastOrder {
            id,
            number,
            user_id: subject.user_id(),
            status: if arrived { OrderStatus::Completed } else { OrderStatus::Paid },
            currency: self.currency,
            placed_at: at,
        };
        let order = Order::of_the_past(past, &lines)?;
        self.orders.push(OrderRecord { order, lines });
        Ok(())
    }

    fn take_back(&mut self, subject: Subject, order: u64, product: u32, quantity: u32, at: Timestamp) {
        let Some((order_id, lines)) = self.sold.get(&order) else { return };
        let Some(sold) = lines.iter().find(|line| line.product == product) else { return };
        self.returns.push(Return {
            id: self.context.new_id(),
            number: format!("SR-{order:06}"),
            position: product,
            order_id: Some(*order_id),
            user_id: subject.user_id(),
            product_id: self.cast.products[product as usize].id,
            variant_id: sold.variant,
            quantity,
            amount: Money::new(sold.unit_price * i64::from(quantity), self.currency),
            returned_at: at,
        });
    }

    /// What came back was refunded: the orders say so.
    async fn refund(&self, work: &mut dyn UnitOfWork) -> Result<(), SeedError> {
        let mut by_order: BTreeMap<OrderId, HashMap<VariantId, u32>> = BTreeMap::new();
        for back in &self.returns {
            let Some(order) = back.order_id else { continue };
            *by_order.entry(order).or_default().entry(back.variant_id).or_default() += back.quantity;
        }
        for (id, pieces) in by_order {
            let Some(mut order) = work.order_for_update(id).await? else { continue };
            let mut lines = Vec::with_capacity(pieces.len());
            for line in work.lines_of_order(id).await? {
                if let Some(back) = pieces.get(&line.variant_id) {
                    lines.push(order.take_back(line, *back));
                }
            }
            work.update_order_lines(&lines).await?;
            work.update_order(&order).await?;
        }
        Ok(())
    }

    async fn save(&mut self, storage: &dyn Storage, seeded: &mut Seeded) -> Result<(), SeedError> {
        let now = self.context.now();
        let mut work = storage.begin().await?;
        seeded.orders += work.insert_orders(&self.orders).await?.len() as u64;
        seeded.interactions += work.record_interactions(&self.interactions, now).await?.accepted.len() as u64;
        work.insert_returns(&self.returns).await?;
        self.refund(work.as_mut()).await?;
        for review in &self.reviews {
            // A second one of the same product replaces the first.
            let stored = work.save_review(review).await?;
            seeded.reviews += u64::from(stored.id == review.id);
        }
        work.save().await?;
        self.orders.clear();
        self.interactions.clear();
        self.returns.clear();
        self.reviews.clear();
        Ok(())
    }
}
