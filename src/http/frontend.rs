//! The built-in front end: the shop, GraphiQL and their assets, compiled into the binary.
//!
//! A debug build reads `frontend/dist` at run time, a release build embeds it. Before the front end is built the
//! server runs all the same and says how to build it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::negotiation::Media;
use super::problem::Problem;
use crate::error::Code;

#[derive(Embed)]
#[folder = "frontend/dist"]
#[allow_missing = true]
struct Built;

/// Vite puts a hash of the content into the names below `/assets/`.
const FOREVER: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";

/// Serves a file, or the page that a path of the single-page application belongs to.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    answer::<Built>(&method, uri.path(), &headers)
}

fn answer<Files: Embed>(method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return Problem::new(Code::MethodNotAllowed, format!("{method} is not allowed here"))
            .with_header(header::ALLOW, "GET, HEAD")
            .into_response(Media::accepted_or_json(headers));
    }
    let path = path.trim_start_matches('/');
    let name = match path {
        "graphiql" | "graphiql/" => "graphiql.html",
        "" => "index.html",
        path => path,
    };
    if let Some(file) = Files::get(name) {
        return send(name, &file, headers);
    }
    let is_route = !path.starts_with("assets/") && !last_segment(path).contains('.') && wants_html(headers);
    match Files::get("index.html") {
        Some(file) if is_route && name != "graphiql.html" => send("index.html", &file, headers),
        None if is_route || matches!(name, "index.html" | "graphiql.html") => {
            (StatusCode::OK, page_headers(), NOT_BUILT).into_response()
        }
        _ => Problem::new(Code::NotFound, "there is nothing here").into_response(Media::Json),
    }
}

fn send(name: &str, file: &EmbeddedFile, request: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let caching = if name.starts_with("assets/") { FOREVER } else { REVALIDATE };
    let mut response = if matches_tag(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data.clone().into_owned()).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(kind) = HeaderValue::from_str(&content_type(name, file.metadata.mimetype())) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// Text is UTF-8 and says so; scripts have the one type that modules load under everywhere.
fn content_type(name: &str, guessed: &str) -> String {
    let extension = last_segment(name).rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "js" | "mjs" => "text/javascript; charset=utf-8".to_owned(),
        "map" | "json" => "application/json; charset=utf-8".to_owned(),
        "webmanifest" => "application/manifest+json; charset=utf-8".to_owned(),
        "svg" => "image/svg+xml; charset=utf-8".to_owned(),
        _ if guessed.starts_with("text/") => format!("{guessed}; charset=utf-8"),
        _ => guessed.to_owned(),
    }
}

fn matches_tag(request: &HeaderMap, tag: &str) -> bool {
    request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        // A compressing layer in between marks the tag as weak; the content is the same.
        value
            .split(',')
            .map(|given| given.trim().trim_start_matches("W/"))
            .any(|given| given == tag || given == "*")
    })
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn page_headers() -> [(header::HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")]
}

const NOT_BUILT: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shelfwise</title>
<style>body{font:1rem/1.6 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}code{background:#eee;padding:.1em .3em}</style>
<h1>The API is running</h1>
<p>The shop's pages and GraphiQL are not built yet. Build them with <code>npm ci &amp;&amp; npm run build</code> in the
<code>frontend</code> folder, or start the server with <code>make run</code>, which does it for you.</p>
<p>The GraphQL endpoint is <code>/graphql</code>: queries and mutations over POST, subscriptions over a WebSocket with
the <code>graphql-transport-ws</code> protocol.</p>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Embed)]
    #[folder = "tests/fixtures/site"]
    struct Site;

    #[derive(Embed)]
    #[folder = "tests/fixtures/no-such-folder"]
    #[allow_missing = true]
    struct Nothing;

    const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn get(path: &str, pairs: &[(&'static str, &str)]) -> Response {
        answer::<Site>(&Method::GET, path, &headers(pairs))
    }

    fn value<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn assets_are_cached_for_good_and_pages_are_checked_each_time() {
        let script = get("/assets/app-1a2b3c.js", &[]);
        assert_eq!(value(&script, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(value(&script, "cache-control"), FOREVER);
        for path in ["/", "/graphiql", "/graphiql/", "/index.html"] {
            let page = get(path, &[]);
            assert_eq!(page.status(), StatusCode::OK, "{path}");
            assert_eq!(value(&page, "content-type"), "text/html; charset=utf-8");
            assert_eq!(value(&page, "cache-control"), REVALIDATE);
        }
        assert_eq!(value(&get("/logo.svg", &[]), "content-type"), "image/svg+xml; charset=utf-8");
        assert_ne!(value(&get("/", &[]), "etag"), value(&get("/graphiql", &[]), "etag"));
    }

    #[test]
    fn a_page_that_has_not_changed_is_not_sent_again() {
        let tag = value(&get("/", &[]), "etag").to_owned();
        assert_eq!(get("/", &[("if-none-match", &tag)]).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get("/", &[("if-none-match", "\"other\"")]).status(), StatusCode::OK);
    }

    #[test]
    fn paths_of_the_application_get_its_page_and_missing_files_are_missing() {
        assert_eq!(value(&get("/products/red-mug", &[HTML]), "content-type"), "text/html; charset=utf-8");
        for path in
            ["/products/red-mug", "/assets/app-0.js", "/favicon.ico", "/../Cargo.toml", "/%2e%2e/Cargo.toml"]
        {
            assert_eq!(get(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(get("/assets/app-0", &[HTML]).status(), StatusCode::NOT_FOUND);
        let posted = answer::<Site>(&Method::POST, "/", &HeaderMap::new());
        assert_eq!((posted.status(), value(&posted, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    }

    #[test]
    fn before_the_front_end_is_built_a_page_says_how_to_build_it() {
        for path in ["/", "/graphiql", "/products"] {
            let page = answer::<Nothing>(&Method::GET, path, &headers(&[HTML]));
            assert_eq!(
                (page.status(), value(&page, "cache-control")),
                (StatusCode::OK, "no-store"),
                "{path}"
            );
        }
        assert_eq!(
            answer::<Nothing>(&Method::GET, "/assets/a.js", &HeaderMap::new()).status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn a_known_tag_matches_even_when_weakened_on_the_way() {
        let headers = headers(&[("if-none-match", "\"x\", W/\"abc\"")]);
        assert!(matches_tag(&headers, "\"abc\"") && !matches_tag(&headers, "\"abd\""));
    }
}
