//! Who is asking: the signed-in user or anonymous visitor behind a request, and what they may do.

use super::ids::{ApiKeyId, SessionId, UserId, VisitorId};
use super::time::Timestamp;

/// One administrative right; the schema's `Permission` enum, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl Permission {
    pub const ALL: [Self; 9] = [
        Self::ProductsManage,
        Self::OrdersManage,
        Self::PaymentsManage,
        Self::UsersManage,
        Self::ReviewsModerate,
        Self::RecommendationsManage,
        Self::ExperimentsManage,
        Self::MetricsRead,
        Self::SettingsManage,
    ];

    /// The stable name, as stored and as in the schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProductsManage => "PRODUCTS_MANAGE",
            Self::OrdersManage => "ORDERS_MANAGE",
            Self::PaymentsManage => "PAYMENTS_MANAGE",
            Self::UsersManage => "USERS_MANAGE",
            Self::ReviewsModerate => "REVIEWS_MODERATE",
            Self::RecommendationsManage => "RECOMMENDATIONS_MANAGE",
            Self::ExperimentsManage => "EXPERIMENTS_MANAGE",
            Self::MetricsRead => "METRICS_READ",
            Self::SettingsManage => "SETTINGS_MANAGE",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }
}

/// A set of permissions as a bit mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PermissionSet(u16);

impl PermissionSet {
    pub const EMPTY: Self = Self(0);

    pub fn all() -> Self {
        Permission::ALL.into_iter().collect()
    }

    pub fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u16) != 0
    }

    pub fn insert(&mut self, permission: Permission) {
        self.0 |= 1 << permission as u16;
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = Self::EMPTY;
        for permission in permissions {
            set.insert(permission);
        }
        set
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Customer,
    Staff,
    Admin,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "CUSTOMER",
            Self::Staff => "STAFF",
            Self::Admin => "ADMIN",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Customer, Self::Staff, Self::Admin].into_iter().find(|role| role.name() == name)
    }

    /// What the role may do: an admin everything, staff what was granted, a customer nothing.
    pub fn effective(self, granted: PermissionSet) -> PermissionSet {
        match self {
            Self::Admin => PermissionSet::all(),
            Self::Staff => granted,
            Self::Customer => PermissionSet::EMPTY,
        }
    }
}

/// What a signed-in caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The access token of a session: a person.
    Session(SessionId),
    /// An API key: a server, with part of its owner's rights.
    ApiKey(ApiKeyId),
}

/// The user an access token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    pub user: UserId,
    pub credential: Credential,
    pub role: Role,
    pub permissions: PermissionSet,
    /// When the access token ends; a socket closes then.
    pub expires_at: Timestamp,
}

/// Everything a request says about its sender, established once at the boundary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    pub signed_in: Option<SignedIn>,
    pub visitor: Option<VisitorId>,
    /// The guest cart's secret, as sent.
    pub cart_token: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// Where the request came from, for throttling; never shown.
    pub ip: Option<std::net::IpAddr>,
    /// Ties the client's error message to the log line.
    pub request_id: String,
}

impl Caller {
    pub fn user(&self) -> Option<UserId> {
        self.signed_in.map(|signed_in| signed_in.user)
    }

    /// The session of a person; none for servers and for nobody in particular.
    pub fn session(&self) -> Option<SessionId> {
        match self.signed_in?.credential {
            Credential::Session(session) => Some(session),
            Credential::ApiKey(_) => None,
        }
    }

    /// Whether a server calls, by an API key.
    pub fn is_server(&self) -> bool {
        self.signed_in.is_some_and(|signed_in| matches!(signed_in.credential, Credential::ApiKey(_)))
    }

    pub fn permissions(&self) -> PermissionSet {
        self.signed_in.map_or(PermissionSet::EMPTY, |signed_in| signed_in.permissions)
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().contains(permission)
    }

    pub fn is_user(&self, user: UserId) -> bool {
        self.user() == Some(user)
    }

    pub fn expires_at(&self) -> Option<Timestamp> {
        self.signed_in.map(|signed_in| signed_in.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_gains_nothing_from_leftover_grants() {
        assert_eq!(Role::Customer.effective(PermissionSet::all()), PermissionSet::EMPTY);
        assert!(Role::Admin.effective(PermissionSet::EMPTY).contains(Permission::SettingsManage));
    }

    #[test]
    fn permission_names_read_back() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_name(permission.name()), Some(permission));
        }
    }
}
