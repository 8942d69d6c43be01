//! Course outlines as JSON: the form in which other systems hand over what is to become a cartridge.
//!
//! The form is this crate's own; no specification has one.
//!
//! ```json
//! {
//!   "key": "course-17",
//!   "title": "Biology 101",
//!   "description": "Cells and genes", "language": "en", "keywords": ["cells"],
//!   "rights": { "restricted": true, "description": "CC BY 4.0" },
//!   "vendor": { "code": "example.com", "name": "Example Press" },
//!   "items": [
//!     { "key": "week-1", "title": "Week 1", "items": [
//!       { "key": "quiz-1", "title": "Quiz", "lti": {
//!           "url": "https://tool.example.com/quiz/1",
//!           "description": "Ten questions", "custom": { "chapter": "4" }, "points": 10,
//!           "icon": "https://tool.example.com/icon.png",
//!           "extensions": { "canvas.instructure.com": { "tool_id": "example" } } } },
//!       { "key": "site", "title": "A site", "web": { "url": "https://example.org/", "target": "_blank" } },
//!       { "key": "talk", "title": "Talk", "topic": { "text": "<p>Why?</p>", "html": true } },
//!       { "key": "read", "title": "Read me", "page": { "path": "pages/read.html", "html": "<p>Hello</p>" } },
//!       { "key": "key", "title": "Answers", "roles": ["Instructor"], "lti": { "url": "https://tool.example.com/a" } }
//!     ] }
//!   ]
//! }
//! ```
//!
//! `key` is the caller's own and must never change: identifiers are derived from the key of the course and the key of
//! the item, so that importing a later export updates what an earlier one made.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::identifier::Scope;
use crate::{
    Cartridge, Content, EndUserRole, Files, Folder, Icon, Identifier, InvalidPath, Item, Link, LtiLink,
    Metadata, PackagePath, PlatformExtension, Property, Resource, Rights, StandardsSet, TextType, Topic,
    Vendor, WebLink,
};

/// A course as JSON.
///
/// ```
/// use lti_cartridge::outline::Outline;
/// use lti_cartridge::Settings;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let outline = Outline::parse(br#"{ "key": "c", "title": "Biology", "items": [
///     { "key": "q", "title": "Quiz", "lti": { "url": "https://tool.example.com/q", "custom": { "b": "1", "a": 2 } } }
/// ] }"#)?;
/// let (cartridge, files) = outline.into_cartridge()?;
///
/// let mut package = Vec::new();
/// let written = cartridge.write_to(&mut package, &Settings::default(), files)?;
/// assert_eq!(written.lti_links, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Outline {
    /// The caller's own key of the course; it must never change.
    pub key: String,
    /// The title of the course.
    pub title: String,
    /// A description in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Keywords.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Copyright and conditions of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<Rights>,
    /// The vendor of all LTI links that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// Curriculum standards of the course, for 1.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standards: Option<StandardsSet>,
    /// The outline.
    #[serde(default)]
    pub items: Vec<OutlineItem>,
}

/// A member of the outline: exactly one of `items`, `lti`, `web`, `topic` and `page` says what it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutlineItem {
    /// The caller's own key, unique in the course; it must never change.
    pub key: String,
    /// One line.
    pub title: String,
    /// Who sees it; nobody named means everybody. Not for folders.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<EndUserRole>,
    /// Curriculum standards, for 1.3. Not for folders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<StandardsSet>,
    /// A folder with these members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<OutlineItem>>,
    /// An LTI link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lti: Option<OutlineLink>,
    /// A web link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<OutlineWebLink>,
    /// A discussion topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<OutlineTopic>,
    /// A page of web content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<OutlinePage>,
}

/// An LTI link of an outline.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutlineLink {
    /// The launch URL; an https one is written as `launch_url` and `secure_launch_url`.
    pub url: String,
    /// A description in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Custom parameters, kept in order.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub custom: Properties,
    /// Settings by platform.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, Properties>,
    /// The address of an icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Points, for Canvas: makes the link an assignment there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// The vendor, in place of the one of the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
}

/// A web link of an outline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutlineWebLink {
    /// The address.
    pub url: String,
    /// The window to open it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// A discussion topic of an outline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutlineTopic {
    /// The question or prompt.
    pub text: String,
    /// Whether `text` is HTML; else it is plain.
    #[serde(default)]
    pub html: bool,
}

/// A page of an outline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutlinePage {
    /// Where the page is put in the package.
    pub path: String,
    /// The page itself.
    pub html: String,
}

