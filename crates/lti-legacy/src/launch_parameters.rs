//! The parameters of launches and content-item requests by their types (LTI 1.0–1.2 §3; Content-Item Message 1.0 §3.1),
//! for both sides.

use lti_types::{ContextId, ContextType, DocumentTarget, MediaTypes, ResourceLinkId, Roles, UserId, WireUrl};

use crate::parameter_text::ParameterText;
use crate::{CustomParameters, ParameterFault, ParameterFaults, ParameterProblem, Parameters};

/// The version of every LTI 1.0, 1.1 and 1.2 message.
pub const LEGACY_VERSION: &str = "LTI-1p0";

/// The kind of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LegacyMessageType {
    /// Opens a placed link: `basic-lti-launch-request`.
    Launch,
    /// Asks for content to place: `ContentItemSelectionRequest`.
    SelectionRequest,
    /// Brings the content, from tool to platform: `ContentItemSelection`.
    Selection,
    /// Any other value.
    Other(Box<str>),
}

impl LegacyMessageType {
    /// The value as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Launch => "basic-lti-launch-request",
            Self::SelectionRequest => "ContentItemSelectionRequest",
            Self::Selection => "ContentItemSelection",
            Self::Other(other) => other,
        }
    }
}

impl From<&str> for LegacyMessageType {
    fn from(text: &str) -> Self {
        [Self::Launch, Self::SelectionRequest, Self::Selection]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

macro_rules! launch_parameters {
    ($( $(#[$meta:meta])* $field:ident : $Type:ty = $name:literal, )*) => {
        /// What a platform says in a launch or a content-item request, by type.
        ///
        /// Reading: an empty parameter is an absent one; a number, boolean or list that is none goes to `other`; an
        /// identifier that is none, or a parameter that came twice, is a fault. Writing: in the order of the fields.
        ///
        /// ```
        /// use lti_legacy::{LaunchParameters, Parameters};
        /// let form = Parameters::from_form(b"lti_message_type=basic-lti-launch-request&lti_version=LTI-1p0\
        ///     &resource_link_id=rl-42&roles=Learner,urn:lti:instrole:ims/lis/Student&custom_a=1&ext_lms=moodle-2")?;
        /// let launch = LaunchParameters::read(&form)?;
        /// assert!(launch.roles.as_ref().unwrap().is_learner());
        /// assert_eq!(launch.custom.get("a"), Some("1"));
        /// assert_eq!(launch.ext, [("lms".to_owned(), "moodle-2".to_owned())]);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct LaunchParameters {
            $( $(#[$meta])* #[doc = concat!("\n\nOn the wire: `", $name, "`.")] pub $field: Option<$Type>, )*
            /// `custom_…`.
            pub custom: CustomParameters,
            /// `ext_…`: what vendors add, in order, names without `ext_`.
            pub ext: Vec<(String, String)>,
            /// All others but OAuth's, in order, and those above whose text is none of their type.
            pub other: Vec<(String, String)>,
        }

        impl LaunchParameters {
            /// Reads them; see the type for how.
            ///
            /// # Errors
            /// [`ParameterFaults`]: all at once. What the message type requires is not asked here.
            pub fn read(parameters: &Parameters) -> Result<Self, ParameterFaults> {
                let (read, faults) = Self::read_what_can_be(parameters);
                ParameterFaults::check(faults).map(|()| read)
            }

            pub(crate) fn read_what_can_be(parameters: &Parameters) -> (Self, Vec<ParameterFault>) {
                let mut read = Self::default();
                let mut faults = Vec::new();
                for (name, value) in parameters.iter() {
                    match name {
                        $( $name => {
                            if parameters.all(name).nth(1).is_some() {
                                let fault = ParameterFault::new($name, ParameterProblem::Repeated);
                                if !faults.contains(&fault) {
                                    faults.push(fault);
                                }
                                continue;
                            }
                            match <$Type as ParameterText>::from_text(value) {
                                _ if value.is_empty() => {}
                                Some(value) if value.to_text().is_empty() => {}
                                Some(value) => read.$field = Some(value),
                                None if <$Type as ParameterText>::NEEDED => {
                                    faults.push(ParameterFault::new($name, ParameterProblem::Malformed));
                                }
                                None => read.other.push((name.to_owned(), value.to_owned())),
                            }
                        } )*
                        _ => match (name.strip_prefix("custom_"), name.strip_prefix("ext_")) {
                            (Some(name), _) => read.custom.push(name, value),
                            (_, Some(name)) => read.ext.push((name.to_owned(), value.to_owned())),
                            _ if name.starts_with("oauth_") => {}
                            _ => read.other.push((name.to_owned(), value.to_owned())),
                        },
                    }
                }
                (read, faults)
            }

            /// The parameters as they are sent, but for OAuth's.
            #[must_use]
            pub fn write(&self) -> Parameters {
                let mut parameters = Parameters::new();
                $( if let Some(text) = self.$field.as_ref().map(ParameterText::to_text)
                    && !text.is_empty()
                {
                    parameters.push($name, text);
                } )*
                for (name, value) in self.custom.iter() {
                    parameters.push(format!("custom_{name}"), value);
                }
                parameters.extend(self.ext.iter().map(|(name, value)| (format!("ext_{name}"), value.as_str())));
                parameters.extend(self.other.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                parameters
            }
        }

        /// Whether it is a parameter that must not stand twice.
        pub(crate) fn is_protocol_parameter(name: &str) -> bool {
            matches!(name, $( $name )|*) || name.starts_with("oauth_")
        }
    };
}

launch_parameters! {
    /// The kind of message.
    message_type: LegacyMessageType = "lti_message_type",
    /// The version: [`LEGACY_VERSION`].
    version: String = "lti_version",
    /// The placed link.
    resource_link_id: ResourceLinkId = "resource_link_id",
    /// What it is called.
    resource_link_title: String = "resource_link_title",
    /// What it is about.
    resource_link_description: String = "resource_link_description",
    /// The person; absent in an anonymous launch.
    user_id: UserId = "user_id",
    /// Picture.
    user_image: WireUrl = "user_image",
    /// The person's roles, as they were sent: simple names, URNs, URIs.
    roles: Roles = "roles",
    /// Whom the person mentors.
    role_scope_mentor: Vec<UserId> = "role_scope_mentor",
    /// Given names.
    given_name: String = "lis_person_name_given",
    /// Family names.
    family_name: String = "lis_person_name_family",
    /// Full name.
    full_name: String = "lis_person_name_full",
    /// Middle names.
    middle_name: String = "lis_person_name_middle",
    /// E-mail address.
    email: String = "lis_person_contact_email_primary",
    /// The person in the student information system.
    person_sourcedid: String = "lis_person_sourcedid",
    /// The course.
    context_id: ContextId = "context_id",
    /// Its full name.
    context_title: String = "context_title",
    /// Its short name.
    context_label: String = "context_label",
    /// Its kinds.
    context_type: Vec<ContextType> = "context_type",
    /// The course offering in the student information system.
    course_offering_sourcedid: String = "lis_course_offering_sourcedid",
    /// The course section in the student information system.
    course_section_sourcedid: String = "lis_course_section_sourcedid",
    /// Language, BCP 47.
    presentation_locale: String = "launch_presentation_locale",
    /// A style sheet.
    presentation_css_url: WireUrl = "launch_presentation_css_url",
    /// The kind of window.
    presentation_document_target: DocumentTarget = "launch_presentation_document_target",
    /// Width in pixels.
    presentation_width: u32 = "launch_presentation_width",
    /// Height in pixels.
    presentation_height: u32 = "launch_presentation_height",
    /// Where to send the browser when the person is done.
    presentation_return_url: WireUrl = "launch_presentation_return_url",
    /// Identifies the platform instance.
    instance_guid: String = "tool_consumer_instance_guid",
    /// Its name.
    instance_name: String = "tool_consumer_instance_name",
    /// What it is.
    instance_description: String = "tool_consumer_instance_description",
    /// Its home page.
    instance_url: WireUrl = "tool_consumer_instance_url",
    /// Whom to write to.
    instance_contact_email: String = "tool_consumer_instance_contact_email",
    /// The product, such as `moodle`.
    product_family_code: String = "tool_consumer_info_product_family_code",
    /// The product's version.
    product_version: String = "tool_consumer_info_version",
    /// Where results are written (Basic Outcomes).
    outcome_service_url: WireUrl = "lis_outcome_service_url",
    /// The result that this launch may write; opaque.
    result_sourcedid: String = "lis_result_sourcedid",
    /// Where the content goes; of content-item requests, as all that follow.
    content_item_return_url: WireUrl = "content_item_return_url",
    /// Media types that are accepted.
    accept_media_types: MediaTypes = "accept_media_types",
    /// Windows that items may ask for.
    accept_presentation_document_targets: Vec<DocumentTarget> = "accept_presentation_document_targets",
    /// Whether the answer may come without a signature.
    accept_unsigned: bool = "accept_unsigned",
    /// Whether more than one item may come back.
    accept_multiple: bool = "accept_multiple",
    /// Whether the platform may be told to copy files.
    accept_copy_advice: bool = "accept_copy_advice",
    /// Whether items are kept without asking the person again.
    auto_create: bool = "auto_create",
    /// Whether the platform can confirm what it did with the items.
    can_confirm: bool = "can_confirm",
    /// Where it takes a confirmation request.
    confirm_url: WireUrl = "confirm_url",
    /// A title to start from.
    title: String = "title",
    /// A description to start from.
    text: String = "text",
    /// Opaque; echoed exactly in the answer.
    data: String = "data",
}

impl LaunchParameters {
    /// A message of that type and the one version there is; assign what is known.
    #[must_use]
    pub fn new(message_type: LegacyMessageType) -> Self {
        Self { message_type: Some(message_type), version: Some(LEGACY_VERSION.to_owned()), ..Self::default() }
    }

    /// Whether what the message type requires is there.
    ///
    /// # Errors
    /// [`ParameterFaults`]: all at once.
    pub fn check(&self) -> Result<(), ParameterFaults> {
        ParameterFaults::check(self.faults())
    }

    pub(crate) fn faults(&self) -> Vec<ParameterFault> {
        use ParameterProblem::{Malformed, Missing, Unsupported};
        let mut faults = Vec::new();
        let mut fault = |name, problem| faults.push(ParameterFault::new(name, problem));
        match &self.message_type {
            None => fault("lti_message_type", Missing),
            Some(LegacyMessageType::Launch | LegacyMessageType::SelectionRequest) => {}
            Some(_) => fault("lti_message_type", Unsupported),
        }
        match self.version.as_deref() {
            None => fault("lti_version", Missing),
            Some(LEGACY_VERSION) => {}
            Some(_) => fault("lti_version", Unsupported),
        }
        if self.message_type == Some(LegacyMessageType::SelectionRequest) {
            match &self.content_item_return_url {
                None => fault("content_item_return_url", Missing),
                Some(url) if url.to_url().is_err() => fault("content_item_return_url", Malformed),
                Some(_) => {}
            }
            if self.accept_media_types.is_none() {
                fault("accept_media_types", Missing);
            }
            if self.accept_presentation_document_targets.is_none() {
                fault("accept_presentation_document_targets", Missing);
            }
        } else if self.resource_link_id.is_none() {
            fault("resource_link_id", Missing);
        }
        faults
    }
}

/// Values are people's.
impl std::fmt::Debug for LaunchParameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LaunchParameters").field(&self.write()).finish()
    }
}
