//! LTI links: what a `cartridge_basiclti_link` document holds (`imslticc_v1p0`, `imsbasiclti_v1p0`).

use serde::{Deserialize, Serialize};

use crate::StandardsSet;

/// Canvas' own platform name, as `extensions/@platform`.
pub const CANVAS_PLATFORM: &str = "canvas.instructure.com";

/// The longest launch URL, in characters (`imsbasiclti_v1p0p1`, `maxLength`).
pub const MAX_URL_CHARS: usize = 4096;

/// An LTI link: enough to launch a tool that the importing platform already knows.
///
/// There is no client id, deployment or key in it. The importer finds the tool by the launch URL (domain or longest
/// prefix), and `launch_url` then is the `target_link_uri` (LTI 1.3 Core, appendix on Common Cartridge).
///
/// ```
/// use lti_cartridge::{LtiLink, Property, Vendor};
///
/// let mut link = LtiLink::new("Cell division", "https://tool.example.com/launch/cell");
/// link.custom.push(Property::new("chapter", "4"));
/// link.vendor = Some(Vendor::new("example.com", "Example Press"));
/// assert_eq!(link.launch_url, link.secure_launch_url);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LtiLink {
    /// One line; importers show the title of the outline instead.
    pub title: String,
    /// A description in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Custom parameters, in order; sent back at launch and kept by importers that know them. Names are `xs:Name`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom: Vec<Property>,
    /// Settings for one platform each; others ignore them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<PlatformExtension>,
    /// The launch URL, 1 to 4096 characters. Moodle reads this one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_url: Option<String>,
    /// The launch URL for pages sent over https; most importers prefer it. Must begin with `https://`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_launch_url: Option<String>,
    /// The address of an icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The address of an icon, over https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_icon: Option<Icon>,
    /// Who offers the tool. Required by the schema: when absent, the writer puts
    /// [`Settings::vendor`](crate::Settings::vendor), or one made of the host of the launch URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// `cartridge_bundle/@identifierref`: an identifier for a group of tools; it need not be a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// `cartridge_icon/@identifierref`: a resource of associated content that is the icon. The resource of the link
    /// must then depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_resource: Option<String>,
    /// Curriculum standards; only the descriptor of 1.3 can hold them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<StandardsSet>,
}

impl LtiLink {
    /// A link with one URL: as `launch_url`, and as `secure_launch_url` too when it is https (importers
    /// differ in which they read).
    #[must_use]
    pub fn new(title: impl Into<String>, url: impl Into<String>) -> Self {
        let url = url.into();
        Self {
            title: title.into(),
            secure_launch_url: is_https(&url).then(|| url.clone()),
            launch_url: Some(url),
            ..Self::default()
        }
    }

    /// The URL that a platform served over https launches: the secure one, else the plain one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.secure_launch_url.as_deref().or(self.launch_url.as_deref())
    }

    /// The extension block for `platform`, if there is one.
    #[must_use]
    pub fn extension(&self, platform: &str) -> Option<&PlatformExtension> {
        self.extensions.iter().find(|e| e.platform == platform)
    }

    /// Sets a property in the extension block for `platform`, making the block when there is none.
    pub fn set_extension(&mut self, platform: &str, name: &str, value: impl Into<String>) {
        match self.extensions.iter_mut().find(|e| e.platform == platform) {
            Some(extension) => extension.set(name, value),
            None => {
                let mut extension = PlatformExtension::new(platform);
                extension.set(name, value);
                self.extensions.push(extension);
            }
        }
    }

    /// Makes Canvas import the link as a graded assignment of so many points (`outcome` of its extension). Canvas' own
    /// habit; no other importer with public source reads it.
    pub fn set_canvas_points(&mut self, points: f64) {
        self.set_extension(CANVAS_PLATFORM, "outcome", format!("{points:?}"));
    }
}

pub(crate) fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

/// The host of a URL, without user, port and brackets; lower case.
pub(crate) fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// A named value (`lticm:property`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Property {
    /// An `xs:Name`: no blank, no digit first.
    pub name: String,
    /// Any text.
    pub value: String,
}

