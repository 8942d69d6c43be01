//! Service claims: what a tool may call, and where (AGS 2.0 §3.1, NRPS 2.0 §3.6.1.1, and their siblings).

use crate::object::wire_object;
use crate::tolerant::{List, Text, TextOf};
use crate::{Scope, WireUrl};

wire_object! {
    /// Assignment and Grade Services in this context (AGS 2.0 §3.1).
    ///
    /// ```
    /// use lti_types::{GradeService, Scope};
    /// let service: GradeService = serde_json::from_str(r#"{
    ///     "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
    ///     "lineitems": "https://lms.example/7/lineitems", "lineitem": ""
    /// }"#)?;
    /// assert!(service.allows(&Scope::Score) && !service.allows(&Scope::LineItem));
    /// assert_eq!(service.line_item(), None, "a blank is none");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    GradeService {
        required {}
        optional {
            /// What the tool may ask a token for.
            scope: Vec<Scope> = "scope" as List<Scope>,
            /// The line items of the context; extend its path, never its text: it may have a query.
            lineitems: WireUrl = "lineitems" as TextOf<WireUrl>,
            /// The one line item of this link, where there is exactly one. Read it by [`GradeService::line_item`].
            lineitem: WireUrl = "lineitem" as TextOf<WireUrl>,
        }
    }
}

impl GradeService {
    /// The link's line item; some platforms send a blank URL for none.
    #[must_use]
    pub fn line_item(&self) -> Option<&WireUrl> {
        self.lineitem.as_ref().filter(|url| !url.is_blank())
    }

    /// The container of line items, if one was sent.
    #[must_use]
    pub fn line_items(&self) -> Option<&WireUrl> {
        self.lineitems.as_ref().filter(|url| !url.is_blank())
    }

    /// Whether the tool may ask for that scope.
    #[must_use]
    pub fn allows(&self, scope: &Scope) -> bool {
        self.scope.iter().flatten().any(|s| s == scope)
    }
}

wire_object! {
    /// Names and Role Provisioning Services in this context (NRPS 2.0 §3.6.1.1).
    ///
    /// ```
    /// use lti_types::RosterService;
    ///
    /// let service: RosterService = serde_json::from_str(r#"{
    ///     "context_memberships_url": "https://lms.example/7/members", "service_versions": ["2.0"]
    /// }"#)?;
    /// assert!(service.context_memberships_url.is_some());
    /// assert!(service.scope.is_none()); // as of most platforms
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    RosterService {
        required {}
        optional {
            /// The context's memberships.
            context_memberships_url: WireUrl = "context_memberships_url" as TextOf<WireUrl>,
            /// Versions of the service.
            service_versions: Vec<String> = "service_versions" as List<String>,
            /// What the tool may ask a token for; few platforms send it.
            scope: Vec<Scope> = "scope" as List<Scope>,
        }
    }
}

wire_object! {
    /// Course Groups in this context (Course Groups 1.0).
    ///
    /// ```
    /// use lti_types::GroupService;
    ///
    /// let service: GroupService = serde_json::from_str(r#"{"context_groups_url": "https://lms.example/7/groups"}"#)?;
    /// assert!(service.context_group_sets_url.is_none());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    GroupService {
        required {}
        optional {
            /// The context's groups.
            context_groups_url: WireUrl = "context_groups_url" as TextOf<WireUrl>,
            /// The context's sets of groups.
            context_group_sets_url: WireUrl = "context_group_sets_url" as TextOf<WireUrl>,
            /// What the tool may ask a token for.
            scope: Vec<Scope> = "scope" as List<Scope>,
            /// Versions of the service.
            service_versions: Vec<String> = "service_versions" as List<String>,
        }
    }
}

