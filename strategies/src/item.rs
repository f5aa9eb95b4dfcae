//! Products as the strategies see them: features to learn from and columns to filter by.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::{ItemIdx, Millis};

/// All that is known about a product. Category and brand numbers are the caller's, dense and stable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemFeatures {
    /// Leaf category first, then its ancestors up to the root.
    pub categories: Vec<u32>,
    /// Names of those categories, in one string, for text matching.
    pub category_text: String,
    /// Brand.
    pub brand: Option<u32>,
    /// Name of the brand.
    pub brand_text: String,
    /// Price in minor units of the shop's currency.
    pub price_minor: i64,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Attributes as key and value.
    pub attributes: Vec<(String, String)>,
    /// 0 (worst) to 100.
    pub sustainability: Option<u8>,
    /// Grams of CO2 equivalent per unit.
    pub carbon_grams: Option<u32>,
    /// When it came into the shop.
    pub created_at: Millis,
    /// Visible to shoppers.
    pub active: bool,
    /// Can be bought now.
    pub in_stock: bool,
    /// A text or picture vector, when the shop computes one.
    pub embedding: Option<Vec<f32>>,
}

/// Taste a shopper has stated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preferences {
    /// Categories, at any level.
    pub categories: Vec<u32>,
    /// Brands.
    pub brands: Vec<u32>,
    /// Products named as liked.
    pub liked_items: Vec<ItemIdx>,
    /// Lowest and highest price in minor units, both inclusive.
    pub price: Option<(i64, i64)>,
    /// Lowest sustainability score.
    pub min_sustainability: Option<u8>,
}

impl Preferences {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The columns that filters, rules and explanations read: one entry per product, new ones included.
#[derive(Clone, Debug, Default)]
pub struct ItemColumns {
    price: Vec<i64>,
    brand: Vec<u32>,
    path: Vec<u32>,
    sustainability: Vec<u8>,
    created_at: Vec<Millis>,
    /// Category paths, each kept once however many products share it.
    paths: Vec<Arc<[u32]>>,
    path_index: BTreeMap<Arc<[u32]>, u32>,
}

const NO_BRAND: u32 = u32::MAX;
const NO_SUSTAINABILITY: u8 = u8::MAX;

impl ItemColumns {
    /// Columns of `items`.
    #[must_use]
    pub fn new(items: &[ItemFeatures]) -> Self {
        let mut columns = Self::default();
        for item in items {
            columns.push(item);
        }
        columns
    }

    /// Number of products.
    #[must_use]
    pub fn len(&self) -> usize {
        self.price.len()
    }

    /// Whether there is no product.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.price.is_empty()
    }

    /// Adds a product and returns its index.
    pub fn push(&mut self, item: &ItemFeatures) -> ItemIdx {
        let path = self.intern(&item.categories);
        self.price.push(item.price_minor);
        self.brand.push(item.brand.unwrap_or(NO_BRAND));
        self.path.push(path);
        self.sustainability.push(sustainability_cell(item));
        self.created_at.push(item.created_at);
        (self.price.len() - 1) as ItemIdx
    }

    /// Overwrites a product; an unknown index is ignored.
    pub fn set(&mut self, index: ItemIdx, item: &ItemFeatures) {
        let at = index as usize;
        if at >= self.len() {
            return;
        }
        self.price[at] = item.price_minor;
        self.brand[at] = item.brand.unwrap_or(NO_BRAND);
        self.path[at] = self.intern(&item.categories);
        self.sustainability[at] = sustainability_cell(item);
        self.created_at[at] = item.created_at;
    }

    /// Price in minor units; 0 for an unknown product.
    #[must_use]
    pub fn price(&self, item: ItemIdx) -> i64 {
        self.price.get(item as usize).copied().unwrap_or(0)
    }

    /// Brand.
    #[must_use]
    pub fn brand(&self, item: ItemIdx) -> Option<u32> {
        self.brand.get(item as usize).copied().filter(|&brand| brand != NO_BRAND)
    }

    /// Leaf category first, then its ancestors.
    #[must_use]
    pub fn categories(&self, item: ItemIdx) -> &[u32] {
        self.path.get(item as usize).and_then(|&path| self.paths.get(path as usize)).map_or(&[], |path| path)
    }

    /// The leaf category.
    #[must_use]
    pub fn leaf_category(&self, item: ItemIdx) -> Option<u32> {
        self.categories(item).first().copied()
    }

    /// Number of the category path: equal numbers mean the same leaf and ancestors.
    #[must_use]
    pub fn path_number(&self, item: ItemIdx) -> u32 {
        self.path.get(item as usize).copied().unwrap_or(u32::MAX)
    }

    /// Sustainability score, 0 to 100.
    #[must_use]
    pub fn sustainability(&self, item: ItemIdx) -> Option<u8> {
        self.sustainability.get(item as usize).copied().filter(|&score| score != NO_SUSTAINABILITY)
    }

    /// When the product came into the shop.
    #[must_use]
    pub fn created_at(&self, item: ItemIdx) -> Millis {
        self.created_at.get(item as usize).copied().unwrap_or(0)
    }

    fn intern(&mut self, categories: &[u32]) -> u32 {
        if let Some(&index) = self.path_index.get(categories) {
            return index;
        }
        let index = self.paths.len() as u32;
        let path: Arc<[u32]> = categories.into();
        self.paths.push(Arc::clone(&path));
        self.path_index.insert(path, index);
        index
    }
}

fn sustainability_cell(item: &ItemFeatures) -> u8 {
    item.sustainability.map_or(NO_SUSTAINABILITY, |score| score.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_one_category_share_its_path() {
        let shoe = ItemFeatures { categories: vec![7, 1], ..ItemFeatures::default() };
        let mut columns = ItemColumns::new(&[shoe.clone(), shoe.clone()]);
        assert_eq!(columns.path_number(0), columns.path_number(1));
        assert_eq!(columns.leaf_category(1), Some(7));
        columns.set(1, &ItemFeatures { price_minor: 995, ..shoe });
        assert_eq!((columns.price(0), columns.price(1)), (0, 995));
        assert_eq!(columns.brand(0), None);
        assert!(columns.categories(9).is_empty());
    }
}
