//! The gateways on offer.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::graphql::error::GraphqlResult;
use crate::graphql::scalars::CurrencyCode;
use crate::graphql::services;
use crate::services::payments::Offer;

/// A way to pay.
#[derive(SimpleObject)]
pub(super) struct PaymentGateway {
    /// Its name in the configuration; what checkout and paymentInitialize take as `gateway`.
    id: ID,
    name: String,
    currencies: Vec<CurrencyCode>,
    /// Whether money can be promised first and taken later.
    supports_authorize: bool,
    supports_partial_refund: bool,
    /// False while the circuit breaker is open.
    healthy: bool,
}

impl From<Offer> for PaymentGateway {
    fn from(Offer { profile, healthy }: Offer) -> Self {
        Self {
            id: profile.id.into(),
            name: profile.name.to_owned(),
            currencies: profile.currencies.into_iter().map(CurrencyCode).collect(),
            supports_authorize: profile.supports_authorize,
            supports_partial_refund: profile.supports_partial_refund,
            healthy,
        }
    }
}

impl PaymentGateway {
    /// The gateway of a payment, also when it is no longer on offer.
    pub(super) fn named(ctx: &Context<'_>, id: &str) -> Self {
        services(ctx).payments.offer(id).map_or_else(
            || Self {
                id: id.into(),
                name: id.to_owned(),
                currencies: Vec::new(),
                supports_authorize: false,
                supports_partial_refund: false,
                healthy: false,
            },
            Self::from,
        )
    }
}

#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// The gateways on offer, the preferred first; with `currency` those that take it.
    async fn payment_gateways(
        &self,
        ctx: &Context<'_>,
        currency: Option<CurrencyCode>,
    ) -> GraphqlResult<Vec<PaymentGateway>> {
        let offers = services(ctx).payments.offers(currency.map(|code| code.0));
        Ok(offers.into_iter().map(PaymentGateway::from).collect())
    }
}
