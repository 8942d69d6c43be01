//! `imsmanifest.xml` as it is written (`imscp_v1p1`): the order of the schema, the default namespace first (Moodle
//! looks for it in the first 1,024 bytes).

use crate::markup::Markup;
use crate::resource::EndUserRole;
use crate::{Identifier, Metadata, StandardsSet, Version};

/// The opening of the manifest up to the root item of the outline.
pub(crate) fn open(markup: &mut Markup, version: Version, identifier: &Identifier, metadata: &Metadata) {
    let n = version.minor();
    let cp = format!("http://www.imsglobal.org/xsd/imsccv1p{n}/imscp_v1p1");
    let lomm = format!("http://ltsc.ieee.org/xsd/imsccv1p{n}/LOM/manifest");
    let lomr = format!("http://ltsc.ieee.org/xsd/imsccv1p{n}/LOM/resource");
    let base = format!("http://www.imsglobal.org/profile/cc/ccv1p{n}");
    markup.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest");
    markup.attribute("identifier", &identifier.to_string());
    markup.attribute("xmlns", &cp);
    markup.attribute("xmlns:lomm", &lomm);
    markup.attribute("xmlns:lomr", &lomr);
    let mut locations = format!(
        "{cp} {base}/ccv1p{n}_imscp_v1p2_v1p0.xsd {lomr} {base}/LOM/ccv1p{n}_lomresource_v1p0.xsd \
         {lomm} {base}/LOM/ccv1p{n}_lommanifest_v1p0.xsd"
    );
    if version.holds_standards() {
        let csmd = format!("http://www.imsglobal.org/xsd/imsccv1p{n}/imscsmd_v1p0");
        markup.attribute("xmlns:csmd", &csmd);
        locations.push_str(&format!(" {csmd} {base}/ccv1p{n}_imscsmd_v1p0.xsd"));
    }
    markup.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
    markup.attribute("xsi:schemaLocation", &locations);
    markup.raw(">\n<metadata>\n");
    markup.element("schema", version.schema());
    markup.element("schemaversion", &format!("1.{n}.0"));
    lom(markup, metadata);
    if let Some(set) = &metadata.standards {
        standards(markup, set);
    }
    markup.raw("</metadata>\n");
}

fn lom(markup: &mut Markup, metadata: &Metadata) {
    let language = metadata.language.as_deref();
    markup.raw("<lomm:lom>\n<lomm:general>\n");
    lang_string(markup, "lomm:title", &metadata.title, language);
    markup.element_if("lomm:language", language);
    if let Some(description) = &metadata.description {
        lang_string(markup, "lomm:description", description, language);
    }
    for keyword in &metadata.keywords {
        lang_string(markup, "lomm:keyword", keyword, language);
    }
    markup.raw("</lomm:general>\n");
    if let Some(rights) = &metadata.rights {
        markup.raw("<lomm:rights>\n");
        if let Some(restricted) = rights.restricted {
            markup.raw("<lomm:copyrightAndOtherRestrictions>");
            markup.element("lomm:value", if restricted { "yes" } else { "no" });
            markup.raw("</lomm:copyrightAndOtherRestrictions>\n");
        }
        if let Some(description) = &rights.description {
            lang_string(markup, "lomm:description", description, language);
        }
        markup.raw("</lomm:rights>\n");
    }
    markup.raw("</lomm:lom>\n");
}

fn lang_string(markup: &mut Markup, name: &str, text: &str, language: Option<&str>) {
    markup.raw("<").raw(name).raw("><lomm:string");
    markup.attribute_if("language", language).raw(">");
    markup.text(text).raw("</lomm:string></").raw(name).raw(">\n");
}

/// `curriculumStandardsMetadataSet`, under the prefix `csmd`.
pub(crate) fn standards(markup: &mut Markup, set: &StandardsSet) {
    markup.raw("<csmd:curriculumStandardsMetadataSet");
    markup.attribute_if("resourceLabel", set.resource_label.as_deref());
    markup.attribute_if("resourcePartId", set.resource_part.as_deref()).raw(">\n");
    for provider in &set.providers {
        markup.raw("<csmd:curriculumStandardsMetadata");
        markup.attribute_if("providerId", provider.provider.as_deref()).raw(">\n");
        for group in &provider.groups {
            markup.raw("<csmd:setOfGUIDs");
            markup.attribute_if("region", group.region.as_deref());
            markup.attribute_if("version", group.edition.as_deref()).raw(">\n");
            for standard in &group.standards {
                markup.raw("<csmd:labelledGUID>");
                markup.element_if("csmd:label", standard.label.as_deref());
                markup.element("csmd:GUID", &standard.guid);
                markup.raw("</csmd:labelledGUID>\n");
            }
            markup.raw("</csmd:setOfGUIDs>\n");
        }
        markup.raw("</csmd:curriculumStandardsMetadata>\n");
    }
    markup.raw("</csmd:curriculumStandardsMetadataSet>\n");
}

/// The `metadata` of a resource: roles in LOM, then curriculum standards.
pub(crate) fn resource_metadata(markup: &mut Markup, roles: &[EndUserRole], sets: &[StandardsSet]) {
    if roles.is_empty() && sets.is_empty() {
        return;
    }
    markup.raw("<metadata>");
    if !roles.is_empty() {
        markup.raw("<lomr:lom><lomr:educational>\n");
        for role in roles {
            markup.raw("<lomr:intendedEndUserRole><lomr:source>IMSGLC_CC_Rolesv1p1</lomr:source>");
            markup.element("lomr:value", role.as_str());
            markup.raw("</lomr:intendedEndUserRole>\n");
        }
        markup.raw("</lomr:educational></lomr:lom>\n");
    }
    for set in sets {
        standards(markup, set);
    }
    markup.raw("</metadata>\n");
}
