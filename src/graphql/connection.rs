//! Relay connections: page arguments and their bounds, opaque keyset cursors, and the types of a connection.

use async_graphql::SimpleObject;

use super::error::{GraphqlError, GraphqlResult};
use crate::domain::limits;
use crate::services::error::Problem;
use crate::storage::{Cursor, Page, PageRequest};

/// Where a page lies in its list.
#[derive(SimpleObject, Debug, Clone, Default, PartialEq, Eq)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

/// Checks `first`, `after`, `last` and `before`.
pub fn page(
    first: Option<i32>,
    after: Option<&str>,
    last: Option<i32>,
    before: Option<&str>,
) -> GraphqlResult<PageRequest> {
    if first.is_some() && last.is_some() {
        return Err(GraphqlError::about(
            "last",
            &Problem::Malformed { expected: "give either first or last" },
        ));
    }
    let limit = match last {
        None => count("first", first, limits::DEFAULT_PAGE)?,
        Some(last) => count("last", Some(last), limits::DEFAULT_PAGE)?,
    };
    Ok(PageRequest {
        limit,
        from_end: last.is_some(),
        after: after.map(|cursor| place("after", cursor)).transpose()?,
        before: before.map(|cursor| place("before", cursor)).transpose()?,
    })
}

/// A list size between 1 and 100; a refusal names the argument.
pub fn count(argument: &'static str, given: Option<i32>, default: usize) -> GraphqlResult<usize> {
    let Some(given) = given else { return Ok(default) };
    usize::try_from(given).ok().filter(|size| (1..=limits::PAGE).contains(size)).ok_or_else(|| {
        let max = i64::try_from(limits::PAGE).unwrap_or(i64::MAX);
        GraphqlError::about(argument, &Problem::OutOfRange { min: 1, max })
    })
}

fn place(argument: &'static str, cursor: &str) -> GraphqlResult<Cursor> {
    cursor.parse().map_err(|_| GraphqlError::about(argument, &Problem::BadCursor))
}

impl PageInfo {
    /// Of a page as the store returned it.
    pub fn of<T>(page: &Page<T>) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.edges.first().map(|edge| edge.cursor.to_string()),
            end_cursor: page.edges.last().map(|edge| edge.cursor.to_string()),
        }
    }
}

/// Declares the edge type of a connection and makes it from the store's edges.
macro_rules! edge_type {
    ($(#[$doc:meta])* $edge:ident of $node:ty) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject, Clone)]
        pub(super) struct $edge {
            node: $node,
            cursor: String,
        }

        impl $edge {
            /// What the edge leads to.
            pub(crate) fn leads_to(&self) -> &$node {
                &self.node
            }
        }

        impl<T: Into<$node>> From<$crate::storage::Edge<T>> for $edge {
            fn from(edge: $crate::storage::Edge<T>) -> Self {
                Self { node: edge.node.into(), cursor: edge.cursor.to_string() }
            }
        }
    };
}

pub(crate) use edge_type;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_twenty_rows_unless_another_number_up_to_a_hundred_is_asked_for() {
        assert_eq!(page(None, None, None, None).unwrap(), PageRequest::first(20, None));
        assert_eq!(page(Some(100), None, None, None).unwrap().limit, 100);
        assert!(page(None, None, Some(3), None).unwrap().from_end);
        for (first, last) in [(Some(0), None), (Some(101), None), (None, Some(-1)), (Some(1), Some(1))] {
            assert!(page(first, None, last, None).is_err(), "{first:?} {last:?}");
        }
        assert!(page(None, Some("x"), None, None).is_err());
    }
}
