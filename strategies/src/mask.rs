//! Which products may be recommended at all: the one place that knows every reason against.

use serde::{Deserialize, Serialize};

use crate::bitmap::Bitmap;
use crate::delta::Delta;
use crate::event::{EventKind, ItemIdx};
use crate::item::ItemColumns;
use crate::scratch::{Accumulator, Lease, Scratch};
use crate::user::UserState;

/// What the caller allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Any of these categories, at any level; empty allows all.
    pub categories: Vec<u32>,
    /// Any of these brands; empty allows all.
    pub brands: Vec<u32>,
    /// Lowest and highest price in minor units, both inclusive.
    pub price: Option<(i64, i64)>,
    /// Only what can be bought now.
    pub in_stock: bool,
    /// Not what the shopper has bought, even if it was sent back.
    pub exclude_purchased: bool,
    /// Not what the shopper has had anything to do with.
    pub exclude_seen: bool,
    /// Not these.
    pub exclude: Vec<ItemIdx>,
    /// Lowest sustainability score; products without one are out.
    pub min_sustainability: Option<u8>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            categories: Vec::new(),
            brands: Vec::new(),
            price: None,
            in_stock: true,
            exclude_purchased: true,
            exclude_seen: false,
            exclude: Vec::new(),
            min_sustainability: None,
        }
    }
}

/// The filter of one query, ready to be asked product by product.
#[derive(Debug)]
pub struct Mask<'a> {
    active: &'a Bitmap,
    in_stock: Option<&'a Bitmap>,
    columns: &'a ItemColumns,
    filter: &'a Filter,
    has_predicate: bool,
    excluded: Lease<'a, Accumulator>,
}

impl<'a> Mask<'a> {
    /// Everything that must not be shown to `user`: inactive, sold out, dismissed, bought, and what
    /// the filter forbids. `allow_purchased` is for strategies whose very subject is repeats.
    #[must_use]
    pub fn new(
        delta: &'a Delta,
        user: &UserState<'_>,
        filter: &'a Filter,
        allow_purchased: bool,
        scratch: &'a Scratch,
    ) -> Self {
        let mut excluded = scratch.accumulator(delta.item_count());
        for &item in &filter.exclude {
            excluded.add(item, 1.0);
        }
        for event in user.events() {
            let out = match event.kind {
                EventKind::Dismiss => true,
                EventKind::Purchase | EventKind::Return => {
                    !allow_purchased && (filter.exclude_purchased || filter.exclude_seen)
                }
                EventKind::Impression => false,
                _ => filter.exclude_seen && !allow_purchased,
            };
            if out {
                excluded.add(event.item, 1.0);
            }
        }
        Self {
            active: delta.active(),
            in_stock: filter.in_stock.then(|| delta.in_stock()),
            columns: delta.columns(),
            has_predicate: !filter.categories.is_empty()
                || !filter.brands.is_empty()
                || filter.price.is_some()
                || filter.min_sustainability.is_some(),
            filter,
            excluded,
        }
    }

    /// Whether the product may be recommended.
    #[must_use]
    #[inline]
    pub fn allows(&self, item: ItemIdx) -> bool {
        self.active.contains(item)
            && self.in_stock.is_none_or(|stock| stock.contains(item))
            && !self.excluded.contains(item)
            && (!self.has_predicate || self.matches_filter(item))
    }

    /// Forbids one more product.
    pub fn exclude(&mut self, item: ItemIdx) {
        self.excluded.add(item, 1.0);
    }

    /// The caller's filter.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        self.filter
    }

    fn matches_filter(&self, item: ItemIdx) -> bool {
        let filter = self.filter;
        if let Some((low, high)) = filter.price {
            let price = self.columns.price(item);
            if price < low || price > high {
                return false;
            }
        }
        if let Some(least) = filter.min_sustainability
            && self.columns.sustainability(item).is_none_or(|score| score < least)
        {
            return false;
        }
        if !filter.brands.is_empty()
            && !self.columns.brand(item).is_some_and(|brand| filter.brands.contains(&brand))
        {
            return false;
        }
        filter.categories.is_empty()
            || self.columns.categories(item).iter().any(|category| filter.categories.contains(category))
    }
}
