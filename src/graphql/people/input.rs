//! What people say about themselves.

use async_graphql::{Context, ID, InputObject};

use crate::domain::ids::ProductId;
use crate::graphql::carts::MergeStrategyInput;
use crate::graphql::global_id;
use crate::graphql::money::DecimalRange;
use crate::graphql::scalars::CountryCode;
use crate::graphql::services;
use crate::services::accounts::{AddressChange, PreferencesChange};
use crate::services::error::{Mistakes, ServiceError};

/// Stated taste, as a whole: what is left out is not stated.
#[derive(InputObject, Debug, Clone, Default)]
pub struct PreferencesInput {
    category_slugs: Option<Vec<String>>,
    brand_slugs: Option<Vec<String>>,
    liked_product_ids: Option<Vec<ID>>,
    /// In the shop's currency.
    price: Option<DecimalRange>,
    /// 0 to 100.
    min_sustainability_score: Option<i32>,
}

impl PreferencesInput {
    /// Reads ids and amounts; mistakes lie below `preferences`.
    pub(crate) fn read(self, ctx: &Context<'_>) -> Result<PreferencesChange, ServiceError> {
        let mut mistakes = Mistakes::default();
        let mut liked_products = Vec::new();
        for (index, id) in self.liked_product_ids.unwrap_or_default().iter().enumerate() {
            let path = ["preferences", "likedProductIds", &index.to_string()];
            liked_products.extend(mistakes.check(path, global_id::decode::<ProductId>(id)));
        }
        let currency = services(ctx).catalogue.currency();
        let price = self.price.unwrap_or_default().amounts(currency);
        let (min_price, max_price) = mistakes.check(["preferences", "price"], price).unwrap_or_default();
        mistakes.done()?;
        Ok(PreferencesChange {
            category_slugs: self.category_slugs.unwrap_or_default(),
            brand_slugs: self.brand_slugs.unwrap_or_default(),
            liked_products,
            min_price,
            max_price,
            min_sustainability_score: self.min_sustainability_score.map(i64::from),
        })
    }
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct AddressInput {
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    country: CountryCode,
    phone: Option<String>,
    /// The first address is the default unless said otherwise.
    is_default: Option<bool>,
}

impl From<AddressInput> for AddressChange {
    fn from(input: AddressInput) -> Self {
        Self {
            name: input.name,
            line1: input.line1,
            line2: input.line2,
            city: input.city,
            region: input.region,
            postal_code: input.postal_code,
            country: input.country.0,
            phone: input.phone,
            is_default: input.is_default,
        }
    }
}

#[derive(InputObject)]
pub(super) struct RegisterInput {
    pub(super) email: String,
    /// 8 to 128 characters, and not easily guessed.
    #[graphql(secret)]
    pub(super) password: String,
    pub(super) display_name: String,
    /// The guest's cart that is to come along; its token is what X-Cart-Token holds. It becomes the user's when they
    /// first sign in or follow the letter, and stays the guest's until then.
    #[graphql(secret)]
    pub(super) guest_cart_token: Option<String>,
    /// What this visitor did becomes the user's when they first sign in; the X-Visitor-Id header does the same.
    pub(super) visitor_id: Option<ID>,
}

#[derive(InputObject)]
pub(super) struct LoginInput {
    pub(super) email: String,
    #[graphql(secret)]
    pub(super) password: String,
    /// What this visitor did becomes the user's; the X-Visitor-Id header does the same.
    pub(super) visitor_id: Option<ID>,
    /// The guest's cart that is to come along; its token is what X-Cart-Token holds.
    #[graphql(secret)]
    pub(super) guest_cart_token: Option<String>,
    #[graphql(default_with = "Some(MergeStrategyInput::MergeMax)")]
    pub(super) cart_merge_strategy: Option<MergeStrategyInput>,
}
