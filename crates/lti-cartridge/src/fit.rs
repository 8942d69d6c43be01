//! Mending a model so that a version can hold it: what is changed is said, and writing it then succeeds and reading it
//! back gives the same model.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::identifier::is_name;
use crate::item::{Item, links};
use crate::lti_link::{LtiLink, PlatformExtension, Property, Vendor, is_https};
use crate::resource::{Content, Files, IntendedUse, Resource};
use crate::rules::{Facts, check_one};
use crate::text::{legal, single_line};
use crate::writer::UrlField;
use crate::writer::descriptor::{has_length, url_is_writable};
use crate::{Cartridge, Identifier, ResourceKind, StandardsSet, Version, standards};

/// One thing that [`Cartridge::fit`] changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The item or resource; `None` for the metadata of the cartridge.
    pub identifier: Option<Identifier>,
    /// What was changed.
    pub kind: ChangeKind,
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// A resource was removed: its kind is never written, or not in this version, or it has no address to open.
    ResourceRemoved,
    /// A link of the outline was removed with its resource, or because its files have no entry.
    LinkRemoved,
    /// A title was missing, had several lines, or characters that XML cannot hold.
    Title,
    /// A text was empty or too long, or had characters that XML cannot hold.
    Text,
    /// A launch URL or icon that cannot be written was removed.
    UrlRemoved,
    /// The one launch URL was doubled as the other.
    UrlDoubled,
    /// Properties or extensions with a name that is no XML name were removed.
    NameRemoved,
    /// Groups of settings in an extension were removed.
    OptionsRemoved,
    /// A vendor was made up, or its code.
    Vendor,
    /// Dependencies that are not allowed, or repeated, were removed.
    DependencyRemoved,
    /// The icon of a link became a dependency.
    DependencyAdded,
    /// Curriculum standards were removed.
    StandardsRemoved,
    /// The intended use was removed.
    IntendedUseRemoved,
    /// The file that opens was added to the files, or chosen from them, or repeated files were removed.
    Files,
}

impl Cartridge {
    /// Changes the cartridge so that `version` can hold it, and says what was changed. A cartridge that fits is not
    /// changed.
    ///
    /// Afterwards [`Cartridge::write_to`] can fail only for identifiers or paths that are used twice or reserved, folders
    /// nested too deeply, and sources or sinks; and reading what was written gives an equal model.
    ///
    /// ```
    /// use lti_cartridge::{Cartridge, ChangeKind, Identifier, LtiLink, Metadata, Resource, Scope, Version};
    ///
    /// let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "c"), Metadata::new("Biology"));
    /// let mut link = LtiLink::new("Quiz", "https://tool.example.com/");
    /// link.extensions.push(lti_cartridge::PlatformExtension::new("not a name"));
    /// cartridge.resources.push(Resource::new(Identifier::derived(Scope::Resource, "q"), link));
    ///
    /// let changes: Vec<_> = cartridge.fit(Version::V1_1).iter().map(|change| change.kind).collect();
    /// assert_eq!(changes, [ChangeKind::NameRemoved, ChangeKind::Vendor]);
    /// assert!(cartridge.fit(Version::V1_1).is_empty());
    /// ```
    pub fn fit(&mut self, version: Version) -> Vec<Change> {
        let mut fit = Fit { version, changes: Vec::new(), of: None };
        fit.metadata(self);
        let titles: BTreeMap<Identifier, String> =
            links(&self.items).map(|link| (link.resource.clone(), link.title.clone())).collect();
        self.resources.retain_mut(|resource| {
            fit.of = Some(resource.identifier.clone());
            let title = titles.get(&resource.identifier).cloned();
            let kept = fit.content(resource, title);
            if !kept {
                fit.changed(ChangeKind::ResourceRemoved);
            }
            kept
        });
        let named: BTreeSet<Identifier> = titles.into_keys().collect();
        fit.dependencies(&mut self.resources);
        let mut openable = BTreeSet::new();
        for resource in &mut self.resources {
            fit.of = Some(resource.identifier.clone());
            fit.attributes(resource);
            let named = named.contains(&resource.identifier);
            if let Content::WebContent(files) | Content::Associated(files) = &mut resource.content {
                fit.files(files, named);
                if files.entry.is_none() {
                    continue;
                }
            }
            openable.insert(resource.identifier.clone());
        }
        fit.items(&mut self.items, &openable);
        fit.changes
    }
}

