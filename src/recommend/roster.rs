//! Who is which index: the shop's ids against the dense numbers strategies count in. Numbers are never taken back.

use std::collections::HashMap;
use std::hash::Hash;

use crate::domain::catalogue::{Brand, Category};
use crate::domain::ids::{BrandId, CategoryId, ProductId};
use crate::domain::interaction::Subject;

/// A two-way table of ids and dense indices that only grows.
#[derive(Debug, Clone)]
pub(super) struct Index<Id> {
    ids: Vec<Id>,
    numbers: HashMap<Id, u32>,
}

impl<Id> Default for Index<Id> {
    fn default() -> Self {
        Self { ids: Vec::new(), numbers: HashMap::new() }
    }
}

impl<Id: Copy + Eq + Hash> Index<Id> {
    pub(super) fn number(&self, id: Id) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    pub(super) fn id(&self, number: u32) -> Option<Id> {
        self.ids.get(number as usize).copied()
    }

    /// The number of `id`, a new one if it has none.
    pub(super) fn enrol(&mut self, id: Id) -> u32 {
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            // Four thousand million products or shoppers do not fit into memory anyway.
            u32::try_from(self.ids.len() - 1).unwrap_or(u32::MAX)
        })
    }

    pub(super) fn ids(&self) -> &[Id] {
        &self.ids
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Numbers of everything strategies count, with the names that features are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    pub(super) products: Index<ProductId>,
    pub(super) shoppers: Index<Subject>,
    pub(super) categories: Index<CategoryId>,
    pub(super) brands: Index<BrandId>,
    parents: HashMap<CategoryId, CategoryId>,
    category_names: HashMap<CategoryId, String>,
    brand_names: HashMap<BrandId, String>,
    category_slugs: HashMap<String, CategoryId>,
    brand_slugs: HashMap<String, BrandId>,
}

/// No real tree is deeper; a circle of parents ends here.
const MAX_CATEGORY_DEPTH: usize = 32;

impl Roster {
    /// Takes in a category, or its new name and place.
    pub(super) fn learn_category(&mut self, category: &Category) {
        self.categories.enrol(category.id);
        if self.category_names.insert(category.id, category.name.clone()).is_some() {
            self.category_slugs.retain(|_, id| *id != category.id);
        }
        self.category_slugs.insert(category.slug.as_str().to_owned(), category.id);
        match category.parent_id {
            Some(parent) => self.parents.insert(category.id, parent),
            None => self.parents.remove(&category.id),
        };
    }

    /// Takes in a brand, or its new name.
    pub(super) fn learn_brand(&mut self, brand: &Brand) {
        self.brands.enrol(brand.id);
        if self.brand_names.insert(brand.id, brand.name.clone()).is_some() {
            self.brand_slugs.retain(|_, id| *id != brand.id);
        }
        self.brand_slugs.insert(brand.slug.as_str().to_owned(), brand.id);
    }

    /// Numbers of a category and of those above it, the leaf first.
    pub(super) fn category_path(&self, leaf: CategoryId) -> Vec<u32> {
        self.ancestry(leaf).filter_map(|id| self.categories.number(id)).collect()
    }

    /// Names of a category and of those above it, in one string.
    pub(super) fn category_text(&self, leaf: CategoryId) -> String {
        let names: Vec<&str> =
            self.ancestry(leaf).filter_map(|id| self.category_names.get(&id)).map(String::as_str).collect();
        names.join(" ")
    }

    pub(super) fn category_name(&self, number: u32) -> Option<&str> {
        self.category_names.get(&self.categories.id(number)?).map(String::as_str)
    }

    pub(super) fn category_by_slug(&self, slug: &str) -> Option<CategoryId> {
        self.category_slugs.get(slug).copied()
    }

    pub(super) fn brand_by_slug(&self, slug: &str) -> Option<BrandId> {
        self.brand_slugs.get(slug).copied()
    }

    pub(super) fn brand_name(&self, id: BrandId) -> Option<&str> {
        self.brand_names.get(&id).map(String::as_str)
    }

    fn ancestry(&self, leaf: CategoryId) -> impl Iterator<Item = CategoryId> + '_ {
        std::iter::successors(Some(leaf), |id| self.parents.get(id).copied()).take(MAX_CATEGORY_DEPTH)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::text::Slug;
    use crate::domain::time::Timestamp;

    fn category(id: u128, name: &str, parent: Option<u128>) -> Category {
        Category {
            id: Uuid::from_u128(id).into(),
            slug: Slug::from_name(name).unwrap(),
            name: name.to_owned(),
            parent_id: parent.map(|id| Uuid::from_u128(id).into()),
            created_at: Timestamp::EPOCH,
        }
    }

    #[test]
    fn a_number_once_given_stays() {
        let mut index = Index::default();
        assert_eq!((index.enrol("a"), index.enrol("b"), index.enrol("a")), (0, 1, 0));
        assert_eq!((index.id(1), index.number("b"), index.id(2)), (Some("b"), Some(1), None));
    }

    #[test]
    fn a_category_knows_those_above_it_and_a_circle_ends() {
        let mut roster = Roster::default();
        roster.learn_category(&category(1, "Home", None));
        roster.learn_category(&category(2, "Lamps", Some(1)));
        let lamps = Uuid::from_u128(2).into();
        assert_eq!(roster.category_path(lamps), [1, 0]);
        assert_eq!(roster.category_text(lamps), "Lamps Home");
        roster.learn_category(&category(1, "Home", Some(2)));
        assert!(roster.category_path(lamps).len() <= MAX_CATEGORY_DEPTH);
    }
}
