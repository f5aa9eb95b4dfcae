//! What tests stand on: databases, and builders for what is kept in them.

pub(crate) mod build;
pub(crate) mod dump;
pub(crate) mod measuring;
pub(crate) mod postgres;
pub(crate) mod services;
pub(crate) mod shop;

/// Defines each behaviour once and tests it on SQLite and on PostgreSQL.
macro_rules! on_both {
    // With a shop of its own to keep.
    ($(async fn $name:ident($shop:ident: Shop) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every behaviour uses all of its file's imports")]
            use super::*;

            async fn behaviour($shop: $crate::support::shop::Shop) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                behaviour($crate::support::shop::Shop::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(shop) = $crate::support::shop::Shop::on_postgres().await {
                    behaviour(shop).await;
                }
            }
        }
    )+};
    ($(async fn $name:ident($shop:ident: &Shop) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every behaviour uses all of its file's imports")]
            use super::*;

            async fn behaviour($shop: &$crate::support::shop::Shop) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                behaviour(&$crate::support::shop::Shop::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(shop) = $crate::support::shop::Shop::on_postgres().await {
                    behaviour(&shop).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both;
