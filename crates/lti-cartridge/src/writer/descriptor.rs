//! Descriptors: the documents of LTI links, web links and topics (`imslticc`, `imswl`, `imsdt`), in the order of their
//! schemas.

use std::borrow::Cow;

use super::Settings;
use super::error::{NameField, UrlField, WriteError};
use crate::identifier::is_name;
use crate::lti_link::{CANVAS_PLATFORM, Icon, LtiLink, MAX_URL_CHARS, Property, Vendor, host, is_https};
use crate::markup::Markup;
use crate::text::{is_xml_char, single_line};
use crate::{Identifier, TextType, Topic, Version, WebLink, standards};

/// Writes one `cartridge_basiclti_link` document.
pub(crate) fn lti_link(
    markup: &mut Markup,
    settings: &Settings,
    resource: Option<&Identifier>,
    link: &LtiLink,
) -> Result<(), WriteError> {
    let version = settings.version;
    let checks = Checks { resource };
    let (launch, secure) = launch_urls(&checks, link)?;
    let generated;
    let vendor = match link.vendor.as_ref().or(settings.vendor.as_ref()) {
        Some(vendor) => vendor,
        None => {
            generated = Vendor::of_host(launch.or(secure).unwrap_or_default());
            &generated
        }
    };
    lti_root(markup, version);
    markup.element("blti:title", &checks.title(&link.title)?);
    markup.element_if("blti:description", link.description.as_deref());
    if !link.custom.is_empty() {
        markup.raw("<blti:custom>\n");
        properties(markup, &checks, &link.custom, NameField::Custom)?;
        markup.raw("</blti:custom>\n");
    }
    extensions(markup, &checks, settings, link)?;
    markup.element_if("blti:launch_url", launch);
    markup.element_if("blti:secure_launch_url", secure);
    icon(markup, &checks, "blti:icon", link.icon.as_ref(), UrlField::Icon)?;
    icon(markup, &checks, "blti:secure_icon", link.secure_icon.as_ref(), UrlField::SecureIcon)?;
    self::vendor(markup, &checks, vendor)?;
    for (name, reference, field) in [
        ("cartridge_bundle", &link.bundle, NameField::Bundle),
        ("cartridge_icon", &link.icon_resource, NameField::IconResource),
    ] {
        if let Some(reference) = reference {
            checks.name(reference, field)?;
            markup.raw("<").raw(name).attribute("identifierref", reference).raw("/>\n");
        }
    }
    if !link.standards.is_empty() {
        if !version.holds_standards() {
            let resource = resource.cloned();
            return Err(WriteError::StandardsNotInVersion { resource, version });
        }
        if !link.standards.iter().all(standards::is_complete) {
            return Err(WriteError::IncompleteStandards(resource.cloned()));
        }
        markup.raw("<metadata>\n");
        for set in &link.standards {
            super::manifest::standards(markup, set);
        }
        markup.raw("</metadata>\n");
    }
    markup.raw("</cartridge_basiclti_link>\n");
    Ok(())
}

/// Both URLs, the plain one doubled as the secure one and the other way round where it is https: importers differ in
/// which they read.
fn launch_urls<'l>(
    checks: &Checks<'_>,
    link: &'l LtiLink,
) -> Result<(Option<&'l str>, Option<&'l str>), WriteError> {
    let plain = link.launch_url.as_deref();
    let secure = link.secure_launch_url.as_deref();
    if let Some(url) = plain {
        checks.url(url, UrlField::Launch)?;
    }
    if let Some(url) = secure {
        checks.url(url, UrlField::SecureLaunch)?;
    }
    match (plain, secure) {
        (None, None) => Err(WriteError::NoLaunchUrl(checks.resource.cloned())),
        (Some(plain), None) => Ok((Some(plain), Some(plain).filter(|url| is_https(url)))),
        (None, Some(secure)) => Ok((Some(secure), Some(secure))),
        both => Ok(both),
    }
}

