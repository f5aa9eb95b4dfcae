//! Every statement the store sends, but for the lists whose filters are put together as asked (`store/listing.rs`).
//!
//! Two marks stand for what depends on the number of values: `$LIST` becomes `$n, $n+1, …` behind the statement's
//! own parameters, `$ROWS` becomes `($1, …), ($k, …)`. `$LOCK` becomes the row lock of the database, where it has any.

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(in crate::storage::sql) const $name: &str = $sql;)+
        /// Every statement of this file, by name.
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub(in crate::storage::sql) mod carts;
pub(in crate::storage::sql) mod catalogue;
pub(in crate::storage::sql) mod checkout;
pub(in crate::storage::sql) mod delivery;
pub(in crate::storage::sql) mod experiments;
pub(in crate::storage::sql) mod interactions;
pub(in crate::storage::sql) mod jobs;
pub(in crate::storage::sql) mod metrics;
pub(in crate::storage::sql) mod orders;
pub(in crate::storage::sql) mod payments;
pub(in crate::storage::sql) mod people;
pub(in crate::storage::sql) mod recommendations;
pub(in crate::storage::sql) mod reviews;
pub(in crate::storage::sql) mod sessions;
pub(in crate::storage::sql) mod webhooks;

use super::dialect;

/// A statement with its marks replaced for one value or row, ready to be prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The name of its constant.
    pub name: &'static str,
    /// Its text.
    pub sql: String,
}

/// Every statement as SQLite gets it.
pub fn for_sqlite() -> Vec<Prepared> {
    registry(
        dialect::sqlite::LOCK_ROW,
        dialect::sqlite::SKIP_LOCKED,
        dialect::sqlite::SETTLED,
        &[("INDEX_WORDS", dialect::sqlite::INDEX_WORDS), ("FORGET_WORDS", dialect::sqlite::FORGET_WORDS)],
    )
}

/// Every statement as PostgreSQL gets it.
pub fn for_postgres() -> Vec<Prepared> {
    registry(
        dialect::postgres::LOCK_ROW,
        dialect::postgres::SKIP_LOCKED,
        dialect::postgres::SETTLED,
        &[("INDEX_WORDS", dialect::postgres::INDEX_WORDS), ("FORGET_WORDS", dialect::postgres::FORGET_WORDS)],
    )
}

fn registry(
    lock: &str,
    skip_locked: &str,
    settled: &str,
    special: &[(&'static str, &'static str)],
) -> Vec<Prepared> {
    [
        carts::ALL,
        catalogue::ALL,
        checkout::ALL,
        delivery::ALL,
        experiments::ALL,
        interactions::ALL,
        jobs::ALL,
        metrics::ALL,
        orders::ALL,
        payments::ALL,
        people::ALL,
        recommendations::ALL,
        reviews::ALL,
        sessions::ALL,
        webhooks::ALL,
        special,
    ]
    .concat()
    .into_iter()
    .map(|(name, sql)| {
        let sql = replace_marks(sql, lock, skip_locked, settled);
        let sql = with_list(&sql, 1);
        Prepared { name, sql: with_rows(&sql, 1) }
    })
    .collect()
}

/// Replaces the marks that depend on the database alone.
pub(super) fn replace_marks(sql: &str, lock: &str, skip_locked: &str, settled: &str) -> String {
    sql.replace("$LOCK", lock).replace("$SKIP", skip_locked).replace("$SETTLED", settled)
}

/// Replaces `$LIST` by `count` parameters behind those the statement names.
pub(super) fn with_list(sql: &str, count: usize) -> String {
    if !sql.contains("$LIST") {
        return sql.to_owned();
    }
    let first = named_parameters(sql) + 1;
    let list: Vec<_> = (first..first + count).map(|number| format!("${number}")).collect();
    sql.replace("$LIST", &list.join(", "))
}

/// Replaces `$ROWS` by `count` rows, as wide as the list of columns before it.
pub(super) fn with_rows(sql: &str, count: usize) -> String {
    let Some((head, _)) = sql.split_once("$ROWS") else { return sql.to_owned() };
    let width = row_width(head);
    let mut rows = String::with_capacity(count * width * 6);
    for row in 0..count {
        rows.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            if column > 1 {
                rows.push_str(", ");
            }
            rows.push('$');
            rows.push_str(&(row * width + column).to_string());
        }
        rows.push(')');
    }
    sql.replace("$ROWS", &rows)
}

/// Replaces `$1, $2, …` by `?, ?, …` where each is named once and in order. SQLite takes `$1` for a name, and looks
/// every name up in a list of all of them: with thousands of parameters that is most of an import.
pub(super) fn without_numbers(sql: String) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut expected = 1;
    let mut rest = sql.as_str();
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        let digits = from[1..].bytes().take_while(u8::is_ascii_digit).count();
        text.push_str(before);
        if digits == 0 {
            text.push('$');
        } else if from[1..=digits].parse() == Ok(expected) {
            text.push('?');
            expected += 1;
        } else {
            return sql;
        }
        rest = &from[1 + digits..];
    }
    text.push_str(rest);
    text
}

/// How many columns the text before `$ROWS` lists in its last parentheses.
pub(super) fn row_width(head: &str) -> usize {
    let columns = head.rsplit_once('(').map_or("", |(_, columns)| columns);
    columns.split(',').count()
}

fn named_parameters(sql: &str) -> usize {
    sql.split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_numbered_behind_the_named_parameters() {
        assert_eq!(with_list("a = $1 AND b IN ($LIST)", 2), "a = $1 AND b IN ($2, $3)");
        assert_eq!(with_list("b IN ($LIST)", 1), "b IN ($1)");
    }

    #[test]
    fn rows_are_as_wide_as_the_columns() {
        assert_eq!(
            with_rows("INSERT INTO t (a, b) VALUES $ROWS ON CONFLICT (a) DO NOTHING", 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO NOTHING"
        );
    }

    #[test]
    fn numbers_go_only_where_they_say_nothing() {
        let plain = |sql: &str| without_numbers(sql.to_owned());
        assert_eq!(plain("a = $1 AND b IN ($2, $3)"), "a = ? AND b IN (?, ?)");
        assert_eq!(plain("b IN ($2, $3) AND a = $1"), "b IN ($2, $3) AND a = $1");
        assert_eq!(plain("a = $1 OR b = $1"), "a = $1 OR b = $1");
        assert_eq!(plain("x = '$.a' AND a = $1"), "x = '$.a' AND a = ?");
    }

    #[test]
    fn no_two_statements_have_one_name() {
        let mut names: Vec<_> = for_sqlite().into_iter().map(|statement| statement.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
