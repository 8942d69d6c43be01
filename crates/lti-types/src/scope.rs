//! Scopes: what access tokens may be asked for, and are granted (RFC 6749 §3.3; the service specifications).

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::open_enum::open_enum;
use crate::refusal::{Strict, refuse};
use crate::tolerant::Tolerant;

open_enum! {
    /// A permission that an access token carries.
    ///
    /// ```
    /// use lti_types::Scope;
    /// assert_eq!(Scope::from("https://purl.imsglobal.org/spec/lti-ags/scope/score"), Scope::Score);
    /// ```
    Scope {
        /// Read and write line items (AGS 2.0 §3.2.7).
        LineItem = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
        /// Read line items.
        LineItemReadOnly = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
        /// Read results.
        ResultReadOnly = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        /// Publish scores.
        Score = "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        /// Read the roster (NRPS 2.0 §2.3).
        ContextMembershipReadOnly = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        /// Read course groups.
        ContextGroupReadOnly = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly",
        /// Basic Outcomes under 1.3.
        BasicOutcome = "https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome",
        /// Subscribe to notices.
        NoticeHandlers = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
        /// Post asset reports.
        Report = "https://purl.imsglobal.org/spec/lti/scope/report",
        /// Download assets.
        AssetReadOnly = "https://purl.imsglobal.org/spec/lti/scope/asset.readonly",
        /// Record a person's acceptance of a license agreement.
        EulaUser = "https://purl.imsglobal.org/spec/lti/scope/eula/user",
        /// Switch a deployment's need for a license agreement.
        EulaDeployment = "https://purl.imsglobal.org/spec/lti/scope/eula/deployment",
    }
}

/// Scopes, on the wire one text with blanks between them (RFC 6749 §3.3).
///
/// ```
/// use lti_types::{Scope, Scopes};
/// let scopes = Scopes::from_iter([Scope::from("openid"), Scope::Score]);
/// assert!(scopes.contains(&Scope::Score));
/// assert_eq!(scopes.to_string(), "openid https://purl.imsglobal.org/spec/lti-ags/scope/score");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether a scope is among them.
    #[must_use]
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut list = Vec::new();
        for scope in scopes {
            // A scope with a blank in it would be read back as two.
            let whole = !scope.as_str().is_empty() && !scope.as_str().contains(char::is_whitespace);
            if whole && !list.contains(&scope) {
                list.push(scope);
            }
        }
        Self(list)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A list, which some tools send, is read as well; `null` is none.
impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Scopes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("scopes, with blanks between them")
            }
            fn visit_str<E>(self, text: &str) -> Result<Scopes, E> {
                Ok(text.split_whitespace().map(Scope::from).collect())
            }
            fn visit_unit<E>(self) -> Result<Scopes, E> {
                Ok(Scopes::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scopes, A::Error> {
                let mut list = Vec::new();
                while let Some(scope) = seq.next_element::<Option<Strict>>()? {
                    let text = scope.map(String::from).unwrap_or_default();
                    list.extend(text.split_whitespace().map(Scope::from));
                }
                Ok(list.into_iter().collect())
            }
            refuse!(bool number);
        }
        deserializer.deserialize_any(V)
    }
}

impl Tolerant<Scopes> for Scopes {
    fn into_value(self) -> Option<Scopes> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn scopes_are_whole_and_once() {
        let scopes: Scopes =
            [Scope::Score, Scope::from("a b"), Scope::from(""), Scope::Score].into_iter().collect();
        assert_eq!(scopes.to_string(), Scope::Score.as_str());
    }
}