wire_object! {
    /// Basic Outcomes under 1.3.
    ///
    /// ```
    /// use lti_types::BasicOutcome;
    ///
    /// let outcome: BasicOutcome = serde_json::from_str(r#"{
    ///     "lis_result_sourcedid": "{\"data\":{\"instanceid\":\"3\"}}",
    ///     "lis_outcome_service_url": "https://moodle.example/mod/lti/service.php"
    /// }"#)?;
    /// assert!(outcome.lis_result_sourcedid.is_some_and(|id| id.starts_with('{'))); // sent back as it came
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    BasicOutcome {
        required {}
        optional {
            /// The result that may be written; opaque, JSON text in some platforms.
            lis_result_sourcedid: String = "lis_result_sourcedid" as Text,
            /// Where it is written.
            lis_outcome_service_url: WireUrl = "lis_outcome_service_url" as TextOf<WireUrl>,
        }
    }
}

wire_object! {
    /// Where learning events go (LTI Caliper Connector 1.0).
    ///
    /// ```
    /// use lti_types::CaliperService;
    ///
    /// let mut service = CaliperService::new();
    /// service.caliper_endpoint_url = Some("https://lms.example/events".into());
    /// service.caliper_federated_session_id = Some("urn:uuid:1c519ff7".to_owned());
    /// assert_eq!(serde_json::to_value(&service)?["caliper_federated_session_id"], "urn:uuid:1c519ff7");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    CaliperService {
        required {}
        optional {
            /// What the tool may ask a token for.
            scopes: Vec<Scope> = "scopes" as List<Scope>,
            /// The endpoint.
            caliper_endpoint_url: WireUrl = "caliper_endpoint_url" as TextOf<WireUrl>,
            /// The session that the events belong to.
            caliper_federated_session_id: String = "caliper_federated_session_id" as Text,
        }
    }
}

wire_object! {
    /// Where a tool subscribes to notices (Platform Notification Service 1.0).
    ///
    /// ```
    /// use lti_types::NotificationService;
    ///
    /// let service: NotificationService = serde_json::from_str(r#"{
    ///     "platform_notification_service_url": "https://lms.example/notices",
    ///     "notice_types_supported": ["LtiHelloWorldNotice"]
    /// }"#)?;
    /// assert_eq!(service.notice_types_supported.as_deref(), Some(&["LtiHelloWorldNotice".to_owned()][..]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    NotificationService {
        required {}
        optional {
            /// The endpoint of this deployment.
            platform_notification_service_url: WireUrl = "platform_notification_service_url" as TextOf<WireUrl>,
            /// Versions of the service.
            service_versions: Vec<String> = "service_versions" as List<String>,
            /// What the tool may ask a token for.
            scope: Vec<Scope> = "scope" as List<Scope>,
            /// Kinds of notice that can be had.
            notice_types_supported: Vec<String> = "notice_types_supported" as List<String>,
        }
    }
}

wire_object! {
    /// Where acceptance of a license agreement is recorded (EULA Service 1.0).
    ///
    /// ```
    /// use lti_types::EulaService;
    ///
    /// let service: EulaService = serde_json::from_str(r#"{"url": "https://lms.example/eula", "scope": []}"#)?;
    /// assert!(service.url.is_some());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    EulaService {
        required {}
        optional {
            /// The endpoint.
            url: WireUrl = "url" as TextOf<WireUrl>,
            /// What the tool may ask a token for.
            scope: Vec<Scope> = "scope" as List<Scope>,
        }
    }
}

wire_object! {
    /// The assignment that an asset processor is attached to (Asset Processor 1.0).
    ///
    /// ```
    /// use lti_types::{Activity, AssetReference};
    ///
    /// let activity: Activity = serde_json::from_str(r#"{"id": "a-1", "title": "Essay"}"#)?;
    /// let submission: AssetReference = serde_json::from_str(r#"{"id": "s-9"}"#)?;
    /// assert_eq!((activity.id.as_deref(), submission.id.as_deref()), (Some("a-1"), Some("s-9")));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Activity {
        required {}
        optional {
            /// Its stable id; the specification requires it.
            id: String = "id" as Text,
            /// Its title.
            title: String = "title" as Text,
        }
    }
}

wire_object! {
    /// A submission or asset that a report is about (Asset Processor 1.0).
    ///
    /// [`Activity`] has an example.
    AssetReference {
        required {}
        optional {
            /// Its id; the specification requires it.
            id: String = "id" as Text,
        }
    }
}
