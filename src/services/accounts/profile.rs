//! What users say about themselves: name, taste, addresses, wishlist.

use std::collections::HashMap;

use super::{Accounts, Mistakes, ServiceError, refused_write};
use crate::domain::ids::{AddressId, ProductId, UserId};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::people::{Address, Preferences, User};
use crate::domain::text;
use crate::services::error::{Problem, WHOLE};

/// What to change of a profile. The outer `None` leaves a value as it is, the inner one removes it.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    pub display_name: Option<String>,
    pub phone: Option<Option<String>>,
    pub avatar_url: Option<Option<String>>,
    pub preferences: Option<PreferencesChange>,
}

/// Taste as stated; it replaces what was stated before.
#[derive(Debug, Clone, Default)]
pub struct PreferencesChange {
    pub category_slugs: Vec<String>,
    pub brand_slugs: Vec<String>,
    pub liked_products: Vec<ProductId>,
    pub min_price: Option<Money>,
    pub max_price: Option<Money>,
    pub min_sustainability_score: Option<i64>,
}

/// An address as typed.
#[derive(Debug, Clone)]
pub struct AddressChange {
    pub name: String,
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, checked at the edge.
    pub country: String,
    pub phone: Option<String>,
    /// `None` keeps what it is, and makes a user's first address the default.
    pub is_default: Option<bool>,
}

impl Accounts {
    /// Changes a user's own profile.
    pub async fn update_profile(&self, user: UserId, change: ProfileChange) -> Result<User, ServiceError> {
        let mut mistakes = Mistakes::default();
        let name = change.display_name.map(|name| text::line("displayName", &name, limits::NAME));
        let name = name.and_then(|name| mistakes.check(["displayName"], name));
        let phone = change
            .phone
            .and_then(|phone| mistakes.check(["phone"], phone.map(|p| checked_phone(&p)).transpose()));
        let stated = match change.preferences {
            None => None,
            Some(change) => Some(self.read_preferences(change, &mut mistakes).await?),
        };
        mistakes.done()?;
        let now = self.context.now();
        let mut unit = self.storage.begin().await?;
        let found = unit.user_for_update(user).await?.ok_or(ServiceError::Unauthenticated)?;
        let taste_changed = stated.is_some();
        let changed = User {
            display_name: name.unwrap_or(found.display_name),
            phone: phone.map_or(found.phone, Option::flatten),
            avatar_url: change.avatar_url.unwrap_or(found.avatar_url),
            preferences: stated.unwrap_or(found.preferences),
            updated_at: now,
            ..found
        };
        let stored = unit.update_user(&changed, None).await.map_err(|error| refused_write(error, WHOLE))?;
        unit.save().await?;
        if taste_changed && let Some(live) = self.live.get() {
            live.taste_changed(user, &stored.preferences);
        }
        Ok(stored)
    }

    async fn read_preferences(
        &self,
        change: PreferencesChange,
        mistakes: &mut Mistakes,
    ) -> Result<Preferences, ServiceError> {
        let lists = [
            ("categorySlugs", change.category_slugs.len()),
            ("brandSlugs", change.brand_slugs.len()),
            ("likedProductIds", change.liked_products.len()),
        ];
        let mut too_long = false;
        for (list, length) in lists {
            if length > limits::PREFERENCES {
                mistakes.add(["preferences", list], Problem::TooMany { max: limits::PREFERENCES });
                too_long = true;
            }
        }
        if too_long {
            return Ok(Preferences::default());
        }
        let categories = self.storage.categories_by_slug(&change.category_slugs).await?;
        let categories = known("categorySlugs", "category", &change.category_slugs, &categories, mistakes);
        let brands = self.storage.brands_by_slug(&change.brand_slugs).await?;
        let brands = known("brandSlugs", "brand", &change.brand_slugs, &brands, mistakes);
        let products = self.storage.products(&change.liked_products).await?;
        let liked = known("likedProductIds", "product", &change.liked_products, &products, mistakes);
        let score = change.min_sustainability_score.and_then(|score| {
            let score = u8::try_from(score).ok().filter(|score| *score <= 100);
            mistakes.check(
                ["preferences", "minSustainabilityScore"],
                score.ok_or(Problem::OutOfRange { min: 0, max: 100 }),
            )
        });
        Ok(Preferences {
            categories: categories.into_iter().map(|category| category.id).collect(),
            brands: brands.into_iter().map(|brand| brand.id).collect(),
            liked_products: liked.into_iter().map(|product| product.id).collect(),
            min_price: change.min_price,
            max_price: change.max_price,
            min_sustainability_score: score,
            updated_at: Some(self.context.now()),
        })
    }

