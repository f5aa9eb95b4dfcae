//! From named records, such as the rows of a CSV file, to a data set with dense indices.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::split::{Label, dataset_order};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::event::{Event, EventKind, ItemIdx, Millis, UserIdx};
use crate::item::ItemFeatures;

/// An event by names. Without a time, the order within the input counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// Who.
    pub user: &'a str,
    /// With which product.
    pub item: &'a str,
    /// `view`, `click`, `like`, `unlike`, `cart`, `purchase`, `review` (counts as a purchase),
    /// `return`, `dismiss` or `impression`.
    pub event: &'a str,
    /// Unix milliseconds.
    pub at: Option<Millis>,
    /// Quantity, or length of a view in milliseconds.
    pub amount: Option<f32>,
    /// Order or session.
    pub group: Option<&'a str>,
    /// `train`, `valid` or `test`, in data sets that come with a split.
    pub split: Option<&'a str>,
}

/// A product by names.
#[derive(Clone, Debug, Default)]
pub struct ItemRecord<'a> {
    /// Its id.
    pub item: &'a str,
    /// Title.
    pub title: &'a str,
    /// Categories, root first.
    pub categories: Vec<&'a str>,
    /// Brand.
    pub brand: Option<&'a str>,
    /// Price in minor units.
    pub price_minor: i64,
}

/// A record cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not an event this crate knows.
    #[error("unknown event \"{0}\"")]
    UnknownEvent(String),
    /// Not a label.
    #[error("unknown split \"{0}\", expected train, valid or test")]
    UnknownSplit(String),
    /// A needed cell is blank.
    #[error("{0} is blank")]
    Blank(&'static str),
}

/// Numbers names in order of appearance.
#[derive(Default)]
struct Names {
    index: FxHashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.index.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.index.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }
}

/// Collects records; [`Table::finish`] gives the data set.
#[derive(Default)]
pub struct Table {
    users: Names,
    items: Names,
    groups: Names,
    categories: Names,
    brands: Names,
    features: BTreeMap<ItemIdx, ItemFeatures>,
    events: Vec<Event>,
    labels: Vec<Label>,
    labelled: bool,
}

/// A data set with its names and, when it came with one, its split.
pub struct NamedData {
    /// The data.
    pub dataset: Dataset,
    /// Label of each event in the order of [`Dataset::events`], if the records had any.
    pub labels: Option<Vec<Label>>,
    /// Names of the products by index.
    pub items: Vec<String>,
    /// Names of the shoppers by index.
    pub users: Vec<String>,
}

impl Table {
    /// Adds or describes a product.
    ///
    /// # Errors
    /// When it has no id.
    pub fn add_item(&mut self, record: &ItemRecord<'_>) -> Result<(), RecordError> {
        if record.item.is_empty() {
            return Err(RecordError::Blank("item"));
        }
        let item = self.items.number(record.item);
        let mut path = String::new();
        // A category is the whole way to it: "Boots" under two parents are two categories.
        let mut categories: Vec<u32> = record
            .categories
            .iter()
            .map(|name| {
                path.push('/');
                path.push_str(name);
                self.categories.number(&path)
            })
            .collect();
        categories.reverse();
        let brand = record.brand.filter(|brand| !brand.is_empty());
        let features = ItemFeatures {
            categories,
            category_text: record.categories.join(" "),
            brand: brand.map(|brand| self.brands.number(brand)),
            brand_text: brand.unwrap_or_default().to_owned(),
            price_minor: record.price_minor.max(0),
            title: record.title.to_owned(),
            active: true,
            in_stock: true,
            ..ItemFeatures::default()
        };
        self.features.insert(item, features);
        Ok(())
    }

    /// Adds an event.
    ///
    /// # Errors
    /// When a name is blank or a word unknown.
    pub fn add(&mut self, record: &Record<'_>) -> Result<(), RecordError> {
        if record.user.is_empty() {
            return Err(RecordError::Blank("user"));
        }
        if record.item.is_empty() {
            return Err(RecordError::Blank("item"));
        }
        let kind = event_kind(record.event)?;
        let label = match record.split {
            None | Some("") => None,
            Some("train") => Some(Label::Train),
            Some("valid") => Some(Label::Valid),
            Some("test") => Some(Label::Test),
            Some(other) => return Err(RecordError::UnknownSplit(other.to_owned())),
        };
        self.labelled |= label.is_some();
        let group = record
            .group
            .filter(|group| !group.is_empty())
            .map_or(0, |group| u64::from(self.groups.number(group)) + 1);
        let event = Event {
            user: self.users.number(record.user),
            item: self.items.number(record.item),
            kind,
            // A millisecond a row keeps the order and lets nothing fade. Where the file brings its own
            // split, the order of its rows is nobody's: one moment for all says so, and no strategy
            // reads meaning into it.
            at: record.at.unwrap_or(if label.is_some() { 0 } else { self.events.len() as Millis }),
            amount: record.amount.filter(|amount| amount.is_finite()).unwrap_or(0.0),
            group,
        };
        self.events.push(event);
        self.labels.push(label.unwrap_or(Label::Train));
        Ok(())
    }

