//! Keyset pages: a page starts behind a row, not after a number of rows, so it is as fast at the end as at the start.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::StorageError;
use crate::domain::limits;

/// Which rows of a list are wanted: the first behind `after`, or the last before `before`.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest {
    /// Rows wanted, at most [`limits::PAGE`].
    pub limit: usize,
    /// Whether to count from the end of the list.
    pub from_end: bool,
    /// Only rows behind this one.
    pub after: Option<Cursor>,
    /// Only rows before this one.
    pub before: Option<Cursor>,
}

impl PageRequest {
    /// The first `limit` rows, behind `after` if given.
    pub fn first(limit: usize, after: Option<Cursor>) -> Self {
        Self { limit: limit.min(limits::PAGE), from_end: false, after, before: None }
    }

    /// The last `limit` rows, before `before` if given, in the list's own order.
    pub fn last(limit: usize, before: Option<Cursor>) -> Self {
        Self { limit: limit.min(limits::PAGE), from_end: true, after: None, before }
    }
}

/// Some rows of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, in the list's order whichever end they were counted from.
    pub edges: Vec<Edge<T>>,
    /// Whether rows follow the last edge.
    pub has_next: bool,
    /// Whether rows precede the first edge.
    pub has_previous: bool,
}

/// A row of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge<T> {
    /// The row.
    pub node: T,
    /// Its place in the list, to continue from.
    pub cursor: Cursor,
    /// How well it fits the search, when there was one; comparable within one list only.
    pub score: Option<f64>,
}

impl<T> Page<T> {
    /// No rows.
    pub const fn empty() -> Self {
        Self { edges: Vec::new(), has_next: false, has_previous: false }
    }

    /// The rows without their places.
    pub fn into_nodes(self) -> Vec<T> {
        self.edges.into_iter().map(|edge| edge.node).collect()
    }

    /// The same page of something made from each row.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            edges: self
                .edges
                .into_iter()
                .map(|edge| Edge { node: make(edge.node), cursor: edge.cursor, score: edge.score })
                .collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

/// The place of a row in a list: the values it is sorted by, its id last. Opaque to clients, who get and send its
/// text form; it holds nothing the row itself does not show.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(pub(in crate::storage) Vec<CursorKey>);

/// One value of a cursor.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::storage) enum CursorKey {
    Integer(i64),
    Real(f64),
    Text(String),
}

const MAX_CURSOR_BYTES: usize = 4096;
const SEPARATOR: char = '\u{1f}';

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = String::new();
        for (index, key) in self.0.iter().enumerate() {
            if index > 0 {
                plain.push(SEPARATOR);
            }
            match key {
                CursorKey::Integer(value) => write!(plain, "i{value}")?,
                // Bits, not digits: the place must be found again exactly.
                CursorKey::Real(value) => write!(plain, "r{:x}", value.to_bits())?,
                CursorKey::Text(value) => write!(plain, "t{value}")?,
            }
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(plain))
    }
}

impl FromStr for Cursor {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_CURSOR_BYTES {
            return Err(StorageError::BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| StorageError::BadCursor)?;
        let plain = String::from_utf8(bytes).map_err(|_| StorageError::BadCursor)?;
        plain
            .split(SEPARATOR)
            .map(parse_key)
            .collect::<Option<Vec<_>>>()
            .map(Self)
            .ok_or(StorageError::BadCursor)
    }
}

fn parse_key(text: &str) -> Option<CursorKey> {
    let mut characters = text.chars();
    let tag = characters.next()?;
    let value = characters.as_str();
    Some(match tag {
        'i' => CursorKey::Integer(value.parse().ok()?),
        'r' => {
            let real = f64::from_bits(u64::from_str_radix(value, 16).ok()?);
            CursorKey::Real(Some(real).filter(|real| real.is_finite())?)
        }
        't' if !value.contains('\0') => CursorKey::Text(value.to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_form_to_the_last_bit() {
        let cursor = Cursor(vec![
            CursorKey::Real(0.1 + 0.2),
            CursorKey::Integer(-7),
            CursorKey::Text("Grün & süß".to_owned()),
        ]);
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    }

    #[test]
    fn text_that_is_no_cursor_is_refused() {
        for wrong in ["", "!", "AAAA", "eA", &"A".repeat(10_000), &URL_SAFE_NO_PAD.encode("t\0")] {
            assert!(matches!(wrong.parse::<Cursor>(), Err(StorageError::BadCursor)), "{wrong}");
        }
    }
}
