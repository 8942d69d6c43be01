//! Types as the texts of parameters (LTI 1.1 §3): lists with commas, numbers, booleans.

use lti_types::{
    ContextId, ContextType, DocumentTarget, MediaTypes, ResourceLinkId, Role, Roles, UserId, WireUrl,
};

use crate::LegacyMessageType;
use crate::encoding;

/// A type that travels as a text. What is written as an empty text is as if absent.
pub(crate) trait ParameterText: Sized {
    /// Whether a text that is none is a fault of the message, and not only kept aside.
    const NEEDED: bool = false;
    fn from_text(text: &str) -> Option<Self>;
    fn to_text(&self) -> String;
}

impl ParameterText for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn to_text(&self) -> String {
        self.clone()
    }
}

impl ParameterText for WireUrl {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn to_text(&self) -> String {
        self.as_str().to_owned()
    }
}

impl ParameterText for LegacyMessageType {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn to_text(&self) -> String {
        self.as_str().to_owned()
    }
}

impl ParameterText for u32 {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    }
    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl ParameterText for bool {
    fn from_text(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
    fn to_text(&self) -> String {
        self.to_string()
    }
}

macro_rules! identifiers {
    ($($Name:ident),*) => { $(
        impl ParameterText for $Name {
            const NEEDED: bool = true;
            fn from_text(text: &str) -> Option<Self> {
                Self::new(text).ok()
            }
            fn to_text(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )* };
}

identifiers!(UserId, ContextId, ResourceLinkId);

/// Entries of a list: trimmed, and without the empty ones.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// An entry must not become two: a role `x,Instructor` makes nobody an instructor.
fn joined<'a>(entries: impl Iterator<Item = &'a str>) -> String {
    let entries: Vec<_> =
        entries.map(str::trim).filter(|entry| !entry.is_empty()).map(|e| e.replace(',', "%2C")).collect();
    entries.join(",")
}

impl ParameterText for Roles {
    fn from_text(text: &str) -> Option<Self> {
        (entries(text).count() <= Self::MAX).then(|| entries(text).collect())
    }
    fn to_text(&self) -> String {
        joined(self.iter().map(Role::as_str))
    }
}

impl ParameterText for Vec<ContextType> {
    fn from_text(text: &str) -> Option<Self> {
        Some(entries(text).map(ContextType::from).collect())
    }
    fn to_text(&self) -> String {
        joined(self.iter().map(ContextType::as_str))
    }
}

impl ParameterText for DocumentTarget {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.trim().into())
    }
    fn to_text(&self) -> String {
        self.as_str().to_owned()
    }
}

impl ParameterText for Vec<DocumentTarget> {
    fn from_text(text: &str) -> Option<Self> {
        Some(entries(text).map(DocumentTarget::from).collect())
    }
    fn to_text(&self) -> String {
        joined(self.iter().map(DocumentTarget::as_str))
    }
}

impl ParameterText for MediaTypes {
    fn from_text(text: &str) -> Option<Self> {
        Some(Self::Text(text.to_owned()))
    }
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => joined(other.iter()),
        }
    }
}

/// Ids with commas between, each percent-encoded (`role_scope_mentor`).
impl ParameterText for Vec<UserId> {
    fn from_text(text: &str) -> Option<Self> {
        entries(text).map(|entry| UserId::new(encoding::decode(entry)?).ok()).collect()
    }
    fn to_text(&self) -> String {
        let encoded: Vec<_> = self.iter().map(|id| encoding::encode(id.as_str()).to_string()).collect();
        encoded.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::ParameterText;
    use lti_types::{Roles, UserId};

    #[test]
    fn an_entry_does_not_become_two() {
        let roles: Roles = ["x,Instructor", " ", "Learner"].into_iter().collect();
        assert_eq!(roles.to_text(), "x%2CInstructor,Learner");
        let roles = Roles::from_text(" Instructor ,, urn:x ").unwrap();
        assert_eq!(roles.to_text(), "Instructor,urn:x");
        assert!(Roles::from_text(&"a,".repeat(1001)).is_none());
    }

    #[test]
    fn mentees_are_encoded_each() {
        let mentees = vec![UserId::new("a,b").unwrap(), UserId::new("c d%").unwrap()];
        assert_eq!(mentees.to_text(), "a%2Cb,c%20d%25");
        assert_eq!(Vec::<UserId>::from_text("a%2Cb, c%20d%25"), Some(mentees));
        assert_eq!(Vec::<UserId>::from_text("a,%00"), None);
    }

    #[test]
    fn numbers_and_booleans() {
        for (text, number) in
            [(" 800 ", Some(800)), ("800px", None), ("-1", None), ("+1", None), ("1e3", None)]
        {
            assert_eq!(u32::from_text(text), number);
        }
        for (text, value) in [("TRUE", Some(true)), ("1", Some(true)), ("false", Some(false)), ("yes", None)]
        {
            assert_eq!(bool::from_text(text), value);
        }
    }
}
