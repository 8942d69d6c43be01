//! Names and values as browsers send them, and the form that a browser is to post.

use std::fmt;

use url::form_urlencoded;

/// Why a query or form body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// More bytes than the message may have.
    #[error("the query or form is too large")]
    TooLarge,
    /// A parameter of the protocol came twice: whose value counts is nobody's to guess.
    #[error("the parameter {0} came more than once")]
    Repeated(&'static str),
    /// A required parameter is missing or empty.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// A parameter that no identifier may look like: too long, or with control characters.
    #[error("the parameter {0} is malformed")]
    Malformed(&'static str),
}

impl FormError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "form_too_large",
            Self::Repeated(_) => "parameter_repeated",
            Self::Missing(_) => "parameter_missing",
            Self::Malformed(_) => "parameter_malformed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "Security Framework 1.0 §5.1.1"
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn http_status(self) -> u16 {
        400
    }
}

/// Decoded parameters, bounded, from which each is taken once.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn decode(encoded: &[u8], max_len: usize) -> Result<Self, FormError> {
        if encoded.len() > max_len {
            return Err(FormError::TooLarge);
        }
        // Most of a launch is its token, which stands there as it is; decoding goes byte by byte.
        let Ok(text) = std::str::from_utf8(encoded) else {
            return Self::collect(form_urlencoded::parse(encoded), max_len);
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| {
            if pair.as_bytes().contains(&b'%') || pair.as_bytes().contains(&b'+') {
                return form_urlencoded::parse(pair.as_bytes()).next();
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((name.into(), value.into()))
        });
        Self::collect(pairs, max_len)
    }

    pub(crate) fn collect<N, V>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_len: usize,
    ) -> Result<Self, FormError>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let mut all = Vec::new();
        let mut len = 0;
        for (name, value) in pairs {
            let (name, value) = (name.into(), value.into());
            len += name.len() + value.len();
            if len > max_len {
                return Err(FormError::TooLarge);
            }
            all.push((name, value));
        }
        Ok(Self(all))
    }

    /// Takes a parameter out; an empty one counts as absent.
    pub(crate) fn take(&mut self, name: &'static str) -> Result<Option<String>, FormError> {
        let mut found = None;
        let mut repeated = false;
        self.0.retain_mut(|(n, value)| {
            if n != name {
                return true;
            }
            repeated |= found.replace(std::mem::take(value)).is_some();
            false
        });
        if repeated {
            return Err(FormError::Repeated(name));
        }
        Ok(found.filter(|value| !value.is_empty()))
    }

    /// The same as a checked type.
    pub(crate) fn take_as<T: TryFrom<String>>(&mut self, name: &'static str) -> Result<Option<T>, FormError> {
        self.take(name)?.map(|text| T::try_from(text).map_err(|_| FormError::Malformed(name))).transpose()
    }

    pub(crate) fn require_as<T: TryFrom<String>>(&mut self, name: &'static str) -> Result<T, FormError> {
        self.take_as(name)?.ok_or(FormError::Missing(name))
    }

    /// What nobody took.
    pub(crate) fn rest(self) -> Vec<(String, String)> {
        self.0
    }
}

/// A form that the browser is to post: an address, and hidden fields. It is data; `lti-browser` makes the
/// escaped page of it.
///
/// ```
/// use lti_types::FormPost;
/// let post = FormPost::new("https://tool.example/launch", [("state", "s"), ("id_token", "t")]);
/// assert_eq!(post.field("state"), Some("s"));
/// assert_eq!(post.body(), "state=s&id_token=t");
/// assert!(!format!("{post:?}").contains("\"t\""));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormPost {
    /// Where it is posted, as `application/x-www-form-urlencoded`.
    pub action: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
}

impl FormPost {
    /// A form of those fields.
    #[must_use]
    pub fn new<N: Into<String>, V: Into<String>>(
        action: impl Into<String>,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self {
            action: action.into(),
            fields: fields.into_iter().map(|(n, v)| (n.into(), v.into())).collect(),
        }
    }

    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body that a browser would send.
    #[must_use]
    pub fn body(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

/// Values may be tokens, so only names are shown.
impl fmt::Debug for FormPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("FormPost").field("action", &self.action).field("fields", &names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{FormError, FormPost, Parameters};

    #[test]
    fn a_parameter_is_taken_once_and_the_rest_is_kept() {
        let mut parameters = Parameters::decode(b"a=1&b=&c=3&c=4&d", 100).unwrap();
        assert_eq!(parameters.take("a"), Ok(Some("1".to_owned())));
        assert_eq!(parameters.take("a"), Ok(None));
        assert_eq!(parameters.take("b"), Ok(None), "empty is absent");
        assert_eq!(parameters.take("c"), Err(FormError::Repeated("c")));
        assert_eq!(parameters.rest(), [("d".to_owned(), String::new())]);
    }

    proptest::proptest! {
        #[test]
        fn all_is_read_as_the_standard_has_it(
            text in "[a-c=&%+0-9A-F é]{0,40}",
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
        ) {
            for encoded in [text.as_bytes(), &bytes] {
                let expected: Vec<_> = url::form_urlencoded::parse(encoded).into_owned().collect();
                proptest::prop_assert_eq!(Parameters::decode(encoded, 1000).unwrap().rest(), expected);
            }
        }
    }

    #[test]
    fn limits_count_names_and_values() {
        assert!(Parameters::decode(b"abc=def", 7).is_ok());
        assert!(Parameters::decode(b"abc=def", 6).is_err());
        assert!(Parameters::collect([("abc", "def")], 6).is_ok());
        assert!(Parameters::collect([("abc", "de"), ("f", "g")], 6).is_err());
    }

    #[test]
    fn a_body_is_encoded() {
        let post = FormPost::new("https://tool.example/", [("a b", "1&2=3"), ("é", "\r\n")]);
        assert_eq!(post.body(), "a+b=1%262%3D3&%C3%A9=%0D%0A");
        assert_eq!((post.field("é"), post.field("a")), (Some("\r\n"), None));
    }
}
