//! The context claim: the course or group a launch happens in (LTI Core 1.3 §5.4.1, §A.1).

use crate::ContextId;
use crate::object::wire_object;
use crate::tolerant::{List, Text};

wire_object! {
    /// A course, section, group or other context.
    ///
    /// ```
    /// use lti_types::{Context, ContextKind};
    /// let context: Context = serde_json::from_str(r#"{"id": "c1", "type": ["CourseSection"]}"#)?;
    /// assert!(context.is(ContextKind::CourseSection));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Context {
        required {
            /// Identifies it within the deployment.
            id: ContextId = "id",
        }
        optional {
            /// Its kinds.
            types: Vec<ContextType> = "type" as List<ContextType>,
            /// A short name, such as a course code.
            label: String = "label" as Text,
            /// The full name.
            title: String = "title" as Text,
        }
    }
}

impl Context {
    /// Whether one of its types is of that kind.
    #[must_use]
    pub fn is(&self, kind: ContextKind) -> bool {
        self.types.iter().flatten().any(|t| t.kind() == Some(kind))
    }
}

/// Kinds of context that the specification names (§A.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ContextKind {
    /// A course from which offerings are made.
    CourseTemplate,
    /// A course as it is taught in a term.
    CourseOffering,
    /// A section of an offering.
    CourseSection,
    /// A group of people.
    Group,
}

/// A kind of context as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ContextType(#[serde(deserialize_with = "crate::refusal::text")] String);

const VOCABULARY: &str = "http://purl.imsglobal.org/vocab/lis/v2/course#";

impl ContextType {
    /// The text as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind it names: by full URI, or by one of the deprecated short forms.
    #[must_use]
    pub fn kind(&self) -> Option<ContextKind> {
        let name = self
            .0
            .strip_prefix(VOCABULARY)
            .or_else(|| self.0.strip_prefix("urn:lti:context-type:ims/lis/"))
            .unwrap_or(&self.0);
        match name {
            "CourseTemplate" => Some(ContextKind::CourseTemplate),
            "CourseOffering" => Some(ContextKind::CourseOffering),
            "CourseSection" => Some(ContextKind::CourseSection),
            "Group" => Some(ContextKind::Group),
            _ => None,
        }
    }

    /// Whether it is written as a full URI of the vocabulary, as a sender must.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.0.starts_with(VOCABULARY) && self.kind().is_some()
    }
}

impl From<ContextKind> for ContextType {
    fn from(kind: ContextKind) -> Self {
        let name = match kind {
            ContextKind::CourseTemplate => "CourseTemplate",
            ContextKind::CourseOffering => "CourseOffering",
            ContextKind::CourseSection => "CourseSection",
            ContextKind::Group => "Group",
        };
        Self(format!("{VOCABULARY}{name}"))
    }
}

impl From<&str> for ContextType {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, ContextKind, ContextType};

    #[test]
    fn every_kind_has_three_spellings_and_one_of_them_is_right() {
        for (name, kind) in [
            ("CourseTemplate", ContextKind::CourseTemplate),
            ("CourseOffering", ContextKind::CourseOffering),
            ("CourseSection", ContextKind::CourseSection),
            ("Group", ContextKind::Group),
        ] {
            let uri = format!("http://purl.imsglobal.org/vocab/lis/v2/course#{name}");
            assert_eq!(ContextType::from(kind).as_str(), uri);
            for text in [uri.clone(), format!("urn:lti:context-type:ims/lis/{name}"), name.to_owned()] {
                let context_type = ContextType::from(text.as_str());
                assert_eq!(context_type.kind(), Some(kind), "{text}");
                assert_eq!(context_type.is_canonical(), text == uri, "{text}");
            }
        }
        for text in ["", "group", "Account", "https://purl.imsglobal.org/vocab/lis/v2/course#Group"] {
            assert_eq!(ContextType::from(text).kind(), None, "{text}");
            assert!(!ContextType::from(text).is_canonical());
        }
    }

    #[test]
    fn both_directions() {
        let context: Context =
            serde_json::from_str(r#"{"id":"a","type":"Group","label":1,"x":null}"#).unwrap();
        assert!(context.is(ContextKind::Group) && !context.is(ContextKind::CourseSection));
        let written = serde_json::to_string(&context).unwrap();
        assert_eq!(written, r#"{"id":"a","type":["Group"],"label":"1","x":null}"#);
        assert_eq!(serde_json::from_str::<Context>(&written).unwrap(), context);
    }
}
