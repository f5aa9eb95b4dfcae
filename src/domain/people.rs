//! Who shops: users, visitors, what they said they like, where they live.

use super::{
    caller::{PermissionSet, Role},
    ids::{AddressId, ApiKeyId, BrandId, CartId, CategoryId, ProductId, SessionId, UserId, VisitorId},
    money::Money,
    text::Email,
    time::Timestamp,
};

/// A registered person, or one that came with imported orders.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their address; none for imported customers and closed accounts. Unique.
    pub email: Option<Email>,
    /// Whether they proved the address is theirs.
    pub email_verified: bool,
    /// What they are called.
    pub display_name: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// Whether they pay for more.
    pub is_premium: bool,
    /// Shopper, staff or administrator.
    pub role: Role,
    /// What they may do beyond shopping.
    pub permissions: PermissionSet,
    /// The argon2id hash of their password; none when they cannot sign in.
    pub password_hash: Option<String>,
    /// What they said they like.
    pub preferences: Preferences,
    /// Their number in the system they were imported from. Unique.
    pub external_id: Option<String>,
    /// When they came.
    pub created_at: Timestamp,
    /// When their record last changed.
    pub updated_at: Timestamp,
    /// When the account was closed; personal data is gone then.
    pub deleted_at: Option<Timestamp>,
    /// Rises by one with every change, for optimistic locking; starts at 1.
    pub version: i64,
}

impl User {
    /// Somebody new: a customer without a password, an address or a taste.
    pub fn new(id: UserId, display_name: String, created_at: Timestamp) -> Self {
        Self {
            id,
            email: None,
            email_verified: false,
            display_name,
            phone: None,
            avatar_url: None,
            is_premium: false,
            role: Role::Customer,
            permissions: PermissionSet::EMPTY,
            password_hash: None,
            preferences: Preferences::default(),
            external_id: None,
            created_at,
            updated_at: created_at,
            deleted_at: None,
            version: 1,
        }
    }
}

/// Taste as stated, before any behaviour is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Favourite categories.
    pub categories: Vec<CategoryId>,
    /// Favourite brands.
    pub brands: Vec<BrandId>,
    /// Products named as liked.
    pub liked_products: Vec<ProductId>,
    /// The least they want to spend.
    pub min_price: Option<Money>,
    /// The most they want to spend.
    pub max_price: Option<Money>,
    /// The least sustainability score they want to see, 0 to 100.
    pub min_sustainability_score: Option<u8>,
    /// When this was last said; none when nothing was.
    pub updated_at: Option<Timestamp>,
}

/// An anonymous shopper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Their id.
    pub id: VisitorId,
    /// The user they turned out to be.
    pub user_id: Option<UserId>,
    /// When they came.
    pub created_at: Timestamp,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// The addressee.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Floor, company, c/o.
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// For the carrier.
    pub phone: Option<String>,
    /// Whether it is the one to start from.
    pub is_default: bool,
}

/// A user signed in on one device: a family of refresh tokens, of which the newest is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When a token was last refreshed.
    pub last_used_at: Timestamp,
    /// When it ends, unless refreshed before.
    pub expires_at: Timestamp,
    /// When it was ended early.
    pub revoked_at: Option<Timestamp>,
    /// What the client called itself.
    pub user_agent: Option<String>,
}

/// A refresh token as the store keeps it: hashed, so that a stolen database opens no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of the token, as hexadecimal text.
    pub hash: String,
    /// The session it continues: its family.
    pub session_id: SessionId,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What a single-use token, sent by mail, allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenPurpose {
    /// Proving that an address is theirs.
    EmailVerification,
    /// Choosing a new password.
    PasswordReset,
    /// Moving the account to a new address.
    EmailChange,
}

impl TokenPurpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::EmailVerification, Self::PasswordReset, Self::EmailChange];

    /// The name used in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailVerification => "EMAIL_VERIFICATION",
            Self::PasswordReset => "PASSWORD_RESET",
            Self::EmailChange => "EMAIL_CHANGE",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// A single-use token, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// SHA-256 of the token, as hexadecimal text.
    pub hash: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What it allows.
    pub purpose: TokenPurpose,
    /// The new address, for a change of address.
    pub email: Option<Email>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A key by which a server calls the API.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose rights it lends.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the key, as hexadecimal text. Unique.
    pub hash: String,
    /// What it may do; never more than its owner.
    pub permissions: PermissionSet,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

/// What a guest brought to a registration: the user's own once they first sign in, and not before, or it would tell
/// the guest that the address was free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrival {
    /// Whose behaviour comes along.
    pub visitor: Option<VisitorId>,
    /// Which cart does.
    pub cart: Option<CartId>,
}
