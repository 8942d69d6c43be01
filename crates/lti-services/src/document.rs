//! JSON documents as they arrive: bounded, and refused without an echo (RFC 8259 §9).

use std::fmt;

use lti_jwks::{PayloadError, PayloadProblem};
use serde::de::DeserializeOwned;

/// The most bytes of a response that are read: 10 MiB. A client should stop receiving there.
pub const MAX_RESPONSE_BYTES: usize = 10 * 1024 * 1024;

/// The most bytes of a line item or a score that a platform reads: 64 KiB. A server should stop receiving there. Of
/// what was stored so, a page of 100 is less than [`MAX_RESPONSE_BYTES`].
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// The most elements of a list that are read from one response.
pub const MAX_LIST: usize = 50_000;

/// Which member of a document is wrong, and in which way. It holds names of members, never their values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentError {
    path: String,
    problem: DocumentProblem,
}

/// In which way a document is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentProblem {
    /// Not JSON, nested deeper than 127 levels, or followed by something more.
    NotJson,
    /// A web page where a document should be: a login page, most likely.
    WebPage,
    /// A member that must be there is not.
    Missing,
    /// A member occurs twice.
    Duplicated,
    /// A member, or the whole, is of another type or form than expected.
    Unexpected,
}

impl DocumentError {
    pub(crate) fn new(path: &str, problem: DocumentProblem) -> Self {
        Self { path: path.to_owned(), problem }
    }

    /// The names on the way to the member, such as `members[2].user_id`; empty when the document as a whole is wrong.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// In which way it is wrong.
    #[must_use]
    pub fn problem(&self) -> DocumentProblem {
        self.problem
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.problem {
            DocumentProblem::NotJson => "not_json",
            DocumentProblem::WebPage => "web_page",
            DocumentProblem::Missing => "member_missing",
            DocumentProblem::Duplicated => "member_duplicated",
            DocumentProblem::Unexpected => "member_invalid",
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "it" } else { &self.path };
        match self.problem {
            DocumentProblem::NotJson => f.write_str("it is not JSON"),
            DocumentProblem::WebPage => f.write_str("it is a web page"),
            DocumentProblem::Missing => write!(f, "{place} is missing"),
            DocumentProblem::Duplicated => write!(f, "{place} occurs twice"),
            DocumentProblem::Unexpected => write!(f, "{place} is not of the expected form"),
        }
    }
}

impl std::error::Error for DocumentError {}

/// Reads a document; once more, keeping track of where, if it is wrong.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DocumentError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).map_err(|_| explain::<T>(body))
}

/// Whether it begins like a web page: whatever the doctype, the comment or the script that comes first, it begins with
/// `<`, and no JSON does.
pub(crate) fn is_web_page(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().starts_with(b"<")
}

fn explain<T: DeserializeOwned>(body: &[u8]) -> DocumentError {
    if is_web_page(body) {
        return DocumentError::new("", DocumentProblem::WebPage);
    }
    let error = PayloadError::find::<T>(body);
    let problem = match error.problem() {
        PayloadProblem::NotJson => DocumentProblem::NotJson,
        PayloadProblem::Missing => DocumentProblem::Missing,
        PayloadProblem::Duplicated => DocumentProblem::Duplicated,
        _ => DocumentProblem::Unexpected,
    };
    DocumentError::new(error.path(), problem)
}

/// A list of at most [`MAX_LIST`] elements; `null` elements are dropped.
pub(crate) struct Listed<T>(pub(crate) Vec<T>);

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Listed<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(std::marker::PhantomData<T>);
        impl<'de, T: serde::Deserialize<'de>> serde::de::Visitor<'de> for V<T> {
            type Value = Listed<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Listed<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element::<Option<T>>()? {
                    if list.len() == MAX_LIST {
                        return Err(serde::de::Error::custom("the list is too long"));
                    }
                    list.extend(item);
                }
                Ok(Listed(list))
            }
        }
        deserializer.deserialize_any(V(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use lti_types::{LineItem, MembershipContainer};

    use super::*;

    #[test]
    fn names_the_place_and_not_the_value() {
        use DocumentProblem::{Duplicated, Missing, NotJson, Unexpected, WebPage};
        for (json, path, problem) in [
            (
                r#"{"context":{"id":"c"},"members":[{"roles":[],"user_id":"Secret1"},{"roles":[]}]}"#,
                "members[1].user_id",
                Missing,
            ),
            (
                r#"{"context":{"id":"c"},"members":[{"roles":[],"user_id":["Secret1"]}]}"#,
                "members[0].user_id",
                Unexpected,
            ),
            (r#"{"context":{"id":"c"},"members":[],"members":["Secret1"]}"#, "members", Duplicated),
            (r#"{"members":[]}"#, "context", Missing),
            (r#"{"context":{"id":"Secret1"},"members":[]} x"#, "", NotJson),
            ("", "", NotJson),
            ("\"Secret1\"", "", Unexpected),
            ("\u{feff} <!DOCTYPE html><title>Secret1", "", WebPage),
        ] {
            let error = read::<MembershipContainer>(json.as_bytes()).unwrap_err();
            assert_eq!((error.path(), error.problem()), (path, problem), "{json}");
            assert!(!format!("{error} {error:?}").contains("Secret1"), "{error}");
        }
    }

    #[test]
    fn every_kind_of_web_page_is_one() {
        for page in [
            "<!DOCTYPE html><html>",
            "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\">",
            "<!-- saml --><html>",
            "\r\n\t<script>location='/login'</script>",
            "\u{feff}\n<HTML>",
            "\n\u{feff}<form>",
            "<meta http-equiv=refresh>",
        ] {
            assert!(is_web_page(page.as_bytes()), "{page}");
        }
        for other in ["", "{}", " [\"<html>\"]", "null", "OK", "\u{feff}{}"] {
            assert!(!is_web_page(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!(r#"{{"label":"a","scoreMaximum":1,"x":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        assert_eq!(read::<LineItem>(deep.as_bytes()).unwrap_err().problem(), DocumentProblem::NotJson);
        let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
        assert_eq!(read::<Listed<u8>>(list(MAX_LIST).as_bytes()).unwrap().0.len(), MAX_LIST);
        assert!(read::<Listed<u8>>(list(MAX_LIST + 1).as_bytes()).is_err());
        assert_eq!(read::<Listed<u8>>(b"\xef\xbb\xbf[1,null,2]").unwrap().0, [1, 2]);
    }
}
