//! Descriptors as they are read: any order, any version, any prefix.

use super::lom::{self, non_empty};
use super::xml::{Element, Xml, XmlError};
use crate::diagnostic::{Notes, Place, Rule};
use crate::identifier::is_name;
use crate::lti_link::{
    Icon, LtiLink, MAX_URL_CHARS, PlatformExtension, Property, PropertyGroup, Vendor, host, is_https,
};
use crate::resource::{TextType, Topic, WebLink};
use crate::text::single_line;

type Result<T> = std::result::Result<T, XmlError>;

/// Collects diagnostics about one document.
pub(crate) struct Here<'n> {
    pub(crate) notes: &'n mut Notes,
    pub(crate) place: Place,
    /// How long a list may get: [`Limits::properties`](crate::Limits::properties).
    longest: usize,
    said_too_long: bool,
}

impl<'n> Here<'n> {
    pub(crate) fn new(notes: &'n mut Notes, place: Place, longest: usize) -> Self {
        Self { notes, place, longest, said_too_long: false }
    }

    pub(crate) fn note(&mut self, rule: Rule, name: &str) {
        let place = &self.place;
        self.notes.add(rule, || place.clone().name(name));
    }

    /// Adds to a list as long as it is not too long; what is too much is lost, which a diagnostic says once.
    fn push<T>(&mut self, list: &mut Vec<T>, name: &str, value: T) {
        if list.len() < self.longest {
            list.push(value);
        } else if !self.said_too_long {
            self.said_too_long = true;
            self.note(Rule::TooManyItems, name);
        }
    }
}

fn line(text: &str) -> String {
    single_line(text).into_owned()
}

/// Checks the namespace of a root against what belongs there, and all declared ones for blanks.
pub(crate) fn check_namespaces(here: &mut Here<'_>, root: &Element<'_>, known: &[&str]) {
    let (own, all) = root.namespaces();
    let fits = own.as_deref().is_some_and(|uri| known.iter().any(|part| uri.trim().contains(part)));
    if !fits {
        here.note(Rule::UnknownNamespace, own.as_deref().unwrap_or("none"));
    }
    for uri in all.iter().filter(|uri| uri.trim().contains(char::is_whitespace)) {
        here.note(Rule::MisspeltNamespace, uri);
    }
}

/// Reads an LTI link whose root element was just met.
pub(crate) fn lti_link(xml: &mut Xml<'_>, here: &mut Here<'_>) -> Result<LtiLink> {
    const ORDER: [&str; 12] = [
        "title",
        "description",
        "custom",
        "extensions",
        "launch_url",
        "secure_launch_url",
        "icon",
        "secure_icon",
        "vendor",
        "cartridge_bundle",
        "cartridge_icon",
        "metadata",
    ];
    let mut link = LtiLink::default();
    let mut reached = 0;
    let mut in_order = true;
    let mut has_vendor = false;
    while let Some(element) = xml.child()? {
        let name = element.name();
        if let Some(at) = ORDER.iter().position(|known| *known == name) {
            if at < reached && in_order {
                in_order = false;
                here.note(Rule::ElementOrder, name);
            }
            reached = reached.max(at);
        }
        match name {
            "title" => link.title = line(&xml.text()?),
            "description" => link.description = non_empty(xml.text()?),
            "custom" => properties(xml, here, &mut link.custom, None)?,
            "extensions" => {
                let mut extension = PlatformExtension::new(element.attribute("platform").unwrap_or_default());
                check_name(here, &extension.platform);
                properties(xml, here, &mut extension.properties, Some(&mut extension.options))?;
                here.push(&mut link.extensions, name, extension);
            }
            "launch_url" => link.launch_url = url(xml, here, name)?,
            "secure_launch_url" => link.secure_launch_url = url(xml, here, name)?,
            "icon" => link.icon = icon(xml, &element)?,
            "secure_icon" => link.secure_icon = icon(xml, &element)?,
            "vendor" => {
                has_vendor = true;
                link.vendor = vendor(xml, here)?;
            }
            "cartridge_bundle" => {
                link.bundle = element.attribute("identifierref").and_then(non_empty);
                xml.skip()?;
            }
            "cartridge_icon" => {
                link.icon_resource = element.attribute("identifierref").and_then(non_empty);
                xml.skip()?;
            }
            "metadata" => metadata(xml, here, &mut link)?,
            name => {
                here.note(Rule::UnknownElement, name);
                xml.skip()?;
            }
        }
    }
    if !has_vendor {
        here.note(Rule::NoVendor, "vendor");
    }
    if link.title.is_empty() {
        here.note(Rule::NoTitle, "title");
    }
    check_urls(here, &link);
    Ok(link)
}

fn check_urls(here: &mut Here<'_>, link: &LtiLink) {
    if link.url().is_none() {
        here.note(Rule::NoLaunchUrl, "launch_url");
    }
    let secure_icon = link.secure_icon.as_ref().map(|icon| icon.url.as_str());
    let secure = [("secure_launch_url", link.secure_launch_url.as_deref()), ("secure_icon", secure_icon)];
    for (name, url) in secure {
        if url.is_some_and(|url| !is_https(url)) {
            here.note(Rule::SecureUrlNotHttps, name);
        }
    }
}

