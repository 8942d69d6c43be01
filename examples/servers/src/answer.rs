//! Requests in and answers out, between the web framework's types and plain `http` ones.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use lti_browser::{Fault, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The whole of a request, if it is not larger than that many bytes.
pub(crate) async fn whole(request: Request<Body>, most: usize) -> Result<Request<Vec<u8>>, Problem> {
    let too_large =
        || Problem::new(413, Fault::Malformed, "too_large", "the request is too large", "RFC 9110 §15.5.14");
    let (parts, body) = request.into_parts();
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > most) {
        return Err(too_large());
    }
    let body = axum::body::to_bytes(body, most).await.map_err(|_| too_large())?;
    Ok(Request::from_parts(parts, body.into()))
}

/// Whether the body says of itself that it is of this media type.
pub(crate) fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let text = value.to_str().unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

/// Refuses what is no form.
pub(crate) fn expect_form(headers: &HeaderMap) -> Result<(), Problem> {
    if is_of_type(headers, "application/x-www-form-urlencoded") {
        return Ok(());
    }
    let message = "the request must be a form (application/x-www-form-urlencoded)";
    Err(Problem::malformed("form_expected", message, "Security Framework 1.0 §5.1.1"))
}

/// A body of JSON.
pub(crate) fn read_json<T: DeserializeOwned>(request: &Request<Vec<u8>>) -> Result<T, Problem> {
    let refuse = |message: &str| Problem::malformed("json_malformed", message, "RFC 8259");
    if !is_of_type(request.headers(), "application/json") {
        return Err(refuse("the request must be JSON (application/json)"));
    }
    serde_json::from_slice(request.body())
        .map_err(|_| refuse("the request is not the JSON that belongs here"))
}

/// A field of a form, if it is there once.
pub(crate) fn field(request: &Request<Vec<u8>>, name: &str) -> Option<String> {
    let mut values = url::form_urlencoded::parse(request.body()).filter(|(n, _)| n == name).map(|(_, v)| v);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.into_owned()),
        _ => None,
    }
}

/// JSON, not to be kept by anybody.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Response {
    let Ok(text) = serde_json::to_string(body) else {
        return Problem::internal("an answer could not be written").into_response();
    };
    json_text(status, text)
}

/// JSON that is written already.
pub(crate) fn json_text(status: u16, text: impl Into<Body>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], text.into()).into_response()
}

/// What lti-browser made.
pub(crate) fn browser(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) =
            (http::HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// What lti-services made.
pub(crate) fn service(response: http::Response<Vec<u8>>) -> Response {
    response.map(Body::from)
}

/// With cookies.
pub(crate) fn with_cookies(mut response: Response, cookies: Vec<String>) -> Response {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    response
}

/// `303 See Other`, to a path of our own.
pub(crate) fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(http::header::LOCATION, path)]).into_response()
}
