//! String enumerations that a peer may extend: the named values, and whatever else comes, kept as it is.

use std::fmt;

/// A value that the specification does not list, kept as it came.
///
/// It cannot be made directly, so that a listed value never hides behind it: go through the enumeration's
/// `From<&str>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unlisted(pub(crate) Box<str>);

impl Unlisted {
    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $text:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vmeta])* #[doc = concat!("`", $text, "`")] $Variant, )*
            /// Any other value.
            Other($crate::Unlisted),
        }

        impl $Name {
            /// The value as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $text, )*
                    Self::Other(other) => other.as_str(),
                }
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$Variant, )*
                    other => Self::Other($crate::Unlisted(other.into())),
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct TextVisitor;
                impl serde::de::Visitor<'_> for TextVisitor {
                    type Value = $Name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E>(self, text: &str) -> Result<$Name, E> {
                        Ok($Name::from(text))
                    }
                    $crate::refusal::refuse!(bool number);
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(TextVisitor)
                } else {
                    deserializer.deserialize_str(TextVisitor)
                }
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::{DocumentTarget, MessageType, Scope};

    #[test]
    fn listed_values_never_hide_behind_other() {
        assert_eq!(DocumentTarget::from("iframe"), DocumentTarget::Iframe);
        for text in ["Iframe", "iframe ", "", "popup"] {
            let target = DocumentTarget::from(text);
            assert!(matches!(&target, DocumentTarget::Other(other) if other.as_str() == text), "{text}");
            assert_eq!((target.as_str(), target.to_string()), (text, text.to_owned()));
        }
    }

    #[test]
    fn both_directions() {
        for json in [r#""LtiResourceLinkRequest""#, r#""LtiUnheardRequest""#, r#""\"💡\\""#] {
            let read: MessageType = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
        for json in ["null", "7", "true", "[]", "{}"] {
            assert!(serde_json::from_str::<Scope>(json).is_err(), "{json}");
        }
    }
}
