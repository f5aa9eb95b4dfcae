//! Keyset pages: the condition that starts a page behind a row, the order that goes with it, and the page itself.

use sqlx::{QueryBuilder, Row as _};

use super::link::Link;
use super::{Db, Row};
use crate::storage::error::{Result, StorageError};
use crate::storage::page::{Cursor, CursorKey, Edge, Page, PageRequest};
use crate::storage::sql::translate::translate;

/// What kind of value a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Integer,
    Real,
    Text,
}

/// A value a list is sorted by: an expression that is never NULL.
#[derive(Debug, Clone, Copy)]
pub(super) struct SortKey {
    pub(super) expression: &'static str,
    pub(super) kind: KeyKind,
    pub(super) descending: bool,
}

impl SortKey {
    pub(super) const fn new(expression: &'static str, kind: KeyKind, descending: bool) -> Self {
        Self { expression, kind, descending }
    }
}

/// Columns of the row's place, to follow the row's own: `, (expression), …`.
pub(super) fn push_key_columns(builder: &mut QueryBuilder<Db>, keys: &[SortKey]) {
    for key in keys {
        builder.push(", ").push(key.expression);
    }
}

/// The conditions that keep to the page, each opened with AND; then ORDER BY and LIMIT, for one row more than asked
/// for.
pub(super) fn push_page(builder: &mut QueryBuilder<Db>, keys: &[SortKey], page: &PageRequest) -> Result<()> {
    if let Some(cursor) = &page.after {
        push_bound(builder, keys, cursor, true)?;
    }
    if let Some(cursor) = &page.before {
        push_bound(builder, keys, cursor, false)?;
    }
    builder.push(" ORDER BY ");
    for (index, key) in keys.iter().enumerate() {
        let descending = key.descending != page.from_end;
        builder.push(if index > 0 { ", " } else { "" });
        builder.push(key.expression).push(if descending { " DESC" } else { " ASC" });
    }
    builder.push(" LIMIT ").push_bind(i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1));
    Ok(())
}

/// `(a > $1) OR (a = $1 AND b < $2) OR …`, for keys that may go different ways. The first key is bounded once more
/// on its own, for that is the condition an index can start from.
fn push_bound(builder: &mut QueryBuilder<Db>, keys: &[SortKey], cursor: &Cursor, behind: bool) -> Result<()> {
    let values = &cursor.0;
    let fits =
        values.len() == keys.len() && keys.iter().zip(values).all(|(key, value)| key.kind == kind(value));
    if !fits {
        return Err(StorageError::BadCursor);
    }
    if let (Some(key), Some(value)) = (keys.first(), values.first()) {
        builder.push(" AND ").push(key.expression);
        builder.push(if key.descending == behind { " <= " } else { " >= " });
        push_value(builder, value);
    }
    builder.push(" AND (");
    for last in 0..keys.len() {
        builder.push(if last > 0 { " OR (" } else { "(" });
        for (index, (key, value)) in keys.iter().zip(values).take(last + 1).enumerate() {
            builder.push(if index > 0 { " AND " } else { "" }).push(key.expression);
            builder.push(match (index == last, key.descending == behind) {
                (false, _) => " = ",
                (true, true) => " < ",
                (true, false) => " > ",
            });
            push_value(builder, value);
        }
        builder.push(")");
    }
    builder.push(")");
    Ok(())
}

const fn kind(value: &CursorKey) -> KeyKind {
    match value {
        CursorKey::Integer(_) => KeyKind::Integer,
        CursorKey::Real(_) => KeyKind::Real,
        CursorKey::Text(_) => KeyKind::Text,
    }
}

fn push_value(builder: &mut QueryBuilder<Db>, value: &CursorKey) {
    match value {
        CursorKey::Integer(value) => builder.push_bind(*value),
        CursorKey::Real(value) => builder.push_bind(*value),
        CursorKey::Text(value) => builder.push_bind(value.clone()),
    };
}

/// Reads a page: rows whose place begins at column `key_column`, and whose score, if any, comes behind it.
pub(super) async fn read_page<T>(
    link: &mut Link,
    mut builder: QueryBuilder<Db>,
    keys: &[SortKey],
    page: &PageRequest,
    key_column: usize,
    scored: bool,
    read: fn(&Row) -> Result<T>,
) -> Result<Page<T>> {
    let sql = builder.build().persistent(true);
    let mut rows = link.all(sql).await?;
    let more = rows.len() > page.limit;
    rows.truncate(page.limit);
    if page.from_end {
        rows.reverse();
    }
    let mut edges = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut place = Vec::with_capacity(keys.len());
        for (index, key) in keys.iter().enumerate() {
            place.push(read_key(row, key_column + index, key.kind)?);
        }
        let score = match scored {
            true => Some(row.try_get(key_column + keys.len()).map_err(translate)?),
            false => None,
        };
        edges.push(Edge { node: read(row)?, cursor: Cursor(place), score });
    }
    let (has_next, has_previous) =
        if page.from_end { (page.before.is_some(), more) } else { (more, page.after.is_some()) };
    Ok(Page { edges, has_next, has_previous })
}

fn read_key(row: &Row, index: usize, kind: KeyKind) -> Result<CursorKey> {
    match kind {
        KeyKind::Integer => row.try_get(index).map(CursorKey::Integer),
        KeyKind::Real => row.try_get(index).map(CursorKey::Real),
        KeyKind::Text => row.try_get(index).map(CursorKey::Text),
    }
    .map_err(translate)
}

/// `expression IN ($n, …)`, opened with AND.
pub(super) fn push_in<'v>(
    builder: &mut QueryBuilder<Db>,
    expression: &str,
    values: impl IntoIterator<Item = &'v str>,
) {
    builder.push(" AND ").push(expression).push(" IN (");
    let mut list = builder.separated(", ");
    for value in values {
        list.push_bind(value.to_owned());
    }
    builder.push(")");
}

/// `expression >= $n`, or any other comparison, opened with AND.
pub(super) fn push_compare(builder: &mut QueryBuilder<Db>, comparison: &str, value: i64) {
    builder.push(" AND ").push(comparison).push(" ").push_bind(value);
}
