//! Resources: what the links of the outline open (CC 1.1 `imscp_v1p1`: resources; `imswl_v1p1`, `imsdt_v1p1`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Identifier, LtiLink, PackagePath, StandardsSet};

/// A resource of a cartridge.
///
/// ```
/// use lti_cartridge::{EndUserRole, Identifier, Resource, Scope, WebLink};
///
/// let guide = WebLink::new("Guide for teachers", "https://tool.example/guide");
/// let mut resource = Resource::new(Identifier::derived(Scope::Resource, "course-17/guide"), guide);
/// resource.roles.insert(EndUserRole::Instructor); // nobody else sees it
/// assert!(resource.dependencies.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resource {
    /// Unique in the cartridge. Importers update by it: derive it from a stable key.
    pub identifier: Identifier,
    /// Who sees it (`intendedEndUserRole`); empty means everybody. Canvas imports an instructor-only item unpublished.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<EndUserRole>,
    /// What it is meant for; only for files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intended_use: Option<IntendedUse>,
    /// Curriculum standards; only CC 1.3 can hold them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<StandardsSet>,
    /// Other resources that it needs, in order: see [`rules`](crate::rules) for what may need what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Identifier>,
    /// What it is.
    pub content: Content,
}

impl Resource {
    /// A resource that everybody sees and that needs nothing.
    #[must_use]
    pub fn new(identifier: Identifier, content: impl Into<Content>) -> Self {
        Self {
            identifier,
            roles: BTreeSet::new(),
            intended_use: None,
            standards: Vec::new(),
            dependencies: Vec::new(),
            content: content.into(),
        }
    }
}

/// What a resource is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// A link to an LTI tool.
    LtiLink(Box<LtiLink>),
    /// A link to a web page.
    WebLink(WebLink),
    /// A discussion topic.
    Topic(Topic),
    /// Files that anything in the cartridge may use.
    WebContent(Files),
    /// Files that belong to one topic, assessment or LTI link.
    Associated(Files),
    /// A resource that this crate does not look into (assessments, question banks, kinds of other profiles), or one
    /// whose descriptor could not be read. It is read and not written.
    Other(OtherContent),
}

impl From<LtiLink> for Content {
    fn from(link: LtiLink) -> Self {
        Self::LtiLink(Box::new(link))
    }
}

impl From<WebLink> for Content {
    fn from(link: WebLink) -> Self {
        Self::WebLink(link)
    }
}

impl From<Topic> for Content {
    fn from(topic: Topic) -> Self {
        Self::Topic(topic)
    }
}

/// A link to a web page (`webLink`).
///
/// [`Resource`] has an example.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebLink {
    /// One line.
    pub title: String,
    /// The address (`url/@href`).
    pub url: String,
    /// The window to open it in, such as `_blank` (`url/@target`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Features of that window, as for `window.open` (`url/@windowFeatures`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_features: Option<String>,
}

impl WebLink {
    /// A link to `url`.
    #[must_use]
    pub fn new(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self { title: title.into(), url: url.into(), ..Self::default() }
    }
}

/// A discussion topic (`topic`).
///
/// ```
/// use lti_cartridge::{Identifier, Resource, Scope, TextType, Topic};
///
/// let topic = Topic::new("Week 1", "<p>What surprised you?</p>", TextType::Html);
/// let resource = Resource::new(Identifier::derived(Scope::Resource, "course-17/topic-1"), topic);
/// assert!(resource.roles.is_empty()); // everybody sees it
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Topic {
    /// One line.
    pub title: String,
    /// The question or prompt. In HTML, files of the package are addressed as `$IMS-CC-FILEBASE$` and a relative path.
    pub text: String,
    /// Whether `text` is HTML or plain.
    pub text_type: TextType,
    /// References to attached files, as they are written in the descriptor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
}

impl Topic {
    /// A topic without attachments.
    #[must_use]
    pub fn new(title: impl Into<String>, text: impl Into<String>, text_type: TextType) -> Self {
        Self { title: title.into(), text: text.into(), text_type, attachments: Vec::new() }
    }
}

/// How a text is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextType {
    /// `text/plain`.
    Plain,
    /// `text/html`.
    #[default]
    Html,
}

/// Files of the package.
///
/// ```
/// use lti_cartridge::{Content, Files, Identifier, Resource, Scope};
///
/// let mut page = Files::one("pages/week-1.html".parse()?);
/// page.files.push("pages/map.png".parse()?); // the page shows it
/// let resource = Resource::new(Identifier::derived(Scope::Resource, "course-17/page-1"), Content::WebContent(page));
/// assert_eq!(resource.intended_use, None);
/// # Ok::<(), lti_cartridge::InvalidPath>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Files {
    /// The file that opens when a link of the outline names the resource; one of `files`. Required then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<PackagePath>,
    /// All files, in order. A file may belong to several resources; it is in the package once.
    pub files: Vec<PackagePath>,
}

