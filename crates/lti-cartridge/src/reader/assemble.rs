//! From the manifest as it stands there to the model: identifiers made valid and unique, references resolved, rules
//! checked.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{RawItem, RawManifest, RawResource};
use crate::diagnostic::{Notes, Place, Rule};
use crate::identifier::Scope;
use crate::path::MANIFEST;
use crate::rules::{self, Facts, SchematronRule};
use crate::{Folder, Identifier, IntendedUse, Item, Link, Profile, ResourceKind};

/// The identifiers of a manifest: what each text stands for.
#[derive(Debug, Default)]
pub(crate) struct Identifiers {
    used: BTreeSet<Identifier>,
    resources: BTreeMap<String, Identifier>,
}

impl Identifiers {
    /// A valid identifier for `text` that nothing else has; the same one at each reading of the same package.
    pub(crate) fn claim(&mut self, scope: Scope, text: &str, notes: &mut Notes) -> Identifier {
        let text = text.trim();
        let mut identifier = match text.parse::<Identifier>() {
            Ok(identifier) => identifier,
            Err(_) => {
                let rule = if text.is_empty() { Rule::NoIdentifier } else { Rule::IdentifierNotName };
                notes.add(rule, || Place::identifier(text).in_file(MANIFEST));
                Identifier::derived(scope, text)
            }
        };
        if self.used.contains(&identifier) {
            if !text.is_empty() {
                notes.add(Rule::DuplicateIdentifier, || Place::identifier(text).in_file(MANIFEST));
            }
            // Chained, not counted: a thousand equal identifiers must not take a million steps.
            let seed = format!("{text}\0{}", self.used.len());
            identifier = Identifier::derived(scope, &seed);
        }
        self.used.insert(identifier.clone());
        identifier
    }

    pub(crate) fn resource(&self, text: &str) -> Option<&Identifier> {
        self.resources.get(text.trim())
    }
}

/// Claims the identifiers of manifest and resources; resources come first, because importers update by theirs.
pub(crate) fn claim_resources(
    raw: &RawManifest,
    notes: &mut Notes,
) -> (Identifiers, Identifier, Vec<Identifier>) {
    let mut identifiers = Identifiers::default();
    let manifest = identifiers.claim(Scope::Manifest, &raw.identifier, notes);
    // Names that the writer will derive for the outline.
    let organization = Identifier::derived(Scope::Organization, &manifest.to_string());
    identifiers.used.insert(Identifier::derived(Scope::Item, &organization.to_string()));
    identifiers.used.insert(organization);
    let claimed = raw
        .resources
        .iter()
        .map(|resource| {
            let identifier = identifiers.claim(Scope::Resource, &resource.identifier, notes);
            identifiers
                .resources
                .entry(resource.identifier.trim().to_owned())
                .or_insert_with(|| identifier.clone());
            identifier
        })
        .collect();
    (identifiers, manifest, claimed)
}

/// Turns the outline into folders and links. Recursive; the reader bounded its depth.
pub(crate) fn items(raw: Vec<RawItem>, identifiers: &mut Identifiers, notes: &mut Notes) -> Vec<Item> {
    raw.into_iter().map(|item| self::item(item, identifiers, notes)).collect()
}

fn item(raw: RawItem, identifiers: &mut Identifiers, notes: &mut Notes) -> Item {
    let identifier = identifiers.claim(Scope::Item, &raw.identifier, notes);
    let title = if raw.title.is_empty() {
        notes.add(Rule::NoTitle, || Place::identifier(&raw.identifier).in_file(MANIFEST));
        identifier.to_string()
    } else {
        raw.title
    };
    let target = raw.reference.as_deref().and_then(|reference| {
        let target = identifiers.resource(reference).cloned();
        if target.is_none() {
            notes.add(Rule::UnknownReference, || {
                Place::identifier(&raw.identifier).in_file(MANIFEST).name(reference)
            });
        }
        target
    });
    match target {
        Some(resource) if raw.items.is_empty() => Item::Link(Link::new(identifier, title, resource)),
        Some(resource) => {
            notes.add(Rule::Schematron(SchematronRule::R8b), || {
                Place::identifier(&raw.identifier).in_file(MANIFEST)
            });
            // A link with members becomes a folder with the link as its first member.
            let link = identifiers.claim(Scope::Item, &format!("link-of-{identifier}"), notes);
            let mut members = vec![Item::Link(Link::new(link, title.clone(), resource))];
            members.extend(items(raw.items, identifiers, notes));
            Item::Folder(Folder::new(identifier, title, members))
        }
        None => Item::Folder(Folder::new(identifier, title, items(raw.items, identifiers, notes))),
    }
}

