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
    AssetReference {
        required {}
        optional {
            /// Its id; the specification requires it.
            id: String = "id" as Text,
        }
    }
}
