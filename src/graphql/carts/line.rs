//! A line of a cart.

use std::sync::Arc;

use async_graphql::{ID, Object};

use crate::graphql::catalogue::ProductVariant;
use crate::graphql::error::{GraphqlError, GraphqlResult};
use crate::graphql::global_id::GlobalId;
use crate::graphql::money::MoneyOutput;
use crate::services::carts::{CartGoods, PricedCart};

/// A variant in a cart, at its price of this moment.
#[derive(Clone)]
pub(crate) struct CartLine {
    pub(super) cart: Arc<PricedCart>,
    pub(super) place: usize,
}

impl CartLine {
    fn goods(&self) -> GraphqlResult<&CartGoods> {
        self.cart.lines.get(self.place).ok_or_else(|| GraphqlError::internal("a place outside its cart"))
    }
}

#[Object]
impl CartLine {
    async fn id(&self) -> GraphqlResult<ID> {
        Ok(self.goods()?.line.id.global())
    }

    async fn variant(&self) -> GraphqlResult<ProductVariant> {
        Ok(Arc::clone(&self.goods()?.variant).into())
    }

    async fn quantity(&self) -> GraphqlResult<i32> {
        Ok(i32::try_from(self.goods()?.line.quantity).unwrap_or(i32::MAX))
    }

    async fn unit_price(&self) -> GraphqlResult<MoneyOutput> {
        Ok(self.goods()?.variant.price.into())
    }

    /// Set when the price moved since the line was added.
    async fn unit_price_when_added(&self) -> GraphqlResult<Option<MoneyOutput>> {
        let goods = self.goods()?;
        let before = goods.line.price_when_added_minor;
        Ok((before != goods.variant.price.minor()).then(|| self.cart.money(before).into()))
    }

    async fn subtotal(&self) -> GraphqlResult<MoneyOutput> {
        Ok(self.cart.money(self.goods()?.cost.subtotal).into())
    }

    async fn discount(&self) -> GraphqlResult<MoneyOutput> {
        Ok(self.cart.money(self.goods()?.cost.discount).into())
    }

    /// With the tax, whether prices contain it or not.
    async fn total(&self) -> GraphqlResult<MoneyOutput> {
        Ok(self.cart.money(self.goods()?.cost.total).into())
    }
}
