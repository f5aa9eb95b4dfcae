//! Roles and permissions in the API.

use async_graphql::Enum;

use crate::domain::caller;

/// One administrative right.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "caller::Permission")]
pub enum Permission {
    ProductsManage,
    OrdersManage,
    PaymentsManage,
    UsersManage,
    ReviewsModerate,
    RecommendationsManage,
    ExperimentsManage,
    MetricsRead,
    SettingsManage,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "caller::Role")]
pub enum UserRole {
    /// Shops.
    Customer,
    /// Works here, with the permissions granted.
    Staff,
    /// May do everything.
    Admin,
}
