//! `imsmanifest.xml` as it is read: every version, any order, nothing refused that can be understood.

use std::collections::BTreeSet;

use super::descriptor::{self, Here};
use super::xml::{Element, Xml, XmlError};
use super::{Limits, lom};
use crate::diagnostic::{Notes, Place, Rule};
use crate::path::MANIFEST;
use crate::resource::EndUserRole;
use crate::text::single_line;
use crate::{Content, DeclaredVersion, Metadata, Profile, StandardsSet};

type Result<T> = std::result::Result<T, XmlError>;

/// The manifest, as it stands there.
#[derive(Debug, Default)]
pub(crate) struct RawManifest {
    pub(crate) identifier: String,
    pub(crate) base: String,
    pub(crate) resources_base: String,
    pub(crate) declared: DeclaredVersion,
    pub(crate) metadata: Metadata,
    pub(crate) items: Vec<RawItem>,
    pub(crate) resources: Vec<RawResource>,
}

#[derive(Debug, Default)]
pub(crate) struct RawItem {
    pub(crate) identifier: String,
    pub(crate) reference: Option<String>,
    pub(crate) title: String,
    pub(crate) items: Vec<RawItem>,
}

#[derive(Debug, Default)]
pub(crate) struct RawResource {
    pub(crate) identifier: String,
    pub(crate) type_name: String,
    pub(crate) href: Option<String>,
    pub(crate) base: String,
    pub(crate) intended_use: Option<String>,
    pub(crate) roles: BTreeSet<EndUserRole>,
    pub(crate) standards: Vec<StandardsSet>,
    pub(crate) files: Vec<String>,
    pub(crate) dependencies: Vec<String>,
    pub(crate) inline: Option<Content>,
}

/// Reads a manifest; `None` when the root is another element.
pub(crate) fn parse(text: &str, limits: &Limits, notes: &mut Notes) -> Result<Option<RawManifest>> {
    let mut xml = Xml::new(text, limits.xml_depth);
    let Some(root) = xml.root()? else { return Ok(None) };
    if root.name() != "manifest" {
        return Ok(None);
    }
    let mut here = Here::new(notes, Place::file(MANIFEST), limits.properties);
    descriptor::check_namespaces(&mut here, &root, &["imscc", "imscp"]);
    let mut manifest = RawManifest {
        identifier: root.attribute("identifier").unwrap_or_default(),
        base: root.attribute("base").unwrap_or_default(),
        ..RawManifest::default()
    };
    manifest.declared.namespace_minor = root.namespaces().0.and_then(|uri| minor_of_namespace(&uri));
    let mut budget = limits.items;
    while let Some(part) = xml.child()? {
        match part.name() {
            "metadata" => metadata(&mut xml, &mut manifest)?,
            "organizations" => organizations(&mut xml, &mut manifest, notes, &mut budget)?,
            "resources" => {
                manifest.resources_base = part.attribute("base").unwrap_or_default();
                resources(&mut xml, &mut manifest, notes, limits)?;
            }
            "authorizations" => {
                notes.add(Rule::Authorizations, || Place::file(MANIFEST));
                xml.skip()?;
            }
            _ => xml.skip()?,
        }
    }
    xml.finish()?;
    check_version(&manifest.declared, notes);
    if manifest.metadata.title.is_empty() {
        notes.add(Rule::NoCartridgeTitle, || Place::file(MANIFEST));
    }
    Ok(Some(manifest))
}

/// 1.0 has no number in its namespace.
fn minor_of_namespace(uri: &str) -> Option<u8> {
    let uri = uri.trim();
    if let Some((_, rest)) = uri.split_once("imsccv1p") {
        return digit(rest);
    }
    uri.contains("/imscc/").then_some(0)
}

fn digit(text: &str) -> Option<u8> {
    text.chars().next().and_then(|c| c.to_digit(10)).and_then(|d| u8::try_from(d).ok())
}

fn check_version(declared: &DeclaredVersion, notes: &mut Notes) {
    let agree = declared.namespace_minor.is_none()
        || declared.schema_minor.is_none()
        || declared.namespace_minor == declared.schema_minor;
    if !agree || declared.minor().is_none() || declared.profile == Profile::Unknown {
        notes.add(Rule::VersionUnclear, || Place::file(MANIFEST).name("schemaversion"));
    }
}

