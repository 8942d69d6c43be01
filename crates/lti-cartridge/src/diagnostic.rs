//! What is odd about a package, as values: severity, place and rule.

use std::fmt;

use serde::Serialize;

use crate::rules::SchematronRule;
use crate::text::cut;

/// Something odd in a package that was read nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Which rule it breaks.
    pub rule: Rule,
    /// Where.
    pub place: Place,
}

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// Against the specification, and read nevertheless; other importers may not.
    Warning,
    /// Something is lost, or cannot be told apart from something else.
    Error,
}

/// Where in a package. Texts are cut at 200 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The file of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The identifier of the item or resource, as it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The element, attribute, reference or value that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Place {
    pub(crate) fn file(file: &str) -> Self {
        Self { file: Some(short(file)), ..Self::default() }
    }

    pub(crate) fn identifier(identifier: &str) -> Self {
        Self { identifier: Some(short(identifier)), ..Self::default() }
    }

    pub(crate) fn in_file(mut self, file: &str) -> Self {
        self.file = Some(short(file));
        self
    }

    pub(crate) fn name(mut self, name: &str) -> Self {
        self.name = Some(short(name));
        self
    }
}

fn short(text: &str) -> String {
    cut(text, 200).to_owned()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for part in [&self.file, &self.identifier, &self.name].into_iter().flatten() {
            write!(f, "{separator}{}", part.escape_debug())?;
            separator = " · ";
        }
        if separator.is_empty() {
            f.write_str("package")?;
        }
        Ok(())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} [{}]", self.severity, self.place, self.rule, self.rule.code())
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])* $name:ident($severity:ident, $code:literal, $spec:literal);)*) => {
        /// Which rule a [`Diagnostic`] is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])* $name,)*
            /// A rule that the manifest schemas state in Schematron.
            Schematron(SchematronRule),
        }

        impl Rule {
            /// A stable code for logs and tests.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* Self::Schematron(rule) => rule.number() }
            }

            /// How bad it is to break this rule.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* Self::Schematron(_) => Severity::Warning }
            }

            /// The document that the rule stands in.
            #[must_use]
            pub fn spec(self) -> &'static str {
                match self { $(Self::$name => $spec,)* Self::Schematron(rule) => rule.spec() }
            }

            fn text(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*),)* Self::Schematron(_) => "" }
            }
        }
    };
}