/// Names and values in the order of the JSON object. Numbers and booleans are read as their text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Properties(pub Vec<Property>);

impl Properties {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for property in &self.0 {
            map.serialize_entry(&property.name, &property.value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Value {
            Text(String),
            Truth(bool),
            Number(serde_json::Number),
        }

        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Properties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                let mut properties = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    let value = match value {
                        Value::Text(text) => text,
                        Value::Truth(truth) => truth.to_string(),
                        Value::Number(number) => number.to_string(),
                    };
                    properties.push(Property { name, value });
                }
                Ok(Properties(properties))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// Why an outline is no cartridge.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutlineError {
    /// Not the JSON that is described here.
    #[error("not an outline")]
    Json(#[from] serde_path_to_error::Error<serde_json::Error>),
    /// An item has none, or more than one, of `items`, `lti`, `web`, `topic` and `page`.
    #[error("the item {key:?} must have exactly one of items, lti, web, topic and page")]
    NotOneKind {
        /// The key of the item.
        key: String,
    },
    /// A folder has roles or standards.
    #[error("the folder {key:?} cannot have roles or standards")]
    FolderAttributes {
        /// The key of the item.
        key: String,
    },
    /// The path of a page cannot be one inside a package.
    #[error("the path of the page {key:?} is not possible")]
    Path {
        /// The key of the item.
        key: String,
        /// Why.
        #[source]
        reason: InvalidPath,
    },
}

impl OutlineError {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::NotOneKind { .. } => "not_one_kind",
            Self::FolderAttributes { .. } => "folder_attributes",
            Self::Path { .. } => "path",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Json(_) => "the JSON form of this crate",
            Self::NotOneKind { .. } | Self::FolderAttributes { .. } => "CC 1.1 imscp_v1p1: item",
            Self::Path { .. } => "CC 1.1 package: paths",
        }
    }
}

impl Outline {
    /// An outline without members.
    #[must_use]
    pub fn new(key: impl Into<String>, title: impl Into<String>) -> Self {
        Self { key: key.into(), title: title.into(), ..Self::default() }
    }

    /// Reads an outline.
    ///
    /// # Errors
    /// The JSON is not of the form that is described in [this module](self); the error names the place.
    pub fn parse(json: &[u8]) -> Result<Self, OutlineError> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let outline = serde_path_to_error::deserialize(&mut deserializer)?;
        // Whatever follows would be left out unsaid.
        let nowhere = serde_path_to_error::Track::new().path();
        deserializer.end().map_err(|error| serde_path_to_error::Error::new(nowhere, error))?;
        Ok(outline)
    }

    /// Makes the cartridge and the files of its pages. Titles, URLs and names are checked when it is written.
    ///
    /// # Errors
    /// An item is not exactly one thing, or the path of a page is not possible.
    pub fn into_cartridge(self) -> Result<(Cartridge, BTreeMap<PackagePath, Vec<u8>>), OutlineError> {
        let mut metadata = Metadata::new(self.title);
        metadata.description = self.description;
        metadata.language = self.language;
        metadata.keywords = self.keywords;
        metadata.rights = self.rights;
        metadata.standards = self.standards;
        let mut build =
            Build { course: self.key, vendor: self.vendor, resources: Vec::new(), files: BTreeMap::new() };
        let items = build.items(self.items)?;
        let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, &build.course), metadata);
        cartridge.items = items;
        cartridge.resources = build.resources;
        Ok((cartridge, build.files))
    }
}

struct Build {
    course: String,
    vendor: Option<Vendor>,
    resources: Vec<Resource>,
    files: BTreeMap<PackagePath, Vec<u8>>,
}

impl Build {
    /// Recursive; the JSON reader bounds the depth of what it reads.
    fn items(&mut self, items: Vec<OutlineItem>) -> Result<Vec<Item>, OutlineError> {
        items.into_iter().map(|item| self.item(item)).collect()
    }

