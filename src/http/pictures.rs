//! `/pictures/{spec}.svg`: the drawn pictures of simulated products, made from their names.

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use shelfwise_strategies::simulate::{PictureSpec, picture_svg};

/// The name is the whole picture, so it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub fn routes() -> Router {
    Router::new().route("/pictures/{name}", get(picture))
}

async fn picture(Path(name): Path<String>) -> Response {
    let spec = name.strip_suffix(".svg").and_then(|spec| spec.parse::<PictureSpec>().ok());
    match spec {
        Some(spec) => {
            let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, FOR_EVER)];
            (headers, picture_svg(&spec)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = routes().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_picture_is_drawn_from_its_name() {
        let spec = PictureSpec::new("mug", 1, 2, 3, 4).unwrap();
        let (status, svg) = get(&format!("/pictures/{spec}.svg")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
    }

    #[tokio::test]
    async fn what_is_no_picture_is_not_found() {
        for path in ["/pictures/unicorn-1-2-3-4.svg", "/pictures/mug-1-2-3-4.png", "/pictures/..svg"] {
            assert_eq!(get(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
