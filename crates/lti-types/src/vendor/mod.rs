//! Members that vendors add to messages, read from the places where they keep them: one module for each vendor,
//! functions over the claims, nothing stored twice. All of them return `None`, or an empty list, where the member is
//! absent or of another JSON type than the vendor documents.

pub mod blackboard;
pub mod brightspace;
pub mod canvas;
pub mod canvas_configuration;
pub mod moodle;
pub mod open_edx;
pub mod sakai;
pub mod schoology;

use serde_json::Value;

use crate::LaunchClaims;

fn text<'a>(claims: &'a LaunchClaims, name: &str) -> Option<&'a str> {
    claims.extensions.get(name)?.as_str()
}

fn member<'a>(claims: &'a LaunchClaims, name: &str, member: &str) -> Option<&'a Value> {
    claims.extensions.get(name)?.get(member)
}

/// A text; numbers by their spelling.
fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A custom parameter that the platform resolved.
fn custom<'a>(claims: &'a LaunchClaims, name: &str) -> Option<&'a str> {
    claims.custom.as_ref()?.get(name)
}

/// Ids of a copy history: newest first, percent-encoded, separated by commas.
fn history(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        // Only percent-escapes are decoded: what means something in a form is itself in a history.
        .map(|id| {
            let escaped = id.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
            url::form_urlencoded::parse(escaped.as_bytes())
                .next()
                .map_or_else(String::new, |(id, _)| id.into_owned())
        })
        .collect()
}