rules! {
    /// A file that the manifest lists is not in the package.
    MissingFile(Error, "missing_file", "CC 1.1 package: files");
    /// A path leaves the package or is absolute.
    UnsafePath(Error, "unsafe_path", "CC 1.1 package: paths");
    /// A path has backslashes, dots or a query, and was mended.
    MendedPath(Warning, "mended_path", "CC 1.1 package: paths");
    /// A path is in the package in other upper and lower case.
    PathCase(Warning, "path_case", "CC 1.1 package: paths");
    /// A path is an address outside of the package.
    ExternalFile(Warning, "external_file", "CC 1.1 package: paths");
    /// A path is too long or cannot be decoded.
    InvalidPath(Error, "invalid_path", "CC 1.1 package: paths");
    /// Two entries of the archive have the same path; the last one counts.
    DuplicateEntry(Error, "duplicate_entry", "CC 1.1 package: ZIP");
    /// The entry is encrypted, or compressed in an unknown way, or damaged.
    UnreadableEntry(Error, "unreadable_entry", "CC 1.1 package: ZIP");
    /// The entry is larger than the limit, or inflates like a bomb.
    OversizedEntry(Error, "oversized_entry", "limits of the reader");
    /// The file is rubbish of an operating system.
    Junk(Note, "junk", "CC 1.1 package: files");
    /// The file is in the package and the manifest does not list it.
    UnlistedFile(Note, "unlisted_file", "CC 1.1 package: files");
    /// The manifest is in a folder instead of the root, or its name has other upper and lower case.
    ManifestPlace(Warning, "manifest_place", "CC 1.1 package: imsmanifest.xml");
    /// The document is not in UTF-8, or declares another encoding than it has.
    Encoding(Warning, "encoding", "CC 1.1: XML documents are UTF-8");
    /// The document cannot be decoded.
    UnknownEncoding(Error, "unknown_encoding", "CC 1.1: XML documents are UTF-8");
    /// The document is not well-formed XML, and what follows is lost.
    MalformedXml(Error, "malformed_xml", "XML 1.0");
    /// The document has a document type declaration, which is refused.
    Doctype(Error, "doctype", "XML 1.0; limits of the reader");
    /// The document refers to an entity that XML does not define.
    UnknownEntity(Error, "unknown_entity", "XML 1.0; limits of the reader");
    /// Elements are nested deeper than the limit.
    TooDeep(Error, "too_deep", "limits of the reader");
    /// The root element is not the one that the type of the resource calls for.
    WrongRoot(Error, "wrong_root", "CC resource types");
    /// The namespace of the document is none that is known for it.
    UnknownNamespace(Warning, "unknown_namespace", "CC namespaces");
    /// A namespace is misspelled: it has a blank in it.
    MisspeltNamespace(Warning, "misspelt_namespace", "XML namespaces");
    /// Elements are not in the order of the schema.
    ElementOrder(Warning, "element_order", "CC imscp_v1p1, imslticc: xs:sequence");
    /// The manifest does not say which version it is, or says two things.
    VersionUnclear(Warning, "version_unclear", "CC imscp_v1p1: schema, schemaversion");
    /// The manifest has no title.
    NoCartridgeTitle(Warning, "no_cartridge_title", "CC LOM: general/title");
    /// The manifest demands authorizations, for which Moodle refuses a package.
    Authorizations(Warning, "authorizations", "CC imsccauth");
    /// An identifier is missing.
    NoIdentifier(Warning, "no_identifier", "CC imscp_v1p1: @identifier");
    /// An identifier is no XML name; another one was derived from it.
    IdentifierNotName(Warning, "identifier_not_name", "CC imscp_v1p1: xs:ID");
    /// An identifier is used twice; another one was derived for the second.
    DuplicateIdentifier(Error, "duplicate_identifier", "CC imscp_v1p1: xs:ID");
    /// A reference names nothing in the manifest.
    UnknownReference(Error, "unknown_reference", "CC imscp_v1p1: xs:IDREF");
    /// A dependency names nothing in the manifest.
    UnknownDependency(Warning, "unknown_dependency", "CC imscp_v1p1: dependency");
    /// There is more than one organization, or not exactly one root item; all were joined.
    ManyRoots(Warning, "many_roots", "CC imscp_v1p1: organization");
    /// The root item has a title or names a resource.
    RootItem(Warning, "root_item", "CC imscp_v1p1: root item");
    /// An item or a document has no title.
    NoTitle(Warning, "no_title", "CC imscp_v1p1: item/title");
    /// There are more items than the limit; the rest is lost.
    TooManyItems(Error, "too_many_items", "limits of the reader");
    /// The type of the resource is of another version than the manifest.
    TypeOfOtherVersion(Warning, "type_of_other_version", "CC imscp_v1p1: resource/@type");
    /// The type of the resource is unknown.
    UnknownType(Warning, "unknown_type", "CC imscp_v1p1: resource/@type");
    /// The intended use is unknown, or not in this version.
    IntendedUse(Warning, "intended_use", "CC imscp_v1p1: resource/@intendeduse");
    /// The role is not in the vocabulary.
    UnknownRole(Warning, "unknown_role", "CC LOM: intendedEndUserRole");
    /// The document of the resource stands inside the manifest; few importers read it there.
    InlineDocument(Note, "inline_document", "Thin CC 1.3");
    /// The link has no launch URL.
    NoLaunchUrl(Error, "no_launch_url", "imsbasiclti_v1p0: launch_url");
    /// A URL is too long, or has blanks, or is not absolute.
    InvalidUrl(Warning, "invalid_url", "imsbasiclti_v1p0: launch_url");
    /// A secure URL does not begin with https.
    SecureUrlNotHttps(Warning, "secure_url_not_https", "imsbasiclti_v1p0: secure_launch_url");
    /// The link has no vendor.
    NoVendor(Warning, "no_vendor", "imsbasiclti_v1p0: vendor");
    /// A name is no XML name.
    InvalidName(Warning, "invalid_name", "imslticm_v1p0: xs:Name");
    /// Settings are grouped inside an extension, which no schema knows.
    NestedOptions(Warning, "nested_options", "imslticm_v1p0: property");
    /// A bundle or icon is named that is no resource of the package.
    UnknownLinkResource(Warning, "unknown_link_resource", "imslticc_v1p0: cartridge_icon");
    /// An element is unknown here, and was not kept.
    UnknownElement(Note, "unknown_element", "imslticc_v1p0");
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schematron(rule) => write!(f, "the resource breaks Schematron rule {rule}"),
            rule => f.write_str(rule.text().trim().trim_end_matches('.')),
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Collects diagnostics up to a limit, and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    list: Vec<Diagnostic>,
    limit: usize,
    omitted: u64,
}

impl Notes {
    pub(crate) fn new(limit: usize) -> Self {
        Self { list: Vec::new(), limit, omitted: 0 }
    }

    pub(crate) fn add(&mut self, rule: Rule, place: impl FnOnce() -> Place) {
        let severity = rule.severity();
        // With no room at all, one error is kept, so that a faulty package never looks whole.
        let must_show = severity == Severity::Error && self.list.is_empty();
        if self.list.len() < self.limit || must_show {
            self.list.push(Diagnostic { severity, rule, place: place() });
            return;
        }
        self.omitted += 1;
        // An error takes the place of a note, so that notes cannot crowd it out.
        if severity == Severity::Error
            && let Some(weakest) = self.list.iter_mut().rev().take(64).find(|d| d.severity < Severity::Error)
        {
            *weakest = Diagnostic { severity, rule, place: place() };
        }
    }

    /// Notes that were made before, with those that were left out then.
    pub(crate) fn resume(&mut self, earlier: &[Diagnostic], omitted: u64) {
        for diagnostic in earlier {
            self.add(diagnostic.rule, || diagnostic.place.clone());
        }
        self.omitted += omitted;
    }

    pub(crate) fn finish(self) -> (Vec<Diagnostic>, u64) {
        (self.list, self.omitted)
    }
}
