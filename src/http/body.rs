//! A request's parameters, from a JSON body or a query string, into the executor's request.

use std::collections::HashMap;

use async_graphql::{Request, Value, Variables};
use serde::Deserialize;

use super::problem::Problem;
use crate::error::Code;

/// The parameters of one GraphQL request. Other fields are ignored, as the specification asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<Variables>,
    extensions: Option<HashMap<String, Value>>,
}

/// The same as sent with GET, where maps are JSON text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryString {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl From<Parameters> for Request {
    fn from(parameters: Parameters) -> Self {
        let mut request = Self::new(parameters.query);
        request.operation_name = parameters.operation_name.filter(|name| !name.is_empty());
        request.variables = parameters.variables.unwrap_or_default();
        request.extensions.extend(parameters.extensions.unwrap_or_default());
        request
    }
}

/// Reads a POST body. Several operations in one request are refused: each is limited and logged on its own.
pub(super) fn from_json(body: &[u8]) -> Result<Request, Problem> {
    if std::str::from_utf8(body).is_err() {
        return Err(bad("the body is not utf-8"));
    }
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(bad("the body is empty: send {\"query\": …}")),
        Some(b'{') => {}
        Some(b'[') => return Err(bad("batches are not supported: send one operation a request")),
        Some(_) => return Err(bad("the body has to be a JSON object")),
    }
    let parameters: Parameters = serde_json::from_slice(body).map_err(|error| bad(describe(&error)))?;
    Ok(parameters.into())
}

/// Reads a payload that is already JSON, as in a `subscribe` message.
pub(super) fn from_value(payload: serde_json::Value) -> Result<Request, Problem> {
    if !payload.is_object() {
        return Err(bad("the payload has to be an object"));
    }
    let parameters: Parameters = serde_json::from_value(payload).map_err(|error| bad(describe(&error)))?;
    Ok(parameters.into())
}

/// Reads the query string of a GET request.
pub(super) fn from_query_string(text: Option<&str>) -> Result<Request, Problem> {
    let parameters: QueryString = serde_urlencoded::from_str(text.unwrap_or_default())
        .map_err(|error| bad(format!("the query string is malformed: {error}")))?;
    let Some(query) = parameters.query else { return Err(bad("the query parameter is missing")) };
    Ok(Parameters {
        query,
        operation_name: parameters.operation_name,
        variables: map("variables", parameters.variables.as_deref())?,
        extensions: map("extensions", parameters.extensions.as_deref())?,
    }
    .into())
}

fn map<'a, T: Deserialize<'a>>(name: &str, text: Option<&'a str>) -> Result<Option<T>, Problem> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| bad(format!("{name} has to be a JSON object: {}", describe(&error)))),
    }
}

fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if error.is_data() {
        let what = text.split(" at line ").next().unwrap_or(&text);
        format!("the parameters are malformed: {what}")
    } else {
        format!("the body is not valid JSON: {text}")
    }
}

fn bad(message: impl Into<String>) -> Problem {
    Problem::new(Code::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> String {
        from_json(body.as_bytes()).err().map(|problem| problem.message).unwrap_or_default()
    }

    #[test]
    fn null_parameters_count_as_absent_and_unknown_ones_are_ignored() {
        let body = r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null,"id":7}"#;
        let request = from_json(body.as_bytes()).unwrap();
        assert_eq!((request.query.as_str(), request.operation_name), ("{a}", None));
    }

    #[test]
    fn each_mistake_is_named() {
        assert!(message("").contains("empty"));
        assert!(message("[{\"query\":\"{a}\"}]").contains("batches"));
        assert!(message("[\"{ a }\"]").contains("batches"));
        assert!(message("7").contains("object"));
        assert!(message("{\"query\":").contains("not valid JSON"));
        assert!(message("{\"query\":0}").contains("invalid type: integer `0`, expected a string"));
        assert!(message("{\"id\":1}").contains("missing field `query`"));
        assert!(message("{\"query\":\"{a}\",\"variables\":[1]}").contains("expected a map"));
    }

    #[test]
    fn nesting_in_variables_is_bounded_by_the_reader() {
        let body = format!("{{\"query\":\"{{a}}\",\"variables\":{{\"x\":{}}}}}", "[".repeat(100_000));
        assert!(message(&body).contains("not valid JSON"));
    }

    #[test]
    fn a_query_string_carries_maps_as_json() {
        let request = from_query_string(Some("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D")).unwrap();
        assert_eq!(request.variables.len(), 1);
        assert!(from_query_string(Some("query=a&variables=7")).is_err());
        assert!(from_query_string(None).is_err());
    }
}
