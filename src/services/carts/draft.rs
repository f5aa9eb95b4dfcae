//! A cart in the hands of one unit of work: changed in memory, checked against price and stock, then written.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::price::{Goods, Pieces, voucher_refusal};
use super::{CartWarning, WarningKind};
use crate::domain::cart::{Cart, CartLine, Voucher};
use crate::domain::catalogue::Category;
use crate::domain::ids::{CartId, CartLineId, VariantId, VoucherId};
use crate::domain::limits;
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::services::error::{Problem, ServiceError, WHOLE};
use crate::storage::UnitOfWork;

/// A cart with everything it is priced from.
pub(super) struct Draft {
    pub(super) cart: Cart,
    pub(super) lines: Vec<CartLine>,
    pub(super) vouchers: Vec<Voucher>,
    pub(super) goods: Goods,
    pub(super) account_email: Option<Email>,
    pub(super) warnings: Vec<CartWarning>,
    dirty: BTreeSet<CartLineId>,
    removed: Vec<CartLineId>,
    applied: Vec<VoucherId>,
    taken_off: Vec<VoucherId>,
}

impl Draft {
    /// Reads what a locked cart is made of, together with variants that are to come in.
    pub(super) async fn read(
        unit: &mut dyn UnitOfWork,
        (cart, lines): (Cart, Vec<CartLine>),
        wanted: &[VariantId],
        tree: Arc<[Category]>,
    ) -> Result<Self, ServiceError> {
        let vouchers = unit.vouchers_of_cart(cart.id).await?;
        let ids: Vec<VariantId> =
            lines.iter().map(|line| line.variant_id).chain(wanted.iter().copied()).collect();
        let goods = Goods::of(unit.goods(&ids, false).await?, tree);
        Ok(Self {
            cart,
            lines,
            vouchers,
            goods,
            account_email: None,
            warnings: Vec::new(),
            dirty: BTreeSet::new(),
            removed: Vec::new(),
            applied: Vec::new(),
            taken_off: Vec::new(),
        })
    }

    /// Whether a variant can come in, and how many are left.
    pub(super) fn for_sale(&self, variant: VariantId, quantity: u32) -> Result<(), Problem> {
        let Some((found, _)) = self.goods.find(variant) else {
            return Err(Problem::NotFound { what: "variant" });
        };
        if !self.goods.on_sale(variant, self.cart.currency) {
            return Err(Problem::ProductUnavailable);
        }
        match found.stock.available() {
            0 => Err(Problem::Shortage { variant, requested: quantity, available: 0 }),
            _ => Ok(()),
        }
    }

    /// The current price of a variant; nothing for one that is gone.
    pub(super) fn price_of(&self, variant: VariantId) -> i64 {
        self.goods.find(variant).map_or(0, |(variant, _)| variant.price.minor())
    }

    pub(super) fn line_of(&self, variant: VariantId) -> Option<&CartLine> {
        self.lines.iter().find(|line| line.variant_id == variant)
    }

    /// Puts a line in, or in the place of the one with its variant.
    pub(super) fn put(&mut self, line: CartLine) {
        let line = match self.lines.iter_mut().find(|old| old.variant_id == line.variant_id) {
            Some(old) => {
                *old = CartLine { id: old.id, added_at: old.added_at, ..line };
                old.id
            }
            None => {
                let id = line.id;
                self.lines.push(line);
                id
            }
        };
        self.dirty.insert(line);
    }

    pub(super) fn remove(&mut self, id: CartLineId) {
        self.lines.retain(|line| line.id != id);
        self.dirty.remove(&id);
        self.removed.push(id);
    }

    pub(super) fn clear(&mut self) {
        for id in self.lines.iter().map(|line| line.id).collect::<Vec<_>>() {
            self.remove(id);
        }
    }

    pub(super) fn apply(&mut self, voucher: Voucher) {
        if self.vouchers.iter().all(|old| old.id != voucher.id) {
            self.applied.push(voucher.id);
            self.vouchers.push(voucher);
        }
    }

    pub(super) fn take_off(&mut self, voucher: VoucherId) {
        self.vouchers.retain(|old| old.id != voucher);
        self.taken_off.push(voucher);
    }

    pub(super) fn warn(&mut self, kind: WarningKind, line: Option<CartLineId>) {
        self.warnings.push(CartWarning { kind, line });
    }

    /// The lines at today's prices, before vouchers.
    pub(super) fn subtotal(&self) -> i64 {
        let costs = self
            .lines
            .iter()
            .map(|line| self.price_of(line.variant_id).saturating_mul(i64::from(line.quantity)));
        costs.fold(0, i64::saturating_add)
    }

    /// Brings the cart in line with what is sold: what is gone leaves it, no line asks for more than is left. What is
    /// sold out stays, for it may come back; it is a problem only for the checkout.
    pub(super) fn reconcile(&mut self, now: Timestamp) -> Result<(), ServiceError> {
        if self.lines.len() > limits::CART_LINES {
            return Err(ServiceError::refuse(["lines"], Problem::TooMany { max: limits::CART_LINES }));
        }
        for line in self.lines.clone() {
            if !self.goods.on_sale(line.variant_id, self.cart.currency) {
                self.remove(line.id);
                self.warn(WarningKind::LineRemoved, Some(line.id));
                continue;
            }
            let left = self.goods.find(line.variant_id).map_or(0, |(variant, _)| variant.stock.available());
            if left > 0 && left < line.quantity {
                self.warn(WarningKind::QuantityReduced { wanted: line.quantity, left }, Some(line.id));
                self.put(CartLine { quantity: left, ..line.clone() });
            }
            let (before, price) = (line.price_when_added_minor, self.price_of(line.variant_id));
            if before != price {
                self.warn(WarningKind::PriceChanged { before, now: price }, Some(line.id));
            }
        }
        let subtotal = self.subtotal();
        for voucher in self.vouchers.clone() {
            if !self.lines.is_empty() && voucher_refusal(&voucher, &self.cart, subtotal, None, now).is_some()
            {
                self.take_off(voucher.id);
                self.warn(WarningKind::VoucherRemoved, None);
            }
        }
        Ok(())
    }

    /// Writes what changed, and the cart itself with its next version.
    pub(super) async fn write(
        &mut self,
        unit: &mut dyn UnitOfWork,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let id: CartId = self.cart.id;
        unit.remove_cart_lines(id, &self.removed).await?;
        let dirty: Vec<CartLine> =
            self.lines.iter().filter(|line| self.dirty.contains(&line.id)).cloned().collect();
        if !dirty.is_empty() {
            unit.save_cart_lines(id, &dirty).await?;
        }
        for voucher in &self.taken_off {
            unit.remove_cart_voucher(id, *voucher).await?;
        }
        for voucher in &self.applied {
            unit.add_cart_voucher(id, *voucher, now).await?;
        }
        self.cart = unit
            .update_cart(&self.cart)
            .await
            .map_err(|error| crate::services::error::refused_write(error, WHOLE))?;
        Ok(())
    }

    pub(super) fn into_pieces(self) -> (Pieces, Vec<CartWarning>) {
        let Self { cart, lines, vouchers, goods, account_email, warnings, .. } = self;
        (Pieces { cart, lines, vouchers, account_email, goods }, warnings)
    }
}