impl Property {
    /// A property; the name is checked when it is written.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// Settings of one platform (`blti:extensions`).
///
/// ```
/// use lti_cartridge::{CANVAS_PLATFORM, LtiLink, PlatformExtension};
///
/// let mut canvas = PlatformExtension::new(CANVAS_PLATFORM);
/// canvas.set("privacy_level", "public");
/// let mut link = LtiLink::new("Quiz 1", "https://tool.example/quiz/1");
/// link.extensions.push(canvas);
/// link.set_canvas_points(20.0);
/// assert_eq!(link.extension(CANVAS_PLATFORM).and_then(|canvas| canvas.value("outcome")), Some("20.0"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformExtension {
    /// The platform's name, an `xs:Name` such as `canvas.instructure.com`.
    pub platform: String,
    /// The settings, in order.
    #[serde(default)]
    pub properties: Vec<Property>,
    /// Named groups of settings (`lticm:options`), which Canvas writes for its placements. No schema knows them, so
    /// they are read and not written; see [`Cartridge::fit`](crate::Cartridge::fit).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<PropertyGroup>,
}

impl PlatformExtension {
    /// An empty block for `platform`.
    #[must_use]
    pub fn new(platform: impl Into<String>) -> Self {
        Self { platform: platform.into(), properties: Vec::new(), options: Vec::new() }
    }

    /// The first value under `name`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|p| p.name == name).map(|p| p.value.as_str())
    }

    /// Sets the value under `name`, in place when there is one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.properties.iter_mut().find(|p| p.name == name) {
            Some(property) => property.value = value,
            None => self.properties.push(Property::new(name, value)),
        }
    }
}

/// A named group of settings (`lticm:options`).
///
/// ```
/// use lti_cartridge::{Property, PropertyGroup};
///
/// // As Canvas writes it, and as it is read; it is not written.
/// let group = PropertyGroup::new("course_navigation", vec![Property::new("enabled", "true")]);
/// assert_eq!(group.properties[0].value, "true");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PropertyGroup {
    /// For Canvas, the name of a placement.
    pub name: String,
    /// The settings, in order; groups inside groups are read into the outer one.
    pub properties: Vec<Property>,
}

impl PropertyGroup {
    /// A group of settings.
    #[must_use]
    pub fn new(name: impl Into<String>, properties: Vec<Property>) -> Self {
        Self { name: name.into(), properties }
    }
}

/// An icon (`lticp:Icon.Type`).
///
/// ```
/// use lti_cartridge::{Icon, LtiLink};
///
/// let mut link = LtiLink::new("Quiz 1", "https://tool.example/quiz/1");
/// link.icon = Some(Icon::new("https://tool.example/icons/quiz.png"));
/// assert_eq!(link.url(), Some("https://tool.example/quiz/1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Icon {
    /// The address of the image.
    pub url: String,
    /// A key for localization, an `xs:Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The platform it is meant for, an `xs:Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The style it is meant for, an `xs:Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
}

impl Icon {
    /// An icon for every platform.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}

/// Who offers the tool (`lticp:Vendor.Type`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Vendor {
    /// An `xs:Name`, usually the vendor's domain.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// A description in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The vendor's site, 1 to 4096 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// An address for questions (`contact/email`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Vendor {
    /// A vendor with code and name.
    #[must_use]
    pub fn new(code: impl Into<String>, name: impl Into<String>) -> Self {
        Self { code: code.into(), name: name.into(), ..Self::default() }
    }

    /// A vendor made of the host of a launch URL.
    pub(crate) fn of_host(url: &str) -> Self {
        match host(url) {
            Some(host) if crate::identifier::is_name(&host) => Self::new(host.clone(), host),
            Some(host) => Self::new("unknown", host),
            None => Self::new("unknown", "unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(host("https://u:p@Tool.Example.com:8443/x?y").as_deref(), Some("tool.example.com"));
        assert_eq!(host("https://[::1]:8/x").as_deref(), Some("::1"));
        assert_eq!(host("mailto:x"), None);
        assert_eq!(
            Vendor::of_host("https://127.0.0.1/").code,
            "unknown",
            "a code may not begin with a digit"
        );
    }

    #[test]
    fn points_are_a_decimal_number() {
        let mut link = LtiLink::new("t", "https://x.test/");
        link.set_canvas_points(10.0);
        link.set_canvas_points(15.5);
        assert_eq!(link.extensions[0].value("outcome"), Some("15.5"));
        assert_eq!(link.extensions.len(), 1);
    }
}
