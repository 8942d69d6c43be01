//! Messages by type (LTI Core 1.3 §4.3.1): what each requires, and a typed view of those that are well-formed.

use crate::open_enum::open_enum;
use crate::{
    Claim, ClaimFault, ClaimFaults, ClaimProblem, DeepLinkingSettings, DeploymentId, ForUser, GradeService,
    LTI_VERSION, LaunchClaims, ResourceLink, Roles, WireUrl,
};

open_enum! {
    /// The kind of a message.
    MessageType {
        /// Opens a placed link.
        ResourceLinkRequest = "LtiResourceLinkRequest",
        /// Asks for content to place.
        DeepLinkingRequest = "LtiDeepLinkingRequest",
        /// Brings the content; from tool to platform.
        DeepLinkingResponse = "LtiDeepLinkingResponse",
        /// Opens a learner's submission.
        SubmissionReviewRequest = "LtiSubmissionReviewRequest",
        /// Shows or erases what is known of a person.
        DataPrivacyLaunchRequest = "DataPrivacyLaunchRequest",
        /// The same under its other name.
        LtiDataPrivacyLaunchRequest = "LtiDataPrivacyLaunchRequest",
        /// Begins a proctored assessment.
        StartProctoring = "LtiStartProctoring",
        /// Starts the assessment; from tool to platform.
        StartAssessment = "LtiStartAssessment",
        /// Ends a proctored assessment.
        EndAssessment = "LtiEndAssessment",
        /// Shows a license agreement.
        EulaRequest = "LtiEulaRequest",
        /// Opens the report on an asset.
        ReportReviewRequest = "LtiReportReviewRequest",
        /// Opens the settings of an asset processor.
        AssetProcessorSettingsRequest = "LtiAssetProcessorSettingsRequest",
    }
}

impl MessageType {
    /// Whether a tool sends it, so that it is never a launch.
    #[must_use]
    pub fn is_from_tool(&self) -> bool {
        matches!(self, Self::DeepLinkingResponse | Self::StartAssessment)
    }
}

/// A well-formed message, by type. Match on it: there is no other way to ask what a launch is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Message<'a> {
    /// A placed link was opened.
    ResourceLink(ResourceLinkRequest<'a>),
    /// Content is asked for.
    DeepLinking(DeepLinkingRequest<'a>),
    /// A learner's submission is opened.
    SubmissionReview(SubmissionReviewRequest<'a>),
    /// What is known of a person is to be shown or erased.
    DataPrivacy(DataPrivacyRequest<'a>),
    /// Any other type, with what every message has; the rest is in the claims.
    Other(OtherMessage<'a>),
}

/// A placed link was opened (LTI Core 1.3 §5).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ResourceLinkRequest<'a> {
    /// The deployment.
    pub deployment_id: &'a DeploymentId,
    /// Where the launch leads.
    pub target_link_uri: &'a WireUrl,
    /// The link.
    pub resource_link: &'a ResourceLink,
    /// The person's roles.
    pub roles: &'a Roles,
}

/// Content is asked for (Deep Linking 2.0 §4.4).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DeepLinkingRequest<'a> {
    /// The deployment.
    pub deployment_id: &'a DeploymentId,
    /// What may be chosen, and where it goes.
    pub settings: &'a DeepLinkingSettings,
}

/// A learner's submission is opened (Submission Review 1.0).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SubmissionReviewRequest<'a> {
    /// The deployment.
    pub deployment_id: &'a DeploymentId,
    /// Whose submission. `sub` is who looks at it.
    pub for_user: &'a ForUser,
    /// The grade service; its line item is the one under review.
    pub grade_service: &'a GradeService,
    /// That line item.
    pub line_item: &'a WireUrl,
}

/// What is known of a person is to be shown or erased.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DataPrivacyRequest<'a> {
    /// The deployment.
    pub deployment_id: &'a DeploymentId,
    /// About whom. `sub` is the administrator who asks.
    pub for_user: &'a ForUser,
    /// The administrator's roles.
    pub roles: &'a Roles,
}

/// A message of another type.
///
/// ```
/// use lti_types::{LaunchClaims, Message};
///
/// let claims: LaunchClaims = serde_json::from_str(r#"{
///     "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
///     "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiContextLaunchRequest",
///     "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1"
/// }"#)?;
/// let Ok(Message::Other(other)) = claims.message() else { panic!("it is of no type that is known here") };
/// assert_eq!(other.message_type.as_str(), "LtiContextLaunchRequest"); // the rest is in the claims
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OtherMessage<'a> {
    /// Its type.
    pub message_type: &'a MessageType,
    /// The deployment.
    pub deployment_id: &'a DeploymentId,
}

impl<'a> OtherMessage<'a> {
    /// A message of any type, with what every message has.
    #[must_use]
    pub fn new(message_type: &'a MessageType, deployment_id: &'a DeploymentId) -> Self {
        Self { message_type, deployment_id }
    }
}

