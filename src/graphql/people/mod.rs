//! Users, visitors, sessions: who is asking and what they keep here.

mod access;
mod account;
mod enums;
mod history;
mod input;
mod mutation;
mod query;
mod recovery;
mod user;

pub use access::AccessMutation;
pub use account::AccountMutation;
pub(crate) use account::SuccessPayload;
pub use enums::{Permission, UserRole};
pub(crate) use input::AddressInput;
pub use input::PreferencesInput;
pub use mutation::PeopleMutation;
pub(crate) use mutation::change;
pub use query::PeopleQuery;
pub use recovery::RecoveryMutation;
pub(crate) use user::Address;
pub use user::{User, Visitor};
