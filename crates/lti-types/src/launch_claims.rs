//! The claims of a message that a platform sends (LTI Core 1.3 §4.3, §5.3, §5.4; Security Framework 1.0 §5.1.2).

use crate::object::wire_object;
use crate::refusal::{Strict, refuse};
use crate::tolerant::{List, Object, Text, TextOf};
use crate::{
    Activity, AssetReference, BasicOutcome, CaliperService, ClientId, Context, Custom, DeepLinkingSettings,
    DeploymentId, EulaService, ForUser, GradeService, GroupService, Issuer, LaunchPresentation, Lis, Lti1p1,
    Message, MessageType, Nonce, NotificationService, NumericDate, OtherMessage, ResourceLink, Roles,
    RosterService, ToolPlatform, UserId, WireUrl,
};

/// The version claim of every LTI 1.3 message.
pub const LTI_VERSION: &str = "1.3.0";

wire_object! {
    /// The payload of a launch: every claim by its type, unknown ones in `extensions`.
    ///
    /// It is what was written, not what was proven: a tool gets it out of a verified launch. Which claims must be
    /// there depends on the message type; [`LaunchClaims::message`] checks that.
    ///
    /// ```
    /// use lti_types::{LaunchClaims, Message};
    /// let claims: LaunchClaims = serde_json::from_str(r#"{
    ///     "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
    ///     "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
    ///     "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "d1",
    ///     "https://purl.imsglobal.org/spec/lti/claim/target_link_uri": "https://tool.example/quiz/9",
    ///     "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "rl-42"},
    ///     "https://purl.imsglobal.org/spec/lti/claim/roles": [],
    ///     "https://vendor.example/color": "violet"
    /// }"#)?;
    /// let Ok(Message::ResourceLink(launch)) = claims.message() else { panic!() };
    /// assert_eq!(launch.resource_link.id.as_str(), "rl-42");
    /// assert_eq!(claims.extensions["https://vendor.example/color"], "violet");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    LaunchClaims {
        required {}
        optional {
            /// Who signed: the platform.
            iss: Issuer = "iss",
            /// For whom: the tool's client id, perhaps among others.
            aud: Audience = "aud",
            /// The party it was issued to.
            azp: ClientId = "azp",
            /// Until when it holds.
            exp: NumericDate = "exp",
            /// When it was signed.
            iat: NumericDate = "iat",
            /// From when on it holds.
            nbf: NumericDate = "nbf",
            /// The nonce of the authentication request.
            nonce: Nonce = "nonce",
            /// The person; absent in an anonymous launch.
            sub: UserId = "sub",

            /// The kind of message.
            message_type: MessageType = "https://purl.imsglobal.org/spec/lti/claim/message_type",
            /// The version of LTI: `1.3.0`.
            version: String = "https://purl.imsglobal.org/spec/lti/claim/version" as Text,
            /// The deployment of the tool.
            deployment_id: DeploymentId = "https://purl.imsglobal.org/spec/lti/claim/deployment_id",
            /// Where the launch leads. Route by this one, not by the login's.
            target_link_uri: WireUrl = "https://purl.imsglobal.org/spec/lti/claim/target_link_uri" as TextOf<WireUrl>,
            /// The placed link.
            resource_link: ResourceLink = "https://purl.imsglobal.org/spec/lti/claim/resource_link" as Object<ResourceLink>,
            /// The person's roles.
            roles: Roles = "https://purl.imsglobal.org/spec/lti/claim/roles",

            /// Full name.
            name: String = "name" as Text,
            /// Given names.
            given_name: String = "given_name" as Text,
            /// Family names.
            family_name: String = "family_name" as Text,
            /// Middle names.
            middle_name: String = "middle_name" as Text,
            /// E-mail address.
            email: String = "email" as Text,
            /// Language, BCP 47; `_` for `-` occurs.
            locale: String = "locale" as Text,
            /// Picture.
            picture: WireUrl = "picture" as TextOf<WireUrl>,

            /// The course or group.
            context: Context = "https://purl.imsglobal.org/spec/lti/claim/context" as Object<Context>,
            /// The platform instance.
            tool_platform: ToolPlatform = "https://purl.imsglobal.org/spec/lti/claim/tool_platform" as Object<ToolPlatform>,
            /// Whom the person may mentor. Without the Mentor role it means nothing; see [`LaunchClaims::mentees`].
            role_scope_mentor: Vec<UserId> = "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor" as List<UserId>,
            /// How the tool is shown.
            launch_presentation: LaunchPresentation =
                "https://purl.imsglobal.org/spec/lti/claim/launch_presentation" as Object<LaunchPresentation>,
            /// Identifiers of the student information system.
            lis: Lis = "https://purl.imsglobal.org/spec/lti/claim/lis" as Object<Lis>,
            /// Custom parameters.
            custom: Custom = "https://purl.imsglobal.org/spec/lti/claim/custom",
            /// The person whom a review or privacy launch is about.
            for_user: ForUser = "https://purl.imsglobal.org/spec/lti/claim/for_user" as Object<ForUser>,
            /// What links this launch to LTI 1.1.
            lti1p1: Lti1p1 = "https://purl.imsglobal.org/spec/lti/claim/lti1p1" as Object<Lti1p1>,
            /// The LTI 1.1 user id, in its older form.
            lti11_legacy_user_id: String = "https://purl.imsglobal.org/spec/lti/claim/lti11_legacy_user_id" as Text,

            /// Assignment and Grade Services.
            grade_service: GradeService = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint" as Object<GradeService>,
            /// Names and Role Provisioning Services.
            roster_service: RosterService =
                "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice" as Object<RosterService>,
            /// Course Groups.
            group_service: GroupService = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice" as Object<GroupService>,
            /// Basic Outcomes under 1.3.
            basic_outcome: BasicOutcome = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome" as Object<BasicOutcome>,
            /// Caliper.
            caliper_service: CaliperService =
                "https://purl.imsglobal.org/spec/lti-ces/claim/caliper-endpoint-service" as Object<CaliperService>,
            /// Platform notifications.
            notification_service: NotificationService =
                "https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice" as Object<NotificationService>,
            /// License agreements.
            eula_service: EulaService = "https://purl.imsglobal.org/spec/lti/claim/eulaservice" as Object<EulaService>,
            /// The assignment an asset processor is attached to.
            activity: Activity = "https://purl.imsglobal.org/spec/lti/claim/activity" as Object<Activity>,
            /// The submission a report is about.
            submission: AssetReference = "https://purl.imsglobal.org/spec/lti/claim/submission" as Object<AssetReference>,
            /// The asset a report is about.
            asset: AssetReference = "https://purl.imsglobal.org/spec/lti/claim/asset" as Object<AssetReference>,
            /// The type of report that is opened.
            asset_report_type: String = "https://purl.imsglobal.org/spec/lti/claim/assetreport_type" as Text,
            /// What may be chosen in deep linking.
            deep_linking_settings: DeepLinkingSettings =
                "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings" as Object<DeepLinkingSettings>,
        }
    }
}