/// The Schematron rules, over the manifest as it stands there.
pub(crate) fn check_rules(raw: &RawManifest, notes: &mut Notes) {
    let mut facts: Vec<Facts<'_>> = Vec::with_capacity(raw.resources.len());
    for resource in &raw.resources {
        let mut fact = Facts::new(resource.identifier.trim(), ResourceKind::of(&resource.type_name));
        fact.files = resource.files.len();
        fact.has_href = resource.href.is_some();
        fact.href_is_file = resource.href.as_ref().is_some_and(|href| resource.files.contains(href));
        fact.inline = resource.inline.is_some();
        fact.duplicate_file = has_duplicates(&resource.files);
        fact.dependencies = resource.dependencies.iter().map(|id| id.trim()).collect();
        facts.push(fact);
    }
    let mut targets = Vec::new();
    collect_targets(&raw.items, &mut targets);
    let minor = raw.declared.minor().unwrap_or(1);
    for (identifier, rule) in rules::check(&facts, &targets, minor) {
        notes.add(Rule::Schematron(rule), || Place::identifier(identifier).in_file(MANIFEST));
    }
    let known: BTreeSet<&str> = facts.iter().map(|fact| fact.identifier).collect();
    for fact in &facts {
        for dependency in fact.dependencies.iter().filter(|id| !known.contains(*id)) {
            notes.add(Rule::UnknownDependency, || {
                Place::identifier(fact.identifier).in_file(MANIFEST).name(dependency)
            });
        }
    }
}

fn has_duplicates(texts: &[String]) -> bool {
    texts.len() > 1 && texts.iter().collect::<BTreeSet<_>>().len() != texts.len()
}

fn collect_targets<'r>(items: &'r [RawItem], targets: &mut Vec<&'r str>) {
    for item in items {
        targets.extend(item.reference.as_deref().map(str::trim));
        collect_targets(&item.items, targets);
    }
}

/// What the attributes of a resource say, against the version of the manifest.
pub(crate) fn check_attributes(
    raw: &RawManifest,
    resource: &RawResource,
    notes: &mut Notes,
) -> Option<IntendedUse> {
    let place = || Place::identifier(&resource.identifier).in_file(MANIFEST);
    let minor = raw.declared.minor();
    let type_name = resource.type_name.as_str();
    match type_minors(type_name) {
        Some(allowed) if minor.is_some_and(|minor| !allowed.contains(&minor)) => {
            notes.add(Rule::TypeOfOtherVersion, || place().name(type_name));
        }
        Some(_) => {}
        None => notes.add(Rule::UnknownType, || place().name(type_name)),
    }
    let thin = matches!(raw.declared.profile, Profile::Thin | Profile::K12Thin);
    let kind = ResourceKind::of(type_name);
    if thin && !matches!(kind, ResourceKind::LtiLink | ResourceKind::WebLink) {
        notes.add(Rule::TypeOfOtherVersion, || place().name(type_name));
    }
    let text = resource.intended_use.as_deref()?;
    let value = IntendedUse::parse(text.trim());
    if value.is_none() || (value == Some(IntendedUse::Assignment) && minor.is_some_and(|minor| minor < 3)) {
        notes.add(Rule::IntendedUse, || place().name(text));
    }
    value
}

/// The minor versions that a type belongs to; `None` when no version has it.
fn type_minors(type_name: &str) -> Option<&'static [u8]> {
    const ANY: &[u8] = &[0, 1, 2, 3, 4];
    const EACH: [&[u8]; 5] = [&[0], &[1], &[2], &[3], &[4]];
    match type_name {
        "webcontent" => return Some(ANY),
        "imsbasiclti_xmlv1p0" => return Some(&[0, 1, 2]),
        "assignment_xmlv1p0" | "idpfepub_epubv3p0" | "imsapip_zipv1p0" | "imsiwb_iwbv1p0" => {
            return Some(&[3, 4]);
        }
        "imsov_xmlv1p0" | "imsov_zipv1p0" | "imsqti_zipv3p0" => return Some(&[4]),
        _ => {}
    }
    let rest = ["imsbasiclti_xmlv1p", "imswl_xmlv1p", "imsdt_xmlv1p"]
        .iter()
        .find_map(|prefix| type_name.strip_prefix(prefix))
        .or_else(|| {
            let (family, rest) = type_name.split_once("/imscc_xmlv1p")?;
            let (digit, role) = rest.split_once('/')?;
            let known = matches!(
                (family, role),
                ("associatedcontent", "learning-application-resource")
                    | ("imsqti_xmlv1p2", "assessment" | "question-bank")
            );
            known.then_some(digit)
        })?;
    EACH.get(rest.parse::<usize>().ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_versions() {
        assert_eq!(type_minors("imswl_xmlv1p3"), Some([3].as_slice()));
        assert_eq!(
            type_minors("associatedcontent/imscc_xmlv1p1/learning-application-resource"),
            Some([1].as_slice())
        );
        assert_eq!(type_minors("imsqti_xmlv1p2/imscc_xmlv1p1/assessment"), Some([1].as_slice()));
        assert_eq!(type_minors("imswl_xmlv1p9"), None);
        assert_eq!(type_minors("whatever"), None);
    }

    #[test]
    fn equal_identifiers_become_different_ones() {
        let mut notes = Notes::new(10);
        let mut identifiers = Identifiers::default();
        let first = identifiers.claim(Scope::Item, "a", &mut notes);
        let second = identifiers.claim(Scope::Item, "a", &mut notes);
        let third = identifiers.claim(Scope::Item, "a", &mut notes);
        assert!(first != second && second != third && first != third);
        assert_eq!(first.to_string(), "a");
        assert_eq!(notes.finish().0.len(), 2);
    }
}