    fn item(&mut self, item: OutlineItem) -> Result<Item, OutlineError> {
        let OutlineItem { key, title, roles, standards, items, lti, web, topic, page } = item;
        let stable = format!("{}/{key}", self.course);
        let identifier = Identifier::derived(Scope::Item, &stable);
        let content: Content = match (items, lti, web, topic, page) {
            (Some(_), None, None, None, None) if !roles.is_empty() || !standards.is_empty() => {
                return Err(OutlineError::FolderAttributes { key });
            }
            (Some(items), None, None, None, None) => {
                return Ok(Item::Folder(Folder::new(identifier, title, self.items(items)?)));
            }
            (None, Some(link), None, None, None) => self.link(&title, link).into(),
            (None, None, Some(web), None, None) => {
                let mut link = WebLink::new(title.clone(), web.url);
                link.target = web.target;
                link.into()
            }
            (None, None, None, Some(topic), None) => {
                let text_type = if topic.html { TextType::Html } else { TextType::Plain };
                Topic::new(title.clone(), topic.text, text_type).into()
            }
            (None, None, None, None, Some(page)) => {
                let path: PackagePath = match page.path.parse() {
                    Ok(path) => path,
                    Err(reason) => return Err(OutlineError::Path { key, reason }),
                };
                self.files.insert(path.clone(), page.html.into_bytes());
                Content::WebContent(Files::one(path))
            }
            _ => return Err(OutlineError::NotOneKind { key }),
        };
        let mut resource = Resource::new(Identifier::derived(Scope::Resource, &stable), content);
        resource.roles = roles;
        resource.standards = standards;
        let link = Link::new(identifier, title, resource.identifier.clone());
        self.resources.push(resource);
        Ok(Item::Link(link))
    }

    fn link(&self, title: &str, from: OutlineLink) -> LtiLink {
        let mut link = LtiLink::new(title, from.url);
        link.description = from.description;
        link.custom = from.custom.0;
        for (platform, properties) in from.extensions {
            let mut extension = PlatformExtension::new(platform);
            extension.properties = properties.0;
            link.extensions.push(extension);
        }
        if let Some(points) = from.points {
            link.set_canvas_points(points);
        }
        link.secure_icon = from.icon.as_deref().filter(|url| crate::lti_link::is_https(url)).map(Icon::new);
        link.icon = from.icon.map(Icon::new);
        link.vendor = from.vendor.or_else(|| self.vendor.clone());
        link
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the documentation.
    fn example() -> String {
        let source = include_str!("outline.rs");
        let (_, rest) = source.split_once("//! ```json\n").unwrap();
        let (json, _) = rest.split_once("//! ```").unwrap();
        json.replace("//!", "")
    }

    #[test]
    fn what_follows_is_not_left_out_unsaid() {
        for more in ["{}", "garbage", "}"] {
            let error = Outline::parse(format!("{} {more}", example()).as_bytes()).unwrap_err();
            assert_eq!(error.code(), "json", "{more}");
        }
        assert!(Outline::parse(format!("{}\n", example()).as_bytes()).is_ok());
    }

    #[test]
    fn the_documented_form_is_read_and_written() {
        let outline = Outline::parse(example().as_bytes()).unwrap();
        let json = serde_json::to_vec(&outline).unwrap();
        assert_eq!(Outline::parse(&json).unwrap(), outline);
        let (cartridge, files) = outline.into_cartridge().unwrap();
        assert_eq!((cartridge.items.len(), cartridge.resources.len(), files.len()), (1, 5, 1));
        let (_, quiz) = cartridge.lti_links().next().unwrap();
        assert_eq!(quiz.extension("canvas.instructure.com").unwrap().value("outcome"), Some("10.0"));
        assert_eq!(quiz.vendor.as_ref().unwrap().name, "Example Press");
        let mut package = Vec::new();
        cartridge.write_to(&mut package, &crate::Settings::default(), files).unwrap();
    }

    #[test]
    fn custom_parameters_keep_their_order() {
        let properties: Properties = serde_json::from_str(r#"{"b":"1","a":2,"c":true}"#).unwrap();
        let texts: Vec<_> = properties.0.iter().map(|p| (p.name.as_str(), p.value.as_str())).collect();
        assert_eq!(texts, [("b", "1"), ("a", "2"), ("c", "true")]);
    }

    #[test]
    fn what_is_no_outline() {
        let code = |json: &str| match Outline::parse(json.as_bytes()) {
            Ok(outline) => outline.into_cartridge().unwrap_err().code(),
            Err(error) => error.code(),
        };
        let item = |members: &str| {
            format!(r#"{{"key":"c","title":"t","items":[{{"key":"i","title":"t"{members}}}]}}"#)
        };
        assert_eq!(code("[]"), "json");
        assert_eq!(code(&item(r#","unknown":1"#)), "json");
        assert_eq!(code(&item("")), "not_one_kind");
        assert_eq!(code(&item(r#","items":[],"web":{"url":"a:b"}"#)), "not_one_kind");
        assert_eq!(code(&item(r#","items":[],"roles":["Learner"]"#)), "folder_attributes");
        assert_eq!(code(&item(r#","page":{"path":"../x","html":""}"#)), "path");
    }
}
