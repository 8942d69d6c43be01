//! One way to declare a JSON object of the specification: typed members, everything else kept.
//!
//! Derived `#[serde(flatten)]` would buffer every member twice; this reads each member straight into
//! its field, which is what makes a launch as cheap to read as bare structs are.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// A member name, borrowed from the input unless it was written with escapes.
pub(crate) struct Key<'de>(Cow<'de, str>);

impl Key<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(v.to_owned())))
            }
            fn visit_string<E>(self, v: String) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(v)))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// What `Debug` shows of a wire object: which members it has. What they hold is a person's more often than not.
pub(crate) fn debug_names<'a>(
    f: &mut fmt::Formatter<'_>,
    type_name: &str,
    members: impl IntoIterator<Item = &'a str>,
) -> fmt::Result {
    write!(f, "{type_name} ")?;
    f.debug_set().entries(members).finish()
}

/// Declares a wire object. Its `Debug` shows names of members, and no values.
///
/// `required` members must be present and well-formed; `optional` ones may be absent or `null`. A member may
/// be read through one of the readers of [`crate::tolerant`] (`name: Type = "wire" as Reader`). A member
/// written twice is an error; unknown members land in `extensions`. There they cannot speak for a member that has a
/// type, even if that is absent: what was taken out of a message stays out. Only `Name keeps { … }` writes them, for
/// items whose unreadable members are kept there.
macro_rules! wire_object {
    (
        $(#[$meta:meta])*
        $Name:ident $($keeps:ident)? {
            required { $( $(#[$rmeta:meta])* $req:ident : $rty:ty = $rwire:literal $(as $rvia:ty)?, )* }
            optional { $( $(#[$ometa:meta])* $opt:ident : $oty:ty = $owire:literal $(as $via:ty)?, )* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $( $(#[$rmeta])* #[doc = concat!("\n\nOn the wire: `", $rwire, "`.")] pub $req: $rty, )*
            $( $(#[$ometa])* #[doc = concat!("\n\nOn the wire: `", $owire, "`.")] pub $opt: Option<$oty>, )*
            /// Members that have no field here, kept as they came.
            pub extensions: $crate::Extensions,
        }

        $crate::object::wire_object!(@new $Name [ $( $req: $rty ),* ] [ $( $opt ),* ]);

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let typed: &[Option<&str>] =
                    &[$( Some($rwire), )* $( self.$opt.as_ref().map(|_| $owire), )*];
                let others = self.extensions.keys().map(String::as_str);
                $crate::object::debug_names(f, stringify!($Name), typed.iter().flatten().copied().chain(others))
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                #[allow(dead_code, reason = "an object without optional members does not ask")]
                const KEEPS: bool = $crate::object::wire_object!(@keeps $($keeps)?);
                let mut map = serializer.serialize_map(None)?;
                $( map.serialize_entry($rwire, &self.$req)?; )*
                $( if let Some(value) = &self.$opt { map.serialize_entry($owire, value)?; } )*
                for (name, value) in &self.extensions {
                    match name.as_str() {
                        // A typed member has the only say over its name.
                        $( $rwire => {} )*
                        $( $owire if !KEEPS || self.$opt.is_some() => {} )*
                        _ => map.serialize_entry(name, value)?,
                    }
                }
                map.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ObjectVisitor;
                impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                    type Value = $Name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a JSON object")
                    }
                    $crate::refusal::refuse!(bool number text);
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$Name, A::Error> {
                        use serde::de::Error as _;
                        $( let mut $req: Option<$rty> = None; )*
                        $( let mut $opt: Option<Option<$oty>> = None; )*
                        let mut extensions = $crate::Extensions::new();
                        while let Some(key) = map.next_key::<$crate::object::Key<'de>>()? {
                            match key.as_str() {
                                $( $rwire => {
                                    if $req.is_some() {
                                        return Err(A::Error::duplicate_field($rwire));
                                    }
                                    let read: $crate::object::wire_object!(@required $rty $(, $rvia)?) = map.next_value()?;
                                    $req = Some(read.into());
                                } )*
                                $( $owire => {
                                    if $opt.is_some() {
                                        return Err(A::Error::duplicate_field($owire));
                                    }
                                    let read: $crate::object::wire_object!(@via $oty $(, $via)?) = map.next_value()?;
                                    $opt = Some($crate::tolerant::Tolerant::into_value(read));
                                } )*
                                _ => {
                                    let value = map.next_value()?;
                                    if extensions.insert(key.into_string(), value).is_some() {
                                        return Err(A::Error::custom("duplicate member"));
                                    }
                                }
                            }
                        }
                        Ok($Name {
                            $( $req: $req.ok_or_else(|| A::Error::missing_field($rwire))?, )*
                            $( $opt: $opt.flatten(), )*
                            extensions,
                        })
                    }
                }
                deserializer.deserialize_any(ObjectVisitor)
            }
        }
    };

    (@required $rty:ty) => { $rty };
    (@required $rty:ty, $via:ty) => { $via };
    (@keeps) => { false };
    (@keeps keeps) => { true };

    (@via $oty:ty) => { Option<$oty> };
    (@via $oty:ty, $via:ty) => { $via };

    (@new $Name:ident [] [ $( $opt:ident ),* ]) => {
        impl $Name {
            /// An empty object; assign what is known.
            #[must_use]
            pub fn new() -> Self {
                Self { $( $opt: None, )* extensions: $crate::Extensions::new() }
            }
        }
        impl Default for $Name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@new $Name:ident [ $( $req:ident : $rty:ty ),+ ] [ $( $opt:ident ),* ]) => {
        impl $Name {
            /// With the members that the specification requires; assign the others.
            #[must_use]
            pub fn new($( $req: $rty ),+) -> Self {
                Self { $( $req, )+ $( $opt: None, )* extensions: $crate::Extensions::new() }
            }
        }
    };
}

pub(crate) use wire_object;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro makes public types")]
mod tests {
    use crate::tolerant::Text;

    wire_object! {
        /// Something with one member of each sort.
        Thing {
            required {
                /// Required.
                id: String = "id",
            }
            optional {
                /// Optional, and read tolerantly.
                title: String = "title" as Text,
                /// Optional.
                link: crate::WireUrl = "link",
            }
        }
    }

    #[test]
    fn both_directions() {
        for (json, written) in [
            (r#"{"id":"a"}"#, r#"{"id":"a"}"#),
            (r#"{"link":null,"title":7,"id":"a"}"#, r#"{"id":"a","title":"7"}"#),
            (r#"{"z":null,"\u0069d":"a","y":{"id":1}}"#, r#"{"id":"a","y":{"id":1},"z":null}"#),
        ] {
            let read: Thing = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), written);
            assert_eq!(serde_json::from_str::<Thing>(written).unwrap(), read);
        }
    }

    #[test]
    fn refusals_name_the_member_that_the_type_has() {
        for (json, message) in [
            ("{}", "missing field `id`"),
            (r#"{"id":"a","id":"b"}"#, "duplicate field `id`"),
            (r#"{"id":"a","title":null,"title":null}"#, "duplicate field `title`"),
            (r#"{"id":"a","mine":1,"mine":2}"#, "duplicate member"),
            (r#"{"id":null}"#, "invalid type: null"),
            ("[]", "invalid type: sequence, expected a JSON object"),
            (r#""a""#, "invalid type: a string, expected a JSON object"),
        ] {
            let error = serde_json::from_str::<Thing>(json).unwrap_err().to_string();
            assert!(error.starts_with(message), "{json}: {error}");
        }
    }

    #[test]
    fn names_are_shown_and_values_are_not() {
        let mut thing = Thing::new("Ada".to_owned());
        assert_eq!(format!("{thing:?}"), r#"Thing {"id"}"#);
        thing.title = Some("Ada".to_owned());
        thing.extensions.insert("a\nb".to_owned(), "Ada".into());
        assert_eq!(format!("{thing:?}"), r#"Thing {"id", "title", "a\nb"}"#);
    }

    #[test]
    fn a_typed_member_has_the_only_say_over_its_name() {
        let mut thing = Thing::new("a".to_owned());
        thing.extensions.insert("id".to_owned(), "b".into());
        thing.extensions.insert("link".to_owned(), "b".into());
        assert_eq!(serde_json::to_string(&thing).unwrap(), r#"{"id":"a"}"#);
    }
}
