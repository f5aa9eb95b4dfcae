//! What the databases complain about, in the words of the shop. SQLite names columns, PostgreSQL constraints.

use sqlx::error::ErrorKind;

use crate::storage::error::StorageError;

/// Unique columns as SQLite names them, and what they are called when somebody else has the value.
/// PostgreSQL's default name of the same constraint follows from it.
const UNIQUE: &[(&str, &str)] = &[
    ("users.email", "email"),
    ("users.external_id", "external id"),
    ("products.slug", "slug"),
    ("variants.sku", "sku"),
    ("categories.slug", "slug"),
    ("brands.slug", "slug"),
    ("orders.number", "order number"),
    ("experiments.key", "experiment key"),
    ("api_keys.hash", "api key"),
    ("carts.user_id", "active cart"),
    ("carts.token_hash", "cart token"),
    ("vouchers.code", "voucher code"),
    ("payments.idempotency_key", "idempotency key"),
    ("refunds.idempotency_key", "idempotency key"),
];

/// Turns an error of the driver into one of the store.
pub(super) fn translate(error: sqlx::Error) -> StorageError {
    match error {
        sqlx::Error::Database(database) => translate_database(database),
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_) => StorageError::Unavailable(Box::new(error)),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. } => {
            StorageError::Corrupt { what: "row", detail: error.to_string() }
        }
        other => StorageError::Database(Box::new(other)),
    }
}

fn translate_database(error: Box<dyn sqlx::error::DatabaseError>) -> StorageError {
    match error.kind() {
        ErrorKind::UniqueViolation => StorageError::Conflict { what: what_is_taken(error.as_ref()) },
        ErrorKind::ForeignKeyViolation => StorageError::Missing { what: "related object" },
        _ if may_pass(error.code().as_deref().unwrap_or_default()) => {
            StorageError::Unavailable(error.into_error())
        }
        _ => StorageError::Database(error.into_error()),
    }
}

fn what_is_taken(error: &dyn sqlx::error::DatabaseError) -> &'static str {
    UNIQUE
        .iter()
        .find(|(column, _)| match error.constraint() {
            Some("carts_active_by_user") => *column == "carts.user_id",
            Some(constraint) => constraint == format!("{}_key", column.replace('.', "_")),
            None => error.message().ends_with(column),
        })
        .map_or("id", |(_, what)| what)
}

/// Conditions that trying again may clear: a busy SQLite file; a deadlock, a server starting or shutting down.
fn may_pass(code: &str) -> bool {
    matches!(code, "5" | "6" | "261" | "262" | "517" | "773" | "40001" | "40P01")
        || code.len() == 5 && ["53", "57", "08"].iter().any(|class| code.starts_with(class))
}
