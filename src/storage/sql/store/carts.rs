//! Carts and vouchers.

use std::collections::HashMap;

use async_trait::async_trait;

use super::fields::{Fields, corrupt};
use super::link::{Bind as _, Query, list_query, query};
use super::{Row, SqlStore, SqlUnit, keys};
use crate::domain::cart::{Cart, CartLine, CartStatus, Voucher, VoucherKind};
use crate::domain::ids::{CartId, CartLineId, OrderId, UserId, VoucherId};
use crate::domain::money::parse_currency;
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::storage::carts::{CartStore, CartWork, Redemption};
use crate::storage::error::{Result, StorageError};
use crate::storage::sql::documents::Document as _;
use crate::storage::sql::statements::carts as sql;

#[async_trait]
impl CartStore for SqlStore {
    async fn carts(&self, ids: &[CartId]) -> Result<HashMap<CartId, Cart>> {
        self.load(sql::CARTS_BY_ID, keys(ids), |row| cart(row).map(|cart| (cart.id, cart))).await
    }

    async fn cart_by_token(&self, token_hash: &str) -> Result<Option<Cart>> {
        let row = self.read().await?.optional(query(sql::CART_BY_TOKEN).text(token_hash)).await?;
        row.as_ref().map(cart).transpose()
    }

    async fn active_cart_of(&self, user: UserId) -> Result<Option<Cart>> {
        let row = self.read().await?.optional(query(sql::ACTIVE_CART_OF).id(user)).await?;
        row.as_ref().map(cart).transpose()
    }

    async fn cart_lines_of(&self, carts: &[CartId]) -> Result<HashMap<CartId, Vec<CartLine>>> {
        self.load_groups(sql::LINES_OF_CARTS, keys(carts), line).await
    }

    async fn cart_vouchers_of(&self, carts: &[CartId]) -> Result<HashMap<CartId, Vec<Voucher>>> {
        self.load_groups(sql::VOUCHERS_OF_CARTS, keys(carts), |row| {
            let mut fields = Fields::of(row);
            Ok((fields.id()?, voucher(&mut fields)?))
        })
        .await
    }

    async fn active_carts_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Cart>> {
        let carts = self.load(sql::ACTIVE_CARTS_OF, keys(users), |row| cart(row).map(|cart| (cart.id, cart)));
        Ok(carts.await?.into_values().filter_map(|cart| Some((cart.user_id?, cart))).collect())
    }

    async fn list_vouchers(&self, limit: usize) -> Result<Vec<Voucher>> {
        let rows = self.read().await?.all(query(sql::LIST_VOUCHERS).count(limit)).await?;
        rows.iter().map(|row| voucher(&mut Fields::of(row))).collect()
    }

    async fn voucher_uses_of(&self, user: UserId, vouchers: &[VoucherId]) -> Result<HashMap<VoucherId, u32>> {
        if vouchers.is_empty() {
            return Ok(HashMap::new());
        }
        let query = list_query(sql::VOUCHER_USES_OF, &keys(vouchers), |query| query.id(user));
        let rows = self.read().await?.all(query).await?;
        let uses = |row: &Row| {
            let mut fields = Fields::of(row);
            Ok((fields.id()?, fields.small("count")?))
        };
        rows.iter().map(uses).collect()
    }

    async fn voucher_by_code(&self, code: &str) -> Result<Option<Voucher>> {
        let row = self.read().await?.optional(query(sql::VOUCHER_BY_CODE).text(code)).await?;
        row.map(|row| voucher(&mut Fields::of(&row))).transpose()
    }
}

#[async_trait]
impl CartWork for SqlUnit {
    async fn insert_cart(&mut self, cart: &Cart) -> Result<()> {
        let query = query(sql::INSERT_CART)
            .id(cart.id)
            .maybe_text(cart.token_hash.as_deref())
            .maybe_id(cart.user_id)
            .text(cart.status.as_str())
            .text(cart.currency.code());
        let query = delivery(query, cart)
            .time(cart.created_at)
            .time(cart.updated_at)
            .maybe_time(cart.expires_at)
            .bind(1_i64);
        self.link.run(query).await.map(|_| ())
    }

    async fn cart_for_update(&mut self, id: CartId) -> Result<Option<(Cart, Vec<CartLine>)>> {
        let row = self.link.optional(query(sql::CART_FOR_UPDATE).id(id)).await?;
        let Some(row) = row else { return Ok(None) };
        let lines = self.link.listed(sql::LINES_OF_CARTS, vec![id.to_string()]).await?;
        let lines = lines.iter().map(|row| line(row).map(|(_, line)| line)).collect::<Result<_>>()?;
        Ok(Some((cart(&row)?, lines)))
    }

    async fn vouchers_of_cart(&mut self, cart: CartId) -> Result<Vec<Voucher>> {
        let rows = self.link.listed(sql::VOUCHERS_OF_CARTS, vec![cart.to_string()]).await?;
        let read = |row: &Row| {
            let mut fields = Fields::of(row);
            let _: CartId = fields.id()?;
            voucher(&mut fields)
        };
        rows.iter().map(read).collect()
    }

