//! Relay connections: page arguments and their bounds, opaque keyset cursors, and the types of a connection.

use async_graphql::SimpleObject;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::{GraphqlError, GraphqlResult};
use crate::domain::limits;
use crate::services::error::Problem;

/// Where a page lies in its list.
#[derive(SimpleObject, Debug, Clone, Default, PartialEq, Eq)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

/// The page a client asks for, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many rows.
    pub size: usize,
    /// Counted from the end of the list instead of its beginning.
    pub backward: bool,
    pub after: Option<String>,
    pub before: Option<String>,
}

/// Checks `first`, `after`, `last` and `before`.
pub fn page(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> GraphqlResult<PageRequest> {
    let (size, backward) = match (first, last) {
        (Some(_), Some(_)) => {
            let problem = Problem::Malformed { expected: "give either first or last" };
            return Err(GraphqlError::about("last", &problem));
        }
        (first, None) => (count("first", first, limits::DEFAULT_PAGE)?, false),
        (None, last) => (count("last", last, limits::DEFAULT_PAGE)?, true),
    };
    Ok(PageRequest {
        size,
        backward,
        after: after.map(|cursor| open_cursor("after", &cursor)).transpose()?,
        before: before.map(|cursor| open_cursor("before", &cursor)).transpose()?,
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

/// The opaque form of a key.
pub fn seal_cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// The key inside an opaque cursor.
pub fn open_cursor(argument: &'static str, cursor: &str) -> GraphqlResult<String> {
    let refusal = || GraphqlError::about(argument, &Problem::BadCursor);
    if cursor.len() > 2 * limits::SHORT_TEXT {
        return Err(refusal());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refusal())?;
    String::from_utf8(bytes).map_err(|_| refusal())
}