    /// Adds an address, or replaces one of the user's own.
    pub async fn save_address(
        &self,
        user: UserId,
        id: Option<AddressId>,
        change: AddressChange,
    ) -> Result<User, ServiceError> {
        let mut mistakes = Mistakes::default();
        let read = read_address("input", &change, &mut mistakes);
        let Some(mut address) = read.filter(|_| mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let existing = self.storage.addresses_of(&[user]).await?.remove(&user).unwrap_or_default();
        let old = id.map(|id| existing.iter().find(|address| address.id == id));
        address.is_default = match old {
            Some(None) => return Err(ServiceError::refuse(["id"], Problem::NotFound { what: "address" })),
            Some(Some(old)) => change.is_default.unwrap_or(old.is_default),
            None if existing.len() >= limits::ADDRESSES => {
                return Err(ServiceError::refuse(WHOLE, Problem::TooMany { max: limits::ADDRESSES }));
            }
            None => change.is_default.unwrap_or(existing.is_empty()),
        };
        address.id = id.unwrap_or_else(|| self.context.new_id());
        let mut unit = self.storage.begin().await?;
        unit.save_address(user, &address, self.context.now())
            .await
            .map_err(|error| refused_write(error, ["id"]))?;
        unit.save().await?;
        self.own(user).await
    }

    /// Removes one of the user's own addresses.
    pub async fn delete_address(&self, user: UserId, id: AddressId) -> Result<User, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let removed = unit.delete_address(user, id).await?;
        unit.save().await?;
        if !removed {
            return Err(ServiceError::refuse(["id"], Problem::NotFound { what: "address" }));
        }
        self.own(user).await
    }

    /// Puts a product on the user's wishlist; there already is fine.
    pub async fn wish(&self, user: UserId, product: ProductId) -> Result<(), ServiceError> {
        let missing = || ServiceError::refuse(["productId"], Problem::NotFound { what: "product" });
        let found = self.storage.products(&[product]).await?.remove(&product);
        found.filter(|product| product.is_visible()).ok_or_else(missing)?;
        if self.storage.count_wishlist(user).await? >= i64::try_from(limits::WISHLIST).unwrap_or(i64::MAX)
            && !self.storage.on_wishlist(user, &[product]).await?.contains(&product)
        {
            return Err(ServiceError::refuse(WHOLE, Problem::TooMany { max: limits::WISHLIST }));
        }
        let mut unit = self.storage.begin().await?;
        unit.add_to_wishlist(user, product, self.context.now())
            .await
            .map_err(|error| refused_write(error, ["productId"]))?;
        Ok(unit.save().await?)
    }

    /// Takes a product off the user's wishlist; not there is fine.
    pub async fn unwish(&self, user: UserId, product: ProductId) -> Result<(), ServiceError> {
        let mut unit = self.storage.begin().await?;
        unit.remove_from_wishlist(user, product).await?;
        Ok(unit.save().await?)
    }

    pub(super) async fn own(&self, user: UserId) -> Result<User, ServiceError> {
        self.storage.users(&[user]).await?.remove(&user).ok_or(ServiceError::Unauthenticated)
    }
}

/// What was named, in the order named and each once; a mistake for every name nobody knows.
fn known<'a, K: std::hash::Hash + Eq, V>(
    list: &str,
    what: &'static str,
    names: &[K],
    found: &'a HashMap<K, V>,
    mistakes: &mut Mistakes,
) -> Vec<&'a V> {
    let mut seen = std::collections::HashSet::new();
    let mut values = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match found.get(name) {
            Some(value) if seen.insert(name) => values.push(value),
            Some(_) => {}
            None => {
                mistakes.add(["preferences", list, index.to_string().as_str()], Problem::NotFound { what });
            }
        }
    }
    values
}

fn checked_phone(phone: &str) -> Result<Option<String>, Problem> {
    let phone = text::optional_line("phone", phone, limits::PHONE)?;
    let fits = |c: char| c.is_ascii_digit() || " +-()./".contains(c);
    if phone
        .as_ref()
        .is_some_and(|phone| !phone.chars().all(fits) || !phone.chars().any(|c| c.is_ascii_digit()))
    {
        return Err(Problem::Malformed {
            expected: "must be a telephone number: digits, spaces and + - ( ) . /",
        });
    }
    Ok(phone)
}

/// Reads an address that was given as the argument `at`.
pub(in crate::services) fn read_address(
    at: &str,
    change: &AddressChange,
    mistakes: &mut Mistakes,
) -> Option<Address> {
    let mut line = |what: &'static str, value: &str| {
        mistakes.check([at, what], text::line(what, value, limits::SHORT_TEXT))
    };
    let (name, line1, city) =
        (line("name", &change.name), line("line1", &change.line1), line("city", &change.city));
    let mut optional = |what: &'static str, value: &Option<String>| {
        let value = value.as_deref().map(|value| text::optional_line(what, value, limits::SHORT_TEXT));
        mistakes.check([at, what], value.transpose()).flatten().flatten()
    };
    let line2 = optional("line2", &change.line2);
    let region = optional("region", &change.region);
    let postal_code = optional("postalCode", &change.postal_code);
    let phone = change.phone.as_deref().map(checked_phone).transpose();
    let phone = mistakes.check([at, "phone"], phone).flatten().flatten();
    Some(Address {
        id: AddressId::from(uuid::Uuid::nil()),
        name: name?,
        line1: line1?,
        line2,
        city: city?,
        region,
        postal_code,
        country: change.country.clone(),
        phone,
        is_default: false,
    })
}
