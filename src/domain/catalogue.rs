//! What the shop sells: products, variants, categories, brands.

use super::{
    error::InvalidValue,
    ids::{BrandId, CategoryId, ProductId, VariantId},
    limits,
    money::Money,
    sustainability::Sustainability,
    text::{Sku, Slug},
    time::Timestamp,
};

/// Where a product is in its life. Only `Active` is visible to shoppers; whether it can be
/// bought follows from stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProductStatus {
    /// Being written.
    Draft,
    /// Waiting for somebody to look at it.
    PendingReview,
    /// Looked at, not yet shown.
    Approved,
    /// On sale.
    Active,
    /// Hidden for now.
    Inactive,
    /// Gone for good; kept for the orders that name it.
    Discontinued,
}

impl ProductStatus {
    /// Every status, in the order of a product's life.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::PendingReview, Self::Approved, Self::Active, Self::Inactive, Self::Discontinued];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::PendingReview => "PENDING_REVIEW",
            Self::Approved => "APPROVED",
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Discontinued => "DISCONTINUED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The statuses a product may take next.
    pub const fn allowed_transitions(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::PendingReview, Self::Discontinued],
            Self::PendingReview => &[Self::Draft, Self::Approved, Self::Discontinued],
            Self::Approved => &[Self::Draft, Self::Active, Self::Discontinued],
            Self::Active => &[Self::Inactive, Self::Discontinued],
            Self::Inactive => &[Self::Active, Self::Draft, Self::Discontinued],
            Self::Discontinued => &[Self::Inactive],
        }
    }

    /// Whether a product may go from here to `next`; staying is always allowed.
    pub fn can_become(self, next: Self) -> bool {
        self == next || self.allowed_transitions().contains(&next)
    }
}

/// A product: what is described, shown and recommended. What is priced and stocked are its
/// [`Variant`]s.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name in addresses; unique.
    pub slug: Slug,
    /// Where it is in its life.
    pub status: ProductStatus,
    /// Its name.
    pub name: String,
    /// What it is, in as many lines as needed.
    pub description: String,
    /// Who makes it.
    pub brand_id: Option<BrandId>,
    /// Where it stands in the tree.
    pub category_id: Option<CategoryId>,
    /// Free words, lower case, sorted, without repetition.
    pub tags: Vec<String>,
    /// Pictures, the first one shown in lists.
    pub images: Vec<Image>,
    /// What can be said about it as key and value.
    pub attributes: Vec<ProductAttribute>,
    /// How kind it is to the planet, when known.
    pub sustainability: Option<Sustainability>,
    /// The lowest price of its variants; kept by the store, which ignores what it is given here.
    pub price: Money,
    /// The price before, of the variant that gives `price`; kept by the store likewise.
    pub compare_at_price: Option<Money>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Rises by one with every change, for optimistic locking; starts at 1.
    pub version: i64,
}

impl Product {
    /// Whether shoppers may see it.
    pub fn is_visible(&self) -> bool {
        self.status == ProductStatus::Active
    }
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Where it is: absolute, or a path of this server.
    pub url: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Pixels across, when known.
    pub width: Option<u32>,
    /// Pixels down, when known.
    pub height: Option<u32>,
}

/// One thing that can be said about a product: `colour: red`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProductAttribute {
    /// A short lower-case key, the same across products.
    pub key: String,
    /// The key as people read it.
    pub label: String,
    /// The value.
    pub value: String,
}

/// One choice that tells a variant from its siblings: `size: M`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SelectedOption {
    /// What is chosen.
    pub name: String,
    /// The choice.
    pub value: String,
}

/// What is priced, stocked and bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// The product it is a variant of.
    pub product_id: ProductId,
    /// Its stock-keeping unit; unique in the shop.
    pub sku: Sku,
    /// Its name beside the product's.
    pub name: String,
    /// The choices that make it.
    pub options: Vec<SelectedOption>,
    /// What one piece costs.
    pub price: Money,
    /// What one piece cost before.
    pub compare_at_price: Option<Money>,
    /// What one piece weighs.
    pub weight_grams: Option<u32>,
    /// How many there are. Inserting sets it; updating a variant leaves it alone, for stock only
    /// ever changes by a signed amount.
    pub stock: Stock,
    /// Its place among its siblings; the first is the default.
    pub position: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its description or price last changed.
    pub updated_at: Timestamp,
}

/// How many pieces of a variant there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// In the warehouse.
    pub on_hand: u32,
    /// Of those, promised to orders not yet paid for or shipped.
    pub reserved: u32,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Stock {
    /// What can still be sold.
    pub const fn available(&self) -> u32 {
        self.on_hand.saturating_sub(self.reserved)
    }
}

/// A place in the category tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name in addresses; unique.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// The category above it; none for a root.
    pub parent_id: Option<CategoryId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Who makes a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// Its name in addresses; unique.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Brings tags into the one form under which they are stored and compared.
///
/// # Errors
/// When there are too many, or one is too long or holds control characters.
pub fn normalise_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, InvalidValue> {
    let mut normal = Vec::new();
    for tag in tags {
        if let Some(tag) = super::text::optional_line("tags", tag, limits::KEY)? {
            normal.push(tag.to_lowercase());
        }
        if normal.len() > limits::TAGS {
            return Err(InvalidValue::TooMany { what: "tags", max: limits::TAGS });
        }
    }
    normal.sort();
    normal.dedup();
    Ok(normal)
}

/// The most a price may be; it may be nothing, but not less.
///
/// # Errors
/// When negative or above the bound.
pub fn check_price(what: &'static str, price: Money) -> Result<Money, InvalidValue> {
    if (0..=limits::PRICE_MINOR).contains(&price.minor()) {
        Ok(price)
    } else {
        Err(InvalidValue::OutOfRange { what, min: 0, max: limits::PRICE_MINOR })
    }
}

/// A number of pieces someone asks for.
///
/// # Errors
/// When zero, negative or above `max`.
pub fn check_quantity(what: &'static str, quantity: i64, max: u32) -> Result<u32, InvalidValue> {
    u32::try_from(quantity)
        .ok()
        .filter(|quantity| (1..=max).contains(quantity))
        .ok_or(InvalidValue::OutOfRange { what, min: 1, max: i64::from(max) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_found_by_its_name() {
        for status in ProductStatus::ALL {
            assert_eq!(ProductStatus::from_name(status.as_str()), Some(status));
        }
        assert_eq!(ProductStatus::from_name("active"), None);
    }

    #[test]
    fn a_product_is_reviewed_before_it_is_sold() {
        assert!(!ProductStatus::Draft.can_become(ProductStatus::Active));
        assert!(!ProductStatus::PendingReview.can_become(ProductStatus::Active));
        assert!(ProductStatus::Approved.can_become(ProductStatus::Active));
        assert!(ProductStatus::Active.can_become(ProductStatus::Active));
        assert!(ProductStatus::ALL.iter().all(|status| status.can_become(ProductStatus::Discontinued)));
    }

    #[test]
    fn tags_have_one_form() {
        assert_eq!(
            normalise_tags(["Red", " red ", "", "Blue"]),
            Ok(vec!["blue".to_owned(), "red".to_owned()])
        );
    }

    #[test]
    fn what_is_reserved_cannot_be_sold() {
        let stock = Stock { on_hand: 5, reserved: 2, updated_at: Timestamp::EPOCH };
        assert_eq!(stock.available(), 3);
    }
}