struct Fit {
    version: Version,
    changes: Vec<Change>,
    of: Option<Identifier>,
}

impl Fit {
    fn changed(&mut self, kind: ChangeKind) {
        let change = Change { identifier: self.of.clone(), kind };
        // Once for each identifier: its changes stand together at the end.
        let mut same = self.changes.iter().rev().take_while(|other| other.identifier == change.identifier);
        if !same.any(|other| other.kind == kind) {
            self.changes.push(change);
        }
    }

    fn changed_if(&mut self, changed: bool, kind: ChangeKind) {
        if changed {
            self.changed(kind);
        }
    }

    /// One line, legal, not empty.
    fn title(&mut self, title: &mut String, instead: &str) {
        let mut good = single_line(&legal(title).0).into_owned();
        if good.is_empty() {
            good = single_line(&legal(instead).0).into_owned();
        }
        if good.is_empty() {
            good = "Untitled".to_owned();
        }
        self.changed_if(good != *title, ChangeKind::Title);
        *title = good;
    }

    fn text(&mut self, text: &mut String) {
        let (good, dropped) = legal(text);
        if dropped > 0 {
            *text = good.into_owned();
            self.changed(ChangeKind::Text);
        }
    }

    /// An optional text: legal, and absent when there is nothing in it.
    fn optional(&mut self, text: &mut Option<String>) {
        if let Some(inner) = text {
            self.text(inner);
            if inner.trim().is_empty() {
                *text = None;
                self.changed(ChangeKind::Text);
            }
        }
    }

    /// An optional label: one line as well.
    fn label(&mut self, text: &mut Option<String>) {
        self.optional(text);
        if let Some(inner) = text {
            let line = single_line(inner).into_owned();
            self.changed_if(line != *inner, ChangeKind::Text);
            *inner = line;
        }
    }

    fn metadata(&mut self, cartridge: &mut Cartridge) {
        let metadata = &mut cartridge.metadata;
        self.title(&mut metadata.title, "");
        self.optional(&mut metadata.description);
        self.label(&mut metadata.language);
        metadata.keywords.retain_mut(|keyword| {
            let mut label = Some(std::mem::take(keyword));
            self.label(&mut label);
            label.map(|label| *keyword = label).is_some()
        });
        if let Some(rights) = &mut metadata.rights {
            self.optional(&mut rights.description);
            if *rights == crate::Rights::default() {
                metadata.rights = None;
                self.changed(ChangeKind::Text);
            }
        }
        let mut sets: Vec<StandardsSet> = metadata.standards.take().into_iter().collect();
        self.standards(&mut sets);
        metadata.standards = sets.pop();
    }

    fn standards(&mut self, sets: &mut Vec<StandardsSet>) {
        let before = sets.len();
        sets.retain(|set| self.version.holds_standards() && standards::is_complete(set));
        self.changed_if(sets.len() != before, ChangeKind::StandardsRemoved);
        for set in sets {
            for text in [&mut set.resource_label, &mut set.resource_part] {
                self.attribute(text);
            }
            for provider in &mut set.providers {
                self.attribute(&mut provider.provider);
                for group in &mut provider.groups {
                    self.attribute(&mut group.region);
                    self.attribute(&mut group.edition);
                    for standard in &mut group.standards {
                        self.label(&mut standard.label);
                        self.title(&mut standard.guid, "unknown");
                    }
                }
            }
        }
    }

