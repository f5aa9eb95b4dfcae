//! `/exports/{job}`: the file an export made, for those who may see the job; the access token goes in the header.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::TryStreamExt;
use tokio::io::AsyncReadExt;

use super::auth::{Authenticator, Credentials};
use super::negotiation::Media;
use super::problem::Problem;
use crate::domain::ids::JobId;
use crate::error::Code;
use crate::services::transfers::{ExportFile, Transfers};

/// Bytes read from the file at once.
const PART: usize = 64 * 1024;

#[derive(Clone)]
struct Exports {
    authenticator: Arc<dyn Authenticator>,
    transfers: Arc<Transfers>,
}

pub fn routes(authenticator: Arc<dyn Authenticator>, transfers: Arc<Transfers>) -> Router {
    Router::new().route("/exports/{job}", get(export)).with_state(Exports { authenticator, transfers })
}

async fn export(State(exports): State<Exports>, Path(job): Path<String>, headers: HeaderMap) -> Response {
    file(&exports, &job, &headers).await.unwrap_or_else(|problem| problem.into_response(Media::Json))
}

async fn file(exports: &Exports, job: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let caller = exports.authenticator.authenticate(Credentials::from_headers(headers)?).await?;
    if caller.signed_in.is_none() {
        return Err(Problem::new(Code::Unauthenticated, Code::Unauthenticated.meaning()));
    }
    let missing = || Problem::new(Code::NotFound, Code::NotFound.meaning());
    let job: JobId = job.parse().map_err(|_| missing())?;
    let found = exports.transfers.file(&caller, job).await.map_err(|error| {
        tracing::error!(%error, %job, "an export cannot be looked up");
        Problem::new(Code::Unavailable, Code::Unavailable.meaning())
    })?;
    let (path, name) = match found.ok_or_else(missing)? {
        ExportFile::Ready { path, name } => (path, name),
        ExportFile::Expired => {
            return Err(Problem::new(Code::ExportExpired, Code::ExportExpired.meaning()));
        }
    };
    // Gone when somebody cleared the folder.
    let file = tokio::fs::File::open(path).await.map_err(|_| missing())?;
    let length = file.metadata().await.map(|about| about.len()).ok();
    let parts = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut part = vec![0; PART];
        let read = file.read(&mut part).await?;
        part.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((part, file)))
    });
    let kind = if name.ends_with(".csv") { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
    let mut response = (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        Body::from_stream(parts.into_stream()),
    )
        .into_response();
    if let Some(length) = length {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    Ok(response)
}