    /// The data set of everything added. Products nobody described are known by name only.
    ///
    /// # Errors
    /// Never in practice: indices are made here.
    pub fn finish(mut self) -> Result<NamedData, DataError> {
        let mut items: Vec<ItemFeatures> = (0..self.items.names.len() as ItemIdx)
            .map(|item| {
                self.features.remove(&item).unwrap_or(ItemFeatures {
                    active: true,
                    in_stock: true,
                    ..ItemFeatures::default()
                })
            })
            .collect();
        let mut first: Vec<Option<Millis>> = vec![None; items.len()];
        for event in &self.events {
            let slot = &mut first[event.item as usize];
            *slot = Some(slot.map_or(event.at, |at| at.min(event.at)));
        }
        for (item, first) in items.iter_mut().zip(first) {
            item.created_at = first.unwrap_or(0);
        }
        let users = self.users.names.len();
        let labels = self
            .labelled
            .then(|| dataset_order(&self.events).into_iter().map(|at| self.labels[at]).collect());
        let dataset = Dataset::new(items, users, BTreeMap::new(), &self.events)?;
        Ok(NamedData { dataset, labels, items: self.items.names, users: self.users.names })
    }
}

impl NamedData {
    /// Index of a shopper by name.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<UserIdx> {
        self.users.iter().position(|user| user == name).map(|at| at as UserIdx)
    }
}

fn event_kind(word: &str) -> Result<EventKind, RecordError> {
    Ok(match word {
        "view" => EventKind::View,
        "click" => EventKind::Click,
        "like" => EventKind::Like,
        "unlike" => EventKind::Unlike,
        "cart" | "addtocart" => EventKind::Cart,
        // A review is written by somebody who bought: published splits judge by it.
        "purchase" | "review" | "transaction" => EventKind::Purchase,
        "return" => EventKind::Return,
        "dismiss" => EventKind::Dismiss,
        "impression" => EventKind::Impression,
        other => return Err(RecordError::UnknownEvent(other.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_a_data_set_with_labels_in_its_own_order() {
        let mut table = Table::default();
        let record = |user, item, split| Record {
            user,
            item,
            event: "review",
            split: Some(split),
            ..Record::default()
        };
        table.add(&record("b", "x", "train")).unwrap();
        table.add(&record("a", "x", "train")).unwrap();
        table.add(&record("b", "y", "test")).unwrap();
        let data = table.finish().unwrap();
        assert_eq!(data.users, ["b", "a"]);
        assert_eq!(data.labels.unwrap(), [Label::Train, Label::Test, Label::Train]);
        assert_eq!(data.dataset.history(0).len(), 2);
    }

    #[test]
    fn unknown_words_and_blanks_are_refused_by_name() {
        let mut table = Table::default();
        let good = Record { user: "a", item: "x", event: "view", ..Record::default() };
        assert_eq!(table.add(&Record { user: "", ..good }), Err(RecordError::Blank("user")));
        assert_eq!(
            table.add(&Record { event: "hug", ..good }),
            Err(RecordError::UnknownEvent("hug".to_owned()))
        );
        let error = table.add(&Record { split: Some("dev"), ..good }).unwrap_err();
        assert_eq!(error.to_string(), "unknown split \"dev\", expected train, valid or test");
    }

    #[test]
    fn categories_are_told_apart_by_the_way_to_them() {
        let mut table = Table::default();
        let item = |item, categories: &[&'static str]| ItemRecord {
            item,
            categories: categories.to_vec(),
            ..ItemRecord::default()
        };
        table.add_item(&item("1", &["Kids", "Boots"])).unwrap();
        table.add_item(&item("2", &["Garden", "Boots"])).unwrap();
        let data = table.finish().unwrap();
        let leaf = |item: usize| data.dataset.items()[item].categories[0];
        assert_ne!(leaf(0), leaf(1));
    }
}
