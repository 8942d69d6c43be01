//! Where a payload is not what was expected, without showing what it is (RFC 7519 §7.2).

use std::fmt;

use serde::de::DeserializeOwned;

const MAX_PATH_CHARS: usize = 200;

/// Which member of a payload is wrong, and in which way. It holds names of members, never their values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayloadError {
    path: String,
    problem: PayloadProblem,
}

/// In which way a payload is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadProblem {
    /// Not JSON, or followed by something more.
    NotJson,
    /// A member that must be there is not.
    Missing,
    /// A member occurs twice.
    Duplicated,
    /// A member, or the whole, is of another type or form than expected.
    Unexpected,
}

impl PayloadError {
    /// The names on the way to the member, with dots between them, such as `context.id` or `roles[2]`; empty
    /// when the payload as a whole is wrong. Escaped and cut to 200 characters.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// In which way it is wrong.
    #[must_use]
    pub fn problem(&self) -> PayloadProblem {
        self.problem
    }

    pub(crate) const fn not_an_object() -> Self {
        Self { path: String::new(), problem: PayloadProblem::Unexpected }
    }

    /// Reads JSON that was found wrong once more, this time keeping track of where: slower than the first time, which
    /// did not.
    ///
    /// ```
    /// use lti_jwks::{PayloadError, PayloadProblem};
    /// #[derive(serde::Deserialize)]
    /// struct Course { id: String }
    /// let json = br#"{"name": "History"}"#;
    /// let course: Result<Course, _> = serde_json::from_slice(json).map_err(|_| PayloadError::find::<Course>(json));
    /// let error = course.map(|course| course.id).unwrap_err();
    /// assert_eq!((error.path(), error.problem()), ("id", PayloadProblem::Missing));
    /// ```
    #[must_use]
    pub fn find<T: DeserializeOwned>(json: &[u8]) -> Self {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let error = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) if error.inner().is_data() => error,
            // No JSON; or right up to its end, and then more.
            _ => return Self { path: String::new(), problem: PayloadProblem::NotJson },
        };
        let mut path = error.path().to_string();
        if path == "." {
            path.clear();
        }
        let mut problem = PayloadProblem::Unexpected;
        // The message may quote values. In these two forms it quotes a name of the type's own.
        let message = error.inner().to_string();
        for (prefix, kind) in
            [("missing field `", PayloadProblem::Missing), ("duplicate field `", PayloadProblem::Duplicated)]
        {
            if let Some((name, _)) = message.strip_prefix(prefix).and_then(|rest| rest.split_once('`')) {
                problem = kind;
                if path.is_empty() {
                    name.clone_into(&mut path);
                } else if path != name && !path.ends_with(&format!(".{name}")) {
                    path = format!("{path}.{name}");
                }
            }
        }
        Self { path: printable(&path), problem }
    }
}

/// Names come from outside: no control characters, no endless lines.
fn printable(path: &str) -> String {
    path.chars().flat_map(char::escape_debug).take(MAX_PATH_CHARS).collect()
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "it" } else { &self.path };
        match self.problem {
            PayloadProblem::NotJson => f.write_str("it is not JSON"),
            PayloadProblem::Missing => write!(f, "{place} is missing"),
            PayloadProblem::Duplicated => write!(f, "{place} occurs twice"),
            PayloadProblem::Unexpected => write!(f, "{place} is not of the expected form"),
        }
    }
}

impl std::error::Error for PayloadError {}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "only that it is read matters")]
    struct Payload {
        iss: String,
        context: Context,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "only that it is read matters")]
    struct Context {
        id: String,
        #[serde(rename = "type", default)]
        types: Vec<String>,
    }

    #[test]
    fn names_the_place_and_not_the_value() {
        use PayloadProblem::{Duplicated, Missing, NotJson, Unexpected};
        for (json, path, problem) in [
            (r#"{"iss":"a","context":{"id":"Secret1"}"#, "", NotJson),
            (r#"{"iss":"a","context":{"id":"Secret1"}} x"#, "", NotJson),
            (r#"{"iss":"a","context":{"id":"b"}}{"Secret1":1}"#, "", NotJson),
            (r#""Secret1""#, "", Unexpected),
            (r#"{"context":{"id":"Secret1"}}"#, "iss", Missing),
            (r#"{"iss":"Secret1"}"#, "context", Missing),
            (r#"{"iss":"Secret1","context":{}}"#, "context.id", Missing),
            (r#"{"iss":"Secret1","iss":"b"}"#, "iss", Duplicated),
            (r#"{"iss":"Secret1","context":{"id":"a","id":"b"}}"#, "context.id", Duplicated),
            (r#"{"iss":"a","context":"Secret1"}"#, "context", Unexpected),
            (r#"{"iss":"a","context":{"id":"a","type":["a",1234567]}}"#, "context.type[1]", Unexpected),
        ] {
            let error = PayloadError::find::<Payload>(json.as_bytes());
            assert_eq!((error.path(), error.problem()), (path, problem), "{json}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("Secret1") && !shown.contains("1234567"), "{shown}");
        }
    }

    #[test]
    fn names_are_made_printable() {
        assert_eq!(printable("a\nb"), r"a\nb");
        assert_eq!(printable(&"x".repeat(1000)).len(), MAX_PATH_CHARS);
    }
}
