//! Media types: what a request's body is, and what its sender wants back.

use axum::http::{HeaderMap, header};

use super::problem::Problem;
use crate::error::Code;

/// The two media types a GraphQL response can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: errors in a well-formed request answer 200, for clients that know nothing else.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
}

impl Media {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    const fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GraphqlResponse => "graphql-response+json",
        }
    }

    /// Chooses by the `Accept` header. Without one, or for wildcards, it is `application/json`, as the specification
    /// asks; where both are named alike, the newer one.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut ranges = Vec::new();
        for value in headers.get_all(header::ACCEPT) {
            let text = value.to_str().map_err(|_| not_acceptable())?;
            ranges.extend(text.split(',').filter_map(Range::parse));
        }
        if ranges.is_empty() {
            return Ok(Self::Json);
        }
        let json = quality(&ranges, Self::Json);
        let graphql = quality(&ranges, Self::GraphqlResponse);
        match (json.0 == 0, graphql.0 == 0) {
            (true, true) => Err(not_acceptable()),
            _ if graphql > json || (graphql == json && graphql.1 == Specificity::Exact) => {
                Ok(Self::GraphqlResponse)
            }
            _ => Ok(Self::Json),
        }
    }

    /// For answers that must go out whatever was accepted.
    pub(super) fn accepted_or_json(headers: &HeaderMap) -> Self {
        Self::accepted(headers).unwrap_or(Self::Json)
    }
}

fn not_acceptable() -> Problem {
    Problem::new(
        Code::NotAcceptable,
        "responses come as application/graphql-response+json or application/json, in utf-8",
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    None,
    Any,
    Type,
    Exact,
}

struct Range {
    kind: String,
    subtype: String,
    /// Thousandths.
    quality: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut quality = 1000;
        for parameter in parts {
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            if name.trim().eq_ignore_ascii_case("q") {
                let number: f32 = value.parse().unwrap_or(0.0);
                quality = (number.clamp(0.0, 1.0) * 1000.0) as u16;
            } else if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(value) {
                quality = 0;
            }
        }
        Some(Self {
            kind: kind.trim().to_ascii_lowercase(),
            subtype: subtype.trim().to_ascii_lowercase(),
            quality,
        })
    }

    fn specificity(&self, media: Media) -> Specificity {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => Specificity::Any,
            ("application", "*") => Specificity::Type,
            ("application", subtype) if subtype == media.subtype() => Specificity::Exact,
            _ => Specificity::None,
        }
    }
}

/// The most specific range that matches decides the quality.
fn quality(ranges: &[Range], media: Media) -> (u16, Specificity) {
    ranges
        .iter()
        .map(|range| (range.specificity(media), range.quality))
        .filter(|(specificity, _)| *specificity != Specificity::None)
        .max()
        .map_or((0, Specificity::None), |(specificity, quality)| (quality, specificity))
}

/// Refuses a body that is not JSON in UTF-8. This is also what keeps other sites out: a browser sends
/// `application/json` across sites only after a preflight, which only configured origins pass.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |found: &str| {
        let message = format!("the body has to be application/json in utf-8, not {found}");
        Err(Problem::new(Code::UnsupportedMediaType, message))
    };
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return refuse("of an unnamed type") };
    let Ok(text) = value.to_str() else { return refuse("of an unreadable type") };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map_or("utf-8", |(_, value)| value.trim().trim_matches('"'));
    if essence != "application/json" || !is_utf8(charset) {
        return refuse(&text.chars().filter(|found| !found.is_control()).take(100).collect::<String>());
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refuse("compressed");
    }
    Ok(())
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().unwrap());
        Media::accepted(&headers).ok()
    }

    #[test]
    fn the_newer_media_type_is_chosen_where_it_is_named() {
        let both = "application/graphql-response+json, application/json;q=0.9";
        assert_eq!(accept(both), Some(Media::GraphqlResponse));
        assert_eq!(
            accept("application/json, application/graphql-response+json"),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(accept("application/graphql-response+json; charset=UTF-8"), Some(Media::GraphqlResponse));
    }

    #[test]
    fn wildcards_mean_plain_json() {
        for value in ["*/*", "application/*", "text/html, */*;q=0.1", "application/json"] {
            assert_eq!(accept(value), Some(Media::Json), "{value}");
        }
        assert_eq!(Media::accepted(&HeaderMap::new()).ok(), Some(Media::Json));
    }

    #[test]
    fn quality_outranks_order_and_zero_excludes() {
        let value = "application/graphql-response+json;q=0.2, application/json;q=0.8";
        assert_eq!(accept(value), Some(Media::Json));
        assert_eq!(accept("*/*, application/json;q=0"), Some(Media::GraphqlResponse));
        assert_eq!(accept("application/json;q=0"), None);
    }

    #[test]
    fn what_cannot_be_produced_is_refused() {
        assert_eq!(accept("text/html"), None);
        assert_eq!(accept("application/json; charset=iso-8859-1"), None);
    }

    #[test]
    fn only_json_in_utf8_is_taken_as_a_body() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            require_json(&headers).is_ok()
        };
        assert!(check("application/json") && check("Application/JSON; charset=\"UTF-8\""));
        for value in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/jsonx",
        ] {
            assert!(!check(value), "{value}");
        }
        assert!(require_json(&HeaderMap::new()).is_err());
    }
}
