//! Custom parameters (LTI 1.1 §3; spellings of names: LTI 1.0 §4.2).

use std::fmt;

/// Custom parameters in the order in which they came, with duplicates; their names without `custom_`.
///
/// LTI 1 rewrites the names that somebody configured: lower case, and `_` for every character but letters and digits.
/// Some 1.2 platforms send the name as it was configured, too. Both spellings are kept, and either finds the value.
///
/// ```
/// use lti_legacy::CustomParameters;
/// let mut custom = CustomParameters::new();
/// custom.add("Review:Chapter", "7");
/// assert_eq!(custom.iter().collect::<Vec<_>>(), [("review_chapter", "7")]);
/// assert_eq!(custom.get("Review:Chapter"), Some("7"));
/// custom.add_in_both_spellings("Vendor:Id", "x");
/// assert_eq!(custom.raw("Vendor:Id"), custom.raw("vendor_id"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomParameters(Vec<(String, String)>);

impl CustomParameters {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one under the rewritten name, as LTI 1.0 and 1.1 have it.
    pub fn add(&mut self, configured_name: &str, value: impl Into<String>) {
        self.0.push((Self::rewritten(configured_name), value.into()));
    }

    /// Adds one under the rewritten name and, where that differs, under the name as it was configured.
    pub fn add_in_both_spellings(&mut self, configured_name: &str, value: impl Into<String>) {
        let value = value.into();
        let rewritten = Self::rewritten(configured_name);
        if rewritten != configured_name {
            self.0.push((configured_name.to_owned(), value.clone()));
        }
        self.0.push((rewritten, value));
    }

    /// The first value of exactly this name.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.iter().find_map(|(n, value)| (n == name).then_some(value))
    }

    /// The first value of a configured name, in either spelling.
    #[must_use]
    pub fn get(&self, configured_name: &str) -> Option<&str> {
        self.raw(configured_name).or_else(|| self.raw(&Self::rewritten(configured_name)))
    }

    /// Names and values as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn rewritten(name: &str) -> String {
        let rewrite = |c: char| match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => c,
            _ => '_',
        };
        name.chars().map(rewrite).collect()
    }
}

/// Names and values as they are to travel.
impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for CustomParameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Values may be of people.
impl fmt::Debug for CustomParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::CustomParameters;

    #[test]
    fn names_are_rewritten() {
        for (name, rewritten) in
            [("Review:Chapter", "review_chapter"), ("a b-c.d", "a_b_c_d"), ("Größe9", "gr__e9"), ("", "")]
        {
            assert_eq!(CustomParameters::rewritten(name), rewritten);
        }
    }

    #[test]
    fn the_exact_name_wins() {
        let custom: CustomParameters = [("a_b", "1"), ("A:b", "2"), ("a_b", "3")].into_iter().collect();
        assert_eq!((custom.get("A:b"), custom.get("A-b"), custom.raw("A-b")), (Some("2"), Some("1"), None));
        assert_eq!(custom.iter().count(), 3);
    }
}