    async fn update_cart(&mut self, cart: &Cart) -> Result<Cart> {
        let query_update = query(sql::UPDATE_CART)
            .id(cart.id)
            .bind(cart.version)
            .maybe_id(cart.user_id)
            .text(cart.status.as_str());
        let query_update = delivery(query_update, cart).time(cart.updated_at).maybe_time(cart.expires_at);
        if self.link.run(query_update).await? == 0 {
            let row = self.link.optional(query(sql::VERSION_OF_CART).id(cart.id)).await?;
            let row = row.ok_or(StorageError::Missing { what: "cart" })?;
            return Err(StorageError::VersionConflict { current: Fields::of(&row).int()? });
        }
        Ok(Cart { version: cart.version + 1, ..cart.clone() })
    }

    async fn save_cart_lines(&mut self, cart: CartId, lines: &[CartLine]) -> Result<()> {
        self.link
            .run_rows(sql::SAVE_CART_LINES, lines, |query, line| {
                query
                    .id(cart)
                    .id(line.id)
                    .id(line.variant_id)
                    .bind(i64::from(line.quantity))
                    .bind(line.price_when_added_minor)
                    .maybe_id(line.recommendation_id)
                    .time(line.added_at)
            })
            .await
            .map(|_| ())
    }

    async fn remove_cart_lines(&mut self, cart: CartId, ids: &[CartLineId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let query = list_query(sql::REMOVE_CART_LINES, &keys(ids), |query| query.id(cart));
        self.link.run(query).await.map(|_| ())
    }

    async fn add_cart_voucher(&mut self, cart: CartId, voucher: VoucherId, now: Timestamp) -> Result<bool> {
        Ok(self.link.run(query(sql::ADD_CART_VOUCHER).id(cart).id(voucher).time(now)).await? > 0)
    }

    async fn remove_cart_voucher(&mut self, cart: CartId, voucher: VoucherId) -> Result<bool> {
        Ok(self.link.run(query(sql::REMOVE_CART_VOUCHER).id(cart).id(voucher)).await? > 0)
    }

    async fn remove_expired_carts(&mut self, now: Timestamp, limit: usize) -> Result<u64> {
        let rows = self.link.all(query(sql::EXPIRED_CARTS).time(now).count(limit)).await?;
        let ids: Vec<CartId> = rows.iter().map(|row| Fields::of(row).id()).collect::<Result<_>>()?;
        for statement in [sql::REMOVE_LINES_OF_CARTS, sql::REMOVE_VOUCHERS_OF_CARTS, sql::REMOVE_CARTS] {
            self.link.listed(statement, keys(&ids)).await?;
        }
        Ok(ids.len() as u64)
    }

    async fn insert_voucher(&mut self, voucher: &Voucher) -> Result<()> {
        let query = terms(query(sql::INSERT_VOUCHER), voucher)
            .bind(0_i64)
            .bind(voucher.active)
            .time(voucher.created_at);
        self.link.run(query).await.map(|_| ())
    }

    async fn update_voucher(&mut self, voucher: &Voucher) -> Result<bool> {
        let query = terms(query(sql::UPDATE_VOUCHER), voucher).bind(voucher.active);
        Ok(self.link.run(query).await? > 0)
    }

    async fn redeem_voucher(
        &mut self,
        id: VoucherId,
        order: OrderId,
        user: Option<UserId>,
        now: Timestamp,
    ) -> Result<Redemption> {
        let row = self.link.optional(query(sql::VOUCHER_FOR_UPDATE).id(id)).await?;
        let voucher = voucher(&mut Fields::of(&row.ok_or(StorageError::Missing { what: "voucher" })?))?;
        if self.link.optional(query(sql::REDEMPTION_EXISTS).id(id).id(order)).await?.is_some() {
            return Ok(Redemption::Redeemed);
        }
        if !voucher.is_good_at(now) {
            return Ok(Redemption::Refused);
        }
        if self.is_used_up_by(&voucher, user).await? {
            return Ok(Redemption::Refused);
        }
        self.link.run(query(sql::INSERT_REDEMPTION).id(id).id(order).maybe_id(user).time(now)).await?;
        self.link.run(query(sql::COUNT_VOUCHER).id(id)).await?;
        Ok(Redemption::Redeemed)
    }

    async fn return_vouchers(&mut self, order: OrderId, now: Timestamp) -> Result<()> {
        self.link.run(query(sql::UNCOUNT_VOUCHERS).id(order)).await?;
        self.link.run(query(sql::RETURN_REDEMPTIONS).id(order).time(now)).await.map(|_| ())
    }

    async fn redeem_again(&mut self, order: OrderId) -> Result<Redemption> {
        let mut free = Vec::new();
        for row in self.link.all(query(sql::RETURNED_REDEMPTIONS).id(order)).await? {
            let mut fields = Fields::of(&row);
            let (id, user): (VoucherId, Option<UserId>) = (fields.id()?, fields.maybe_id()?);
            let row = self.link.one(query(sql::VOUCHER_FOR_UPDATE).id(id)).await?;
            let voucher = voucher(&mut Fields::of(&row))?;
            if voucher.is_used_up() || self.is_used_up_by(&voucher, user).await? {
                return Ok(Redemption::Refused);
            }
            free.push(id);
        }
        for id in free {
            self.link.run(query(sql::REDEEM_AGAIN).id(id).id(order)).await?;
            self.link.run(query(sql::COUNT_VOUCHER).id(id)).await?;
        }
        Ok(Redemption::Redeemed)
    }
}

impl SqlUnit {
    /// Whether the user had their share of a voucher that is locked.
    async fn is_used_up_by(&mut self, voucher: &Voucher, user: Option<UserId>) -> Result<bool> {
        let (Some(limit), Some(user)) = (voucher.per_user_limit, user) else { return Ok(false) };
        let row = self.link.one(query(sql::REDEMPTIONS_OF_USER).id(voucher.id).id(user)).await?;
        Ok(Fields::of(&row).int()? >= i64::from(limit))
    }
}

/// What both statements that write a voucher begin with.
fn terms(query: Query, voucher: &Voucher) -> Query {
    let (kind, value) = match voucher.kind {
        VoucherKind::Percentage(millionths) => ("PERCENTAGE", i64::from(millionths)),
        VoucherKind::Fixed(minor) => ("FIXED", minor),
        VoucherKind::FreeShipping => ("FREE_SHIPPING", 0),
    };
    query
        .id(voucher.id)
        .text(&voucher.code)
        .text(&voucher.description)
        .text(kind)
        .bind(value)
        .maybe_text(voucher.currency.map(|currency| currency.code()))
        .bind(voucher.min_subtotal_minor)
        .maybe_time(voucher.starts_at)
        .maybe_time(voucher.ends_at)
        .bind(voucher.usage_limit.map(i64::from))
        .bind(voucher.per_user_limit.map(i64::from))
}

/// What both statements that write a cart list alike.
fn delivery(query: Query, cart: &Cart) -> Query {
    query
        .maybe_text(cart.email.as_ref().map(|email| email.as_str()))
        .bind(cart.shipping_address.as_ref().map(|address| address.write()))
        .bind(cart.billing_address.as_ref().map(|address| address.write()))
        .maybe_text(cart.shipping_option_id.as_deref())
        .maybe_id(cart.order_id)
}

fn cart(row: &Row) -> Result<Cart> {
    let mut fields = Fields::of(row);
    Ok(Cart {
        id: fields.id()?,
        token_hash: fields.maybe_text()?,
        user_id: fields.maybe_id()?,
        status: fields.named("cart status", CartStatus::from_name)?,
        currency: fields.currency()?,
        email: fields.maybe_text()?.map(Email::from_trusted),
        shipping_address: fields.maybe_document("address")?,
        billing_address: fields.maybe_document("address")?,
        shipping_option_id: fields.maybe_text()?,
        order_id: fields.maybe_id()?,
        created_at: fields.time()?,
        updated_at: fields.time()?,
        expires_at: fields.maybe_time()?,
        version: fields.int()?,
    })
}

fn line(row: &Row) -> Result<(CartId, CartLine)> {
    let mut fields = Fields::of(row);
    let cart = fields.id()?;
    Ok((
        cart,
        CartLine {
            id: fields.id()?,
            variant_id: fields.id()?,
            quantity: fields.small("quantity")?,
            price_when_added_minor: fields.int()?,
            recommendation_id: fields.maybe_id()?,
            added_at: fields.time()?,
        },
    ))
}

fn voucher(fields: &mut Fields<'_>) -> Result<Voucher> {
    Ok(Voucher {
        id: fields.id()?,
        code: fields.text()?,
        description: fields.text()?,
        kind: {
            let (kind, value) = (fields.text()?, fields.int()?);
            match (kind.as_str(), u32::try_from(value)) {
                ("PERCENTAGE", Ok(millionths)) => VoucherKind::Percentage(millionths),
                ("FIXED", _) => VoucherKind::Fixed(value),
                ("FREE_SHIPPING", _) => VoucherKind::FreeShipping,
                _ => return Err(corrupt("voucher", format!("{kind} of {value}"))),
            }
        },
        currency: fields
            .maybe_text()?
            .map(|code| parse_currency(&code).map_err(|error| corrupt("currency", error.to_string())))
            .transpose()?,
        min_subtotal_minor: fields.maybe_int()?,
        starts_at: fields.maybe_time()?,
        ends_at: fields.maybe_time()?,
        usage_limit: fields.maybe_small("limit")?,
        per_user_limit: fields.maybe_small("limit")?,
        used_count: fields.small("count")?,
        active: fields.flag()?,
        created_at: fields.time()?,
    })
}