    /// An attribute keeps blanks and may be empty.
    fn attribute(&mut self, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// Mends the content; `false` when the resource cannot be kept.
    fn content(&mut self, resource: &mut Resource, title: Option<String>) -> bool {
        let instead = title.unwrap_or_else(|| resource.identifier.to_string());
        match &mut resource.content {
            Content::LtiLink(link) => self.lti_link(link, &instead),
            Content::WebLink(link) => {
                self.title(&mut link.title, &instead);
                self.optional(&mut link.target);
                self.optional(&mut link.window_features);
                url_is_writable(&link.url, UrlField::WebLink)
            }
            Content::Topic(topic) => {
                self.title(&mut topic.title, &instead);
                self.text(&mut topic.text);
                topic.attachments.iter_mut().for_each(|attachment| self.text(attachment));
                !self.version.is_thin()
            }
            Content::WebContent(_) | Content::Associated(_) => !self.version.is_thin(),
            Content::Other(_) => false,
        }
    }

    fn lti_link(&mut self, link: &mut LtiLink, instead: &str) -> bool {
        self.title(&mut link.title, instead);
        self.optional(&mut link.description);
        self.launch_urls(link);
        let Some(url) = link.url().map(str::to_owned) else {
            return false;
        };
        for (icon, field) in [(&mut link.icon, UrlField::Icon), (&mut link.secure_icon, UrlField::SecureIcon)]
        {
            let Some(inner) = icon else { continue };
            if !url_is_writable(&inner.url, field) {
                *icon = None;
                self.changed(ChangeKind::UrlRemoved);
                continue;
            }
            for name in [&mut inner.key, &mut inner.platform, &mut inner.style] {
                self.reference(name);
            }
        }
        self.properties(&mut link.custom);
        self.extensions(&mut link.extensions);
        for name in [&mut link.bundle, &mut link.icon_resource] {
            self.reference(name);
        }
        self.standards(&mut link.standards);
        self.vendor(&mut link.vendor, &url);
        true
    }

    fn launch_urls(&mut self, link: &mut LtiLink) {
        // A secure URL that is not one may still be a plain one.
        if link.launch_url.is_none() && link.secure_launch_url.as_deref().is_some_and(|url| !is_https(url)) {
            link.launch_url = link.secure_launch_url.take();
            self.changed(ChangeKind::UrlRemoved);
        }
        for (url, field) in
            [(&mut link.launch_url, UrlField::Launch), (&mut link.secure_launch_url, UrlField::SecureLaunch)]
        {
            if url.as_deref().is_some_and(|url| !url_is_writable(url, field)) {
                *url = None;
                self.changed(ChangeKind::UrlRemoved);
            }
        }
        match (&link.launch_url, &link.secure_launch_url) {
            (None, Some(secure)) => {
                link.launch_url = Some(secure.clone());
                self.changed(ChangeKind::UrlDoubled);
            }
            (Some(plain), None) if is_https(plain) => {
                link.secure_launch_url = Some(plain.clone());
                self.changed(ChangeKind::UrlDoubled);
            }
            _ => {}
        }
    }

    fn reference(&mut self, name: &mut Option<String>) {
        if name.as_deref().is_some_and(|name| !is_name(name)) {
            *name = None;
            self.changed(ChangeKind::NameRemoved);
        }
    }

    fn properties(&mut self, list: &mut Vec<Property>) {
        let before = list.len();
        list.retain(|property| is_name(&property.name));
        self.changed_if(list.len() != before, ChangeKind::NameRemoved);
        list.iter_mut().for_each(|property| self.text(&mut property.value));
    }

    fn extensions(&mut self, list: &mut Vec<PlatformExtension>) {
        let before = list.len();
        list.retain(|extension| is_name(&extension.platform));
        self.changed_if(list.len() != before, ChangeKind::NameRemoved);
        for extension in list {
            self.properties(&mut extension.properties);
            self.changed_if(!extension.options.is_empty(), ChangeKind::OptionsRemoved);
            extension.options.clear();
        }
    }

    fn vendor(&mut self, vendor: &mut Option<Vendor>, url: &str) {
        let made_up = Vendor::of_host(url);
        let Some(vendor) = vendor else {
            *vendor = Some(made_up);
            return self.changed(ChangeKind::Vendor);
        };
        if !is_name(&vendor.code) {
            vendor.code = made_up.code;
            self.changed(ChangeKind::Vendor);
        }
        self.title(&mut vendor.name, &made_up.name);
        self.optional(&mut vendor.description);
        self.label(&mut vendor.email);
        let long = vendor.email.take_if(|email| !has_length(email)).is_some();
        self.changed_if(long, ChangeKind::Text);
        if vendor.url.as_deref().is_some_and(|url| !url_is_writable(url, UrlField::Vendor)) {
            vendor.url = None;
            self.changed(ChangeKind::UrlRemoved);
        }
    }

    /// Keeps the dependencies that the rules allow, and adds those of icons.
    fn dependencies(&mut self, resources: &mut [Resource]) {
        let kinds: BTreeMap<String, ResourceKind> =
            resources.iter().map(|r| (r.identifier.to_string(), r.content.kind())).collect();
        for resource in resources {
            self.of = Some(resource.identifier.clone());
            let text = resource.identifier.to_string();
            let kind = resource.content.kind();
            let mut seen = BTreeSet::new();
            let before = resource.dependencies.len();
            resource.dependencies.retain(|dependency| {
                let name = dependency.to_string();
                let mut facts = Facts::new(&text, kind);
                facts.files = 1;
                facts.dependencies = vec![&name];
                let mut allowed = kinds.contains_key(&name) && seen.insert(dependency.clone());
                check_one(&facts, &|id| kinds.get(id).copied(), false, &mut |_| allowed = false);
                allowed
            });
            self.changed_if(resource.dependencies.len() != before, ChangeKind::DependencyRemoved);
            if let Content::LtiLink(link) = &mut resource.content
                && let Some(icon) = &link.icon_resource
                && !resource.dependencies.iter().any(|dependency| dependency.to_string() == *icon)
            {
                match icon.parse().ok().filter(|_| kinds.get(icon) == Some(&ResourceKind::Associated)) {
                    Some(icon) => {
                        resource.dependencies.push(icon);
                        self.changed(ChangeKind::DependencyAdded);
                    }
                    None => {
                        link.icon_resource = None;
                        self.changed(ChangeKind::NameRemoved);
                    }
                }
            }
        }
    }

    fn attributes(&mut self, resource: &mut Resource) {
        self.standards(&mut resource.standards);
        let is_file = matches!(resource.content, Content::WebContent(_) | Content::Associated(_));
        let assignment = resource.intended_use == Some(IntendedUse::Assignment);
        if resource.intended_use.is_some()
            && (!is_file || (assignment && !self.version.holds_assignment_use()))
        {
            resource.intended_use = None;
            self.changed(ChangeKind::IntendedUseRemoved);
        }
    }

    fn files(&mut self, files: &mut Files, named: bool) {
        let before = files.clone();
        let mut seen = BTreeSet::new();
        files.files.retain(|path| seen.insert(path.clone()));
        if let Some(entry) = &files.entry
            && !seen.contains(entry)
        {
            files.files.insert(0, entry.clone());
        }
        if files.entry.is_none() && named {
            files.entry = files.files.first().cloned();
        }
        self.changed_if(*files != before, ChangeKind::Files);
    }

    /// Recursive; the depth of a model is bounded by whoever made it.
    fn items(&mut self, items: &mut Vec<Item>, openable: &BTreeSet<Identifier>) {
        items.retain_mut(|item| match item {
            Item::Folder(folder) => {
                self.of = Some(folder.identifier.clone());
                self.title(&mut folder.title, &folder.identifier.to_string());
                self.items(&mut folder.items, openable);
                true
            }
            Item::Link(link) => {
                self.of = Some(link.identifier.clone());
                self.title(&mut link.title, &link.identifier.to_string());
                let kept = openable.contains(&link.resource);
                self.changed_if(!kept, ChangeKind::LinkRemoved);
                kept
            }
        });
    }
}