fn lti_root(markup: &mut Markup, version: Version) {
    const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
    const BLTI: &str = "http://www.imsglobal.org/xsd/imsbasiclti_v1p0";
    const LTICM: &str = "http://www.imsglobal.org/xsd/imslticm_v1p0";
    const LTICP: &str = "http://www.imsglobal.org/xsd/imslticp_v1p0";
    markup.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<cartridge_basiclti_link");
    let modern = version.minor() == 3;
    let (root, schema) = if modern {
        (
            "http://www.imsglobal.org/xsd/imslticc_v1p3",
            "http://www.imsglobal.org/xsd/lti/ltiv1p3/imslticc_v1p3.xsd",
        )
    } else {
        (
            "http://www.imsglobal.org/xsd/imslticc_v1p0",
            "http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticc_v1p0p1.xsd",
        )
    };
    for (prefix, namespace) in
        [("xmlns", root), ("xmlns:blti", BLTI), ("xmlns:lticm", LTICM), ("xmlns:lticp", LTICP)]
    {
        markup.raw(" ").raw(prefix).raw("=\"").raw(namespace).raw("\"");
    }
    if modern {
        markup.raw(" xmlns:csmd=\"http://www.imsglobal.org/xsd/imsccv1p3/imscsmd_v1p0\"");
    }
    markup.raw(" xmlns:xsi=\"").raw(INSTANCE).raw("\" xsi:schemaLocation=\"");
    markup.raw(root).raw(" ").raw(schema);
    for (namespace, file) in
        [(BLTI, "imsbasiclti_v1p0p1"), (LTICM, "imslticm_v1p0"), (LTICP, "imslticp_v1p0")]
    {
        markup.raw(" ").raw(namespace);
        markup.raw(" http://www.imsglobal.org/xsd/lti/ltiv1p0/").raw(file).raw(".xsd");
    }
    markup.raw("\">\n");
}

fn extensions(
    markup: &mut Markup,
    checks: &Checks<'_>,
    settings: &Settings,
    link: &LtiLink,
) -> Result<(), WriteError> {
    for extension in &link.extensions {
        checks.name(&extension.platform, NameField::Platform)?;
        if !extension.options.is_empty() {
            return Err(WriteError::NestedOptions(checks.resource.cloned()));
        }
        markup.raw("<blti:extensions").attribute("platform", &extension.platform).raw(">\n");
        properties(markup, checks, &extension.properties, NameField::Extension)?;
        markup.raw("</blti:extensions>\n");
    }
    if settings.canvas_domain && link.extension(CANVAS_PLATFORM).is_none() {
        // Canvas matches an installed tool by URL or by this domain (instructure/canvas-lms#1087).
        if let Some(host) = link.url().and_then(host) {
            markup.raw("<blti:extensions").attribute("platform", CANVAS_PLATFORM).raw(">\n");
            properties(markup, checks, &[Property::new("domain", host)], NameField::Extension)?;
            markup.raw("</blti:extensions>\n");
        }
    }
    Ok(())
}

fn properties(
    markup: &mut Markup,
    checks: &Checks<'_>,
    properties: &[Property],
    field: NameField,
) -> Result<(), WriteError> {
    for property in properties {
        checks.name(&property.name, field)?;
        markup.raw("<lticm:property").attribute("name", &property.name).raw(">");
        markup.text(&property.value).raw("</lticm:property>\n");
    }
    Ok(())
}

fn icon(
    markup: &mut Markup,
    checks: &Checks<'_>,
    element: &str,
    icon: Option<&Icon>,
    field: UrlField,
) -> Result<(), WriteError> {
    let Some(icon) = icon else { return Ok(()) };
    checks.url(&icon.url, field)?;
    markup.raw("<").raw(element);
    for (name, value) in [("key", &icon.key), ("platform", &icon.platform), ("style", &icon.style)] {
        if let Some(value) = value {
            checks.name(value, NameField::IconAttribute)?;
            markup.attribute(name, value);
        }
    }
    markup.raw(">").text(&icon.url).raw("</").raw(element).raw(">\n");
    Ok(())
}

fn vendor(markup: &mut Markup, checks: &Checks<'_>, vendor: &Vendor) -> Result<(), WriteError> {
    checks.name(&vendor.code, NameField::VendorCode)?;
    markup.raw("<blti:vendor>\n");
    markup.element("lticp:code", &vendor.code);
    markup.element("lticp:name", &vendor.name);
    markup.element_if("lticp:description", vendor.description.as_deref());
    if let Some(url) = &vendor.url {
        checks.url(url, UrlField::Vendor)?;
        markup.element("lticp:url", url);
    }
    if let Some(email) = &vendor.email {
        checks.length(email, UrlField::Vendor)?;
        markup.raw("<lticp:contact>").element("lticp:email", email).raw("</lticp:contact>\n");
    }
    markup.raw("</blti:vendor>\n");
    Ok(())
}

