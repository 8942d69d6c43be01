//! The parameters of a form as they came: in order, with duplicates (RFC 5849 §3.4.1.3).

use std::fmt;

use crate::encoding;

/// Why a form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidForm {
    /// More bytes or parameters than are read.
    #[error("the form is too large")]
    TooLarge,
    /// Bytes that are no UTF-8.
    #[error("the form is not UTF-8")]
    NotUtf8,
}

impl InvalidForm {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "form_too_large",
            Self::NotUtf8 => "form_not_utf8",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "RFC 5849 §3.4.1.3.1"
    }
}

/// Names and values in order. Nothing is merged or dropped, not even duplicates.
///
/// ```
/// use lti_legacy::Parameters;
/// let parameters = Parameters::from_form(b"custom_a=1&custom_a=2&roles=Learner")?;
/// assert_eq!(parameters.get("custom_a"), Some("1"));
/// assert_eq!(parameters.all("custom_a").collect::<Vec<_>>(), ["1", "2"]);
/// assert_eq!(parameters.to_form(), "custom_a=1&custom_a=2&roles=Learner");
/// # Ok::<(), lti_legacy::InvalidForm>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The most bytes of a form that are read: 1 MiB. A server should stop receiving there.
    pub const MAX_BYTES: usize = 1024 * 1024;
    /// The most parameters that are read.
    pub const MAX_COUNT: usize = 1000;

    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a query or an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    /// [`InvalidForm`].
    pub fn from_form(encoded: &[u8]) -> Result<Self, InvalidForm> {
        if encoded.len() > Self::MAX_BYTES {
            return Err(InvalidForm::TooLarge);
        }
        let encoded = std::str::from_utf8(encoded).map_err(|_| InvalidForm::NotUtf8)?;
        let mut all = Vec::new();
        for pair in encoding::form_pairs(encoded) {
            if all.len() == Self::MAX_COUNT {
                return Err(InvalidForm::TooLarge);
            }
            all.push(pair.ok_or(InvalidForm::NotUtf8)?);
        }
        Ok(Self(all))
    }

    /// The body that a browser would send.
    #[must_use]
    pub fn to_form(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Adds one at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter_map(move |(n, value)| (n == name).then_some(value))
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for Parameters {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        self.0.extend(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

/// Values are people's names and signatures, so only names are shown.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidForm, Parameters};

    #[test]
    fn limits() {
        assert_eq!(Parameters::from_form(b"a=%FF"), Err(InvalidForm::NotUtf8));
        assert_eq!(Parameters::from_form(b"a=\xff"), Err(InvalidForm::NotUtf8));
        assert_eq!(Parameters::from_form(&vec![b'a'; Parameters::MAX_BYTES + 1]), Err(InvalidForm::TooLarge));
        assert_eq!(Parameters::from_form("a&".repeat(1000).as_bytes()).unwrap().len(), 1000);
        assert_eq!(Parameters::from_form("a&".repeat(1001).as_bytes()), Err(InvalidForm::TooLarge));
    }

    #[test]
    fn values_do_not_print() {
        let parameters = Parameters::from_form(b"user_id=ada").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"["user_id"]"#);
    }
}
