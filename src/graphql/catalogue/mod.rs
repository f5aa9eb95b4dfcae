//! The catalogue in the API: products and what hangs on them, lists of them, and their administration.

mod category;
mod connection;
mod enums;
mod filter;
mod input;
mod mutation;
mod product;
mod query;
mod review;
mod review_mutation;
mod variant;

pub use category::{Brand, Category};
pub use connection::ProductConnection;
pub use enums::BulkErrorPolicy;
pub use mutation::CatalogueMutation;
pub(crate) use mutation::{ProductPayload, id_argument};
pub use product::Product;
pub use query::CatalogueQuery;
pub use review::Review;
pub use review_mutation::{ReviewMutation, ReviewQuery};
pub use variant::ProductVariant;