impl Files {
    /// One file, which opens.
    #[must_use]
    pub fn one(path: PackagePath) -> Self {
        Self { entry: Some(path.clone()), files: vec![path] }
    }
}

/// A resource that is kept by name only.
///
/// ```
/// use lti_cartridge::{Files, OtherContent, ResourceKind};
///
/// let quiz = OtherContent::new("imsqti_xmlv1p2/imscc_xmlv1p1/assessment", Files::default());
/// assert_eq!(quiz.kind, ResourceKind::Assessment);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OtherContent {
    /// What the `type` attribute says, in terms that do not depend on the version.
    pub kind: ResourceKind,
    /// The `type` attribute as it was read.
    pub type_name: String,
    /// Its files.
    pub files: Files,
}

impl OtherContent {
    /// A resource of this type.
    #[must_use]
    pub fn new(type_name: impl Into<String>, files: Files) -> Self {
        let type_name = type_name.into();
        Self { kind: ResourceKind::of(&type_name), type_name, files }
    }
}

/// Who is meant to see a resource (`IMSGLC_CC_Rolesv1p1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EndUserRole {
    /// Learners.
    Learner,
    /// Instructors.
    Instructor,
    /// Mentors.
    Mentor,
}

impl EndUserRole {
    pub(crate) const ALL: [Self; 3] = [Self::Learner, Self::Instructor, Self::Mentor];

    /// The value of the vocabulary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Learner => "Learner",
            Self::Instructor => "Instructor",
            Self::Mentor => "Mentor",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str().eq_ignore_ascii_case(text))
    }
}

/// What files are meant for (`resource/@intendeduse`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntendedUse {
    /// A plan for a lesson.
    LessonPlan,
    /// The syllabus.
    Syllabus,
    /// Not specified.
    Unspecified,
    /// An assignment; from 1.3 on.
    Assignment,
}

impl IntendedUse {
    const ALL: [Self; 4] = [Self::LessonPlan, Self::Syllabus, Self::Unspecified, Self::Assignment];

    /// The value of the attribute.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LessonPlan => "lessonplan",
            Self::Syllabus => "syllabus",
            Self::Unspecified => "unspecified",
            Self::Assignment => "assignment",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.as_str() == text)
    }
}

/// The kind of a resource, whatever the version: what the `type` attribute means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResourceKind {
    /// `imsbasiclti_xmlv1pN`.
    LtiLink,
    /// `imswl_xmlv1pN`.
    WebLink,
    /// `imsdt_xmlv1pN`.
    Topic,
    /// `webcontent`.
    WebContent,
    /// `associatedcontent/imscc_xmlv1pN/learning-application-resource`.
    Associated,
    /// `imsqti_xmlv1p2/imscc_xmlv1pN/assessment`.
    Assessment,
    /// `imsqti_xmlv1p2/imscc_xmlv1pN/question-bank`.
    QuestionBank,
    /// Assignments, EPUB, APIP, interactive whiteboards and whatever else there is.
    Other,
}

impl ResourceKind {
    /// What a `type` attribute means, of any version.
    ///
    /// ```
    /// use lti_cartridge::ResourceKind;
    /// assert_eq!(ResourceKind::of("imsbasiclti_xmlv1p3"), ResourceKind::LtiLink);
    /// assert_eq!(ResourceKind::of("idpfepub_epubv3p0"), ResourceKind::Other);
    /// ```
    #[must_use]
    pub fn of(type_name: &str) -> Self {
        if type_name.starts_with("imsbasiclti") {
            Self::LtiLink
        } else if type_name.starts_with("imswl_") {
            Self::WebLink
        } else if type_name.starts_with("imsdt_") {
            Self::Topic
        } else if type_name == "webcontent" {
            Self::WebContent
        } else if type_name.starts_with("associatedcontent/") {
            Self::Associated
        } else if type_name.starts_with("imsqti_") && type_name.ends_with("/assessment") {
            Self::Assessment
        } else if type_name.starts_with("imsqti_") && type_name.ends_with("/question-bank") {
            Self::QuestionBank
        } else {
            Self::Other
        }
    }

    /// Whether it is one XML document, its descriptor, in place of files.
    #[must_use]
    pub fn has_descriptor(self) -> bool {
        matches!(self, Self::LtiLink | Self::WebLink | Self::Topic | Self::Assessment | Self::QuestionBank)
    }
}

impl Content {
    /// The kind of this content.
    #[must_use]
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::LtiLink(_) => ResourceKind::LtiLink,
            Self::WebLink(_) => ResourceKind::WebLink,
            Self::Topic(_) => ResourceKind::Topic,
            Self::WebContent(_) => ResourceKind::WebContent,
            Self::Associated(_) => ResourceKind::Associated,
            Self::Other(other) => other.kind,
        }
    }
}