/// Writes one `webLink` document.
pub(crate) fn web_link(
    markup: &mut Markup,
    version: Version,
    resource: &Identifier,
    link: &WebLink,
) -> Result<(), WriteError> {
    let checks = Checks { resource: Some(resource) };
    checks.url(&link.url, UrlField::WebLink)?;
    content_root(markup, "webLink", "imswl", version);
    markup.element("title", &checks.title(&link.title)?);
    markup.raw("<url").attribute("href", &link.url);
    markup.attribute_if("target", link.target.as_deref());
    markup.attribute_if("windowFeatures", link.window_features.as_deref());
    markup.raw("/>\n</webLink>\n");
    Ok(())
}

/// Writes one `topic` document.
pub(crate) fn topic(
    markup: &mut Markup,
    version: Version,
    resource: &Identifier,
    topic: &Topic,
) -> Result<(), WriteError> {
    let checks = Checks { resource: Some(resource) };
    content_root(markup, "topic", "imsdt", version);
    markup.element("title", &checks.title(&topic.title)?);
    markup.raw("<text texttype=\"").raw(match topic.text_type {
        TextType::Plain => "text/plain",
        TextType::Html => "text/html",
    });
    markup.raw("\">").text(&topic.text).raw("</text>\n");
    if !topic.attachments.is_empty() {
        markup.raw("<attachments>\n");
        for attachment in &topic.attachments {
            markup.raw("<attachment").attribute("href", attachment).raw("/>\n");
        }
        markup.raw("</attachments>\n");
    }
    markup.raw("</topic>\n");
    Ok(())
}

fn content_root(markup: &mut Markup, root: &str, schema: &str, version: Version) {
    let n = version.minor();
    let namespace = format!("http://www.imsglobal.org/xsd/imsccv1p{n}/{schema}_v1p{n}");
    markup.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<").raw(root);
    markup.attribute("xmlns", &namespace);
    markup.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
    markup.attribute(
        "xsi:schemaLocation",
        &format!("{namespace} http://www.imsglobal.org/profile/cc/ccv1p{n}/ccv1p{n}_{schema}_v1p{n}.xsd"),
    );
    markup.raw(">\n");
}

fn is_http(url: &str) -> bool {
    url.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"))
}

/// Whether a text is one where the schemas limit it: 1 to 4096 characters.
pub(crate) fn has_length(text: &str) -> bool {
    !text.is_empty() && (text.len() <= MAX_URL_CHARS || text.chars().count() <= MAX_URL_CHARS)
}

/// Whether a URL can stand in this field: 1 to 4096 characters, no blanks, absolute; https where the field says so.
pub(crate) fn url_is_writable(url: &str, field: UrlField) -> bool {
    let secure = matches!(field, UrlField::SecureLaunch | UrlField::SecureIcon);
    let absolute = if field == UrlField::WebLink {
        url.contains(':')
    } else {
        host(url).is_some() && (is_https(url) || (!secure && is_http(url)))
    };
    has_length(url)
        && absolute
        && url.chars().all(|c| is_xml_char(c) && !c.is_whitespace() && !c.is_control())
}

/// The checks that all descriptors share; errors name the resource.
struct Checks<'r> {
    resource: Option<&'r Identifier>,
}

impl Checks<'_> {
    fn title<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, WriteError> {
        title(text).ok_or_else(|| WriteError::EmptyTitle(self.resource.cloned()))
    }

    fn name(&self, name: &str, field: NameField) -> Result<(), WriteError> {
        if is_name(name) {
            return Ok(());
        }
        Err(WriteError::InvalidName { resource: self.resource.cloned(), field })
    }

    fn length(&self, text: &str, field: UrlField) -> Result<(), WriteError> {
        self.accept(has_length(text), field)
    }

    fn url(&self, url: &str, field: UrlField) -> Result<(), WriteError> {
        self.accept(url_is_writable(url, field), field)
    }

    fn accept(&self, good: bool, field: UrlField) -> Result<(), WriteError> {
        if good {
            return Ok(());
        }
        Err(WriteError::InvalidUrl { resource: self.resource.cloned(), field })
    }
}

/// A title as it is written; `None` when nothing is left of it.
pub(crate) fn title(text: &str) -> Option<Cow<'_, str>> {
    let line = single_line(text);
    let (legal, _) = crate::text::legal(&line);
    (!legal.trim().is_empty()).then_some(line)
}
