//! Metadata: the LOM parts that are kept, and curriculum standards (CC 1.3 `imscsmd_v1p0`).

use super::xml::{Xml, XmlError};
use crate::diagnostic::{Notes, Place, Rule};
use crate::resource::EndUserRole;
use crate::text::single_line;
use crate::{Metadata, Rights, Standard, StandardsGroup, StandardsProvider, StandardsSet};

type Result<T> = std::result::Result<T, XmlError>;

fn line(text: &str) -> String {
    single_line(text).into_owned()
}

pub(crate) fn non_empty(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

/// Inside `lom` of the manifest.
pub(crate) fn manifest_lom(xml: &mut Xml<'_>, metadata: &mut Metadata) -> Result<()> {
    while let Some(part) = xml.child()? {
        match part.name() {
            "general" => general(xml, metadata)?,
            "rights" => {
                let rights = rights(xml)?;
                if metadata.rights.is_none() && rights != Rights::default() {
                    metadata.rights = Some(rights);
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn general(xml: &mut Xml<'_>, metadata: &mut Metadata) -> Result<()> {
    let mut of_title = None;
    while let Some(part) = xml.child()? {
        match part.name() {
            "title" => {
                let (text, language) = lang_string(xml)?;
                if metadata.title.is_empty() {
                    metadata.title = line(&text);
                    of_title = language;
                }
            }
            "description" => {
                let (text, _) = lang_string(xml)?;
                if metadata.description.is_none() {
                    metadata.description = non_empty(text);
                }
            }
            "keyword" => {
                let (text, _) = lang_string(xml)?;
                metadata.keywords.extend(non_empty(line(&text)));
            }
            "language" => {
                let text = line(&xml.text()?);
                if metadata.language.is_none() {
                    metadata.language = non_empty(text);
                }
            }
            _ => xml.skip()?,
        }
    }
    if metadata.language.is_none() {
        metadata.language = of_title.and_then(non_empty);
    }
    Ok(())
}

fn rights(xml: &mut Xml<'_>) -> Result<Rights> {
    let mut rights = Rights::default();
    while let Some(part) = xml.child()? {
        match part.name() {
            "copyrightAndOtherRestrictions" => {
                while let Some(value) = xml.child()? {
                    if value.name() != "value" {
                        xml.skip()?;
                        continue;
                    }
                    rights.restricted = match xml.text()?.trim().to_ascii_lowercase().as_str() {
                        "yes" => Some(true),
                        "no" => Some(false),
                        _ => None,
                    };
                }
            }
            "description" => rights.description = non_empty(lang_string(xml)?.0),
            _ => xml.skip()?,
        }
    }
    Ok(rights)
}

/// The first `string` of a language string, and its language. Text without a `string` is taken too.
fn lang_string(xml: &mut Xml<'_>) -> Result<(String, Option<String>)> {
    let mut first = None;
    while let Some(string) = xml.child()? {
        let language = string.attribute("language");
        let text = xml.text()?;
        if first.is_none() {
            first = Some((text, language));
        }
    }
    Ok(first.unwrap_or_default())
}

/// Inside `lom` of a resource: the roles that may see it.
pub(crate) fn resource_roles(
    xml: &mut Xml<'_>,
    notes: &mut Notes,
    identifier: &str,
    roles: &mut std::collections::BTreeSet<EndUserRole>,
) -> Result<()> {
    while let Some(part) = xml.child()? {
        match part.name() {
            "educational" | "intendedEndUserRole" => resource_roles(xml, notes, identifier, roles)?,
            "value" => {
                let text = xml.text()?;
                match EndUserRole::parse(text.trim()) {
                    Some(role) => drop(roles.insert(role)),
                    None => notes.add(Rule::UnknownRole, || Place::identifier(identifier).name(text.trim())),
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

/// Inside `curriculumStandardsMetadataSet`, whose start is `set`.
pub(crate) fn standards(xml: &mut Xml<'_>, set: &super::xml::Element<'_>) -> Result<StandardsSet> {
    let mut result = StandardsSet {
        resource_label: set.attribute("resourceLabel"),
        resource_part: set.attribute("resourcePartId"),
        providers: Vec::new(),
    };
    while let Some(element) = xml.child()? {
        if element.name() != "curriculumStandardsMetadata" {
            xml.skip()?;
            continue;
        }
        let mut provider =
            StandardsProvider { provider: element.attribute("providerId"), groups: Vec::new() };
        while let Some(element) = xml.child()? {
            if element.name() != "setOfGUIDs" {
                xml.skip()?;
                continue;
            }
            let mut group = StandardsGroup {
                region: element.attribute("region"),
                edition: element.attribute("version"),
                standards: Vec::new(),
            };
            while let Some(element) = xml.child()? {
                if element.name() == "labelledGUID" {
                    group.standards.extend(standard(xml)?);
                } else {
                    xml.skip()?;
                }
            }
            if !group.standards.is_empty() {
                provider.groups.push(group);
            }
        }
        if !provider.groups.is_empty() {
            result.providers.push(provider);
        }
    }
    Ok(result)
}

fn standard(xml: &mut Xml<'_>) -> Result<Option<Standard>> {
    let mut standard = Standard::default();
    while let Some(element) = xml.child()? {
        match element.name() {
            "label" => standard.label = non_empty(line(&xml.text()?)),
            "GUID" => standard.guid = line(&xml.text()?),
            _ => xml.skip()?,
        }
    }
    Ok((!standard.guid.is_empty()).then_some(standard))
}