impl LaunchClaims {
    /// Who the person is, as far as the platform says.
    #[must_use]
    pub fn user(&self) -> User<'_> {
        match &self.sub {
            Some(id) => User::Identified(id),
            None => User::Anonymous,
        }
    }

    /// The person's roles; none when the platform sent none.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        static NONE: Roles = Roles::none();
        self.roles.as_ref().unwrap_or(&NONE)
    }

    /// The message of a launch into this deployment, also where [`message`](Self::message) refuses it: then it is one
    /// that promises nothing but its type, which is a resource link's where none is given.
    #[must_use]
    pub fn message_within<'a>(&'a self, deployment_id: &'a DeploymentId) -> Message<'a> {
        self.message().unwrap_or_else(|_| {
            let message_type = self.message_type.as_ref().unwrap_or(&MessageType::ResourceLinkRequest);
            Message::Other(OtherMessage::new(message_type, deployment_id))
        })
    }

    /// Whom the person may mentor: nobody, unless one of their roles is Mentor (LTI Core 1.3 §5.4.3).
    #[must_use]
    pub fn mentees(&self) -> &[UserId] {
        match (&self.role_scope_mentor, &self.roles) {
            (Some(users), Some(roles)) if roles.is_mentor() => users,
            _ => &[],
        }
    }
}

/// The person behind a launch (LTI Core 1.3 §5.3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum User<'a> {
    /// The platform did not say who it is: an anonymous launch, not an error.
    Anonymous,
    /// Known by the platform under this id.
    Identified(&'a UserId),
}

impl<'a> User<'a> {
    /// The id of an identified person.
    #[must_use]
    pub fn id(self) -> Option<&'a UserId> {
        match self {
            Self::Anonymous => None,
            Self::Identified(id) => Some(id),
        }
    }
}

/// The audience of a token (`aud`): one text or a list, written as it was read.
///
/// ```
/// use lti_types::Audience;
///
/// let listed: Audience = serde_json::from_str(r#"["quiz"]"#)?;
/// assert_eq!(listed.as_slice(), Audience::one("quiz").as_slice());
/// assert_eq!(serde_json::to_string(&listed)?, r#"["quiz"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    values: Vec<String>,
    listed: bool,
}

impl Audience {
    /// One audience, written as a plain text.
    #[must_use]
    pub fn one(audience: impl Into<String>) -> Self {
        Self { values: vec![audience.into()], listed: false }
    }

    /// Several audiences, written as a list.
    #[must_use]
    pub fn list(audiences: impl IntoIterator<Item = String>) -> Self {
        Self { values: audiences.into_iter().collect(), listed: true }
    }

    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.values
    }
}

impl serde::Serialize for Audience {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.values.as_slice() {
            [one] if !self.listed => serializer.serialize_str(one),
            all => all.serialize(serializer),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Audience {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// More audiences than anybody addresses.
        const MAX: usize = 100;
        struct V;
        impl<'de> serde::de::Visitor<'de> for V {
            type Value = Audience;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E>(self, v: &str) -> Result<Audience, E> {
                Ok(Audience::one(v))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Audience, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element::<Strict>()? {
                    if values.len() == MAX {
                        return Err(serde::de::Error::custom("too many audiences"));
                    }
                    values.push(value.into());
                }
                Ok(Audience { values, listed: true })
            }
            refuse!(bool number);
        }
        deserializer.deserialize_any(V)
    }
}
