//! Promised stock, stock movements, idempotency keys.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;

use super::catalogue::{product, variant};
use super::fields::Fields;
use super::link::{Bind as _, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::catalogue::{Product, Variant};
use crate::domain::ids::{OrderId, ProductId, VariantId};
use crate::domain::order::Order;
use crate::domain::time::Timestamp;
use crate::storage::checkout::{CheckoutStore, CheckoutWork, KeyClaim, Shortage, StockMovement};
use crate::storage::error::{Result, StorageError};
use crate::storage::orders::OrderStore as _;
use crate::storage::sql::statements::{catalogue, checkout as sql};

#[async_trait]
impl CheckoutStore for SqlStore {
    async fn overdue_orders(&self, now: Timestamp, limit: usize) -> Result<Vec<Order>> {
        let rows = self.read().await?.all(query(sql::OVERDUE_ORDERS).time(now).count(limit)).await?;
        let ids: Vec<OrderId> = rows.iter().map(|row| Fields::of(row).id()).collect::<Result<_>>()?;
        let mut orders = self.orders(&ids).await?;
        Ok(ids.iter().filter_map(|id| orders.remove(id)).collect())
    }

    async fn stock_movements(&self, variant: VariantId, limit: usize) -> Result<Vec<StockMovement>> {
        let rows = self.read().await?.all(query(sql::STOCK_MOVEMENTS).id(variant).count(limit)).await?;
        rows.iter().map(movement).collect()
    }
}

#[async_trait]
impl CheckoutWork for SqlUnit {
    async fn goods(&mut self, variants: &[VariantId], lock: bool) -> Result<Vec<(Variant, Product)>> {
        if variants.is_empty() {
            return Ok(Vec::new());
        }
        let statement = if lock { catalogue::VARIANTS_TO_SELL } else { catalogue::VARIANTS_BY_ID };
        let variants = self.link.listed(statement, keys(variants)).await?;
        let variants: Vec<Variant> = variants.iter().map(variant).collect::<Result<_>>()?;
        let ids: Vec<ProductId> = variants.iter().map(|variant| variant.product_id).collect();
        let products = self.link.listed(catalogue::PRODUCTS_BY_ID, keys(&ids)).await?;
        let products: HashMap<ProductId, Product> = products
            .iter()
            .map(|row| product(row).map(|product| (product.id, product)))
            .collect::<Result<_>>()?;
        let pair =
            |variant: Variant| products.get(&variant.product_id).cloned().map(|product| (variant, product));
        Ok(variants.into_iter().filter_map(pair).collect())
    }

    async fn reserve_stock(
        &mut self,
        order: OrderId,
        pieces: &[(VariantId, u32)],
        now: Timestamp,
    ) -> Result<Vec<Shortage>> {
        let pieces = summed(pieces);
        let ids = pieces.iter().map(|(id, _)| id.to_string()).collect();
        let mut free = HashMap::new();
        for row in self.link.listed(sql::LOCK_STOCK, ids).await? {
            let mut fields = Fields::of(&row);
            let id: VariantId = fields.id()?;
            let (on_hand, reserved): (u32, u32) = (fields.small("stock")?, fields.small("stock")?);
            free.insert(id, on_hand.saturating_sub(reserved));
        }
        let shortages: Vec<_> = pieces
            .iter()
            .map(|(variant, requested)| Shortage {
                variant: *variant,
                requested: *requested,
                available: free.get(variant).copied().unwrap_or(0),
            })
            .filter(|one| one.available < one.requested)
            .collect();
        if !shortages.is_empty() {
            return Ok(shortages);
        }
        self.link
            .run_rows(sql::INSERT_RESERVATIONS, &pieces, |query, (variant, quantity)| {
                query.id(order).id(*variant).bind(i64::from(*quantity))
            })
            .await?;
        self.move_stock(sql::RESERVE, &pieces, now).await?;
        Ok(shortages)
    }

    async fn take_reserved_stock(&mut self, order: OrderId, now: Timestamp) -> Result<bool> {
        self.end_reservation(order, sql::TAKE_RESERVED, now).await
    }

    async fn release_stock(&mut self, order: OrderId, now: Timestamp) -> Result<bool> {
        self.end_reservation(order, sql::RELEASE, now).await
    }

    async fn restock(&mut self, pieces: &[(VariantId, u32)], now: Timestamp) -> Result<()> {
        self.move_stock(sql::RESTOCK, &summed(pieces), now).await
    }

    async fn record_stock_movements(&mut self, movements: &[StockMovement]) -> Result<()> {
        self.link
            .run_rows(sql::INSERT_MOVEMENTS, movements, |query, one| {
                query
                    .id(one.id)
                    .id(one.variant_id)
                    .bind(one.delta)
                    .text(&one.reason)
                    .maybe_id(one.order_id)
                    .maybe_id(one.actor_id)
                    .time(one.created_at)
            })
            .await
            .map(|_| ())
    }

    async fn claim_key(
        &mut self,
        scope: &str,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<KeyClaim> {
        let claim = query(sql::CLAIM_KEY).text(scope).text(key).text(fingerprint).time(now);
        if self.link.run(claim).await? > 0 {
            return Ok(KeyClaim::New);
        }
        let row = self.link.one(query(sql::KEY).text(scope).text(key)).await?;
        let mut fields = Fields::of(&row);
        let (first, result) = (fields.text()?, fields.maybe_text()?);
        Ok(match result {
            _ if first != fingerprint => KeyClaim::Reused,
            Some(result) => KeyClaim::Done(result),
            // Its unit was saved without a result: nothing came of it, so it may be tried again.
            None => KeyClaim::New,
        })
    }

    async fn keep_result(&mut self, scope: &str, key: &str, result: &str) -> Result<()> {
        match self.link.run(query(sql::KEEP_RESULT).text(scope).text(key).text(result)).await? {
            0 => Err(StorageError::Missing { what: "idempotency key" }),
            _ => Ok(()),
        }
    }

    async fn remove_keys(&mut self, before: Timestamp) -> Result<u64> {
        self.link.run(query(sql::REMOVE_KEYS).time(before)).await
    }
}

impl SqlUnit {
    /// Whoever removes the promises has them: of two that end one reservation, one finds nothing.
    async fn end_reservation(
        &mut self,
        order: OrderId,
        statement: &'static str,
        now: Timestamp,
    ) -> Result<bool> {
        let rows = self.link.all(query(sql::REMOVE_RESERVATIONS).id(order)).await?;
        let mut pieces = BTreeMap::new();
        for row in &rows {
            let mut fields = Fields::of(row);
            pieces.insert(fields.id()?, fields.small("quantity")?);
        }
        let pieces: Vec<(VariantId, u32)> = pieces.into_iter().collect();
        self.move_stock(statement, &pieces, now).await?;
        Ok(!pieces.is_empty())
    }

    async fn move_stock(
        &mut self,
        statement: &'static str,
        pieces: &[(VariantId, u32)],
        now: Timestamp,
    ) -> Result<()> {
        for (variant, quantity) in pieces {
            self.link.run(query(statement).id(*variant).bind(i64::from(*quantity)).time(now)).await?;
        }
        Ok(())
    }
}

/// Each variant once, by rising id: the order in which rows are locked.
fn summed(pieces: &[(VariantId, u32)]) -> Vec<(VariantId, u32)> {
    let mut sums: BTreeMap<VariantId, u32> = BTreeMap::new();
    for (variant, quantity) in pieces {
        let sum = sums.entry(*variant).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    sums.into_iter().filter(|(_, quantity)| *quantity > 0).collect()
}

fn movement(row: &Row) -> Result<StockMovement> {
    let mut fields = Fields::of(row);
    Ok(StockMovement {
        id: fields.id()?,
        variant_id: fields.id()?,
        delta: fields.int()?,
        reason: fields.text()?,
        order_id: fields.maybe_id()?,
        actor_id: fields.maybe_id()?,
        created_at: fields.time()?,
    })
}
