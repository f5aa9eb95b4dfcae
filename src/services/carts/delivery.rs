//! Where a cart goes and how: contact, addresses, shipping option.

use super::{CartChange, Carts};
use crate::domain::caller::Caller;
use crate::domain::ids::CartId;
use crate::domain::limits;
use crate::domain::text::{self, Email};
use crate::services::accounts::{AddressChange, read_address};
use crate::services::error::{Mistakes, Problem, ServiceError};

/// What to change; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct DeliveryChange {
    pub email: Option<String>,
    pub shipping_address: Option<AddressChange>,
    pub billing_address: Option<AddressChange>,
    pub shipping_option: Option<String>,
}

impl Carts {
    /// Says where a cart goes and how. An option that does not deliver to the address is refused.
    pub async fn update_delivery(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        change: DeliveryChange,
    ) -> Result<CartChange, ServiceError> {
        let mut mistakes = Mistakes::default();
        let email = change.email.and_then(|email| mistakes.check(["email"], Email::parse(&email)));
        let mut address = |at: &str, change: Option<AddressChange>| {
            let mut read = read_address(at, &change?, &mut mistakes)?;
            read.id = self.context.new_id();
            Some(read)
        };
        let shipping_address = address("shippingAddress", change.shipping_address);
        let billing_address = address("billingAddress", change.billing_address);
        let option = change.shipping_option.and_then(|id| {
            let id =
                mistakes.check(["shippingOptionId"], text::line("shippingOptionId", &id, limits::KEY))?;
            let known = self.tariff.knows_option(&id).then_some(id);
            mistakes.check(["shippingOptionId"], known.ok_or(Problem::NotFound { what: "shipping option" }))
        });
        mistakes.done()?;
        self.change(caller, cart, None, &[], |draft, _| {
            let cart = &mut draft.cart;
            cart.email = email.clone().or_else(|| cart.email.take());
            cart.shipping_address = shipping_address.clone().or_else(|| cart.shipping_address.take());
            cart.billing_address = billing_address.clone().or_else(|| cart.billing_address.take());
            if let Some(option) = &option {
                let country =
                    cart.shipping_address.as_ref().map_or(self.tariff.home(), |address| &address.country);
                if !self.tariff.options(country, 0).iter().any(|one| one.id == *option) {
                    return Err(ServiceError::refuse(["shippingOptionId"], Problem::ShippingNotAvailable));
                }
                cart.shipping_option_id = Some(option.clone());
            }
            Ok(Vec::new())
        })
        .await
    }
}
