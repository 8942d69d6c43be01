//! Answers of success: the exact media type, and links written strictly (AGS 2.0 §3.2.4, NRPS 2.0 §2.4.1).

use http::header::{CONTENT_TYPE, LINK};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::RequestRefusal;
use crate::Link;

pub(super) fn json(
    status: StatusCode,
    media_type: &'static str,
    document: &impl Serialize,
    links: &[Link],
) -> Result<Response<Vec<u8>>, RequestRefusal> {
    let body = serde_json::to_vec(document).map_err(|_| RequestRefusal::Internal)?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    if !links.is_empty() {
        // A list that does not say that there is more would be taken for complete.
        let value = Link::write(links).ok_or(RequestRefusal::Internal)?;
        response.headers_mut().insert(LINK, value);
    }
    Ok(response)
}

pub(super) fn empty() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
