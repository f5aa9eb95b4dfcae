//! Reading rows column by column, in the order the statement lists them.

use sqlx::{Decode, Row as _, Type};
use uuid::Uuid;

use super::{Db, Row};
use crate::domain::money::{Currency, Money, parse_currency};
use crate::domain::time::Timestamp;
use crate::storage::error::{Result, StorageError};
use crate::storage::sql::documents;
use crate::storage::sql::translate::translate;

/// A row and the next column to read.
pub(super) struct Fields<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> Fields<'r> {
    pub(super) const fn of(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: Decode<'r, Db> + Type<Db>>(&mut self) -> Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.try_get(index).map_err(translate)
    }

    pub(super) fn int(&mut self) -> Result<i64> {
        self.take()
    }

    pub(super) fn maybe_int(&mut self) -> Result<Option<i64>> {
        self.take()
    }

    pub(super) fn real(&mut self) -> Result<f64> {
        self.take()
    }

    pub(super) fn flag(&mut self) -> Result<bool> {
        self.take()
    }

    pub(super) fn maybe_flag(&mut self) -> Result<Option<bool>> {
        self.take()
    }

    pub(super) fn text(&mut self) -> Result<String> {
        self.take()
    }

    pub(super) fn maybe_text(&mut self) -> Result<Option<String>> {
        self.take()
    }

    pub(super) fn id<Id: From<Uuid>>(&mut self) -> Result<Id> {
        parse_id(self.take()?)
    }

    pub(super) fn maybe_id<Id: From<Uuid>>(&mut self) -> Result<Option<Id>> {
        self.take::<Option<&str>>()?.map(parse_id).transpose()
    }

    pub(super) fn time(&mut self) -> Result<Timestamp> {
        self.take().map(Timestamp::from_millis)
    }

    pub(super) fn maybe_time(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    /// A number the type of the field is too small to hold is a number this program did not write.
    pub(super) fn small<T: TryFrom<i64>>(&mut self, what: &'static str) -> Result<T> {
        let value = self.int()?;
        T::try_from(value).map_err(|_| corrupt(what, format!("{value} is out of range")))
    }

    pub(super) fn maybe_small<T: TryFrom<i64>>(&mut self, what: &'static str) -> Result<Option<T>> {
        let value = self.maybe_int()?;
        value
            .map(|value| T::try_from(value).map_err(|_| corrupt(what, format!("{value} is out of range"))))
            .transpose()
    }

    /// A name out of a closed set.
    pub(super) fn named<T>(&mut self, what: &'static str, find: fn(&str) -> Option<T>) -> Result<T> {
        let name: &str = self.take()?;
        find(name).ok_or_else(|| corrupt(what, format!("unknown name {name:?}")))
    }

    pub(super) fn maybe_named<T>(
        &mut self,
        what: &'static str,
        find: fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let name: Option<&str> = self.take()?;
        name.map(|name| find(name).ok_or_else(|| corrupt(what, format!("unknown name {name:?}")))).transpose()
    }

    pub(super) fn currency(&mut self) -> Result<Currency> {
        let code: &str = self.take()?;
        parse_currency(code).map_err(|error| corrupt("currency", error.to_string()))
    }

    pub(super) fn money(&mut self, currency: Currency) -> Result<Money> {
        Ok(Money::new(self.int()?, currency))
    }

    pub(super) fn maybe_money(&mut self, currency: Currency) -> Result<Option<Money>> {
        Ok(self.maybe_int()?.map(|minor| Money::new(minor, currency)))
    }

    /// A JSON document.
    pub(super) fn document<T: documents::Document>(&mut self, what: &'static str) -> Result<T> {
        T::read(self.take()?).map_err(|error| corrupt(what, error))
    }

    pub(super) fn maybe_document<T: documents::Document>(&mut self, what: &'static str) -> Result<Option<T>> {
        let text: Option<&str> = self.take()?;
        text.map(|text| T::read(text).map_err(|error| corrupt(what, error))).transpose()
    }
}

pub(super) const fn corrupt(what: &'static str, detail: String) -> StorageError {
    StorageError::Corrupt { what, detail }
}

fn parse_id<Id: From<Uuid>>(text: &str) -> Result<Id> {
    Uuid::try_parse(text).map(Id::from).map_err(|error| corrupt("id", error.to_string()))
}