impl LaunchClaims {
    /// The message, if every claim that its type requires is there and well-formed.
    ///
    /// # Errors
    /// All faults at once, never only the first.
    pub fn message(&self) -> Result<Message<'_>, ClaimFaults> {
        let mut faults = Vec::new();
        let mut fault = |claim, problem| faults.push(ClaimFault::new(claim, problem));

        match self.version.as_deref() {
            None => fault(Claim::Version, ClaimProblem::Missing),
            Some(LTI_VERSION) => {}
            Some(_) => fault(Claim::Version, ClaimProblem::Unsupported),
        }
        if self.deployment_id.is_none() {
            fault(Claim::DeploymentId, ClaimProblem::Missing);
        }
        match &self.message_type {
            // Nearly always a resource link launch with more missing: name what that would need.
            None => {
                fault(Claim::MessageType, ClaimProblem::Missing);
                if self.roles.is_none() {
                    fault(Claim::Roles, ClaimProblem::Missing);
                }
            }
            Some(MessageType::ResourceLinkRequest) => {
                if self.roles.is_none() {
                    fault(Claim::Roles, ClaimProblem::Missing);
                }
                if self.resource_link.is_none() {
                    fault(Claim::ResourceLink, ClaimProblem::Missing);
                }
                match &self.target_link_uri {
                    None => fault(Claim::TargetLinkUri, ClaimProblem::Missing),
                    Some(url) if url.is_blank() => fault(Claim::TargetLinkUri, ClaimProblem::Invalid),
                    Some(_) => {}
                }
            }
            Some(MessageType::DeepLinkingRequest) => match &self.deep_linking_settings {
                None => fault(Claim::DeepLinkingSettings, ClaimProblem::Missing),
                Some(settings) if settings.deep_link_return_url.to_url().is_err() => {
                    fault(Claim::DeepLinkingSettings, ClaimProblem::Invalid);
                }
                Some(_) => {}
            },
            Some(MessageType::SubmissionReviewRequest) => {
                self.check_for_user(&mut fault);
                match &self.grade_service {
                    None => fault(Claim::GradeService, ClaimProblem::Missing),
                    Some(service) if service.line_item().is_none() => {
                        fault(Claim::GradeService, ClaimProblem::Invalid)
                    }
                    Some(_) => {}
                }
            }
            Some(MessageType::DataPrivacyLaunchRequest | MessageType::LtiDataPrivacyLaunchRequest) => {
                self.check_for_user(&mut fault);
                if self.roles.is_none() {
                    fault(Claim::Roles, ClaimProblem::Missing);
                }
                if self.context.is_some() {
                    fault(Claim::Context, ClaimProblem::Unexpected);
                }
                if self.resource_link.is_some() {
                    fault(Claim::ResourceLink, ClaimProblem::Unexpected);
                }
            }
            Some(kind) if kind.is_from_tool() => fault(Claim::MessageType, ClaimProblem::Unsupported),
            Some(kind) if kind.as_str().trim().is_empty() => fault(Claim::MessageType, ClaimProblem::Invalid),
            Some(_) => {}
        }
        ClaimFaults::check_sorted(faults)?;
        self.view().ok_or_else(|| ClaimFault::new(Claim::MessageType, ClaimProblem::Invalid).into())
    }

    fn check_for_user(&self, fault: &mut impl FnMut(Claim, ClaimProblem)) {
        match &self.for_user {
            None => fault(Claim::ForUser, ClaimProblem::Missing),
            Some(user) if user.user().is_none() => fault(Claim::ForUser, ClaimProblem::Invalid),
            Some(_) => {}
        }
    }

    /// The typed view; `None` where [`LaunchClaims::message`] finds a fault.
    fn view(&self) -> Option<Message<'_>> {
        let deployment_id = self.deployment_id.as_ref()?;
        let message_type = self.message_type.as_ref()?;
        Some(match message_type {
            MessageType::ResourceLinkRequest => Message::ResourceLink(ResourceLinkRequest {
                deployment_id,
                target_link_uri: self.target_link_uri.as_ref()?,
                resource_link: self.resource_link.as_ref()?,
                roles: self.roles.as_ref()?,
            }),
            MessageType::DeepLinkingRequest => Message::DeepLinking(DeepLinkingRequest {
                deployment_id,
                settings: self.deep_linking_settings.as_ref()?,
            }),
            MessageType::SubmissionReviewRequest => Message::SubmissionReview(SubmissionReviewRequest {
                deployment_id,
                for_user: self.for_user.as_ref()?,
                grade_service: self.grade_service.as_ref()?,
                line_item: self.grade_service.as_ref()?.line_item()?,
            }),
            MessageType::DataPrivacyLaunchRequest | MessageType::LtiDataPrivacyLaunchRequest => {
                Message::DataPrivacy(DataPrivacyRequest {
                    deployment_id,
                    for_user: self.for_user.as_ref()?,
                    roles: self.roles.as_ref()?,
                })
            }
            _ => Message::Other(OtherMessage { message_type, deployment_id }),
        })
    }
}
