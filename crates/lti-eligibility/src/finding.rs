//! How a reason is written: the same four members everywhere.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::fmt;

/// Something displayed, written as a string without an allocation of ours.
struct Sentence<'a, T: ?Sized>(&'a T);

impl<T: fmt::Display + ?Sized> Serialize for Sentence<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// Writes `{"code", "message", "sentence", "remedy"}`.
pub(crate) fn serialize<S: Serializer>(
    serializer: S,
    code: &str,
    message: &str,
    sentence: &dyn fmt::Display,
    remedy: &str,
) -> Result<S::Ok, S::Error> {
    let mut finding = serializer.serialize_struct("Finding", 4)?;
    finding.serialize_field("code", code)?;
    finding.serialize_field("message", message)?;
    finding.serialize_field("sentence", &Sentence(sentence))?;
    finding.serialize_field("remedy", remedy)?;
    finding.end()
}

/// Joins what can be displayed: `a, b, c`.
pub(crate) fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{item}")?;
    }
    Ok(())
}

/// `1 module`, `2 modules`.
pub(crate) struct Count(pub(crate) usize, pub(crate) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = self;
        let plural = if *count == 1 { "" } else { "s" };
        write!(f, "{count} {noun}{plural}")
    }
}