fn metadata(xml: &mut Xml<'_>, manifest: &mut RawManifest) -> Result<()> {
    while let Some(part) = xml.child()? {
        match part.name() {
            "schema" => {
                manifest.declared.profile = match single_line(&xml.text()?).as_ref() {
                    "IMS Common Cartridge" => Profile::CommonCartridge,
                    "IMS Thin Common Cartridge" => Profile::Thin,
                    "IMS K-12 Common Cartridge" => Profile::K12,
                    "IMS K-12 Thin Common Cartridge" => Profile::K12Thin,
                    _ => Profile::Unknown,
                };
            }
            "schemaversion" => {
                let text = xml.text()?;
                manifest.declared.schema_minor = text.trim().strip_prefix("1.").and_then(digit);
            }
            "lom" => lom::manifest_lom(xml, &mut manifest.metadata)?,
            "curriculumStandardsMetadataSet" => {
                let set = lom::standards(xml, &part)?;
                if !set.providers.is_empty() {
                    manifest.metadata.standards.get_or_insert(set);
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn organizations(
    xml: &mut Xml<'_>,
    manifest: &mut RawManifest,
    notes: &mut Notes,
    budget: &mut usize,
) -> Result<()> {
    let mut seen = 0;
    while let Some(organization) = xml.child()? {
        if organization.name() != "organization" {
            xml.skip()?;
            continue;
        }
        seen += 1;
        let mut roots = Vec::new();
        while let Some(part) = xml.child()? {
            if part.name() == "item" {
                roots.extend(item(xml, &part, notes, budget)?);
            } else {
                xml.skip()?;
            }
        }
        if seen > 1 || roots.len() > 1 {
            notes.add(Rule::ManyRoots, || Place::file(MANIFEST).name("organization"));
        }
        let alone = roots.len() == 1;
        for root in roots {
            // One root holds the outline; several, or one that is a link, are members of it themselves.
            if alone && root.reference.is_none() {
                if !root.title.is_empty() {
                    notes.add(Rule::RootItem, || Place::identifier(&root.identifier).name(&root.title));
                }
                manifest.items.extend(root.items);
            } else {
                if alone {
                    notes.add(Rule::RootItem, || Place::identifier(&root.identifier));
                }
                manifest.items.push(root);
            }
        }
    }
    Ok(())
}

/// Recursive; the walk over the document bounds its depth.
fn item(
    xml: &mut Xml<'_>,
    start: &Element<'_>,
    notes: &mut Notes,
    budget: &mut usize,
) -> Result<Option<RawItem>> {
    let Some(left) = budget.checked_sub(1) else {
        notes.add(Rule::TooManyItems, || Place::file(MANIFEST).name("item"));
        xml.skip()?;
        return Ok(None);
    };
    *budget = left;
    let mut result = RawItem {
        identifier: start.attribute("identifier").unwrap_or_default(),
        reference: start.attribute("identifierref").filter(|text| !text.trim().is_empty()),
        ..RawItem::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "title" => result.title = single_line(&xml.text()?).into_owned(),
            "item" => result.items.extend(item(xml, &part, notes, budget)?),
            _ => xml.skip()?,
        }
    }
    Ok(Some(result))
}

fn resources(
    xml: &mut Xml<'_>,
    manifest: &mut RawManifest,
    notes: &mut Notes,
    limits: &Limits,
) -> Result<()> {
    // Files and dependencies that may still come, in all resources together.
    let mut parts = limits.items.saturating_mul(2);
    while let Some(element) = xml.child()? {
        if element.name() != "resource" {
            xml.skip()?;
        } else if manifest.resources.len() >= limits.items {
            notes.add(Rule::TooManyItems, || Place::file(MANIFEST).name("resource"));
            xml.skip()?;
        } else {
            manifest.resources.push(resource(xml, &element, notes, limits, &mut parts)?);
        }
    }
    Ok(())
}

fn resource(
    xml: &mut Xml<'_>,
    start: &Element<'_>,
    notes: &mut Notes,
    limits: &Limits,
    parts: &mut usize,
) -> Result<RawResource> {
    let mut result = RawResource {
        identifier: start.attribute("identifier").unwrap_or_default(),
        type_name: start.attribute("type").unwrap_or_default(),
        href: start.attribute("href").filter(|text| !text.trim().is_empty()),
        base: start.attribute("base").unwrap_or_default(),
        intended_use: start.attribute("intendeduse"),
        ..RawResource::default()
    };
    let mut in_order = true;
    let mut extended = false;
    while let Some(part) = xml.child()? {
        in_order &= !extended;
        if matches!(part.name(), "file" | "dependency") {
            let Some(left) = parts.checked_sub(1) else {
                notes.add(Rule::TooManyItems, || Place::file(MANIFEST).name(part.name()));
                xml.skip()?;
                continue;
            };
            *parts = left;
        }
        match part.name() {
            "metadata" => {
                in_order &= result.files.is_empty() && result.dependencies.is_empty();
                resource_metadata(xml, &mut result, notes)?;
            }
            "file" => {
                in_order &= result.dependencies.is_empty();
                result.files.push(part.attribute("href").unwrap_or_default());
                xml.skip()?;
            }
            "dependency" => {
                result.dependencies.push(part.attribute("identifierref").unwrap_or_default());
                xml.skip()?;
            }
            name => {
                // What extends a resource, or is its document, comes last.
                extended = true;
                let name = name.to_owned();
                inline(xml, &name, &mut result, notes, limits)?;
            }
        }
    }
    if !in_order {
        notes.add(Rule::ElementOrder, || {
            Place::identifier(&result.identifier).in_file(MANIFEST).name("resource")
        });
    }
    Ok(result)
}

fn resource_metadata(xml: &mut Xml<'_>, resource: &mut RawResource, notes: &mut Notes) -> Result<()> {
    while let Some(part) = xml.child()? {
        match part.name() {
            "lom" => lom::resource_roles(xml, notes, &resource.identifier, &mut resource.roles)?,
            "curriculumStandardsMetadataSet" => {
                let set = lom::standards(xml, &part)?;
                if !set.providers.is_empty() {
                    resource.standards.push(set);
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

/// A document inside the `resource` element.
fn inline(
    xml: &mut Xml<'_>,
    name: &str,
    resource: &mut RawResource,
    notes: &mut Notes,
    limits: &Limits,
) -> Result<()> {
    let mut here =
        Here::new(notes, Place::identifier(&resource.identifier).in_file(MANIFEST), limits.properties);
    let content: Content = match name {
        "cartridge_basiclti_link" | "basic_lti_link" => descriptor::lti_link(xml, &mut here)?.into(),
        "webLink" => descriptor::web_link(xml, &mut here)?.into(),
        "topic" => descriptor::topic(xml, &mut here)?.into(),
        _ => return xml.skip(),
    };
    here.note(Rule::InlineDocument, name);
    resource.inline.get_or_insert(content);
    Ok(())
}
