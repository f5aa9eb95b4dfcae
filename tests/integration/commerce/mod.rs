//! Selling under pressure, on both databases: many at once, and long histories of everything that can happen.

mod all_or_nothing;
mod histories;
mod races;

use shelfwise::domain::caller::Caller;
use shelfwise::domain::ids::{CartId, VariantId};
use shelfwise::domain::money::Money;
use shelfwise::services::accounts::AddressChange;
use shelfwise::services::carts::{DeliveryChange, LineAdd};
use shelfwise::services::checkout::{CheckoutRequest, Placed};
use shelfwise::services::error::{Problem, ServiceError};

use crate::api::{Api, nobody};

/// Somebody with a cart that is ready for the checkout.
#[derive(Clone)]
pub(crate) struct Buyer {
    pub(crate) caller: Caller,
    pub(crate) cart: CartId,
    pub(crate) total: Money,
}

pub(crate) fn pieces(variant: VariantId, quantity: i64) -> LineAdd {
    LineAdd { variant, quantity, recommendation: None }
}

impl Buyer {
    /// A guest who wants some pieces.
    pub(crate) async fn guest(api: &Api, variant: VariantId, quantity: i64) -> Self {
        let carts = &api.services.carts;
        let made = carts.add_lines(&nobody(), None, &[pieces(variant, quantity)], None).await.unwrap();
        let caller = Caller { cart_token: made.token, ..nobody() };
        Self::ready(api, caller).await
    }

    /// Says where the caller's cart goes.
    pub(crate) async fn ready(api: &Api, caller: Caller) -> Self {
        let delivery = DeliveryChange {
            email: Some("buyer@example.org".to_owned()),
            shipping_address: Some(AddressChange {
                name: "Buyer".to_owned(),
                line1: "Road 1".to_owned(),
                line2: None,
                city: "Ulm".to_owned(),
                region: None,
                postal_code: None,
                country: "DE".to_owned(),
                phone: None,
                is_default: None,
            }),
            billing_address: None,
            shipping_option: Some("standard".to_owned()),
        };
        let change = api.services.carts.update_delivery(&caller, None, delivery).await.unwrap();
        let total = change.cart.money(change.cart.cost.total_minor);
        Self { caller, cart: change.cart.cart.id, total }
    }

    pub(crate) async fn check_out(&self, api: &Api, key: &str) -> Result<Placed, ServiceError> {
        let request = CheckoutRequest {
            cart: self.cart,
            expected_total: self.total,
            gateway: "sandbox".to_owned(),
            return_url: None,
            payment_method: None,
            idempotency_key: key.to_owned(),
            note: None,
        };
        api.services.checkout.complete(&self.caller, request).await
    }
}

/// The problems of a refusal; a fault fails the test.
pub(crate) fn problems<T: std::fmt::Debug>(answer: Result<T, ServiceError>) -> Vec<Problem> {
    match answer {
        Err(ServiceError::Refused(mistakes)) => mistakes.into_iter().map(|mistake| mistake.problem).collect(),
        other => panic!("refused was expected, not {other:?}"),
    }
}
