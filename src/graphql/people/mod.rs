//! Users, visitors, sessions: who is asking and what they keep here.

pub mod enums;
mod query;

pub use query::PeopleQuery;
