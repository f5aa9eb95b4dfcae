//! Carts in the API: what is in them, what they cost, how they change; vouchers, and their administration.

mod cost;
mod input;
mod line;
mod mutation;
mod subscription;
mod types;
mod voucher;

pub(crate) use cost::{AppliedVoucher, Cost, ShippingOption};
pub(crate) use input::MergeStrategyInput;
pub use mutation::CartMutation;
pub use subscription::CartSubscription;
pub use types::{Cart, CartQuery};
pub(crate) use types::{CartWarning, cart_of_user, own_cart};
pub use voucher::{VoucherMutation, VoucherQuery};