fn url(xml: &mut Xml<'_>, here: &mut Here<'_>, name: &str) -> Result<Option<String>> {
    let text = xml.text()?;
    let url = text.trim();
    if url.is_empty() {
        return Ok(None);
    }
    if url.chars().count() > MAX_URL_CHARS || url.contains(char::is_whitespace) || host(url).is_none() {
        here.note(Rule::InvalidUrl, name);
    }
    Ok(Some(url.to_owned()))
}

fn check_name(here: &mut Here<'_>, name: &str) {
    if !is_name(name) {
        here.note(Rule::InvalidName, name);
    }
}

/// Inside a list of properties; groups go into `groups`, or among the properties where there is no place for groups.
fn properties(
    xml: &mut Xml<'_>,
    here: &mut Here<'_>,
    list: &mut Vec<Property>,
    mut groups: Option<&mut Vec<PropertyGroup>>,
) -> Result<()> {
    while let Some(element) = xml.child()? {
        match element.name() {
            "property" => {
                let name = element.attribute("name").unwrap_or_default();
                check_name(here, &name);
                let value = xml.text()?;
                here.push(list, "property", Property::new(name, value));
            }
            "options" => {
                let name = element.attribute("name").unwrap_or_default();
                here.note(Rule::NestedOptions, &name);
                match groups.as_deref_mut() {
                    Some(groups) => {
                        let mut group = PropertyGroup::new(name, Vec::new());
                        properties(xml, here, &mut group.properties, None)?;
                        here.push(groups, "options", group);
                    }
                    None => properties(xml, here, list, None)?,
                }
            }
            name => {
                here.note(Rule::UnknownElement, name);
                xml.skip()?;
            }
        }
    }
    Ok(())
}

fn icon(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<Option<Icon>> {
    let attribute = |name| element.attribute(name).and_then(non_empty);
    let (key, platform, style) = (attribute("key"), attribute("platform"), attribute("style"));
    let url = xml.text()?.trim().to_owned();
    Ok((!url.is_empty()).then_some(Icon { url, key, platform, style }))
}

fn vendor(xml: &mut Xml<'_>, here: &mut Here<'_>) -> Result<Option<Vendor>> {
    let mut vendor = Vendor::default();
    while let Some(element) = xml.child()? {
        match element.name() {
            "code" => vendor.code = line(&xml.text()?),
            "name" => vendor.name = line(&xml.text()?),
            "description" => vendor.description = non_empty(xml.text()?),
            "url" => vendor.url = non_empty(xml.text()?.trim().to_owned()),
            "contact" => {
                while let Some(element) = xml.child()? {
                    if element.name() == "email" {
                        vendor.email = non_empty(line(&xml.text()?));
                    } else {
                        xml.skip()?;
                    }
                }
            }
            _ => xml.skip()?,
        }
    }
    if vendor == Vendor::default() {
        here.note(Rule::NoVendor, "vendor");
        return Ok(None);
    }
    check_name(here, &vendor.code);
    Ok(Some(vendor))
}

fn metadata(xml: &mut Xml<'_>, here: &mut Here<'_>, link: &mut LtiLink) -> Result<()> {
    while let Some(element) = xml.child()? {
        match element.name() {
            "curriculumStandardsMetadataSet" => {
                let set = lom::standards(xml, &element)?;
                if !set.providers.is_empty() {
                    link.standards.push(set);
                }
            }
            name => {
                here.note(Rule::UnknownElement, name);
                xml.skip()?;
            }
        }
    }
    Ok(())
}

/// Reads a web link whose root element was just met.
pub(crate) fn web_link(xml: &mut Xml<'_>, here: &mut Here<'_>) -> Result<WebLink> {
    let mut link = WebLink::default();
    while let Some(element) = xml.child()? {
        match element.name() {
            "title" => link.title = line(&xml.text()?),
            "url" => {
                link.url = element.attribute("href").unwrap_or_default().trim().to_owned();
                link.target = element.attribute("target").and_then(non_empty);
                link.window_features = element.attribute("windowFeatures").and_then(non_empty);
                xml.skip()?;
            }
            _ => xml.skip()?,
        }
    }
    if link.title.is_empty() {
        here.note(Rule::NoTitle, "title");
    }
    if link.url.is_empty() {
        here.note(Rule::InvalidUrl, "url");
    }
    Ok(link)
}

/// Reads a topic whose root element was just met.
pub(crate) fn topic(xml: &mut Xml<'_>, here: &mut Here<'_>) -> Result<Topic> {
    let mut topic = Topic::default();
    while let Some(element) = xml.child()? {
        match element.name() {
            "title" => topic.title = line(&xml.text()?),
            "text" => {
                let plain = element.attribute("texttype").is_some_and(|kind| kind.trim() == "text/plain");
                topic.text_type = if plain { TextType::Plain } else { TextType::Html };
                topic.text = xml.text()?;
            }
            "attachments" => {
                while let Some(element) = xml.child()? {
                    if element.name() == "attachment"
                        && let Some(href) = element.attribute("href")
                    {
                        here.push(&mut topic.attachments, "attachment", href);
                    }
                    xml.skip()?;
                }
            }
            _ => xml.skip()?,
        }
    }
    if topic.title.is_empty() {
        here.note(Rule::NoTitle, "title");
    }
    Ok(topic)
}
